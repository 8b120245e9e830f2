package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"elkart.kg/trade/payments"
)

const closingColumns = `
	merchant_id, outlet_id, number, COALESCE(corrects, 0) AS corrects, reason, from_at, to_at,
	taken, taken_total, reversed, reversed_total, refunded, refunded_total, fees,
	all_taken, all_taken_total, all_reversed, all_reversed_total, all_refunded, all_refunded_total, all_fees,
	outlet, merchant, tin, COALESCE(person_id, 0) AS person_id, person, key, hash, at`

func (q queries) closings(ctx context.Context, sql string, args ...any) ([]payments.DayClosing, error) {
	rows, err := q.db.Query(ctx, `SELECT `+closingColumns+` FROM closings WHERE `+sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (c payments.DayClosing, err error) {
		f, g := &c.Figures, &c.Total
		err = row.Scan(&c.MerchantID, &c.OutletID, &c.Number, &c.Corrects, &c.Reason, &c.From, &c.To,
			&f.Taken.Count, &f.Taken.Total, &f.Reversed.Count, &f.Reversed.Total, &f.Refunded.Count, &f.Refunded.Total, &f.Fees,
			&g.Taken.Count, &g.Taken.Total, &g.Reversed.Count, &g.Reversed.Total, &g.Refunded.Count, &g.Refunded.Total, &g.Fees,
			&c.Outlet, &c.Merchant, &c.TIN, &c.PersonID, &c.Person, &c.Key, &c.Hash, &c.At)
		return c, err
	})
}

func (q queries) closing(ctx context.Context, sql string, args ...any) (payments.DayClosing, error) {
	found, err := q.closings(ctx, sql, args...)
	if err != nil {
		return payments.DayClosing{}, err
	}
	if len(found) == 0 {
		return payments.DayClosing{}, payments.ErrNotFound
	}
	return found[0], nil
}

// DayClosings returns an outlet's closings, the newest first.
func (q queries) DayClosings(ctx context.Context, merchant payments.MerchantID, outlet payments.OutletID, limit int) ([]payments.DayClosing, error) {
	return q.closings(ctx, `merchant_id = $1 AND outlet_id = $2 ORDER BY number DESC LIMIT $3`, merchant, outlet, limit)
}

// DayClosing returns one.
func (q queries) DayClosing(ctx context.Context, merchant payments.MerchantID, outlet payments.OutletID, number int64) (payments.DayClosing, error) {
	return q.closing(ctx, `merchant_id = $1 AND outlet_id = $2 AND number = $3`, merchant, outlet, number)
}

// DayClosingByKey returns the closing that a request made.
func (q queries) DayClosingByKey(ctx context.Context, merchant payments.MerchantID, outlet payments.OutletID, key string) (payments.DayClosing, error) {
	return q.closing(ctx, `merchant_id = $1 AND outlet_id = $2 AND key = $3`, merchant, outlet, key)
}

// OutletBegan is when an outlet was opened.
func (q queries) OutletBegan(ctx context.Context, merchant payments.MerchantID, outlet payments.OutletID) (at time.Time, err error) {
	err = q.db.QueryRow(ctx, `SELECT created_at FROM outlets WHERE merchant_id = $1 AND id = $2`, merchant, outlet).Scan(&at)
	return at, err
}

// InsertDayClosing keeps a closing for ever.
func (t *tx) InsertDayClosing(ctx context.Context, c payments.DayClosing) error {
	var person *payments.PersonID
	if c.PersonID != 0 {
		person = &c.PersonID
	}
	f, g := c.Figures, c.Total
	_, err := t.db.Exec(ctx, `
		INSERT INTO closings (merchant_id, outlet_id, number, corrects, reason, from_at, to_at,
			taken, taken_total, reversed, reversed_total, refunded, refunded_total, fees,
			all_taken, all_taken_total, all_reversed, all_reversed_total, all_refunded, all_refunded_total, all_fees,
			outlet, merchant, tin, person_id, person, key, hash, at)
		VALUES ($1, $2, $3, NULLIF($4::bigint, 0), $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
			$22, $23, $24, $25, $26, $27, $28, $29)`,
		c.MerchantID, c.OutletID, c.Number, c.Corrects, c.Reason, c.From, c.To,
		f.Taken.Count, f.Taken.Total, f.Reversed.Count, f.Reversed.Total, f.Refunded.Count, f.Refunded.Total, f.Fees,
		g.Taken.Count, g.Taken.Total, g.Reversed.Count, g.Reversed.Total, g.Refunded.Count, g.Refunded.Total, g.Fees,
		c.Outlet, c.Merchant, c.TIN, person, c.Person, c.Key, c.Hash, c.At)
	return err
}
