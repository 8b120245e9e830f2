package handlers

import (
	"context"
	"strings"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// Leaving is how a person goes, and comes back.
type Leaving interface {
	Farewell(context.Context, payments.PersonID) (payments.Farewell, error)
	Leave(context.Context, payments.PersonID) (payments.Person, error)
	Return(context.Context, payments.PersonID) error
}

// Actions on a person's account.
const (
	actionLeave     = "leave"     // what it would mean
	actionLeaveSure = "leavesure" // asks for the word
	actionReturn    = "return"
)

// leaveForm asks for a word: what a thumb does by mistake must not end a
// business.
const leaveForm = "leave"

// leave says what goes, what stays, and what is in the way.
func (b *Bot) leave(ctx context.Context, t *chat.Turn) error {
	v := visit(t)
	if v.Leaving() {
		return b.resume(ctx, t)
	}
	f, err := b.service.Farewell(ctx, v.ID)
	if err != nil {
		return err
	}
	return show(ctx, t, farewellScreen(v.Printer, f))
}

func (b *Bot) leaveSure(ctx context.Context, t *chat.Turn) error {
	v := visit(t)
	if v.Leaving() {
		return b.resume(ctx, t)
	}
	f, err := b.service.Farewell(ctx, v.ID)
	if err != nil {
		return err
	}
	if f.Blocked() {
		return show(ctx, t, farewellScreen(v.Printer, f))
	}
	return t.OpenForm(ctx, leaveForm, nil)
}

func (b *Bot) leavingForm() chat.Form {
	return chat.Form{
		Name: leaveForm, Version: 1, Done: b.leaveDone,
		Steps: []chat.Step{{Name: "word", Ask: b.askLeaveWord, Take: b.takeLeaveWord}},
	}
}

func (b *Bot) askLeaveWord(_ context.Context, t *chat.Turn, _ chat.Values) (chat.Screen, error) {
	return leaveWordScreen(visit(t).Printer), nil
}

// takeLeaveWord takes the word of any language, also written without the
// letters that a Russian keyboard lacks.
func (b *Bot) takeLeaveWord(_ context.Context, t *chat.Turn, _ chat.Values) error {
	if err := wantText(t); err != nil {
		return err
	}
	for _, l := range locales.Languages() {
		if plainWord(t.Text) == plainWord(b.catalog.Printer(l.Code).Text("leave.word")) {
			return nil
		}
	}
	return hint("leave.not_the_word")
}

func plainWord(s string) string {
	s = strings.NewReplacer("ө", "о", "ү", "у", "ң", "н").Replace(strings.ToLower(s))
	return strings.Trim(s, " \n\t.!«»\"'")
}

func (b *Bot) leaveDone(ctx context.Context, t *chat.Turn, _ chat.Values) error {
	person, err := b.service.Leave(ctx, visit(t).ID)
	if err != nil {
		return err
	}
	_, err = t.Reply(ctx, leavingScreen(visit(t).Printer, person, b.zone))
	return err
}

// comeBack takes a departure back.
func (b *Bot) comeBack(ctx context.Context, t *chat.Turn) error {
	if !visit(t).Leaving() {
		return b.unknown(ctx, t)
	}
	if err := b.service.Return(ctx, visit(t).ID); err != nil {
		return err
	}
	if err := b.recognise(ctx, t); err != nil {
		return err
	}
	v := visit(t)
	if !v.Registered() {
		return b.resume(ctx, t)
	}
	return show(ctx, t, returnedScreen(v.Printer))
}

// MerchantToldScreen tells a member that their merchant was closed or opened
// again.
func (b *Bot) MerchantToldScreen(p payments.Person, m payments.Merchant, open bool) chat.Screen {
	return b.hushed(merchantToldScreen(b.printerFor(p), m, open), p, m)
}
