package tables

import (
	"bytes"
	"errors"
	"math/big"
	"regexp"
	"strings"
	"sync"

	"github.com/xuri/excelize/v2"

	"elkart.kg/trade/payments"
)

// maxUnzipped is how many bytes a workbook may have unpacked. A table of MaxRows
// has some hundred thousand.
const maxUnzipped = 8 << 20

// maxWidth is up to which column a row may reach: the library fills the cells
// in between, and a cell far to the right costs a thousand times its size.
const maxWidth = 1000

// opening lets one workbook be read at a time, so that what several senders may
// take of the memory together is what one may.
var opening sync.Mutex

func readXLSX(data []byte) (t Table, err error) {
	opening.Lock()
	defer opening.Unlock()
	defer func() {
		// The library was not written for files that are made to break it.
		if recover() != nil {
			t, err = Table{}, payments.Fail(payments.CodeFileUnreadable)
		}
	}()
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: maxUnzipped,
	})
	if err != nil {
		return Table{}, refusal(err)
	}
	defer func() { _ = f.Close() }() // nothing of it is on a disk
	sheets := f.GetSheetList()
	if len(sheets) == 0 {
		return Table{}, payments.Fail(payments.CodeFileUnreadable)
	}
	rows, err := f.Rows(sheets[0])
	if err != nil {
		return Table{}, refusal(err)
	}
	defer func() { _ = rows.Close() }()
	t = Table{Format: XLSX}
	for line := 1; rows.Next(); line++ {
		cells, err := rows.Columns()
		if err != nil {
			return Table{}, refusal(err)
		}
		if len(cells) > maxWidth {
			return Table{}, payments.Fail(payments.CodeFileUnreadable)
		}
		cells = cells[:min(len(cells), maxColumns)]
		for i, cell := range cells {
			cells[i] = plainNumber(cell)
		}
		if err := t.keep(line, cells); err != nil {
			return Table{}, err
		}
	}
	if rows.Error() != nil {
		return Table{}, refusal(rows.Error())
	}
	return t.checked()
}

// refusal is why a workbook cannot be read, as a person can act on it.
func refusal(err error) error {
	switch {
	case errors.Is(err, excelize.ErrWorkbookPassword):
		return payments.Fail(payments.CodeFileProtected)
	case strings.Contains(err.Error(), "unzip size exceeds"):
		return payments.Fail(payments.CodeFileTooBig, "max", MaxBytes>>20)
	}
	return payments.Fail(payments.CodeFileUnreadable)
}

// asStored is a number as a workbook holds it, binary fractions and all.
var asStored = regexp.MustCompile(`^-?[0-9]{1,20}(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,2})?$`)

// plainNumber writes a stored number as a person would: 61250.000000000007 is
// 61250, 9.96555123456E+11 a telephone number. Other text stays.
func plainNumber(cell string) string {
	if !asStored.MatchString(cell) || !strings.ContainsAny(cell, ".eE") {
		return cell
	}
	n, ok := new(big.Rat).SetString(cell)
	if !ok {
		return cell
	}
	return strings.TrimRight(strings.TrimRight(n.FloatString(6), "0"), ".")
}
