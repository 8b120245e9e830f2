package handlers

import (
	"io"
	"os"
	"slices"
	"strconv"

	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/documents"
)

// statementCSV is the list alone.
type statementCSV struct {
	writer *exportWriter
	file   io.Closer
	table  *documents.CSV
}

func newStatementCSV(x *exportWriter, file *os.File) (*statementCSV, error) {
	table, err := documents.NewCSV(file, x.operationsTable())
	return &statementCSV{writer: x, file: file, table: table}, err
}

func (s *statementCSV) Line(o payments.Operation) error {
	return s.table.Row(s.writer.operationCells(o)...)
}

func (s *statementCSV) Close() error {
	err := s.table.Close()
	if e := s.file.Close(); err == nil {
		err = e
	}
	return err
}

// tally adds lines up under a name, and remembers the order of the names.
type tally[K comparable] struct {
	figures map[K]payments.Figures
	names   []K
}

func (t *tally[K]) add(name K, f payments.Figures) {
	if t.figures == nil {
		t.figures = make(map[K]payments.Figures)
	}
	if _, known := t.figures[name]; !known {
		t.names = append(t.names, name)
	}
	t.figures[name] = t.figures[name].Plus(f)
}

// statementXLSX is the list, and its sums by day and by outlet.
type statementXLSX struct {
	writer  *exportWriter
	file    *os.File
	book    *documents.Workbook
	list    *documents.Sheet
	days    tally[payments.Date]
	outlets tally[payments.OutletID]
	names   map[payments.OutletID]string
}

func newStatementXLSX(x *exportWriter, file *os.File) (*statementXLSX, error) {
	s := &statementXLSX{writer: x, file: file, book: documents.NewWorkbook(), names: make(map[payments.OutletID]string)}
	var err error
	s.list, err = s.book.Sheet(x.operationsTable())
	return s, err
}

func (s *statementXLSX) Line(o payments.Operation) error {
	f := o.Figures()
	s.days.add(s.writer.statement.Merchant.DateOf(o.At), f)
	s.outlets.add(o.OutletID, f)
	s.names[o.OutletID] = o.Outlet
	return s.list.Row(s.writer.operationCells(o)...)
}

func (s *statementXLSX) Close() error {
	err := s.finish()
	if e := s.book.Close(); err == nil {
		err = e
	}
	if e := s.file.Close(); err == nil {
		err = e
	}
	return err
}

func (s *statementXLSX) finish() error {
	if err := s.list.Close(); err != nil {
		return err
	}
	p := s.writer.printer
	day := documents.Column{Title: p.Text("export.column.date"), Kind: documents.ColumnDate, Width: 12}
	slices.Sort(s.days.names)
	err := s.sums(p.Text("export.sheet.days"), day, len(s.days.names), func(i int) (documents.Cell, payments.Figures) {
		name := s.days.names[i]
		return documents.Cell{At: name.Time()}, s.days.figures[name]
	})
	if err != nil {
		return err
	}
	outlet := documents.Column{Title: p.Text("export.column.outlet"), Width: 30}
	slices.Sort(s.outlets.names)
	err = s.sums(p.Text("export.sheet.outlets"), outlet, len(s.outlets.names), func(i int) (documents.Cell, payments.Figures) {
		name := s.outlets.names[i]
		return documents.Cell{Text: s.names[name]}, s.outlets.figures[name]
	})
	if err != nil {
		return err
	}
	_, err = s.book.WriteTo(s.file)
	return err
}

// sums is a sheet of n lines of figures.
func (s *statementXLSX) sums(name string, first documents.Column, n int, line func(int) (documents.Cell, payments.Figures)) error {
	p := s.writer.printer
	money := func(key string) documents.Column {
		return documents.Column{Title: p.Text(key), Kind: documents.ColumnMoney, Width: 16, Total: true}
	}
	sheet, err := s.book.Sheet(documents.Table{Name: name, Total: p.Text("export.column.total"), Columns: []documents.Column{
		first,
		{Title: p.Text("export.column.count"), Kind: documents.ColumnCount, Width: 12, Total: true},
		money("export.column.taken"), money("export.column.refunded"), money("export.column.reversed"),
		money("export.column.fee"), money("export.column.net"),
	}})
	if err != nil {
		return err
	}
	for i := range n {
		head, f := line(i)
		err := sheet.Row(head, documents.Cell{Number: int64(f.Taken.Count)}, documents.Cell{Number: int64(f.Taken.Total)},
			documents.Cell{Number: int64(f.Refunded.Total)}, documents.Cell{Number: int64(f.Reversed.Total)},
			documents.Cell{Number: int64(f.Fees)}, documents.Cell{Number: int64(f.Net())})
		if err != nil {
			return err
		}
	}
	return sheet.Close()
}

// statement1C is a statement for accounting programs. Their format has no fees
// of single payments: those of a day are one document.
type statement1C struct {
	writer *exportWriter
	file   *os.File
	kept   *os.File // the documents, until the sums are known
	head   documents.Exchange
	body   *documents.ExchangeBody
	payer  string
	fees   tally[payments.Date]
}

func newStatement1C(x *exportWriter, file *os.File) (*statement1C, error) {
	kept, err := os.CreateTemp(x.dir, "export-*")
	if err != nil {
		return nil, err
	}
	// It lives as long as it is open.
	if err := os.Remove(kept.Name()); err != nil {
		return nil, err
	}
	e, m := x.statement.Export, x.statement.Merchant
	s := &statement1C{writer: x, file: file, kept: kept, head: documents.Exchange{
		Sender: x.printer.Text("receipt.service"), Account: strconv.FormatInt(int64(m.ID), 10), Owner: m.Name, TaxID: m.TIN,
		Made: x.made, From: e.First.Time(), To: e.Last.Time(),
	}}
	s.payer = x.printer.Text("export.payer")
	s.body = documents.NewExchangeBody(kept, s.head)
	return s, nil
}

func (s *statement1C) Line(o payments.Operation) error {
	p, m := s.writer.printer, s.writer.statement.Merchant
	s.fees.add(m.DateOf(o.At), payments.Figures{Fees: o.Fee})
	purpose := p.Text("export.purpose."+string(o.Kind), "receipt", strconv.FormatInt(o.Receipt, 10), "outlet", o.Outlet)
	if o.Comment != "" {
		purpose = p.Text("export.purpose.comment", "purpose", purpose, "comment", o.Comment)
	}
	return s.document(documents.ExchangeDocument{
		Number: strconv.FormatInt(o.Receipt, 10), At: m.DateOf(o.At).Time(), Sum: int64(o.Amount),
		Other: s.payer, Purpose: purpose,
	})
}

// document turns a negative sum into money that goes.
func (s *statement1C) document(d documents.ExchangeDocument) error {
	if d.Sum < 0 {
		d.Out, d.Sum = true, -d.Sum
		s.head.Out += d.Sum
	} else {
		s.head.In += d.Sum
	}
	return s.body.Document(d)
}

func (s *statement1C) Close() error {
	err := s.finish()
	if e := s.kept.Close(); err == nil {
		err = e
	}
	if e := s.file.Close(); err == nil {
		err = e
	}
	return err
}

func (s *statement1C) finish() error {
	p := s.writer.printer
	slices.Sort(s.fees.names)
	for _, day := range s.fees.names {
		fee := s.fees.figures[day].Fees
		if fee == 0 {
			continue
		}
		err := s.document(documents.ExchangeDocument{
			Number: p.Text("export.fee_number", "date", strconv.Itoa(int(day))), At: day.Time(), Sum: -int64(fee),
			Other: p.Text("receipt.service"), Purpose: p.Text("export.purpose.fee", "date", p.Date(day.Time())),
		})
		if err != nil {
			return err
		}
	}
	if err := s.body.Close(); err != nil {
		return err
	}
	if _, err := s.kept.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return documents.WriteExchange(s.file, s.head, s.kept)
}
