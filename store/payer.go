package store

import (
	"context"

	"elkart.kg/trade/payments"
)

// verified is payments.PayerView.Verified, of merchant m and card c.
const verified = `
	c.proven_at IS NOT NULL AND EXISTS (
		SELECT FROM members b JOIN people p ON p.id = b.person_id
		WHERE b.merchant_id = m.id AND b.role = 'owner' AND p.phone <> ''
	) AS verified`

// PayerLink returns a link with what its payers may know; see payments.Reader.
// It is all keys: whoever looks at a page costs one small question, and nothing
// that grows with the merchant. Of owners there are few.
func (q queries) PayerLink(ctx context.Context, code string) (payments.Link, payments.PayerLink, error) {
	return pair[payments.Link, payments.PayerLink](ctx, q.db, `
		SELECT `+linkColumns+`, `+outletColumns+`, m.contact,
			`+verified+`
		FROM links l
		JOIN merchants m ON m.id = l.merchant_id
		JOIN outlets o ON o.id = l.outlet_id
		LEFT JOIN cards c ON c.id = o.card_id
		WHERE l.code = $1`, code)
}

// PayerPayment returns a link's payment and what went back of it; see
// payments.Reader.
func (q queries) PayerPayment(ctx context.Context, merchant payments.MerchantID, link payments.LinkID) (payments.Payment, payments.Returned, error) {
	type row struct {
		payments.Payment
		payments.Returned
	}
	r, err := one[row](ctx, q.db, `
		SELECT `+paymentColumns+`, r.done, r.open, r.last_at
		FROM payments p
		CROSS JOIN LATERAL (
			SELECT COALESCE(sum(amount) FILTER (WHERE state = 'succeeded'), 0)::bigint AS done,
				COALESCE(sum(amount) FILTER (WHERE state IN ('requested', 'sent')), 0)::bigint AS open,
				COALESCE(max(final_at) FILTER (WHERE state = 'succeeded'), '0001-01-01T00:00:00Z') AS last_at
			FROM refunds WHERE payment_id = p.id
		) r
		WHERE p.link_id = $2 AND p.merchant_id = $1 AND p.state IN ('executing', 'succeeded', 'reversed')
		ORDER BY p.id DESC LIMIT 1`, merchant, link)
	return r.Payment, r.Returned, err
}
