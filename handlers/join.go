package handlers

import (
	"context"
	"strconv"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// join is the dialog of somebody who opened an invitation. It asks what is not
// known of them, and never for a card or an outlet: those are there.
const join = "join"

// answerInvitation is the id of the invitation.
const answerInvitation = "invitation"

func (b *Bot) joinForm() chat.Form {
	return chat.Form{
		Name: join, Version: 1, Done: b.joined,
		Steps: []chat.Step{
			{Name: "language", Needed: unless("language"), Ask: b.askJoinLanguage, Take: b.takeLanguage},
			{Name: "phone", Needed: unless("phone"), Ask: b.askJoinPhone, Take: b.takeJoinPhone},
			{Name: "consent", Ask: b.askJoin, Take: b.takeJoin, NoBack: true},
		},
	}
}

// openInvitation answers the link of an invitation. A person who has answered
// it is told that it is an owner's turn.
func (b *Bot) openInvitation(ctx context.Context, t *chat.Turn, token string) error {
	view, err := b.service.OpenInvitation(ctx, visit(t).ID, token)
	if payments.CodeOf(err) == payments.CodeAlreadyMember {
		return b.alreadyMember(ctx, t)
	}
	if err != nil {
		return err
	}
	if view.Invitation.State == payments.InvitationAnswered {
		_, err = t.Reply(ctx, waitingScreen(visit(t).Printer, view))
		return err
	}
	values := chat.Values{answerInvitation: decimal(view.Invitation.ID)}
	if view.Person.Language != "" {
		values["known.language"] = "yes"
	}
	if view.Person.Phone == view.Invitation.Phone {
		values["known.phone"] = "yes"
	}
	return t.OpenForm(ctx, join, values)
}

func (b *Bot) alreadyMember(ctx context.Context, t *chat.Turn) error {
	v := visit(t)
	_, err := t.Reply(ctx, chat.Screen{Text: v.HTML("team.join.already"), Buttons: [][]chat.Button{menuRow(v.Printer)}})
	return err
}

// opened is the invitation of the form.
func (b *Bot) opened(ctx context.Context, t *chat.Turn, v chat.Values) (payments.InvitationView, error) {
	id, err := invitationOf(v)
	if err != nil {
		return payments.InvitationView{}, err
	}
	view, err := b.service.Invitation(ctx, visit(t).ID, id)
	if payments.CodeOf(err) != "" {
		// It was withdrawn, or ran out: there is nothing left to ask.
		if closed := t.CloseForm(ctx); closed != nil {
			return view, closed
		}
	}
	return view, err
}

func invitationOf(v chat.Values) (payments.InvitationID, error) {
	id, err := strconv.ParseInt(v[answerInvitation], 10, 64)
	return payments.InvitationID(id), err
}

func (b *Bot) askJoinLanguage(_ context.Context, t *chat.Turn, _ chat.Values) (chat.Screen, error) {
	return languageScreen(b.catalog, locales.Match(t.From.LanguageCode), join), nil
}

func (b *Bot) askJoinPhone(ctx context.Context, t *chat.Turn, v chat.Values) (chat.Screen, error) {
	view, err := b.opened(ctx, t, v)
	if err != nil {
		return chat.Screen{}, err
	}
	return joinPhoneScreen(visit(t).Printer, view), nil
}

// takeJoinPhone lets nobody on whose number is another than the invited one.
func (b *Bot) takeJoinPhone(ctx context.Context, t *chat.Turn, v chat.Values) error {
	phone, err := ownPhone(t)
	if err != nil {
		return err
	}
	id, err := invitationOf(v)
	if err != nil {
		return err
	}
	err = b.service.ClaimInvitation(ctx, visit(t).ID, id, phone)
	switch payments.CodeOf(err) {
	case payments.CodeInvitationForeign, payments.CodeInvitationGone:
		// It will not be theirs however often they try.
		if closed := t.CloseForm(ctx); closed != nil {
			return closed
		}
		return err
	}
	if err != nil {
		return err
	}
	if err := b.recognise(ctx, t); err != nil {
		return err
	}
	_, err = t.Reply(ctx, phoneNotedScreen(visit(t).Printer, phone))
	return err
}

func (b *Bot) askJoin(ctx context.Context, t *chat.Turn, v chat.Values) (chat.Screen, error) {
	view, err := b.opened(ctx, t, v)
	if err != nil {
		return chat.Screen{}, err
	}
	return joinScreen(visit(t).Printer, view), nil
}

func (b *Bot) takeJoin(ctx context.Context, t *chat.Turn, _ chat.Values) error {
	if err := wantPress(t); err != nil {
		return err
	}
	if t.Action.Arg(0) != agree {
		return chat.ErrNotForMe
	}
	return b.service.Consent(ctx, visit(t).ID)
}

// joined puts the person before the owners.
func (b *Bot) joined(ctx context.Context, t *chat.Turn, v chat.Values) error {
	id, err := invitationOf(v)
	if err != nil {
		return err
	}
	view, err := b.service.AnswerInvitation(ctx, visit(t).ID, id)
	switch payments.CodeOf(err) {
	case payments.CodeInvitationGone, payments.CodeInvitationForeign, payments.CodeAlreadyMember:
		if closed := t.CloseForm(ctx); closed != nil {
			return closed
		}
		return err
	}
	if err != nil {
		return err
	}
	_, err = t.Reply(ctx, waitingScreen(visit(t).Printer, view))
	return err
}

// outside answers somebody who is no member of any merchant but was, or is
// about to be: they need not open an outlet, but may.
func (b *Bot) outside(ctx context.Context, t *chat.Turn) (said bool, err error) {
	v := visit(t)
	if v.MerchantID != 0 || v.Leaving() || v.Person.Phone == "" || v.ConsentedAt.IsZero() {
		return false, nil
	}
	form, err := t.FormName(ctx)
	if err != nil || form == setup || form == join {
		return false, err
	}
	if err := t.CloseForm(ctx); err != nil { // of the team they were in
		return false, err
	}
	view, waiting, err := b.service.WaitingInvitation(ctx, v.ID)
	switch {
	case err != nil:
		return false, err
	case waiting:
		return true, show(ctx, t, waitingScreen(v.Printer, view))
	case v.Away:
		return true, show(ctx, t, nowhereScreen(v.Printer))
	}
	return false, nil
}

// ownMerchant begins set-up for somebody who was in another's team.
func (b *Bot) ownMerchant(ctx context.Context, t *chat.Turn) error {
	if visit(t).MerchantID != 0 {
		return b.registered(b.home)(ctx, t)
	}
	return t.OpenForm(ctx, setup, known(visit(t).Person))
}

// memberJoined greets a new member with what they can do now.
func (b *Bot) memberJoined(ctx context.Context, t *chat.Turn) error {
	return b.showHome(ctx, t, homeJoined)
}
