package store_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"elkart.kg/trade/bot/postgres/pgtest"
	"elkart.kg/trade/payments"
	"elkart.kg/trade/store"
)

// clerk reconciles over a fresh database whose payments are written by hand.
type clerk struct {
	*payments.Reconciler
	t     testing.TB
	pool  *pgxpool.Pool
	store *store.Store
	clock time.Time
	link  int64
	rows  int64 // payments and refunds written so far
}

// monday is the close of the operational day that most tests are about; the
// day ends on Tuesday at the same time.
var monday = time.Date(2026, 3, 2, 9, 5, 0, 0, payments.Bishkek())

func newClerk(t testing.TB) *clerk {
	t.Helper()
	pool, err := store.Connect(t.Context(), pgtest.New(t), 16)
	must(t, err)
	t.Cleanup(pool.Close)
	s, err := store.New(pool)
	must(t, err)
	c := &clerk{t: t, pool: pool, store: s, clock: monday.Add(25 * time.Hour)}
	c.Reconciler = &payments.Reconciler{Store: s, Now: func() time.Time { return c.clock }}
	must(t, pool.QueryRow(t.Context(), `
		WITH p AS (INSERT INTO people (id, name, username, suggested, created_at) VALUES (1, 'A', '', 'ky', now()) RETURNING id),
		m AS (INSERT INTO merchants (name, time_zone, created_at) VALUES ('A', 'Asia/Bishkek', now()) RETURNING id),
		o AS (INSERT INTO outlets (merchant_id, name, category, mcc, address, created_by, create_key, created_at)
			SELECT m.id, 'A', 'cafe', 5812, '', p.id, 'k', now() FROM m, p RETURNING id)
		INSERT INTO links (merchant_id, outlet_id, kind, state, code, amount, min, max, comment, uri, created_by, created_at)
		SELECT m.id, o.id, 'static', 'active', 'CODE', 0, 1, 100000000, '', 'uri', p.id, now() FROM m, o, p RETURNING id`).Scan(&c.link))
	return c
}

func (c *clerk) exec(sql string, args ...any) {
	c.t.Helper()
	_, err := c.pool.Exec(context.WithoutCancel(c.t.Context()), sql, args...)
	must(c.t, err)
}

// paid writes a payment of ours; final is when the operator's word came.
func (c *clerk) paid(operatorID string, amount payments.Money, state payments.PaymentState, final time.Time) {
	c.t.Helper()
	c.rows++
	c.exec(`
		INSERT INTO payments (merchant_id, outlet_id, link_id, once, operator_id, psp_transaction_id, receipt_id, type, customer, amount,
			beneficiary_name, comment, state, reversed_by, receipt, receipt_key, fingerprint, created_at, executed_at, final_at, reversed_at)
		SELECT merchant_id, outlet_id, id, false, @id, @id, '', 20, 1, @amount, '', '', @state::text,
			CASE WHEN @state = 'reversed' THEN 40 ELSE 0 END,
			CASE WHEN @state IN ('succeeded', 'reversed') THEN @n::bigint END, CASE WHEN @state IN ('succeeded', 'reversed') THEN @id ELSE '' END,
			'', @final, CASE WHEN @state <> 'created' THEN @final::timestamptz END,
			CASE WHEN @state NOT IN ('created', 'executing') THEN @final::timestamptz END,
			CASE WHEN @state = 'reversed' THEN @final::timestamptz END
		FROM links WHERE id = @link`,
		pgx.NamedArgs{"id": operatorID, "amount": amount, "state": string(state), "n": c.rows, "final": final, "link": c.link})
}

// refunded writes a refund of a payment that is there.
func (c *clerk) refunded(operatorID, payment string, amount payments.Money, state payments.RefundState, final time.Time) {
	c.t.Helper()
	c.exec(`
		INSERT INTO refunds (merchant_id, payment_id, amount, state, key, requested_by, request_key, requested_at)
		SELECT merchant_id, id, $3, 'requested', $1, 1, $1, $4 FROM payments WHERE operator_id = $2`, operatorID, payment, amount, final)
	c.exec(`UPDATE refunds SET state = 'sent', operator_id = $1 WHERE key = $1`, operatorID)
	if state != payments.RefundSent {
		c.exec(`UPDATE refunds SET state = $2, final_at = $3 WHERE key = $1`, operatorID, string(state), final)
	}
}

// settled is a payment executed and confirmed at once.
func (c *clerk) settled(operatorID string, amount payments.Money, at time.Time) {
	c.t.Helper()
	c.paid(operatorID, amount, payments.PaymentSucceeded, at)
}

// reconcile holds rows against the books; they must be in order.
func (c *clerk) reconcile(name string, rows ...payments.ClearingRow) payments.Reconciliation {
	c.t.Helper()
	report, err := c.Reconcile(context.WithoutCancel(c.t.Context()), payments.ReconcileRequest{Name: name, By: "clerk"}, fileOf(rows...))
	must(c.t, err)
	return report
}

// open returns the open breaks, oldest first.
func (c *clerk) open() []payments.Break {
	c.t.Helper()
	var list []payments.Break
	must(c.t, c.store.EachOpenBreak(context.WithoutCancel(c.t.Context()), func(b payments.Break) error {
		list = append(list, b)
		return nil
	}))
	count, err := c.store.OpenBreaks(context.WithoutCancel(c.t.Context()))
	must(c.t, err)
	if count.Count != int64(len(list)) || len(list) > 0 && !count.Oldest.Equal(list[0].FirstSeen) {
		c.t.Errorf("counted %+v, listed %d from %+v", count, len(list), list)
	}
	return list
}

// dump is all that reconciling writes.
func (c *clerk) dump() string {
	c.t.Helper()
	var text string
	must(c.t, c.pool.QueryRow(context.WithoutCancel(c.t.Context()), `
		SELECT concat((SELECT string_agg(f::text, E'\n' ORDER BY id) FROM clearing_files f),
			(SELECT string_agg(r::text, E'\n' ORDER BY operator_id) FROM clearing_rows r),
			(SELECT string_agg(b::text, E'\n' ORDER BY id) FROM breaks b))`).Scan(&text))
	return text
}

// clearingFile is a file as its rows.
type clearingFile struct {
	rows []payments.ClearingRow
	sum  [32]byte
	next int
	fail error // at the end
}

// fileOf numbers the rows and identifies the file by them.
func fileOf(rows ...payments.ClearingRow) *clearingFile {
	for i := range rows {
		rows[i].Number, rows[i].Offset = int64(i+1), int64(100*(i+1))
	}
	text, err := json.Marshal(rows)
	if err != nil {
		panic(err)
	}
	return &clearingFile{rows: rows, sum: sha256.Sum256(text)}
}

func (f *clearingFile) Format() string   { return "rows" }
func (f *clearingFile) SHA256() [32]byte { return f.sum }

func (f *clearingFile) Next() (payments.ClearingRow, error) {
	if f.next == len(f.rows) {
		if f.fail != nil {
			return payments.ClearingRow{}, f.fail
		}
		return payments.ClearingRow{}, io.EOF
	}
	f.next++
	return f.rows[f.next-1], nil
}

func row(operatorID string, amount payments.Money, at time.Time) payments.ClearingRow {
	return payments.ClearingRow{OperatorID: operatorID, Amount: amount, ExecutedAt: at}
}

func goingOut(r payments.ClearingRow) payments.ClearingRow {
	r.Outgoing = true
	return r
}

// what is the shortest way to say which breaks there are.
func what(breaks []payments.Break) []string {
	list := []string{}
	for _, b := range breaks {
		list = append(list, fmt.Sprintf("%s %s %d/%d", b.OperatorID, b.Kind, b.Theirs, b.Ours))
	}
	return list
}

var errBroken = errors.New("row 2, byte 200: amount: negative")
