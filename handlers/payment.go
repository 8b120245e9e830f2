package handlers

import (
	"context"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/payments"
)

// here, as a button's second argument, puts the answer into the button's own
// message. Without it the answer comes below: a notice stays what it was.
const here = "here"

// viewed is a button about a payment. Whose payment it is, the service says
// at every press.
func (b *Bot) viewed(next func(context.Context, *chat.Turn, payments.PaymentView) error) chat.Handler {
	return func(ctx context.Context, t *chat.Turn) error {
		id, err := t.Action.Int64(0)
		if err != nil {
			return b.unknown(ctx, t)
		}
		if err := b.leavePartForm(ctx, t); err != nil {
			return err
		}
		view, err := b.service.PaymentView(ctx, visit(t).ID, payments.PaymentID(id))
		if err != nil {
			return err
		}
		return next(ctx, t, view)
	}
}

// payment shows a payment and what became of its money.
func (b *Bot) payment(ctx context.Context, t *chat.Turn, view payments.PaymentView) error {
	return place(ctx, t, paymentScreen(visit(t).Printer, view, paymentAsked))
}

// place puts a screen where its button says.
func place(ctx context.Context, t *chat.Turn, screen chat.Screen) error {
	if t.Action.Arg(1) == here {
		return show(ctx, t, screen)
	}
	_, err := t.Reply(ctx, screen)
	return err
}
