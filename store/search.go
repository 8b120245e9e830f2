package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"elkart.kg/trade/payments"
)

// keptSearches is how many searches of a person are kept.
const keptSearches = 50

// Search returns what a person looked for; see payments.Reader.
func (q queries) Search(ctx context.Context, merchant payments.MerchantID, person payments.PersonID, id payments.SearchID,
) (payments.Search, error) {
	type row struct {
		Text        string
		Find        []byte
		First, Last int
	}
	r, err := one[row](ctx, q.db, `
		SELECT text, find::text::bytea AS find,
			COALESCE(to_char(from_day, 'YYYYMMDD')::integer, 0) AS first, COALESCE(to_char(to_day, 'YYYYMMDD')::integer, 0) AS last
		FROM finds WHERE id = $1 AND merchant_id = $2 AND person_id = $3`, id, merchant, person)
	if err != nil {
		return payments.Search{}, err
	}
	s := payments.Search{Text: r.Text, First: payments.Date(r.First), Last: payments.Date(r.Last)}
	if err := json.Unmarshal(r.Find, &s.Find); err != nil {
		return payments.Search{}, fmt.Errorf("search %d: %w", id, err)
	}
	return s, nil
}

// InsertSearch keeps a search; see payments.Tx.
func (t *tx) InsertSearch(ctx context.Context, merchant payments.MerchantID, person payments.PersonID, s payments.Search, now time.Time,
) (payments.SearchID, error) {
	find, err := json.Marshal(s.Find)
	if err != nil {
		return 0, err
	}
	var first, last *time.Time
	if s.First != 0 {
		from, to := s.First.Time(), s.Last.Time()
		first, last = &from, &to
	}
	var id payments.SearchID
	err = t.db.QueryRow(ctx, `
		WITH old AS (
			DELETE FROM finds WHERE person_id = @person AND id <= (
				SELECT id FROM finds WHERE person_id = @person ORDER BY id DESC LIMIT 1 OFFSET @kept)
		)
		INSERT INTO finds (merchant_id, person_id, text, find, from_day, to_day, at)
		VALUES (@merchant, @person, @text, @find, @first, @last, @now) RETURNING id`,
		pgx.NamedArgs{
			"merchant": merchant, "person": person, "text": s.Text, "find": find, "first": first, "last": last,
			"now": now, "kept": keptSearches - 1,
		}).Scan(&id)
	return id, err
}

// Sellers lists who made links through which money came; see payments.Reader.
// Each is one step of an index, however many payments they have.
func (q queries) Sellers(ctx context.Context, merchant payments.MerchantID, outlets []payments.OutletID, limit int) ([]payments.Seller, error) {
	return many[payments.Seller](ctx, q.db, `
		WITH RECURSIVE sellers (id) AS (
			(SELECT seller_id FROM payments WHERE merchant_id = $1 AND receipt IS NOT NULL AND seller_id IS NOT NULL
				ORDER BY seller_id LIMIT 1)
			UNION ALL
			SELECT (SELECT p.seller_id FROM payments p
				WHERE p.merchant_id = $1 AND p.receipt IS NOT NULL AND p.seller_id > s.id ORDER BY p.seller_id LIMIT 1)
			FROM sellers s WHERE s.id IS NOT NULL
		)
		SELECT p.id, p.name FROM sellers s JOIN people p ON p.id = s.id
		WHERE $2::bigint[] IS NULL OR EXISTS (
			SELECT FROM members m WHERE m.merchant_id = $1 AND m.person_id = p.id AND (
				NOT EXISTS (SELECT FROM member_outlets o WHERE o.merchant_id = $1 AND o.person_id = p.id)
				OR EXISTS (SELECT FROM member_outlets o WHERE o.merchant_id = $1 AND o.person_id = p.id AND o.outlet_id = ANY ($2))))
		ORDER BY p.name, p.id LIMIT $3`, merchant, outletsOrNull(outlets), limit)
}

// LastingLinks lists links that many may pay; see payments.Reader. Charges,
// which are by far the most, are not looked at.
func (q queries) LastingLinks(ctx context.Context, merchant payments.MerchantID, outlets []payments.OutletID, limit int) ([]payments.Link, error) {
	return many[payments.Link](ctx, q.db, `
		SELECT `+linkColumns+` FROM unnest($2::bigint[]) AS o (id) CROSS JOIN LATERAL (
			SELECT * FROM links WHERE outlet_id = o.id AND merchant_id = $1 AND kind = 'static'
			UNION ALL
			(SELECT * FROM links WHERE outlet_id = o.id AND merchant_id = $1 AND kind = 'reusable' ORDER BY id DESC LIMIT $3)
		) l
		ORDER BY l.kind = 'static' DESC, l.id DESC LIMIT $3`, merchant, outletsOrNull(outlets), limit)
}
