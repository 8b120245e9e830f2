package payments

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// PayerView is a link as whoever holds it may see it.
type PayerView struct {
	Link    Link // its state is the one at the moment of asking
	Outlet  Outlet
	Contact string   // the merchant's for customers: +phone, @name or words; "" if not said
	Payment *Payment // of a charge: the one that is executing, succeeded or reversed; nil if none
	Refunds Returned // of that payment

	// Verified says what is true of nearly every honest seller and costs a
	// cheat something: an owner has shared their own number with Telegram's
	// word for it, and a payment has reached the very card that this link's
	// money goes to. It says nothing of goods or people; where it does not hold
	// nothing is said either, for everybody was new once.
	Verified bool
}

// Returned is what went back of a payment.
type Returned struct {
	Done   Money     // confirmed by the operator
	Open   Money     // asked for, without the operator's final word
	LastAt time.Time // UTC: when the last was confirmed; zero: none was
}

// PayerLink is what is known to payers of a link, but for its payment.
type PayerLink struct {
	Outlet
	Contact  string
	Verified bool
}

// PayerView returns what a link's page shows. A static code's payments are
// other people's and are not in it. Error: CodeLinkNotFound, for malformed and
// unknown codes alike.
func (s *Service) PayerView(ctx context.Context, code string) (PayerView, error) {
	normal, ok := NormalCode(code)
	if !ok {
		return PayerView{}, Fail(CodeLinkNotFound)
	}
	link, about, err := s.payerLink(ctx, normal)
	if errors.Is(err, ErrNotFound) {
		return PayerView{}, Fail(CodeLinkNotFound)
	}
	if err != nil {
		return PayerView{}, fmt.Errorf("payer's view: %w", err)
	}
	link.State = link.StateAt(s.now())
	view := PayerView{Link: link, Outlet: about.Outlet, Contact: about.Contact, Verified: about.Verified}
	if view.Link.State == LinkActive {
		switch view.Outlet.State {
		case OutletPaused:
			view.Link.State = LinkPaused
		case OutletArchived:
			view.Link.State = LinkCancelled
		}
	}
	if view.Link.State == LinkActive && view.Link.Full() {
		view.Link.State = LinkPaused // the last places are being paid; one may come free
	}
	if view.Link.Kind != LinkCharge || view.Link.drafted() {
		return view, nil
	}
	payment, refunds, err := s.Store.PayerPayment(ctx, link.MerchantID, link.ID)
	switch {
	case err == nil:
		view.Payment, view.Refunds = &payment, refunds
	case !errors.Is(err, ErrNotFound):
		return PayerView{}, fmt.Errorf("payer's view: payment of link %d: %w", link.ID, err)
	}
	return view, nil
}

// FilledIn is the national link of an open sum with the sum in it that its
// payer chose. It is written down nowhere: looking at it changes nothing. Errors:
// CodeSumTooSmall, CodeSumTooLarge.
func (s *Service) FilledIn(link Link, sum Money) (uri string, err error) {
	if err := CheckBounds(sum, link.Min, link.Max); err != nil {
		return "", err
	}
	filled, err := s.Channel.Fill(Version{URI: link.URI}, sum)
	if err != nil {
		return "", fmt.Errorf("fill in link %d: %w", link.ID, err)
	}
	return filled.URI, nil
}

// payerLink returns a link with what its payers may know, or what a draft
// promises. It changes nothing, however often anybody or a robot looks.
func (s *Service) payerLink(ctx context.Context, code string) (Link, PayerLink, error) {
	link, about, err := s.Store.PayerLink(ctx, code)
	if !errors.Is(err, ErrNotFound) {
		return link, about, err
	}
	d, about, err := s.Store.Draft(ctx, code)
	if errors.Is(err, ErrNotFound) {
		return s.Store.PayerLink(ctx, code) // somebody may have woken it between the two questions
	}
	return d.link(), about, err
}
