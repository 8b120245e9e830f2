package operator_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/bot/demo/operator"
	"elkart.kg/trade/payments"
)

// What was paid before the operator was started again is refunded as what is
// paid after, and no more of it than is left.
func TestLedger(t *testing.T) {
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "operator.jsonl")
	kept := func(c *operator.Config) { c.Ledger = path }
	w := newWorld(t, kept)
	paid := pay(t, w, link(t, "OPEN", 0), 1000)
	pay(t, w, link(t, "NOBODY", 0), 1000)
	begun, err := w.client.Create(ctx, refundOf(paid, "refund-1", 600))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.client.Execute(ctx, begun.TransactionID); err != nil {
		t.Fatal(err)
	}
	elsewhere := payments.Order{Scan: payments.Scan{Amount: 700}, OperatorID: "another bank's", PSPTransactionID: "p", Type: payments.TypeC2B}
	w.op.Remember(elsewhere, payments.StatusSuccess, w.clock.Now())
	taken := elsewhere
	taken.OperatorID = "taken back"
	w.op.Remember(taken, payments.StatusSuccess, w.clock.Now())
	w.op.Remember(taken, payments.StatusError, w.clock.Now())
	before := w.op.Payments()
	w.op.Close()

	for range 2 {
		next := newWorld(t, kept)
		if diff := cmp.Diff(next.op.Payments(), before); diff != "" {
			t.Errorf("the payer's history, got and want:\n%s", diff)
		}
		again, err := next.client.Create(ctx, refundOf(paid, "refund-1", 600))
		if err != nil || again.TransactionID != begun.TransactionID || again.Status != payments.StatusSuccess {
			t.Errorf("the refund that was made: %+v, %v", again, err)
		}
		if _, err := next.client.Create(ctx, refundOf(paid, "refund-2", 401)); payments.CodeOf(err) != payments.CodeSumTooLarge {
			t.Errorf("more than is left: %v", err)
		}
		if _, err := next.client.Create(ctx, refundOf(operator.Payment{TransactionID: elsewhere.OperatorID}, "refund-3", 700)); err != nil {
			t.Errorf("of a payment with another bank: %v", err)
		}
		if _, err := next.client.Create(ctx, refundOf(operator.Payment{TransactionID: taken.OperatorID}, "refund-4", 700)); payments.CodeOf(err) != payments.CodeRecipientWrong {
			t.Errorf("of a payment that was taken back: %v", err)
		}
		next.op.Close()
	}
}

// A payment that was under way when the operator ended is cancelled, as the
// operator does with what gets no answer.
func TestLedgerEndsWhatWasUnderWay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "operator.jsonl")
	kept := func(c *operator.Config) { c.Ledger = path }
	w := newWorld(t, kept)
	w.op.Misbehave(operator.Mischief{DelayUpdate: 1})
	paid, err := w.op.Pay(t.Context(), link(t, "OPEN", 0), 1000)
	if err != nil || paid.Status != int(payments.StatusInProcess) {
		t.Fatalf("%+v, %v", paid, err)
	}
	w.op.Close()
	next := newWorld(t, kept)
	got, err := next.client.Get(t.Context(), paid.TransactionID)
	if err != nil || got.Status != payments.StatusCanceled {
		t.Errorf("%+v, %v", got, err)
	}
}
