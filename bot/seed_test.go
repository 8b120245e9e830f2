package main

import (
	"strings"
	"testing"

	"elkart.kg/trade/bot/demo"
	"elkart.kg/trade/payments"
)

// A seeded merchant has weeks of payments that all add up, hears of none of
// them, and is not seeded twice.
func TestSeed(t *testing.T) {
	w := newWorld(t)
	w.stop() // as in the demo: by the clock of a running program the charges of last month are over
	var out syncBuffer
	if err := w.app.seed(t.Context(), &out, w.now(), w.Operator); err != nil {
		t.Fatal(err)
	}
	var waiting int
	if err := w.pool.QueryRow(t.Context(), `
		SELECT count(*) FROM credits c JOIN payments p ON p.id = c.payment_id
		WHERE c.state IN ('due', 'sent') AND p.final_at > $1`, w.now().Add(-seedPaidOut)).Scan(&waiting); err != nil || waiting != 0 {
		t.Errorf("%d credits of yesterday's payments wait, which its report would tell: %v", waiting, err)
	}
	w.restart()
	if err := w.settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	var days, succeeded, receipts int
	var paidOut, credited payments.Money
	err := w.pool.QueryRow(t.Context(), `
		SELECT count(DISTINCT final_at::date), count(*) FILTER (WHERE state = 'succeeded'), count(receipt),
			(SELECT sum(amount - withheld) FROM credits WHERE state IN ('done', 'recall'))
		FROM payments`).Scan(&days, &succeeded, &receipts, &paidOut)
	if err != nil {
		t.Fatal(err)
	}
	if days < seedDays-2 || succeeded < 400 || receipts < succeeded {
		t.Errorf("%d days, %d payments, %d receipts", days, succeeded, receipts)
	}
	for _, c := range w.Operator.Credits() {
		credited += payments.Money(c.Amount)
	}
	if credited != paidOut || credited == 0 {
		t.Errorf("the card has %d, we paid out %d", credited, paidOut)
	}
	if err := w.app.service.MakeReports(t.Context()); err != nil {
		t.Fatal(err)
	}
	var owed int
	if err := w.pool.QueryRow(t.Context(), `SELECT count(*) FROM reports WHERE kind = 'daily'`).Scan(&owed); err != nil || owed != 1 {
		t.Errorf("%d daily reports are owed, want yesterday's: %v", owed, err)
	}
	if got := w.messages(""); got != 0 {
		t.Errorf("%d messages about the past", got)
	}
	// The operator has had them too: whoever tries a refund on one gets it.
	desk, err := w.app.service.Desk(t.Context(), payments.PersonID(demo.People()[0].ID))
	if err != nil {
		t.Fatal(err)
	}
	var last payments.Payment
	if err := w.pool.QueryRow(t.Context(), `
		SELECT id, amount FROM payments WHERE state = 'succeeded' ORDER BY id DESC LIMIT 1`).Scan(&last.ID, &last.Amount); err != nil {
		t.Fatal(err)
	}
	if r := w.ends(w.asks(desk, last, last.Amount, "whole")); r.State != payments.RefundSucceeded {
		t.Errorf("refund of a seeded payment: %+v", r)
	}
	if err := w.app.seed(t.Context(), &out, w.now(), w.Operator); err != nil || !strings.Contains(out.String(), "nothing was seeded") {
		t.Errorf("seeded again: %v, %q", err, out.String())
	}
}
