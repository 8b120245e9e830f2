package documents

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
)

// CSV writes a table as spreadsheets of this country open it by a double
// click: UTF-8 with its mark, semicolons, decimal commas, CRLF.
type CSV struct {
	table Table
	out   *csv.Writer
}

// NewCSV writes the heading.
func NewCSV(w io.Writer, t Table) (*CSV, error) {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return nil, err
	}
	c := &CSV{table: t, out: csv.NewWriter(w)}
	c.out.Comma, c.out.UseCRLF = ';', true
	titles := make([]string, len(t.Columns))
	for i, column := range t.Columns {
		titles[i] = column.Title
	}
	return c, c.out.Write(titles)
}

// Row writes one line: a cell for each column.
func (c *CSV) Row(cells ...Cell) error {
	fields := make([]string, len(c.table.Columns))
	for i, column := range c.table.Columns {
		fields[i] = csvField(column.Kind, cells[i])
	}
	return c.out.Write(fields)
}

// Close writes what is still held back.
func (c *CSV) Close() error {
	c.out.Flush()
	return c.out.Error()
}

func csvField(kind ColumnKind, c Cell) string {
	if c.Text != "" {
		kind = ColumnText
	}
	switch kind {
	case ColumnMoney:
		return decimal(c.Number, ",")
	case ColumnCount:
		return strconv.FormatInt(c.Number, 10)
	case ColumnDate:
		return c.At.Format("02.01.2006")
	case ColumnTime:
		return c.At.Format("15:04:05")
	}
	return harmless(plain(c.Text))
}

// harmless keeps a spreadsheet from computing what a payer typed: a text that
// it would take for a formula begins with an apostrophe. Some look for one behind
// spaces, too.
func harmless(s string) string {
	if begin := strings.TrimSpace(s); begin != "" && strings.ContainsRune("=+-@＝＋－＠|%", []rune(begin)[0]) {
		return "'" + s
	}
	return s
}
