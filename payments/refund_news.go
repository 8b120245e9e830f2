package payments

import (
	"context"
	"fmt"
)

// refundTold is who hears of a refund's end: owners and managers who want to
// hear of anything, in any case the member who asked for it, and the groups of
// the outlet.
func (s *Service) refundTold(ctx context.Context, tx Tx, p Payment, r Refund) ([]Scheduled, error) {
	people, err := tx.Members(ctx, p.MerchantID)
	if err != nil {
		return nil, fmt.Errorf("members of merchant %d: %w", p.MerchantID, err)
	}
	var jobs []Scheduled
	for _, person := range people {
		if !person.Sees(p.OutletID) {
			continue
		}
		wants := person.Notify != NotifyNone && person.Role.mayRefund()
		if wants || person.ID == r.RequestedBy {
			jobs = append(jobs, Scheduled{Job: RefundTold{
				MerchantID: r.MerchantID, RefundID: r.ID, State: r.State, PersonID: person.ID,
			}})
		}
	}
	if r.State != RefundSucceeded {
		return jobs, nil
	}
	posts, err := postToGroups(ctx, tx, p, PostRefunded, r.ID)
	return append(jobs, posts...), err
}

// RefundNews is a refund's end as one person is told of it.
type RefundNews struct {
	Refund    Refund
	Payment   Payment
	Merchant  Merchant
	Outlet    Outlet
	Recipient Person
}

// RefundNews returns what a person is told of a refund. Error: CodeNotAllowed,
// when it is none of their business any more.
func (s *Service) RefundNews(ctx context.Context, job RefundTold) (n RefundNews, err error) {
	if n.Refund, err = s.Store.Refund(ctx, job.MerchantID, job.RefundID); err != nil {
		return n, fmt.Errorf("refund %d: %w", job.RefundID, err)
	}
	if n.Payment, err = s.Store.Payment(ctx, job.MerchantID, n.Refund.PaymentID); err != nil {
		return n, fmt.Errorf("payment %d: %w", n.Refund.PaymentID, err)
	}
	if n.Merchant, err = s.Store.Merchant(ctx, job.MerchantID); err != nil {
		return n, fmt.Errorf("merchant %d: %w", job.MerchantID, err)
	}
	if n.Outlet, err = s.Store.Outlet(ctx, job.MerchantID, n.Payment.OutletID); err != nil {
		return n, fmt.Errorf("outlet %d: %w", n.Payment.OutletID, err)
	}
	n.Recipient, err = s.listener(ctx, job.MerchantID, job.PersonID, n.Payment.OutletID)
	return n, err
}
