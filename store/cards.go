package store

import (
	"context"
	"errors"
	"time"

	"elkart.kg/trade/payments"
)

// Card returns the card that an outlet's payments are credited to.
func (q queries) Card(ctx context.Context, merchant payments.MerchantID, outlet payments.OutletID) (payments.Card, error) {
	return one[payments.Card](ctx, q.db, `
		SELECT c.id, c.merchant_id, c.token, c.last4, c.created_at
		FROM outlets o JOIN cards c ON c.id = o.card_id AND c.merchant_id = o.merchant_id
		WHERE o.merchant_id = $1 AND o.id = $2`, merchant, outlet)
}

// InsertCard keeps a card and makes it the outlet's. The same add key again
// returns the card that it made.
func (t *tx) InsertCard(ctx context.Context, c payments.Card, sealed []byte, keyID, addKey string,
	outlet payments.OutletID, by payments.PersonID, now time.Time,
) (payments.CardID, error) {
	if err := t.LockPerson(ctx, by); err != nil {
		return 0, err
	}
	var id payments.CardID
	err := t.db.QueryRow(ctx, `
		WITH card AS (
			INSERT INTO cards (merchant_id, token, sealed, key_id, last4, add_key, added_by, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
			ON CONFLICT ON CONSTRAINT cards_add_key DO NOTHING
			RETURNING id
		), old AS (
			SELECT id FROM cards WHERE added_by = $7 AND add_key = $6
		), used AS (
			UPDATE outlets SET card_id = card.id FROM card WHERE outlets.id = $9 AND outlets.merchant_id = $1
		)
		SELECT id FROM card UNION ALL SELECT id FROM old`,
		c.MerchantID, c.Token, sealed, keyID, c.Last4, textOrNull(addKey), by, now, outlet).Scan(&id)
	return id, err
}

// CardForm returns a card form by the hash of its token.
func (q queries) CardForm(ctx context.Context, tokenHash []byte) (payments.CardForm, error) {
	return one[payments.CardForm](ctx, q.db, `
		SELECT token_hash, person_id, merchant_id, outlet_id, expires_at,
			COALESCE(used_at, '0001-01-01T00:00:00Z') AS used_at
		FROM card_forms WHERE token_hash = $1`, tokenHash)
}

// InsertCardForm keeps a card form and closes the person's earlier ones: the
// newest address is the one that works.
func (t *tx) InsertCardForm(ctx context.Context, f payments.CardForm) error {
	_, err := t.db.Exec(ctx, `
		WITH earlier AS (DELETE FROM card_forms WHERE person_id = $2 AND used_at IS NULL)
		INSERT INTO card_forms (token_hash, person_id, merchant_id, outlet_id, expires_at)
		VALUES ($1, $2, $3, $4, $5)`,
		f.TokenHash, f.PersonID, f.MerchantID, f.OutletID, f.ExpiresAt)
	return err
}

// MarkCardFormUsed closes a form and reports whether it was open.
func (t *tx) MarkCardFormUsed(ctx context.Context, tokenHash []byte, now time.Time) (bool, error) {
	err := exec(ctx, t.db, `
		UPDATE card_forms SET used_at = $2
		WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2`, tokenHash, now)
	if errors.Is(err, payments.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}
