package payments

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"
)

// Cutoff is when days begin, for all merchants whose days close by themselves
// who begin them alike.
type Cutoff struct {
	TimeZone string
	Hour     int
}

// SelfClosing is an outlet whose day is to be closed by itself.
type SelfClosing struct {
	MerchantID MerchantID
	OutletID   OutletID
}

// closingBatch is how many outlets are asked for at once, closingLines how many
// days are closed at once: each waits for the disk, and none for another.
const (
	closingBatch = 500
	closingLines = 4
)

// CloseDays closes the days of merchants who want that to happen by itself,
// once a cut-off, and only where something happened. It may run at any time, in
// several processes at once. What fails at one outlet keeps no other's day open.
func (s *Service) CloseDays(ctx context.Context) error {
	cutoffs, err := s.Store.Cutoffs(ctx)
	if err != nil {
		return fmt.Errorf("who closes days: %w", err)
	}
	var failed dayFailures
	for _, cutoff := range cutoffs {
		to := Merchant{TimeZone: cutoff.TimeZone, Cutoff: cutoff.Hour}.DayOf(s.now()).From
		var last OutletID
		for n := closingBatch; n == closingBatch; {
			outlets, err := s.Store.SelfClosing(ctx, cutoff, to, last, closingBatch)
			if err != nil {
				return fmt.Errorf("days to close at %s: %w", to, err)
			}
			if n = len(outlets); n > 0 {
				last = outlets[n-1].OutletID
			}
			s.closeThemselves(ctx, outlets, to, &failed)
			if err := ctx.Err(); err != nil {
				return err
			}
		}
	}
	return failed.err()
}

// closeThemselves closes the days of a batch, some at once.
func (s *Service) closeThemselves(ctx context.Context, outlets []SelfClosing, to time.Time, failed *dayFailures) {
	next := make(chan SelfClosing)
	var lines sync.WaitGroup
	for range min(closingLines, len(outlets)) {
		lines.Go(func() {
			for o := range next {
				if err := s.closeItself(ctx, o, to); err != nil {
					failed.add(fmt.Errorf("close outlet %d: %w", o.OutletID, err))
				}
			}
		})
	}
	for _, o := range outlets {
		next <- o
	}
	close(next)
	lines.Wait()
}

// dayFailures are the days that were not closed.
type dayFailures struct {
	mu    sync.Mutex
	count int
	first error
}

func (f *dayFailures) add(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.count++; f.first == nil {
		f.first = err
	}
}

func (f *dayFailures) err() error {
	if f.count > 1 {
		return fmt.Errorf("%d days were not closed, the first: %w", f.count, f.first)
	}
	return f.first
}

// closeItself closes an outlet's day at a cut-off. Where nothing happened it
// notes that, and locks nothing that a payment could wait for.
func (s *Service) closeItself(ctx context.Context, o SelfClosing, to time.Time) error {
	last, count, err := newestCount(ctx, s.Store, o.MerchantID, o.OutletID)
	if err != nil {
		return err
	}
	if last.To.After(to) || count.To.After(to) {
		return nil // a moment ago, by hand
	}
	ahead, err := count.ahead(ctx, s.Store, to)
	if err != nil {
		return err
	}
	found, counted, err := count.on(ctx, s.Store, to, ahead)
	if err != nil {
		return err
	}
	if found.Empty() {
		return s.Store.Atomically(ctx, func(tx Tx) error { return tx.MoveClosingCount(ctx, count, counted) })
	}
	return s.Store.Atomically(ctx, func(tx Tx) error {
		if err := tx.LockMerchant(ctx, o.MerchantID); err != nil {
			return err
		}
		m, err := tx.Merchant(ctx, o.MerchantID)
		if err != nil || !m.CloseDays {
			return err
		}
		// The outlet may have been closed by hand a moment ago.
		newest, err := lastClosing(ctx, tx, o.MerchantID, o.OutletID)
		if err != nil || newest.Number != last.Number {
			return err
		}
		_, _, err = s.close(ctx, tx, DayClosing{
			MerchantID: o.MerchantID, OutletID: o.OutletID, To: to, Key: "cutoff " + strconv.FormatInt(to.Unix(), 10),
		}, ahead)
		return err
	})
}
