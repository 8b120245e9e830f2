package payments

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Standing is what a receipt is worth now.
type Standing string

// The standings.
const (
	ReceiptGenuine        Standing = "genuine"
	ReceiptPartlyRefunded Standing = "partly_refunded"
	ReceiptRefunded       Standing = "refunded" // all of it
	ReceiptReversed       Standing = "reversed" // the operator took the money back: the receipt is not valid
)

// ReceiptView is a receipt as anybody may see it who holds one: what its payee
// gives out anyway, and nothing of who paid.
type ReceiptView struct {
	Key      string // 26 characters, as in the receipt's address
	Standing Standing
	Number   int64
	Payee    string // the outlet's name when it was paid
	Amount   Money
	Refunded Money     // refunds that the operator has confirmed
	At       time.Time // UTC: when the payment succeeded, or was reversed
}

// ReceiptView returns what a receipt's key stands for, however a person or a
// scanner has written it. Error: CodeReceiptNotFound, for malformed and unknown
// keys alike.
func (s *Service) ReceiptView(ctx context.Context, key string) (ReceiptView, error) {
	normal, ok := NormalCode(key)
	if !ok {
		return ReceiptView{}, Fail(CodeReceiptNotFound)
	}
	p, err := s.Store.PaymentByReceiptKey(ctx, normal)
	if errors.Is(err, ErrNotFound) {
		return ReceiptView{}, Fail(CodeReceiptNotFound)
	}
	if err != nil {
		return ReceiptView{}, fmt.Errorf("payment of a receipt: %w", err)
	}
	refunds, err := s.Store.Refunds(ctx, p.MerchantID, p.ID)
	if err != nil {
		return ReceiptView{}, fmt.Errorf("refunds of payment %d: %w", p.ID, err)
	}
	return p.receiptView(refunds), nil
}

// receiptView judges a payment that has a receipt.
func (p Payment) receiptView(refunds []Refund) ReceiptView {
	v := ReceiptView{
		Key: p.ReceiptKey, Standing: ReceiptGenuine, Number: p.Receipt, Payee: p.BeneficiaryName, Amount: p.Amount, At: p.FinalAt,
	}
	for _, r := range refunds {
		if r.State == RefundSucceeded {
			v.Refunded += r.Amount
		}
	}
	switch {
	case p.State != PaymentSucceeded:
		v.Standing, v.At = ReceiptReversed, p.ReversedAt
	case v.Refunded >= p.Amount:
		v.Standing = ReceiptRefunded
	case v.Refunded > 0:
		v.Standing = ReceiptPartlyRefunded
	}
	return v
}

// PayerReceipt returns the payment of a charge for the receipt that its payer
// takes along; Credit and Card are the merchant's own and not in it. Errors:
// CodeLinkNotFound, CodeReceiptNotFound where the charge is not paid, and for
// links by which many pay.
func (s *Service) PayerReceipt(ctx context.Context, code string) (PaymentView, error) {
	view, err := s.PayerView(ctx, code)
	if err != nil {
		return PaymentView{}, err
	}
	if view.Payment == nil || view.Payment.State != PaymentSucceeded {
		return PaymentView{}, Fail(CodeReceiptNotFound)
	}
	v := PaymentView{Payment: *view.Payment, Outlet: view.Outlet, Link: view.Link}
	if v.Merchant, err = s.Store.Merchant(ctx, v.Payment.MerchantID); err != nil {
		return PaymentView{}, fmt.Errorf("merchant %d: %w", v.Payment.MerchantID, err)
	}
	if v.Refunds, err = s.Store.Refunds(ctx, v.Payment.MerchantID, v.Payment.ID); err != nil {
		return PaymentView{}, fmt.Errorf("refunds of payment %d: %w", v.Payment.ID, err)
	}
	return v, nil
}
