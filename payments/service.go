// Package payments knows the rules of taking money: who may ask for it, what a
// link, a payment, a card and a receipt are, and how their states change. It
// refuses to know Telegram, HTTP or SQL: it imports the standard library only
// and asks for what it needs through interfaces that it declares itself.
package payments

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// Tokenizer exchanges a card number for a token, outside our walls.
type Tokenizer interface {
	// Tokenize returns a token of 32 hex characters. It may be slow or down.
	Tokenize(ctx context.Context, number CardNumber) (token string, err error)
}

// Operator is asked and told about transactions.
type Operator interface {
	// Word returns what the operator holds about a transaction, or ErrNotFound.
	Word(ctx context.Context, operatorID string) (Word, error)
	// Update tells the operator our status of a transaction. CodeImpossible:
	// it holds another final one.
	Update(ctx context.Context, operatorID string, status Status, at time.Time) error
}

// Word is what the operator says of a transaction when it is asked.
type Word struct {
	Status Status
	Amount Money // 0: not said
}

// Service is the way to everything a merchant, a payer or the operator can do.
type Service struct {
	Store     Store
	Channel   Channel
	Tokenizer Tokenizer // nil: card numbers are kept sealed
	Crediter  Crediter  // nil: credits stay due
	Keyring   *Keyring  // nil: only with a tokenizer
	Operator  Operator  // nil: the operator is never asked
	Refunder  Refunder  // nil: refunds stay requested
	Now       func() time.Time
	TimeZone  string // of new merchants
	Log       *slog.Logger
}

// now is the present in UTC, at the database's precision, so that what is
// written is what is read.
func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Microsecond) }

// person returns someone who finished set-up, or CodeNotRegistered.
func (s *Service) person(ctx context.Context, r Reader, id PersonID) (Person, error) {
	p, err := r.Person(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return Person{}, Fail(CodeNotRegistered)
	}
	if err != nil {
		return Person{}, err
	}
	if p.MerchantID == 0 || p.OutletID == 0 {
		return Person{}, Fail(CodeNotRegistered)
	}
	return p, nil
}

// found turns a missing row into the code that says what was looked for.
func found(err error, code Code) error {
	if errors.Is(err, ErrNotFound) {
		return Fail(code)
	}
	return err
}
