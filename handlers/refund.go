package handlers

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/payments"
)

// A refund goes from a payment's screen over "all or a part" and the sum to a
// confirmation, and only its button moves money. The confirmation asks for
// nothing that could be mistyped into somebody else's account: the money goes
// back where it came from.
const partForm = "refund"

// Answers that the form for a part keeps.
const (
	answerPayment = "payment"
	answerSum     = "sum" // tyiyn
)

// refund asks whether all or a part.
func (b *Bot) refund(ctx context.Context, t *chat.Turn, view payments.PaymentView) error {
	if err := mayRefund(view); err != nil {
		return err
	}
	return show(ctx, t, refundScreen(visit(t).Printer, view))
}

// refundAll asks to confirm the refund of everything that is left.
func (b *Bot) refundAll(ctx context.Context, t *chat.Turn, view payments.PaymentView) error {
	if err := mayRefund(view); err != nil {
		return err
	}
	return place(ctx, t, refundConfirmation(t, view, view.Refundable))
}

// refundPart asks for the sum.
func (b *Bot) refundPart(ctx context.Context, t *chat.Turn, view payments.PaymentView) error {
	if err := mayRefund(view); err != nil {
		return err
	}
	return t.OpenForm(ctx, partForm, chat.Values{answerPayment: strconv.FormatInt(int64(view.Payment.ID), 10)})
}

func (b *Bot) refundForm() chat.Form {
	return chat.Form{
		Name: partForm, Version: 1,
		Steps: []chat.Step{{Name: "sum", Ask: b.askRefundSum, Take: b.takeRefundSum}},
		Done:  b.refundSumGiven,
	}
}

func (b *Bot) askRefundSum(ctx context.Context, t *chat.Turn, v chat.Values) (chat.Screen, error) {
	view, err := b.keptPayment(ctx, t, v)
	if err != nil {
		return chat.Screen{}, err
	}
	return refundSumScreen(visit(t).Printer, view), nil
}

func (b *Bot) takeRefundSum(ctx context.Context, t *chat.Turn, v chat.Values) error {
	if err := wantText(t); err != nil {
		return err
	}
	view, err := b.keptPayment(ctx, t, v)
	if err == nil {
		err = mayRefund(view)
	}
	if err != nil {
		// No sum answers this question any more.
		return errors.Join(err, t.CloseForm(ctx))
	}
	amount, err := payments.ParseMoney(t.Text)
	if payments.CodeOf(err) == payments.CodeSumTooLarge || err == nil && amount > view.Refundable {
		return payments.Fail(payments.CodeRefundTooLarge, "max", view.Refundable)
	}
	if err != nil {
		return err
	}
	if amount < payments.DefaultMin {
		return payments.Fail(payments.CodeSumTooSmall, "min", payments.DefaultMin)
	}
	v[answerSum] = strconv.FormatInt(int64(amount), 10)
	return nil
}

// refundSumGiven asks to confirm the refund of a part.
func (b *Bot) refundSumGiven(ctx context.Context, t *chat.Turn, v chat.Values) error {
	view, err := b.keptPayment(ctx, t, v)
	if err != nil {
		return err
	}
	amount, err := strconv.ParseInt(v[answerSum], 10, 64)
	if err != nil {
		return fmt.Errorf("kept sum: %w", err)
	}
	_, err = t.Reply(ctx, refundConfirmation(t, view, payments.Money(amount)))
	return err
}

// keptPayment is the payment that the form is about.
func (b *Bot) keptPayment(ctx context.Context, t *chat.Turn, v chat.Values) (payments.PaymentView, error) {
	id, err := strconv.ParseInt(v[answerPayment], 10, 64)
	if err != nil {
		return payments.PaymentView{}, fmt.Errorf("kept payment: %w", err)
	}
	return b.service.PaymentView(ctx, visit(t).ID, payments.PaymentID(id))
}

// refundConfirmation carries a nonce: one confirmation makes one refund,
// however often its button is pressed. The update that brought it is the
// nonce, so that an update that runs again after a crash asks for the same
// refund and not for a second one.
func refundConfirmation(t *chat.Turn, view payments.PaymentView, amount payments.Money) chat.Screen {
	return refundConfirmScreen(visit(t).Printer, view, amount, t.UpdateID)
}

// refundSend is the confirmed refund. The service checks anew who asks, for
// which payment and how much, whatever the button says.
func (b *Bot) refundSend(ctx context.Context, t *chat.Turn) error {
	id, err := t.Action.Int64(0)
	amount, amountErr := t.Action.Int64(1)
	nonce, nonceErr := t.Action.Int64(2)
	if errors.Join(err, amountErr, nonceErr) != nil {
		return b.unknown(ctx, t)
	}
	if err := b.leavePartForm(ctx, t); err != nil {
		return err
	}
	v := visit(t)
	view, err := b.service.RequestRefund(ctx, v.ID, payments.RefundDraft{
		PaymentID: payments.PaymentID(id), Amount: payments.Money(amount), Key: fmt.Sprintf("r%d:%d", id, nonce),
	})
	if overtaken(err) {
		return b.refundOvertaken(ctx, t, payments.PaymentID(id), err)
	}
	if err != nil {
		return err
	}
	return show(ctx, t, paymentScreen(v.Printer, view, refundRequested))
}

// overtaken reports whether a confirmation was refused for what happened since
// it was shown.
func overtaken(err error) bool {
	switch payments.CodeOf(err) {
	case payments.CodeRefundTooLarge, payments.CodeRefundImpossible, payments.CodeNotAllowed:
		return true
	}
	return false
}

// refundOvertaken says why there is no refund, and shows the payment as it
// stands in place of a confirmation that can only be refused again.
func (b *Bot) refundOvertaken(ctx context.Context, t *chat.Turn, id payments.PaymentID, refusal error) error {
	v := visit(t)
	view, err := b.service.PaymentView(ctx, v.ID, id)
	if err != nil {
		return err
	}
	if why := mayRefund(view); why != nil {
		refusal = why // "nothing can be refunded" rather than "at most 0"
	}
	var known *payments.Error
	if errors.As(refusal, &known) {
		if err := t.Alert(ctx, v.ErrorText(known)); err != nil {
			return err
		}
	}
	return show(ctx, t, paymentScreen(v.Printer, view, paymentAsked))
}

// leavePartForm ends the question for a sum when the person goes another way:
// the next sum they write is a charge again.
func (b *Bot) leavePartForm(ctx context.Context, t *chat.Turn) error {
	name, err := t.FormName(ctx)
	if err != nil || name != partForm {
		return err
	}
	return t.CloseForm(ctx)
}

// mayRefund says why a payment cannot be refunded by whoever looks at it:
// CodeRefundImpossible or CodeNotAllowed.
func mayRefund(view payments.PaymentView) error {
	switch {
	case view.MayRefund && view.Refundable > 0:
		return nil
	case view.Payment.State != payments.PaymentSucceeded || view.Refundable <= 0:
		return payments.Fail(payments.CodeRefundImpossible)
	}
	return payments.Fail(payments.CodeNotAllowed)
}

// RefundScreen tells a person how a refund ended.
func (b *Bot) RefundScreen(p payments.Person, n payments.RefundNews) chat.Screen {
	return b.hushed(refundNewsScreen(b.printerFor(p), n, b.now()), p, n.Merchant)
}
