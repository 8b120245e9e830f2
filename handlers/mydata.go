package handlers

import (
	"archive/zip"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/documents"
)

// Data is how a person gets all that is known of them.
type Data interface {
	MayHaveData(context.Context, payments.PersonID) error
	RequestData(ctx context.Context, id payments.PersonID, message int) error
}

// Actions on a person's data.
const (
	actionData     = "mydata"     // what it is
	actionDataSend = "mydatasend" // collects and sends it
)

func (b *Bot) myData(ctx context.Context, t *chat.Turn) error {
	v := visit(t)
	return show(ctx, t, dataScreen(v.Printer, v.Role == payments.RoleOwner))
}

// myDataSend puts the collecting down. The file comes by itself.
func (b *Bot) myDataSend(ctx context.Context, t *chat.Turn) error {
	v := visit(t)
	if err := b.service.MayHaveData(ctx, v.ID); err != nil {
		return err
	}
	message, err := t.Reply(ctx, dataProgressScreen(v.Printer, 0))
	if err != nil {
		return err
	}
	return b.service.RequestData(ctx, v.ID, message)
}

// dataPartRows is how many lines one archive has at most: what Telegram takes
// is 50 MB, and this is about half of it.
const dataPartRows = 1_000_000

// dataLine is one line of a person's data; a nil row begins a list.
type dataLine = func(payments.DataSheet, []any) error

// WriteData writes a person's data into archives in dir, as each brings it, and
// returns their paths. It holds a line at a time.
func (b *Bot) WriteData(p payments.Person, zone *time.Location, dir string, each func(dataLine) error, progress func(rows int)) (paths []string, err error) {
	w := &dataWriter{p: b.printerFor(p), zone: zone, dir: dir, progress: progress, limit: dataPartRows}
	err = each(w.line)
	if closeErr := w.close(); err == nil {
		err = closeErr
	}
	return w.paths, err
}

type dataWriter struct {
	p        *locales.Printer
	zone     *time.Location
	dir      string
	progress func(int)
	limit    int

	paths []string
	file  *os.File
	zip   *zip.Writer
	csv   *documents.CSV
	rows  int
	part  int // rows in this archive
}

func (w *dataWriter) line(sheet payments.DataSheet, row []any) error {
	if w.zip == nil || row != nil && w.part >= w.limit {
		if err := w.next(); err != nil {
			return err
		}
		if row != nil {
			if err := w.begin(sheet); err != nil {
				return err
			}
		}
	}
	if row == nil {
		return w.begin(sheet)
	}
	cells := make([]documents.Cell, len(row))
	for i, value := range row {
		cells[i] = w.cell(sheet.Columns[i].Kind, value)
	}
	w.rows++
	w.part++
	w.progress(w.rows)
	return w.csv.Row(cells...)
}

func (w *dataWriter) cell(kind payments.DataKind, value any) documents.Cell {
	switch v := value.(type) {
	case nil:
		return documents.Cell{}
	case int64:
		if kind == payments.DataMoney {
			return documents.Cell{Number: v}
		}
	case time.Time:
		return documents.Cell{Text: v.In(w.zone).Format("02.01.2006 15:04:05")}
	}
	return documents.Cell{Text: fmt.Sprint(value)}
}

// next begins another archive with its explanation.
func (w *dataWriter) next() error {
	if err := w.close(); err != nil {
		return err
	}
	path := filepath.Join(w.dir, fmt.Sprintf("elkart-trade-%d.zip", len(w.paths)+1))
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	w.file, w.zip, w.part = file, zip.NewWriter(file), 0
	w.paths = append(w.paths, path)
	readme, err := w.zip.Create("README.txt")
	if err == nil {
		_, err = io.WriteString(readme, "\uFEFF"+strings.ReplaceAll(w.p.Text("mydata.readme", "zone", w.zone.String()), "\n", "\r\n"))
	}
	return err
}

// begin begins a list in the archive.
func (w *dataWriter) begin(sheet payments.DataSheet) error {
	if err := w.endSheet(); err != nil {
		return err
	}
	out, err := w.zip.Create(fileName(w.p.Text("mydata.sheet."+sheet.Name)) + ".csv")
	if err != nil {
		return fmt.Errorf("list %s: %w", sheet.Name, err)
	}
	table := documents.Table{}
	for _, c := range sheet.Columns {
		column := documents.Column{Title: w.p.Text("mydata.column." + c.Name)}
		if c.Kind == payments.DataMoney {
			column.Kind = documents.ColumnMoney
		}
		table.Columns = append(table.Columns, column)
	}
	w.csv, err = documents.NewCSV(out, table)
	return err
}

func (w *dataWriter) endSheet() error {
	if w.csv == nil {
		return nil
	}
	err := w.csv.Close()
	w.csv = nil
	return err
}

func (w *dataWriter) close() error {
	if w.zip == nil {
		return nil
	}
	err := w.endSheet()
	if zipErr := w.zip.Close(); err == nil {
		err = zipErr
	}
	if fileErr := w.file.Close(); err == nil {
		err = fileErr
	}
	w.zip, w.file = nil, nil
	return err
}

// DataFileScreen is an archive on its way to its person.
func (b *Bot) DataFileScreen(p payments.Person, file chat.Document) chat.Screen {
	return chat.Screen{Document: &file, Text: b.printerFor(p).HTML("mydata.file")}
}

// DataProgressScreen says how many lines are collected.
func (b *Bot) DataProgressScreen(p payments.Person, rows int) chat.Screen {
	return dataProgressScreen(b.printerFor(p), rows)
}

// DataDoneScreen says that all of it was sent.
func (b *Bot) DataDoneScreen(p payments.Person) chat.Screen {
	return chat.Screen{Text: b.printerFor(p).HTML("mydata.done"), Buttons: [][]chat.Button{menuRow(b.printerFor(p))}}
}

func dataScreen(p *locales.Printer, owner bool) chat.Screen {
	text := p.HTML("mydata.screen")
	if owner {
		text = p.HTML("mydata.screen_owner")
	}
	return chat.Screen{Text: text, Buttons: [][]chat.Button{
		{{Text: p.Text("mydata.button.send"), Action: chat.Act(actionDataSend)}},
		{{Text: p.Text("profile.button.back"), Action: chat.Act(actionProfile)}},
	}}
}

func dataProgressScreen(p *locales.Printer, rows int) chat.Screen {
	if rows == 0 {
		return chat.Screen{Text: p.HTML("mydata.begins")}
	}
	return chat.Screen{Text: p.HTML("mydata.progress", "rows", p.Number(int64(rows)))}
}
