package handlers

import (
	"context"
	"errors"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// Inline is how money is asked for from another chat.
type Inline interface {
	Member(context.Context, payments.PersonID) (payments.Person, error)
	OfferCharge(context.Context, payments.PersonID, payments.ChargeDraft) (payments.Ticket, error)
	Chosen(ctx context.Context, id payments.PersonID, code, inlineID string) error
}

// startInline is what the private chat is told by those who come from there.
const startInline = "inline"

// inline offers what a member's words behind the bot's name ask for: a charge,
// or the outlet's static link where there is no sum yet. Nobody but a member
// gets anything to send.
func (b *Bot) inline(ctx context.Context, t *chat.Turn) error {
	member, err := b.service.Member(ctx, payments.PersonID(t.From.ID))
	p := visit(t).Printer
	if err == nil {
		p = b.printerFor(member)
	}
	var answer chat.InlineAnswer
	if err == nil {
		answer, err = b.offer(ctx, t, p, member)
	}
	if code := payments.CodeOf(err); code != "" {
		answer, err = chat.InlineAnswer{Way: p.Text(wayOut(code)), Start: startInline}, nil
	}
	if err != nil {
		return err
	}
	return t.Offer(ctx, answer)
}

func (b *Bot) offer(ctx context.Context, t *chat.Turn, p *locales.Printer, member payments.Person) (chat.InlineAnswer, error) {
	if !member.Registered() {
		return chat.InlineAnswer{}, payments.Fail(payments.CodeNotRegistered)
	}
	if _, card := payments.FindCardNumber(t.Text); card {
		return chat.InlineAnswer{}, payments.Fail(payments.CodeSumMalformed) // once sent, it is not ours to delete
	}
	asked, err := payments.ParseCharge(t.Text)
	if errors.Is(err, payments.ErrNotASum) {
		return b.offerStatic(ctx, p, member)
	}
	if err != nil {
		return chat.InlineAnswer{}, err
	}
	ticket, err := b.service.OfferCharge(ctx, member.ID, payments.ChargeDraft{
		Amount: asked.Amount, Comment: asked.Comment, Key: onceByUpdate(t),
	})
	if payments.CodeOf(err) == payments.CodeTooMany {
		return b.offerStatic(ctx, p, member)
	}
	if err != nil {
		return chat.InlineAnswer{}, err
	}
	return chat.InlineAnswer{Cards: []chat.InlineCard{chargeCard(p, b.publicWords(), b.ticketView(ticket, nil))}}, nil
}

// offerStatic offers the outlet's permanent link, which costs nothing to offer.
func (b *Bot) offerStatic(ctx context.Context, p *locales.Printer, member payments.Person) (chat.InlineAnswer, error) {
	if !member.Role.Can(payments.ActionTakeMoney) {
		return chat.InlineAnswer{}, payments.Fail(payments.CodeNotAllowed)
	}
	desk, err := b.service.Desk(ctx, member.ID)
	if err != nil {
		return chat.InlineAnswer{}, err
	}
	if desk.Outlet.State != payments.OutletOpen {
		return chat.InlineAnswer{}, payments.Fail(payments.CodeOutletPaused)
	}
	return chat.InlineAnswer{
		Cards: []chat.InlineCard{staticCard(p, b.publicWords(), desk, b.address(desk.Static))},
		Way:   p.Text("inline.way.sum"), Start: startInline,
	}, nil
}

// wayOut is the line that leads to the private chat where there is nothing to
// send.
func wayOut(code payments.Code) string {
	switch code {
	case payments.CodeNotRegistered:
		return "inline.way.register"
	case payments.CodeOutletPaused, payments.CodeOutletArchived:
		return "inline.way.paused"
	case payments.CodeNotAllowed:
		return "inline.way.not_allowed"
	}
	return "inline.way.sum"
}

// chosen takes note of a card that was sent. Nothing has to be made now that
// the message would need: it may have been paid already.
func (b *Bot) chosen(ctx context.Context, t *chat.Turn) error {
	err := b.service.Chosen(ctx, payments.PersonID(t.From.ID), t.Chosen.CardID, t.Chosen.MessageID)
	if payments.CodeOf(err) == payments.CodeLinkNotFound {
		return nil // the static link's card, which follows no state
	}
	return err
}

// publicWords are the languages of messages that go to strangers: nobody knows
// theirs, and both are read all over the country.
func (b *Bot) publicWords() []*locales.Printer {
	return []*locales.Printer{b.catalog.Printer("ky"), b.catalog.Printer("ru")}
}

// InlineScreen is the message of a charge in another chat as it stands now.
func (b *Bot) InlineScreen(ticket payments.Ticket) chat.Screen {
	return inlineScreen(b.publicWords(), b.ticketView(ticket, nil))
}
