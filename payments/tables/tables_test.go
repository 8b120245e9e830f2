package tables

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
	"pgregory.net/rapid"

	"elkart.kg/trade/payments"
)

func rowsOf(t Table) []string {
	var out []string
	for _, r := range t.Rows {
		out = append(out, fmt.Sprint(r.Line, " ", strings.Join(r.Cells, "|")))
	}
	return out
}

func utf16le(s string) string {
	var b bytes.Buffer
	b.WriteString("\xff\xfe")
	_ = binary.Write(&b, binary.LittleEndian, utf16.Encode([]rune(s)))
	return b.String()
}

func windows(t *testing.T, s string) string {
	t.Helper()
	out, err := charmap.Windows1251.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestCSV(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"semicolons, decimal commas", "Имя;Сумма\nАсан;1250,50\nҮмүт;500", "1 Имя|Сумма\n2 Асан|1250,50\n3 Үмүт|500"},
		{"commas", "name,sum\n\"Усенов, Асан\",500", "1 name|sum\n2 Усенов, Асан|500"},
		{"commas and quoted decimal commas", "a,\"1,5\",x\nb,\"2,5\",y", "1 a|1,5|x\n2 b|2,5|y"},
		{"tabs", "a\t1,5\nb\t2", "1 a|1,5\n2 b|2"},
		{"one column", "500\n700", "1 500\n2 700"},
		{"byte order mark, CRLF", "\ufeffa;1\r\nb;2\r\n", "1 a|1\n2 b|2"},
		{"old Mac", "a;1\rb;2", "1 a|1\n2 b|2"},
		{"Windows-1251", windows(t, "Имя;Сумма\nАсан;500"), "1 Имя|Сумма\n2 Асан|500"},
		{"Excel's Unicode text", utf16le("Аты\tСуммасы\nҮмүт\t500"), "1 Аты|Суммасы\n2 Үмүт|500"},
		{"Excel says the delimiter", "sep=|\na|1;2\nb|3;4", "2 a|1;2\n3 b|3;4"},
		{"empty rows", "a;1\n;;;\n\n  ;\nb;2", "1 a|1\n5 b|2"},
		{"quotes gone wrong", "ООО \"Ромашка\";5\nb;2", "1 ООО \"Ромашка\"|5\n2 b|2"},
		{"line breaks in quotes", "\"a\nb\";1\nc;2", "1 a\nb|1\n3 c|2"},
		{"rows of unequal length", "a;1;x\nb\nc;3", "1 a|1|x\n2 b\n3 c|3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Read([]byte(c.in))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.Join(rowsOf(got), "\n"), c.want); diff != "" || got.Format != CSV {
				t.Errorf("%s %s", got.Format, diff)
			}
		})
	}
}

// book writes a workbook; strings are text cells, everything else is as typed
// into the file's XML.
func book(t testing.TB, rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	for y, row := range rows {
		for x, v := range row {
			at, _ := excelize.CoordinatesToCellName(x+1, y+1)
			var err error
			if raw, ok := v.(rawNumber); ok {
				err = f.SetCellDefault("Sheet1", at, string(raw))
			} else if v != nil {
				err = f.SetCellValue("Sheet1", at, v)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

type rawNumber string

func TestXLSX(t *testing.T) {
	data := book(t,
		[]any{"Имя", "Телефон", "Сумма"},
		[]any{"Асан", rawNumber("996555123456"), rawNumber("61250.000000000007")},
		[]any{"Үмүт", rawNumber("9.96555123456E+11"), rawNumber("500.1")},
		[]any{nil, nil, nil},
		[]any{"A", "0555 123 456", "1 250,50"},
		[]any{"B", nil, rawNumber("12.345")},
		[]any{"C", nil, rawNumber("-5")})
	got, err := Read(data)
	if err != nil || got.Format != XLSX {
		t.Fatal(got.Format, err)
	}
	want := "1 Имя|Телефон|Сумма\n2 Асан|996555123456|61250\n3 Үмүт|996555123456|500.1\n5 A|0555 123 456|1 250,50\n6 B||12.345\n7 C||-5"
	if diff := cmp.Diff(strings.Join(rowsOf(got), "\n"), want); diff != "" {
		t.Error(diff)
	}
}

// zipped is a workbook with a part replaced.
func zipped(t *testing.T, part, content string) []byte {
	t.Helper()
	in := book(t, []any{"a", "500"})
	r, err := zip.NewReader(bytes.NewReader(in), int64(len(in)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range r.File {
		if f.Name == part {
			continue
		}
		if err := w.Copy(f); err != nil {
			t.Fatal(err)
		}
	}
	out, err := w.Create(part)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := out.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const sheet1 = "xl/worksheets/sheet1.xml"

func sheetXML(rows string) string {
	return `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>` + rows + `</sheetData></worksheet>`
}

func TestHostileFiles(t *testing.T) {
	many := func(n int) string { return strings.Repeat("a;1\n", n) }
	locked := bytes.Buffer{}
	f := excelize.NewFile()
	if err := f.Write(&locked, excelize.Options{Password: "secret"}); err != nil {
		t.Fatal(err)
	}
	var wide strings.Builder
	for y := range MaxRows {
		fmt.Fprintf(&wide, `<row r="%d"><c r="XFD%d"><v>1</v></c></row>`, y+1, y+1)
	}
	for _, c := range []struct {
		name string
		in   []byte
		want payments.Code
	}{
		{"nothing", nil, payments.CodeFileEmpty},
		{"only spaces", []byte(" \n\t\n"), payments.CodeFileEmpty},
		{"only separators", []byte(";;;\n;;"), payments.CodeFileEmpty},
		{"one byte too many", bytes.Repeat([]byte("a"), MaxBytes+1), payments.CodeFileTooBig},
		{"as many rows as fit", []byte(many(MaxRows + 1)), ""},
		{"one row too many", []byte(many(MaxRows + 2)), payments.CodeTooManyRows},
		{"ten thousand rows", []byte(many(10_000)), payments.CodeTooManyRows},
		{"rows far below", []byte(strings.Repeat("\n", 500_000) + "a;1"), payments.CodeTooManyRows},
		{"a picture called .xlsx", []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), payments.CodeFileUnreadable},
		{"a JPEG", []byte("\xff\xd8\xff\xe0\x00\x10JFIF"), payments.CodeFileUnreadable},
		{"a PDF with its bytes", []byte("%PDF-1.4\n\x00\x01\x02"), payments.CodeFileUnreadable},
		{"a program", []byte("\x7fELF\x02\x01\x01\x00"), payments.CodeFileUnreadable},
		{"a password", locked.Bytes(), payments.CodeFileProtected},
		{"Excel of before 2007", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600)), payments.CodeFileProtected},
		{"an archive of other things", zipped(t, "x.txt", "x")[:200], payments.CodeFileUnreadable},
		{"an empty sheet", book(t), payments.CodeFileEmpty},
		{"a zip bomb", zipped(t, sheet1, sheetXML(strings.Repeat(" ", 64<<20))), payments.CodeFileTooBig},
		{"a bomb in shared strings", zipped(t, "xl/sharedStrings.xml", "<sst>"+strings.Repeat("<si><t>a</t></si>", 4<<20)+"</sst>"), payments.CodeFileTooBig},
		{"a row a million down", zipped(t, sheet1, sheetXML(`<row r="1048576"><c r="A1048576"><v>1</v></c></row>`)), payments.CodeTooManyRows},
		{"the last column", zipped(t, sheet1, sheetXML(wide.String())), payments.CodeFileUnreadable},
		{"a sheet that is no XML", zipped(t, sheet1, "<<<>>>"), payments.CodeFileEmpty},
		{"entities", zipped(t, sheet1, `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>`+sheetXML(`<row r="1"><c r="A1" t="str"><v>&b;</v></c></row>`)), payments.CodeFileEmpty},
	} {
		t.Run(c.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			got, err := Read(c.in)
			runtime.ReadMemStats(&after)
			if payments.CodeOf(err) != c.want || err != nil && c.want == "" {
				t.Errorf("error %v, want %s; %d rows", err, c.want, len(got.Rows))
			}
			if spent := (after.TotalAlloc - before.TotalAlloc) >> 20; spent > 200 {
				t.Errorf("%d MB were taken in all", spent)
			} else {
				t.Logf("%d MB taken in all", spent)
			}
		})
	}
}

// Whatever is written as CSV, in any delimiter, is read as it was.
func TestCSVRoundTrip(t *testing.T) {
	cell := rapid.StringMatching(`[A-Za-zА-Яа-яҮүӨөҢң"' ,;|+=@-]{0,12}`)
	rapid.Check(t, func(t *rapid.T) {
		delimiter := rapid.SampledFrom([]string{";", "\t", "|", ","}).Draw(t, "delimiter")
		width := rapid.IntRange(2, 5).Draw(t, "width")
		var text strings.Builder
		var want []string
		text.WriteString("sep=" + delimiter + "\n")
		for i := range rapid.IntRange(1, 10).Draw(t, "rows") {
			var cells []string
			filled := false
			for range width {
				v := strings.TrimSpace(cell.Draw(t, "cell"))
				filled = filled || v != ""
				cells = append(cells, v)
				text.WriteString(`"` + strings.ReplaceAll(v, `"`, `""`) + `"` + delimiter)
			}
			text.WriteString("\n")
			if filled {
				want = append(want, fmt.Sprint(i+2, " ", strings.Join(cells, "|"), "|"))
			}
		}
		got, err := Read([]byte(text.String()))
		if len(want) == 0 {
			if payments.CodeOf(err) != payments.CodeFileEmpty {
				t.Fatal(err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(rowsOf(got), want); diff != "" {
			t.Fatalf("%q: %s", text.String(), diff)
		}
	})
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{"a;1\nb;2", "name,sum\n\"a,b\",5", "\ufeffИмя\tСумма\nА\t1", "sep=,\n1,2", "\xff\xfea\x00;\x001\x00",
		"\xc8\xec\xff;500", "\"", "a\"b;\"c", "PK\x03\x04", ";", "\r\r\r", string(book(f, []any{"a", 1.5}))} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		table, err := Read(data)
		if err != nil {
			if payments.CodeOf(err) == "" {
				t.Fatalf("an error that nobody can act on: %v", err)
			}
			return
		}
		if len(table.Rows) == 0 || len(table.Rows) > MaxRows+1 {
			t.Fatalf("%d rows", len(table.Rows))
		}
		last := 0
		for _, row := range table.Rows {
			if row.Line <= last || len(row.Cells) > maxColumns || strings.Join(row.Cells, "") == "" {
				t.Fatalf("line %d after %d: %q", row.Line, last, row.Cells)
			}
			last = row.Line
			for _, cell := range row.Cells {
				if len(cell) > maxCell || table.Format == CSV && !utf8.ValidString(cell) {
					t.Fatalf("cell %q", cell)
				}
			}
		}
	})
}

func TestNamed(t *testing.T) {
	for _, c := range []struct {
		name, mime string
		want       bool
	}{
		{"Аренда.XLSX", "", true}, {"a.csv", "application/octet-stream", true}, {"a", "text/csv", true},
		{"a", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", true}, {"a.xls", "", true},
		{"a.pdf", "application/pdf", false}, {"", "", false}, {"photo.jpg", "image/jpeg", false},
	} {
		if Named(c.name, c.mime) != c.want {
			t.Errorf("%q %q", c.name, c.mime)
		}
	}
}
