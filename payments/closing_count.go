package payments

// How closings count each payment once, at the cost of what happened since the
// last one:
//
//  1. A payment's moment is read from the clock in the transaction that ends it,
//     so nothing whose moment lies further back than closingReach is still to
//     come: it is there for every reader, and stays as it is.
//  2. Beside an outlet's closings stands how far they have counted: from an
//     instant on, up to which nothing more can come, and what they found there.
//     What is new is what is there now from that instant on, less what was
//     found: also a payment whose transaction ended after a closing, though its
//     moment lies before it.
//  3. With a closing the instant moves up to closingReach before its end. Where
//     nothing was new it moves on without one, so that a quiet outlet costs a
//     day at each cut-off, too.
//
// Hence the figures of all closings up to one are those of the outlet's whole
// history that had ended when it was made, and none is read twice over but the
// last day.

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// closingReach is how far back a payment may lie whose transaction has not
// ended. The database breaks off one that idles for seconds; the rest is for
// clocks that differ.
const closingReach = 24 * time.Hour

// ClosingCount is how far the closings of an outlet have counted.
type ClosingCount struct {
	MerchantID MerchantID
	OutletID   OutletID
	Number     int64 // of the newest closing; 0: there is none
	From       time.Time
	To         time.Time // zero: nothing was counted yet
	Counted    Figures   // from From on
}

// countOf is how far an outlet's closings have counted, of which the newest is
// given. Where it is not written down, or of another closing, all is counted.
func countOf(ctx context.Context, r Reader, merchant MerchantID, outlet OutletID, last DayClosing) (ClosingCount, error) {
	count, err := r.ClosingCount(ctx, merchant, outlet)
	switch {
	case errors.Is(err, ErrNotFound) || err == nil && count.Number != last.Number:
		return ClosingCount{MerchantID: merchant, OutletID: outlet, Number: last.Number, Counted: last.Total}, nil
	case err != nil:
		return count, fmt.Errorf("count of outlet %d: %w", outlet, err)
	}
	return count, nil
}

// countedAhead is the part of what a closing counts that lies too far back to
// change. It is read before anything is locked.
type countedAhead struct {
	from, to time.Time
	figures  Figures
}

// on counts on to an instant: what is new, and how far it is counted then.
// Where ahead fits it is not read again.
func (c ClosingCount) on(ctx context.Context, r Reader, to time.Time, ahead countedAhead) (Figures, ClosingCount, error) {
	from, early := c.From, Figures{}
	settled := later(to.Add(-closingReach), c.From)
	if ahead.from.Equal(c.From) && !ahead.to.After(settled) {
		from, early = ahead.to, ahead.figures
	}
	middle, err := c.figures(ctx, r, Day{From: from, To: settled})
	if err != nil {
		return Figures{}, c, err
	}
	recent, err := c.figures(ctx, r, Day{From: settled, To: to})
	if err != nil {
		return Figures{}, c, err
	}
	// One reading is both found and kept: nothing can come between.
	found := early.Plus(middle).Plus(recent)
	return found.minus(c.Counted), ClosingCount{
		MerchantID: c.MerchantID, OutletID: c.OutletID, Number: c.Number, From: settled, To: to, Counted: recent,
	}, nil
}

// ahead reads what a closing at an instant or later will need.
func (c ClosingCount) ahead(ctx context.Context, r Reader, to time.Time) (countedAhead, error) {
	a := countedAhead{from: c.From, to: later(to.Add(-closingReach), c.From)}
	figures, err := c.figures(ctx, r, Day{From: a.from, To: a.to})
	a.figures = figures
	return a, err
}

func (c ClosingCount) figures(ctx context.Context, r Reader, span Day) (Figures, error) {
	if !span.From.Before(span.To) {
		return Figures{}, nil
	}
	f, err := r.Figures(ctx, FiguresOf{MerchantID: c.MerchantID, Outlets: []OutletID{c.OutletID}, Day: span})
	if err != nil {
		return f, fmt.Errorf("figures of outlet %d: %w", c.OutletID, err)
	}
	return f, nil
}

// newestCount is an outlet's newest closing, and how far it has counted.
func newestCount(ctx context.Context, r Reader, merchant MerchantID, outlet OutletID) (DayClosing, ClosingCount, error) {
	last, err := lastClosing(ctx, r, merchant, outlet)
	if err != nil {
		return last, ClosingCount{}, err
	}
	count, err := countOf(ctx, r, merchant, outlet, last)
	return last, count, err
}

// lastClosing is an outlet's newest closing; the zero one where there is none.
func lastClosing(ctx context.Context, r Reader, merchant MerchantID, outlet OutletID) (DayClosing, error) {
	newest, err := r.DayClosings(ctx, merchant, outlet, 1)
	if err != nil {
		return DayClosing{}, fmt.Errorf("the closing before: %w", err)
	}
	if len(newest) == 0 {
		return DayClosing{}, nil
	}
	return newest[0], nil
}

// openSince is what is new since an outlet's newest closing.
func (s *Service) openSince(ctx context.Context, merchant MerchantID, outlet OutletID, last DayClosing) (Figures, error) {
	count, err := countOf(ctx, s.Store, merchant, outlet, last)
	if err != nil {
		return Figures{}, err
	}
	open, _, err := count.on(ctx, s.Store, later(s.now(), count.To), countedAhead{})
	return open, err
}

// minus is what is new since g.
func (f Figures) minus(g Figures) Figures {
	sub := func(a, b Takings) Takings { return Takings{Count: a.Count - b.Count, Total: a.Total - b.Total} }
	return Figures{
		Taken: sub(f.Taken, g.Taken), Reversed: sub(f.Reversed, g.Reversed), Refunded: sub(f.Refunded, g.Refunded),
		Fees: f.Fees - g.Fees,
	}
}
