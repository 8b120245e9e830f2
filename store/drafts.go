package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"elkart.kg/trade/payments"
)

const draftColumns = `d.code, d.merchant_id, d.outlet_id, d.created_by, d.amount, d.comment, d.hash, d.mcc, d.uri, d.created_at`

// Draft returns a charge that was offered and is not yet a link; see
// payments.Reader.
func (q queries) Draft(ctx context.Context, code string) (payments.Draft, payments.PayerLink, error) {
	return pair[payments.Draft, payments.PayerLink](ctx, q.db, `
		SELECT `+draftColumns+`, `+outletColumns+`, m.contact, `+verified+`
		FROM drafts d
		JOIN merchants m ON m.id = d.merchant_id
		JOIN outlets o ON o.id = d.outlet_id
		LEFT JOIN cards c ON c.id = o.card_id
		WHERE d.code = $1`, code)
}

// DraftCount counts a person's drafts since an instant.
func (q queries) DraftCount(ctx context.Context, person payments.PersonID, since time.Time) (n int, err error) {
	err = q.db.QueryRow(ctx, `SELECT count(*) FROM drafts WHERE created_by = $1 AND created_at > $2`, person, since).Scan(&n)
	return n, err
}

// InlineMessages returns the messages in other chats that show a link.
func (q queries) InlineMessages(ctx context.Context, merchant payments.MerchantID, link payments.LinkID) ([]string, error) {
	rows, err := q.db.Query(ctx, `
		SELECT m.inline_id FROM inline_messages m JOIN links l ON l.id = m.link_id
		WHERE l.merchant_id = $1 AND l.id = $2 ORDER BY m.inline_id`, merchant, link)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// InsertDraft keeps a draft, or returns the one that the key made before.
func (t *tx) InsertDraft(ctx context.Context, d payments.Draft, key string) (payments.Draft, error) {
	return one[payments.Draft](ctx, t.db, `
		INSERT INTO drafts AS d (code, merchant_id, outlet_id, created_by, create_key, amount, comment, hash, mcc, uri, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT ON CONSTRAINT drafts_create_key DO UPDATE SET create_key = excluded.create_key
		RETURNING `+draftColumns,
		d.Code, d.MerchantID, d.OutletID, d.CreatedBy, key, d.Amount, d.Comment, d.Hash, d.MCC, d.URI, d.CreatedAt)
}

// TakeDraft takes a draft out; one of several at once gets it.
func (t *tx) TakeDraft(ctx context.Context, code string) (payments.Draft, error) {
	return one[payments.Draft](ctx, t.db, `DELETE FROM drafts d WHERE d.code = $1 RETURNING `+draftColumns, code)
}

// InsertInlineMessage notes a message in another chat that shows a link.
func (t *tx) InsertInlineMessage(ctx context.Context, merchant payments.MerchantID, link payments.LinkID, inlineID string) error {
	_, err := t.db.Exec(ctx, `
		INSERT INTO inline_messages (link_id, inline_id)
		SELECT id, $3 FROM links WHERE merchant_id = $1 AND id = $2
		ON CONFLICT ON CONSTRAINT inline_messages_pkey DO NOTHING`, merchant, link, inlineID)
	return err
}

// ForgetDrafts drops what was offered before an instant and never asked for.
func (s *Store) ForgetDrafts(ctx context.Context, before time.Time) (int64, error) {
	tag, err := s.pool.Exec(ctx, `DELETE FROM drafts WHERE created_at < $1`, before)
	return tag.RowsAffected(), err
}
