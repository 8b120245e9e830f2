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
//	due → done: all of it withheld for debts
//	due, refused → stopped: given back or reversed
//	sent → recall | stopped: reversed meanwhile
//	done → recall: reversed
type CreditState string

// The states. Stopped, and recall once people have dealt with it, are final.
const (
	CreditDue     CreditState = "due"
	CreditSent    CreditState = "sent"    // asked for; no final answer yet
	CreditDone    CreditState = "done"    // on the card, less what was withheld
	CreditRefused CreditState = "refused" // the card does not take it: the owner has to name another
	CreditStopped CreditState = "stopped" // nothing to pay: reversed or given back before it went out, or all of it fee
	CreditRecall  CreditState = "recall"  // the payment was reversed after it went out: people have to take it back
)

// Credit is money that a succeeded payment puts on the merchant's card.
type Credit struct {
	ID         CreditID
	MerchantID MerchantID
	OutletID   OutletID
	PaymentID  PaymentID
	CardID     CardID // the outlet's when the payment succeeded
	Amount     Money  // the payment less its fee and what was given back before it went out
	Withheld   Money  // of it, for debts of the merchant
	State      CreditState
	Key        string // what the other side knows it by, 26 characters
	ChangedAt  time.Time
}

// Outgoing is what goes to the card.
func (c Credit) Outgoing() Money { return c.Amount - c.Withheld }

// emptied is the state of a credit of which nothing is left to go out.
func (c Credit) emptied() CreditState {
	if c.Withheld > 0 {
		return CreditDone
	}
	return CreditStopped
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
// was sent can be answered. If its payment was reversed while it was under way,
// money that arrived has to be taken back, and money that did not stays here.
func (c Credit) apply(a CreditAnswer, reversed bool, now time.Time) (Credit, error) {
	if c.State != CreditSent {
		return c, Fail(CodeImpossible)
	}
	switch {
	case a.State == CreditDone && reversed:
		c.State = CreditRecall
	case a.State == CreditRefused && reversed:
		c.State = CreditStopped
	case a.State == CreditSent || a.State == CreditDone || a.State == CreditRefused:
		c.State = a.State
	default:
		return c, Fail(CodeImpossible)
	}
	c.ChangedAt = now
	return c, nil
}

// PayOut puts one due credit on its card, less what the merchant owes. settled
// is false when the answer is not final and has to be asked for again. Without
// a way to credit, or while a refund of its payment is under way, the credit
// stays due; the refund's end puts the job down again.
func (s *Service) PayOut(ctx context.Context, job PayCredit) (settled bool, err error) {
	c, err := s.Store.Credit(ctx, job.MerchantID, job.CreditID)
	if err != nil {
		return false, fmt.Errorf("credit %d: %w", job.CreditID, err)
	}
	if s.Crediter == nil || c.State != CreditDue && c.State != CreditSent {
		return true, nil
	}
	token, err := s.cardToken(ctx, c)
	// A number that was kept before there was a tokenizer may turn out to be no
	// card; a credit that went out had a token.
	var noCard error
	if CodeOf(err) == CodeCardRefused && c.State == CreditDue {
		noCard, err = err, nil
	}
	if err != nil {
		return false, err
	}
	// What goes out is written down first: a reversal or refund that comes now
	// must know that the money may have left.
	if c.State == CreditDue {
		if c, err = s.sendCredit(ctx, c); err != nil || c.State != CreditSent {
			return err == nil, err
		}
	}
	answer := CreditAnswer{State: CreditRefused}
	if noCard != nil {
		answer.Reason = noCard.Error()
	} else if answer, err = s.Crediter.Credit(ctx, CreditOrder{ID: c.Key, Token: token, Amount: c.Outgoing()}); err != nil {
		return false, fmt.Errorf("credit %d: %w", c.ID, err)
	}
	if answer.State == CreditSent {
		return false, nil
	}
	if answer.State == CreditRefused {
		s.Log.WarnContext(ctx, "a credit was refused", "merchant_id", c.MerchantID, "credit_id", c.ID, "reason", answer.Reason)
	}
	err = s.answerCredit(ctx, c, answer)
	return err == nil, err
}

// sendCredit writes down that a due credit goes out, and what is withheld from
// it: from here on its sum stands. It comes back due if a refund holds it or it
// belongs to another card's job by now, done if all of it is withheld.
func (s *Service) sendCredit(ctx context.Context, known Credit) (c Credit, err error) {
	err = s.Store.Atomically(ctx, func(tx Tx) error {
		if err := tx.LockMerchant(ctx, known.MerchantID); err != nil {
			return err
		}
		c, err = tx.LockCredit(ctx, known.MerchantID, known.ID)
		if err != nil || c.State != CreditDue || c.Key != known.Key {
			return err
		}
		held, err := openRefund(ctx, tx, c.MerchantID, c.PaymentID)
		if err != nil || held {
			return err
		}
		now := s.now()
		if c, err = withhold(ctx, tx, c, now); err != nil {
			return err
		}
		c.State, c.ChangedAt = CreditSent, now
		if c.Outgoing() == 0 {
			c.State = c.emptied()
		}
		return tx.MarkCredit(ctx, c)
	})
	if err != nil {
		return c, fmt.Errorf("send credit %d: %w", known.ID, err)
	}
	return c, nil
}

// answerCredit writes an answer down, and what follows from it.
func (s *Service) answerCredit(ctx context.Context, known Credit, answer CreditAnswer) error {
	err := s.Store.Atomically(ctx, func(tx Tx) error {
		c, err := tx.LockCredit(ctx, known.MerchantID, known.ID)
		if err != nil || c.State != CreditSent || c.Key != known.Key {
			return err // answered before
		}
		p, err := tx.Payment(ctx, c.MerchantID, c.PaymentID)
		if err != nil {
			return fmt.Errorf("payment %d: %w", c.PaymentID, err)
		}
		if c, err = c.apply(answer, p.State == PaymentReversed, s.now()); err != nil {
			return err
		}
		if err := tx.MarkCredit(ctx, c); err != nil {
			return err
		}
		switch c.State {
		case CreditRefused:
			return tx.Enqueue(ctx, Scheduled{Job: CreditTold{MerchantID: c.MerchantID, CreditID: c.ID}})
		case CreditRecall:
			s.logRecall(ctx, c)
			return owe(ctx, tx, Debt{
				MerchantID: c.MerchantID, PaymentID: c.PaymentID, Kind: DebtRecall, Amount: c.Outgoing(), CreatedAt: c.ChangedAt,
			})
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("answer to credit %d: %w", known.ID, err)
	}
	return nil
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

// dueCredit makes the credit of a payment that succeeded, and the job to pay it
// out. A payment that is all fee has nothing to pay out.
func (s *Service) dueCredit(ctx context.Context, tx Tx, p Payment) ([]Scheduled, error) {
	c := Credit{
		MerchantID: p.MerchantID, OutletID: p.OutletID, PaymentID: p.ID, Amount: p.Amount - p.Fee,
		State: CreditDue, Key: NewCode(), ChangedAt: p.FinalAt,
	}
	if c.Amount == 0 {
		c.State = CreditStopped
	}
	id, err := tx.InsertCredit(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("insert credit: %w", err)
	}
	if c.State != CreditDue {
		return nil, nil
	}
	return []Scheduled{{Job: PayCredit{MerchantID: p.MerchantID, CreditID: id}}}, nil
}
