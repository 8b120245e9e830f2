package tables

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"elkart.kg/trade/payments"
)

// guessLines is how many records are read to find the delimiter out.
const guessLines = 20

func readCSV(data []byte) (Table, error) {
	text, ok := decode(data)
	if !ok {
		return Table{}, payments.Fail(payments.CodeFileUnreadable)
	}
	t := Table{Format: CSV}
	delimiter, skipped := guess(text)
	if skipped {
		_, text, _ = strings.Cut(text, "\n")
	}
	r := reader(text, delimiter)
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return t.checked()
		}
		if err != nil {
			return Table{}, payments.Fail(payments.CodeFileUnreadable)
		}
		line, _ := r.FieldPos(0)
		if skipped {
			line++
		}
		if err := t.keep(line, cells); err != nil {
			return Table{}, err
		}
	}
}

func reader(text string, delimiter rune) *csv.Reader {
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = delimiter, -1, true
	return r
}

// decode makes UTF-8 of what a file may be in: UTF-8, UTF-16 (Excel's "Unicode
// text"), or else Windows-1251. ok is false for what is no text.
func decode(data []byte) (text string, ok bool) {
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		data = fromUTF16(data[2:], binary.LittleEndian)
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		data = fromUTF16(data[2:], binary.BigEndian)
	case !utf8.Valid(data):
		var err error
		if data, err = charmap.Windows1251.NewDecoder().Bytes(data); err != nil {
			return "", false
		}
	}
	text = strings.TrimPrefix(string(data), "\ufeff")
	// Pictures, archives and programs have bytes that no text has.
	for _, r := range text {
		if r < ' ' && r != '\n' && r != '\r' && r != '\t' {
			return "", false
		}
	}
	// A CR alone ends a line where old Macs wrote the file.
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), true
}

func fromUTF16(data []byte, order binary.ByteOrder) []byte {
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = order.Uint16(data[2*i:])
	}
	return []byte(string(utf16.Decode(units)))
}

// guess finds the delimiter: the one that cuts most records into the same
// number of fields. A comma comes last, as people write sums with it. Excel's
// line "sep=;" says it, and is skipped.
func guess(text string) (delimiter rune, skipped bool) {
	first, _, _ := strings.Cut(text, "\n")
	if said, ok := strings.CutPrefix(strings.TrimRight(first, " "), "sep="); ok && utf8.RuneCountInString(said) == 1 && strings.Contains(";,\t|", said) {
		return []rune(said)[0], true
	}
	best := 0
	delimiter = ';'
	for _, candidate := range []rune{';', '\t', '|', ','} {
		r := reader(text, candidate)
		widths := map[int]int{}
		for range guessLines {
			cells, err := r.Read()
			if err != nil {
				break
			}
			if len(cells) > 1 {
				widths[len(cells)]++
			}
		}
		for _, n := range widths {
			if n > best {
				best, delimiter = n, candidate
			}
		}
	}
	return delimiter, false
}
