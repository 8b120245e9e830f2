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

// Outlets of before 00007 keep their cards and whether they were closed.
func TestMigrationOfOutlets(t *testing.T) {
	pool, err := store.Connect(t.Context(), pgtest.New(t), 4)
	must(t, err)
	t.Cleanup(pool.Close)
	must(t, ignore(pool.Exec(t.Context(), `DROP SCHEMA public CASCADE; CREATE SCHEMA public`)))
	steps, err := goose.NewProvider(goose.DialectPostgres, stdlib.OpenDBFromPool(pool), migrations.Files, goose.WithDisableGlobalRegistry(true))
	must(t, err)
	must(t, ignore(steps.UpTo(t.Context(), 6)))
	must(t, ignore(pool.Exec(t.Context(), `
		INSERT INTO people (id, name, username, suggested, created_at) VALUES (1, 'A', '', '', now());
		INSERT INTO merchants (name, time_zone, created_at) VALUES ('M', 'Asia/Bishkek', now());
		INSERT INTO cards (merchant_id, token, key_id, last4, added_by, created_at)
			SELECT id, repeat(n, 32), '', '000'||n, 1, now() FROM merchants, unnest(ARRAY['1', '2']) n;
		INSERT INTO outlets (merchant_id, name, category, mcc, address, closed, card_id, created_by, create_key, created_at)
			SELECT m.id, o.name, 'cafe', 5812, '', o.closed, (SELECT id FROM cards WHERE last4 = o.card), 1, o.name, now()
			FROM merchants m, (VALUES (1, 'first', false, '0001'), (2, 'closed', true, '0002'), (3, 'no card', false, '')) o (n, name, closed, card)
			ORDER BY o.n`)))
	must(t, ignore(steps.Up(t.Context())))
	rows, err := pool.Query(t.Context(), `
		SELECT o.name || ' ' || o.state || ' ' || c.last4 || CASE WHEN o.own_card THEN ' own' ELSE '' END || CASE WHEN c.id = m.default_card_id THEN ' default' ELSE '' END
		FROM outlets o JOIN merchants m ON m.id = o.merchant_id LEFT JOIN cards c ON c.id = o.card_id ORDER BY o.id`)
	must(t, err)
	var got []string
	for rows.Next() {
		var line string
		must(t, rows.Scan(&line))
		got = append(got, line)
	}
	must(t, rows.Err())
	if diff := cmp.Diff(got, []string{"first open 0001 default", "closed paused 0002 own", "no card open 0001 default"}); diff != "" {
		t.Errorf("outlets after the migration (-got +want):\n%s", diff)
	}
}
