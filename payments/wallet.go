package payments

// A merchant's cards: one is the default, and an outlet may have one of its
// own. Which card a payment goes to is settled when the payment succeeds; a
// change applies to later ones, but for what a card refused: that goes to the
// card that takes its place. Changes of a merchant's cards wait for each other
// and for payments that are succeeding at that moment, under the merchant's
// lock. Every change is taken down and told to the other owners.

import (
	"context"
	"fmt"
	"slices"
	"strconv"
)

// MaxCards is how many cards a merchant may have.
const MaxCards = 100

// Wallet is a merchant's cards and what they are used for.
type Wallet struct {
	Person  Person
	Cards   []Card // oldest first
	Default CardID // 0: none yet
	Outlets []Outlet
}

// Card finds a card.
func (w Wallet) Card(id CardID) (Card, bool) {
	at := slices.IndexFunc(w.Cards, func(c Card) bool { return c.ID == id })
	if at < 0 {
		return Card{}, false
	}
	return w.Cards[at], true
}

// Uses are the outlets whose payments go to a card, and whether those are all.
func (w Wallet) Uses(id CardID) (outlets []Outlet, all bool) {
	for _, o := range w.Outlets {
		if o.CardID == id {
			outlets = append(outlets, o)
		}
	}
	return outlets, id == w.Default && len(outlets) == len(w.Outlets)
}

// Successors are the cards that can take a card's place: any where it is the
// default, else the default alone.
func (w Wallet) Successors(id CardID) []Card {
	return slices.DeleteFunc(slices.Clone(w.Cards), func(c Card) bool {
		return c.ID == id || id != w.Default && c.ID != w.Default
	})
}

// Wallet returns the cards of the person's merchant and the outlets that are
// not archived. Errors: CodeNotRegistered, CodeNotAllowed.
func (s *Service) Wallet(ctx context.Context, id PersonID) (Wallet, error) {
	p, err := s.member(ctx, s.Store, id, ActionCards)
	if err != nil {
		return Wallet{}, err
	}
	return wallet(ctx, s.Store, p)
}

func wallet(ctx context.Context, r Reader, p Person) (Wallet, error) {
	m, err := r.Merchant(ctx, p.MerchantID)
	if err != nil {
		return Wallet{}, fmt.Errorf("merchant %d: %w", p.MerchantID, err)
	}
	w := Wallet{Person: p, Default: m.DefaultCardID}
	if w.Cards, err = r.Cards(ctx, p.MerchantID); err != nil {
		return Wallet{}, fmt.Errorf("cards of merchant %d: %w", p.MerchantID, err)
	}
	outlets, err := r.Outlets(ctx, p.MerchantID)
	if err != nil {
		return Wallet{}, fmt.Errorf("outlets of merchant %d: %w", p.MerchantID, err)
	}
	w.Outlets = slices.DeleteFunc(outlets, Outlet.Archived)
	return w, nil
}

// UseCard makes a card that of an outlet, or of all outlets (0). Errors:
// CodeNotRegistered, CodeNotAllowed, CodeCardNotFound, CodeOutletNotFound.
func (s *Service) UseCard(ctx context.Context, id PersonID, card CardID, outlet OutletID) (Wallet, error) {
	return s.changeCards(ctx, id, outlet, func(tx Tx, w Wallet) error {
		c, ok := w.Card(card)
		if !ok {
			return Fail(CodeCardNotFound)
		}
		uses, all := w.Uses(card)
		if all || outlet != 0 && slices.ContainsFunc(uses, func(o Outlet) bool { return o.ID == outlet }) {
			return nil
		}
		return s.useCard(ctx, tx, w.Person, c, outlet, AuditCardAssigned)
	})
}

// RemoveCard takes a card out of use. Its outlets go on with the default card;
// the default's go on with the successor, which becomes the default (of two
// cards the other one, named or not). Errors: CodeNotRegistered,
// CodeNotAllowed, CodeCardNotFound, CodeLastCard, CodeCardHasCredits,
// CodeSuccessorNeeded.
func (s *Service) RemoveCard(ctx context.Context, id PersonID, card, successor CardID) (Wallet, error) {
	return s.changeCards(ctx, id, 0, func(tx Tx, w Wallet) error {
		c, ok := w.Card(card)
		if !ok {
			return Fail(CodeCardNotFound)
		}
		heirs := w.Successors(card)
		if len(heirs) == 0 {
			return Fail(CodeLastCard)
		}
		open, err := tx.OpenCredits(ctx, w.Person.MerchantID, card)
		if err != nil {
			return fmt.Errorf("open credits of card %d: %w", card, err)
		}
		if open > 0 {
			return Fail(CodeCardHasCredits)
		}
		at := slices.IndexFunc(heirs, func(h Card) bool { return h.ID == successor })
		if len(heirs) == 1 {
			at = 0
		}
		if at < 0 {
			return Fail(CodeSuccessorNeeded)
		}
		if err := tx.RemoveCard(ctx, w.Person.MerchantID, card, heirs[at].ID, s.now()); err != nil {
			return fmt.Errorf("remove card %d: %w", card, err)
		}
		return s.tellCards(ctx, tx, w.Person, AuditCardRemoved, Details{
			detailCardID: number(c.ID), DetailLast4: c.Last4, DetailSuccessor: heirs[at].Last4,
		})
	})
}

// changeCards lets a person who may do it change the cards of their merchant,
// and returns them as they are then.
func (s *Service) changeCards(ctx context.Context, id PersonID, outlet OutletID, do func(Tx, Wallet) error) (Wallet, error) {
	var after Wallet
	err := s.Store.Atomically(ctx, func(tx Tx) error {
		p, err := s.lockCards(ctx, tx, id, outlet)
		if err != nil {
			return err
		}
		before, err := wallet(ctx, tx, p)
		if err != nil {
			return err
		}
		if err := do(tx, before); err != nil {
			return err
		}
		after, err = wallet(ctx, tx, p)
		return err
	})
	if err != nil {
		return Wallet{}, fmt.Errorf("cards of person %d: %w", id, err)
	}
	return after, nil
}

// lockCards returns a person who may change the cards, alone until the
// transaction ends.
func (s *Service) lockCards(ctx context.Context, tx Tx, id PersonID, outlet OutletID) (Person, error) {
	p, err := s.cardKeeper(ctx, tx, id, outlet)
	if err != nil {
		return Person{}, err
	}
	locked, err := s.lockMember(ctx, tx, id, ActionCards)
	if err == nil && locked.MerchantID != p.MerchantID {
		err = Fail(CodeNotAllowed) // works in another merchant since a moment ago
	}
	return locked, err
}

// useNewCard puts a card to use that was just added.
func (s *Service) useNewCard(ctx context.Context, tx Tx, p Person, c Card, outlet OutletID) error {
	cards, err := tx.Cards(ctx, p.MerchantID)
	if err != nil {
		return fmt.Errorf("cards of merchant %d: %w", p.MerchantID, err)
	}
	if len(cards) > MaxCards {
		return Fail(CodeTooMany, "max", MaxCards)
	}
	return s.useCard(ctx, tx, p, c, outlet, AuditCardAdded)
}

// useCard makes a card that of an outlet or of all (0), takes that down, tells
// it, and sends what earlier cards refused to this one.
func (s *Service) useCard(ctx context.Context, tx Tx, p Person, c Card, outlet OutletID, action AuditAction) error {
	m, err := tx.Merchant(ctx, p.MerchantID)
	if err != nil {
		return fmt.Errorf("merchant %d: %w", p.MerchantID, err)
	}
	details := Details{detailCardID: number(c.ID), DetailLast4: c.Last4, DetailOutletID: number(outlet)}
	// The first card is everybody's, whomever it was meant for.
	if outlet == 0 || m.DefaultCardID == 0 {
		if err := tx.SetDefaultCard(ctx, p.MerchantID, c.ID); err != nil {
			return fmt.Errorf("default card: %w", err)
		}
	} else {
		o, err := tx.Outlet(ctx, p.MerchantID, outlet)
		if err != nil {
			return found(err, CodeOutletNotFound)
		}
		details[DetailOutlet] = o.Name
		if err := tx.SetOutletCard(ctx, p.MerchantID, outlet, c.ID); err != nil {
			return fmt.Errorf("card of outlet %d: %w", outlet, err)
		}
	}
	if err := s.reviveCredits(ctx, tx, c); err != nil {
		return err
	}
	return s.tellCards(ctx, tx, p, action, details)
}

// reviveCredits sends what was refused at the outlets that now use a card to
// it, under new keys since under the old ones it stays refused.
func (s *Service) reviveCredits(ctx context.Context, tx Tx, c Card) error {
	outlets, err := tx.Outlets(ctx, c.MerchantID)
	if err != nil {
		return fmt.Errorf("outlets of merchant %d: %w", c.MerchantID, err)
	}
	for _, o := range outlets {
		if o.CardID != c.ID {
			continue
		}
		refused, err := tx.LockRefusedCredits(ctx, c.MerchantID, o.ID)
		if err != nil {
			return fmt.Errorf("refused credits: %w", err)
		}
		for _, credit := range refused {
			if credit.CardID == c.ID {
				continue // this card has said no
			}
			credit.State, credit.CardID, credit.Key, credit.ChangedAt = CreditDue, c.ID, NewCode(), s.now()
			if err := tx.MarkCredit(ctx, credit); err != nil {
				return fmt.Errorf("revive credit %d: %w", credit.ID, err)
			}
			if err := tx.Enqueue(ctx, Scheduled{Job: PayCredit{MerchantID: credit.MerchantID, CreditID: credit.ID}}); err != nil {
				return err
			}
		}
	}
	return nil
}

func number[ID ~int64](id ID) string { return strconv.FormatInt(int64(id), 10) }
