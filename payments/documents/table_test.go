package documents

import (
	"bytes"
	"encoding/csv"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"
)

// What goes into a CSV comes out of it by another reader, and nothing in it is
// a formula.
func TestCSVRoundTrip(t *testing.T) {
	table := Table{Columns: []Column{{Title: "t"}, {Title: "m", Kind: ColumnMoney}}}
	rapid.Check(t, func(t *rapid.T) {
		text, sum := rapid.String().Draw(t, "text"), rapid.Int64().Draw(t, "sum")
		var out bytes.Buffer
		c, err := NewCSV(&out, table)
		if err == nil {
			err = c.Row(Cell{Text: text}, Cell{Number: sum})
		}
		if err == nil {
			err = c.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
		in := csv.NewReader(strings.NewReader(strings.TrimPrefix(out.String(), "\uFEFF")))
		in.Comma = ';'
		rows, err := in.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		field := rows[1][0]
		if strings.TrimPrefix(field, "'") != strings.TrimPrefix(plain(text), "'") || field != "" && strings.ContainsRune("=+-@", rune(field[0])) {
			t.Fatalf("CSV has %q for %q", field, text)
		}
		if got := strings.Replace(rows[1][1], ",", "", 1); hundredths(got) != sum {
			t.Fatalf("CSV has %s for %d", got, sum)
		}
	})
}

// What begins like a formula, also behind what a reader passes over, is a text.
func TestCSVHasNoFormulas(t *testing.T) {
	for _, text := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", "  =1+1", "\u00a0=1+1", "＝1+1", "|calc", "%0A"} {
		if got := csvField(ColumnText, Cell{Text: text}); !strings.HasPrefix(got, "'") {
			t.Errorf("%q is written as %q", text, got)
		}
	}
	if got := csvField(ColumnText, Cell{Text: "кофе = 2"}); got != "кофе = 2" {
		t.Errorf("a harmless text is written as %q", got)
	}
}

// A spreadsheet's numbers have fifteen digits; up to there each sum is exact.
func TestXLSXIsExact(t *testing.T) {
	random := rand.New(rand.NewPCG(15, 0))
	sums := []int64{0, 1, -1, 10, 999_999_999_999_999, -999_999_999_999_999}
	for range 2000 {
		sums = append(sums, random.Int64N(1<<random.IntN(50))-random.Int64N(1<<20))
	}
	book := NewWorkbook()
	sheet, err := book.Sheet(Table{Name: "A", Columns: []Column{{Kind: ColumnMoney}, {}}})
	for _, sum := range sums {
		if err == nil {
			err = sheet.Row(Cell{Number: sum}, Cell{Text: "=1+1"})
		}
	}
	if err == nil {
		err = sheet.Close()
	}
	var out bytes.Buffer
	if err == nil {
		_, err = book.WriteTo(&out)
	}
	if err == nil {
		err = book.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := f.GetRows("A", excelize.Options{RawCellValue: true})
	if err != nil || len(rows) != len(sums)+1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for i, sum := range sums {
		number, err := strconv.ParseFloat(rows[i+1][0], 64)
		if err != nil || int64(math.Round(number*100)) != sum || rows[i+1][1] != "=1+1" {
			t.Errorf("XLSX has %q for %d, %v", rows[i+1], sum, err)
		}
	}
	if formula, err := f.GetCellFormula("A", "B2"); err != nil || formula != "" {
		t.Errorf("a text became the formula %q, %v", formula, err)
	}
}

func hundredths(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return math.MinInt64
	}
	return n
}

func TestDecimal(t *testing.T) {
	for n, want := range map[int64]string{0: "0.00", 5: "0.05", -5: "-0.05", 123456: "1234.56", math.MinInt64: "-92233720368547758.08"} {
		if got := decimal(n, "."); got != want {
			t.Errorf("%d is %s, want %s", n, got, want)
		}
	}
}

// The same rows are the same bytes, however often they are written.
func TestWorkbookBytes(t *testing.T) {
	write := func() []byte {
		book := NewWorkbook()
		defer book.Close()
		for _, name := range []string{"one", "two", "three"} {
			sheet, err := book.Sheet(Table{Name: name, Columns: []Column{{Title: name}}})
			if err != nil {
				t.Fatal(err)
			}
			if err := sheet.Close(); err != nil {
				t.Fatal(err)
			}
		}
		var b bytes.Buffer
		if _, err := book.WriteTo(&b); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	first := write()
	for range 30 {
		if !bytes.Equal(write(), first) {
			t.Fatal("other bytes for the same rows")
		}
	}
}
