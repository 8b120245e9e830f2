package handlers

import (
	"fmt"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// DueReportScreen is a report that comes by itself.
func (b *Bot) DueReportScreen(r payments.Report) (chat.Screen, error) {
	p := b.printerFor(r.Person)
	picture, err := b.chart(p, r, false)
	if err != nil {
		return chat.Screen{}, err
	}
	return b.hushed(dueReportScreen(p, r, picture), r.Person, r.Merchant), nil
}

// chart draws a report's takings over time. Where there are none there is no
// picture, but in place of another.
func (b *Bot) chart(p *locales.Printer, r payments.Report, always bool) ([]byte, error) {
	if r.Figures.Taken.Count == 0 && !always {
		return nil, nil
	}
	picture, err := b.press.ChartPNG(ChartData(p, r))
	if err != nil {
		return nil, fmt.Errorf("chart: %w", err)
	}
	return picture, nil
}

// dueReportScreen is one line where nothing happened. What the buttons bring
// comes below: the report stays what it was.
func dueReportScreen(p *locales.Printer, r payments.Report, picture []byte) chat.Screen {
	if r.Quiet() {
		key := "report.nothing"
		if r.Period.First != r.Period.Last {
			key = "report.nothing_long"
		}
		first, last := r.Period.First.Time(), r.Period.Last.Time()
		return chat.Screen{
			Text:    p.HTML(key, "first", p.Date(first), "last", p.Date(last), "weekday", p.Weekday(first)),
			Buttons: [][]chat.Button{{{Text: p.Text("report.button.settings"), Action: chat.Act(actionReportSettings)}}},
			Silent:  true,
		}
	}
	row := []chat.Button{{Text: p.Text("report.button.details"), Action: chat.Act(actionReport, append(reportArgs(r.Period, r.Outlet), apart)...)}}
	return chat.Screen{Text: reportCaption(p, r, picture), Photo: picture, Buttons: [][]chat.Button{append(row, fileButton(p, r)...)}}
}

// fileButton brings a report's payments as a file, whoever may have it.
func fileButton(p *locales.Printer, r payments.Report) []chat.Button {
	if r.Outlet != 0 || !r.Person.Role.Can(payments.ActionExport) || r.Figures.Empty() {
		return nil
	}
	return []chat.Button{{
		Text:   p.Text("report.button.file"),
		Action: chat.Act(actionExportFile, r.Period.First, min(r.Period.Last, r.Today), string(payments.ExportXLSX)),
	}}
}

// apart, as a report button's fourth argument, puts the answer into a message
// of its own.
const apart = "apart"
