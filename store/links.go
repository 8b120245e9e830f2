package store

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"elkart.kg/trade/payments"
)

const linkColumns = `
	l.id, l.merchant_id, l.outlet_id, l.kind, l.state, l.code, l.amount, l.min, l.max, l.comment, l.uri,
	COALESCE(l.expires_at, '0001-01-01T00:00:00Z') AS expires_at, COALESCE(l.held_by, 0) AS held_by,
	l.cap, l.taking, l.paid, l.total, COALESCE(l.remind_at, '0001-01-01T00:00:00Z') AS remind_at, COALESCE(l.remind_to, 0) AS remind_to,
	l.created_by, l.created_at`

// Link returns a merchant's link.
func (q queries) Link(ctx context.Context, merchant payments.MerchantID, id payments.LinkID) (payments.Link, error) {
	return one[payments.Link](ctx, q.db,
		`SELECT `+linkColumns+` FROM links l WHERE l.merchant_id = $1 AND l.id = $2`, merchant, id)
}

// LinkByKey returns the link that a person's request made.
func (q queries) LinkByKey(ctx context.Context, person payments.PersonID, key string) (payments.Link, error) {
	return one[payments.Link](ctx, q.db,
		`SELECT `+linkColumns+` FROM links l WHERE l.created_by = $1 AND l.create_key = $2`, person, key)
}

// StaticLink returns an outlet's permanent link.
func (q queries) StaticLink(ctx context.Context, merchant payments.MerchantID, outlet payments.OutletID) (payments.Link, error) {
	return one[payments.Link](ctx, q.db,
		`SELECT `+linkColumns+` FROM links l WHERE l.merchant_id = $1 AND l.outlet_id = $2 AND l.kind = 'static'`, merchant, outlet)
}

// Target returns a link by its code, with what is needed to judge a scan.
func (q queries) Target(ctx context.Context, code string) (payments.Target, error) {
	type row struct {
		payments.Link
		OutletName   string
		OutletClosed bool
		Hashes       []string
		MCCs         []int
		URIs         []string
	}
	r, err := one[row](ctx, q.db, `
		SELECT `+linkColumns+`, o.name AS outlet_name, o.state <> 'open' AS outlet_closed, v.hashes, v.mccs, v.uris
		FROM links l
		JOIN outlets o ON o.id = l.outlet_id
		CROSS JOIN LATERAL (
			SELECT array_agg(hash) AS hashes, array_agg(mcc) AS mccs, array_agg(uri) AS uris
			FROM link_versions WHERE link_id = l.id
		) v
		WHERE l.code = $1`, code)
	if err != nil {
		return payments.Target{}, err
	}
	t := payments.Target{Link: r.Link, OutletName: r.OutletName, OutletClosed: r.OutletClosed}
	for i := range r.Hashes {
		t.Versions = append(t.Versions, payments.Version{Hash: r.Hashes[i], MCC: r.MCCs[i], URI: r.URIs[i]})
	}
	return t, nil
}

// Links returns a page of an outlet's links; see payments.Reader.
func (q queries) Links(ctx context.Context, merchant payments.MerchantID, outlet payments.OutletID, page payments.LinkQuery) ([]payments.Link, error) {
	condition := `l.kind <> 'static'` // as in the indexes
	switch page.Filter {
	case payments.LinksActive:
		condition += ` AND l.state = 'active' AND (l.expires_at IS NULL OR l.expires_at > @now)`
	case payments.LinksUnpaid:
		condition += ` AND l.state = 'active' AND l.kind = 'charge' AND l.expires_at > @now`
	case payments.LinksReusable:
		condition = `l.kind = 'reusable'`
	}
	order := "DESC"
	switch {
	case page.After != 0:
		condition += ` AND l.id > @after`
		order = "ASC"
	case page.Before != 0:
		condition += ` AND l.id < @before`
	}
	links, err := many[payments.Link](ctx, q.db, `
		SELECT `+linkColumns+` FROM links l
		WHERE l.merchant_id = @merchant AND l.outlet_id = @outlet AND `+condition+`
		ORDER BY l.id `+order+` LIMIT @limit`,
		pgx.NamedArgs{
			"merchant": merchant, "outlet": outlet, "now": page.Now, "after": page.After, "before": page.Before, "limit": page.Limit,
		})
	if page.After != 0 {
		slices.Reverse(links)
	}
	return links, err
}

// Messages returns the messages that show a link. Of a reusable one, which is
// opened again and again, the newest in each chat follows it.
func (q queries) Messages(ctx context.Context, merchant payments.MerchantID, link payments.LinkID) ([]payments.Message, error) {
	return many[payments.Message](ctx, q.db, `
		SELECT m.chat_id, m.message_id
		FROM link_messages m JOIN links l ON l.id = m.link_id
		WHERE l.merchant_id = $1 AND l.id = $2 AND (l.kind <> 'reusable' OR NOT EXISTS (
			SELECT FROM link_messages newer
			WHERE newer.link_id = m.link_id AND newer.chat_id = m.chat_id AND newer.message_id > m.message_id
		))
		ORDER BY m.message_id`, merchant, link)
}

// UsualSums returns the sums that an outlet asked most since an instant.
func (q queries) UsualSums(ctx context.Context, merchant payments.MerchantID, outlet payments.OutletID, since time.Time, limit int) ([]payments.Money, error) {
	rows, err := q.db.Query(ctx, `
		SELECT amount FROM (
			SELECT amount FROM links
			WHERE merchant_id = $1 AND outlet_id = $2 AND created_at > $3 AND kind = 'charge'
			ORDER BY created_at DESC LIMIT 1000
		) recent
		GROUP BY amount HAVING count(*) > 1
		ORDER BY count(*) DESC, amount LIMIT $4`, merchant, outlet, since, limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[payments.Money])
}

// InsertLink keeps a link with its first form.
func (t *tx) InsertLink(ctx context.Context, l payments.Link, v payments.Version, key string) (payments.LinkID, error) {
	var id payments.LinkID
	err := t.db.QueryRow(ctx, `
		WITH link AS (
			INSERT INTO links (merchant_id, outlet_id, kind, state, code, amount, min, max, comment, uri,
				expires_at, cap, created_by, create_key, created_at)
			VALUES (@merchant, @outlet, @kind, @state, @code, @amount, @min, @max, @comment, @uri,
				@expires, @cap, @by, @key, @now)
			RETURNING id
		), version AS (
			INSERT INTO link_versions (link_id, hash, mcc, uri) SELECT id, @hash, @mcc, @uri FROM link
		)
		SELECT id FROM link`,
		pgx.NamedArgs{
			"merchant": l.MerchantID, "outlet": l.OutletID, "kind": l.Kind, "state": l.State, "code": l.Code,
			"amount": l.Amount, "min": l.Min, "max": l.Max, "comment": l.Comment, "uri": v.URI,
			"expires": orNull(l.ExpiresAt), "cap": l.Cap, "by": l.CreatedBy, "key": textOrNull(key), "now": l.CreatedAt,
			"hash": v.Hash, "mcc": v.MCC,
		}).Scan(&id)
	return id, err
}

// LockStandingLinks returns an outlet's links that are handed out again and
// again; nobody else changes them until the transaction ends.
func (t *tx) LockStandingLinks(ctx context.Context, merchant payments.MerchantID, outlet payments.OutletID) ([]payments.Link, error) {
	return many[payments.Link](ctx, t.db, `
		SELECT `+linkColumns+` FROM links l
		WHERE l.merchant_id = $1 AND l.outlet_id = $2 AND l.kind <> 'charge' AND l.state IN ('active', 'paused')
		ORDER BY l.id FOR NO KEY UPDATE`, merchant, outlet)
}

// InsertVersion gives a link its newest form; one that it had before is known
// already.
func (t *tx) InsertVersion(ctx context.Context, l payments.Link, v payments.Version) error {
	return exec(ctx, t.db, `
		WITH version AS (
			INSERT INTO link_versions (link_id, hash, mcc, uri) VALUES ($2, $3, $4, $5)
			ON CONFLICT ON CONSTRAINT link_versions_pkey DO NOTHING
		)
		UPDATE links SET uri = $5 WHERE merchant_id = $1 AND id = $2`, l.MerchantID, l.ID, v.Hash, v.MCC, v.URI)
}

// InsertMessage notes a message that shows a link.
func (t *tx) InsertMessage(ctx context.Context, merchant payments.MerchantID, link payments.LinkID, m payments.Message) error {
	_, err := t.db.Exec(ctx, `
		INSERT INTO link_messages (link_id, chat_id, message_id)
		SELECT id, $3, $4 FROM links WHERE merchant_id = $1 AND id = $2
		ON CONFLICT ON CONSTRAINT link_messages_pkey DO NOTHING`, merchant, link, m.ChatID, m.MessageID)
	return err
}

// LockLink returns a link that nobody else changes until the transaction ends.
func (t *tx) LockLink(ctx context.Context, merchant payments.MerchantID, id payments.LinkID) (payments.Link, error) {
	return one[payments.Link](ctx, t.db,
		`SELECT `+linkColumns+` FROM links l WHERE l.merchant_id = $1 AND l.id = $2 FOR NO KEY UPDATE`, merchant, id)
}

// MarkLink writes what can change about a link; see payments.Tx.
func (t *tx) MarkLink(_ context.Context, l payments.Link) error {
	t.pipeline.laterOne("mark link", `
		UPDATE links
		SET state = $3, held_by = NULLIF($4::bigint, 0), taking = $5, paid = $6, total = $7, cap = $8,
			min = $9, max = $10, comment = $11, expires_at = $12, remind_at = $13, remind_to = NULLIF($14::bigint, 0)
		WHERE merchant_id = $1 AND id = $2
		RETURNING id`,
		l.MerchantID, l.ID, l.State, l.HeldBy, l.Taking, l.Paid, l.Total, l.Cap,
		l.Min, l.Max, l.Comment, orNull(l.ExpiresAt), orNull(l.RemindAt), l.RemindTo)
	return nil
}

// TakeReminders takes the reminders whose time has come; another process's
// share is left to it.
func (t *tx) TakeReminders(ctx context.Context, now time.Time, limit int) ([]payments.Link, error) {
	return many[payments.Link](ctx, t.db, `
		WITH due AS (
			SELECT id FROM links WHERE remind_at <= $1 ORDER BY remind_at LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED
		), taken AS (
			UPDATE links SET remind_at = NULL FROM due WHERE links.id = due.id
		)
		SELECT `+linkColumns+` FROM links l JOIN due USING (id)`, now, limit)
}

// ExpireLinks marks links whose time is over, but for charges that are being
// paid at this moment; another process's share is left to it.
func (t *tx) ExpireLinks(ctx context.Context, now time.Time, limit int) ([]payments.Link, error) {
	return many[payments.Link](ctx, t.db, `
		UPDATE links l SET state = 'expired'
		WHERE l.id IN (
			SELECT id FROM links
			WHERE state IN ('active', 'paused') AND expires_at <= $1 AND held_by IS NULL
			ORDER BY expires_at LIMIT $2
			FOR NO KEY UPDATE SKIP LOCKED
		)
		RETURNING `+linkColumns, now, limit)
}
