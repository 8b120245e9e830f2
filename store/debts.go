package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"elkart.kg/trade/payments"
)

// InsertDebt keeps what a merchant owes.
func (t *tx) InsertDebt(ctx context.Context, d payments.Debt) error {
	_, err := t.db.Exec(ctx, `
		INSERT INTO debts (merchant_id, payment_id, refund_id, kind, amount, remaining, created_at)
		VALUES (@merchant, @payment, NULLIF(@refund::bigint, 0), @kind, @amount, @remaining, @at)`,
		pgx.NamedArgs{
			"merchant": d.MerchantID, "payment": d.PaymentID, "refund": d.RefundID, "kind": d.Kind,
			"amount": d.Amount, "remaining": d.Remaining, "at": d.CreatedAt,
		})
	return err
}

// LockDebts returns what a merchant still owes, oldest first.
func (t *tx) LockDebts(ctx context.Context, merchant payments.MerchantID) ([]payments.Debt, error) {
	return many[payments.Debt](ctx, t.db, `
		SELECT d.id, d.merchant_id, d.payment_id, COALESCE(d.refund_id, 0) AS refund_id, d.kind, d.amount, d.remaining, d.created_at
		FROM debts d WHERE d.merchant_id = $1 AND d.remaining > 0
		ORDER BY d.id FOR NO KEY UPDATE`, merchant)
}

// InsertWithholding keeps part of a credit back for a debt; see payments.Tx.
func (t *tx) InsertWithholding(ctx context.Context, d payments.Debt, credit payments.CreditID, part payments.Money, now time.Time) error {
	return exec(ctx, t.db, `
		WITH debt AS (
			UPDATE debts SET remaining = remaining - $4 WHERE merchant_id = $1 AND id = $2 RETURNING id
		)
		INSERT INTO withholdings (merchant_id, credit_id, debt_id, amount, at)
		SELECT $1, $3, id, $4, $5 FROM debt`, d.MerchantID, d.ID, credit, part, now)
}
