package payments

import (
	"context"
	"fmt"
)

// SumFlag says how the operator's sum of a payment stands to ours.
//
// A payer cannot pay more or less than is asked: check and create refuse
// another sum than a fixed one (454) and one outside an open one's bounds (455,
// 456), execute and update carry none. So the flags can only come of the
// operator's answer to our own question (get), which names the sum it holds,
// and of clearing files, whose differences are breaks.
type SumFlag string

// The flags; "" is no difference.
const (
	SumOver  SumFlag = "over"
	SumUnder SumFlag = "under"
)

// Against compares a payment with the sum that the operator says; 0: none.
func (p Payment) Against(said Money) SumFlag {
	switch {
	case said == 0 || said == p.Amount:
		return ""
	case said > p.Amount:
		return SumOver
	}
	return SumUnder
}

// SumTold tells the owners that the operator confirmed a payment with another
// sum than it created it with. What was agreed on is credited; a clearing file
// and people settle the rest.
type SumTold struct {
	MerchantID MerchantID `json:"merchant_id"`
	PaymentID  PaymentID  `json:"payment_id"`
	Said       Money      `json:"said"`
}

// Kind names the job in the queue.
func (SumTold) Kind() string { return "sum_told" }

// SumNews is a difference of sums as owners are told of it.
type SumNews struct {
	Payment  Payment
	Merchant Merchant
	Said     Money // by the operator
	Owners   []Person
}

// SumNews returns what to tell of a difference, and whom.
func (s *Service) SumNews(ctx context.Context, job SumTold) (n SumNews, err error) {
	n.Said = job.Said
	if n.Payment, err = s.Store.Payment(ctx, job.MerchantID, job.PaymentID); err != nil {
		return n, fmt.Errorf("payment %d: %w", job.PaymentID, err)
	}
	if n.Merchant, err = s.Store.Merchant(ctx, job.MerchantID); err != nil {
		return n, fmt.Errorf("merchant %d: %w", job.MerchantID, err)
	}
	n.Owners, err = s.owners(ctx, s.Store, job.MerchantID)
	return n, err
}
