package payments

import (
	"context"
	"errors"
	"fmt"
)

// News is a change of a payment as one person is told of it.
type News struct {
	Payment   Payment
	Merchant  Merchant
	Outlet    Outlet
	Link      Link
	Credit    Credit  // zero where no money came
	Card      Card    // that the credit goes to
	Duplicate Payment // that this one may repeat, see Payment.DuplicateOf; zero: none
	Today     Takings // of the outlet, up to and including this payment, in the merchant's day
	Recipient Person
}

// Spread works out whom a payment's change concerns: the members who hear of
// it and the messages that show its link.
func (s *Service) Spread(ctx context.Context, job Fanout) error {
	p, err := s.Store.Payment(ctx, job.MerchantID, job.PaymentID)
	if err != nil {
		return fmt.Errorf("payment %d: %w", job.PaymentID, err)
	}
	people, err := s.Store.Listeners(ctx, p.MerchantID, p.LinkID)
	if err != nil {
		return fmt.Errorf("listeners of outlet %d: %w", p.OutletID, err)
	}
	jobs := []Scheduled{{Job: LinkShown{MerchantID: p.MerchantID, LinkID: p.LinkID}}}
	for _, person := range people {
		if !person.Sees(p.OutletID) {
			continue
		}
		jobs = append(jobs, Scheduled{Job: Notice{
			MerchantID: p.MerchantID, PaymentID: p.ID, State: job.State, PersonID: person.ID,
		}})
	}
	return s.Store.Atomically(ctx, func(tx Tx) error {
		var posts []Scheduled
		switch job.State {
		case PaymentSucceeded:
			posts, err = postToGroups(ctx, tx, p, PostPaid, 0)
		case PaymentReversed:
			posts, err = postToGroups(ctx, tx, p, PostReversed, 0)
		}
		if err != nil {
			return err
		}
		return tx.Enqueue(ctx, append(jobs, posts...)...)
	})
}

// News returns what a notice says. A payment that was reversed meanwhile is
// told as it is now: nobody must hear "paid" of money that went back. Error:
// CodeNotAllowed, when the payment is none of their business any more.
func (s *Service) News(ctx context.Context, job Notice) (News, error) {
	var n News
	var err error
	if n.Payment, err = s.Store.Payment(ctx, job.MerchantID, job.PaymentID); err != nil {
		return n, fmt.Errorf("payment %d: %w", job.PaymentID, err)
	}
	if n.Merchant, err = s.Store.Merchant(ctx, job.MerchantID); err != nil {
		return n, fmt.Errorf("merchant %d: %w", job.MerchantID, err)
	}
	if n.Outlet, err = s.Store.Outlet(ctx, job.MerchantID, n.Payment.OutletID); err != nil {
		return n, fmt.Errorf("outlet %d: %w", n.Payment.OutletID, err)
	}
	if n.Link, err = s.Store.Link(ctx, job.MerchantID, n.Payment.LinkID); err != nil {
		return n, fmt.Errorf("link %d: %w", n.Payment.LinkID, err)
	}
	if n.Payment.Receipt != 0 { // money came, and is due to a card
		if n.Credit, err = s.Store.PaymentCredit(ctx, job.MerchantID, job.PaymentID); err != nil {
			return n, fmt.Errorf("credit of payment %d: %w", job.PaymentID, err)
		}
		card, err := s.Store.SealedCard(ctx, job.MerchantID, n.Credit.CardID)
		if err != nil {
			return n, fmt.Errorf("card %d: %w", n.Credit.CardID, err)
		}
		n.Card = card.Card
	}
	if n.Recipient, err = s.listener(ctx, job.MerchantID, job.PersonID, n.Payment.OutletID); err != nil {
		return n, err
	}
	if n.Payment.DuplicateOf != 0 {
		if n.Duplicate, err = s.Store.Payment(ctx, job.MerchantID, n.Payment.DuplicateOf); err != nil {
			return n, fmt.Errorf("payment %d: %w", n.Payment.DuplicateOf, err)
		}
	}
	day := n.Merchant.DayOf(n.Payment.FinalAt)
	n.Today, err = s.Store.Takings(ctx, job.MerchantID, n.Payment.OutletID, day.From, day.To, n.Payment.Receipt)
	if err != nil {
		return n, fmt.Errorf("takings of outlet %d: %w", n.Payment.OutletID, err)
	}
	return n, nil
}

// listener is a person as a member who may hear of what happens at an outlet.
// What was put down to be told them may be done after they left. Error:
// CodeNotAllowed.
func (s *Service) listener(ctx context.Context, merchant MerchantID, id PersonID, outlet OutletID) (Person, error) {
	p, err := s.Store.Member(ctx, merchant, id)
	if err == nil && !p.Sees(outlet) {
		err = Fail(CodeNotAllowed)
	}
	if err != nil {
		return Person{}, fmt.Errorf("member %d of merchant %d: %w", id, merchant, found(err, CodeNotAllowed))
	}
	return p, nil
}

// Ask asks the operator about a payment of which nothing has been heard since
// it was executed. settled is false when there is still no final word, and the
// question has to be asked again.
func (s *Service) Ask(ctx context.Context, job AskOperator) (settled bool, err error) {
	p, err := s.Store.PaymentByOperatorID(ctx, job.OperatorID)
	if err != nil {
		return false, fmt.Errorf("payment %s: %w", job.OperatorID, err)
	}
	if p.State.Final() {
		return true, nil
	}
	if s.Operator == nil {
		return false, nil
	}
	word, err := s.Operator.Word(ctx, job.OperatorID)
	if errors.Is(err, ErrNotFound) {
		return false, nil // the operator's own records may lag; its hour decides
	}
	if err != nil {
		return false, fmt.Errorf("ask the operator about %s: %w", job.OperatorID, err)
	}
	switch word.Status {
	case StatusSuccess, StatusError, StatusCanceled:
		if err := s.take(ctx, job.OperatorID, word, s.now()); err != nil {
			return false, fmt.Errorf("take the operator's answer about %s: %w", job.OperatorID, err)
		}
		return true, nil
	}
	return false, nil
}
