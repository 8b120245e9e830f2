package payments

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"
)

// CardFormLife is how long the address of a card form works.
const CardFormLife = 15 * time.Minute

// OpenCardForm returns the secret part of the address at which a person enters
// the card of their active outlet, once. Errors: CodeNotRegistered,
// CodeNotAllowed.
func (s *Service) OpenCardForm(ctx context.Context, id PersonID) (token string, err error) {
	p, err := s.cardKeeper(ctx, s.Store, id)
	if err != nil {
		return "", err
	}
	token = NewCode()
	form := CardForm{
		TokenHash: hashToken(token), PersonID: id, MerchantID: p.MerchantID, OutletID: p.OutletID,
		ExpiresAt: s.now().Add(CardFormLife),
	}
	err = s.Store.Atomically(ctx, func(tx Tx) error { return tx.InsertCardForm(ctx, form) })
	if err != nil {
		return "", fmt.Errorf("open a card form for person %d: %w", id, err)
	}
	return token, nil
}

// CardFormOutlet returns the outlet and the person of a form that is still
// open. Error: CodeCardFormExpired, the same for unknown, used and old ones.
func (s *Service) CardFormOutlet(ctx context.Context, token string) (Person, Outlet, error) {
	form, err := s.cardForm(ctx, s.Store, token)
	if err != nil {
		return Person{}, Outlet{}, err
	}
	p, err := s.Store.Person(ctx, form.PersonID)
	if err != nil {
		return Person{}, Outlet{}, fmt.Errorf("person of a card form: %w", err)
	}
	o, err := s.Store.Outlet(ctx, form.MerchantID, form.OutletID)
	if err != nil {
		return Person{}, Outlet{}, fmt.Errorf("outlet of a card form: %w", err)
	}
	return p, o, nil
}

// AddCardByForm makes a card the outlet's and uses the form up. Errors:
// CodeCardFormExpired, CodeTokenizerDown (the form stays open).
func (s *Service) AddCardByForm(ctx context.Context, token string, number CardNumber) (Card, error) {
	form, err := s.cardForm(ctx, s.Store, token)
	if err != nil {
		return Card{}, err
	}
	if _, err := s.cardKeeper(ctx, s.Store, form.PersonID); err != nil {
		return Card{}, err
	}
	c, sealed, keyID, err := s.protect(ctx, number, form.MerchantID)
	if err != nil {
		return Card{}, err
	}
	now := s.now()
	err = s.Store.Atomically(ctx, func(tx Tx) error {
		open, err := tx.MarkCardFormUsed(ctx, form.TokenHash, now)
		if err != nil {
			return fmt.Errorf("use a card form: %w", err)
		}
		if !open {
			return Fail(CodeCardFormExpired)
		}
		if c.ID, err = tx.InsertCard(ctx, c, sealed, keyID, "", form.OutletID, form.PersonID, now); err != nil {
			return fmt.Errorf("insert card: %w", err)
		}
		return s.afterCard(ctx, tx, c, form.OutletID, Scheduled{Job: CardAdded{PersonID: form.PersonID, CardID: c.ID}})
	})
	return c, err
}

// AddCard makes a card the active outlet's, typed in a chat. The same key
// again changes nothing. Errors: CodeNotRegistered, CodeNotAllowed,
// CodeTokenizerDown.
func (s *Service) AddCard(ctx context.Context, id PersonID, number CardNumber, key string) (Card, error) {
	p, err := s.cardKeeper(ctx, s.Store, id)
	if err != nil {
		return Card{}, err
	}
	c, sealed, keyID, err := s.protect(ctx, number, p.MerchantID)
	if err != nil {
		return Card{}, err
	}
	err = s.Store.Atomically(ctx, func(tx Tx) error {
		if c.ID, err = tx.InsertCard(ctx, c, sealed, keyID, key, p.OutletID, id, s.now()); err != nil {
			return err
		}
		return s.afterCard(ctx, tx, c, p.OutletID)
	})
	if err != nil {
		return Card{}, fmt.Errorf("insert card: %w", err)
	}
	return c, nil
}

// afterCard sends what an earlier card refused to the new one, under new keys
// since under the old ones it stays refused, and puts down the jobs given.
func (s *Service) afterCard(ctx context.Context, tx Tx, c Card, outlet OutletID, jobs ...Scheduled) error {
	refused, err := tx.LockRefusedCredits(ctx, c.MerchantID, outlet)
	if err != nil {
		return fmt.Errorf("refused credits: %w", err)
	}
	for _, credit := range refused {
		credit.State, credit.CardID, credit.Key, credit.ChangedAt = CreditDue, c.ID, NewCode(), s.now()
		if err := tx.MarkCredit(ctx, credit); err != nil {
			return fmt.Errorf("revive credit %d: %w", credit.ID, err)
		}
		jobs = append(jobs, Scheduled{Job: PayCredit{MerchantID: credit.MerchantID, CreditID: credit.ID}})
	}
	if len(jobs) == 0 {
		return nil
	}
	return tx.Enqueue(ctx, jobs...)
}

// cardKeeper returns a person who may change the card: the owner.
func (s *Service) cardKeeper(ctx context.Context, r Reader, id PersonID) (Person, error) {
	p, err := s.person(ctx, r, id)
	if err != nil {
		return Person{}, err
	}
	if p.Role != RoleOwner {
		return Person{}, Fail(CodeNotAllowed)
	}
	return p, nil
}

// protect exchanges a number for what may be kept: a token, or the number
// sealed where there is no tokenizer. It is the network call before the
// transaction.
func (s *Service) protect(ctx context.Context, number CardNumber, merchant MerchantID) (c Card, sealed []byte, keyID string, err error) {
	c = Card{MerchantID: merchant, Last4: number.Last4()}
	if s.Tokenizer != nil {
		if c.Token, err = s.Tokenizer.Tokenize(ctx, number); err != nil {
			if CodeOf(err) == CodeCardMalformed {
				return c, nil, "", Fail(CodeCardMalformed)
			}
			s.Log.WarnContext(ctx, "tokenizer refused or is down", "merchant_id", merchant, "error", err)
			return c, nil, "", Fail(CodeTokenizerDown)
		}
		return c, nil, "", nil
	}
	keyID, sealed = s.Keyring.Seal(number, merchant)
	return c, sealed, keyID, nil
}

func (s *Service) cardForm(ctx context.Context, r Reader, token string) (CardForm, error) {
	code, ok := NormalCode(token)
	if !ok {
		return CardForm{}, Fail(CodeCardFormExpired)
	}
	form, err := r.CardForm(ctx, hashToken(code))
	if errors.Is(err, ErrNotFound) {
		return CardForm{}, Fail(CodeCardFormExpired)
	}
	if err != nil {
		return CardForm{}, fmt.Errorf("card form: %w", err)
	}
	if !form.UsedAt.IsZero() || !s.now().Before(form.ExpiresAt) {
		return CardForm{}, Fail(CodeCardFormExpired)
	}
	return form, nil
}

// hashToken is what the database keeps of a form's address: whoever reads the
// database cannot use the form.
func hashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}
