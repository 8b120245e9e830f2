package store

import (
	"context"
	"time"

	"elkart.kg/trade/payments"
)

// Team returns all members of a merchant, owners first.
func (q queries) Team(ctx context.Context, merchant payments.MerchantID) ([]payments.Person, error) {
	return many[payments.Person](ctx, q.db, `
		SELECT `+personColumns+memberTables+`
		WHERE m.merchant_id = $1
		ORDER BY array_position(ARRAY['owner', 'manager', 'cashier', 'accountant'], m.role), m.created_at, p.id`, merchant)
}

// Workplaces returns the merchants that a person is a member of.
func (q queries) Workplaces(ctx context.Context, id payments.PersonID) ([]payments.Workplace, error) {
	return many[payments.Workplace](ctx, q.db, `
		SELECT m.merchant_id, t.name, m.role
		FROM members m JOIN merchants t ON t.id = m.merchant_id
		WHERE m.person_id = $1 ORDER BY m.created_at, m.merchant_id`, id)
}

// InsertMember makes a person a member.
func (t *tx) InsertMember(ctx context.Context, merchant payments.MerchantID, id payments.PersonID, role payments.Role, now time.Time) error {
	return exec(ctx, t.db, `
		INSERT INTO members (merchant_id, person_id, role, created_at) VALUES ($1, $2, $3, $4)`, merchant, id, role, now)
}

// SetRole changes a member's role. An owner's outlets are all.
func (t *tx) SetRole(ctx context.Context, merchant payments.MerchantID, id payments.PersonID, role payments.Role) error {
	return exec(ctx, t.db, `UPDATE members SET role = $3 WHERE merchant_id = $1 AND person_id = $2`, merchant, id, role)
}

// SetScope says in which outlets a member works; none: in all.
func (t *tx) SetScope(ctx context.Context, merchant payments.MerchantID, id payments.PersonID, outlets []payments.OutletID) error {
	_, err := t.db.Exec(ctx, `DELETE FROM member_outlets WHERE merchant_id = $1 AND person_id = $2`, merchant, id)
	if err != nil || len(outlets) == 0 {
		return err
	}
	_, err = t.db.Exec(ctx, `
		INSERT INTO member_outlets (merchant_id, person_id, outlet_id) SELECT $1, $2, unnest($3::bigint[])`, merchant, id, outlets)
	return err
}

// workIn makes a merchant the one that a person works in: in the first outlet
// of theirs that is open, else one that is paused, else an archived one.
const workIn = `
	UPDATE people p SET merchant_id = m.merchant_id, outlet_id = o.id
	FROM members m CROSS JOIN LATERAL (
		SELECT id FROM outlets
		WHERE merchant_id = m.merchant_id AND member_sees(m.merchant_id, m.person_id, id)
		ORDER BY array_position(ARRAY['open', 'paused', 'archived'], state), id LIMIT 1
	) o
	WHERE p.id = $1 AND m.person_id = p.id`

// SetMerchant makes a merchant the one that a person works in.
func (t *tx) SetMerchant(ctx context.Context, id payments.PersonID, merchant payments.MerchantID) error {
	return exec(ctx, t.db, workIn+` AND m.merchant_id = $2`, id, merchant)
}

// DeleteMember ends a membership. Who worked there goes on in another merchant
// that they are a member of, if there is one.
func (t *tx) DeleteMember(ctx context.Context, merchant payments.MerchantID, id payments.PersonID) error {
	if err := exec(ctx, t.db, `DELETE FROM members WHERE merchant_id = $1 AND person_id = $2`, merchant, id); err != nil {
		return err
	}
	_, err := t.db.Exec(ctx, workIn+` AND p.merchant_id = $2 AND m.merchant_id = (
		SELECT merchant_id FROM members WHERE person_id = $1 ORDER BY created_at, merchant_id LIMIT 1)`, id, merchant)
	return err
}
