package payments

import "time"

// ReportKind says how long a time a report speaks of.
type ReportKind string

// The kinds. A span is any other time that somebody asks for.
const (
	ReportDaily   ReportKind = "daily"
	ReportWeekly  ReportKind = "weekly" // from Monday
	ReportMonthly ReportKind = "monthly"
	ReportSpan    ReportKind = "span"
)

// MaxPeriod is how many days a report may speak of.
const MaxPeriod = 731

// ReportPeriod is the business days that a report speaks of.
type ReportPeriod struct {
	Kind        ReportKind
	First, Last Date
	Day              // the span; what comes after To is not in the figures
	Open        bool // To comes before the end of the last day
}

// Period returns the days of a kind that hold a date, as far as they have got
// by an instant.
func (m Merchant) Period(kind ReportKind, d Date, upTo time.Time) ReportPeriod {
	first, last := bounds(kind, d)
	return m.period(kind, first, last, upTo)
}

// Dates returns the days from one date to another as a period. A whole week or
// month is one, and so is a month up to today: the one before October is
// September, not the 31 days before.
func (m Merchant) Dates(first, last Date, upTo time.Time) ReportPeriod {
	for _, kind := range []ReportKind{ReportDaily, ReportWeekly, ReportMonthly} {
		from, to := bounds(kind, first)
		soFar := kind == ReportMonthly && last < to && last == m.DateOf(upTo)
		if first == from && (last == to || soFar) {
			return m.period(kind, from, to, upTo)
		}
	}
	return m.period(ReportSpan, first, last, upTo)
}

func (m Merchant) period(kind ReportKind, first, last Date, upTo time.Time) ReportPeriod {
	p := ReportPeriod{Kind: kind, First: first, Last: last, Day: m.Span(first, last)}
	if upTo.Before(p.To) {
		p.To, p.Open = upTo, true
	}
	if p.To.Before(p.From) {
		p.To = p.From
	}
	return p
}

// bounds are the first and last date of the period that holds a date.
func bounds(kind ReportKind, d Date) (first, last Date) {
	switch kind {
	case ReportWeekly:
		first = d.Plus(-(int(d.Weekday()) + 6) % 7)
		return first, first.Plus(6)
	case ReportMonthly:
		return d.FirstOfMonth(0), d.FirstOfMonth(1).Plus(-1)
	}
	return d, d
}

// after is the first date of the period that follows one that begins on a date.
func after(kind ReportKind, first Date) Date {
	_, last := bounds(kind, first)
	return last.Plus(1)
}

// Days is how many days a period has.
func (p ReportPeriod) Days() int { return p.First.DaysTo(p.Last) + 1 }

// Shifted is a period moved by a number of its own lengths, to its end.
func (m Merchant) Shifted(p ReportPeriod, by int) ReportPeriod {
	first, last := p.First.Plus(by*p.Days()), p.Last.Plus(by*p.Days())
	if p.Kind == ReportMonthly {
		first, last = bounds(p.Kind, p.First.FirstOfMonth(by))
	}
	return m.period(p.Kind, first, last, m.Span(last, last).To)
}

// Compared is the period that another is measured by: a day by the same day of
// the week before, up to the same time; others by the ones before them.
func (m Merchant) Compared(p ReportPeriod) ReportPeriod {
	by := m.Shifted(p, -1)
	if p.Kind == ReportDaily {
		by = m.Shifted(p, -7)
	}
	if p.Open {
		// As far into it as this one is, by the clock on the wall.
		at := p.To.In(m.Location())
		upTo := time.Date(at.Year(), at.Month(), at.Day()-by.First.DaysTo(p.First),
			at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), m.Location()).UTC()
		if upTo.Before(by.To) {
			by.To, by.Open = upTo, true
		}
	}
	return by
}

// MostDayBars is up to how many days a period's bars are days; beyond it they
// are months.
const MostDayBars = 62

// edges are the instants at which a period's bars begin: hours of a day, days
// or months.
func (m Merchant) edges(p ReportPeriod) []time.Time {
	var edges []time.Time
	switch days := p.Days(); {
	case days == 1:
		for at := p.From; at.Before(m.Span(p.Last, p.Last).To); at = at.Add(time.Hour) {
			edges = append(edges, at)
		}
	case days <= MostDayBars:
		for d := p.First; d <= p.Last; d = d.Plus(1) {
			edges = append(edges, m.Span(d, d).From)
		}
	default:
		for d := p.First; d <= p.Last; d = after(ReportMonthly, d) {
			edges = append(edges, m.Span(d, d).From)
		}
	}
	return edges
}
