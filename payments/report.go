package payments

// A report says what a period brought, read in ten seconds. All of it counts by
// its own moment and by what was known at the period's end, so that a report of
// days that are over says the same whenever it is made. Outlets and people go
// by the names that they have now, by which they are looked for; what is to keep
// its names is a closing.

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// Report is what a member reads about a period.
type Report struct {
	Merchant Merchant
	Person   Person
	Outlets  []Outlet // that the person may ask about, the archived ones last
	Outlet   OutletID // that it is about; 0: all of them
	Period   ReportPeriod
	Today    Date // of the business day in which it was made

	Figures Figures
	Before  Figures // of the period that it is compared with, see Merchant.Compared
	Since   Figures // what a daily report sent before the day's end could not know: of the day before, after that

	Places  []Share // by outlet, the largest first
	People  []Share // by who asked for the money, the largest first
	Bars    []Bar   // by hour for a day, by day or month for more
	Settled Settled
}

// Share is a part of the takings.
type Share struct {
	OutletID OutletID // of Places
	PersonID PersonID // of People; 0: by the codes on the counters
	Name     string
	Takings
}

// Bar is the takings of an hour, a day or a month.
type Bar struct {
	From time.Time
	Takings
}

// Settled is what became of a period's payments by its end, and what in them
// is not as usual.
type Settled struct {
	Credited Money // put on cards, or withheld for debts
	Due      Money // on its way to them
	Late     int   // paid after the link had expired
	Doubled  int   // that look paid twice
	Refused  int   // whose credit a card refused
	Breaks   int   // differences with the operator's books that were found
}

// Unusual reports whether there is anything that a person should look at.
func (r Report) Unusual() bool {
	s := r.Settled
	return r.Figures.Reversed.Count+s.Late+s.Doubled+s.Refused+s.Breaks > 0
}

// Quiet reports whether nothing happened.
func (r Report) Quiet() bool { return r.Figures.Empty() && r.Since.Empty() && !r.Unusual() }

// Average is the usual payment, in whole tyiyn.
func (t Takings) Average() Money {
	if t.Count == 0 {
		return 0
	}
	return t.Total / Money(t.Count)
}

// Busiest is the bar with the most payments, of several the first; ok is false
// when there were none.
func (r Report) Busiest() (bar Bar, ok bool) {
	for _, b := range r.Bars {
		if b.Count > bar.Count {
			bar = b
		}
	}
	return bar, bar.Count > 0
}

// Slice is the takings of one outlet, by one person, in one bar.
type Slice struct {
	OutletID OutletID
	PersonID PersonID // who made the link; 0: a code on a counter
	Name     string   // of the person
	Bar      int
	Takings
}

// ReportQuery is what a person asks for.
type ReportQuery struct {
	Kind   ReportKind
	First  Date     // of the period; 0: today
	Last   Date     // of ReportSpan
	Outlet OutletID // 0: all that the person sees
}

// Report tells a person what a period brought. Errors: CodeNotRegistered,
// CodeNotAllowed, CodeOutletNotFound (also for another merchant's, and one that
// the person does not work in), CodePeriodWrong.
func (s *Service) Report(ctx context.Context, id PersonID, q ReportQuery) (Report, error) {
	p, err := s.member(ctx, s.Store, id, ActionReport)
	if err != nil {
		return Report{}, err
	}
	m, err := s.Store.Merchant(ctx, p.MerchantID)
	if err != nil {
		return Report{}, fmt.Errorf("merchant %d: %w", p.MerchantID, err)
	}
	now := s.now()
	today := m.DateOf(now)
	if q.First == 0 {
		q.First = today
	}
	period := m.Period(q.Kind, q.First, now)
	if q.Kind == ReportSpan {
		period = m.Dates(q.First, q.Last, now)
	}
	if err := checkPeriod(period, today); err != nil {
		return Report{}, err
	}
	r := Report{Merchant: m, Person: p, Outlet: q.Outlet, Period: period, Today: today}
	if err := s.fillReport(ctx, &r); err != nil {
		return Report{}, err
	}
	r.Before, err = s.Store.Figures(ctx, r.of(m.Compared(period).Day))
	if err != nil {
		return Report{}, fmt.Errorf("figures to compare with: %w", err)
	}
	return r, nil
}

// earliest is a date before there was anything to report.
const earliest Date = 20200101

// checkPeriod refuses what has not begun, what is endless, and the time before
// there was money.
func checkPeriod(p ReportPeriod, today Date) error {
	if !p.First.Valid() || !p.Last.Valid() || p.First < earliest || p.First > today || p.Days() < 1 || p.Days() > MaxPeriod {
		return Fail(CodePeriodWrong, "max", MaxPeriod)
	}
	return nil
}

// of is whose figures a report asks for: the one outlet, or all that its
// person sees.
func (r Report) of(span Day) FiguresOf {
	of := FiguresOf{MerchantID: r.Merchant.ID, Day: span}
	switch {
	case r.Outlet != 0:
		of.Outlets = []OutletID{r.Outlet}
	case r.Person.Role != RoleOwner:
		of.Outlets = r.Person.Scope
	}
	return of
}

// fillReport works out everything but what the period is compared with.
func (s *Service) fillReport(ctx context.Context, r *Report) (err error) {
	if r.Outlets, err = s.outletsOf(ctx, r.Person); err != nil {
		return err
	}
	if r.Outlet != 0 && !slices.ContainsFunc(r.Outlets, func(o Outlet) bool { return o.ID == r.Outlet }) {
		return Fail(CodeOutletNotFound)
	}
	of := r.of(r.Period.Day)
	// What the pass over everybody found holds for whoever sees everything.
	if r.Figures.Empty() || len(of.Outlets) > 0 {
		if r.Figures, err = s.Store.Figures(ctx, of); err != nil {
			return fmt.Errorf("figures of merchant %d: %w", r.Merchant.ID, err)
		}
	}
	edges := r.Merchant.edges(r.Period)
	parts, err := s.Store.Slices(ctx, of, edges)
	if err != nil {
		return fmt.Errorf("takings of merchant %d in parts: %w", r.Merchant.ID, err)
	}
	r.share(parts, edges)
	if r.Settled, err = s.Store.Settled(ctx, of); err != nil {
		return fmt.Errorf("credits of merchant %d: %w", r.Merchant.ID, err)
	}
	return nil
}

// share adds slices up by outlet, person and bar.
func (r *Report) share(parts []Slice, edges []time.Time) {
	r.Bars = make([]Bar, len(edges))
	for i, at := range edges {
		r.Bars[i].From = at
	}
	names := make(map[OutletID]string, len(r.Outlets))
	for _, o := range r.Outlets {
		names[o.ID] = o.Name
	}
	for _, part := range parts {
		if part.Bar >= 0 && part.Bar < len(r.Bars) {
			r.Bars[part.Bar].Takings = r.Bars[part.Bar].Plus(part.Takings)
		}
		r.Places = addShare(r.Places, Share{OutletID: part.OutletID, Name: names[part.OutletID], Takings: part.Takings})
		r.People = addShare(r.People, Share{PersonID: part.PersonID, Name: part.Name, Takings: part.Takings})
	}
	for _, shares := range [][]Share{r.Places, r.People} {
		slices.SortFunc(shares, func(a, b Share) int {
			return cmp.Or(cmp.Compare(b.Total, a.Total), cmp.Compare(a.OutletID, b.OutletID), cmp.Compare(a.PersonID, b.PersonID))
		})
	}
}

func addShare(shares []Share, s Share) []Share {
	for i := range shares {
		if shares[i].OutletID == s.OutletID && shares[i].PersonID == s.PersonID {
			shares[i].Takings = shares[i].Plus(s.Takings)
			return shares
		}
	}
	return append(shares, s)
}
