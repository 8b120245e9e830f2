package documents

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// all is every kind of document, made of the same data each time.
func all(press *Press) map[string]func() ([]byte, error) {
	kinds := map[string]func() ([]byte, error){
		"receipt PNG": func() ([]byte, error) { return press.ReceiptPNG(russianReceipt()) },
		"receipt PDF": func() ([]byte, error) { return press.ReceiptPDF(kyrgyzReceipt()) },
		"preview":     func() ([]byte, error) { return press.PreviewPNG(Preview{Payee: "Кафе", Sum: "5 сом"}) },
	}
	for _, size := range PosterSizes() {
		kinds["poster "+string(size)] = func() ([]byte, error) { return press.PosterPDF(kyrgyzPoster(), size) }
	}
	return kinds
}

// TestSameDataSameBytes: also when many are made at once, and by another
// press.
func TestSameDataSameBytes(t *testing.T) {
	press, other := newPress(t), newPress(t)
	for name, make := range all(press) {
		want, err := all(other)[name]()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				got, err := make()
				if err != nil || !bytes.Equal(got, want) {
					t.Errorf("%s: %v, or other bytes: %d, then %d", name, err, len(want), len(got))
				}
			})
		}
		group.Wait()
	}
}

func TestOtherDataOtherBytes(t *testing.T) {
	press := newPress(t)
	want, err := press.ReceiptPDF(kyrgyzReceipt())
	if err != nil {
		t.Fatal(err)
	}
	later := kyrgyzReceipt()
	later.Made = later.Made.AddDate(0, 0, 1)
	if got, err := press.ReceiptPDF(later); err != nil || bytes.Equal(got, want) {
		t.Errorf("the date of a PDF is not its data's: %v", err)
	}
}

func TestWhatCannotBeDrawn(t *testing.T) {
	press := newPress(t)
	long := kyrgyzReceipt()
	long.Check = "https://trade.example.kg/" + strings.Repeat("x", 5000)
	if _, err := press.ReceiptPNG(long); err == nil {
		t.Error("receipt PNG: an address of 5000 bytes fits no code, and no error")
	}
	if _, err := press.ReceiptPDF(long); err == nil {
		t.Error("receipt PDF: an address of 5000 bytes fits no code, and no error")
	}
	bare := kyrgyzPoster()
	bare.Code = ""
	if _, err := press.PosterPDF(bare, PosterA4); err == nil {
		t.Error("a poster without a code, and no error")
	}
	for range 10 * cap(press.slots) { // a failure gives its place back
		if _, err := press.PosterPDF(kyrgyzPoster(), "A3"); err == nil {
			t.Error("a poster of unknown size, and no error")
		}
	}
}

// TestDocumentsAreBounded: more and longer texts than there can be do not make
// a picture that Telegram refuses (sides of 10,000 together, 20 to 1).
func TestDocumentsAreBounded(t *testing.T) {
	press := newPress(t)
	r := kyrgyzReceipt()
	endless := strings.Repeat("чексиз ", 1000)
	r.Service, r.Number, r.Status, r.Sum, r.When, r.Payee, r.Notice = endless, endless, endless, endless, endless, endless, endless
	r.CheckTitle, r.CheckText = endless, endless
	r.Place = []string{endless, endless}
	r.Rows, r.Marks = nil, nil
	for i := range 1000 {
		r.Rows = append(r.Rows, Row{fmt.Sprint(i, " ", endless), endless})
		r.Marks = append(r.Marks, endless)
	}
	picture, err := press.ReceiptPNG(r)
	if err != nil {
		t.Fatal(err)
	}
	if size := decode(t, picture).Bounds().Size(); size.X+size.Y > 10_000 || size.Y > 20*size.X {
		t.Errorf("%v pixels", size)
	}
	if pdf, err := press.ReceiptPDF(r); err != nil || len(pdf) > 1<<20 {
		t.Errorf("PDF of %d bytes, %v", len(pdf), err)
	}
}

// TestAnyReceiptStaysOnItsPaper lays out whatever people write: every line
// between the edges, of characters the fonts have, below the one before.
func TestAnyReceiptStaysOnItsPaper(t *testing.T) {
	press := newPress(t)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringOfN(rapid.Rune(), 64, 200, -1), rapid.StringMatching(`[А-Яа-яҢңӨөҮү0-9 .,-]{0,120}`))
		var r Receipt
		for _, field := range []*string{
			&r.Service, &r.Number, &r.Status, &r.Sum, &r.When, &r.Payee, &r.Notice, &r.CheckTitle, &r.CheckText,
		} {
			*field = text.Draw(t, "field")
		}
		r.Tone, r.Struck = Tone(rapid.IntRange(-1, 5).Draw(t, "tone")), rapid.Bool().Draw(t, "struck")
		r.Marks = rapid.SliceOfN(text, 0, 3).Draw(t, "marks")
		r.Place = rapid.SliceOfN(text, 0, 3).Draw(t, "place")
		for range rapid.IntRange(0, 3).Draw(t, "rows") {
			r.Rows = append(r.Rows, Row{text.Draw(t, "label"), text.Draw(t, "value")})
		}
		if rapid.Bool().Draw(t, "check") {
			r.Check = checkAddress
		}
		l, err := press.layReceipt(r, 10, 20)
		if err != nil {
			t.Fatal(err)
		}
		var c recording
		l.drawOn(&c)
		for _, line := range c.lines {
			if line.x < 10-0.01 || line.x+line.of(line.text) > 10+receiptText+0.01 || line.y < 20 || line.y > l.height {
				t.Fatalf("%q at %v, %v of %v pt leaves the paper, %v high", line.text, line.x, line.y, line.size, l.height)
			}
			for _, r := range line.text {
				if !line.has(r) {
					t.Fatalf("%q has %U", line.text, r)
				}
			}
		}
	})
}

func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := New(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDocuments(b *testing.B) {
	for name, make := range all(newPress(b)) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := make(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
