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
// a card for an outlet, or for all of them (0), once. Errors:
// CodeNotRegistered, CodeNotAllowed, CodeOutletNotFound.
func (s *Service) OpenCardForm(ctx context.Context, id PersonID, outlet OutletID) (token string, err error) {
	p, err := s.cardKeeper(ctx, s.Store, id, outlet)
	if err != nil {
		return "", err
	}
	token = NewCode()
	form := CardForm{
		TokenHash: hashToken(token), PersonID: id, MerchantID: p.MerchantID, OutletID: outlet,
		ExpiresAt: s.now().Add(CardFormLife),
	}
	err = s.Store.Atomically(ctx, func(tx Tx) error { return tx.InsertCardForm(ctx, form) })
	if err != nil {
		return "", fmt.Errorf("open a card form for person %d: %w", id, err)
	}
	return token, nil
}

// CardFormOutlet returns the outlet and the person of a form that is still
// open; a form for all outlets goes by the merchant's name. Errors:
// CodeCardFormUsed; CodeCardFormExpired, the same for unknown and old ones.
func (s *Service) CardFormOutlet(ctx context.Context, token string) (Person, Outlet, error) {
	form, err := s.cardForm(ctx, s.Store, token)
	if err != nil {
		return Person{}, Outlet{}, err
	}
	p, err := s.Store.Person(ctx, form.PersonID)
	if err != nil {
		return Person{}, Outlet{}, fmt.Errorf("person of a card form: %w", err)
	}
	if form.OutletID == 0 {
		m, err := s.Store.Merchant(ctx, form.MerchantID)
		if err != nil {
			return Person{}, Outlet{}, fmt.Errorf("merchant of a card form: %w", err)
		}
		return p, Outlet{MerchantID: m.ID, Name: m.Name}, nil
	}
	o, err := s.Store.Outlet(ctx, form.MerchantID, form.OutletID)
	if err != nil {
		return Person{}, Outlet{}, fmt.Errorf("outlet of a card form: %w", err)
	}
	return p, o, nil
}

// AddCardByForm makes a card that of the form's outlet and uses the form up.
// Errors: CodeCardFormUsed, CodeCardFormExpired, CodeTokenizerDown and
// CodeCardRefused (the form stays open), CodeNotAllowed, CodeTooMany.
func (s *Service) AddCardByForm(ctx context.Context, token string, number CardNumber) (Card, error) {
	form, err := s.cardForm(ctx, s.Store, token)
	if err != nil {
		return Card{}, err
	}
	if _, err := s.cardKeeper(ctx, s.Store, form.PersonID, form.OutletID); err != nil {
		return Card{}, err
	}
	c, sealed, keyID, err := s.protect(ctx, number, form.MerchantID)
	if err != nil {
		return Card{}, err
	}
	err = s.Store.Atomically(ctx, func(tx Tx) error {
		p, err := s.lockCards(ctx, tx, form.PersonID, form.OutletID)
		if err != nil {
			return err
		}
		// Sent twice at once: the second one is told what became of the first.
		if _, err := s.cardForm(ctx, tx, token); err != nil {
			return err
		}
		open, err := tx.MarkCardFormUsed(ctx, form.TokenHash, s.now())
		if err != nil {
			return fmt.Errorf("use a card form: %w", err)
		}
		if !open || p.MerchantID != form.MerchantID {
			return Fail(CodeCardFormExpired)
		}
		if c.ID, err = tx.InsertCard(ctx, c, sealed, keyID, "", p.ID, s.now()); err != nil {
			return fmt.Errorf("insert card: %w", err)
		}
		if err := s.useNewCard(ctx, tx, p, c, form.OutletID); err != nil {
			return err
		}
		return tx.Enqueue(ctx, Scheduled{Job: CardAdded{PersonID: p.ID, CardID: c.ID}})
	})
	return c, err
}

// AddCard makes a card, typed in a chat, that of all outlets; see AddCardFor.
func (s *Service) AddCard(ctx context.Context, id PersonID, number CardNumber, key string) (Card, error) {
	return s.AddCardFor(ctx, id, 0, number, key)
}

// AddCardFor makes a card, typed in a chat, that of an outlet, or of all of
// them (0). The same key again changes nothing. Errors: CodeNotRegistered,
// CodeNotAllowed, CodeOutletNotFound, CodeTokenizerDown, CodeCardRefused, CodeTooMany.
func (s *Service) AddCardFor(ctx context.Context, id PersonID, outlet OutletID, number CardNumber, key string) (Card, error) {
	p, err := s.cardKeeper(ctx, s.Store, id, outlet)
	if err != nil {
		return Card{}, err
	}
	c, sealed, keyID, err := s.protect(ctx, number, p.MerchantID)
	if err != nil {
		return Card{}, err
	}
	err = s.Store.Atomically(ctx, func(tx Tx) error {
		p, err := s.lockCards(ctx, tx, id, outlet)
		if err != nil {
			return err
		}
		known, err := tx.CardByKey(ctx, id, key)
		if err == nil {
			c = known
			return nil
		}
		if !errors.Is(err, ErrNotFound) {
			return err
		}
		if c.MerchantID != p.MerchantID {
			return Fail(CodeNotAllowed) // sealed for another merchant a moment ago
		}
		if c.ID, err = tx.InsertCard(ctx, c, sealed, keyID, key, id, s.now()); err != nil {
			return fmt.Errorf("insert card: %w", err)
		}
		return s.useNewCard(ctx, tx, p, c, outlet)
	})
	if err != nil {
		return Card{}, fmt.Errorf("add a card: %w", err)
	}
	return c, nil
}

// cardKeeper returns a person who may change the cards, of an outlet of theirs
// if one is named.
func (s *Service) cardKeeper(ctx context.Context, r Reader, id PersonID, outlet OutletID) (Person, error) {
	p, err := s.member(ctx, r, id, ActionCards)
	if err != nil || outlet == 0 {
		return p, err
	}
	if _, err := r.Outlet(ctx, p.MerchantID, outlet); err != nil {
		return Person{}, found(err, CodeOutletNotFound)
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
			if CodeOf(err) == CodeCardRefused {
				return c, nil, "", Fail(CodeCardRefused)
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
	if !form.UsedAt.IsZero() {
		return CardForm{}, Fail(CodeCardFormUsed)
	}
	if !s.now().Before(form.ExpiresAt) {
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
