package payments

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// CreditID is our number of a credit.
type CreditID int64

// CreditState is where the money stands on its way to the merchant's card.
//
//	due → sent → done | refused → due (another card)
//	 └→ stopped          done → recall
type CreditState string

// The states. Stopped, and recall once people have dealt with it, are final.
const (
	CreditDue     CreditState = "due"
	CreditSent    CreditState = "sent"    // asked for; no final answer yet
	CreditDone    CreditState = "done"    // on the card
	CreditRefused CreditState = "refused" // the card does not take it: the owner has to name another
	CreditStopped CreditState = "stopped" // the payment was reversed before it went out
	CreditRecall  CreditState = "recall"  // the payment was reversed after it went out: people have to take it back
)

// Credit is money that a succeeded payment puts on the merchant's card.
type Credit struct {
	ID         CreditID
	MerchantID MerchantID
	OutletID   OutletID
	PaymentID  PaymentID
	CardID     CardID // the outlet's when the payment succeeded
	Amount     Money
	State      CreditState
	Key        string // what the other side knows it by, 26 characters
	ChangedAt  time.Time
}

// CreditOrder asks for a credit. It is idempotent by its id.
type CreditOrder struct {
	ID     string // at most 50 characters
	Token  string // of the card, 32 hex characters
	Amount Money
}

// CreditAnswer is what the other side says of a credit.
type CreditAnswer struct {
	State  CreditState // CreditSent (ask again), CreditDone or CreditRefused
	Reason string      // of a refusal, for logs and support
}

// Crediter puts money on cards, outside our walls.
type Crediter interface {
	Credit(ctx context.Context, order CreditOrder) (CreditAnswer, error)
}

// SealedCard is a card with the number that no tokenizer has taken yet.
type SealedCard struct {
	Card
	Sealed []byte // nil where there is a token
	KeyID  string
}

// apply returns the credit after the other side's answer. Only a credit that
// is due or sent can be answered.
func (c Credit) apply(a CreditAnswer, now time.Time) (Credit, error) {
	if c.State != CreditDue && c.State != CreditSent {
		return c, Fail(CodeImpossible)
	}
	switch a.State {
	case CreditSent, CreditDone, CreditRefused:
		c.State, c.ChangedAt = a.State, now
		return c, nil
	}
	return c, Fail(CodeImpossible)
}

// PayOut puts one due credit on its card. settled is false when the answer is
// not final and has to be asked for again. Without a way to credit, the credit
// stays due.
func (s *Service) PayOut(ctx context.Context, job PayCredit) (settled bool, err error) {
	c, err := s.Store.Credit(ctx, job.MerchantID, job.CreditID)
	if err != nil {
		return false, fmt.Errorf("credit %d: %w", job.CreditID, err)
	}
	if s.Crediter == nil || c.State != CreditDue && c.State != CreditSent {
		return true, nil
	}
	token, err := s.cardToken(ctx, c)
	if err != nil {
		return false, err
	}
	// What goes out is written down first: a reversal that comes now must know
	// that the money may have left.
	if c.State == CreditDue {
		if c, err = s.markCredit(ctx, c, CreditAnswer{State: CreditSent}); err != nil || c.State != CreditSent {
			return err == nil, err
		}
	}
	answer, err := s.Crediter.Credit(ctx, CreditOrder{ID: c.Key, Token: token, Amount: c.Amount})
	if err != nil {
		return false, fmt.Errorf("credit %d: %w", c.ID, err)
	}
	if answer.State == CreditSent {
		return false, nil
	}
	if answer.State == CreditRefused {
		s.Log.WarnContext(ctx, "a credit was refused", "merchant_id", c.MerchantID, "credit_id", c.ID, "reason", answer.Reason)
	}
	_, err = s.markCredit(ctx, c, answer)
	return err == nil, err
}

// markCredit writes an answer down, and what follows from it. A credit that
// was stopped or recalled meanwhile comes back as it is.
func (s *Service) markCredit(ctx context.Context, known Credit, answer CreditAnswer) (Credit, error) {
	var c Credit
	err := s.Store.Atomically(ctx, func(tx Tx) error {
		var err error
		if c, err = tx.LockCredit(ctx, known.MerchantID, known.ID); err != nil {
			return err
		}
		after, err := c.apply(answer, s.now())
		if err != nil || after.State == c.State {
			return nil //nolint:nilerr // it moved on without us, which the caller sees by its state
		}
		c = after
		if err := tx.MarkCredit(ctx, c); err != nil {
			return err
		}
		if c.State == CreditRefused {
			return tx.Enqueue(ctx, Scheduled{Job: CreditTold{MerchantID: c.MerchantID, CreditID: c.ID}})
		}
		return nil
	})
	if err != nil {
		return c, fmt.Errorf("mark credit %d: %w", known.ID, err)
	}
	return c, nil
}

// cardToken returns the token of a credit's card; a number that was kept
// sealed is exchanged now.
func (s *Service) cardToken(ctx context.Context, c Credit) (string, error) {
	card, err := s.Store.SealedCard(ctx, c.MerchantID, c.CardID)
	if err != nil {
		return "", fmt.Errorf("card of credit %d: %w", c.ID, err)
	}
	if card.Token != "" {
		return card.Token, nil
	}
	if s.Keyring == nil || s.Tokenizer == nil {
		return "", errors.New("a card is sealed, and CARD_KEYS or CREDIT_URL is not set")
	}
	number, err := s.Keyring.Open(card.KeyID, card.Sealed, c.MerchantID)
	if err != nil {
		return "", err
	}
	token, err := s.Tokenizer.Tokenize(ctx, number)
	if err != nil {
		return "", fmt.Errorf("tokenize card %d: %w", card.ID, err)
	}
	return token, s.Store.Atomically(ctx, func(tx Tx) error { return tx.SetCardToken(ctx, c.MerchantID, card.ID, token) })
}

// dueCredit makes the credit of a payment that succeeded.
func (s *Service) dueCredit(ctx context.Context, tx Tx, p Payment) (Scheduled, error) {
	id, err := tx.InsertCredit(ctx, Credit{
		MerchantID: p.MerchantID, OutletID: p.OutletID, PaymentID: p.ID, Amount: p.Amount,
		State: CreditDue, Key: NewCode(), ChangedAt: p.FinalAt,
	})
	if err != nil {
		return Scheduled{}, fmt.Errorf("insert credit: %w", err)
	}
	return Scheduled{Job: PayCredit{MerchantID: p.MerchantID, CreditID: id}}, nil
}

// takeBack stops the credit of a payment that was reversed, or leaves it to
// people when it has gone out.
func (s *Service) takeBack(ctx context.Context, tx Tx, p Payment) error {
	c, err := tx.LockPaymentCredit(ctx, p.MerchantID, p.ID)
	if err != nil {
		return fmt.Errorf("credit of payment %d: %w", p.ID, err)
	}
	switch c.State {
	case CreditDue, CreditRefused:
		c.State = CreditStopped
	case CreditSent, CreditDone:
		c.State = CreditRecall
		s.Log.ErrorContext(ctx, "a reversed payment was credited: take it back", "merchant_id", c.MerchantID,
			"payment_id", p.ID, "credit_id", c.ID)
	default:
		return nil
	}
	c.ChangedAt = p.FinalAt
	return tx.MarkCredit(ctx, c)
}

// CreditRefusal is a credit that a card does not take, for its owners.
type CreditRefusal struct {
	Credit  Credit
	Payment Payment
	Outlet  Outlet
	Card    Card
	Owners  []Person // who can be written to
}

// CreditRefusal returns what the owners are told.
func (s *Service) CreditRefusal(ctx context.Context, job CreditTold) (r CreditRefusal, err error) {
	if r.Credit, err = s.Store.Credit(ctx, job.MerchantID, job.CreditID); err != nil {
		return r, fmt.Errorf("credit %d: %w", job.CreditID, err)
	}
	if r.Payment, err = s.Store.Payment(ctx, job.MerchantID, r.Credit.PaymentID); err != nil {
		return r, fmt.Errorf("payment %d: %w", r.Credit.PaymentID, err)
	}
	if r.Outlet, err = s.Store.Outlet(ctx, job.MerchantID, r.Credit.OutletID); err != nil {
		return r, fmt.Errorf("outlet %d: %w", r.Credit.OutletID, err)
	}
	card, err := s.Store.SealedCard(ctx, job.MerchantID, r.Credit.CardID)
	if err != nil {
		return r, fmt.Errorf("card %d: %w", r.Credit.CardID, err)
	}
	r.Card = card.Card
	people, err := s.Store.Listeners(ctx, job.MerchantID, r.Credit.OutletID)
	if err != nil {
		return r, fmt.Errorf("listeners of outlet %d: %w", r.Credit.OutletID, err)
	}
	for _, p := range people {
		if p.Role == RoleOwner {
			r.Owners = append(r.Owners, p)
		}
	}
	return r, nil
}
