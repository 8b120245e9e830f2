package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"elkart.kg/trade/payments"
)

// Slices returns the takings of a span by outlet, person and bar; see
// payments.Reader.
func (q queries) Slices(ctx context.Context, of payments.FiguresOf, edges []time.Time) ([]payments.Slice, error) {
	return many[payments.Slice](ctx, q.db, `
		SELECT s.outlet_id, s.person_id, COALESCE(w.name, '') AS name, s.bar, s.count, s.total
		FROM (
			SELECT p.outlet_id, COALESCE(p.seller_id, 0) AS person_id,
				width_bucket(p.final_at, @edges::timestamptz[]) - 1 AS bar, count(*) AS count, sum(p.amount)::bigint AS total
			FROM payments p
			WHERE p.merchant_id = @merchant AND (@outlets::bigint[] IS NULL OR p.outlet_id = ANY (@outlets))
				AND p.receipt IS NOT NULL AND p.final_at >= @from AND p.final_at < @to
			GROUP BY 1, 2, 3
		) s LEFT JOIN people w ON w.id = s.person_id
		ORDER BY s.outlet_id, s.person_id, s.bar`,
		pgx.NamedArgs{
			"merchant": of.MerchantID, "outlets": outletsOrNull(of.Outlets), "from": of.From, "to": of.To, "edges": edges,
		})
}

// Settled returns what became of a span's payments by its end; see
// payments.Reader.
func (q queries) Settled(ctx context.Context, of payments.FiguresOf) (payments.Settled, error) {
	return one[payments.Settled](ctx, q.db, `
		SELECT
			COALESCE(sum(c.amount) FILTER (WHERE c.paid_at < @to), 0)::bigint AS credited,
			COALESCE(sum(greatest(p.amount - p.fee - COALESCE(back.total, 0), 0)) FILTER (
				WHERE (c.paid_at < @to) IS NOT TRUE AND (p.reversed_at < @to) IS NOT TRUE), 0)::bigint AS due,
			count(*) FILTER (WHERE p.late) AS late,
			count(*) FILTER (WHERE p.duplicate_of IS NOT NULL) AS doubled,
			count(*) FILTER (WHERE c.refused_at < @to) AS refused,
			(
				SELECT count(*) FROM breaks b LEFT JOIN payments bp ON bp.operator_id = b.operator_id
				WHERE b.merchant_id = @merchant AND b.first_seen >= @from AND b.first_seen < @to
					AND (@outlets::bigint[] IS NULL OR bp.outlet_id = ANY (@outlets))
			) AS breaks
		FROM payments p
		LEFT JOIN credits c ON c.payment_id = p.id
		LEFT JOIN LATERAL (
			SELECT sum(r.amount) AS total FROM refunds r
			WHERE r.payment_id = p.id AND r.state = 'succeeded' AND r.final_at < @to
		) back ON true
		WHERE p.merchant_id = @merchant AND (@outlets::bigint[] IS NULL OR p.outlet_id = ANY (@outlets))
			AND p.receipt IS NOT NULL AND p.final_at >= @from AND p.final_at < @to`,
		pgx.NamedArgs{"merchant": of.MerchantID, "outlets": outletsOrNull(of.Outlets), "from": of.From, "to": of.To})
}
