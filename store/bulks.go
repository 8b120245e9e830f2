package store

import (
	"context"
	"time"

	"elkart.kg/trade/payments"
)

const bulkColumns = `id, merchant_id, outlet_id, created_by, hash, round, name, format, content AS rows, state, message_id, created_at`

// LastBulk returns the newest round of a file at an outlet.
func (q queries) LastBulk(ctx context.Context, merchant payments.MerchantID, outlet payments.OutletID, hash []byte) (payments.Bulk, error) {
	return one[payments.Bulk](ctx, q.db, `
		SELECT `+bulkColumns+` FROM bulks WHERE merchant_id = $1 AND outlet_id = $2 AND hash = $3
		ORDER BY round DESC LIMIT 1`, merchant, outlet, hash)
}

// BulkLinkCount counts what was made of a file.
func (q queries) BulkLinkCount(ctx context.Context, bulk payments.BulkID) (n int, err error) {
	err = q.db.QueryRow(ctx, `SELECT count(*) FROM bulk_links WHERE bulk_id = $1`, bulk).Scan(&n)
	return n, err
}

// BulkLinks returns the links of a file.
func (q queries) BulkLinks(ctx context.Context, bulk payments.BulkID) ([]payments.BulkLink, error) {
	return many[payments.BulkLink](ctx, q.db, `
		SELECT b.line, `+linkColumns+` FROM bulk_links b JOIN links l ON l.id = b.link_id
		WHERE b.bulk_id = $1 ORDER BY b.line`, bulk)
}

// InsertBulk keeps a file of charges.
func (t *tx) InsertBulk(ctx context.Context, b payments.Bulk) (payments.BulkID, error) {
	var id payments.BulkID
	err := t.db.QueryRow(ctx, `
		INSERT INTO bulks (merchant_id, outlet_id, created_by, hash, round, name, format, content, state, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id`,
		b.MerchantID, b.OutletID, b.CreatedBy, b.Hash, b.Round, b.Name, b.Format, b.Rows, b.State, b.CreatedAt).Scan(&id)
	return id, err
}

// LockBulk returns a file that nobody else changes until the transaction ends.
func (t *tx) LockBulk(ctx context.Context, merchant payments.MerchantID, id payments.BulkID) (payments.Bulk, error) {
	return one[payments.Bulk](ctx, t.db,
		`SELECT `+bulkColumns+` FROM bulks WHERE merchant_id = $1 AND id = $2 FOR NO KEY UPDATE`, merchant, id)
}

// MarkBulk writes how far a file is.
func (t *tx) MarkBulk(ctx context.Context, b payments.Bulk) error {
	return exec(ctx, t.db, `UPDATE bulks SET state = $3, message_id = $4, created_by = $5 WHERE merchant_id = $1 AND id = $2`,
		b.MerchantID, b.ID, b.State, b.MessageID, b.CreatedBy)
}

// InsertBulkLink notes what a row became.
func (t *tx) InsertBulkLink(ctx context.Context, bulk payments.BulkID, line int, link payments.LinkID) error {
	return exec(ctx, t.db, `INSERT INTO bulk_links (bulk_id, line, link_id) VALUES ($1, $2, $3)`, bulk, line, link)
}

// ForgetBulks drops files that came before an instant; their links stay.
func (s *Store) ForgetBulks(ctx context.Context, before time.Time) (int64, error) {
	tag, err := s.pool.Exec(ctx, `DELETE FROM bulks WHERE created_at < $1`, before)
	return tag.RowsAffected(), err
}
