package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"elkart.kg/trade/payments"
)

const refundColumns = `
	r.id, r.merchant_id, r.payment_id, r.amount, r.state, r.key, COALESCE(r.operator_id, '') AS operator_id, r.reason,
	r.requested_by, r.requested_at, COALESCE(r.final_at, '0001-01-01T00:00:00Z') AS final_at`

// Refund returns a merchant's refund.
func (q queries) Refund(ctx context.Context, merchant payments.MerchantID, id payments.RefundID) (payments.Refund, error) {
	return one[payments.Refund](ctx, q.db,
		`SELECT `+refundColumns+` FROM refunds r WHERE r.merchant_id = $1 AND r.id = $2`, merchant, id)
}

// RefundByKey returns the refund that a person's request made.
func (q queries) RefundByKey(ctx context.Context, merchant payments.MerchantID, person payments.PersonID, key string) (payments.Refund, error) {
	return one[payments.Refund](ctx, q.db,
		`SELECT `+refundColumns+` FROM refunds r WHERE r.merchant_id = $1 AND r.requested_by = $2 AND r.request_key = $3`,
		merchant, person, key)
}

// RefundByOperatorID returns a refund by the operator's transaction id.
func (q queries) RefundByOperatorID(ctx context.Context, operatorID string) (payments.Refund, error) {
	return one[payments.Refund](ctx, q.db, `SELECT `+refundColumns+` FROM refunds r WHERE r.operator_id = $1`, operatorID)
}

// Refunds returns all refunds of a payment, oldest first.
func (q queries) Refunds(ctx context.Context, merchant payments.MerchantID, payment payments.PaymentID) ([]payments.Refund, error) {
	return many[payments.Refund](ctx, q.db,
		`SELECT `+refundColumns+` FROM refunds r WHERE r.merchant_id = $1 AND r.payment_id = $2 ORDER BY r.id`, merchant, payment)
}

// InsertRefund keeps a refund. The database sums up once more what a payment
// gives back.
func (t *tx) InsertRefund(ctx context.Context, r payments.Refund, requestKey string) (payments.RefundID, error) {
	var id payments.RefundID
	err := t.db.QueryRow(ctx, `
		INSERT INTO refunds (merchant_id, payment_id, amount, state, key, requested_by, request_key, requested_at)
		VALUES (@merchant, @payment, @amount, @state, @key, @by, @request_key, @now)
		RETURNING id`,
		pgx.NamedArgs{
			"merchant": r.MerchantID, "payment": r.PaymentID, "amount": r.Amount, "state": r.State, "key": r.Key,
			"by": r.RequestedBy, "request_key": requestKey, "now": r.RequestedAt,
		}).Scan(&id)
	return id, err
}

// LockRefund returns a refund that nobody else changes until the transaction
// ends.
func (t *tx) LockRefund(ctx context.Context, merchant payments.MerchantID, id payments.RefundID) (payments.Refund, error) {
	return one[payments.Refund](ctx, t.db,
		`SELECT `+refundColumns+` FROM refunds r WHERE r.merchant_id = $1 AND r.id = $2 FOR NO KEY UPDATE`, merchant, id)
}

// MarkRefund writes what an event changes.
func (t *tx) MarkRefund(ctx context.Context, r payments.Refund) error {
	return exec(ctx, t.db, `
		UPDATE refunds SET state = $3, operator_id = $4, reason = $5, final_at = $6 WHERE merchant_id = $1 AND id = $2`,
		r.MerchantID, r.ID, r.State, textOrNull(r.OperatorID), r.Reason, orNull(r.FinalAt))
}

// InsertRefundEvent adds to a refund's history.
func (t *tx) InsertRefundEvent(ctx context.Context, r payments.Refund, e payments.RefundEvent) error {
	_, err := t.db.Exec(ctx, `
		INSERT INTO refund_events (merchant_id, refund_id, kind, status, state, at, said_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		r.MerchantID, r.ID, e.Kind, e.Status, r.State, e.At, orNull(e.SaidAt))
	return err
}

// LookAlike returns a payment that another may repeat; see payments.Reader. It
// goes by the index of the day's takings: minutes of one outlet are few rows.
func (q queries) LookAlike(ctx context.Context, p payments.Payment, since time.Time) (payments.PaymentID, error) {
	type row struct{ ID payments.PaymentID }
	r, err := one[row](ctx, q.db, `
		SELECT id FROM payments
		WHERE merchant_id = $1 AND outlet_id = $2 AND receipt IS NOT NULL AND state = 'succeeded' AND final_at >= $3
			AND link_id = $4 AND amount = $5 AND id <> $6
		ORDER BY final_at DESC, id DESC LIMIT 1`,
		p.MerchantID, p.OutletID, since, p.LinkID, p.Amount, p.ID)
	return r.ID, err
}
