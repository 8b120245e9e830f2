package store

import (
	"context"
	"errors"
	"time"

	"elkart.kg/trade/payments"
)

const exportColumns = `id, merchant_id, person_id, key, format, first_day AS first, last_day AS last, message_id, state, asked_at`

// Export returns a merchant's export.
func (q queries) Export(ctx context.Context, merchant payments.MerchantID, id payments.ExportID) (payments.Export, error) {
	return one[payments.Export](ctx, q.db, `SELECT `+exportColumns+` FROM exports WHERE merchant_id = $1 AND id = $2`, merchant, id)
}

// InsertExport keeps an export; see payments.Tx.
func (t *tx) InsertExport(ctx context.Context, e payments.Export) (payments.Export, bool, error) {
	kept, err := one[payments.Export](ctx, t.db, `
		INSERT INTO exports (merchant_id, person_id, key, format, first_day, last_day, message_id, state, asked_at)
		VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8)
		ON CONFLICT DO NOTHING
		RETURNING `+exportColumns, e.MerchantID, e.PersonID, e.Key, e.Format, e.First, e.Last, e.State, e.AskedAt)
	if !errors.Is(err, payments.ErrNotFound) {
		return kept, err == nil, err
	}
	kept, err = one[payments.Export](ctx, t.db, `SELECT `+exportColumns+` FROM exports WHERE person_id = $1 AND key = $2`, e.PersonID, e.Key)
	return kept, false, err
}

// DropStaleExports gives up what was never sent.
func (t *tx) DropStaleExports(ctx context.Context, person payments.PersonID, before time.Time) error {
	_, err := t.db.Exec(ctx, `UPDATE exports SET state = 'failed' WHERE person_id = $1 AND state = 'asked' AND asked_at < $2`, person, before)
	return err
}

// MarkExport notes how an export ended; once it has, that stands.
func (t *tx) MarkExport(ctx context.Context, merchant payments.MerchantID, id payments.ExportID, state payments.ExportState) error {
	_, err := t.db.Exec(ctx, `UPDATE exports SET state = $3 WHERE merchant_id = $1 AND id = $2 AND state = 'asked'`, merchant, id, state)
	return err
}

// SetExportMessage notes the message that shows how far an export is.
func (t *tx) SetExportMessage(ctx context.Context, merchant payments.MerchantID, id payments.ExportID, message int) error {
	_, err := t.db.Exec(ctx, `UPDATE exports SET message_id = $3 WHERE merchant_id = $1 AND id = $2`, merchant, id, message)
	return err
}
