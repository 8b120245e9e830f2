package payments

// Closings of an outlet's day (Z): numbered without gaps, never changed, each
// hashed with the one before it. What a closing says is the difference of two
// totals from the outlet's first payment on: a payment whose transaction ends
// after a closing, though its moment lies before, is in the next one, and all
// closings together are the history.

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// MaxReason is the length of the reason of a correction, in characters.
const MaxReason = 200

// DayClosing is one document.
type DayClosing struct {
	MerchantID MerchantID
	OutletID   OutletID
	Number     int64     // within the outlet, from 1
	Corrects   int64     // number of the closing that it corrects; 0: none
	Reason     string    // of a correction
	From, To   time.Time // UTC; From is the former closing's To
	Figures    Figures   // since the former closing
	Total      Figures   // from the outlet's first payment on
	Outlet     string    // names as they were then
	Merchant   string
	TIN        string
	PersonID   PersonID // who closed; 0: by itself, at the cut-off
	Person     string   // their name
	Key        string   // idempotency
	Hash       []byte   // SHA-256
	At         time.Time
}

// DayClosingView is a closing as a member sees it.
type DayClosingView struct {
	Closing  DayClosing
	Zone     *time.Location
	Newest   bool // no other came after it
	MayClose bool
}

// DayClosingList is the closings of the outlet where a member works.
type DayClosingList struct {
	Person   Person
	Merchant Merchant
	Outlet   Outlet
	Closings []DayClosing // the newest first
	Open     Figures      // since the newest
	Since    time.Time    // zero: nothing was closed yet
	MayClose bool
}

// closingsShown is how many closings a list has at most.
const closingsShown = 60

// closingReach is how far back a payment may lie whose transaction has not
// ended: the database breaks off one that idles for seconds.
const closingReach = 24 * time.Hour

// sum is what stands in a closing, in one line of an order that never changes.
func (c DayClosing) sum(before []byte) []byte {
	var b strings.Builder
	add := func(parts ...any) {
		for _, p := range parts {
			text := fmt.Sprint(p)
			b.WriteString(strconv.Itoa(len(text)) + ":" + text) // no two texts can run into each other
		}
	}
	instant := func(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
	add(int64(c.MerchantID), int64(c.OutletID), c.Number, c.Corrects, c.Reason, instant(c.From), instant(c.To))
	for _, f := range []Figures{c.Figures, c.Total} {
		for _, t := range []Takings{f.Taken, f.Reversed, f.Refunded} {
			add(t.Count, int64(t.Total))
		}
		add(int64(f.Fees))
	}
	add(c.Outlet, c.Merchant, c.TIN, int64(c.PersonID), c.Person, instant(c.At), string(before))
	hash := sha256.Sum256([]byte(b.String()))
	return hash[:]
}

// Follows reports whether a closing is what its hash says, after the one
// before it (nil: the first).
func (c DayClosing) Follows(before *DayClosing) bool {
	var hash []byte
	if before != nil {
		hash = before.Hash
	}
	return string(c.sum(hash)) == string(c.Hash)
}

// DayClosings lists the closings of the outlet where a person works. Errors:
// CodeNotRegistered, CodeNotAllowed.
func (s *Service) DayClosings(ctx context.Context, id PersonID) (l DayClosingList, err error) {
	if l.Person, err = s.closer(ctx, s.Store, id); err != nil {
		return l, err
	}
	p := l.Person
	if l.Merchant, err = s.Store.Merchant(ctx, p.MerchantID); err != nil {
		return l, fmt.Errorf("merchant %d: %w", p.MerchantID, err)
	}
	if l.Outlet, err = s.Store.Outlet(ctx, p.MerchantID, p.OutletID); err != nil {
		return l, fmt.Errorf("outlet %d: %w", p.OutletID, err)
	}
	if l.Closings, err = s.Store.DayClosings(ctx, p.MerchantID, p.OutletID, closingsShown); err != nil {
		return l, fmt.Errorf("closings of outlet %d: %w", p.OutletID, err)
	}
	var closed Figures
	if len(l.Closings) > 0 {
		l.Since, closed = l.Closings[0].To, l.Closings[0].Total
	}
	total, err := s.Store.Figures(ctx, allOf(p.MerchantID, p.OutletID, time.Time{}, s.now()))
	if err != nil {
		return l, fmt.Errorf("figures of outlet %d: %w", p.OutletID, err)
	}
	l.Open, l.MayClose = total.minus(closed), p.Role.Can(ActionCloseDay)
	return l, nil
}

// closer is a person who may see closings: who may close, or read reports.
func (s *Service) closer(ctx context.Context, r Reader, id PersonID) (Person, error) {
	p, err := s.member(ctx, r, id, ActionCloseDay)
	if CodeOf(err) == CodeNotAllowed {
		p, err = s.member(ctx, r, id, ActionReport)
	}
	return p, err
}

// DayClosing returns one closing of an outlet that a person works in. Errors:
// CodeNotRegistered, CodeNotAllowed, CodeClosingNotFound.
func (s *Service) DayClosing(ctx context.Context, id PersonID, outlet OutletID, number int64) (v DayClosingView, err error) {
	p, err := s.closer(ctx, s.Store, id)
	if err != nil {
		return v, err
	}
	if !p.Sees(outlet) {
		return v, Fail(CodeClosingNotFound)
	}
	if v.Closing, err = s.Store.DayClosing(ctx, p.MerchantID, outlet, number); err != nil {
		return v, found(err, CodeClosingNotFound)
	}
	m, err := s.Store.Merchant(ctx, p.MerchantID)
	if err != nil {
		return v, fmt.Errorf("merchant %d: %w", p.MerchantID, err)
	}
	_, err = s.Store.DayClosing(ctx, p.MerchantID, outlet, number+1)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return v, fmt.Errorf("closing after %d: %w", number, err)
	}
	v.Newest, v.Zone, v.MayClose = err != nil, m.Location(), p.Role.Can(ActionCloseDay)
	return v, nil
}

// DayClosingDraft is a closing as a person asks for it.
type DayClosingDraft struct {
	Outlet   OutletID
	Corrects int64  // 0: a closing; else the number that it corrects
	Reason   string // of a correction
	Key      string // idempotency: the same key makes the same closing
}

// CloseDay closes an outlet's day now. Errors: CodeNotRegistered,
// CodeNotAllowed, CodeOutletNotFound, CodeClosingNotFound (the one to correct),
// CodeReasonMalformed.
func (s *Service) CloseDay(ctx context.Context, id PersonID, draft DayClosingDraft) (DayClosingView, error) {
	draft.Reason = CleanLine(draft.Reason)
	if _, card := FindCardNumber(draft.Reason); card || draft.Corrects != 0 && draft.Reason == "" || utf8.RuneCountInString(draft.Reason) > MaxReason {
		return DayClosingView{}, Fail(CodeReasonMalformed, "max", MaxReason)
	}
	before, err := s.member(ctx, s.Store, id, ActionCloseDay)
	if err != nil {
		return DayClosingView{}, err
	}
	base, cut, err := s.closedSo(ctx, before.MerchantID, draft.Outlet)
	if err != nil {
		return DayClosingView{}, err
	}
	var number int64
	err = s.Store.Atomically(ctx, func(tx Tx) error {
		p, err := s.lockMember(ctx, tx, id, ActionCloseDay)
		switch {
		case err != nil:
			return err
		case !p.Sees(draft.Outlet) || p.MerchantID != before.MerchantID:
			return Fail(CodeOutletNotFound)
		}
		c := DayClosing{
			MerchantID: p.MerchantID, OutletID: draft.Outlet, Corrects: draft.Corrects, Reason: draft.Reason,
			PersonID: p.ID, Person: p.Name, Key: draft.Key, To: s.now(),
		}
		c, _, err = s.close(ctx, tx, c, base, cut)
		number = c.Number
		return err
	})
	if err != nil {
		return DayClosingView{}, fmt.Errorf("close outlet %d: %w", draft.Outlet, err)
	}
	return s.DayClosing(ctx, id, draft.Outlet, number)
}

// closedSo reads, before anything is locked, what lies too far back to change.
func (s *Service) closedSo(ctx context.Context, merchant MerchantID, outlet OutletID) (base Figures, cut time.Time, err error) {
	cut = s.now().Add(-2 * closingReach)
	base, err = s.Store.Figures(ctx, allOf(merchant, outlet, time.Time{}, cut))
	if err != nil {
		return base, cut, fmt.Errorf("figures of outlet %d: %w", outlet, err)
	}
	return base, cut, nil
}

func allOf(merchant MerchantID, outlet OutletID, from, to time.Time) FiguresOf {
	return FiguresOf{MerchantID: merchant, Outlets: []OutletID{outlet}, Day: Day{From: from, To: to}}
}

// close writes a closing down. The merchant is locked, which every payment that
// succeeds waits for: what is there is all there is. made is false when the key
// closed before.
func (s *Service) close(ctx context.Context, tx Tx, c DayClosing, base Figures, cut time.Time) (_ DayClosing, made bool, err error) {
	if known, err := tx.DayClosingByKey(ctx, c.MerchantID, c.OutletID, c.Key); !errors.Is(err, ErrNotFound) {
		return known, false, err
	}
	o, err := tx.Outlet(ctx, c.MerchantID, c.OutletID)
	if err != nil {
		return c, false, found(err, CodeOutletNotFound)
	}
	m, err := tx.Merchant(ctx, c.MerchantID)
	if err != nil {
		return c, false, fmt.Errorf("merchant %d: %w", c.MerchantID, err)
	}
	former, err := tx.DayClosings(ctx, c.MerchantID, c.OutletID, 1)
	if err != nil {
		return c, false, fmt.Errorf("the closing before: %w", err)
	}
	var last DayClosing
	if len(former) > 0 {
		last = former[0]
	}
	if c.Corrects > last.Number || c.Corrects < 0 {
		return c, false, Fail(CodeClosingNotFound)
	}
	c.At = s.now()
	c.From = last.To
	if last.Number == 0 {
		if c.From, err = tx.OutletBegan(ctx, c.MerchantID, c.OutletID); err != nil {
			return c, false, fmt.Errorf("beginning of outlet %d: %w", c.OutletID, err)
		}
	}
	if c.To.Before(c.From) {
		c.To = c.From // a clock that went back
	}
	if c.At.Before(c.To) {
		c.At = c.To
	}
	recent, err := tx.Figures(ctx, allOf(c.MerchantID, c.OutletID, cut, c.To))
	if err != nil {
		return c, false, fmt.Errorf("figures of outlet %d: %w", c.OutletID, err)
	}
	c.Number, c.Total = last.Number+1, base.Plus(recent)
	c.Figures = c.Total.minus(last.Total)
	c.Outlet, c.Merchant, c.TIN = o.Name, m.Name, m.TIN
	c.Hash = c.sum(last.Hash)
	if err := tx.InsertDayClosing(ctx, c); err != nil {
		return c, false, fmt.Errorf("insert closing %d of outlet %d: %w", c.Number, c.OutletID, err)
	}
	return c, true, nil
}

// minus is what is new since g.
func (f Figures) minus(g Figures) Figures {
	sub := func(a, b Takings) Takings { return Takings{Count: a.Count - b.Count, Total: a.Total - b.Total} }
	return Figures{
		Taken: sub(f.Taken, g.Taken), Reversed: sub(f.Reversed, g.Reversed), Refunded: sub(f.Refunded, g.Refunded),
		Fees: f.Fees - g.Fees,
	}
}

// CloseDays closes the days of merchants who want that to happen by itself,
// once a cut-off, and only where something happened. It may run at any time.
func (s *Service) CloseDays(ctx context.Context) error {
	merchants, err := s.Store.SelfClosing(ctx)
	if err != nil {
		return fmt.Errorf("who closes days: %w", err)
	}
	for _, m := range merchants {
		outlets, err := s.Store.Outlets(ctx, m.ID)
		if err != nil {
			return fmt.Errorf("outlets of merchant %d: %w", m.ID, err)
		}
		for _, o := range outlets {
			if err := s.closeItself(ctx, m, o); err != nil {
				return fmt.Errorf("close outlet %d: %w", o.ID, err)
			}
		}
	}
	return nil
}

// closeItself closes an outlet's day at the last cut-off.
func (s *Service) closeItself(ctx context.Context, m Merchant, o Outlet) error {
	to := m.DayOf(s.now()).From
	former, err := s.Store.DayClosings(ctx, m.ID, o.ID, 1)
	if err != nil {
		return err
	}
	var last DayClosing
	if len(former) > 0 {
		last = former[0]
	}
	if !last.To.Before(to) {
		return nil
	}
	total, err := s.Store.Figures(ctx, allOf(m.ID, o.ID, time.Time{}, to))
	if err != nil || total == last.Total {
		return err
	}
	base, cut, err := s.closedSo(ctx, m.ID, o.ID)
	if err != nil {
		return err
	}
	return s.Store.Atomically(ctx, func(tx Tx) error {
		if err := tx.LockMerchant(ctx, m.ID); err != nil {
			return err
		}
		if now, err := tx.Merchant(ctx, m.ID); err != nil || !now.CloseDays {
			return err
		}
		// The outlet may have been closed by hand a moment ago.
		newest, err := tx.DayClosings(ctx, m.ID, o.ID, 1)
		if err != nil || len(newest) > 0 && !newest[0].To.Before(to) {
			return err
		}
		_, _, err = s.close(ctx, tx, DayClosing{MerchantID: m.ID, OutletID: o.ID, To: to, Key: "cutoff " + strconv.FormatInt(to.Unix(), 10)}, base, cut)
		return err
	})
}
