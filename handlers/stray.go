package handlers

import (
	"context"
	"errors"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/payments"
)

// other deals with what is no text: a picture may be a receipt's, a table a
// file of links.
func (b *Bot) other(ctx context.Context, t *chat.Turn) error {
	if isPicture(t) {
		return b.picture(ctx, t)
	}
	if isBulkFile(t) {
		return b.bulkFile(ctx, t)
	}
	return b.hint(ctx, t)
}

// hint answers what the conversation has no use for: talk, stickers, voice,
// pictures, somebody's contact.
func (b *Bot) hint(ctx context.Context, t *chat.Turn) error {
	_, err := t.Reply(ctx, hintScreen(visit(t).Printer, visit(t).Role))
	return err
}

// edited explains why a corrected sum does nothing. Other edits are the
// person's own affair.
func (b *Bot) edited(ctx context.Context, t *chat.Turn) error {
	v := visit(t)
	if _, err := payments.ParseCharge(t.Text); errors.Is(err, payments.ErrNotASum) || !v.Registered() {
		return nil
	}
	_, err := t.Reply(ctx, editedScreen(v.Printer, v.Role))
	return err
}

// unknown answers a command that does not exist, and a button that no longer
// does.
func (b *Bot) unknown(ctx context.Context, t *chat.Turn) error {
	v := visit(t)
	if t.Kind == chat.KindPress {
		return t.Toast(ctx, v.Text("chat.stale"))
	}
	if !v.Registered() {
		return b.resume(ctx, t)
	}
	_, err := t.Reply(ctx, unknownCommandScreen(v.Printer, v.Role))
	return err
}

// nothingToCancel answers /cancel outside a form; inside one, the runtime does.
func (b *Bot) nothingToCancel(ctx context.Context, t *chat.Turn) error {
	v := visit(t)
	if !v.Registered() {
		return b.resume(ctx, t)
	}
	_, err := t.Reply(ctx, nothingToCancelScreen(v.Printer, v.Role))
	return err
}
