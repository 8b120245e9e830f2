package handlers

import (
	"strings"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// exportPeriod is a stretch of days on a button.
type exportPeriod struct {
	label       string // key of its text
	first, last payments.Date
}

func exportPeriods(today payments.Date) []exportPeriod {
	return []exportPeriod{
		{"export.button.today", today, today},
		{"export.button.yesterday", today.Plus(-1), today.Plus(-1)},
		{"export.button.month", today.FirstOfMonth(0), today},
		{"export.button.last_month", today.FirstOfMonth(-1), today.FirstOfMonth(0).Plus(-1)},
	}
}

// exportScreen says what a statement comes to before it is made.
func exportScreen(p *locales.Printer, v payments.ExportView) chat.Screen {
	lines := []string{p.HTML("export.screen"), "", p.HTML("export.days", "days", spelledDates(p, v.First, v.Last))}
	lines = append(lines, figureLines(p, v.Figures)...)
	screen := chat.Screen{}
	var row []chat.Button
	for i, period := range exportPeriods(v.Today) {
		label := p.Text(period.label)
		if period.first == v.First && period.last == v.Last {
			label = p.Text("export.chosen", "period", label)
		}
		row = append(row, chat.Button{Text: label, Action: chat.Act(actionExport, period.first, period.last)})
		if i%2 == 1 {
			screen.Buttons, row = append(screen.Buttons, row), nil
		}
	}
	screen.Buttons = append(screen.Buttons, []chat.Button{{Text: p.Text("export.button.days"), Action: chat.Act(actionExportDays)}})
	if !v.Figures.Empty() {
		lines = append(lines, "", p.HTML("export.choose"))
		var formats []chat.Button
		for _, format := range payments.ExportFormats() {
			formats = append(formats, chat.Button{
				Text: p.Text("export.button." + string(format)), Action: chat.Act(actionExportFile, v.First, v.Last, format),
			})
		}
		screen.Buttons = append(screen.Buttons, formats)
	}
	screen.Buttons = append(screen.Buttons, menuRow(p))
	screen.Text = strings.Join(lines, "\n")
	return screen
}

// figureLines are the figures of a span; what there was none of is not named.
func figureLines(p *locales.Printer, f payments.Figures) []string {
	if f.Empty() {
		return []string{p.HTML("export.none")}
	}
	lines := []string{p.HTML("export.taken", "count", f.Taken.Count, "sum", f.Taken.Total)}
	if f.Refunded.Count > 0 {
		lines = append(lines, p.HTML("export.refunded", "count", f.Refunded.Count, "sum", f.Refunded.Total))
	}
	if f.Reversed.Count > 0 {
		lines = append(lines, p.HTML("export.reversed", "count", f.Reversed.Count, "sum", f.Reversed.Total))
	}
	if f.Fees != 0 {
		lines = append(lines, p.HTML("export.fees", "sum", f.Fees))
	}
	if f.Net() != f.Taken.Total {
		lines = append(lines, p.HTML("export.net", "sum", f.Net()))
	}
	return lines
}

// spelledDates is one day, or the first and the last of several.
func spelledDates(p *locales.Printer, first, last payments.Date) string {
	if first == last {
		return p.Date(first.Time())
	}
	return p.Text("export.span", "first", p.Date(first.Time()), "last", p.Date(last.Time()))
}

// exportProgressScreen says how much of a file is written, in percent.
func exportProgressScreen(p *locales.Printer, percent int) chat.Screen {
	return chat.Screen{Text: p.HTML("export.progress", "percent", percent)}
}

// ExportProgressScreen is how far a person's file is.
func (b *Bot) ExportProgressScreen(person payments.Person, percent int) chat.Screen {
	return exportProgressScreen(b.printerFor(person), percent)
}

// ExportDoneScreen takes the place of the progress once the files are there.
func (b *Bot) ExportDoneScreen(person payments.Person) chat.Screen {
	return chat.Screen{Text: b.printerFor(person).HTML("export.done")}
}

// ExportFailedScreen says that there will be no file: why, if it is something
// that the person can act on.
func (b *Bot) ExportFailedScreen(person payments.Person, known *payments.Error) chat.Screen {
	p := b.printerFor(person)
	if known != nil {
		return chat.Screen{Text: p.Error(known)}
	}
	return chat.Screen{Text: p.HTML("export.failed")}
}

// ExportPartScreen is one file with what it comes to: part n of parts, with the
// figures of all on the last.
func (b *Bot) ExportPartScreen(st payments.Statement, f payments.Figures, n, parts int, file chat.Document) chat.Screen {
	p := b.printerFor(st.Person)
	lines := []string{p.HTML("export.days", "days", spelledDates(p, st.Export.First, st.Export.Last))}
	if parts > 1 {
		lines = append(lines, p.HTML("export.part", "n", n, "of", parts))
	}
	if n == parts {
		lines = append(lines, figureLines(p, f)...)
	}
	return chat.Screen{Text: strings.Join(lines, "\n"), Document: &file}
}
