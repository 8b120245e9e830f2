package store

import (
	"context"
	"time"

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

// LastReceiptCheck returns who checked a receipt last; see payments.Reader.
func (q queries) LastReceiptCheck(ctx context.Context, merchant payments.MerchantID, payment payments.PaymentID,
	person payments.PersonID, key string,
) (payments.ReceiptCheck, error) {
	return one[payments.ReceiptCheck](ctx, q.db, `
		SELECT c.person_id, w.name, c.at FROM receipt_checks c JOIN people w ON w.id = c.person_id
		WHERE c.merchant_id = $1 AND c.payment_id = $2 AND (c.person_id, c.key) <> ($3, $4)
		ORDER BY c.id DESC LIMIT 1`, merchant, payment, person, key)
}

// InsertReceiptCheck takes a check down; see payments.Tx.
func (t *tx) InsertReceiptCheck(ctx context.Context, p payments.Payment, person payments.PersonID, key string, now time.Time) error {
	_, err := t.db.Exec(ctx, `
		INSERT INTO receipt_checks (merchant_id, payment_id, person_id, key, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT ON CONSTRAINT receipt_checks_key DO NOTHING`, p.MerchantID, p.ID, person, key, now)
	return err
}
