package handlers

import (
	"strconv"
	"time"

	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/documents"
)

// ChartData puts a report's takings over time into the words of a chart.
func ChartData(p *locales.Printer, r payments.Report) documents.Chart {
	bars := shownBars(r)
	zone := r.Merchant.Location()
	var best payments.Money
	for _, b := range bars {
		best = max(best, b.Total)
	}
	scale := roundUp(best)
	chart := documents.Chart{
		Title: p.Text("report.chart", "total", r.Figures.Taken.Total),
		Note:  chartNote(p, r),
		Top:   p.ShortSum(scale), Scale: int64(scale),
	}
	if scale/2 >= payments.Som {
		chart.Middle = p.ShortSum(scale / 2) // less than a som would read as nothing
	}
	called := false
	for i, b := range bars {
		bar := documents.ChartBar{Value: int64(b.Total), Label: barLabel(r.Period, b.From.In(zone), i, len(bars))}
		if b.Total == best && best > 0 && !called {
			bar.Called, called = p.ShortSum(best), true
		}
		chart.Bars = append(chart.Bars, bar)
	}
	return chart
}

func chartNote(p *locales.Printer, r payments.Report) string {
	when := p.Date(r.Period.First.Time())
	if r.Period.First != r.Period.Last {
		when += " – " + p.Date(r.Period.Last.Time())
	} else {
		when += ", " + p.Weekday(r.Period.First.Time())
	}
	outlet := reportOutlet(r)
	if outlet == "" {
		outlet = r.Merchant.Name
	}
	return p.Text("report.chart_of", "when", when, "outlet", outlet)
}

// fewestHours is how many hours a chart of a day shows at least.
const fewestHours = 8

// shownBars leaves out the hours before the first payment and after the last.
func shownBars(r payments.Report) []payments.Bar {
	bars := r.Bars
	if r.Period.Days() > 1 {
		return bars
	}
	first, last := len(bars), -1
	for i, b := range bars {
		if b.Count > 0 {
			first, last = min(first, i), i
		}
	}
	if last < 0 {
		return bars
	}
	for last-first+1 < min(fewestHours, len(bars)) {
		if last+1 < len(bars) {
			last++
		} else {
			first--
		}
	}
	return bars[first : last+1]
}

// barLabel is what stands under a bar: as many as a phone can show.
func barLabel(period payments.ReportPeriod, from time.Time, i, bars int) string {
	days := period.Days()
	switch {
	case days == 1 && (bars <= 12 || from.Hour()%3 == 0):
		return from.Format("15")
	case days == 1:
		return ""
	case days > payments.MostDayBars && (bars <= 6 || i%(1+bars/6) == 0):
		return from.Format("01.06")
	case days > payments.MostDayBars:
		return ""
	case bars <= 10 || i == 0 || from.Day()%5 == 0 && from.Day() < 30:
		return strconv.Itoa(from.Day())
	}
	return ""
}

// roundUp is the next sum that is 1, 2 or 5 and zeros in soms: where a scale
// ends.
func roundUp(m payments.Money) payments.Money {
	for unit := payments.Som; ; unit *= 10 {
		for _, step := range []payments.Money{1, 2, 5} {
			if step*unit >= m || unit > payments.Money(1)<<55 {
				return step * unit
			}
		}
	}
}
