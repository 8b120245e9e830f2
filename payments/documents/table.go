package documents

import (
	"strconv"
	"strings"
	"time"
	"unicode"
)

// ColumnKind says what stands in a column, and so which field of a Cell counts.
type ColumnKind int

// The kinds of columns.
const (
	ColumnText  ColumnKind = iota
	ColumnMoney            // Cell.Number in hundredths
	ColumnCount            // Cell.Number
	ColumnDate             // the day of Cell.At, in its own zone
	ColumnTime             // the time of day of Cell.At
)

// Column is one column of a table.
type Column struct {
	Title string
	Kind  ColumnKind
	Width float64 // in characters; 0: the program's own
	Total bool    // the sum stands below it
}

// Cell is one value; its column's kind says which field is meant. A text stands
// in the place of any other value, where there is none.
type Cell struct {
	Text   string
	Number int64
	At     time.Time
}

// Table is a list with a heading, as a sheet of a workbook or as a CSV file.
type Table struct {
	Name    string // of the sheet, at most 31 characters
	Columns []Column
	Total   string // the word in the first column of the line of sums; "": no such line
}

// decimal writes hundredths with two digits behind the separator.
func decimal(hundredths int64, separator string) string {
	sign := ""
	// The smallest integer has no positive twin.
	n := uint64(hundredths)
	if hundredths < 0 {
		sign, n = "-", -n
	}
	text := strconv.FormatUint(n, 10)
	for len(text) < 3 {
		text = "0" + text
	}
	return sign + text[:len(text)-2] + separator + text[len(text)-2:]
}

// plain is a text without what no table can hold.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case unicode.IsControl(r) || r == unicode.ReplacementChar || r == '\uFFFE' || r == '\uFFFF':
			return -1
		}
		return r
	}, s)
}
