package store

import (
	"context"
	"time"

	"elkart.kg/trade/payments"
)

const personColumns = `
	p.id, p.name, p.username, p.suggested, p.language, p.phone,
	COALESCE((SELECT d.erase_at FROM departures d WHERE d.person_id = p.id), '0001-01-01T00:00:00Z') AS erase_at,
	COALESCE(p.consented_at, '0001-01-01T00:00:00Z') AS consented_at, p.blocked,
	COALESCE(m.merchant_id, 0) AS merchant_id, COALESCE(o.id, 0) AS outlet_id,
	COALESCE(m.role, '') AS role,
	ARRAY(SELECT s.outlet_id FROM member_outlets s
		WHERE s.merchant_id = m.merchant_id AND s.person_id = m.person_id ORDER BY s.outlet_id) AS scope,
	m.merchant_id IS DISTINCT FROM p.merchant_id AS away, o.card_id IS NOT NULL AS has_card,
	COALESCE(m.notify, 'all') AS notify, COALESCE(m.quiet_from, 0) AS quiet_from, COALESCE(m.quiet_to, 0) AS quiet_to`

const personTables = `
	FROM people p
	LEFT JOIN members m ON m.merchant_id = p.merchant_id AND m.person_id = p.id
	LEFT JOIN outlets o ON o.id = p.outlet_id AND o.merchant_id = m.merchant_id`

// Person returns a person with their active merchant and outlet. One who is no
// member any more has neither, whatever was active.
func (q queries) Person(ctx context.Context, id payments.PersonID) (payments.Person, error) {
	return one[payments.Person](ctx, q.db, `SELECT `+personColumns+personTables+` WHERE p.id = $1`, id)
}

// memberTables finds people through what they are members of.
const memberTables = `
	FROM members m
	JOIN people p ON p.id = m.person_id
	LEFT JOIN outlets o ON o.id = p.outlet_id AND o.merchant_id = m.merchant_id`

// Member returns a person as a member of a merchant, whether they work in it at
// the moment or in another.
func (q queries) Member(ctx context.Context, merchant payments.MerchantID, id payments.PersonID) (payments.Person, error) {
	return one[payments.Person](ctx, q.db,
		`SELECT `+personColumns+memberTables+` WHERE m.merchant_id = $1 AND m.person_id = $2`, merchant, id)
}

// Members returns the members of a merchant who can be reached.
func (q queries) Members(ctx context.Context, merchant payments.MerchantID) ([]payments.Person, error) {
	return many[payments.Person](ctx, q.db, `
		SELECT `+personColumns+memberTables+`
		WHERE m.merchant_id = $1 AND NOT p.blocked
		ORDER BY p.id`, merchant)
}

// Listeners returns the members who want to hear of payments by a link and can
// be reached. A static code is nobody's own: it is theirs who work at it.
func (q queries) Listeners(ctx context.Context, merchant payments.MerchantID, link payments.LinkID) ([]payments.Person, error) {
	return many[payments.Person](ctx, q.db, `
		SELECT `+personColumns+memberTables+`
		LEFT JOIN links l ON l.merchant_id = m.merchant_id AND l.id = $2
		WHERE m.merchant_id = $1 AND NOT p.blocked AND CASE m.notify
			WHEN 'all' THEN true
			WHEN 'mine' THEN CASE l.kind WHEN 'static' THEN l.outlet_id = o.id ELSE l.created_by = p.id END
			ELSE false
		END
		ORDER BY p.id`, merchant, link)
}

// SetOutlet makes an outlet a person's active one.
func (t *tx) SetOutlet(ctx context.Context, person payments.PersonID, outlet payments.OutletID) error {
	return exec(ctx, t.db, `UPDATE people SET outlet_id = $2 WHERE id = $1`, person, outlet)
}

// MovePeople gives members whose active outlet was archived or is none of
// theirs another: the first that is open, else the first that is paused.
func (t *tx) MovePeople(ctx context.Context, merchant payments.MerchantID) error {
	_, err := t.db.Exec(ctx, `
		UPDATE people p SET outlet_id = heir.id
		FROM members m CROSS JOIN LATERAL (
			SELECT o.id FROM outlets o
			WHERE o.merchant_id = m.merchant_id AND o.state <> 'archived' AND member_sees(m.merchant_id, m.person_id, o.id)
			ORDER BY o.state <> 'open', o.id LIMIT 1
		) heir
		WHERE m.merchant_id = $1 AND p.id = m.person_id AND p.merchant_id = $1 AND NOT EXISTS (
			SELECT FROM outlets o
			WHERE o.id = p.outlet_id AND o.merchant_id = $1 AND o.state <> 'archived' AND member_sees($1, p.id, o.id))`, merchant)
	return err
}

// SetNotices writes what a person wants to hear of their active merchant.
func (t *tx) SetNotices(ctx context.Context, p payments.Person) error {
	return exec(ctx, t.db, `
		UPDATE members SET notify = $3, quiet_from = $4, quiet_to = $5 WHERE merchant_id = $1 AND person_id = $2`,
		p.MerchantID, p.ID, p.Notify, p.QuietFrom, p.QuietTo)
}

// UpsertPerson notes what Telegram says of a person; to hear from them is to
// know that they did not block us.
func (t *tx) UpsertPerson(ctx context.Context, a payments.Acquaintance, now time.Time) error {
	_, err := t.db.Exec(ctx, `
		INSERT INTO people (id, name, username, suggested, created_at)
		VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (id) DO UPDATE
		SET name = excluded.name, username = excluded.username, suggested = excluded.suggested, blocked = false`,
		a.ID, a.Name, a.Username, a.Suggested, now)
	return err
}

// LockPerson makes one person's requests wait for each other.
func (t *tx) LockPerson(ctx context.Context, id payments.PersonID) error {
	return exec(ctx, t.db, `SELECT id FROM people WHERE id = $1 FOR NO KEY UPDATE`, id)
}

// SetLanguage notes a person's language.
func (t *tx) SetLanguage(ctx context.Context, id payments.PersonID, language string) error {
	return exec(ctx, t.db, `UPDATE people SET language = $2 WHERE id = $1`, id, language)
}

// SetPhone notes a person's number, E.164.
func (t *tx) SetPhone(ctx context.Context, id payments.PersonID, phone string) error {
	return exec(ctx, t.db, `UPDATE people SET phone = $2 WHERE id = $1`, id, phone)
}

// SetConsent notes when a person agreed; the first time counts.
func (t *tx) SetConsent(ctx context.Context, id payments.PersonID, now time.Time) error {
	return exec(ctx, t.db, `UPDATE people SET consented_at = COALESCE(consented_at, $2) WHERE id = $1`, id, now)
}

// SetBlocked notes whether a person can be written to. A stranger is nobody to
// note it of.
func (t *tx) SetBlocked(ctx context.Context, id payments.PersonID, blocked bool) error {
	_, err := t.db.Exec(ctx, `UPDATE people SET blocked = $2 WHERE id = $1`, id, blocked)
	return err
}
