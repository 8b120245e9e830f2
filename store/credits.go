package store

import (
	"context"
	"time"

	"elkart.kg/trade/payments"
)

const creditColumns = `c.id, c.merchant_id, c.outlet_id, c.payment_id, c.card_id, c.amount, c.withheld, c.state, c.key, c.changed_at`

// Credit returns a merchant's credit.
func (q queries) Credit(ctx context.Context, merchant payments.MerchantID, id payments.CreditID) (payments.Credit, error) {
	return one[payments.Credit](ctx, q.db,
		`SELECT `+creditColumns+` FROM credits c WHERE c.merchant_id = $1 AND c.id = $2`, merchant, id)
}

// PaymentCredit returns the credit of a payment.
func (q queries) PaymentCredit(ctx context.Context, merchant payments.MerchantID, payment payments.PaymentID) (payments.Credit, error) {
	return one[payments.Credit](ctx, q.db,
		`SELECT `+creditColumns+` FROM credits c WHERE c.merchant_id = $1 AND c.payment_id = $2`, merchant, payment)
}

// LockCredit returns a credit that nobody else changes until the transaction
// ends.
func (t *tx) LockCredit(ctx context.Context, merchant payments.MerchantID, id payments.CreditID) (payments.Credit, error) {
	return one[payments.Credit](ctx, t.db,
		`SELECT `+creditColumns+` FROM credits c WHERE c.merchant_id = $1 AND c.id = $2 FOR NO KEY UPDATE`, merchant, id)
}

// LockPaymentCredit is LockCredit by the payment.
func (t *tx) LockPaymentCredit(ctx context.Context, merchant payments.MerchantID, payment payments.PaymentID) (payments.Credit, error) {
	return one[payments.Credit](ctx, t.db,
		`SELECT `+creditColumns+` FROM credits c WHERE c.merchant_id = $1 AND c.payment_id = $2 FOR NO KEY UPDATE`, merchant, payment)
}

// InsertCredit makes a credit to the card that is the outlet's at this moment:
// a change of card applies to later ones.
func (t *tx) InsertCredit(ctx context.Context, c payments.Credit) (payments.CreditID, error) {
	var id payments.CreditID
	err := t.db.QueryRow(ctx, `
		INSERT INTO credits (merchant_id, payment_id, outlet_id, card_id, amount, state, key, changed_at)
		SELECT o.merchant_id, $3, o.id, o.card_id, $4, $5, $6, $7
		FROM outlets o WHERE o.merchant_id = $1 AND o.id = $2
		RETURNING id`,
		c.MerchantID, c.OutletID, c.PaymentID, c.Amount, c.State, c.Key, c.ChangedAt).Scan(&id)
	return id, err
}

// MarkCredit writes all of a credit that changes, and keeps when it was paid
// and first refused. The first credit of a card that went out and arrived proves
// the card.
func (t *tx) MarkCredit(ctx context.Context, c payments.Credit) error {
	return exec(ctx, t.db, `
		WITH proven AS (
			UPDATE cards SET proven_at = $4
			WHERE merchant_id = $1 AND id = $5 AND proven_at IS NULL AND $3 = 'done' AND $7::bigint > $8::bigint
		)
		UPDATE credits SET state = $3::text, changed_at = $4::timestamptz, card_id = $5, key = $6, amount = $7, withheld = $8,
			paid_at = CASE WHEN $3::text IN ('done', 'recall') THEN COALESCE(paid_at, $4::timestamptz) ELSE paid_at END,
			refused_at = CASE WHEN $3::text = 'refused' THEN COALESCE(refused_at, $4::timestamptz) ELSE refused_at END
		WHERE merchant_id = $1 AND id = $2`,
		c.MerchantID, c.ID, c.State, c.ChangedAt, c.CardID, c.Key, c.Amount, c.Withheld)
}

// LockRefusedCredits returns an outlet's refused credits.
func (t *tx) LockRefusedCredits(ctx context.Context, merchant payments.MerchantID, outlet payments.OutletID) ([]payments.Credit, error) {
	return many[payments.Credit](ctx, t.db, `
		SELECT `+creditColumns+` FROM credits c
		WHERE c.merchant_id = $1 AND c.outlet_id = $2 AND c.state = 'refused'
		ORDER BY c.id FOR NO KEY UPDATE`, merchant, outlet)
}

// LockForgottenCredits returns open credits that no job looks after; see
// payments.Tx.
func (t *tx) LockForgottenCredits(ctx context.Context, before time.Time, limit int) ([]payments.Credit, error) {
	return many[payments.Credit](ctx, t.db, `
		SELECT `+creditColumns+` FROM credits c
		WHERE c.state IN ('due', 'sent') AND c.changed_at < $1 AND NOT EXISTS (
			SELECT FROM river_job j
			WHERE j.kind = 'pay_credit' AND j.finalized_at IS NULL AND (j.args->>'credit_id')::bigint = c.id
		)
		ORDER BY c.changed_at LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED`, before, limit)
}

// SealedCard returns a card with what is kept of its number.
func (q queries) SealedCard(ctx context.Context, merchant payments.MerchantID, id payments.CardID) (payments.SealedCard, error) {
	return one[payments.SealedCard](ctx, q.db, `
		SELECT id, merchant_id, token, last4, created_at, sealed, key_id
		FROM cards WHERE merchant_id = $1 AND id = $2`, merchant, id)
}

// SetCardToken keeps a card's token and forgets the number.
func (t *tx) SetCardToken(ctx context.Context, merchant payments.MerchantID, card payments.CardID, token string) error {
	return exec(ctx, t.db, `UPDATE cards SET token = $3, sealed = NULL, key_id = '' WHERE merchant_id = $1 AND id = $2`,
		merchant, card, token)
}
