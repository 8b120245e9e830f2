package handlers

import (
	"context"
	"strconv"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/payments"
)

// newCardForm is the dialog in which a card is typed, where there is no page
// for it.
const newCardForm = "card"

// answerCard is the id of the card that was typed.
const answerCard = "card"

// allOutlets in the place of an outlet's id means each of them.
const allOutlets = 0

// newCard opens the protected page, or asks in the chat where there is none.
// Of several outlets it is first asked which the card is for.
func (b *Bot) newCard(ctx context.Context, t *chat.Turn) error {
	v := visit(t)
	outlet, err := t.Action.Int64(0)
	if err != nil {
		wallet, err := b.service.Wallet(ctx, v.ID)
		if err != nil {
			return err
		}
		if len(wallet.Outlets) > 1 {
			return show(ctx, t, cardForScreen(v.Printer, wallet, pageAsked(t.Action, 1)))
		}
	}
	if b.publicURL == "" {
		if !v.Role.Can(payments.ActionCards) {
			return payments.Fail(payments.CodeNotAllowed)
		}
		return t.OpenForm(ctx, newCardForm, chat.Values{answerOutlet: decimal(outlet)})
	}
	address, err := b.cardPage(ctx, t, payments.OutletID(outlet))
	if err != nil {
		return err
	}
	return show(ctx, t, cardPageScreen(v.Printer, address))
}

func (b *Bot) cardPage(ctx context.Context, t *chat.Turn, outlet payments.OutletID) (address string, err error) {
	token, err := b.service.OpenCardForm(ctx, visit(t).ID, outlet)
	if err != nil {
		return "", err
	}
	return b.publicURL + "/cards/" + token, nil
}

func (b *Bot) cardForm() chat.Form {
	return chat.Form{
		Name: newCardForm, Version: 1,
		Steps: []chat.Step{{Name: "number", Ask: b.askCard, Take: b.takeCard}},
		Done:  b.showCard,
	}
}

// askCard is the step of set-up and of newCardForm.
func (b *Bot) askCard(ctx context.Context, t *chat.Turn, _ chat.Values) (chat.Screen, error) {
	p := visit(t).Printer
	if b.publicURL == "" {
		return cardInChatScreen(p), nil
	}
	address, err := b.cardPage(ctx, t, allOutlets)
	if err != nil {
		return chat.Screen{}, err
	}
	return setupCardScreen(p, address), nil
}

// takeCard waits for the page to be filled, or takes what was typed. A typed
// message goes at once, also a number with a slip in it.
func (b *Bot) takeCard(ctx context.Context, t *chat.Turn, v chat.Values) error {
	if t.Kind == chat.KindSignal {
		if t.Action.Name != SignalCardAdded {
			return chat.ErrNotForMe
		}
		return b.recognise(ctx, t)
	}
	if b.publicURL != "" {
		if visit(t).HasCard {
			return nil // the page was filled, and word of it got lost
		}
		return hint("setup.card.waiting")
	}
	if t.Kind != chat.KindText {
		return hint("chat.write_text")
	}
	if err := b.deleteCardMessage(ctx, t); err != nil {
		return err
	}
	number, err := payments.ParseCardNumber(t.Text)
	if err != nil {
		return err
	}
	var outlet payments.OutletID = allOutlets
	if kept := v[answerOutlet]; kept != "" {
		if outlet, err = outletOf(kept); err != nil {
			return err
		}
	}
	card, err := b.service.AddCardFor(ctx, visit(t).ID, outlet, number, "c"+onceByUpdate(t))
	if err != nil {
		return err
	}
	v[answerCard] = decimal(card.ID)
	return b.recognise(ctx, t)
}

func (b *Bot) showCard(ctx context.Context, t *chat.Turn, v chat.Values) error {
	if v[answerCard] == "" {
		return b.cardAdded(ctx, t) // it came in by the page
	}
	id, err := strconv.ParseInt(v[answerCard], 10, 64)
	if err != nil {
		return err
	}
	return b.tellCard(ctx, t, payments.CardID(id))
}

// cardAdded tells that a card came in by the page.
func (b *Bot) cardAdded(ctx context.Context, t *chat.Turn) error {
	id, err := t.Action.Int64(0)
	if err != nil {
		return err
	}
	return b.tellCard(ctx, t, payments.CardID(id))
}

func (b *Bot) tellCard(ctx context.Context, t *chat.Turn, id payments.CardID) error {
	v := visit(t)
	wallet, err := b.service.Wallet(ctx, v.ID)
	if err != nil {
		return err
	}
	card, ok := wallet.Card(id)
	if !ok {
		return nil // and gone again
	}
	_, err = t.Reply(ctx, cardAddedScreen(v.Printer, wallet, card))
	return err
}

// intercept takes card numbers out of the chat before anybody else sees them,
// but for the one that a question asked for.
func (b *Bot) intercept(ctx context.Context, t *chat.Turn) (handled bool, err error) {
	if _, found := payments.FindCardNumber(t.Text); !found {
		return false, nil
	}
	asked, err := b.numberIsAsked(ctx, t)
	if err != nil || asked {
		return false, err
	}
	if err := b.deleteCardMessage(ctx, t); err != nil {
		return false, err
	}
	form, err := t.FormName(ctx)
	if err != nil {
		return true, err
	}
	v := visit(t)
	free := form == "" && v.Registered()
	if _, err = t.Reply(ctx, cardRemovedScreen(v.Printer, v.Role, free)); err != nil {
		return true, err
	}
	if form != "" || free {
		return true, nil
	}
	return true, b.resume(ctx, t)
}

// numberIsAsked reports whether this message answers the question for a number:
// one in ten ИНН looks like a card's.
func (b *Bot) numberIsAsked(ctx context.Context, t *chat.Turn) (bool, error) {
	if asked, err := b.tinIsAsked(ctx, t); asked || err != nil {
		return asked, err
	}
	return b.cardIsAsked(ctx, t)
}

// cardIsAsked reports whether this message answers the question for a card
// number in the chat.
func (b *Bot) cardIsAsked(ctx context.Context, t *chat.Turn) (bool, error) {
	if b.publicURL != "" || t.Kind != chat.KindText {
		return false, nil
	}
	form, err := t.FormName(ctx)
	v := visit(t)
	return form == newCardForm || form == setup && v.OutletID != 0 && !v.HasCard, err
}

// deleteCardMessage takes a number out of the chat; where Telegram does not
// let us, the person is asked to.
func (b *Bot) deleteCardMessage(ctx context.Context, t *chat.Turn) error {
	if err := t.DeleteIncoming(ctx); err == nil {
		return nil
	}
	_, err := t.Reply(ctx, chat.Screen{Text: visit(t).HTML("card.delete_yourself")})
	return err
}
