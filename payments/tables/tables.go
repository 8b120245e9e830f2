// Package tables reads the tables that people send as files: CSV in the
// dialects and encodings that shops really have, and XLSX. It knows rows of
// text and no meaning of theirs, and takes nothing on trust: a file is refused
// before it can take more memory or time than a table of MaxRows needs.
package tables

import (
	"bytes"
	"strings"

	"elkart.kg/trade/payments"
)

// The bounds of a file.
const (
	MaxBytes   = 1 << 20 // as sent
	MaxRows    = 1000    // with something in them, the header left out
	maxColumns = 64      // what stands further right is not read
	maxCell    = 2000    // bytes; what is longer is cut, and is too long for any field
	maxLines   = 20 * MaxRows
)

// Format is how a table is written.
type Format string

// The formats.
const (
	CSV  Format = "csv"
	XLSX Format = "xlsx"
)

// Row is one row with something in it.
type Row struct {
	Line  int // in the file, from 1
	Cells []string
}

// Table is a file's first sheet.
type Table struct {
	Format Format
	Rows   []Row
}

// Named reports whether a file may be a table by what Telegram says of it: its
// name or its MIME type.
func Named(name, mime string) bool {
	name = strings.ToLower(strings.TrimSpace(name))
	for _, end := range []string{".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".ods"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return mime == "text/csv" || mime == "application/csv" || strings.Contains(mime, "spreadsheet") || mime == "application/vnd.ms-excel"
}

// Read reads a file by what is in it, whatever its name says. Errors:
// CodeFileTooBig, CodeFileEmpty, CodeFileProtected, CodeFileUnreadable,
// CodeTooManyRows.
func Read(data []byte) (Table, error) {
	switch {
	case len(data) > MaxBytes:
		return Table{}, payments.Fail(payments.CodeFileTooBig, "max", MaxBytes>>20)
	case len(bytes.TrimSpace(data)) == 0:
		return Table{}, payments.Fail(payments.CodeFileEmpty)
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		// A compound file: the Excel of before 2007, or a newer one with a password.
		return Table{}, payments.Fail(payments.CodeFileProtected)
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return readXLSX(data)
	}
	return readCSV(data)
}

// keep adds a row unless it is empty; the header makes one more.
func (t *Table) keep(line int, cells []string) error {
	cells = cells[:min(len(cells), maxColumns)]
	filled := false
	for i, cell := range cells {
		if len(cell) > maxCell {
			cell = strings.ToValidUTF8(cell[:maxCell], "")
		}
		cells[i] = strings.TrimSpace(cell)
		filled = filled || cells[i] != ""
	}
	switch {
	case line > maxLines, filled && len(t.Rows) > MaxRows:
		return payments.Fail(payments.CodeTooManyRows, "max", MaxRows)
	case filled:
		t.Rows = append(t.Rows, Row{Line: line, Cells: cells})
	}
	return nil
}

func (t *Table) checked() (Table, error) {
	if len(t.Rows) == 0 {
		return Table{}, payments.Fail(payments.CodeFileEmpty)
	}
	return *t, nil
}
