package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/payments"
)

// A payment's view tells every state with its time, however often the operator
// repeated itself, and which payment it seems to repeat.
func TestStepsAndDuplicate(t *testing.T) {
	w := newWorld(t)
	w.withOperator()
	ctx := t.Context()
	desk := w.merchant(t, 1)
	first := w.pay(t, w.order(t, desk.Static, 700_00))
	w.advance(time.Minute)
	var want []payments.Step
	step := func(state payments.PaymentState) {
		want = append(want, payments.Step{State: state, At: *w.clock.Load()})
		w.advance(10 * time.Second)
	}
	order := w.order(t, desk.Static, 700_00)
	for range 2 {
		must(t, ignore(w.Create(ctx, order)))
	}
	step(payments.PaymentCreated)
	for range 2 {
		must(t, ignore(w.Execute(ctx, order.OperatorID)))
	}
	step(payments.PaymentExecuting)
	for range 2 {
		must(t, w.Update(ctx, order.OperatorID, payments.StatusSuccess, *w.clock.Load()))
	}
	step(payments.PaymentSucceeded)
	must(t, w.Update(ctx, order.OperatorID, payments.StatusError, *w.clock.Load()))
	step(payments.PaymentReversed)

	v, err := w.PaymentView(ctx, 1, w.idOf(t, order.OperatorID))
	must(t, err)
	if diff := cmp.Diff(v.Steps, want); diff != "" {
		t.Errorf("steps (-got +want):\n%s", diff)
	}
	if v.Payment.DuplicateOf != first.ID || v.Duplicate.ID != first.ID || v.Duplicate.Receipt != first.Receipt {
		t.Errorf("repeats %+v, want payment %d", v.Duplicate, first.ID)
	}
	other := w.merchant(t, 2)
	steps, err := w.store.Steps(ctx, other.Merchant.ID, v.Payment.ID)
	must(t, err)
	if len(steps) != 0 {
		t.Errorf("another merchant sees %v", steps)
	}
}
