package handlers

import (
	"context"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/payments"
)

// receipt sends the receipt of a payment as a picture of its own: the notice or
// the payment that its button stands under stays what it was, and the picture
// can be forwarded as it is.
func (b *Bot) receipt(ctx context.Context, t *chat.Turn, view payments.PaymentView) error {
	if view.Payment.Receipt == 0 {
		return payments.Fail(payments.CodeReceiptNotFound)
	}
	p := visit(t).Printer
	picture, err := b.press.ReceiptPNG(b.ReceiptData(p, ReceiptView{PaymentView: view}))
	if err != nil {
		return err
	}
	_, err = t.Reply(ctx, receiptScreen(p, view, picture, b.receiptAddress(view)))
	return err
}

// receiptPDF sends the receipt as a file to keep.
func (b *Bot) receiptPDF(ctx context.Context, t *chat.Turn, view payments.PaymentView) error {
	if view.Payment.Receipt == 0 {
		return payments.Fail(payments.CodeReceiptNotFound)
	}
	p := visit(t).Printer
	file, err := b.press.ReceiptPDF(b.ReceiptData(p, ReceiptView{PaymentView: view}))
	if err != nil {
		return err
	}
	_, err = t.Reply(ctx, receiptFileScreen(p, view, file))
	return err
}

// receiptAddress is what a payer is sent: the page of the charge that they
// paid, which offers the receipt to keep; for links by which many pay, the page
// that vouches for this one receipt. It is empty where we have no pages.
func (b *Bot) receiptAddress(view payments.PaymentView) string {
	switch {
	case b.publicURL == "" || view.Payment.ReceiptKey == "":
		return ""
	case view.Link.Kind == payments.LinkCharge:
		return b.publicURL + "/p/" + view.Link.Code
	}
	return b.publicURL + "/r/" + view.Payment.ReceiptKey
}
