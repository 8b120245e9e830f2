package store

import (
	"context"
	"errors"
	"time"

	"elkart.kg/trade/payments"
)

// NoteSignal notes that a payer said something, and reports whether nobody
// said the same through that link after since. Two at once wait for each other
// at the row, so that one of them is the first.
func (t *tx) NoteSignal(ctx context.Context, s payments.LinkSignal, now, since time.Time) (bool, error) {
	err := exec(ctx, t.db, `
		INSERT INTO link_signals AS s (link_id, kind, at)
		SELECT id, $3, $4 FROM links WHERE merchant_id = $1 AND id = $2
		ON CONFLICT ON CONSTRAINT link_signals_pkey DO UPDATE SET at = excluded.at WHERE s.at <= $5`,
		s.MerchantID, s.LinkID, s.Signal, now, since)
	if errors.Is(err, payments.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}
