package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/payments"
)

// The day of the people who run it: of all merchants, by the clock of a zone.
func TestDayOfWork(t *testing.T) {
	w := newWorld(t)
	w.withOperator()
	bank := w.withBank()
	w.setClock(at(bishkek, "2026-11-19 23:30"))
	one, two := w.merchant(t, 1), w.merchant(t, 2)
	w.pay(t, w.order(t, one.Static, 9_00)) // the day before
	w.setClock(at(bishkek, "2026-11-20 00:30"))
	p := w.pay(t, w.order(t, one.Static, 500_00))
	w.pay(t, w.order(t, two.Static, 70_00))
	w.refund(t, 1, p, 100_00)
	w.reverse(t, w.pay(t, w.order(t, one.Static, 30_00)))
	bank.answer = payments.CreditRefused
	w.payOutAll(t)
	w.ask(t, 1, p, 50_00)
	order := w.order(t, two.Static, 1_00)
	must(t, ignore(w.Create(t.Context(), order)))
	must(t, ignore(w.Execute(t.Context(), order.OperatorID)))
	must(t, ignore(w.pool.Exec(t.Context(), `
		INSERT INTO operator_calls (at, call, operator_id, psp_transaction_id, status, code, took_us, remote)
		SELECT $1::timestamptz + i * interval '1 minute', 'check', '', '', CASE i WHEN 3 THEN 500 ELSE 200 END, '', CASE i WHEN 7 THEN 3000000 ELSE i * 1000 END, ''
		FROM generate_series(1, 100) i`, at(bishkek, "2026-11-20 10:00"))))
	w.setClock(at(bishkek, "2026-11-21 09:00"))
	w.pay(t, w.order(t, one.Static, 5_00)) // the day after
	got, err := w.DayOfWork(t.Context(), "Asia/Bishkek", 20261120)
	must(t, err)
	want := payments.DayOfWork{
		Date: 20261120, Merchants: 2, Taken: payments.Takings{Count: 3, Total: 600_00}, Reversed: payments.Takings{Count: 1, Total: 30_00},
		Refunded: payments.Takings{Count: 1, Total: 100_00}, Unsettled: 1, Pending: 1, Calls: 100, Errors: 2, Median: 51 * time.Millisecond, Slowest: 100 * time.Millisecond,
		Refused: 3, Waiting: 5_00,
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("day (-got +want):\n%s", diff)
	}
}
