package handlers

import (
	"strings"
	"time"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/documents"
	"elkart.kg/trade/payments/tables"
)

// bulkProblemsShown is how many bad rows a message lists; the file that comes
// back has all.
const bulkProblemsShown = 10

func bulkExplainScreen(p *locales.Printer, file *chat.Document) chat.Screen {
	return chat.Screen{
		Text:     p.HTML("bulk.explain", "rows", tables.MaxRows, "megabytes", tables.MaxBytes>>20),
		Document: file,
	}
}

// bulkScreen shows how far a file is.
func bulkScreen(p *locales.Printer, v payments.BulkView) chat.Screen {
	lines := []string{p.HTML("bulk.name", "name", v.Name)}
	var buttons [][]chat.Button
	switch v.State {
	case payments.BulkOffered:
		lines, buttons = bulkOffer(p, v, lines)
	case payments.BulkConfirmed:
		lines = append(lines, p.HTML("bulk.progress", "made", v.Made, "good", v.Good))
	case payments.BulkDone:
		lines = append(lines, p.HTML("bulk.done", "count", v.Good, "total", v.Total))
		buttons = [][]chat.Button{{{Text: p.Text("home.button.links"), Action: chat.Act(actionLinks)}}, menuRow(p)}
	case payments.BulkCancelled:
		lines, buttons = append(lines, p.HTML("bulk.cancelled")), anotherFile(p)
	}
	return chat.Screen{Text: strings.Join(lines, "\n"), Buttons: buttons}
}

func bulkOffer(p *locales.Printer, v payments.BulkView, lines []string) ([]string, [][]chat.Button) {
	if v.Good > 0 {
		lines = append(lines,
			p.HTML("bulk.offer", "count", v.Good, "total", v.Total),
			p.HTML("charge.outlet", "outlet", v.Outlet.Name),
			p.HTML("bulk.life", "count", int(payments.ChargeLife/(24*time.Hour))))
	} else {
		lines = append(lines, p.HTML("bulk.none"))
	}
	if bad := v.Problems(); len(bad) > 0 {
		lines = append(lines, "", p.HTML("bulk.problems", "count", len(bad)))
		for _, row := range bad[:min(len(bad), bulkProblemsShown)] {
			lines = append(lines, p.HTML("bulk.problem_line", "line", row.Line, "why", bulkProblem(p, row)))
		}
		if more := len(bad) - bulkProblemsShown; more > 0 {
			lines = append(lines, p.HTML("bulk.problems_more", "rows", more))
		}
	}
	if v.Good == 0 {
		return lines, anotherFile(p)
	}
	return lines, [][]chat.Button{
		{{Text: p.Text("bulk.button.create", "links", v.Good), Action: chat.Act(actionBulkMake, v.ID)}},
		{{Text: p.Text("bulk.button.cancel"), Action: chat.Act(actionBulkCancel, v.ID)}},
	}
}

// anotherFile leads on from a file that made no links.
func anotherFile(p *locales.Printer) [][]chat.Button {
	return [][]chat.Button{{{Text: p.Text("bulk.button.more"), Action: chat.Act(actionBulk)}}, menuRow(p)}
}

// maxProblemSum is how much of what stands for a sum is shown.
const maxProblemSum = 30

// bulkProblem says in a few words why a row makes no link.
func bulkProblem(p *locales.Printer, row payments.BulkRow) string {
	why := row.Why()
	sum := []rune(row.Sum)
	args := []any{"sum", string(sum[:min(len(sum), maxProblemSum)])}
	for name, value := range why.Params {
		args = append(args, name, value)
	}
	if row.Problem == payments.CodeSumMalformed && row.Sum == "" {
		return p.Text("bulk.problem.sum_missing")
	}
	return p.Text("bulk.problem."+string(row.Problem), args...)
}

// bulkAnswerScreen is the file with the links, and what to do with it.
func bulkAnswerScreen(p *locales.Printer, v payments.BulkView, zone *time.Location, file *chat.Document) chat.Screen {
	screen := chat.Screen{Document: file}
	if v.Again {
		screen.Text = p.HTML("bulk.again", "at", p.DayTime(v.CreatedAt.In(zone)))
		screen.Buttons = [][]chat.Button{{{Text: p.Text("bulk.button.repeat"), Action: chat.Act(actionBulkRepeat, v.ID)}}}
		return screen
	}
	screen.Text = p.HTML("bulk.answer", "count", v.Good, "total", v.Total)
	if bad := len(v.Problems()); bad > 0 {
		screen.Text += "\n" + p.HTML("bulk.answer_problems", "count", bad)
	}
	return screen
}

// bulkTable is a file's rows with their links, or why they have none.
func bulkTable(p *locales.Printer, v payments.BulkView, addresses map[int]string) ([]byte, error) {
	head := documents.Table{Name: p.Text("bulk.sheet"), Columns: append(bulkColumns(p),
		documents.Column{Title: p.Text("bulk.column.link"), Width: 46},
		documents.Column{Title: p.Text("bulk.column.whatsapp"), Width: 30},
		documents.Column{Title: p.Text("bulk.column.problem"), Width: 30})}
	rows := make([][]documents.Cell, len(v.Rows))
	for i, row := range v.Rows {
		cells := []documents.Cell{{Text: row.Name}, {Text: filePhone(p, row.Phone)}, {Number: int64(row.Amount)}, {Text: row.Comment}, {}, {}, {}}
		if address := addresses[row.Line]; address != "" {
			cells[4].Text, cells[5].Text = address, whatsApp(p, v, row, address)
		}
		if row.Problem != "" {
			cells[2].Text, cells[6].Text = orDash(row.Sum), bulkProblem(p, row)
		}
		rows[i] = cells
	}
	return writeTable(v.Format, head, rows)
}

func bulkColumns(p *locales.Printer) []documents.Column {
	return []documents.Column{
		{Title: p.Text("bulk.column.name"), Width: 24},
		{Title: p.Text("bulk.column.phone"), Width: 18},
		{Title: p.Text("bulk.column.sum"), Kind: documents.ColumnMoney, Width: 12},
		{Title: p.Text("bulk.column.comment"), Width: 30},
	}
}

// filePhone is a number as nobody's spreadsheet takes it for a sum or a
// formula: without the plus.
func filePhone(p *locales.Printer, e164 string) string {
	if e164 == "" {
		return ""
	}
	return strings.TrimPrefix(p.Phone(e164), "+")
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// whatsApp opens the customer's chat with the message written.
func whatsApp(p *locales.Printer, v payments.BulkView, row payments.BulkRow, address string) string {
	digits := strings.TrimPrefix(row.Phone, "+")
	if digits == "" {
		return ""
	}
	text := shareText(p, ticketView{Ticket: payments.Ticket{
		Link: payments.Link{Amount: row.Amount, Comment: row.Comment}, Outlet: v.Outlet}})
	return "https://wa.me/" + digits + "?text=" + percent(text+"\n"+address)
}

// bulkTemplate is a file to fill in: the header and one row.
func bulkTemplate(p *locales.Printer) (*chat.Document, error) {
	data, err := writeTable(string(tables.XLSX), documents.Table{Name: p.Text("bulk.sheet"), Columns: bulkColumns(p)},
		[][]documents.Cell{{{Text: p.Text("bulk.template.name")}, {Text: "0555 123 456"}, {Number: 1250_50}, {Text: p.Text("bulk.template.comment")}}})
	if err != nil {
		return nil, err
	}
	return &chat.Document{Name: p.Text("bulk.template.file") + ".xlsx", Data: data}, nil
}
