package handlers

import (
	"context"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/payments"
)

// Wallets is which cards there are, and what for.
type Wallets interface {
	Wallet(context.Context, payments.PersonID) (payments.Wallet, error)
	UseCard(ctx context.Context, id payments.PersonID, card payments.CardID, outlet payments.OutletID) (payments.Wallet, error)
	RemoveCard(ctx context.Context, id payments.PersonID, card, successor payments.CardID) (payments.Wallet, error)
}

// Actions on cards, beside actionCards and actionNewCard.
const (
	actionCard       = "card"       // card, page of outlets
	actionUseCard    = "usecard"    // card, outlet or 0, page of outlets
	actionRemoveCard = "removecard" // card, page of successors
	actionRemoveSure = "removesure" // card, successor
)

// cards shows which card is credited; of several, or for several outlets,
// which for what.
func (b *Bot) cards(ctx context.Context, t *chat.Turn) error {
	v := visit(t)
	if !v.Role.Can(payments.ActionCards) {
		desk, err := b.service.Desk(ctx, v.ID)
		if err != nil {
			return err
		}
		return show(ctx, t, cardSeenScreen(v.Printer, desk.Card))
	}
	wallet, err := b.service.Wallet(ctx, v.ID)
	if err != nil {
		return err
	}
	return show(ctx, t, b.cardsScreen(t, wallet, pageAsked(t.Action, 0)))
}

func (b *Bot) cardsScreen(t *chat.Turn, w payments.Wallet, n int64) chat.Screen {
	p := visit(t).Printer
	switch {
	case len(w.Cards) == 0:
		return cardScreen(p, nil)
	case len(w.Cards) == 1 && len(w.Outlets) == 1:
		return cardScreen(p, &w.Cards[0])
	}
	return walletScreen(p, w, n)
}

// onCard is a button about a card of the person's merchant.
func (b *Bot) onCard(next func(context.Context, *chat.Turn, payments.Wallet, payments.Card) error) chat.Handler {
	return func(ctx context.Context, t *chat.Turn) error {
		id, err := t.Action.Int64(0)
		if err != nil {
			return b.unknown(ctx, t)
		}
		wallet, err := b.service.Wallet(ctx, visit(t).ID)
		if err != nil {
			return err
		}
		card, ok := wallet.Card(payments.CardID(id))
		if !ok {
			return payments.Fail(payments.CodeCardNotFound)
		}
		return next(ctx, t, wallet, card)
	}
}

// card shows one card and what it is used for.
func (b *Bot) card(ctx context.Context, t *chat.Turn, w payments.Wallet, c payments.Card) error {
	return show(ctx, t, cardUseScreen(visit(t).Printer, w, c, pageAsked(t.Action, 1)))
}

// useCard gives a card to an outlet, or to all of them.
func (b *Bot) useCard(ctx context.Context, t *chat.Turn, _ payments.Wallet, c payments.Card) error {
	outlet, err := t.Action.Int64(1)
	if err != nil {
		return b.unknown(ctx, t)
	}
	v := visit(t)
	wallet, err := b.service.UseCard(ctx, v.ID, c.ID, payments.OutletID(outlet))
	if err != nil {
		return err
	}
	if err := t.Toast(ctx, v.Text("wallet.later.toast")); err != nil {
		return err
	}
	return show(ctx, t, cardUseScreen(v.Printer, wallet, c, pageAsked(t.Action, 2)))
}

// removeCard asks once, and says where the money goes from then on.
func (b *Bot) removeCard(ctx context.Context, t *chat.Turn, w payments.Wallet, c payments.Card) error {
	if len(w.Successors(c.ID)) == 0 {
		return payments.Fail(payments.CodeLastCard)
	}
	return show(ctx, t, removeCardScreen(visit(t).Printer, w, c, pageAsked(t.Action, 1)))
}

func (b *Bot) removeSure(ctx context.Context, t *chat.Turn, _ payments.Wallet, c payments.Card) error {
	successor, err := t.Action.Int64(1)
	if err != nil {
		return b.unknown(ctx, t)
	}
	wallet, err := b.service.RemoveCard(ctx, visit(t).ID, c.ID, payments.CardID(successor))
	if err != nil {
		return err
	}
	return show(ctx, t, b.cardsScreen(t, wallet, 0))
}
