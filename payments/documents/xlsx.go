package documents

import (
	"archive/zip"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/xuri/excelize/v2"
)

// Workbook is an XLSX file in the making. Rows go to a temporary file as they
// come, so that its memory does not grow with them. Close it.
type Workbook struct {
	file   *excelize.File
	sheets int
	styles map[string]int
}

// Sheet is one sheet of a Workbook.
type Sheet struct {
	book   *Workbook
	table  Table
	stream *excelize.StreamWriter
	styles []int // of each column
	row    int   // the last one written
	sums   []int64
}

// Number formats by which programs show values in their reader's own language.
const (
	formatMoney = `#,##0.00`
	formatCount = `#,##0`
	formatDate  = `dd\.mm\.yyyy`
	formatTime  = `hh:mm:ss`
)

// NewWorkbook begins a file.
func NewWorkbook() *Workbook {
	return &Workbook{file: excelize.NewFile(), styles: make(map[string]int)}
}

// Sheet adds a sheet and writes its heading, which stays in sight. Sheets are
// finished in the order in which they were added.
func (b *Workbook) Sheet(t Table) (*Sheet, error) {
	var err error
	if b.sheets == 0 {
		err = b.file.SetSheetName(b.file.GetSheetName(0), t.Name)
	} else {
		_, err = b.file.NewSheet(t.Name)
	}
	if err != nil {
		return nil, fmt.Errorf("sheet %q: %w", t.Name, err)
	}
	b.sheets++
	s := &Sheet{book: b, table: t, sums: make([]int64, len(t.Columns)), styles: make([]int, len(t.Columns))}
	if s.stream, err = b.file.NewStreamWriter(t.Name); err != nil {
		return nil, fmt.Errorf("sheet %q: %w", t.Name, err)
	}
	return s, s.begin()
}

func (s *Sheet) begin() error {
	head, err := s.book.style("", true)
	if err != nil {
		return err
	}
	titles := make([]any, len(s.table.Columns))
	for i, column := range s.table.Columns {
		titles[i] = excelize.Cell{StyleID: head, Value: column.Title}
		if s.styles[i], err = s.book.style(formatOf(column.Kind), false); err != nil {
			return err
		}
		if column.Width > 0 {
			if err := s.stream.SetColWidth(i+1, i+1, column.Width); err != nil {
				return fmt.Errorf("width of column %q: %w", column.Title, err)
			}
		}
	}
	if err := s.stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return fmt.Errorf("freeze the heading: %w", err)
	}
	return s.write(titles)
}

// Row writes one line: a cell for each column.
func (s *Sheet) Row(cells ...Cell) error {
	values := make([]any, len(s.table.Columns))
	for i, column := range s.table.Columns {
		s.sums[i] += cells[i].Number
		values[i] = excelize.Cell{StyleID: s.styles[i], Value: valueOf(column.Kind, cells[i])}
	}
	return s.write(values)
}

func (s *Sheet) write(values []any) error {
	s.row++
	at, err := excelize.CoordinatesToCellName(1, s.row)
	if err != nil {
		return err
	}
	return s.stream.SetRow(at, values)
}

// Close writes the line of sums. They are formulas, which follow a filter, and
// carry their values for programs that do not compute.
func (s *Sheet) Close() error {
	last := s.row
	if s.table.Total != "" && last > 1 {
		if err := s.write(s.totals(last)); err != nil {
			return err
		}
	}
	if last > 1 {
		end, err := excelize.CoordinatesToCellName(len(s.table.Columns), last)
		if err != nil {
			return err
		}
		if err := s.book.file.AutoFilter(s.table.Name, "A1:"+end, nil); err != nil {
			return fmt.Errorf("filter of sheet %q: %w", s.table.Name, err)
		}
	}
	return s.stream.Flush()
}

func (s *Sheet) totals(last int) []any {
	values := make([]any, len(s.table.Columns))
	for i, column := range s.table.Columns {
		bold, err := s.book.style(formatOf(column.Kind), true)
		if err != nil {
			bold = 0 // a sum in plain print is a sum
		}
		cell := excelize.Cell{StyleID: bold}
		if i == 0 {
			cell.Value = s.table.Total
		}
		if column.Total {
			name, _ := excelize.ColumnNumberToName(i + 1)
			cell.Formula = fmt.Sprintf("SUBTOTAL(9,%s2:%s%d)", name, name, last)
			cell.Value = valueOf(column.Kind, Cell{Number: s.sums[i]})
		}
		values[i] = cell
	}
	return values
}

// WriteTo writes the file: the same bytes for the same rows. The library puts
// its sheets down in the order of a map, so its parts are sorted on the way.
func (b *Workbook) WriteTo(w io.Writer) (n int64, err error) {
	parts, err := os.CreateTemp("", "workbook-*.xlsx")
	if err != nil {
		return 0, fmt.Errorf("put a workbook aside: %w", err)
	}
	defer func() { err = errors.Join(err, parts.Close(), os.Remove(parts.Name())) }()
	if _, err := b.file.WriteTo(parts); err != nil {
		return 0, err
	}
	size, err := parts.Seek(0, io.SeekEnd)
	if err != nil {
		return 0, err
	}
	archive, err := zip.NewReader(parts, size)
	if err != nil {
		return 0, err
	}
	slices.SortFunc(archive.File, func(a, b *zip.File) int { return cmp.Compare(a.Name, b.Name) })
	counted := &countedWriter{Writer: w}
	sorted := zip.NewWriter(counted)
	for _, part := range archive.File {
		if err := sorted.Copy(part); err != nil {
			return counted.n, err
		}
	}
	err = sorted.Close()
	return counted.n, err
}

// countedWriter counts what it passes on.
type countedWriter struct {
	io.Writer
	n int64
}

func (c *countedWriter) Write(p []byte) (int, error) {
	n, err := c.Writer.Write(p)
	c.n += int64(n)
	return n, err
}

// Close removes what was put aside.
func (b *Workbook) Close() error { return b.file.Close() }

// style returns the number of a look, made once.
func (b *Workbook) style(format string, bold bool) (int, error) {
	key := fmt.Sprint(format, bold)
	if id, known := b.styles[key]; known {
		return id, nil
	}
	look := &excelize.Style{Font: &excelize.Font{Bold: bold}}
	if format != "" {
		look.CustomNumFmt = &format
	}
	id, err := b.file.NewStyle(look)
	if err != nil {
		return 0, fmt.Errorf("style: %w", err)
	}
	b.styles[key] = id
	return id, nil
}

func formatOf(kind ColumnKind) string {
	switch kind {
	case ColumnMoney:
		return formatMoney
	case ColumnCount:
		return formatCount
	case ColumnDate:
		return formatDate
	case ColumnTime:
		return formatTime
	}
	return ""
}

// valueOf is a cell as the format knows it. Its only number is the double, of
// which programs show fifteen digits: exact for sums below 10^15 hundredths.
func valueOf(kind ColumnKind, c Cell) any {
	if c.Text != "" {
		kind = ColumnText
	}
	switch kind {
	case ColumnMoney:
		return float64(c.Number) / 100
	case ColumnCount:
		return c.Number
	case ColumnDate:
		y, m, d := c.At.Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	case ColumnTime:
		h, m, s := c.At.Clock()
		return float64(h*3600+m*60+s) / 86400
	}
	return plain(c.Text)
}
