package handlers

import (
	"strings"
	"time"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// reportScreen is a report that somebody asked for, with the ways to others.
func reportScreen(p *locales.Printer, r payments.Report, picture []byte) chat.Screen {
	return chat.Screen{Photo: picture, Text: reportCaption(p, r, picture), Buttons: reportButtons(p, r)}
}

// sharesShown is how many outlets or people a report names, fewestShares how
// many at least.
const (
	sharesShown  = 5
	fewestShares = 2
)

// reportCaption is a report in words that fit under its picture: names and sums
// as long as they may be would make two messages of it.
func reportCaption(p *locales.Printer, r payments.Report, picture []byte) string {
	text := reportText(p, r, sharesShown)
	for n := sharesShown - 1; len(picture) > 0 && n >= fewestShares && !chat.FitsCaption(text); n-- {
		text = reportText(p, r, n)
	}
	return text
}

// reportText is a report in words: what counts first.
func reportText(p *locales.Printer, r payments.Report, shares int) string {
	lines := []string{reportTitle(p, r)}
	if name := reportOutlet(r); name != "" {
		lines = append(lines, p.HTML("report.outlet", "outlet", name))
	}
	lines = append(lines, "")
	f := r.Figures
	if f.Taken.Count == 0 {
		lines = append(lines, p.HTML("report.none"))
	} else {
		lines = append(lines,
			p.HTML("report.takings", "total", f.Taken.Total),
			p.HTML("report.count", "count", f.Taken.Count, "average", f.Taken.Average()))
	}
	if trend := reportTrend(p, r); trend != "" {
		lines = append(lines, trend)
	}
	if f.Refunded.Count > 0 {
		lines = append(lines, p.HTML("report.refunded", "total", f.Refunded.Total, "number", f.Refunded.Count))
	}
	if f.Fees != 0 {
		lines = append(lines, p.HTML("report.fees", "fees", f.Fees))
	}
	if r.Settled.Credited > 0 {
		lines = append(lines, p.HTML("report.credited", "total", r.Settled.Credited))
	}
	if r.Settled.Due > 0 {
		lines = append(lines, p.HTML(dueKey(r.Period), "total", r.Settled.Due))
	}
	if busiest := reportBusiest(p, r); busiest != "" {
		lines = append(lines, busiest)
	}
	if r.Since.Taken.Count > 0 {
		yesterday := r.Period.First.Plus(-1)
		lines = append(lines, p.HTML("report.since", "date", p.Date(yesterday.Time()), "total", r.Since.Taken.Total, "number", r.Since.Taken.Count))
	}
	lines = append(lines, reportShares(p, "report.places", r.Places, shares)...)
	lines = append(lines, reportShares(p, "report.people", r.People, shares)...)
	return strings.Join(append(lines, reportUnusual(p, r)...), "\n")
}

// dueKey: what was on its way when a time ended may have arrived since.
func dueKey(period payments.ReportPeriod) string {
	switch {
	case period.Open:
		return "report.due"
	case period.First == period.Last:
		return "report.due_that_day"
	}
	return "report.due_then"
}

// reportTitle says for when the report is; one that stops before the end of the
// time it names says where.
func reportTitle(p *locales.Printer, r payments.Report) string {
	key := "report.title." + string(r.Period.Kind)
	if r.Period.Open {
		key += "_open"
	}
	at := r.Period.To.In(r.Merchant.Location())
	stand := p.Time(at)
	if r.Period.Kind != payments.ReportDaily {
		stand = p.DayTime(at)
	}
	return p.HTML(key, "first", p.Date(r.Period.First.Time()), "last", p.Date(r.Period.Last.Time()), "weekday", p.Weekday(r.Period.First.Time()), "at", stand)
}

// reportOutlet is the outlet that a report is about, "" where it is all there
// is.
func reportOutlet(r payments.Report) string {
	for _, o := range r.Outlets {
		if o.ID == r.Outlet {
			return o.Name
		}
	}
	return ""
}

// reportTrend compares the takings with those of the time before.
func reportTrend(p *locales.Printer, r payments.Report) string {
	now, before := r.Figures.Taken.Total, r.Before.Taken.Total
	if before == 0 || now == 0 {
		return ""
	}
	// Whole per cents, rounded half away from zero, in hundredths of one.
	change := (now - before) * 200 / before
	if change >= 0 {
		change = (change + 1) / 2
	} else {
		change = (change - 1) / 2
	}
	trend := "report.same"
	if change > 0 {
		trend = "report.up"
	} else if change < 0 {
		trend, change = "report.down", -change
	}
	return p.HTML("report.compared."+string(r.Period.Kind), "trend", p.Text(trend, "percent", p.Percent(int64(change)*100)), "before", before)
}

func reportBusiest(p *locales.Printer, r payments.Report) string {
	bar, ok := r.Busiest()
	from := bar.From.In(r.Merchant.Location())
	switch {
	case !ok || r.Figures.Taken.Count < 3:
		return ""
	case r.Period.Kind == payments.ReportDaily:
		return p.HTML("report.busiest_hour", "from", p.Time(from), "to", p.Time(from.Add(time.Hour)))
	case r.Period.Days() <= payments.MostDayBars:
		return p.HTML("report.busiest_day", "date", p.Date(from), "weekday", p.Weekday(from))
	}
	return ""
}

// reportShares lists the largest parts of the takings; one alone is all of it.
func reportShares(p *locales.Printer, title string, shares []payments.Share, shown int) []string {
	if len(shares) < 2 {
		return nil
	}
	lines := []string{"", p.HTML(title)}
	var rest payments.Takings
	for i, s := range shares {
		name := s.Name
		if s.OutletID == 0 && s.PersonID == 0 {
			name = p.Text("report.counter")
		}
		if i < shown-1 || len(shares) <= shown {
			lines = append(lines, p.HTML("report.share", "name", clip(name, shareName), "total", s.Total, "number", s.Count))
			continue
		}
		rest = rest.Plus(s.Takings)
	}
	if rest.Count > 0 {
		lines = append(lines, p.HTML("report.rest", "total", rest.Total, "number", rest.Count))
	}
	return lines
}

// shareName is how many characters of a name stand in a list of a report.
const shareName = 24

func reportUnusual(p *locales.Printer, r payments.Report) []string {
	if !r.Unusual() {
		return nil
	}
	lines := []string{"", p.HTML("report.unusual")}
	if reversed := r.Figures.Reversed; reversed.Count > 0 {
		lines = append(lines, p.HTML("report.reversed", "total", reversed.Total, "number", reversed.Count))
	}
	s := r.Settled
	for _, oddity := range []struct {
		key string
		n   int
	}{{"report.refused", s.Refused}, {"report.late", s.Late}, {"report.doubled", s.Doubled}, {"report.breaks", s.Breaks}} {
		if oddity.n > 0 {
			lines = append(lines, p.HTML(oddity.key, "number", oddity.n))
		}
	}
	return lines
}

// reportButtons leads to other times and outlets.
func reportButtons(p *locales.Printer, r payments.Report) [][]chat.Button {
	var kinds []chat.Button
	date := min(r.Period.Last, r.Today)
	for _, kind := range []payments.ReportKind{payments.ReportDaily, payments.ReportWeekly, payments.ReportMonthly} {
		label := p.Text("report.button." + string(kind))
		if kind == r.Period.Kind {
			label = p.Text("report.chosen", "choice", label)
		}
		kinds = append(kinds, chat.Button{Text: label, Action: chat.Act(actionReport, reportArgs(r.Merchant.Period(kind, date, r.Period.To), r.Outlet)...)})
	}
	rows := [][]chat.Button{kinds, reportSteps(p, r)}
	var narrower []chat.Button
	if len(r.Outlets) > 1 {
		narrower = append(narrower, chat.Button{Text: p.Text("report.button.outlet"), Action: chat.Act(actionReportPlace, reportArgs(r.Period, r.Outlet)...)})
	}
	narrower = append(narrower, chat.Button{Text: p.Text("report.button.dates"), Action: chat.Act(actionReportPeriod, reportArgs(r.Period, r.Outlet)...)})
	plans := append(fileButton(p, r), chat.Button{Text: p.Text("report.button.settings"), Action: chat.Act(actionReportSettings)})
	closings := []chat.Button{{Text: p.Text("closing.button.list"), Action: chat.Act(actionClosings)}}
	return append(rows, narrower, plans, closings, menuRow(p))
}

// reportSteps leads to the time before and the one after, if that has begun.
func reportSteps(p *locales.Printer, r payments.Report) []chat.Button {
	previous, next := r.Merchant.Shifted(r.Period, -1), r.Merchant.Shifted(r.Period, 1)
	row := []chat.Button{{
		Text:   p.Text("report.button.previous", "date", stepLabel(p, previous)),
		Action: chat.Act(actionReport, reportArgs(previous, r.Outlet)...),
	}}
	if next.First <= r.Today {
		row = append(row, chat.Button{
			Text:   p.Text("report.button.next", "date", stepLabel(p, next)),
			Action: chat.Act(actionReport, reportArgs(next, r.Outlet)...),
		})
	}
	return row
}

func stepLabel(p *locales.Printer, period payments.ReportPeriod) string {
	if period.Kind == payments.ReportMonthly {
		return p.Month(period.First.Time())
	}
	if period.First == period.Last {
		return p.ShortDate(period.First.Time())
	}
	return p.Text("report.span", "first", p.ShortDate(period.First.Time()), "last", p.ShortDate(period.Last.Time()))
}

// reportPlaceScreen lists the outlets that a report can be about.
func reportPlaceScreen(p *locales.Printer, r payments.Report, n int64) chat.Screen {
	args := func(outlet payments.OutletID) []any { return reportArgs(r.Period, outlet) }
	page, turn := pageOf(p, r.Outlets, n, func(n int64) chat.Action {
		return chat.Act(actionReportPlace, append(args(r.Outlet), n)...)
	})
	screen := chat.Screen{Text: p.HTML("report.ask.outlet"), Buttons: [][]chat.Button{
		{{Text: p.Text("report.button.all"), Action: chat.Act(actionReport, args(0)...)}},
	}}
	for _, o := range page {
		screen.Buttons = append(screen.Buttons, []chat.Button{{Text: locales.Line(o.Name), Action: chat.Act(actionReport, args(o.ID)...)}})
	}
	screen.Buttons = append(withRow(screen.Buttons, turn),
		[]chat.Button{{Text: p.Text("report.button.back"), Action: chat.Act(actionReport, args(r.Outlet)...)}})
	return screen
}

func reportDatesScreen(p *locales.Printer, today payments.Date) chat.Screen {
	return chat.Screen{Text: p.HTML("report.ask.dates",
		"first", p.ShortDate(today.Plus(-9).Time()), "last", p.ShortDate(today.Time()), "day", p.ShortDate(today.Plus(-3).Time()))}
}
