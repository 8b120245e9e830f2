package handlers

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"time"

	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/documents"
)

// exportPartLines is after how many lines a statement goes on in another file:
// Telegram takes 50 MB, phones open much less, and so much is held at a time.
const exportPartLines = 100_000

// ExportPart is one file of a statement, in a temporary place.
type ExportPart struct {
	Path string
	Name string // that the person sees
}

// statementFile is a file that is being written, line by line.
type statementFile interface {
	Line(payments.Operation) error
	Close() error
}

// WriteExport writes a statement into files in dir and returns them with what
// they come to. progress hears how many lines are written.
func (b *Bot) WriteExport(ctx context.Context, st payments.Statement, dir string, progress func(lines int)) ([]ExportPart, payments.Figures, error) {
	x := &exportWriter{printer: b.printerFor(st.Person), statement: st, dir: dir, made: b.now().In(st.Merchant.Location()), limit: exportPartLines}
	var total payments.Figures
	lines := 0
	err := st.Each(ctx, func(o payments.Operation) error {
		if err := x.line(o); err != nil {
			return err
		}
		total = total.Plus(o.Figures())
		lines++
		progress(lines)
		return ctx.Err()
	})
	if err == nil {
		err = x.close()
	}
	if err != nil {
		x.abandon()
		return nil, total, err
	}
	return x.named(), total, nil
}

type exportWriter struct {
	printer   *locales.Printer
	statement payments.Statement
	dir       string
	made      time.Time
	limit     int
	kinds     map[payments.OperationKind]string // the word for each: looked up once, written in every line

	parts []ExportPart
	open  statementFile
	lines int // in the open part
}

func (x *exportWriter) line(o payments.Operation) error {
	if x.open != nil && x.lines == x.limit {
		if err := x.close(); err != nil {
			return err
		}
	}
	if x.open == nil {
		if err := x.begin(); err != nil {
			return err
		}
	}
	x.lines++
	o.At = o.At.In(x.statement.Merchant.Location())
	return x.open.Line(o)
}

func (x *exportWriter) begin() error {
	file, err := os.CreateTemp(x.dir, "export-*")
	if err != nil {
		return fmt.Errorf("file of an export: %w", err)
	}
	x.parts = append(x.parts, ExportPart{Path: file.Name()})
	x.lines = 0
	switch x.statement.Export.Format {
	case payments.ExportCSV:
		x.open, err = newStatementCSV(x, file)
	case payments.Export1C:
		x.open, err = newStatement1C(x, file)
	default:
		x.open, err = newStatementXLSX(x, file)
	}
	if err != nil {
		return fmt.Errorf("begin an export: %w", err)
	}
	return nil
}

func (x *exportWriter) close() error {
	if x.open == nil {
		return nil
	}
	open := x.open
	x.open = nil
	return open.Close()
}

// abandon leaves nothing behind.
func (x *exportWriter) abandon() {
	_ = x.close()
	for _, part := range x.parts {
		_ = os.Remove(part.Path)
	}
}

// named gives the parts the names that people see.
func (x *exportWriter) named() []ExportPart {
	e := x.statement.Export
	days := e.First.Time().Format("2006-01-02")
	if e.Last != e.First {
		days += "_" + e.Last.Time().Format("2006-01-02")
	}
	extension := map[payments.ExportFormat]string{payments.ExportCSV: "csv", payments.Export1C: "txt"}[e.Format]
	if extension == "" {
		extension = "xlsx"
	}
	for i := range x.parts {
		name := fileName(x.statement.Merchant.Name) + " " + days
		if len(x.parts) > 1 {
			name += " " + strconv.Itoa(i+1)
		}
		x.parts[i].Name = name + "." + extension
	}
	return x.parts
}

// operationsTable is the list of everything that happened.
func (x *exportWriter) operationsTable() documents.Table {
	p := x.printer
	return documents.Table{
		Name: p.Text("export.sheet.operations"), Total: p.Text("export.column.total"),
		Columns: []documents.Column{
			{Title: p.Text("export.column.date"), Kind: documents.ColumnDate, Width: 12},
			{Title: p.Text("export.column.time"), Kind: documents.ColumnTime, Width: 10},
			{Title: p.Text("export.column.kind"), Width: 22},
			{Title: p.Text("export.column.receipt"), Kind: documents.ColumnCount, Width: 10},
			{Title: p.Text("export.column.sum"), Kind: documents.ColumnMoney, Width: 14, Total: true},
			{Title: p.Text("export.column.fee"), Kind: documents.ColumnMoney, Width: 12, Total: true},
			{Title: p.Text("export.column.outlet"), Width: 24},
			{Title: p.Text("export.column.comment"), Width: 30},
			{Title: p.Text("export.column.cashier"), Width: 20},
			{Title: p.Text("export.column.operator_id"), Width: 38},
		},
	}
}

func (x *exportWriter) kind(k payments.OperationKind) string {
	word, known := x.kinds[k]
	if !known {
		word = x.printer.Text("export.kind." + string(k))
		if x.kinds == nil {
			x.kinds = make(map[payments.OperationKind]string)
		}
		x.kinds[k] = word
	}
	return word
}

func (x *exportWriter) operationCells(o payments.Operation) []documents.Cell {
	return []documents.Cell{
		{At: o.At}, {At: o.At}, {Text: x.kind(o.Kind)}, {Number: o.Receipt},
		{Number: int64(o.Amount)}, {Number: int64(o.Fee)}, {Text: o.Outlet}, {Text: o.Comment}, {Text: o.Cashier}, {Text: o.OperatorID},
	}
}
