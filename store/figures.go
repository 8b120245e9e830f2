package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"elkart.kg/trade/payments"
)

// Figures counts what happened in a span; see payments.Reader. Each part goes
// by its own index and reads the merchant's rows of the span alone.
func (q queries) Figures(ctx context.Context, of payments.FiguresOf) (payments.Figures, error) {
	r, err := one[figuresRow](ctx, q.db, `
		SELECT taken.count AS taken, taken.total AS taken_total, reversed.count AS reversed, reversed.total AS reversed_total,
			refunded.count AS refunded, refunded.total AS refunded_total, taken.fees - reversed.fees AS fees
		FROM (
			SELECT count(*) AS count, COALESCE(sum(amount), 0)::bigint AS total, COALESCE(sum(fee), 0)::bigint AS fees
			FROM payments
			WHERE merchant_id = @merchant AND (@outlets::bigint[] IS NULL OR outlet_id = ANY (@outlets))
				AND receipt IS NOT NULL AND final_at >= @from AND final_at < @to
		) taken, (
			SELECT count(*) AS count, COALESCE(sum(amount), 0)::bigint AS total, COALESCE(sum(fee), 0)::bigint AS fees
			FROM payments
			WHERE merchant_id = @merchant AND (@outlets::bigint[] IS NULL OR outlet_id = ANY (@outlets))
				AND reversed_at >= @from AND reversed_at < @to
		) reversed, (
			SELECT count(*) AS count, COALESCE(sum(r.amount), 0)::bigint AS total
			FROM refunds r JOIN payments p ON p.id = r.payment_id
			WHERE r.merchant_id = @merchant AND (@outlets::bigint[] IS NULL OR p.outlet_id = ANY (@outlets))
				AND r.state = 'succeeded' AND r.final_at >= @from AND r.final_at < @to
		) refunded`,
		pgx.NamedArgs{"merchant": of.MerchantID, "outlets": outletsOrNull(of.Outlets), "from": of.From, "to": of.To})
	return r.figures(), err
}

// outletsOrNull makes of none the NULL that stands for all.
func outletsOrNull(ids []payments.OutletID) []int64 {
	var all []int64
	for _, id := range ids {
		all = append(all, int64(id))
	}
	return all
}
