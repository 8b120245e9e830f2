package store

import (
	"context"
	"time"

	"elkart.kg/trade/payments"
)

const merchantColumns = `
	m.id, m.name, m.time_zone, m.cutoff, m.close_days, m.fee_bp, m.fee_min, m.tin, m.contact, COALESCE(m.default_card_id, 0) AS default_card_id`

// Merchant returns a merchant.
func (q queries) Merchant(ctx context.Context, id payments.MerchantID) (payments.Merchant, error) {
	return one[payments.Merchant](ctx, q.db, `SELECT `+merchantColumns+` FROM merchants m WHERE m.id = $1`, id)
}

// InsertMerchant makes a merchant with its owner, who works in it from now on.
func (t *tx) InsertMerchant(ctx context.Context, owner payments.PersonID, m payments.Merchant, now time.Time) (payments.MerchantID, error) {
	var id payments.MerchantID
	err := t.db.QueryRow(ctx, `
		WITH merchant AS (
			INSERT INTO merchants (name, time_zone, cutoff, fee_bp, fee_min, created_at) VALUES ($1, $2, $3, $6, $7, $5) RETURNING id
		), owner AS (
			INSERT INTO members (merchant_id, person_id, role, created_at)
			SELECT id, $4, 'owner', $5 FROM merchant
		), active AS (
			UPDATE people SET merchant_id = merchant.id FROM merchant WHERE people.id = $4
		)
		SELECT id FROM merchant`,
		m.Name, m.TimeZone, m.Cutoff, owner, now, m.FeeBP, m.FeeMin).Scan(&id)
	return id, err
}

// MarkMerchant writes a merchant's name, ИНН and contact.
func (t *tx) MarkMerchant(ctx context.Context, m payments.Merchant) error {
	return exec(ctx, t.db, `UPDATE merchants SET name = $2, tin = $3, contact = $4 WHERE id = $1`, m.ID, m.Name, m.TIN, m.Contact)
}

// SetCutoff writes when a merchant's day begins, and whether days close by
// themselves.
func (t *tx) SetCutoff(ctx context.Context, m payments.Merchant) error {
	return exec(ctx, t.db, `UPDATE merchants SET cutoff = $2, close_days = $3 WHERE id = $1`, m.ID, m.Cutoff, m.CloseDays)
}

// LockMerchant takes the first lock of a transaction that takes several.
func (t *tx) LockMerchant(_ context.Context, id payments.MerchantID) error {
	t.pipeline.laterOne("lock merchant", `SELECT id FROM merchants WHERE id = $1 FOR NO KEY UPDATE`, id)
	return nil
}

// NextReceipt counts the merchant's receipts on. The count stands in the row,
// so that a transaction that is rolled back leaves no gap.
func (t *tx) NextReceipt(ctx context.Context, id payments.MerchantID) (int64, error) {
	var n int64
	err := t.db.QueryRow(ctx, `UPDATE merchants SET last_receipt = last_receipt + 1 WHERE id = $1 RETURNING last_receipt`, id).Scan(&n)
	return n, err
}
