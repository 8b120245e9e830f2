package payments

import "time"

// Date is a day of a merchant's calendar as a number: 20261123. It is the day
// on which a business day begins; which instants that are, says Merchant.Span.
type Date int

// NewDate makes a date; months and days past their end run on into the next.
func NewDate(year int, month time.Month, day int) Date {
	y, m, d := time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Date()
	return Date(y*10000 + int(m)*100 + d)
}

// Valid reports whether there is such a day, between 2000 and 2999.
func (d Date) Valid() bool {
	return d >= 20000101 && d < 30000101 && d.Plus(0) == d
}

// Plus is a date so many days later.
func (d Date) Plus(days int) Date {
	return NewDate(int(d)/10000, time.Month(int(d)/100%100), int(d)%100+days)
}

// Time is noon of the day in UTC: good for showing the date, whatever the zone.
func (d Date) Time() time.Time {
	return time.Date(int(d)/10000, time.Month(int(d)/100%100), int(d)%100, 12, 0, 0, 0, time.UTC)
}

// FirstOfMonth is the first day of the date's month, months later.
func (d Date) FirstOfMonth(months int) Date {
	return NewDate(int(d)/10000, time.Month(int(d)/100%100+months), 1)
}

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday { return d.Time().Weekday() }

// DateOf is the business day that holds t. When clocks change, hours cannot be
// counted back to the cut-off: the day's own edges decide.
func (m Merchant) DateOf(t time.Time) Date {
	d := NewDate(t.In(m.Location()).Date())
	switch day := m.Span(d, d); {
	case t.Before(day.From):
		return d.Plus(-1)
	case !t.Before(day.To):
		return d.Plus(1)
	}
	return d
}

// DaysTo is how many days later another date is.
func (d Date) DaysTo(other Date) int { return int(other.Time().Sub(d.Time()) / (24 * time.Hour)) }

// Span is the business days from first to last, both included, as instants.
func (m Merchant) Span(first, last Date) Day {
	at := func(d Date) time.Time {
		y, month, day := d.Time().Date()
		return time.Date(y, month, day, m.Cutoff, 0, 0, 0, m.Location()).UTC()
	}
	return Day{From: at(first), To: at(last.Plus(1))}
}
