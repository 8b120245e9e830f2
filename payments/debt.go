package payments

// The merchant's money, in one equation that always holds:
//
//	succeeded payments = paid out + refunded + fees + due − debts
//
// Paid out is what went to cards (credits done and recalled, less what was
// withheld), refunded the succeeded refunds, fees those of succeeded payments,
// due what open credits of succeeded payments are still to pay out, and debts
// what is not yet withheld of them. A sent credit whose payment was reversed
// stands on neither side until its answer is final. The tests hold the equation
// against the database after every step; see store/testdata/money.sql.

import (
	"context"
	"fmt"
	"time"
)

// DebtID is our number of a debt.
type DebtID int64

// DebtKind says how a debt came about.
type DebtKind string

// The kinds of debts.
const (
	DebtRefund   DebtKind = "refund"   // given back to a payer after the money had gone to the card
	DebtReversal DebtKind = "reversal" // taken back by the operator: what the merchant had already had of the payment
	DebtRecall   DebtKind = "recall"   // a credit on its way when its payment was reversed, and paid out after all
)

// Debt is money that a merchant has had and has to give back. Later credits
// are paid out less what is withheld for it, oldest debt first.
type Debt struct {
	ID         DebtID
	MerchantID MerchantID
	PaymentID  PaymentID
	RefundID   RefundID // of DebtRefund; else 0
	Kind       DebtKind
	Amount     Money
	Remaining  Money // not yet withheld
	CreatedAt  time.Time
}

// chargeRefund takes a refund that succeeded from the payment's credit, as far
// as that is still here; the rest is a debt. Merchant and credit are locked.
func (s *Service) chargeRefund(ctx context.Context, tx Tx, c Credit, r Refund) (Credit, error) {
	debt := r.Amount
	if c.State == CreditDue || c.State == CreditRefused {
		taken := min(r.Amount, c.Outgoing())
		debt -= taken
		c.Amount -= taken
		c.ChangedAt = r.FinalAt
		if c.Outgoing() == 0 {
			c.State = c.emptied()
		}
		if err := tx.MarkCredit(ctx, c); err != nil {
			return c, fmt.Errorf("mark credit %d: %w", c.ID, err)
		}
	}
	return c, owe(ctx, tx, Debt{
		MerchantID: r.MerchantID, PaymentID: r.PaymentID, RefundID: r.ID, Kind: DebtRefund, Amount: debt, CreatedAt: r.FinalAt,
	})
}

// takeBack undoes the credit of a payment that was reversed: the operator takes
// the whole payment from us. What of it is no more here, because it is on the
// card, was given back to the payer or withheld for a debt, the merchant owes. A
// credit on its way stays so until its answer says whether it arrived.
func (s *Service) takeBack(ctx context.Context, tx Tx, p Payment) error {
	c, err := tx.LockPaymentCredit(ctx, p.MerchantID, p.ID)
	if err != nil {
		return fmt.Errorf("credit of payment %d: %w", p.ID, err)
	}
	gone, before := p.Amount-p.Fee, c.State
	switch c.State {
	case CreditDue, CreditRefused:
		gone -= c.Outgoing()
		c.State = CreditStopped
	case CreditSent:
		gone -= c.Outgoing()
	case CreditDone:
		if c.Outgoing() > 0 {
			c.State = CreditRecall
			s.logRecall(ctx, c)
		}
	}
	if c.State != before {
		c.ChangedAt = p.ReversedAt
		if err := tx.MarkCredit(ctx, c); err != nil {
			return fmt.Errorf("mark credit %d: %w", c.ID, err)
		}
	}
	return owe(ctx, tx, Debt{MerchantID: p.MerchantID, PaymentID: p.ID, Kind: DebtReversal, Amount: gone, CreatedAt: p.ReversedAt})
}

// logRecall calls people: the money is on the card of somebody who must not
// have it, and a debt waits for later payments that may never come.
func (s *Service) logRecall(ctx context.Context, c Credit) {
	s.Log.ErrorContext(ctx, "a reversed payment was credited: take it back", "merchant_id", c.MerchantID,
		"payment_id", c.PaymentID, "credit_id", c.ID)
}

// owe keeps a debt; none is none.
func owe(ctx context.Context, tx Tx, d Debt) error {
	if d.Amount == 0 {
		return nil
	}
	d.Remaining = d.Amount
	if err := tx.InsertDebt(ctx, d); err != nil {
		return fmt.Errorf("insert debt of payment %d: %w", d.PaymentID, err)
	}
	return nil
}

// withhold keeps back from a credit what its merchant owes. Merchant and credit
// are locked.
func withhold(ctx context.Context, tx Tx, c Credit, now time.Time) (Credit, error) {
	debts, err := tx.LockDebts(ctx, c.MerchantID)
	if err != nil {
		return c, fmt.Errorf("debts of merchant %d: %w", c.MerchantID, err)
	}
	for _, d := range debts {
		part := min(d.Remaining, c.Outgoing())
		if part == 0 {
			break
		}
		if err := tx.InsertWithholding(ctx, d, c.ID, part, now); err != nil {
			return c, fmt.Errorf("withhold for debt %d: %w", d.ID, err)
		}
		c.Withheld += part
	}
	return c, nil
}
