package store_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"elkart.kg/trade/payments"
)

// faults returns what does not add up in the merchants' money; see
// testdata/money.sql; merchant 0 is all. Every transaction leaves it adding up, so it may be asked
// at any moment.
func faults(ctx context.Context, db interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}, merchant payments.MerchantID) ([]string, error) {
	rows, err := db.Query(ctx, `
		SELECT 'merchant ' || e::text FROM money_of_merchants($1) e
		UNION ALL SELECT 'payment ' || e::text FROM money_of_payments($1) e
		UNION ALL SELECT 'figures ' || e::text FROM figures_of_rows($1) e`, merchant)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// keepBooks makes the world's money be held against the equation at its end.
func (w *world) keepBooks(t testing.TB) {
	t.Helper()
	functions, err := os.ReadFile("testdata/money.sql")
	must(t, err)
	_, err = w.pool.Exec(t.Context(), string(functions))
	must(t, err)
	t.Cleanup(func() { w.balanced(t) })
}

// balanced holds the money equation against the database.
func (w *world) balanced(t testing.TB) {
	t.Helper()
	found, err := faults(context.WithoutCancel(t.Context()), w.pool, 0)
	if err != nil || len(found) > 0 {
		t.Errorf("the money does not add up: %v\n%s", err, strings.Join(found, "\n"))
	}
}

// What the equation is worth: it sees each row that is off by a tyiyn.
func TestEquationSeesFaults(t *testing.T) {
	w := newWorld(t)
	b := w.withBank()
	w.withOperator()
	desk := w.merchant(t, 1)
	w.fee(t, desk.Merchant.ID, 100, 0)
	p := w.pay(t, w.order(t, desk.Static, 100_00))
	w.payOutAll(t)
	w.refund(t, 1, p, 30_00)
	w.pay(t, w.order(t, desk.Static, 20_00))
	w.payOutAll(t)
	if b.paid() != 99_00 {
		t.Fatalf("paid %d", b.paid())
	}
	for name, sql := range map[string]string{
		"a credit too large":        `ALTER TABLE credits DISABLE TRIGGER ALL; UPDATE credits SET amount = amount + 1 WHERE withheld = 0`,
		"a refund that did nothing": `ALTER TABLE refunds DISABLE TRIGGER ALL; UPDATE refunds SET state = 'failed'; UPDATE refund_events SET state = 'failed'`,
		"a debt forgiven":           `UPDATE debts SET remaining = 0`,
		"a debt too many":           `INSERT INTO debts (merchant_id, payment_id, kind, amount, remaining, created_at) SELECT merchant_id, id, 'recall', 1, 1, now() FROM payments LIMIT 1`,
		"a fee charged twice":       `UPDATE payments SET fee = fee * 2`,
		"a lost credit":             `DELETE FROM credits WHERE withheld = 0`,
		"a lost withholding":        `DELETE FROM withholdings`,
		"an hour off by a tyiyn":    `UPDATE figures SET fees = fees + 1 WHERE hours = 1`,
		"a lost day":                `DELETE FROM figures WHERE hours = 24`,
		"a payment not counted":     `ALTER TABLE payments DISABLE TRIGGER ALL; DELETE FROM payments WHERE id = (SELECT max(id) FROM payments)`,
	} {
		tx, err := w.pool.Begin(t.Context())
		must(t, err)
		if _, err := tx.Exec(t.Context(), sql); err != nil {
			t.Errorf("%s: %v", name, err)
		} else if found, err := faults(t.Context(), tx, 0); err != nil || len(found) == 0 {
			t.Errorf("%s: nobody saw it: %v", name, err)
		}
		must(t, tx.Rollback(t.Context()))
	}
}

// A fee is what a merchant's row says at the moment a payment succeeds.
func (w *world) fee(t testing.TB, merchant payments.MerchantID, bp int, least payments.Money) {
	t.Helper()
	must(t, ignore(w.pool.Exec(t.Context(), `UPDATE merchants SET fee_bp = $2, fee_min = $3 WHERE id = $1`, merchant, bp, least)))
}
