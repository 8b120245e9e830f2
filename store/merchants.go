package store

import (
	"context"
	"time"

	"elkart.kg/trade/payments"
)

// Merchant returns a merchant.
func (q queries) Merchant(ctx context.Context, id payments.MerchantID) (payments.Merchant, error) {
	return one[payments.Merchant](ctx, q.db,
		`SELECT id, name, time_zone, cutoff, fee_bp, fee_min FROM merchants WHERE id = $1`, id)
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

// LockMerchant takes the first lock of a transaction that takes several.
func (t *tx) LockMerchant(ctx context.Context, id payments.MerchantID) error {
	return exec(ctx, t.db, `SELECT id FROM merchants WHERE id = $1 FOR NO KEY UPDATE`, id)
}

// NextReceipt counts the merchant's receipts on. The count stands in the row,
// so that a transaction that is rolled back leaves no gap.
func (t *tx) NextReceipt(ctx context.Context, id payments.MerchantID) (int64, error) {
	var n int64
	err := t.db.QueryRow(ctx, `UPDATE merchants SET last_receipt = last_receipt + 1 WHERE id = $1 RETURNING last_receipt`, id).Scan(&n)
	return n, err
}

const outletColumns = `o.id, o.merchant_id, o.name, o.category, o.mcc, o.address, o.latitude, o.longitude, o.closed`

// Outlet returns a merchant's outlet.
func (q queries) Outlet(ctx context.Context, merchant payments.MerchantID, id payments.OutletID) (payments.Outlet, error) {
	return one[payments.Outlet](ctx, q.db,
		`SELECT `+outletColumns+` FROM outlets o WHERE o.merchant_id = $1 AND o.id = $2`, merchant, id)
}

// OutletByKey returns the outlet that a person's request made.
func (q queries) OutletByKey(ctx context.Context, person payments.PersonID, key string) (payments.Outlet, error) {
	return one[payments.Outlet](ctx, q.db,
		`SELECT `+outletColumns+` FROM outlets o WHERE o.created_by = $1 AND o.create_key = $2`, person, key)
}

// InsertOutlet makes an outlet and the person's active one.
func (t *tx) InsertOutlet(ctx context.Context, person payments.PersonID, o payments.Outlet, key string, now time.Time) (payments.OutletID, error) {
	var id payments.OutletID
	err := t.db.QueryRow(ctx, `
		WITH outlet AS (
			INSERT INTO outlets (merchant_id, name, category, mcc, address, latitude, longitude, created_by, create_key, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id
		), active AS (
			UPDATE people SET outlet_id = outlet.id, merchant_id = $1 FROM outlet WHERE people.id = $8
		)
		SELECT id FROM outlet`,
		o.MerchantID, o.Name, o.Category, o.MCC, o.Address, o.Latitude, o.Longitude, person, key, now).Scan(&id)
	return id, err
}
