package main

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"

	"elkart.kg/trade/bot/postgres/pgtest"
	"elkart.kg/trade/payments"
	"elkart.kg/trade/store"
)

var updateGolden = flag.Bool("update", false, "write the golden files anew")

// golden compares with testdata/name; go test -update writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *updateGolden {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got, string(want)); diff != "" {
		t.Errorf("%s (-got +want; -update writes it anew):\n%s", file, diff)
	}
}

// till is a database with payments in it for the command "reconcile", and a
// clock. Its user is always "clerk" in what is printed.
type till struct {
	t     testing.TB
	url   string
	pool  *pgxpool.Pool
	store *store.Store
	clock time.Time
	stdin string
}

func newTill(t testing.TB) *till {
	t.Helper()
	k := &till{t: t, url: pgtest.New(t), clock: time.Date(2026, 3, 3, 10, 0, 0, 0, payments.Bishkek())}
	var err error
	if k.pool, err = store.Connect(t.Context(), k.url, 4); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.pool.Close)
	if k.store, err = store.New(k.pool); err != nil {
		t.Fatal(err)
	}
	k.exec(`
		WITH p AS (INSERT INTO people (id, name, username, suggested, created_at) VALUES (1, 'A', '', 'ky', now()) RETURNING id),
		m AS (INSERT INTO merchants (name, time_zone, created_at) VALUES ('A', 'Asia/Bishkek', now()) RETURNING id),
		o AS (INSERT INTO outlets (merchant_id, name, category, mcc, address, created_by, create_key, created_at)
			SELECT m.id, 'A', 'cafe', 5812, '', p.id, 'k', now() FROM m, p RETURNING id)
		INSERT INTO links (merchant_id, outlet_id, kind, state, code, amount, min, max, comment, uri, created_by, created_at)
		SELECT m.id, o.id, 'static', 'active', 'CODE', 0, 1, 100000000, '', 'uri', p.id, now() FROM m, o, p`)
	return k
}

func (k *till) exec(sql string, args ...any) {
	k.t.Helper()
	if _, err := k.pool.Exec(k.t.Context(), sql, args...); err != nil {
		k.t.Fatal(err)
	}
}

// paid writes payments that end in a state when the clock of the operator's
// word says so: "2026-03-02 12:00", Bishkek.
func (k *till) paid(state, final string, amounts map[string]int64) {
	k.t.Helper()
	at, err := readClearingTime(final)
	if err != nil {
		k.t.Fatal(err)
	}
	for id, amount := range amounts {
		k.exec(`
			INSERT INTO payments (merchant_id, outlet_id, link_id, once, operator_id, psp_transaction_id, receipt_id, type, customer, amount,
				beneficiary_name, comment, state, receipt, receipt_key, fingerprint, created_at, executed_at, final_at)
			SELECT merchant_id, outlet_id, id, false, $1, $1, '', 20, 1, $2, '', '', $3::text,
				CASE WHEN $3 = 'succeeded' THEN (SELECT count(*) + 1 FROM payments) END, CASE WHEN $3 = 'succeeded' THEN $1 ELSE '' END,
				'', $4, $4, $4 FROM links`, id, amount, state, at)
	}
}

// refunded writes a refund that succeeded.
func (k *till) refunded(id, payment string, amount int64, final string) {
	k.t.Helper()
	at, err := readClearingTime(final)
	if err != nil {
		k.t.Fatal(err)
	}
	k.exec(`INSERT INTO refunds (merchant_id, payment_id, amount, state, key, requested_by, request_key, requested_at)
		SELECT merchant_id, id, $3, 'requested', $1, 1, $1, $4 FROM payments WHERE operator_id = $2`, id, payment, amount, at)
	k.exec(`UPDATE refunds SET state = 'sent', operator_id = $1 WHERE key = $1`, id)
	k.exec(`UPDATE refunds SET state = 'succeeded', final_at = $2 WHERE key = $1`, id, at)
}

// reconcile runs the command with the till's clock.
func (k *till) reconcile(args ...string) (out string, err error) {
	k.t.Helper()
	flags, err := readReconcileFlags(args)
	if err != nil {
		return "", err
	}
	var stdout, stderr strings.Builder
	std := streams{in: strings.NewReader(k.stdin), out: &stdout, err: &stderr}
	err = reconcile(context.WithoutCancel(k.t.Context()), flags, k.store, func() time.Time { return k.clock }, std)
	if stderr.Len() > 0 {
		k.t.Errorf("reconcile %q writes to standard error, which is no terminal: %q", args, stderr.String())
	}
	return strings.ReplaceAll(stdout.String(), systemUser(), "clerk"), err
}

// breaks is the count of breaks ever.
func (k *till) breaks() (n int) {
	k.t.Helper()
	if err := k.pool.QueryRow(k.t.Context(), `SELECT count(*) + (SELECT count(*) FROM clearing_files) + (SELECT count(*) FROM clearing_rows) FROM breaks`).Scan(&n); err != nil {
		k.t.Fatal(err)
	}
	return n
}
