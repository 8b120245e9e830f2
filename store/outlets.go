package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"elkart.kg/trade/payments"
)

const outletColumns = `
	o.id, o.merchant_id, o.name, o.category, o.mcc, o.address, o.latitude, o.longitude, o.hours, o.state,
	COALESCE(o.card_id, 0) AS card_id, o.own_card`

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

// Outlets returns all outlets of a merchant, in the order they were opened.
func (q queries) Outlets(ctx context.Context, merchant payments.MerchantID) ([]payments.Outlet, error) {
	return many[payments.Outlet](ctx, q.db,
		`SELECT `+outletColumns+` FROM outlets o WHERE o.merchant_id = $1 ORDER BY o.id`, merchant)
}

// OutletCount counts a merchant's outlets but for the archived ones.
func (q queries) OutletCount(ctx context.Context, merchant payments.MerchantID) (n int, err error) {
	err = q.db.QueryRow(ctx, `SELECT count(*) FROM outlets WHERE merchant_id = $1 AND state <> 'archived'`, merchant).Scan(&n)
	return n, err
}

// InsertOutlet makes an outlet and the person's active one.
func (t *tx) InsertOutlet(ctx context.Context, person payments.PersonID, o payments.Outlet, key string, now time.Time) (payments.OutletID, error) {
	var id payments.OutletID
	err := t.db.QueryRow(ctx, `
		WITH outlet AS (
			INSERT INTO outlets (merchant_id, name, category, mcc, address, latitude, longitude, hours, state,
				card_id, own_card, created_by, create_key, created_at)
			VALUES (@merchant, @name, @category, @mcc, @address, @latitude, @longitude, @hours, @state,
				NULLIF(@card::bigint, 0), @own_card, @person, @key, @now)
			RETURNING id
		), active AS (
			UPDATE people SET outlet_id = outlet.id, merchant_id = @merchant FROM outlet WHERE people.id = @person
		)
		SELECT id FROM outlet`,
		pgx.NamedArgs{
			"merchant": o.MerchantID, "name": o.Name, "category": o.Category, "mcc": o.MCC, "address": o.Address,
			"latitude": o.Latitude, "longitude": o.Longitude, "hours": o.Hours, "state": o.State,
			"card": o.CardID, "own_card": o.OwnCard, "person": person, "key": key, "now": now,
		}).Scan(&id)
	return id, err
}

// MarkOutlet writes how an outlet presents itself, and its state; its card is
// SetOutletCard's.
func (t *tx) MarkOutlet(ctx context.Context, o payments.Outlet) error {
	return exec(ctx, t.db, `
		UPDATE outlets
		SET name = @name, category = @category, mcc = @mcc, address = @address, latitude = @latitude,
			longitude = @longitude, hours = @hours, state = @state
		WHERE merchant_id = @merchant AND id = @id`,
		pgx.NamedArgs{
			"name": o.Name, "category": o.Category, "mcc": o.MCC, "address": o.Address, "latitude": o.Latitude,
			"longitude": o.Longitude, "hours": o.Hours, "state": o.State, "merchant": o.MerchantID, "id": o.ID,
		})
}
