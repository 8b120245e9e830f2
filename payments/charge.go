package payments

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Charge makes a one-time link over a sum at the person's active outlet. The
// same key again returns the charge it made. Errors: CodeNotRegistered,
// CodeSumTooSmall, CodeSumTooLarge, CodeCommentTooLong, CodeNotAllowed,
// CodeOutletPaused.
func (s *Service) Charge(ctx context.Context, id PersonID, draft ChargeDraft) (Ticket, error) {
	if err := CheckBounds(draft.Amount, DefaultMin, DefaultMax); err != nil {
		return Ticket{}, err
	}
	comment, err := cleanComment(draft.Comment)
	if err != nil {
		return Ticket{}, err
	}
	var link Link
	err = s.Store.Atomically(ctx, func(tx Tx) error {
		if err := tx.LockPerson(ctx, id); err != nil {
			return found(err, CodeNotRegistered)
		}
		p, err := s.seller(ctx, tx, id)
		if err != nil {
			return err
		}
		if link, err = tx.LinkByKey(ctx, id, draft.Key); !errors.Is(err, ErrNotFound) {
			if err == nil && (link.MerchantID != p.MerchantID || !p.Sees(link.OutletID)) {
				err = Fail(CodeLinkNotFound) // asked for before they changed places
			}
			return err
		}
		outlet, err := s.sellingOutlet(ctx, tx, p.MerchantID, p.OutletID)
		if err != nil {
			return err
		}
		now := s.now()
		link, err = s.insertLink(ctx, tx, Link{
			MerchantID: p.MerchantID, OutletID: p.OutletID, Kind: LinkCharge, State: LinkActive, Code: NewCode(),
			Amount: draft.Amount, Min: draft.Amount, Max: draft.Amount, Comment: comment,
			ExpiresAt: now.Add(ChargeLife), CreatedBy: id, CreatedAt: now,
		}, outlet, draft.Key)
		return err
	})
	if err != nil {
		return Ticket{}, fmt.Errorf("charge of person %d: %w", id, err)
	}
	return s.ticket(ctx, link)
}

// Ticket returns a link as the person may see it. Error: CodeLinkNotFound,
// also for another merchant's, and for one of an outlet they do not work in.
func (s *Service) Ticket(ctx context.Context, id PersonID, link LinkID) (Ticket, error) {
	p, err := s.person(ctx, s.Store, id)
	if err != nil {
		return Ticket{}, err
	}
	t, err := s.LinkTicket(ctx, p.MerchantID, link)
	if err == nil && !p.Sees(t.Link.OutletID) {
		return Ticket{}, Fail(CodeLinkNotFound)
	}
	return t, err
}

// MemberTicket returns a link for the chat of a person that shows it, and the
// person as a member of its merchant. Error: CodeLinkNotFound, when it is none
// of their business any more.
func (s *Service) MemberTicket(ctx context.Context, merchant MerchantID, link LinkID, id PersonID) (Person, Ticket, error) {
	p, err := s.Store.Member(ctx, merchant, id)
	if err != nil {
		return Person{}, Ticket{}, found(err, CodeLinkNotFound)
	}
	t, err := s.LinkTicket(ctx, merchant, link)
	if err == nil && !p.Sees(t.Link.OutletID) {
		err = Fail(CodeLinkNotFound)
	}
	return p, t, err
}

// LinkTicket returns a merchant's link with its outlet and payment, for jobs.
func (s *Service) LinkTicket(ctx context.Context, merchant MerchantID, id LinkID) (Ticket, error) {
	link, err := s.Store.Link(ctx, merchant, id)
	if err != nil {
		return Ticket{}, found(err, CodeLinkNotFound)
	}
	return s.ticket(ctx, link)
}

// RememberMessage notes a message that shows a link, so that it can follow the
// link's state.
func (s *Service) RememberMessage(ctx context.Context, merchant MerchantID, link LinkID, m Message) error {
	return s.Store.Atomically(ctx, func(tx Tx) error { return tx.InsertMessage(ctx, merchant, link, m) })
}

func (s *Service) ticket(ctx context.Context, l Link) (Ticket, error) {
	outlet, err := s.Store.Outlet(ctx, l.MerchantID, l.OutletID)
	if err != nil {
		return Ticket{}, fmt.Errorf("outlet of link %d: %w", l.ID, err)
	}
	l.State = l.StateAt(s.now())
	t := Ticket{Link: l, Outlet: outlet}
	payment, err := s.Store.ShownPayment(ctx, l.MerchantID, l.ID)
	switch {
	case err == nil:
		t.Payment = &payment
	case !errors.Is(err, ErrNotFound):
		return Ticket{}, fmt.Errorf("payment of link %d: %w", l.ID, err)
	}
	return t, nil
}

// seller returns a person who may take money, with a card to put it on.
func (s *Service) seller(ctx context.Context, r Reader, id PersonID) (Person, error) {
	p, err := s.person(ctx, r, id)
	if err != nil {
		return Person{}, err
	}
	switch {
	case !p.Registered():
		return Person{}, Fail(CodeNotRegistered)
	case !p.Role.Can(ActionTakeMoney):
		return Person{}, Fail(CodeNotAllowed)
	case !p.HasCard:
		return Person{}, Fail(CodeNoCard)
	}
	if !p.Sees(p.OutletID) {
		return Person{}, Fail(CodeOutletNotFound)
	}
	return p, nil
}

// Desk is what a merchant sees first: the active outlet and its day.
type Desk struct {
	Person   Person
	Merchant Merchant
	Outlet   Outlet
	Card     *Card // nil: none yet
	Static   Link
	Today    Takings
	Usual    []Money // for the keypad, ascending
	Outlets  int     // of the merchant that are not archived
}

// usualDefaults fill a keypad that has no history yet.
var usualDefaults = [...]Money{50 * Som, 100 * Som, 150 * Som, 200 * Som, 300 * Som, 500 * Som, 1000 * Som, 1500 * Som, 2000 * Som}

// Desk returns the person's main screen. Error: CodeNotRegistered.
func (s *Service) Desk(ctx context.Context, id PersonID) (Desk, error) {
	p, err := s.person(ctx, s.Store, id)
	if err != nil {
		return Desk{}, err
	}
	if !p.Sees(p.OutletID) {
		return Desk{}, Fail(CodeOutletNotFound)
	}
	d := Desk{Person: p}
	if d.Merchant, err = s.Store.Merchant(ctx, p.MerchantID); err != nil {
		return Desk{}, fmt.Errorf("merchant %d: %w", p.MerchantID, err)
	}
	if d.Outlet, err = s.Store.Outlet(ctx, p.MerchantID, p.OutletID); err != nil {
		return Desk{}, found(err, CodeOutletNotFound)
	}
	if d.Static, err = s.Store.StaticLink(ctx, p.MerchantID, p.OutletID); err != nil {
		return Desk{}, found(err, CodeLinkNotFound)
	}
	if d.Outlets, err = s.outletCount(ctx, p); err != nil {
		return Desk{}, err
	}
	card, err := s.Store.Card(ctx, p.MerchantID, p.OutletID)
	switch {
	case err == nil:
		d.Card = &card
	case !errors.Is(err, ErrNotFound):
		return Desk{}, fmt.Errorf("card of outlet %d: %w", p.OutletID, err)
	}
	day := d.Merchant.DayOf(s.now())
	if d.Today, err = s.Store.Takings(ctx, p.MerchantID, p.OutletID, day.From, day.To, 0); err != nil {
		return Desk{}, fmt.Errorf("takings of outlet %d: %w", p.OutletID, err)
	}
	if d.Usual, err = s.usual(ctx, p); err != nil {
		return Desk{}, err
	}
	return d, nil
}

// outletCount counts the outlets that a member works in and that are not
// archived.
func (s *Service) outletCount(ctx context.Context, p Person) (int, error) {
	if len(p.Scope) == 0 {
		n, err := s.Store.OutletCount(ctx, p.MerchantID)
		if err != nil {
			return 0, fmt.Errorf("outlets of merchant %d: %w", p.MerchantID, err)
		}
		return n, nil
	}
	outlets, err := s.outletsOf(ctx, p)
	return len(slices.DeleteFunc(outlets, Outlet.Archived)), err
}

// usual returns as many sums as the keypad has keys: what this outlet asks
// most, then round ones.
func (s *Service) usual(ctx context.Context, p Person) ([]Money, error) {
	sums, err := s.Store.UsualSums(ctx, p.MerchantID, p.OutletID, s.now().Add(-30*24*time.Hour), len(usualDefaults))
	if err != nil {
		return nil, fmt.Errorf("usual sums of outlet %d: %w", p.OutletID, err)
	}
	return fillSums(sums, usualDefaults[:]), nil
}
