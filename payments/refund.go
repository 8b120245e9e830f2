package payments

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// RefundID is our number of a refund.
type RefundID int64

// RefundState is where a refund stands.
//
//	requested → sent → succeeded | failed
//	    └────────────────────────────┘
type RefundState string

// The states. Succeeded and failed are final.
const (
	RefundRequested RefundState = "requested"
	RefundSent      RefundState = "sent" // may have reached the operator; no final word yet
	RefundSucceeded RefundState = "succeeded"
	RefundFailed    RefundState = "failed" // the payer got nothing, the money stays
)

// Final reports whether nothing changes any more.
func (s RefundState) Final() bool { return s == RefundSucceeded || s == RefundFailed }

// Refund is money that goes back to the payer of a payment, all of it or a
// part. All refunds of a payment that did not fail are together never more
// than the payment.
type Refund struct {
	ID          RefundID
	MerchantID  MerchantID
	PaymentID   PaymentID
	Amount      Money // tyiyn, positive
	State       RefundState
	Key         string // our PSP transaction id of the outgoing payment, 26 characters; one refund has one for ever
	OperatorID  string // the operator's transaction id; "" until it has given one
	Reason      string // why it failed, for logs and support
	RequestedBy PersonID
	RequestedAt time.Time // UTC
	FinalAt     time.Time // zero until final
}

// RefundDraft is a refund as a person asks for it.
type RefundDraft struct {
	PaymentID PaymentID
	Amount    Money
	Key       string // idempotency: the same key makes the same refund
}

// RefundEvent is something that happened to a refund.
type RefundEvent struct {
	Kind       RefundEventKind
	Status     Status    // of an answer: the operator's word
	OperatorID string    // of a beginning: what the operator calls it
	Reason     string    // of a drop
	At         time.Time // UTC, our clock
	SaidAt     time.Time // of an answer: the operator's own time for it; may be zero
}

// RefundEventKind names an event of a refund.
type RefundEventKind string

// The kinds of a refund's events.
const (
	RefundEventRequest RefundEventKind = "request"
	RefundEventSend    RefundEventKind = "send"   // about to go out
	RefundEventBegin   RefundEventKind = "begin"  // the operator has given it an id; no money has moved
	RefundEventAnswer  RefundEventKind = "answer" // the operator's final word
	RefundEventDrop    RefundEventKind = "drop"   // it cannot be, and nothing has moved
)

// Apply returns the refund after an event. It is the only place where a
// refund's state changes; the database repeats its rules. What was applied
// before returns the refund unchanged. CodeImpossible: the event contradicts
// what is known.
func (r Refund) Apply(e RefundEvent) (Refund, error) {
	switch e.Kind {
	case RefundEventSend:
		if r.State == RefundRequested {
			r.State = RefundSent
		}
		return r, nil
	case RefundEventBegin:
		// The first id counts: under another one no money has moved.
		if r.State == RefundSent && r.OperatorID == "" {
			r.OperatorID = e.OperatorID
		}
		return r, nil
	case RefundEventDrop:
		if !r.State.Final() && r.OperatorID == "" {
			r.State, r.Reason, r.FinalAt = RefundFailed, e.Reason, e.At
		}
		return r, nil
	case RefundEventAnswer:
		return r.answered(e)
	}
	return r, Fail(CodeImpossible)
}

func (r Refund) answered(e RefundEvent) (Refund, error) {
	to := RefundFailed
	switch e.Status {
	case StatusSuccess:
		to = RefundSucceeded
	case StatusError, StatusCanceled:
	default:
		return r, Fail(CodeImpossible)
	}
	switch {
	case r.State == to:
		return r, nil
	case r.State != RefundSent || r.OperatorID == "":
		return r, Fail(CodeImpossible)
	}
	r.State, r.FinalAt = to, e.At
	if to == RefundFailed {
		r.Reason = fmt.Sprintf("the operator answered %d", e.Status)
	}
	return r, nil
}

// refundable is how much of a payment can still be given back: what is not
// refunded or about to be; 0 where that is less than the operator moves
// (DefaultMin).
func (p Payment) refundable(refunds []Refund) Money {
	if p.State != PaymentSucceeded {
		return 0
	}
	left := p.Amount
	for _, r := range refunds {
		if r.State != RefundFailed {
			left -= r.Amount
		}
	}
	if left < DefaultMin {
		return 0
	}
	return left
}

// mayRefund reports whether a member of this role gives money back.
func (r Role) mayRefund() bool { return r.Can(ActionRefund) }

// RequestRefund puts down a refund to the payer, of the whole payment or a
// part; it goes out by itself. The same key again returns what it made. The
// whole sum may be given back: a fee stays with the merchant (Merchant.Fee).
//
// Errors: CodeNotRegistered, CodeNotAllowed, CodePaymentNotFound,
// CodeSumTooSmall{min}, CodeRefundTooLarge{max}, CodeRefundImpossible (the
// payment has not succeeded, or not any more), CodeImpossible (the key made
// another refund).
func (s *Service) RequestRefund(ctx context.Context, id PersonID, draft RefundDraft) (PaymentView, error) {
	err := s.Store.Atomically(ctx, func(tx Tx) error {
		person, err := s.lockMember(ctx, tx, id, ActionRefund)
		if err != nil {
			return err
		}
		known, err := tx.RefundByKey(ctx, person.MerchantID, id, draft.Key)
		switch {
		case err == nil && (known.PaymentID != draft.PaymentID || known.Amount != draft.Amount):
			return Fail(CodeImpossible)
		case err == nil || !errors.Is(err, ErrNotFound):
			return err
		}
		return s.insertRefund(ctx, tx, person, draft)
	})
	if err != nil {
		return PaymentView{}, fmt.Errorf("refund of payment %d: %w", draft.PaymentID, err)
	}
	return s.PaymentView(ctx, id, draft.PaymentID)
}

// insertRefund judges a draft and keeps it. The merchant is locked.
func (s *Service) insertRefund(ctx context.Context, tx Tx, person Person, draft RefundDraft) error {
	p, err := tx.LockPayment(ctx, person.MerchantID, draft.PaymentID)
	if err != nil {
		return found(err, CodePaymentNotFound)
	}
	if !person.Sees(p.OutletID) {
		return Fail(CodePaymentNotFound)
	}
	if p.State != PaymentSucceeded {
		return Fail(CodeRefundImpossible)
	}
	if draft.Amount < DefaultMin {
		return Fail(CodeSumTooSmall, "min", DefaultMin)
	}
	refunds, err := tx.Refunds(ctx, p.MerchantID, p.ID)
	if err != nil {
		return fmt.Errorf("refunds of payment %d: %w", p.ID, err)
	}
	if left := p.refundable(refunds); draft.Amount > left {
		return Fail(CodeRefundTooLarge, "max", left)
	}
	now := s.now()
	r := Refund{
		MerchantID: p.MerchantID, PaymentID: p.ID, Amount: draft.Amount, State: RefundRequested, Key: NewCode(),
		RequestedBy: person.ID, RequestedAt: now,
	}
	if r.ID, err = tx.InsertRefund(ctx, r, draft.Key); err != nil {
		return fmt.Errorf("insert refund: %w", err)
	}
	if err := tx.InsertRefundEvent(ctx, r, RefundEvent{Kind: RefundEventRequest, At: now}); err != nil {
		return fmt.Errorf("insert event of refund %d: %w", r.ID, err)
	}
	return tx.Enqueue(ctx, Scheduled{Job: SendRefund{MerchantID: r.MerchantID, RefundID: r.ID}})
}
