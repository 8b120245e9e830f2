package payments

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// HistoryPeriod is a span that moves with the days.
type HistoryPeriod string

// The periods. HistoryDates are those in HistoryAsk.
const (
	HistoryAlways    HistoryPeriod = ""
	HistoryToday     HistoryPeriod = "today"
	HistoryYesterday HistoryPeriod = "yesterday"
	HistoryWeek      HistoryPeriod = "week"  // from Monday
	HistoryMonth     HistoryPeriod = "month" // from the first
	HistoryDates     HistoryPeriod = "dates"
)

// HistoryPeriods lists them in the order in which people choose.
func HistoryPeriods() []HistoryPeriod {
	return []HistoryPeriod{HistoryToday, HistoryYesterday, HistoryWeek, HistoryMonth, HistoryDates, HistoryAlways}
}

// SearchID is our number of a search that was kept.
type SearchID int64

// HistoryAsk is a page of a history as a person asks for it.
type HistoryAsk struct {
	OutletID    OutletID // 0: all that the person sees
	Kind        HistoryKind
	Period      HistoryPeriod
	First, Last Date     // of HistoryDates
	SellerID    PersonID // 0: whoever
	LinkID      LinkID
	SearchID    SearchID
	From        Position // beyond which the page begins
	Order       HistoryOrder
}

// Narrowed reports whether anything is left out.
func (a HistoryAsk) Narrowed() bool {
	a.From, a.Order = Position{}, NewestFirst
	return a != HistoryAsk{}
}

// HistoryPage is what a person sees of a history at a time.
type HistoryPage struct {
	Person   Person
	Merchant Merchant
	Ask      HistoryAsk
	Search   Search   // of Ask.SearchID
	Outlets  []Outlet // that the person sees
	Seller   Seller   // of Ask.SellerID
	Link     Link     // of Ask.LinkID

	First, Last Date           // of the period; 0: any time
	Open        []HistoryEntry // in process, on the first page of what was accepted
	MoreOpen    bool
	Entries     []HistoryEntry // newest first
	Days        []HistoryDay   // of Entries, in their order; empty where they are no whole days
	Figures     *Figures       // of the period, where the page shows all of it
	Found       Takings        // of all that was looked for
	Counted     bool           // Found is known

	Newer, Older Position  // where the next pages begin; zero: there is none
	LookedTo     time.Time // the search stopped here before the page was full; zero: it did not
}

// HistoryDay is the heading of a business day.
type HistoryDay struct {
	Date    Date
	Figures Figures
}

// Seller is somebody who made links through which money came.
type Seller struct {
	ID   PersonID
	Name string
}

// Sizes of a page.
const (
	HistoryPageSize = 10
	openPageSize    = 5
	mostCounted     = 100 // entries that a search counts
)

// History returns a page. Errors: CodeNotRegistered; CodeOutletNotFound,
// CodeLinkNotFound, CodeSearchNotFound, CodeNotAllowed for what is none of the
// person's business.
func (s *Service) History(ctx context.Context, id PersonID, ask HistoryAsk) (HistoryPage, error) {
	page, filter, err := s.historyFilter(ctx, id, ask)
	if err != nil {
		return page, err
	}
	if err := s.turnPage(ctx, &page, filter); err != nil {
		return page, fmt.Errorf("history of merchant %d: %w", filter.MerchantID, err)
	}
	if ask.Kind == HistoryAccepted && page.Ask.From.IsZero() {
		open := filter
		open.Kind = HistoryOpen
		var more Position
		page.Open, more, err = s.Store.History(ctx, open, Position{}, NewestFirst, openPageSize)
		if err != nil {
			return page, fmt.Errorf("open payments of merchant %d: %w", filter.MerchantID, err)
		}
		page.MoreOpen = !more.IsZero()
	}
	if err := s.addUp(ctx, &page, filter); err != nil {
		return page, fmt.Errorf("figures of merchant %d: %w", filter.MerchantID, err)
	}
	return page, nil
}

// historyFilter checks that all that is asked for is the person's business.
func (s *Service) historyFilter(ctx context.Context, id PersonID, ask HistoryAsk) (page HistoryPage, f HistoryFilter, err error) {
	p, err := s.person(ctx, s.Store, id)
	if err != nil {
		return page, f, err
	}
	page.Person, page.Ask = p, ask
	if page.Merchant, err = s.Store.Merchant(ctx, p.MerchantID); err != nil {
		return page, f, fmt.Errorf("merchant %d: %w", p.MerchantID, err)
	}
	if page.Outlets, err = s.outletsOf(ctx, p); err != nil {
		return page, f, err
	}
	f = HistoryFilter{MerchantID: p.MerchantID, Kind: ask.Kind, SellerID: ask.SellerID, LinkID: ask.LinkID}
	f.Outlets = p.limits()
	if ask.OutletID != 0 {
		if !slices.ContainsFunc(page.Outlets, func(o Outlet) bool { return o.ID == ask.OutletID }) {
			return page, f, Fail(CodeOutletNotFound)
		}
		f.Outlets = []OutletID{ask.OutletID}
	}
	if ask.LinkID != 0 {
		page.Link, err = s.Store.Link(ctx, p.MerchantID, ask.LinkID)
		if err != nil {
			return page, f, found(err, CodeLinkNotFound)
		}
		if !p.Sees(page.Link.OutletID) {
			return page, f, Fail(CodeLinkNotFound)
		}
	}
	if ask.SellerID != 0 {
		if page.Seller, err = s.oneOfSellers(ctx, p, ask.SellerID); err != nil {
			return page, f, err
		}
	}
	if ask.SearchID != 0 {
		page.Search, err = s.Store.Search(ctx, p.MerchantID, id, ask.SearchID)
		if err != nil {
			return page, f, found(err, CodeSearchNotFound)
		}
		f.Find = page.Search.Find
	}
	today := page.Merchant.DateOf(s.now())
	page.First, page.Last = ask.dates(today)
	if page.First == 0 || page.Search.First != 0 {
		page.First, page.Last = page.Search.First, page.Search.Last
	}
	if page.First != 0 {
		f.Day = page.Merchant.Span(page.First, page.Last)
	}
	return page, f, nil
}

// dates are the days of the period; 0: any.
func (a HistoryAsk) dates(today Date) (first, last Date) {
	switch a.Period {
	case HistoryToday:
		return today, today
	case HistoryYesterday:
		return today.Plus(-1), today.Plus(-1)
	case HistoryWeek:
		return today.Plus(-(int(today.Weekday()) + 6) % 7), today
	case HistoryMonth:
		return today.FirstOfMonth(0), today
	case HistoryDates:
		if a.First.Valid() && a.Last.Valid() && a.First <= a.Last {
			return a.First, a.Last
		}
	}
	return 0, 0
}

// turnPage reads the entries. A page that is no more, and one before the first,
// is the first.
func (s *Service) turnPage(ctx context.Context, page *HistoryPage, f HistoryFilter) error {
	ask := &page.Ask
	entries, next, err := s.Store.History(ctx, f, ask.From, ask.Order, HistoryPageSize)
	if err != nil {
		return err
	}
	full := len(entries) == HistoryPageSize
	if ask.Order == OldestFirst {
		if next.IsZero() {
			ask.From, ask.Order = Position{}, NewestFirst
			return s.turnPage(ctx, page, f)
		}
		slices.Reverse(entries)
		page.Newer, page.Older = next, ask.From
		if len(entries) > 0 {
			page.Older = entries[len(entries)-1].Position()
		}
	} else {
		if len(entries) == 0 && next.IsZero() && !ask.From.IsZero() {
			ask.From = Position{}
			return s.turnPage(ctx, page, f)
		}
		page.Older, page.Newer = next, ask.From
		if len(entries) > 0 && !ask.From.IsZero() {
			page.Newer = entries[0].Position()
		}
	}
	page.Entries = entries
	if !full && !next.IsZero() {
		page.LookedTo = next.At
	}
	return nil
}

// addUp makes the totals: of whole days where the page shows whole days, else
// of what was found.
func (s *Service) addUp(ctx context.Context, page *HistoryPage, f HistoryFilter) (err error) {
	if f.Kind != HistoryAccepted || f.SellerID != 0 || f.LinkID != 0 || !f.Empty() {
		if !page.LookedTo.IsZero() {
			return nil // it would look at the same and give up, too
		}
		page.Found, page.Counted, err = s.Store.HistoryTotal(ctx, f, mostCounted)
		return err
	}
	of := FiguresOf{MerchantID: f.MerchantID, Outlets: f.Outlets}
	if page.First != 0 {
		of.Day = f.Day
		figures, err := s.Store.Figures(ctx, of)
		if err != nil {
			return err
		}
		page.Figures = &figures
	}
	for _, e := range page.Entries {
		d := page.Merchant.DateOf(e.At)
		if n := len(page.Days); n > 0 && page.Days[n-1].Date == d {
			continue
		}
		of.Day = page.Merchant.Span(d, d)
		figures, err := s.Store.Figures(ctx, of)
		if err != nil {
			return err
		}
		page.Days = append(page.Days, HistoryDay{Date: d, Figures: figures})
	}
	return nil
}
