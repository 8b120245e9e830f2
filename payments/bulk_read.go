package payments

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxBulkName is how many characters a customer's name in a file may have.
const MaxBulkName = 100

// BulkRow is one row of a file of charges: what it asks, or why it cannot be
// asked. JSON, as it is kept with the file.
type BulkRow struct {
	Line    int    `json:"line"` // of the file, from 1
	Name    string `json:"name,omitempty"`
	Phone   string `json:"phone,omitempty"` // E.164
	Sum     string `json:"sum,omitempty"`   // as written
	Amount  Money  `json:"amount,omitempty"`
	Comment string `json:"comment,omitempty"`
	Problem Code   `json:"problem,omitempty"` // "" for a good row
}

// Why is the row's problem, nil for a good row.
func (r BulkRow) Why() *Error {
	switch r.Problem {
	case "":
		return nil
	case CodeSumTooSmall:
		return Fail(r.Problem, "min", DefaultMin)
	case CodeSumTooLarge:
		return Fail(r.Problem, "max", DefaultMax)
	case CodeNameMalformed:
		return Fail(r.Problem, "max", MaxBulkName)
	case CodeCommentTooLong:
		return Fail(r.Problem, "max", MaxComment)
	}
	return Fail(r.Problem)
}

// BulkColumn is what stands in a column of a file.
type BulkColumn int

// The columns, in the order that a file without a header has.
const (
	BulkName BulkColumn = iota
	BulkPhone
	BulkSum
	BulkComment
	bulkColumns
)

// columnWords are what people call the columns, in small letters without signs.
var columnWords = [bulkColumns][]string{
	BulkName: {"name", "customer", "client", "payer", "имя", "фио", "клиент", "покупатель", "плательщик", "имя клиента",
		"аты", "атыжөнү", "аты жөнү", "кардар", "кардардын аты", "сатып алуучу", "төлөөчү"},
	BulkPhone: {"phone", "phone number", "mobile", "tel", "телефон", "тел", "номер", "номер телефона", "моб", "мобильный", "whatsapp",
		"телефону", "телефон номери", "номери"},
	BulkSum: {"sum", "amount", "total", "price", "som", "сумма", "сом", "цена", "к оплате", "сумма к оплате", "стоимость",
		"суммасы", "баасы", "төлөм", "төлөнө турган сумма"},
	BulkComment: {"comment", "note", "purpose", "description", "for", "комментарий", "примечание", "назначение", "назначение платежа",
		"за что", "описание", "эскертүү", "түшүндүрмө", "кошумча", "эмне үчүн", "максаты"},
}

// Cells is a row of a file as it was read.
type Cells struct {
	Line  int
	Cells []string
}

// ReadBulk makes charges of a file's rows. A first row that names columns says
// which is which, in any order; without one they are name, telephone, sum,
// comment. phone brings a number into E.164. Error: CodeNoSumColumn.
func ReadBulk(rows []Cells, phone func(string) (string, bool)) ([]BulkRow, error) {
	order := [bulkColumns]int{BulkName: 0, BulkPhone: 1, BulkSum: 2, BulkComment: 3}
	if len(rows) > 0 {
		if named, ok := header(rows[0].Cells); ok {
			if named[BulkSum] < 0 {
				return nil, Fail(CodeNoSumColumn)
			}
			order, rows = named, rows[1:]
		}
	}
	out := make([]BulkRow, len(rows))
	for i, row := range rows {
		out[i] = bulkRow(row, order, phone)
	}
	return out, nil
}

// header reads a row that names columns: at least one does, and no cell is a
// sum. A column that is not there is -1; one that is named twice, the first.
func header(cells []string) (order [bulkColumns]int, ok bool) {
	for column := range order {
		order[column] = -1
	}
	for i, cell := range cells {
		if _, err := ParseMoney(cell); err == nil {
			return order, false
		}
		column, named := columnOf(cell)
		if named && order[column] < 0 {
			order[column], ok = i, true
		}
	}
	return order, ok
}

// columnOf knows a column by its name: "Сумма (сом)" and "Сумма, сом" are the
// sum.
func columnOf(cell string) (BulkColumn, bool) {
	if end := strings.IndexAny(cell, "(,:"); end > 0 {
		cell = cell[:end]
	}
	word := strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r):
			return unicode.ToLower(r)
		case unicode.IsSpace(r) || r == '/' || r == '_':
			return ' '
		}
		return -1
	}, cell)), " ")
	for column, words := range columnWords {
		for _, known := range words {
			if word == known {
				return BulkColumn(column), true
			}
		}
	}
	return 0, false
}

func bulkRow(row Cells, order [bulkColumns]int, phone func(string) (string, bool)) BulkRow {
	cell := func(column BulkColumn) string {
		if at := order[column]; at >= 0 && at < len(row.Cells) {
			return shownLine(row.Cells[at])
		}
		return ""
	}
	r := BulkRow{Line: row.Line, Name: cell(BulkName), Sum: cell(BulkSum), Comment: cell(BulkComment)}
	number, known := phone(cell(BulkPhone))
	if known {
		r.Phone = number
	}
	var err error
	if r.Amount, err = ParseMoney(r.Sum); err == nil {
		err = CheckBounds(r.Amount, DefaultMin, DefaultMax)
	}
	switch {
	case err != nil:
	case utf8.RuneCountInString(r.Name) > MaxBulkName:
		err = Fail(CodeNameMalformed)
	case utf8.RuneCountInString(r.Comment) > MaxComment:
		err = Fail(CodeCommentTooLong)
	case cell(BulkPhone) != "" && !known:
		err = Fail(CodePhoneMalformed)
	}
	if err != nil {
		r.Problem, r.Amount = CodeOf(err), 0
	}
	return r
}
