package payments

import (
	"context"
	"fmt"
)

// CreditRefusal is a credit that a card does not take, for its owners.
type CreditRefusal struct {
	Credit   Credit
	Payment  Payment
	Merchant Merchant
	Outlet   Outlet
	Card     Card
	Owners   []Person // who can be written to
}

// CreditRefusal returns what the owners are told.
func (s *Service) CreditRefusal(ctx context.Context, job CreditTold) (r CreditRefusal, err error) {
	if r.Credit, err = s.Store.Credit(ctx, job.MerchantID, job.CreditID); err != nil {
		return r, fmt.Errorf("credit %d: %w", job.CreditID, err)
	}
	if r.Payment, err = s.Store.Payment(ctx, job.MerchantID, r.Credit.PaymentID); err != nil {
		return r, fmt.Errorf("payment %d: %w", r.Credit.PaymentID, err)
	}
	if r.Merchant, err = s.Store.Merchant(ctx, job.MerchantID); err != nil {
		return r, fmt.Errorf("merchant %d: %w", job.MerchantID, err)
	}
	if r.Outlet, err = s.Store.Outlet(ctx, job.MerchantID, r.Credit.OutletID); err != nil {
		return r, fmt.Errorf("outlet %d: %w", r.Credit.OutletID, err)
	}
	card, err := s.Store.SealedCard(ctx, job.MerchantID, r.Credit.CardID)
	if err != nil {
		return r, fmt.Errorf("card %d: %w", r.Credit.CardID, err)
	}
	r.Card = card.Card
	r.Owners, err = s.owners(ctx, s.Store, job.MerchantID)
	return r, err
}
