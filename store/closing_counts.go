package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"elkart.kg/trade/payments"
)

// ClosingCount returns how far an outlet's closings have counted.
func (q queries) ClosingCount(ctx context.Context, merchant payments.MerchantID, outlet payments.OutletID) (payments.ClosingCount, error) {
	type row struct {
		MerchantID   payments.MerchantID
		OutletID     payments.OutletID
		Number       int64
		FromAt, ToAt time.Time
		figuresRow
	}
	r, err := one[row](ctx, q.db, `
		SELECT merchant_id, outlet_id, number, from_at, to_at,
			taken, taken_total, reversed, reversed_total, refunded, refunded_total, fees
		FROM closing_counts WHERE merchant_id = $1 AND outlet_id = $2`, merchant, outlet)
	return payments.ClosingCount{
		MerchantID: r.MerchantID, OutletID: r.OutletID, Number: r.Number, From: r.FromAt, To: r.ToAt, Counted: r.figures(),
	}, err
}

// Cutoffs returns when the days begin that close by themselves.
func (q queries) Cutoffs(ctx context.Context) ([]payments.Cutoff, error) {
	return many[payments.Cutoff](ctx, q.db, `
		SELECT time_zone, cutoff AS hour FROM merchants WHERE close_days GROUP BY time_zone, cutoff ORDER BY time_zone, cutoff`)
}

// SelfClosing returns outlets whose day is to be closed; see payments.Reader.
func (q queries) SelfClosing(ctx context.Context, cutoff payments.Cutoff, to time.Time, after payments.OutletID, limit int) ([]payments.SelfClosing, error) {
	return many[payments.SelfClosing](ctx, q.db, `
		SELECT o.merchant_id, o.id AS outlet_id
		FROM merchants m
		JOIN outlets o ON o.merchant_id = m.id
		LEFT JOIN closing_counts c ON c.outlet_id = o.id
		WHERE m.close_days AND m.time_zone = @zone AND m.cutoff = @hour
			AND o.created_at < @to AND (c.to_at < @to) IS NOT FALSE AND o.id > @after
		ORDER BY o.id LIMIT @limit`,
		pgx.NamedArgs{"zone": cutoff.TimeZone, "hour": cutoff.Hour, "to": to, "after": after, "limit": limit})
}

// MarkClosingCount writes how far an outlet's closings have counted.
func (t *tx) MarkClosingCount(ctx context.Context, c payments.ClosingCount) error {
	_, err := t.db.Exec(ctx, writeClosingCount, closingCountArgs(c))
	return err
}

// MoveClosingCount does, unless it has changed meanwhile.
func (t *tx) MoveClosingCount(ctx context.Context, from, to payments.ClosingCount) error {
	args := closingCountArgs(to)
	args["old"], args["old_to"] = from.Number, from.To
	_, err := t.db.Exec(ctx, writeClosingCount+`
		WHERE closing_counts.number = @old AND closing_counts.to_at = @old_to`, args)
	return err
}

const writeClosingCount = `
	INSERT INTO closing_counts (merchant_id, outlet_id, number, from_at, to_at,
		taken, taken_total, reversed, reversed_total, refunded, refunded_total, fees)
	VALUES (@merchant, @outlet, @number, @from, @to, @taken, @taken_total, @reversed, @reversed_total, @refunded, @refunded_total, @fees)
	ON CONFLICT (outlet_id) DO UPDATE SET number = excluded.number, from_at = excluded.from_at, to_at = excluded.to_at,
		taken = excluded.taken, taken_total = excluded.taken_total, reversed = excluded.reversed, reversed_total = excluded.reversed_total,
		refunded = excluded.refunded, refunded_total = excluded.refunded_total, fees = excluded.fees`

func closingCountArgs(c payments.ClosingCount) pgx.NamedArgs {
	f := c.Counted
	return pgx.NamedArgs{
		"merchant": c.MerchantID, "outlet": c.OutletID, "number": c.Number, "from": c.From, "to": c.To,
		"taken": f.Taken.Count, "taken_total": f.Taken.Total, "reversed": f.Reversed.Count, "reversed_total": f.Reversed.Total,
		"refunded": f.Refunded.Count, "refunded_total": f.Refunded.Total, "fees": f.Fees,
	}
}
