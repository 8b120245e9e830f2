package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"elkart.kg/trade/payments"
)

// merchantIDs collects the ids that a question returns.
func merchantIDs(ctx context.Context, db database, sql string, args ...any) ([]payments.MerchantID, error) {
	rows, err := db.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[payments.MerchantID])
}

// OwnedAlone returns the merchants that nobody else owns; see
// payments.LeaveReader for this and what follows.
func (q queries) OwnedAlone(ctx context.Context, id payments.PersonID) ([]payments.Merchant, error) {
	return many[payments.Merchant](ctx, q.db, `
		SELECT `+merchantColumns+` FROM merchants m
		WHERE m.id IN (SELECT merchant_id FROM members WHERE person_id = $1 AND role = 'owner')
			AND NOT EXISTS (SELECT FROM members o WHERE o.merchant_id = m.id AND o.role = 'owner' AND o.person_id <> $1)
		ORDER BY m.id`, id)
}

// Owned returns the ids of all merchants that a person owns.
func (q queries) Owned(ctx context.Context, id payments.PersonID) ([]payments.MerchantID, error) {
	return merchantIDs(ctx, q.db, `SELECT merchant_id FROM members WHERE person_id = $1 AND role = 'owner' ORDER BY 1`, id)
}

// OpenMoney counts what is not at its end in a merchant.
func (q queries) OpenMoney(ctx context.Context, merchant payments.MerchantID, since time.Time) (payments.OpenMoney, error) {
	return one[payments.OpenMoney](ctx, q.db, `
		SELECT (SELECT count(*) FROM payments WHERE merchant_id = $1
				AND (state = 'executing' OR state = 'created' AND created_at > $2)) AS payments,
			c.credits, c.credit_sum, c.refused, c.refuse_sum, r.refunds, r.refund_sum,
			COALESCE((SELECT sum(remaining) FROM debts WHERE merchant_id = $1 AND remaining > 0), 0)::bigint AS debt
		FROM (
			SELECT count(*) FILTER (WHERE state <> 'refused') AS credits,
				COALESCE(sum(amount - withheld) FILTER (WHERE state <> 'refused'), 0)::bigint AS credit_sum,
				count(*) FILTER (WHERE state = 'refused') AS refused,
				COALESCE(sum(amount - withheld) FILTER (WHERE state = 'refused'), 0)::bigint AS refuse_sum
			FROM credits WHERE merchant_id = $1 AND state IN ('due', 'sent', 'refused')
		) c, (
			SELECT count(*) AS refunds, COALESCE(sum(amount), 0)::bigint AS refund_sum
			FROM refunds WHERE merchant_id = $1 AND state IN ('requested', 'sent')
		) r`, merchant, since)
}

// Closed returns the ids of the merchants that closed with a person.
func (q queries) Closed(ctx context.Context, id payments.PersonID) ([]payments.MerchantID, error) {
	return merchantIDs(ctx, q.db, `SELECT DISTINCT merchant_id FROM departed_outlets WHERE departure = $1 ORDER BY 1`, id)
}

// Departed returns the ids of the merchants that a departure touches.
func (q queries) Departed(ctx context.Context, id payments.PersonID) ([]payments.MerchantID, error) {
	return merchantIDs(ctx, q.db, `
		SELECT merchant_id FROM departed_outlets WHERE departure = $1
		UNION SELECT merchant_id FROM departed_members WHERE $1 IN (departure, person_id)
		ORDER BY 1`, id)
}

// DueDepartures returns people who are to be erased.
func (q queries) DueDepartures(ctx context.Context, now time.Time, limit int) ([]payments.PersonID, error) {
	rows, err := q.db.Query(ctx, `SELECT person_id FROM departures WHERE erase_at <= $1 ORDER BY erase_at LIMIT $2`, now, limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[payments.PersonID])
}

// InsertDeparture notes that a person leaves.
func (t *tx) InsertDeparture(ctx context.Context, id payments.PersonID, now, erase time.Time) error {
	return exec(ctx, t.db, `INSERT INTO departures (person_id, asked_at, erase_at) VALUES ($1, $2, $3)`, id, now, erase)
}

// MarkDeparture moves the end of a departure.
func (t *tx) MarkDeparture(ctx context.Context, id payments.PersonID, erase time.Time) error {
	return exec(ctx, t.db, `UPDATE departures SET erase_at = $2 WHERE person_id = $1`, id, erase)
}

// suspend takes members out and keeps their rows with a departure, $1.
const suspend = `
	WITH gone AS (
		INSERT INTO departed_members (merchant_id, person_id, departure, member, scope)
		SELECT m.merchant_id, m.person_id, $1, to_jsonb(m), ARRAY(SELECT s.outlet_id FROM member_outlets s
			WHERE s.merchant_id = m.merchant_id AND s.person_id = m.person_id)
		FROM members m WHERE `

// SuspendPerson takes a person out of all merchants.
func (t *tx) SuspendPerson(ctx context.Context, id payments.PersonID) error {
	_, err := t.db.Exec(ctx, suspend+`m.person_id = $1
		)
		DELETE FROM members WHERE person_id = $1`, id)
	return err
}

// CloseMerchant takes everybody out of a merchant and archives its outlets.
func (t *tx) CloseMerchant(ctx context.Context, merchant payments.MerchantID, id payments.PersonID) error {
	if _, err := t.db.Exec(ctx, suspend+`m.merchant_id = $2
		)
		DELETE FROM members WHERE merchant_id = $2`, id, merchant); err != nil {
		return err
	}
	// Nobody may come in while it is closed.
	if _, err := t.db.Exec(ctx, `
		UPDATE invitations SET state = 'cancelled' WHERE merchant_id = $1 AND state IN ('open', 'answered')`, merchant); err != nil {
		return err
	}
	_, err := t.db.Exec(ctx, `
		WITH closed AS (
			INSERT INTO departed_outlets (outlet_id, merchant_id, departure, state)
			SELECT id, merchant_id, $1, state FROM outlets WHERE merchant_id = $2
		)
		UPDATE outlets SET state = 'archived' WHERE merchant_id = $2`, id, merchant)
	return err
}

// readmit makes members again of the departed rows that a condition names, with
// the outlets that they work in.
const readmit = `
	WITH back AS (
		DELETE FROM departed_members d WHERE `

const readmitted = `
		RETURNING d.merchant_id, d.person_id, d.member, d.scope
	), again AS (
		INSERT INTO members
		SELECT (jsonb_populate_record(NULL::members, member)).* FROM back
		ON CONFLICT ON CONSTRAINT members_pkey DO NOTHING
		RETURNING merchant_id, person_id
	)
	INSERT INTO member_outlets (merchant_id, person_id, outlet_id)
	SELECT merchant_id, person_id, unnest(scope) FROM back JOIN again USING (merchant_id, person_id)`

// ReturnPerson makes a person a member again where they were one. A merchant
// that another owner closed since stays closed, unless they own it: then it is
// returned, to be opened.
func (t *tx) ReturnPerson(ctx context.Context, id payments.PersonID) ([]payments.MerchantID, error) {
	open, err := merchantIDs(ctx, t.db, `
		SELECT DISTINCT o.merchant_id FROM departed_outlets o
		LEFT JOIN departed_members d ON d.merchant_id = o.merchant_id AND d.person_id = $1
		WHERE o.departure = $1 OR d.member->>'role' = 'owner'
		ORDER BY 1`, id)
	if err != nil {
		return nil, err
	}
	if _, err := t.db.Exec(ctx, `
		UPDATE departed_members d SET departure = o.departure
		FROM departed_outlets o
		WHERE d.person_id = $1 AND d.departure = $1 AND o.merchant_id = d.merchant_id AND o.departure <> $1
			AND d.member->>'role' <> 'owner'`, id); err != nil {
		return nil, err
	}
	_, err = t.db.Exec(ctx, readmit+`d.person_id = $1 AND (d.departure = $1 OR d.merchant_id = ANY ($2))`+readmitted, id, open)
	return open, err
}

// ReopenMerchant undoes CloseMerchant; members who are leaving themselves stay
// away with their own departure.
func (t *tx) ReopenMerchant(ctx context.Context, merchant payments.MerchantID) error {
	return t.each(ctx, int64(merchant),
		`WITH opened AS (DELETE FROM departed_outlets WHERE merchant_id = $1 RETURNING outlet_id, state)
		UPDATE outlets o SET state = opened.state FROM opened WHERE o.id = opened.outlet_id`,
		`UPDATE departed_members d SET departure = d.person_id FROM departures own
		WHERE d.merchant_id = $1 AND own.person_id = d.person_id`,
		readmit+`d.merchant_id = $1 AND d.departure <> d.person_id`+readmitted)
}

// DeleteDeparture forgets that a person was leaving.
func (t *tx) DeleteDeparture(ctx context.Context, id payments.PersonID) error {
	return exec(ctx, t.db, `DELETE FROM departures WHERE person_id = $1`, id)
}

// EraseMerchant ends a closed merchant.
func (t *tx) EraseMerchant(ctx context.Context, merchant payments.MerchantID, now time.Time) error {
	if _, err := t.db.Exec(ctx, `
		UPDATE cards SET token = '', sealed = NULL, key_id = '', removed_at = COALESCE(removed_at, $2), erased_at = $2
		WHERE merchant_id = $1 AND erased_at IS NULL`, merchant, now); err != nil {
		return err
	}
	return t.each(ctx, int64(merchant),
		`UPDATE links SET state = 'cancelled' WHERE merchant_id = $1 AND state IN ('active', 'paused')`,
		`UPDATE merchants SET contact = '' WHERE id = $1`,
		`DELETE FROM card_forms WHERE merchant_id = $1`,
		`DELETE FROM drafts WHERE merchant_id = $1`,
		`DELETE FROM invitations WHERE merchant_id = $1`,
		`DELETE FROM bulks WHERE merchant_id = $1`,
		`DELETE FROM invitations WHERE merchant_id = $1`,
		`DELETE FROM groups WHERE merchant_id = $1`,
		`DELETE FROM departed_outlets WHERE merchant_id = $1`,
		`DELETE FROM departed_members WHERE merchant_id = $1`)
}

// each runs statements that need one id.
func (t *tx) each(ctx context.Context, id int64, statements ...string) error {
	for _, sql := range statements {
		if _, err := t.db.Exec(ctx, sql, id); err != nil {
			return err
		}
	}
	return nil
}

// ErasePerson forgets who a person is: their row keeps Telegram's number, which
// records that have to stay refer to.
func (t *tx) ErasePerson(ctx context.Context, id payments.PersonID) error {
	err := t.each(ctx, int64(id),
		`DELETE FROM departed_members WHERE $1 IN (person_id, departure)`,
		`DELETE FROM members WHERE person_id = $1`,
		`DELETE FROM card_forms WHERE person_id = $1`,
		`DELETE FROM drafts WHERE created_by = $1`,
		`DELETE FROM invitations WHERE $1 IN (person_id, invited_by)`,
		`UPDATE links SET remind_at = NULL, remind_to = NULL WHERE remind_to = $1`,
		`DELETE FROM bulks WHERE created_by = $1`,
		`DELETE FROM finds WHERE person_id = $1`,
		`DELETE FROM reports WHERE person_id = $1`,
		`DELETE FROM exports WHERE person_id = $1`,
		`DELETE FROM receipt_checks WHERE person_id = $1`,
		`DELETE FROM invitations WHERE person_id = $1 OR invited_by = $1 AND state = 'open'`,
		`DELETE FROM sessions WHERE chat_id = $1`,
		`DELETE FROM link_messages WHERE chat_id = $1`,
		`DELETE FROM updates WHERE chat_id = $1 AND done_at IS NOT NULL`)
	if err != nil {
		return err
	}
	return exec(ctx, t.db, `
		UPDATE people SET name = '', username = '', suggested = '', language = '', phone = '', consented_at = NULL,
			merchant_id = NULL, outlet_id = NULL, exported_at = NULL
		WHERE id = $1`, id)
}
