package handlers

import (
	"context"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/tables"
)

func (s *service) OfferBulk(_ context.Context, _ payments.PersonID, d payments.BulkDraft) (payments.BulkView, error) {
	return payments.BulkView{Bulk: payments.Bulk{ID: 5, Name: d.Name, Format: d.Format, Rows: d.Rows, State: payments.BulkOffered}}, nil
}

func (s *service) RepeatBulk(context.Context, payments.PersonID, payments.BulkID) (payments.BulkView, error) {
	return payments.BulkView{}, payments.Fail(payments.CodeBulkNotFound)
}

func (s *service) ConfirmBulk(context.Context, payments.PersonID, payments.BulkID, int) (payments.BulkView, error) {
	return payments.BulkView{}, payments.Fail(payments.CodeBulkNotFound)
}

func (s *service) CancelBulk(context.Context, payments.PersonID, payments.BulkID) (payments.BulkView, error) {
	return payments.BulkView{}, payments.Fail(payments.CodeBulkNotFound)
}

func (s *service) BulkLinks(context.Context, payments.Bulk) (map[int]payments.Link, error) {
	return map[int]payments.Link{}, nil
}

// sampleBulk is a file with a row of every kind.
func sampleBulk(format string) payments.BulkView {
	rows := []payments.BulkRow{
		{Line: 2, Name: "Асан <b>Усенов</b>", Phone: "+996555123456", Sum: "1250,50", Amount: 1250_50, Comment: "2 самсы <3"},
		{Line: 3, Name: `=HYPERLINK("http://evil.example")`, Sum: "500", Amount: 500_00, Comment: "@SUM(A1)"},
	}
	for i, problem := range problems() {
		rows = append(rows, payments.BulkRow{Line: 4 + i, Name: "A", Sum: "<b>=1+1</b>", Problem: problem})
	}
	rows = append(rows, payments.BulkRow{Line: 40, Problem: payments.CodeSumMalformed})
	return payments.BulkView{
		Bulk: payments.Bulk{ID: 5, Name: "Аренда <b>май</b>", Format: format, Rows: rows, State: payments.BulkOffered, CreatedAt: noon},
		Good: 2, Total: 1750_50, Outlet: payments.Outlet{Name: hostileName},
	}
}

// problems are all that ReadBulk finds in rows.
func problems() []payments.Code {
	return []payments.Code{payments.CodeSumMalformed, payments.CodeSumNegative, payments.CodeSumTooFine, payments.CodeSumTooSmall,
		payments.CodeSumTooLarge, payments.CodeNameMalformed, payments.CodeCommentTooLong, payments.CodePhoneMalformed}
}

func bulkScreens(p *locales.Printer) []namedScreen {
	as := func(change func(*payments.BulkView)) chat.Screen {
		v := sampleBulk("csv")
		change(&v)
		return bulkScreen(p, v)
	}
	clean := func(n int) func(*payments.BulkView) {
		return func(v *payments.BulkView) { v.Rows, v.Good, v.Total = nil, n, 61250_00 }
	}
	many := func(v *payments.BulkView) { v.Rows = append(v.Rows, v.Rows...) }
	file := &chat.Document{Name: "x.csv", Data: []byte("x")}
	answer, again := sampleBulk("csv"), sampleBulk("csv")
	answer.State, again.State, again.Again = payments.BulkDone, payments.BulkDone, true
	return []namedScreen{
		{"explained", bulkExplainScreen(p, file)},
		{"offered, with problems", as(func(*payments.BulkView) {})},
		{"offered, with more problems", as(many)},
		{"offered, one", as(clean(1))},
		{"offered, 124", as(clean(124))},
		{"nothing to make", as(func(v *payments.BulkView) { v.Rows, v.Good = v.Rows[2:3], 0 })},
		{"on its way", as(func(v *payments.BulkView) { v.State, v.Made, v.Good = payments.BulkConfirmed, 50, 1000 })},
		{"done", as(func(v *payments.BulkView) { v.State = payments.BulkDone })},
		{"cancelled", as(func(v *payments.BulkView) { v.State = payments.BulkCancelled })},
		{"answer", bulkAnswerScreen(p, answer, bishkek, file)},
		{"answer once more", bulkAnswerScreen(p, again, bishkek, file)},
	}
}

// What we give to fill in, and what we answer, we can read: in every language
// the columns are known by their names, and no row says what it did not say.
func TestBulkFilesAreReadBack(t *testing.T) {
	c := catalog(t)
	for _, l := range locales.Languages() {
		p := c.Printer(l.Code)
		file, err := bulkTemplate(p)
		if err != nil {
			t.Fatal(err)
		}
		draft, err := readBulk(file.Data, file.Name)
		if err != nil || len(draft.Rows) != 1 || draft.Rows[0].Amount != 1250_50 || draft.Rows[0].Phone != "+996555123456" ||
			draft.Rows[0].Name == "" || draft.Rows[0].Comment == "" || draft.Rows[0].Problem != "" {
			t.Errorf("%s: template: %+v, %v", l.Code, draft, err)
		}
		for _, format := range []string{"csv", "xlsx"} {
			v := sampleBulk(format)
			data, err := bulkTable(p, v, map[int]string{2: page + "/p/A", 3: page + "/p/B"})
			if err != nil {
				t.Fatal(err)
			}
			table, err := tables.Read(data)
			if err != nil || string(table.Format) != format || len(table.Rows) != len(v.Rows)+1 {
				t.Fatalf("%s: %d rows, %v", format, len(table.Rows), err)
			}
			if first := table.Rows[1].Cells; first[4] != page+"/p/A" || !strings.HasPrefix(first[5], "https://wa.me/996555123456?text=") {
				t.Errorf("%s: first row %q", format, first)
			}
			if format == "csv" {
				for _, row := range table.Rows {
					for _, cell := range row.Cells {
						if cell != "" && strings.ContainsRune("=+-@\t", []rune(cell)[0]) {
							t.Errorf("a spreadsheet computes %q", cell)
						}
					}
				}
			}
			again, err := readBulk(data, "x")
			if err != nil || again.Rows[0].Amount != 1250_50 || again.Rows[0].Phone != "+996555123456" || again.Rows[1].Amount != 500_00 {
				t.Errorf("%s read back: %+v, %v", format, again.Rows, err)
			}
			bad := slices.IndexFunc(again.Rows, func(r payments.BulkRow) bool { return r.Line > 3 && r.Problem == "" })
			if bad >= 0 {
				t.Errorf("%s: a bad row became a charge: %+v", format, again.Rows[bad])
			}
		}
	}
}

func TestCustomerPhone(t *testing.T) {
	for text, want := range map[string]string{
		"0555 123 456": "+996555123456", "996555123456": "+996555123456", "+996 (555) 12-34-56": "+996555123456",
		"555123456": "+996555123456", "+7 912 345 67 89": "+79123456789", "0312 66 12 34": "+996312661234",
		"": "", "call me": "", "12345": "", "+99999999999": "", "9417000000001234": "", "=1+1": "",
	} {
		got, ok := customerPhone(text)
		if got != want || ok != (want != "") {
			t.Errorf("%q: %q %v, want %q", text, got, ok, want)
		}
	}
}

// A file's name is shown and becomes part of another's, whatever it is.
func TestBulkName(t *testing.T) {
	for name, want := range map[string]string{
		"Аренда май.xlsx": "Аренда май", "../../etc/passwd": "etc passwd", `a"b<c>.csv`: "a b c", "": "", ".csv": "",
		strings.Repeat("я", 300) + ".csv": strings.Repeat("я", maxBulkFileName), "a\r\nX: y.csv": "a X y",
	} {
		if got := bulkName(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.String().Draw(t, "name")
		if got := bulkName(name); strings.ContainsAny(got, "/\\\"\r\n<>:") || bulkName(got) != bulkName(bulkName(got)) {
			t.Fatalf("%q became %q", name, got)
		}
	})
}
