package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"elkart.kg/trade/payments"
)

// dataList is a list of a person's data with the questions that fill it.
type dataList struct {
	payments.DataSheet
	sql      string // %s is the condition
	merchant string // condition for a whole merchant, $1; "": not asked
	person   string // condition for a person alone, $1; "": not asked
}

func text(name string) payments.DataColumn { return payments.DataColumn{Name: name} }
func money(name string) payments.DataColumn {
	return payments.DataColumn{Name: name, Kind: payments.DataMoney}
}
func when(name string) payments.DataColumn {
	return payments.DataColumn{Name: name, Kind: payments.DataTime}
}

// always is the condition of lists that are a person's, owner or not.
const always = "always"

// dataLists is all that is given out. Card numbers and tokens, sealed or not,
// are nowhere among it.
func dataLists() []dataList {
	list := func(name, sql, merchant, person string, columns ...payments.DataColumn) dataList {
		return dataList{payments.DataSheet{Name: name, Columns: columns}, sql, merchant, person}
	}
	return []dataList{
		list("profile", `SELECT p.id::text, p.name, p.username, p.phone, p.language, p.consented_at, p.created_at FROM people p WHERE %s`,
			always, "p.id = $1", text("id"), text("name"), text("username"), text("phone"), text("language"), when("consent"), when("created")),
		list("places", `SELECT g.name, m.role, m.notify, m.created_at FROM members m JOIN merchants g ON g.id = m.merchant_id WHERE %s ORDER BY m.created_at`,
			always, "m.person_id = $1", text("merchant"), text("role"), text("notify"), when("created")),
		list("merchant", `SELECT m.name, m.tin, m.contact, m.time_zone, m.created_at FROM merchants m WHERE %s`,
			"m.id = $1", "", text("name"), text("tin"), text("contact"), text("zone"), when("created")),
		list("outlets", `SELECT o.name, o.category, o.address, o.hours, o.state, o.created_at FROM outlets o WHERE %s ORDER BY o.id`,
			"o.merchant_id = $1", "", text("name"), text("category"), text("address"), text("hours"), text("state"), when("created")),
		list("cards", `SELECT '•••• ' || c.last4, c.created_at, c.removed_at FROM cards c WHERE %s ORDER BY c.id`,
			"c.merchant_id = $1", "", text("card"), when("created"), when("removed")),
		list("team", `SELECT p.name, m.role, m.created_at FROM members m JOIN people p ON p.id = m.person_id WHERE %s ORDER BY m.created_at`,
			"m.merchant_id = $1", "", text("name"), text("role"), when("created")),
		list("links", `SELECT o.name, l.kind, l.state, l.amount, l.comment, l.uri, l.created_at, l.expires_at
			FROM links l JOIN outlets o ON o.id = l.outlet_id WHERE %s ORDER BY l.id`,
			"l.merchant_id = $1", "l.created_by = $1", text("outlet"), text("kind"), text("state"), money("sum"), text("comment"), text("link"), when("created"), when("expires")),
		list("payments", `SELECT o.name, p.receipt::text, p.operator_id, p.state, p.amount, p.fee, p.comment, p.created_at, p.final_at
			FROM payments p JOIN outlets o ON o.id = p.outlet_id WHERE %s ORDER BY p.id`,
			"p.merchant_id = $1", "", text("outlet"), text("receipt"), text("operation"), text("state"), money("sum"), money("fee"), text("comment"), when("created"), when("final")),
		list("refunds", `SELECT p.receipt::text, r.operator_id, r.state, r.amount, r.requested_at, r.final_at
			FROM refunds r JOIN payments p ON p.id = r.payment_id WHERE %s ORDER BY r.id`,
			"r.merchant_id = $1", "r.requested_by = $1", text("receipt"), text("operation"), text("state"), money("sum"), when("created"), when("final")),
		list("credits", `SELECT p.receipt::text, '•••• ' || k.last4, c.state, c.amount, c.withheld, c.changed_at
			FROM credits c JOIN payments p ON p.id = c.payment_id JOIN cards k ON k.id = c.card_id WHERE %s ORDER BY c.id`,
			"c.merchant_id = $1", "", text("receipt"), text("card"), text("state"), money("sum"), money("withheld"), when("changed")),
		list("journal", `SELECT p.name, a.action, a.details::text, a.at FROM audit_log a JOIN people p ON p.id = a.person_id WHERE %s ORDER BY a.id`,
			"a.merchant_id = $1", "a.person_id = $1", text("name"), text("action"), text("details"), when("created")),
	}
}

// EachData hands over all that is known of a person; see payments.DataReader.
func (s *Store) EachData(ctx context.Context, person payments.PersonID, merchant payments.MerchantID, row func(payments.DataSheet, []any) error) error {
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	return pgx.BeginTxFunc(ctx, s.pool, options, func(tx pgx.Tx) error {
		for _, list := range dataLists() {
			condition, id := list.person, int64(person)
			if merchant != 0 && list.merchant != always {
				condition, id = list.merchant, int64(merchant)
			}
			if condition == "" {
				continue
			}
			if err := eachLine(ctx, tx, list, condition, id, row); err != nil {
				return fmt.Errorf("data: %s: %w", list.Name, err)
			}
		}
		return nil
	})
}

func eachLine(ctx context.Context, tx pgx.Tx, list dataList, condition string, id int64, row func(payments.DataSheet, []any) error) error {
	if err := row(list.DataSheet, nil); err != nil {
		return err
	}
	rows, err := tx.Query(ctx, fmt.Sprintf(list.sql, condition), id)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			return err
		}
		if err := row(list.DataSheet, values); err != nil {
			return err
		}
	}
	return rows.Err()
}

// NoteData notes when a person was last given their data.
func (t *tx) NoteData(ctx context.Context, id payments.PersonID, now, before time.Time) (bool, error) {
	tag, err := t.db.Exec(ctx, `UPDATE people SET exported_at = $2 WHERE id = $1 AND (exported_at IS NULL OR exported_at <= $3)`, id, now, before)
	return tag.RowsAffected() == 1, err
}
