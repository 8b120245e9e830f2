package handlers

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

func exportScreens(c *locales.Catalog, p *locales.Printer) []namedScreen {
	view := payments.ExportView{Today: 20261123, First: 20261101, Last: 20261123, Figures: payments.Figures{
		Taken: payments.Takings{Count: 1204, Total: 1234567_50},
	}}
	eventful, none := view, view
	eventful.Figures.Refunded, eventful.Figures.Reversed = payments.Takings{Count: 2, Total: 700_00}, payments.Takings{Count: 1, Total: 500_00}
	eventful.Figures.Fees = 12_50
	none.First, none.Last, none.Figures = 20261015, 20261015, payments.Figures{}
	b := &Bot{catalog: c}
	st := payments.Statement{Person: payments.Person{Language: p.Language()}, Export: payments.Export{First: 20261101, Last: 20261123}}
	file := chat.Document{Name: "A.xlsx", Data: []byte("X")}
	return []namedScreen{
		{"this month", exportScreen(p, view)},
		{"everything happened", exportScreen(p, eventful)},
		{"nothing happened, one day", exportScreen(p, none)},
		{"on its way", exportProgressScreen(p, 40)},
		{"done", b.ExportDoneScreen(st.Person)},
		{"failed", b.ExportFailedScreen(st.Person, nil)},
		{"not allowed any more", b.ExportFailedScreen(st.Person, payments.Fail(payments.CodeNotAllowed))},
		{"only file", b.ExportPartScreen(st, eventful.Figures, 1, 1, file)},
		{"first of two files", b.ExportPartScreen(st, eventful.Figures, 1, 2, file)},
		{"last of two files", b.ExportPartScreen(st, eventful.Figures, 2, 2, file)},
	}
}

// sampleStatement is three days of a merchant whose day begins at 4 o'clock.
func sampleStatement(format payments.ExportFormat) payments.Statement {
	at := func(day, hour int) time.Time { return time.Date(2026, 11, day, hour-6, 0, 5, 0, time.UTC) } // Bishkek time
	lines := []payments.Operation{
		{Kind: payments.OperationPayment, At: at(1, 10), OutletID: 1, Outlet: "Кафе «Көл»", Receipt: 1, Amount: 1250_50, Fee: 11_25, Comment: "=HYPERLINK(\"x\")", OperatorID: "op-1", Cashier: "Айбек"},
		{Kind: payments.OperationPayment, At: at(2, 2), OutletID: 2, Outlet: "Базар; \"Ош\"", Receipt: 2, Amount: 1, OperatorID: "op-2"},
		{Kind: payments.OperationRefund, At: at(2, 9), OutletID: 1, Outlet: "Кафе «Көл»", Receipt: 1, Amount: -250_50, OperatorID: "op-3", Comment: "+996\n555"},
		{Kind: payments.OperationReversal, At: at(3, 9), OutletID: 2, Outlet: "Базар; \"Ош\"", Receipt: 2, Amount: -1, OperatorID: "op-2"},
		{Kind: payments.OperationPayment, At: at(3, 10), OutletID: 2, Outlet: "Базар; \"Ош\"", Receipt: 3, Amount: 999_999_99, Fee: 9_000_00, OperatorID: "op-4"},
	}
	return payments.Statement{
		Export:   payments.Export{Format: format, First: 20261101, Last: 20261103},
		Person:   payments.Person{Language: locales.Russian},
		Merchant: payments.Merchant{ID: 100001, Name: "ИП Өмүрова/<A>", TIN: "12345678901234", TimeZone: "Asia/Bishkek", Cutoff: 4},
		Each: func(_ context.Context, line func(payments.Operation) error) error {
			for _, o := range lines {
				if err := line(o); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

func writeSample(t *testing.T, st payments.Statement) ([]ExportPart, payments.Figures) {
	t.Helper()
	b := &Bot{catalog: catalog(t), now: func() time.Time { return time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC) }}
	parts, figures, err := b.WriteExport(t.Context(), st, t.TempDir(), func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	return parts, figures
}

func TestStatementAsXLSX(t *testing.T) {
	parts, figures := writeSample(t, sampleStatement(payments.ExportXLSX))
	if len(parts) != 1 || parts[0].Name != "ИП Өмүрова A 2026-11-01_2026-11-03.xlsx" {
		t.Errorf("parts %+v", parts)
	}
	if figures.Net() != 1250_50+999_999_99-250_50-11_25-9_000_00 {
		t.Errorf("figures %+v", figures)
	}
	f, err := excelize.OpenFile(parts[0].Path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if diff := cmp.Diff(f.GetSheetList(), []string{"Операции", "Дни", "Торговые точки"}); diff != "" {
		t.Errorf("sheets (-got +want):\n%s", diff)
	}
	var got strings.Builder
	for _, sheet := range f.GetSheetList() {
		rows, err := f.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		got.WriteString("=== " + sheet + "\n")
		for _, row := range rows {
			got.WriteString(strings.Join(row, " | ") + "\n")
		}
	}
	golden(t, "documents/statement.xlsx.txt", got.String())
	// Numbers are numbers, texts are texts whatever they begin with, sums are formulas that come to what they carry.
	for cell, want := range map[string]excelize.CellType{
		"E2": excelize.CellTypeUnset, "H2": excelize.CellTypeInlineString, "A2": excelize.CellTypeUnset,
	} {
		if kind, err := f.GetCellType("Операции", cell); err != nil || kind != want {
			t.Errorf("%s has type %v, %v, want %v", cell, kind, err, want)
		}
	}
	for cell, want := range map[string]string{"E7": "SUBTOTAL(9,E2:E6)", "F7": "SUBTOTAL(9,F2:F6)"} {
		if formula, err := f.GetCellFormula("Операции", cell); err != nil || formula != want {
			t.Errorf("%s holds %q, %v, want %q", cell, formula, err, want)
		}
		carried, _ := f.GetCellValue("Операции", cell, excelize.Options{RawCellValue: true})
		computed, err := f.CalcCellValue("Операции", cell, excelize.Options{RawCellValue: true})
		if err != nil || computed != carried {
			t.Errorf("%s carries %q, comes to %q, %v", cell, carried, computed, err)
		}
	}
	if panes, err := f.GetPanes("Операции"); err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("panes %+v, %v", panes, err)
	}
}

func TestStatementAsText(t *testing.T) {
	for format, name := range map[payments.ExportFormat]string{payments.ExportCSV: "statement.csv", payments.Export1C: "statement.1c.txt"} {
		parts, _ := writeSample(t, sampleStatement(format))
		data, err := os.ReadFile(parts[0].Path)
		if err != nil {
			t.Fatal(err)
		}
		if format == payments.Export1C {
			if data, err = charmap.Windows1251.NewDecoder().Bytes(data); err != nil {
				t.Fatal(err)
			}
		} else if !strings.HasPrefix(string(data), "\uFEFF") {
			t.Error("the CSV has no mark of its encoding")
		}
		golden(t, "documents/"+name, strings.ReplaceAll(strings.TrimPrefix(string(data), "\uFEFF"), "\r\n", "\n"))
		if strings.Count(string(data), "\n") != strings.Count(string(data), "\r\n") {
			t.Errorf("%s: lines do not all end in CRLF", name)
		}
	}
}

// A long statement goes on in further files, and each is whole.
func TestStatementInParts(t *testing.T) {
	for _, format := range payments.ExportFormats() {
		st := sampleStatement(format)
		x := &exportWriter{printer: catalog(t).Printer(locales.Kyrgyz), statement: st, dir: t.TempDir(), made: noon, limit: 2}
		if err := st.Each(t.Context(), x.line); err != nil {
			t.Fatal(err)
		}
		if err := x.close(); err != nil {
			t.Fatal(err)
		}
		parts := x.named()
		if len(parts) != 3 || !strings.HasSuffix(strings.TrimSuffix(parts[2].Name, "."+string(format)), "3") && format != payments.Export1C {
			t.Errorf("%s: parts %+v", format, parts)
		}
		for _, part := range parts {
			if info, err := os.Stat(part.Path); err != nil || info.Size() == 0 {
				t.Errorf("%s: %v, %v", part.Name, info, err)
			}
		}
	}
}

// What breaks off leaves no file behind.
func TestStatementBreaksOff(t *testing.T) {
	fault := errors.New("a fault")
	for _, format := range payments.ExportFormats() {
		st := sampleStatement(format)
		all := st.Each
		st.Each = func(ctx context.Context, line func(payments.Operation) error) error {
			if err := all(ctx, line); err != nil {
				return err
			}
			return fault
		}
		dir := t.TempDir()
		b := &Bot{catalog: catalog(t), now: time.Now}
		if _, _, err := b.WriteExport(t.Context(), st, dir, func(int) {}); !errors.Is(err, fault) {
			t.Errorf("%s: %v, want the fault", format, err)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
			t.Errorf("%s: %d files left, %v", format, len(left), err)
		}
	}
}
