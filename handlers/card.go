package handlers

import (
	"context"
	"unicode"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/payments"
)

// newCardForm is the dialog in which a card is typed, where there is no page
// for it.
const newCardForm = "card"

// cards shows which card is credited.
func (b *Bot) cards(ctx context.Context, t *chat.Turn) error {
	v := visit(t)
	desk, err := b.service.Desk(ctx, v.ID)
	if err != nil {
		return err
	}
	return show(ctx, t, cardScreen(v.Printer, desk.Card))
}

// newCard opens the protected page, or asks in the chat where there is none.
func (b *Bot) newCard(ctx context.Context, t *chat.Turn) error {
	if b.publicURL == "" {
		return t.OpenForm(ctx, newCardForm, nil)
	}
	address, err := b.cardPage(ctx, t)
	if err != nil {
		return err
	}
	return show(ctx, t, cardPageScreen(visit(t).Printer, address))
}

func (b *Bot) cardPage(ctx context.Context, t *chat.Turn) (address string, err error) {
	token, err := b.service.OpenCardForm(ctx, visit(t).ID)
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
	address, err := b.cardPage(ctx, t)
	if err != nil {
		return chat.Screen{}, err
	}
	return setupCardScreen(p, address), nil
}

// takeCard waits for the page to be filled, or takes what was typed. A typed
// message goes at once, also a number with a slip in it.
func (b *Bot) takeCard(ctx context.Context, t *chat.Turn, _ chat.Values) error {
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
	if _, err := b.service.AddCard(ctx, visit(t).ID, number, "c"+onceByUpdate(t)); err != nil {
		return err
	}
	return b.recognise(ctx, t)
}

func (b *Bot) showCard(ctx context.Context, t *chat.Turn, _ chat.Values) error {
	return b.cardAdded(ctx, t)
}

// cardAdded tells that a card came in.
func (b *Bot) cardAdded(ctx context.Context, t *chat.Turn) error {
	v := visit(t)
	desk, err := b.service.Desk(ctx, v.ID)
	if err != nil {
		return err
	}
	if desk.Card == nil {
		return nil // and gone again
	}
	_, err = t.Reply(ctx, cardAddedScreen(v.Printer, *desk.Card))
	return err
}

// intercept takes card numbers out of the chat before anybody else sees them,
// but for the one that a question asked for.
func (b *Bot) intercept(ctx context.Context, t *chat.Turn) (handled bool, err error) {
	if _, found := payments.FindCardNumber(t.Text); !found {
		return false, nil
	}
	asked, err := b.cardIsAsked(ctx, t)
	if err != nil || asked {
		return false, err
	}
	if err := b.deleteCardMessage(ctx, t); err != nil {
		return false, err
	}
	if _, err = t.Reply(ctx, chat.Screen{Text: visit(t).HTML("card.removed_from_chat")}); err != nil {
		return true, err
	}
	if form, err := t.FormName(ctx); err != nil || form != "" || visit(t).Registered() {
		return true, err
	}
	return true, b.resume(ctx, t)
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

// Mask hides what may be a card's number, or one with a digit too few, from
// what the inbox keeps: thirteen digits or more with at most two marks between
// them.
func Mask(text string) string {
	runes := []rune(text)
	for start := 0; start < len(runes); {
		if !unicode.IsDigit(runes[start]) {
			start++
			continue
		}
		count, end := 0, start
		for i := start; i < len(runes) && i-end <= 3; i++ {
			if unicode.IsDigit(runes[i]) {
				count, end = count+1, i
			} else if unicode.IsLetter(runes[i]) {
				break
			}
		}
		for i := start; count >= 13 && i <= end; i++ {
			if unicode.IsDigit(runes[i]) {
				runes[i] = '•'
			}
		}
		start = end + 1
	}
	return string(runes)
}
