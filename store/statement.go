package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"elkart.kg/trade/payments"
)

// Operations hands out what happened in a span, oldest first; see
// payments.Reader. It is one question, and so one moment's view, and its rows
// are read as they come: a million of them need no more memory than one.
func (q queries) Operations(ctx context.Context, of payments.FiguresOf, each func(payments.Operation) error) error {
	rows, err := q.db.Query(ctx, `
		SELECT o.kind, o.at, o.payment_id, o.outlet_id, t.name AS outlet, o.receipt, o.amount, o.fee, o.comment, o.operator_id,
			CASE WHEN l.kind = 'static' THEN '' ELSE w.name END AS cashier
		FROM (
			SELECT 'payment' AS kind, final_at AS at, id AS payment_id, outlet_id, link_id, receipt, amount, fee, comment, operator_id, id
			FROM payments
			WHERE merchant_id = @merchant AND receipt IS NOT NULL AND final_at >= @from AND final_at < @to
			UNION ALL
			SELECT 'reversal', reversed_at, id, outlet_id, link_id, receipt, -amount, -fee, comment, operator_id, id
			FROM payments
			WHERE merchant_id = @merchant AND reversed_at >= @from AND reversed_at < @to
			UNION ALL
			SELECT 'refund', r.final_at, p.id, p.outlet_id, p.link_id, p.receipt, -r.amount, 0, p.comment, r.operator_id, r.id
			FROM refunds r JOIN payments p ON p.id = r.payment_id
			WHERE r.merchant_id = @merchant AND r.state = 'succeeded' AND r.final_at >= @from AND r.final_at < @to
		) o
		JOIN outlets t ON t.id = o.outlet_id
		JOIN links l ON l.id = o.link_id
		JOIN people w ON w.id = l.created_by
		WHERE @outlets::bigint[] IS NULL OR o.outlet_id = ANY (@outlets)
		ORDER BY o.at, o.kind, o.id`,
		pgx.NamedArgs{"merchant": of.MerchantID, "outlets": outletsOrNull(of.Outlets), "from": of.From, "to": of.To})
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		o, err := pgx.RowToStructByName[payments.Operation](rows)
		if err != nil {
			return err
		}
		if err := each(o); err != nil {
			return err
		}
	}
	return rows.Err()
}
