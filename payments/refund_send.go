package payments

// How a refund goes out, so that it does once:
//
//  1. SendRefund writes down that it goes (sent) before anything goes.
//  2. The operator is told of it under the refund's own key, which never
//     changes: a repetition after a lost answer makes nothing new. The id that
//     the operator gives is written down. No money has moved so far, and a
//     transaction whose id we never learned is never executed.
//  3. Execute moves the money. Whatever the answer, only a final status counts:
//     where there is none the operator is asked, and execute repeated only while
//     it says that nothing has been executed.
//  4. The final word, by answer or by update, makes the refund succeeded or
//     failed, and with it the credit smaller or a debt; see concludeRefund.
//
// Locks are taken in the order merchant, link, payment, refund, credit, debts.

import (
	"context"
	"fmt"
	"strconv"
	"time"
)

// RefundOrder is a refund as the operator is told of it.
type RefundOrder struct {
	Key                string // our PSP transaction id; the same key is the same refund
	OriginalOperatorID string // the payment that is given back
	Amount             Money
	MCC                int    // of the outlet
	Receipt            string // our number of the refund, at most 20 characters
}

// RefundAnswer is what the operator says of a refund.
type RefundAnswer struct {
	OperatorID string // "" when it was refused: then nothing has begun
	Status     Status
	Reason     string // of a refusal, for logs and support
}

// Refunder gives money back to payers, outside our walls. An error leaves open
// what happened; a clear no of BeginRefund is an answer with StatusError and no
// OperatorID.
type Refunder interface {
	// BeginRefund makes a refund known to the operator. It moves no money and
	// is idempotent by the order's key.
	BeginRefund(ctx context.Context, order RefundOrder) (RefundAnswer, error)
	// ExecuteRefund makes the money of a begun refund go.
	ExecuteRefund(ctx context.Context, operatorID string) (RefundAnswer, error)
	// RefundStatus asks how a begun refund stands.
	RefundStatus(ctx context.Context, operatorID string) (RefundAnswer, error)
}

// SendRefund brings a refund out, or asks how it stands. settled is false when
// there is no final word yet, and the job has to be done again.
func (s *Service) SendRefund(ctx context.Context, job SendRefund) (settled bool, err error) {
	r, err := s.Store.Refund(ctx, job.MerchantID, job.RefundID)
	if err != nil {
		return false, fmt.Errorf("refund %d: %w", job.RefundID, err)
	}
	if r.State.Final() || s.Refunder == nil {
		return r.State.Final(), nil
	}
	if r.State == RefundRequested {
		if r, err = s.changeRefund(ctx, r, RefundEvent{Kind: RefundEventSend}); err != nil || r.State.Final() {
			return err == nil, err
		}
	}
	var status Status
	if r.OperatorID == "" {
		if r, status, err = s.beginRefund(ctx, r); err != nil || r.State.Final() {
			return err == nil, err
		}
	} else {
		asked, err := s.Refunder.RefundStatus(ctx, r.OperatorID)
		if err != nil {
			return false, fmt.Errorf("ask about refund %d: %w", r.ID, err)
		}
		status = asked.Status
	}
	if status == StatusCreated {
		done, err := s.Refunder.ExecuteRefund(ctx, r.OperatorID)
		if err != nil {
			return false, fmt.Errorf("execute refund %d: %w", r.ID, err)
		}
		status = done.Status
	}
	switch status {
	case StatusSuccess, StatusError, StatusCanceled:
		_, err = s.changeRefund(ctx, r, RefundEvent{Kind: RefundEventAnswer, Status: status})
		return err == nil, err
	}
	return false, nil
}

// beginRefund tells the operator of a refund and keeps the id it gives.
func (s *Service) beginRefund(ctx context.Context, r Refund) (Refund, Status, error) {
	order, err := s.refundOrder(ctx, r)
	if err != nil {
		return r, 0, err
	}
	begun, err := s.Refunder.BeginRefund(ctx, order)
	if err != nil {
		return r, 0, fmt.Errorf("begin refund %d: %w", r.ID, err)
	}
	if begun.OperatorID == "" {
		s.Log.WarnContext(ctx, "a refund was refused", "merchant_id", r.MerchantID, "refund_id", r.ID, "reason", begun.Reason)
		r, err = s.changeRefund(ctx, r, RefundEvent{Kind: RefundEventDrop, Reason: begun.Reason})
		if err == nil && !r.State.Final() {
			err = fmt.Errorf("refund %d was refused after it had begun as %s", r.ID, r.OperatorID)
		}
		return r, 0, err
	}
	r, err = s.changeRefund(ctx, r, RefundEvent{Kind: RefundEventBegin, OperatorID: begun.OperatorID})
	if err == nil && !r.State.Final() && r.OperatorID != begun.OperatorID {
		err = fmt.Errorf("refund %d began twice, as %s and %s", r.ID, r.OperatorID, begun.OperatorID)
	}
	return r, begun.Status, err
}

func (s *Service) refundOrder(ctx context.Context, r Refund) (RefundOrder, error) {
	p, err := s.Store.Payment(ctx, r.MerchantID, r.PaymentID)
	if err != nil {
		return RefundOrder{}, fmt.Errorf("payment %d: %w", r.PaymentID, err)
	}
	outlet, err := s.Store.Outlet(ctx, r.MerchantID, p.OutletID)
	if err != nil {
		return RefundOrder{}, fmt.Errorf("outlet %d: %w", p.OutletID, err)
	}
	return RefundOrder{
		Key: r.Key, OriginalOperatorID: p.OperatorID, Amount: r.Amount, MCC: outlet.MCC,
		Receipt: strconv.FormatInt(int64(r.ID), 10),
	}, nil
}

// changeRefund applies an event to a refund in a transaction of its own. A
// payment that was reversed before its refund went out has nothing to give
// back any more: the refund is dropped instead of sent.
func (s *Service) changeRefund(ctx context.Context, known Refund, e RefundEvent) (r Refund, err error) {
	err = s.Store.Atomically(ctx, func(tx Tx) error {
		p, locked, err := lockRefund(ctx, tx, known)
		if err != nil {
			return err
		}
		if e.Kind == RefundEventSend && p.State != PaymentSucceeded {
			e = RefundEvent{Kind: RefundEventDrop, Reason: "the payment was reversed before the refund went out"}
		}
		e.At = s.now()
		r, err = s.advanceRefund(ctx, tx, p, locked, e)
		return err
	})
	if err != nil {
		return known, fmt.Errorf("%s of refund %d: %w", e.Kind, known.ID, err)
	}
	return r, nil
}

// updateRefund takes the operator's word about a refund that came by an update.
// Errors: CodePaymentNotFound, CodeImpossible.
func (s *Service) updateRefund(ctx context.Context, tx Tx, operatorID string, status Status, at time.Time) error {
	known, err := tx.RefundByOperatorID(ctx, operatorID)
	if err != nil {
		return found(err, CodePaymentNotFound)
	}
	p, r, err := lockRefund(ctx, tx, known)
	if err != nil {
		return err
	}
	_, err = s.advanceRefund(ctx, tx, p, r, RefundEvent{Kind: RefundEventAnswer, Status: status, At: s.now(), SaidAt: at})
	if CodeOf(err) == CodeImpossible && r.State.Final() {
		s.Log.ErrorContext(ctx, "the operator contradicts a refund's end: people have to look", "merchant_id", r.MerchantID,
			"refund_id", r.ID, "operator_id", operatorID, "state", r.State, "status", status)
	}
	return err
}

func lockRefund(ctx context.Context, tx Tx, known Refund) (p Payment, r Refund, err error) {
	if err = tx.LockMerchant(ctx, known.MerchantID); err != nil {
		return p, r, fmt.Errorf("lock merchant %d: %w", known.MerchantID, err)
	}
	if p, err = tx.LockPayment(ctx, known.MerchantID, known.PaymentID); err != nil {
		return p, r, fmt.Errorf("lock payment %d: %w", known.PaymentID, err)
	}
	if r, err = tx.LockRefund(ctx, known.MerchantID, known.ID); err != nil {
		return p, r, fmt.Errorf("lock refund %d: %w", known.ID, err)
	}
	return p, r, nil
}

// advanceRefund applies an event to a locked refund of a locked payment and
// does all that follows from it. Without a change it does nothing.
func (s *Service) advanceRefund(ctx context.Context, tx Tx, p Payment, r Refund, e RefundEvent) (Refund, error) {
	after, err := r.Apply(e)
	if err != nil || after == r {
		return r, err
	}
	if err := tx.MarkRefund(ctx, after); err != nil {
		return r, fmt.Errorf("mark refund %d: %w", r.ID, err)
	}
	if err := tx.InsertRefundEvent(ctx, after, e); err != nil {
		return r, fmt.Errorf("insert event of refund %d: %w", r.ID, err)
	}
	if !after.State.Final() {
		return after, nil
	}
	if err := s.concludeRefund(ctx, tx, p, after); err != nil {
		return r, fmt.Errorf("conclude refund %d: %w", r.ID, err)
	}
	return after, nil
}

// concludeRefund is what a refund's end means for the merchant's money, and
// who hears of it.
func (s *Service) concludeRefund(ctx context.Context, tx Tx, p Payment, r Refund) error {
	c, err := tx.LockPaymentCredit(ctx, p.MerchantID, p.ID)
	if err != nil {
		return fmt.Errorf("credit of payment %d: %w", p.ID, err)
	}
	if r.State == RefundSucceeded {
		if c, err = s.chargeRefund(ctx, tx, c, r); err != nil {
			return err
		}
	}
	jobs, err := s.refundTold(ctx, tx, p, r)
	if err != nil {
		return err
	}
	if c.State == CreditDue {
		// It was held while the refund was open.
		jobs = append(jobs, Scheduled{Job: PayCredit{MerchantID: c.MerchantID, CreditID: c.ID}})
	}
	if len(jobs) == 0 {
		return nil
	}
	return tx.Enqueue(ctx, jobs...)
}

// openRefund reports whether a refund of a payment is still under way.
func openRefund(ctx context.Context, r Reader, merchant MerchantID, payment PaymentID) (bool, error) {
	refunds, err := r.Refunds(ctx, merchant, payment)
	if err != nil {
		return false, fmt.Errorf("refunds of payment %d: %w", payment, err)
	}
	for _, refund := range refunds {
		if !refund.State.Final() {
			return true, nil
		}
	}
	return false, nil
}
