package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"elkart.kg/trade/bot/postgres/pgtest"
	"elkart.kg/trade/migrations"
	"elkart.kg/trade/store"
)

// Charges of before 00009 count the payment that they had or have; a static
// code counts none.
func TestMigrationOfLinks(t *testing.T) {
	pool, err := store.Connect(t.Context(), pgtest.New(t), 4)
	must(t, err)
	t.Cleanup(pool.Close)
	must(t, ignore(pool.Exec(t.Context(), `DROP SCHEMA public CASCADE; CREATE SCHEMA public`)))
	steps, err := goose.NewProvider(goose.DialectPostgres, stdlib.OpenDBFromPool(pool), migrations.Files, goose.WithDisableGlobalRegistry(true))
	must(t, err)
	must(t, ignore(steps.UpTo(t.Context(), 8)))
	must(t, ignore(pool.Exec(t.Context(), `
		INSERT INTO people (id, name, username, suggested, created_at) VALUES (1, 'A', '', '', now());
		INSERT INTO merchants (name, time_zone, created_at) VALUES ('M', 'Asia/Bishkek', now());
		INSERT INTO outlets (merchant_id, name, category, mcc, address, created_by, create_key, created_at)
			SELECT id, 'O', 'cafe', 5812, '', 1, 'k', now() FROM merchants;
		INSERT INTO links (merchant_id, outlet_id, kind, state, code, amount, min, max, comment, uri, expires_at, created_by, created_at)
			SELECT merchant_id, id, l.kind, l.state, l.code, l.amount, 500, 500, '', '', now(), 1, now()
			FROM outlets, (VALUES ('static', 'active', 'static', 0), ('charge', 'used_up', 'paid', 500), ('charge', 'active', 'taking', 500),
				('charge', 'used_up', 'taken back', 500), ('charge', 'active', 'open', 500)) l (kind, state, code, amount);
		INSERT INTO payments (merchant_id, outlet_id, link_id, once, operator_id, psp_transaction_id, receipt_id, type, customer, amount,
			beneficiary_name, comment, state, reversed_at, reversed_by, receipt, receipt_key, fingerprint, created_at, executed_at, final_at)
			SELECT l.merchant_id, l.outlet_id, l.id, l.kind = 'charge', n::text, n::text, '', 20, 1, 500, '', '', p.state, CASE p.state WHEN 'reversed' THEN now() END,
				CASE p.state WHEN 'reversed' THEN 40 ELSE 0 END, CASE WHEN p.state IN ('succeeded', 'reversed') THEN n END,
				CASE WHEN p.state IN ('succeeded', 'reversed') THEN 'key' || n ELSE '' END, '', now(), now(),
				CASE WHEN p.state <> 'executing' THEN now() END
			FROM (VALUES (1, 'static', 'succeeded'), (2, 'paid', 'cancelled'), (3, 'paid', 'succeeded'), (4, 'taking', 'executing'),
				(5, 'taken back', 'reversed'), (6, 'open', 'failed')) p (n, code, state) JOIN links l USING (code)`)))
	must(t, ignore(steps.Up(t.Context())))
	rows, err := pool.Query(t.Context(), `SELECT code || ' ' || taking || ' ' || paid || ' ' || total FROM links ORDER BY id`)
	must(t, err)
	var got []string
	for rows.Next() {
		var line string
		must(t, rows.Scan(&line))
		got = append(got, line)
	}
	must(t, rows.Err())
	if diff := cmp.Diff(got, []string{"static 0 0 0", "paid 0 1 500", "taking 1 0 0", "taken back 0 0 0", "open 0 0 0"}); diff != "" {
		t.Errorf("code, taking, paid, total after the migration (-got +want):\n%s", diff)
	}
}
