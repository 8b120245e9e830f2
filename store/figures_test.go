package store_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"elkart.kg/trade/bot/postgres/pgtest"
	"elkart.kg/trade/migrations"
	"elkart.kg/trade/payments"
	"elkart.kg/trade/store"
)

// moment is one thing that happened to a merchant's money, as the test saw it.
type moment struct {
	outlet  payments.OutletID
	at      time.Time
	figures payments.Figures
}

// Whatever spans and outlets are asked about, the figures are the sum of what
// happened in them, and what happens later changes none of a span that is over.
func TestFigures(t *testing.T) {
	w := newWorld(t)
	w.withOperator()
	desk := w.merchant(t, 1)
	stranger := w.merchant(t, 2)
	outlets := []payments.Outlet{desk.Outlet, w.outlet(t, 1, payments.OutletDraft{Name: "Базар", CopyFrom: desk.Outlet.ID, Key: "o2"})}
	must(t, ignore(w.pool.Exec(t.Context(), `UPDATE merchants SET fee_bp = 90 WHERE id = $1`, desk.Merchant.ID)))
	random := rand.New(rand.NewPCG(6, 0))
	var story []moment
	var stands []payments.Payment
	begin := *w.clock.Load()
	frozen := payments.FiguresOf{MerchantID: desk.Merchant.ID, Day: payments.Day{From: begin, To: begin.Add(72 * time.Hour)}}
	var before *payments.Figures
	for range 120 {
		w.advance(time.Duration(random.IntN(100)) * time.Minute)
		if before != nil && random.IntN(10) == 0 { // a clock is set right
			w.advance(-50 * time.Minute)
		}
		now := *w.clock.Load()
		if before == nil && !now.Before(frozen.To) {
			f, err := w.store.Figures(t.Context(), frozen)
			must(t, err)
			before = &f
		}
		outlet := outlets[random.IntN(2)].ID
		switch n := random.IntN(10); {
		case n < 7 || len(stands) == 0:
			w.pay(t, w.order(t, stranger.Static, 77_00))
			link, err := w.store.StaticLink(t.Context(), desk.Merchant.ID, outlet)
			must(t, err)
			p := w.pay(t, w.order(t, link, payments.Money(1+random.Int64N(9_999_99))+1_00))
			stands = append(stands, p)
			story = append(story, moment{outlet, now, payments.Figures{Taken: payments.Takings{Count: 1, Total: p.Amount}, Fees: p.Fee}})
		case n < 9:
			i := random.IntN(len(stands))
			p := stands[i]
			stands = append(stands[:i], stands[i+1:]...)
			part := 1 + payments.Money(random.Int64N(int64(p.Amount)))
			w.refund(t, 1, p, part)
			story = append(story, moment{p.OutletID, now, payments.Figures{Refunded: payments.Takings{Count: 1, Total: part}}})
		default:
			i := random.IntN(len(stands))
			p := stands[i]
			stands = append(stands[:i], stands[i+1:]...)
			w.reverse(t, p)
			story = append(story, moment{p.OutletID, now, payments.Figures{Reversed: payments.Takings{Count: 1, Total: p.Amount}, Fees: -p.Fee}})
		}
	}
	for i := range 150 {
		of := payments.FiguresOf{MerchantID: desk.Merchant.ID}
		of.From = begin.Add(time.Duration(random.IntN(100)) * time.Hour)
		of.To = of.From.Add(time.Duration(random.IntN(60)) * time.Hour)
		switch i % 5 {
		case 0: // an edge that something happened on
			of.To = story[random.IntN(len(story))].at
		case 1: // days of a zone half an hour off
			of.From, of.To = of.From.Add(30*time.Minute), of.To.Add(30*time.Minute)
		case 2: // anything, also within an hour and the wrong way round
			of.From = of.From.Add(time.Duration(random.Int64N(int64(3 * time.Hour))))
			of.To = of.From.Add(time.Duration(random.Int64N(int64(4*time.Hour))) - time.Hour)
		case 3: // all there ever was
			of.From, of.To = time.Time{}, begin.AddDate(7000, 0, 0)
		}
		if i%3 > 0 {
			of.Outlets = []payments.OutletID{outlets[i%2].ID}
		}
		var want payments.Figures
		for _, m := range story {
			if !m.at.Before(of.From) && m.at.Before(of.To) && (len(of.Outlets) == 0 || m.outlet == of.Outlets[0]) {
				want = want.Plus(m.figures)
			}
		}
		got, err := w.store.Figures(t.Context(), of)
		must(t, err)
		if diff := cmp.Diff(got, want); diff != "" {
			t.Errorf("%+v (-got +want):\n%s", of, diff)
		}
		var lines payments.Figures
		var last time.Time
		must(t, w.store.Operations(t.Context(), of, func(o payments.Operation) error {
			if o.At.Before(last) {
				t.Errorf("a line of %s after one of %s", o.At, last)
			}
			last, lines = o.At, lines.Plus(o.Figures())
			return nil
		}))
		if diff := cmp.Diff(lines, want); diff != "" {
			t.Errorf("the statement of %+v (-got +want):\n%s", of, diff)
		}
	}
	after, err := w.store.Figures(t.Context(), frozen)
	must(t, err)
	if diff := cmp.Diff(after, *before); diff != "" || after.Reversed.Count == 0 || after.Refunded.Count == 0 {
		t.Errorf("figures of days that are over (-now +then):\n%s%+v", diff, after)
	}
}

// A payment that was reversed before 00008 gets back the moment it succeeded.
func TestMigrationOfReversals(t *testing.T) {
	pool, err := store.Connect(t.Context(), pgtest.New(t), 4)
	must(t, err)
	t.Cleanup(pool.Close)
	must(t, ignore(pool.Exec(t.Context(), `DROP SCHEMA public CASCADE; CREATE SCHEMA public`)))
	steps, err := goose.NewProvider(goose.DialectPostgres, stdlib.OpenDBFromPool(pool), migrations.Files, goose.WithDisableGlobalRegistry(true))
	must(t, err)
	must(t, ignore(steps.UpTo(t.Context(), 7)))
	must(t, ignore(pool.Exec(t.Context(), `
		INSERT INTO people (id, name, username, suggested, created_at) VALUES (1, 'A', '', '', now());
		INSERT INTO merchants (name, time_zone, created_at) VALUES ('M', 'Asia/Bishkek', now());
		INSERT INTO outlets (merchant_id, name, category, mcc, address, created_by, create_key, created_at)
			SELECT id, 'o', 'cafe', 5812, '', 1, 'k', now() FROM merchants;
		INSERT INTO links (merchant_id, outlet_id, kind, state, code, amount, min, max, comment, uri, created_by, created_at)
			SELECT merchant_id, id, 'static', 'active', 'C', 0, 1, 9, '', '', 1, now() FROM outlets;
		INSERT INTO payments (merchant_id, outlet_id, link_id, once, operator_id, psp_transaction_id, receipt_id, type, customer, amount,
			beneficiary_name, comment, state, reversed_by, receipt, receipt_key, fingerprint, created_at, executed_at, final_at)
			SELECT l.merchant_id, l.outlet_id, l.id, false, s.id, s.id, '', 20, 1, 500, '', '', s.id, s.by, s.n, s.id, '', '2026-03-01', '2026-03-01', '2026-03-05'
			FROM links l, (VALUES ('succeeded', 0, 1), ('reversed', 40, 2)) s (id, by, n);
		INSERT INTO payment_events (merchant_id, payment_id, kind, status, state, at)
			SELECT merchant_id, id, 'update', 50, 'succeeded', '2026-03-02' FROM payments;
		INSERT INTO payment_events (merchant_id, payment_id, kind, status, state, at)
			SELECT merchant_id, id, 'update', 40, 'reversed', '2026-03-05' FROM payments WHERE state = 'reversed'`)))
	must(t, ignore(steps.Up(t.Context())))
	s, err := store.New(pool)
	must(t, err)
	var got []string
	for _, id := range []string{"succeeded", "reversed"} {
		p, err := s.PaymentByOperatorID(t.Context(), id)
		must(t, err)
		got = append(got, fmt.Sprintf("%s final %s reversed %t", id, p.FinalAt.Format("01-02"), p.ReversedAt.Format("01-02") == "03-05"))
	}
	if diff := cmp.Diff(got, []string{"succeeded final 03-05 reversed false", "reversed final 03-02 reversed true"}); diff != "" {
		t.Errorf("after the migration (-got +want):\n%s", diff)
	}
}

// kept holds the figures that are kept against a look at every row.
func kept(t *testing.T, pool *pgxpool.Pool) {
	t.Helper()
	functions, err := os.ReadFile("testdata/money.sql")
	must(t, err)
	must(t, ignore(pool.Exec(t.Context(), string(functions))))
	rows, err := pool.Query(t.Context(), `SELECT f::text FROM figures_of_rows(0) f`)
	must(t, err)
	wrong, err := pgx.CollectRows(rows, pgx.RowTo[string])
	must(t, err)
	if len(wrong) > 0 {
		t.Errorf("figures that differ from the rows:\n%s", strings.Join(wrong, "\n"))
	}
}

// What happened before 00038 is counted by it, and what happens after it too,
// whoever writes.
func TestMigrationOfFigures(t *testing.T) {
	pool, err := store.Connect(t.Context(), pgtest.New(t), 4)
	must(t, err)
	t.Cleanup(pool.Close)
	must(t, ignore(pool.Exec(t.Context(), `DROP SCHEMA public CASCADE; CREATE SCHEMA public`)))
	steps, err := goose.NewProvider(goose.DialectPostgres, stdlib.OpenDBFromPool(pool), migrations.Files, goose.WithDisableGlobalRegistry(true))
	must(t, err)
	must(t, ignore(steps.UpTo(t.Context(), 37)))
	exec := func(sql string) error { return ignore(pool.Exec(t.Context(), sql)) }
	must(t, exec(`
		INSERT INTO people (id, name, username, suggested, created_at) VALUES (1, 'A', '', '', now());
		INSERT INTO merchants (name, time_zone, created_at) SELECT 'M', 'Asia/Bishkek', now() FROM generate_series(1, 3);
		INSERT INTO outlets (merchant_id, name, category, mcc, address, created_by, create_key, created_at)
			SELECT id, 'o' || n, 'cafe', 5812, '', 1, id || ' ' || n, now() FROM merchants, generate_series(1, 2) n;
		INSERT INTO links (merchant_id, outlet_id, kind, state, code, amount, min, max, comment, uri, created_by, created_at)
			SELECT merchant_id, id, 'static', 'active', 'C' || id, 0, 1, 9, '', '', 1, now() FROM outlets`))
	const happen = `
		INSERT INTO payments (merchant_id, outlet_id, link_id, once, operator_id, psp_transaction_id, receipt_id, type, customer, amount,
			beneficiary_name, comment, state, reversed_by, receipt, receipt_key, fingerprint, created_at, executed_at, final_at, reversed_at, fee)
		SELECT l.merchant_id, l.outlet_id, l.id, false, 's' || s.n, 's' || s.n, '', 20, 1, 500 + s.n, '', '',
			CASE WHEN s.n % 7 = 0 THEN 'cancelled' WHEN s.n % 5 = 0 THEN 'reversed' ELSE 'succeeded' END,
			CASE WHEN s.n % 7 <> 0 AND s.n % 5 = 0 THEN 40 ELSE 0 END,
			CASE WHEN s.n % 7 <> 0 THEN s.n END, CASE WHEN s.n % 7 <> 0 THEN 'k' || s.n ELSE '' END, '', at, at, at,
			CASE WHEN s.n % 7 <> 0 AND s.n % 5 = 0 THEN at + interval '23 h' END, CASE WHEN s.n % 7 <> 0 THEN s.n % 9 ELSE 0 END
		FROM (
			SELECT n, '2026-03-01 12:00Z'::timestamptz + n * interval '7 min' AS at FROM generate_series(1, 600) n
		) s JOIN (SELECT *, row_number() OVER () AS k FROM links) l ON l.k = 1 + s.n % 6 WHERE s.n % 2 = `
	const giveBack = `
		INSERT INTO refunds (merchant_id, payment_id, amount, state, key, requested_by, request_key, requested_at)
		SELECT merchant_id, id, 1 + id % 400, 'requested', id, 1, id, final_at
		FROM payments WHERE state = 'succeeded' AND id % 4 = 0 AND NOT EXISTS (SELECT FROM refunds r WHERE r.payment_id = payments.id);
		UPDATE refunds SET state = 'sent', operator_id = key WHERE state = 'requested';
		UPDATE refunds SET state = CASE WHEN id % 3 = 0 THEN 'failed' ELSE 'succeeded' END, final_at = requested_at + interval '5 h' WHERE state = 'sent'`
	must(t, exec(happen+"0"))
	must(t, exec(giveBack))
	must(t, ignore(steps.Up(t.Context())))
	kept(t, pool)
	for _, sql := range []string{
		happen + "1", giveBack,
		`UPDATE payments SET state = 'reversed', reversed_by = 30, reversed_at = final_at + interval '3 d' WHERE state = 'succeeded' AND id % 3 = 0`,
		`UPDATE payments SET fee = fee + 1, final_at = final_at - interval '2 h' WHERE receipt % 2 = 0`,
		`DELETE FROM refunds WHERE id % 2 = 0`,
		`DELETE FROM payments p WHERE id % 11 = 0 AND NOT EXISTS (SELECT FROM refunds r WHERE r.payment_id = p.id)`,
		`SELECT figures_refill()`,
	} {
		if err := exec(sql); err != nil {
			t.Errorf("%s: %v", sql, err)
		}
		kept(t, pool)
	}
	var n int
	must(t, pool.QueryRow(t.Context(), `SELECT count(*) FROM figures`).Scan(&n))
	if n < 100 {
		t.Errorf("only %d rows of figures", n)
	}
	if err := exec(`UPDATE payments SET outlet_id = outlet_id + 1 WHERE receipt IS NOT NULL`); err == nil || !strings.Contains(err.Error(), "was taken at") {
		t.Errorf("payments were moved to another outlet: %v", err)
	}
	must(t, exec(`TRUNCATE payments CASCADE`))
	kept(t, pool)
	must(t, pool.QueryRow(t.Context(), `SELECT count(*) FROM figures`).Scan(&n))
	if n != 0 {
		t.Errorf("%d rows of figures of no payments", n)
	}
}
