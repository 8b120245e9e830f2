package handlers

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/documents"
)

// paperViews are closings as hard to print as they may be.
func paperViews() []struct {
	name string
	view payments.DayClosingView
} {
	usual := payments.DayClosingView{Zone: bishkek, Closing: sampleClosings(payments.RoleOwner).Closings[0]}
	correction := payments.DayClosingView{Zone: bishkek, Closing: sampleClosings(payments.RoleOwner).Closings[1]}
	worst := correction
	worst.Closing.PersonID, worst.Closing.Person, worst.Closing.Reason = 1, strings.Repeat("Жумагүл Өмүрбекова ", 4), strings.Repeat("эки жолу эсептелген ", 10)
	worst.Closing.Outlet, worst.Closing.TIN = hostileName, "01234567890123"
	worst.Closing.Figures = payments.Figures{
		Taken:    payments.Takings{Count: 1_234_567, Total: 1 << 50},
		Refunded: payments.Takings{Count: 1, Total: 1<<50 + 1}, Fees: -5,
	}
	return []struct {
		name string
		view payments.DayClosingView
	}{{"closing", usual}, {"correction", correction}, {"the worst, less than nothing", worst}}
}

// A closing on paper, in every language, word for word.
func TestClosingsOnPaper(t *testing.T) {
	c := catalog(t)
	for _, l := range locales.Languages() {
		var b strings.Builder
		for _, tt := range paperViews() {
			fmt.Fprintf(&b, "== %s ==\n%s\n", tt.name, inWords(ClosingData(c.Printer(l.Code), tt.view)))
		}
		golden(t, "documents/closing."+l.Code+".txt", b.String())
	}
}

// Whenever and wherever a closing is printed again, it is the same bytes; what
// was made before looks like what is made after it.
func TestClosingsPrintTheSameAgain(t *testing.T) {
	c := catalog(t)
	for _, l := range locales.Languages() {
		for _, tt := range paperViews() {
			var papers [2][2][]byte
			for i := range papers {
				press, err := documents.New()
				if err != nil {
					t.Fatal(err)
				}
				view := tt.view
				view.Newest, view.MayClose = i == 0, i == 0
				data := ClosingData(c.Printer(l.Code), view)
				if papers[i][0], err = press.ReceiptPDF(data); err != nil {
					t.Fatal(err)
				}
				if papers[i][1], err = press.ReceiptPNG(data); err != nil {
					t.Fatal(err)
				}
			}
			if !bytes.Equal(papers[0][0], papers[1][0]) || !bytes.Equal(papers[0][1], papers[1][1]) {
				t.Errorf("%s, %s: other bytes when it is printed again", l.Code, tt.name)
			}
		}
	}
}

// Every figure of a closing stands on its paper.
func TestPaperSaysAllOfAClosing(t *testing.T) {
	p := catalog(t).Printer(locales.Russian)
	c := payments.DayClosing{
		OutletID: 5, Number: 12, Corrects: 11, Reason: "ошибка", Merchant: "М", Outlet: "Т", TIN: "11112222333344", PersonID: 1, Person: "Асель",
		From: evening.Add(-26 * time.Hour), To: evening, At: evening.Add(time.Hour), Hash: bytes.Repeat([]byte{0xab}, 32),
		Figures: payments.Figures{
			Taken: payments.Takings{Count: 9, Total: 901_00}, Refunded: payments.Takings{Count: 2, Total: 102_00},
			Reversed: payments.Takings{Count: 3, Total: 203_00}, Fees: 4_00,
		},
		Total: payments.Figures{Taken: payments.Takings{Count: 77, Total: 7777_00}},
	}
	text := inWords(ClosingData(p, payments.DayClosingView{Closing: c, Zone: bishkek}))
	for _, want := range []string{
		"№ 12", "№ 11", "ошибка", "11112222333344", "Асель", "19.11.2026 19:00", "20.11.2026 21:00", "20.11.2026 22:00",
		`(9)" "901 сом"`, `(2)" "102 сом"`, `(3)" "203 сом"`, `"4 сом"`, `(77)" "7\u00a0777 сом"`, "Sum: 592 сом", strings.Repeat("abababab ", 7) + "abababab",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	if name := closingFileName(c); name != "closing-5-12.pdf" {
		t.Errorf("file %q", name)
	}
}
