package payments

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// SignalKind is what a payer says to the seller by a button of a link's page.
type SignalKind string

// The kinds of signals.
const (
	SignalDecline SignalKind = "decline" // "I won't pay"
	SignalAsk     SignalKind = "ask"     // "send me a new link"
)

// SignalEvery is how long after a signal the same one through the same link
// tells the seller nothing new: whoever holds a link can press as often as they
// like.
const SignalEvery = time.Hour

// LinkSignal tells the seller what a payer said.
type LinkSignal struct {
	MerchantID MerchantID `json:"merchant_id"`
	LinkID     LinkID     `json:"link_id"`
	Signal     SignalKind `json:"signal"`
}

// Kind names the job in the queue.
func (LinkSignal) Kind() string { return "link_signal" }

// Offers reports whether a payer can say this as the link stands.
func (v PayerView) Offers(kind SignalKind) bool {
	open := v.Link.State == LinkActive
	switch kind {
	case SignalDecline:
		// Of a static code or a reusable link nobody expects this one payer.
		return v.Link.Kind == LinkCharge && open && v.Link.HeldBy == 0 && v.Payment == nil
	case SignalAsk:
		if v.Payment != nil {
			return v.Payment.State == PaymentReversed
		}
		return !open
	}
	return false
}

// Signal takes what a payer says, and has the seller told. What does not fit
// the link's state any more, and what was said within SignalEvery, is passed
// over. Error: CodeLinkNotFound.
func (s *Service) Signal(ctx context.Context, code string, kind SignalKind) error {
	view, err := s.PayerView(ctx, code)
	if err != nil {
		return err
	}
	if !view.Offers(kind) {
		return nil
	}
	job := LinkSignal{MerchantID: view.Link.MerchantID, LinkID: view.Link.ID, Signal: kind}
	err = s.Store.Atomically(ctx, func(tx Tx) error {
		if view.Link.drafted() {
			target, err := s.wake(ctx, tx, view.Link.Code)
			if err != nil {
				return err
			}
			job.LinkID = target.ID
		}
		now := s.now()
		fresh, err := tx.NoteSignal(ctx, job, now, now.Add(-SignalEvery))
		if err != nil || !fresh {
			return err
		}
		return tx.Enqueue(ctx, Scheduled{Job: job})
	})
	if err != nil {
		return fmt.Errorf("signal %s of link %d: %w", kind, job.LinkID, err)
	}
	return nil
}

// SignalNews is what a payer said, for those who are told.
type SignalNews struct {
	Signal     SignalKind
	Link       Link // its state is the one at the moment of asking
	Outlet     Outlet
	Merchant   Merchant
	Recipients []Person // empty: nothing to tell any more
}

// SignalNews returns who is told of a signal, and what: whoever made the link,
// or the owners when that member has left or cannot be written to. A link that
// is paid meanwhile needs no telling.
func (s *Service) SignalNews(ctx context.Context, job LinkSignal) (SignalNews, error) {
	ticket, err := s.LinkTicket(ctx, job.MerchantID, job.LinkID)
	if err != nil {
		return SignalNews{}, fmt.Errorf("link %d: %w", job.LinkID, err)
	}
	n := SignalNews{Signal: job.Signal, Link: ticket.Link, Outlet: ticket.Outlet}
	if n.Merchant, err = s.Store.Merchant(ctx, job.MerchantID); err != nil {
		return n, fmt.Errorf("merchant %d: %w", job.MerchantID, err)
	}
	if p := ticket.Payment; n.Link.Kind == LinkCharge && p != nil && p.State != PaymentReversed {
		return n, nil
	}
	people, err := s.Store.Members(ctx, job.MerchantID)
	if err != nil {
		return n, fmt.Errorf("members of merchant %d: %w", job.MerchantID, err)
	}
	maker := func(p Person) bool { return p.ID == n.Link.CreatedBy && p.Sees(n.Link.OutletID) }
	asked := maker
	if !slices.ContainsFunc(people, maker) {
		asked = func(p Person) bool { return p.Role == RoleOwner }
	}
	for _, p := range people {
		if asked(p) {
			n.Recipients = append(n.Recipients, p)
		}
	}
	return n, nil
}
