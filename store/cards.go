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

// Cards returns a merchant's cards but for the removed ones, oldest first.
func (q queries) Cards(ctx context.Context, merchant payments.MerchantID) ([]payments.Card, error) {
	return many[payments.Card](ctx, q.db, `
		SELECT id, merchant_id, token, last4, created_at
		FROM cards WHERE merchant_id = $1 AND removed_at IS NULL ORDER BY id`, merchant)
}

// CardByKey returns the card that a person's message made.
func (q queries) CardByKey(ctx context.Context, person payments.PersonID, key string) (payments.Card, error) {
	return one[payments.Card](ctx, q.db, `
		SELECT id, merchant_id, token, last4, created_at FROM cards WHERE added_by = $1 AND add_key = $2`, person, key)
}

// OpenCredits counts a card's credits that are not final, in two parts, so that
// each goes by its own small index.
func (q queries) OpenCredits(ctx context.Context, merchant payments.MerchantID, card payments.CardID) (n int, err error) {
	err = q.db.QueryRow(ctx, `
		SELECT (SELECT count(*) FROM credits WHERE merchant_id = $1 AND card_id = $2 AND state IN ('due', 'sent'))
			+ (SELECT count(*) FROM credits WHERE merchant_id = $1 AND card_id = $2 AND state = 'refused')`,
		merchant, card).Scan(&n)
	return n, err
}

// InsertCard keeps a card, which nothing uses yet.
func (t *tx) InsertCard(ctx context.Context, c payments.Card, sealed []byte, keyID, addKey string,
	by payments.PersonID, now time.Time,
) (payments.CardID, error) {
	var id payments.CardID
	err := t.db.QueryRow(ctx, `
		INSERT INTO cards (merchant_id, token, sealed, key_id, last4, add_key, added_by, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		RETURNING id`,
		c.MerchantID, c.Token, sealed, keyID, c.Last4, textOrNull(addKey), by, now).Scan(&id)
	return id, err
}

// SetDefaultCard makes a card that of all outlets.
func (t *tx) SetDefaultCard(ctx context.Context, merchant payments.MerchantID, card payments.CardID) error {
	return exec(ctx, t.db, `
		WITH used AS (UPDATE outlets SET card_id = $2, own_card = false WHERE merchant_id = $1)
		UPDATE merchants SET default_card_id = c.id
		FROM cards c WHERE merchants.id = $1 AND c.merchant_id = $1 AND c.id = $2`, merchant, card)
}

// SetOutletCard makes a card that of one outlet.
func (t *tx) SetOutletCard(ctx context.Context, merchant payments.MerchantID, outlet payments.OutletID, card payments.CardID) error {
	return exec(ctx, t.db, `
		UPDATE outlets o SET card_id = c.id, own_card = c.id <> m.default_card_id
		FROM merchants m, cards c
		WHERE o.merchant_id = $1 AND o.id = $2 AND m.id = $1 AND c.merchant_id = $1 AND c.id = $3`, merchant, outlet, card)
}

// RemoveCard takes a card out of use; see payments.Tx. Its row stays: credits
// of the past went to it.
func (t *tx) RemoveCard(ctx context.Context, merchant payments.MerchantID, card, successor payments.CardID, now time.Time) error {
	return exec(ctx, t.db, `
		WITH standard AS (
			UPDATE merchants SET default_card_id = $3 WHERE id = $1 AND default_card_id = $2
		), used AS (
			UPDATE outlets o SET card_id = $3, own_card = false
			FROM merchants m
			WHERE m.id = $1 AND o.merchant_id = $1 AND (o.card_id = $2 OR o.card_id = $3 AND m.default_card_id = $2)
		)
		UPDATE cards SET removed_at = $4 WHERE merchant_id = $1 AND id = $2 AND removed_at IS NULL`,
		merchant, card, successor, now)
}

// CardForm returns a card form by the hash of its token.
func (q queries) CardForm(ctx context.Context, tokenHash []byte) (payments.CardForm, error) {
	return one[payments.CardForm](ctx, q.db, `
		SELECT token_hash, person_id, merchant_id, COALESCE(outlet_id, 0) AS outlet_id, expires_at,
			COALESCE(used_at, '0001-01-01T00:00:00Z') AS used_at
		FROM card_forms WHERE token_hash = $1`, tokenHash)
}

// InsertCardForm keeps a card form and closes the person's earlier ones: the
// newest address is the one that works.
func (t *tx) InsertCardForm(ctx context.Context, f payments.CardForm) error {
	_, err := t.db.Exec(ctx, `
		WITH earlier AS (DELETE FROM card_forms WHERE person_id = $2 AND used_at IS NULL)
		INSERT INTO card_forms (token_hash, person_id, merchant_id, outlet_id, expires_at)
		VALUES ($1, $2, $3, NULLIF($4::bigint, 0), $5)`,
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
