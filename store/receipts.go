package store

import (
	"context"

	"elkart.kg/trade/payments"
)

// PaymentByReceiptKey returns a payment by the secret part of its receipt's
// address. The condition on the key is that of its index.
func (q queries) PaymentByReceiptKey(ctx context.Context, key string) (payments.Payment, error) {
	return one[payments.Payment](ctx, q.db,
		`SELECT `+paymentColumns+` FROM payments p WHERE p.receipt_key = $1 AND p.receipt_key <> ''`, key)
}

// PaymentByReceipt returns a merchant's payment by its receipt's number.
func (q queries) PaymentByReceipt(ctx context.Context, merchant payments.MerchantID, number int64) (payments.Payment, error) {
	return one[payments.Payment](ctx, q.db,
		`SELECT `+paymentColumns+` FROM payments p WHERE p.merchant_id = $1 AND p.receipt = $2`, merchant, number)
}
