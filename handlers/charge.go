package handlers

import (
	"context"
	"errors"
	"fmt"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// text makes a charge of a message that begins with a sum: "500 кофе".
func (b *Bot) text(ctx context.Context, t *chat.Turn) error {
	asked, err := payments.ParseCharge(t.Text)
	if errors.Is(err, payments.ErrNotASum) {
		if shown, err := b.shownAddress(ctx, t); shown {
			return err
		}
		return b.hint(ctx, t)
	}
	if err != nil {
		return err
	}
	return b.charge(ctx, t, asked)
}

// pay is the command: with a sum it is that message, without one the keypad.
func (b *Bot) pay(ctx context.Context, t *chat.Turn) error {
	if t.Args == "" {
		return b.keypad(ctx, t)
	}
	asked, err := payments.ParseCharge(t.Args)
	if errors.Is(err, payments.ErrNotASum) {
		return payments.Fail(payments.CodeSumMalformed)
	}
	if err != nil {
		return err
	}
	return b.charge(ctx, t, asked)
}

func (b *Bot) charge(ctx context.Context, t *chat.Turn, asked payments.ChargeText) error {
	ticket, err := b.service.Charge(ctx, visit(t).ID, payments.ChargeDraft{
		Amount: asked.Amount, Comment: asked.Comment, Key: onceByUpdate(t),
	})
	if err != nil {
		return err
	}
	return b.replyTicket(ctx, t, ticket)
}

// keypad offers the sums that this outlet asks for most, or to write one, which
// no form may take for an answer.
func (b *Bot) keypad(ctx context.Context, t *chat.Turn) error {
	v := visit(t)
	if !v.Role.Can(payments.ActionTakeMoney) {
		return payments.Fail(payments.CodeNotAllowed) // no key would do anything
	}
	if err := t.CloseForm(ctx); err != nil {
		return err
	}
	desk, err := b.service.Desk(ctx, v.ID)
	if err != nil {
		return err
	}
	_, err = t.Reply(ctx, keypadScreen(v.Printer, desk.Usual))
	return err
}

// keypadSum turns the keypad's message into the charge, so that the same key
// cannot mean two customers.
func (b *Bot) keypadSum(ctx context.Context, t *chat.Turn) error {
	amount, err := t.Action.Int64(0)
	if err != nil {
		return b.unknown(ctx, t)
	}
	draft := payments.ChargeDraft{
		Amount: payments.Money(amount), Key: fmt.Sprintf("k%d:%d:%d", t.Chat, t.MessageID, amount),
	}
	ticket, err := b.openCharge(ctx, t, draft)
	if err != nil {
		return err
	}
	if t.MessageID == 0 {
		return b.replyTicket(ctx, t, ticket)
	}
	screen, err := b.freshTicket(visit(t).Printer, ticket)
	if err != nil {
		return err
	}
	if err := t.Edit(ctx, screen); err != nil {
		return err
	}
	return b.remember(ctx, t, ticket, t.MessageID)
}

// again repeats a charge: the same sum, a new link.
func (b *Bot) again(ctx context.Context, t *chat.Turn) error {
	id, err := t.Action.Int64(0)
	if err != nil {
		return b.unknown(ctx, t)
	}
	old, err := b.service.Ticket(ctx, visit(t).ID, payments.LinkID(id))
	if err != nil {
		return err
	}
	ticket, err := b.openCharge(ctx, t, payments.ChargeDraft{
		Amount: old.Link.Amount, Comment: old.Link.Comment, Key: fmt.Sprintf("a%d:%d:%d", t.Chat, t.MessageID, id),
	})
	if err != nil {
		return err
	}
	return b.replyTicket(ctx, t, ticket)
}

// openCharge makes one charge of a double tap. A button that is pressed again
// after its charge was paid or closed means a new customer, not the old link.
func (b *Bot) openCharge(ctx context.Context, t *chat.Turn, draft payments.ChargeDraft) (payments.Ticket, error) {
	ticket, err := b.service.Charge(ctx, visit(t).ID, draft)
	if err != nil || ticket.Link.State == payments.LinkActive && ticket.Payment == nil {
		return ticket, err
	}
	draft.Key = onceByUpdate(t)
	return b.service.Charge(ctx, visit(t).ID, draft)
}

// cancelCharge closes a charge that nobody has paid.
func (b *Bot) cancelCharge(ctx context.Context, t *chat.Turn) error {
	id, err := t.Action.Int64(0)
	if err != nil {
		return b.unknown(ctx, t)
	}
	v := visit(t)
	ticket, err := b.service.CancelLink(ctx, v.ID, payments.LinkID(id))
	if payments.CodeOf(err) == payments.CodeLinkClosed {
		// Somebody is paying at this very moment.
		if err := t.Alert(ctx, v.Text("charge.in_process")); err != nil {
			return err
		}
		ticket, err = b.service.Ticket(ctx, v.ID, payments.LinkID(id))
	}
	if err != nil {
		return err
	}
	screen := b.TicketScreen(v.Person, ticket)
	screen.Caption = t.Action.Arg(1) != messageOfText
	return t.Edit(ctx, screen)
}

// messageOfText says with a button that its message has no picture to keep.
const messageOfText = "text"

// showCharge sends a charge once more, to be shown or sent on; one that is over
// as words alone, for nobody should scan it.
func (b *Bot) showCharge(ctx context.Context, t *chat.Turn) error {
	id, err := t.Action.Int64(0)
	if err != nil {
		return b.unknown(ctx, t)
	}
	v := visit(t)
	ticket, err := b.service.Ticket(ctx, v.ID, payments.LinkID(id))
	if err != nil {
		return err
	}
	if ticket.Link.State == payments.LinkActive && ticket.Payment == nil {
		return b.replyTicket(ctx, t, ticket)
	}
	screen := b.TicketScreen(v.Person, ticket)
	screen.Caption = false
	_, err = t.Reply(ctx, screen)
	return err
}

// replyTicket sends a charge as one message that follows its state from then on.
func (b *Bot) replyTicket(ctx context.Context, t *chat.Turn, ticket payments.Ticket) error {
	screen, err := b.freshTicket(visit(t).Printer, ticket)
	if err != nil {
		return err
	}
	id, err := t.Reply(ctx, screen)
	if err != nil {
		return err
	}
	return b.remember(ctx, t, ticket, id)
}

func (b *Bot) freshTicket(p *locales.Printer, ticket payments.Ticket) (chat.Screen, error) {
	picture, err := b.qr(ticket.Link.URI)
	if err != nil {
		return chat.Screen{}, err
	}
	return ticketScreen(p, b.ticketView(ticket, picture)), nil
}

func (b *Bot) remember(ctx context.Context, t *chat.Turn, ticket payments.Ticket, message int) error {
	return b.service.RememberMessage(ctx, ticket.Link.MerchantID, ticket.Link.ID,
		payments.Message{ChatID: int64(t.Chat), MessageID: message})
}

// TicketScreen is the message of a charge as it stands now, to edit the one
// that shows it: the picture stays, the caption and buttons follow the state.
func (b *Bot) TicketScreen(reader payments.Person, ticket payments.Ticket) chat.Screen {
	if ticket.Link.Kind == payments.LinkReusable {
		return inPlace(linkScreen(b.printerFor(reader), b.linkView(reader, ticket, nil)))
	}
	screen := ticketScreen(b.printerFor(reader), b.ticketView(ticket, nil))
	screen.Caption = true
	return screen
}

func (b *Bot) ticketView(ticket payments.Ticket, picture []byte) ticketView {
	return ticketView{Ticket: ticket, Address: b.address(ticket.Link), Zone: b.zone, QR: picture}
}

// onceByUpdate is the key under which one message makes one charge, however
// often Telegram or a restart repeats it.
func onceByUpdate(t *chat.Turn) string { return fmt.Sprintf("u%d", t.UpdateID) }

// address is what a payer opens: our page where there is one, else the
// national link itself.
func (b *Bot) address(l payments.Link) string {
	if b.publicURL == "" {
		return l.URI
	}
	return b.publicURL + "/p/" + l.Code
}
