package payments

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Standings of what is shown as a proof and is no receipt.
const (
	ProofUnknown   Standing = "unknown"    // nothing of this person's merchant is known by it
	ProofInProcess Standing = "in_process" // the operator has not confirmed yet
	ProofFailed    Standing = "failed"     // the payment did not go through
	ProofPayCode   Standing = "pay_code"   // a code to pay by, by which nothing was paid
)

// Claim is what somebody shows as a proof of payment: one of the first four.
type Claim struct {
	Key        string // of a receipt's address
	Code       string // of a link: a code to pay by proves nothing, but its payment does
	Number     int64  // of a receipt of the person's own merchant
	OperatorID string
}

// ReceiptCheck is that a member was shown a receipt at the till, and that it was
// good for its sum.
type ReceiptCheck struct {
	PersonID PersonID
	Name     string    // "": of somebody who is forgotten
	At       time.Time // UTC
}

// Verdict is what a claim is worth to the person who asks.
type Verdict struct {
	Standing Standing
	Receipt  ReceiptView  // what its page says to everybody; zero where there is no receipt
	Own      *PaymentView // the payment, where this person may see it; nil: not theirs
	Link     *Link        // with ProofPayCode: their own merchant's; nil: a stranger's

	Before *ReceiptCheck // of CheckReceipt: who checked it last; nil: nobody has
	Again  bool          // that was the same person
}

// Good reports whether goods may go out for it, as far as the receipt goes.
func (v Verdict) Good() bool {
	return v.Own != nil && (v.Standing == ReceiptGenuine || v.Standing == ReceiptPartlyRefunded)
}

// CheckReceipt is Verify at the till: a receipt of the person's own outlets that
// is good for the sum that is claimed (0: none is) is taken down, and whoever is
// shown it again is told, wherever they stand. key is of the message: handled
// once more, it is the same check. Error: CodeNotRegistered.
func (s *Service) CheckReceipt(ctx context.Context, id PersonID, c Claim, sum Money, key string) (Verdict, error) {
	v, err := s.Verify(ctx, id, c)
	if err != nil || !v.Good() || sum != 0 && sum != v.Receipt.Amount {
		return v, err
	}
	p := v.Own.Payment
	err = s.Store.Atomically(ctx, func(tx Tx) error {
		// Of two who check at the same moment, one is the second.
		if _, err := tx.LockPayment(ctx, p.MerchantID, p.ID); err != nil {
			return fmt.Errorf("lock payment %d: %w", p.ID, err)
		}
		before, err := tx.LastReceiptCheck(ctx, p.MerchantID, p.ID, id, key)
		switch {
		case err == nil:
			v.Before, v.Again = &before, before.PersonID == id
		case !errors.Is(err, ErrNotFound):
			return fmt.Errorf("last check of payment %d: %w", p.ID, err)
		}
		return tx.InsertReceiptCheck(ctx, p, id, key, s.now())
	})
	if err != nil {
		return Verdict{}, fmt.Errorf("check the receipt of payment %d: %w", p.ID, err)
	}
	return v, nil
}

// Verify judges a claim for a member. A receipt's key of another merchant tells
// what its public page tells; numbers and ids tell of their own merchant only,
// so that there is nothing to be guessed. Error: CodeNotRegistered.
func (s *Service) Verify(ctx context.Context, id PersonID, c Claim) (Verdict, error) {
	person, err := s.person(ctx, s.Store, id)
	if err != nil {
		return Verdict{}, err
	}
	if c.Code != "" {
		return s.verifyCode(ctx, person, c.Code)
	}
	p, err := s.claimed(ctx, person, c)
	if errors.Is(err, ErrNotFound) {
		return Verdict{Standing: ProofUnknown}, nil
	}
	if err != nil {
		return Verdict{}, fmt.Errorf("payment of a claim: %w", err)
	}
	return s.verdict(ctx, person, p, c.Key != "")
}

// claimed finds the payment that a claim names. What looks like a number may be
// the operator's id, and so may what looks like a key.
func (s *Service) claimed(ctx context.Context, person Person, c Claim) (p Payment, err error) {
	err = ErrNotFound
	if key, ok := NormalCode(c.Key); ok {
		p, err = s.Store.PaymentByReceiptKey(ctx, key)
	}
	if c.Number > 0 && errors.Is(err, ErrNotFound) {
		p, err = s.Store.PaymentByReceipt(ctx, person.MerchantID, c.Number)
	}
	if c.OperatorID != "" && errors.Is(err, ErrNotFound) {
		p, err = s.Store.PaymentByOperatorID(ctx, c.OperatorID)
		if err == nil && p.MerchantID != person.MerchantID {
			err = ErrNotFound
		}
	}
	return p, err
}

// verdict judges a payment. public: whoever has the claim may read the
// receipt's page.
func (s *Service) verdict(ctx context.Context, person Person, p Payment, public bool) (Verdict, error) {
	var v Verdict
	if p.MerchantID == person.MerchantID {
		view, err := s.PaymentView(ctx, person.ID, p.ID)
		switch {
		case err == nil:
			v.Own, p = &view, view.Payment
		case CodeOf(err) != CodePaymentNotFound:
			return Verdict{}, err
		}
	}
	if v.Own == nil && !public {
		return Verdict{Standing: ProofUnknown}, nil
	}
	switch p.State {
	case PaymentCreated, PaymentExecuting:
		v.Standing = ProofInProcess
	case PaymentFailed, PaymentCancelled:
		v.Standing = ProofFailed
	default:
		refunds, err := s.Store.Refunds(ctx, p.MerchantID, p.ID)
		if err != nil {
			return Verdict{}, fmt.Errorf("refunds of payment %d: %w", p.ID, err)
		}
		v.Receipt = p.receiptView(refunds)
		v.Standing = v.Receipt.Standing
	}
	return v, nil
}

// verifyCode judges a code to pay by. An own charge that was paid stands for
// its payment; a code that stays on the wall says nothing of any payment.
func (s *Service) verifyCode(ctx context.Context, person Person, code string) (Verdict, error) {
	view, err := s.PayerView(ctx, code)
	if CodeOf(err) == CodeLinkNotFound {
		return Verdict{Standing: ProofPayCode}, nil
	}
	if err != nil {
		return Verdict{}, err
	}
	if view.Link.MerchantID != person.MerchantID || !person.Sees(view.Link.OutletID) {
		return Verdict{Standing: ProofPayCode}, nil
	}
	if view.Payment != nil {
		return s.verdict(ctx, person, *view.Payment, false)
	}
	if view.Link.drafted() {
		err = s.Store.Atomically(ctx, func(tx Tx) error {
			target, err := s.wake(ctx, tx, view.Link.Code)
			view.Link.ID = target.ID
			return err
		})
		if err != nil {
			return Verdict{}, err
		}
	}
	return Verdict{Standing: ProofPayCode, Link: &view.Link}, nil
}
