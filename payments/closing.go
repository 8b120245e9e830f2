package payments

// Closings of an outlet's day (Z): numbered without gaps, never changed, each
// hashed with the one before it. All closings together are the history, to the
// tyiyn: closing_count.go says how.

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
	var last DayClosing
	if len(l.Closings) > 0 {
		last = l.Closings[0]
		l.Since = last.To
	}
	l.MayClose = p.Role.Can(ActionCloseDay)
	l.Open, err = s.openSince(ctx, p.MerchantID, p.OutletID, last)
	return l, err
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
	_, count, err := newestCount(ctx, s.Store, before.MerchantID, draft.Outlet)
	if err != nil {
		return DayClosingView{}, err
	}
	ahead, err := count.ahead(ctx, s.Store, s.now())
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
		c, _, err = s.close(ctx, tx, c, ahead)
		number = c.Number
		return err
	})
	if err != nil {
		return DayClosingView{}, fmt.Errorf("close outlet %d: %w", draft.Outlet, err)
	}
	return s.DayClosing(ctx, id, draft.Outlet, number)
}

// close writes a closing down. The merchant is locked, which every payment that
// succeeds waits for: what is there is all there is. made is false when the key
// closed before.
func (s *Service) close(ctx context.Context, tx Tx, c DayClosing, ahead countedAhead) (_ DayClosing, made bool, err error) {
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
	last, count, err := newestCount(ctx, tx, c.MerchantID, c.OutletID)
	if err != nil {
		return c, false, err
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
	for _, at := range []time.Time{c.From, count.To} { // a clock that went back
		if c.To.Before(at) {
			c.To = at
		}
	}
	if c.At.Before(c.To) {
		c.At = c.To
	}
	c.Number = last.Number + 1
	if c.Figures, count, err = count.on(ctx, tx, c.To, ahead); err != nil {
		return c, false, err
	}
	c.Total = last.Total.Plus(c.Figures)
	c.Outlet, c.Merchant, c.TIN = o.Name, m.Name, m.TIN
	c.Hash = c.sum(last.Hash)
	if err := tx.InsertDayClosing(ctx, c); err != nil {
		return c, false, fmt.Errorf("insert closing %d of outlet %d: %w", c.Number, c.OutletID, err)
	}
	count.Number = c.Number
	if err := tx.MarkClosingCount(ctx, count); err != nil {
		return c, false, fmt.Errorf("count of outlet %d: %w", c.OutletID, err)
	}
	return c, true, nil
}
