package payments

import (
	"context"
	"errors"
	"fmt"
)

// PaymentView is a payment as a member of its merchant sees it.
type PaymentView struct {
	Payment    Payment
	Merchant   Merchant
	Outlet     Outlet
	Link       Link
	Credit     Credit   // zero until the payment succeeded
	Card       Card     // that the credit goes to
	Refunds    []Refund // oldest first
	Steps      []Step   // every state it has been in, oldest first
	Duplicate  Payment  // that it seems to repeat, see Payment.DuplicateOf; zero: none
	Refundable Money    // 0 when nothing can be given back
	MayRefund  bool     // this person: owner or manager, and Refundable > 0
}

// PaymentView returns a payment of the person's merchant. Errors:
// CodeNotRegistered, CodePaymentNotFound (also for another merchant's, and for
// one of an outlet they do not work in).
func (s *Service) PaymentView(ctx context.Context, id PersonID, payment PaymentID) (v PaymentView, err error) {
	person, err := s.person(ctx, s.Store, id)
	if err != nil {
		return v, err
	}
	if v.Payment, err = s.Store.Payment(ctx, person.MerchantID, payment); err != nil {
		return v, found(err, CodePaymentNotFound)
	}
	if !person.Sees(v.Payment.OutletID) {
		return PaymentView{}, Fail(CodePaymentNotFound)
	}
	if v.Merchant, err = s.Store.Merchant(ctx, person.MerchantID); err != nil {
		return v, fmt.Errorf("merchant %d: %w", person.MerchantID, err)
	}
	if v.Outlet, err = s.Store.Outlet(ctx, person.MerchantID, v.Payment.OutletID); err != nil {
		return v, fmt.Errorf("outlet %d: %w", v.Payment.OutletID, err)
	}
	if v.Link, err = s.Store.Link(ctx, person.MerchantID, v.Payment.LinkID); err != nil {
		return v, fmt.Errorf("link %d: %w", v.Payment.LinkID, err)
	}
	v.Credit, err = s.Store.PaymentCredit(ctx, person.MerchantID, payment)
	switch {
	case err == nil:
		card, err := s.Store.SealedCard(ctx, person.MerchantID, v.Credit.CardID)
		if err != nil {
			return v, fmt.Errorf("card %d: %w", v.Credit.CardID, err)
		}
		v.Card = card.Card
	case !errors.Is(err, ErrNotFound):
		return v, fmt.Errorf("credit of payment %d: %w", payment, err)
	}
	if v.Refunds, err = s.Store.Refunds(ctx, person.MerchantID, payment); err != nil {
		return v, fmt.Errorf("refunds of payment %d: %w", payment, err)
	}
	if v.Steps, err = s.Store.Steps(ctx, person.MerchantID, payment); err != nil {
		return v, fmt.Errorf("states of payment %d: %w", payment, err)
	}
	if v.Payment.DuplicateOf != 0 {
		if v.Duplicate, err = s.Store.Payment(ctx, person.MerchantID, v.Payment.DuplicateOf); err != nil {
			return v, fmt.Errorf("payment %d: %w", v.Payment.DuplicateOf, err)
		}
	}
	v.Refundable = v.Payment.refundable(v.Refunds)
	v.MayRefund = v.Refundable > 0 && person.Role.mayRefund()
	return v, nil
}
