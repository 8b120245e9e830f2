package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/payments"
)

// The line breaks, or the program is killed, between what is written down and
// the answer: done again, it is one refund at the operator.
func TestRefundGoesOnce(t *testing.T) {
	for name, c := range map[string]struct {
		call  string
		after bool
		state payments.RefundState // meanwhile
	}{
		"create never arrives":         {"begin", false, payments.RefundSent},
		"the answer to create is lost": {"begin", true, payments.RefundSent},
		"execute never arrives":        {"execute", false, payments.RefundSent},
		"the answer to execute":        {"execute", true, payments.RefundSent},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			op := w.withOperator()
			desk := w.merchant(t, 1)
			p := w.pay(t, w.order(t, desk.Static, 100_00))
			r := w.ask(t, 1, p, 40_00)
			job := payments.SendRefund{MerchantID: r.MerchantID, RefundID: r.ID}
			op.breaks, op.after = c.call, c.after
			tries := 3
			if c.call == "execute" && c.after {
				tries = 1 // the next one would ask, and learn it
			}
			for range tries {
				if settled, err := w.SendRefund(t.Context(), job); settled || err == nil {
					t.Errorf("without an answer: settled %v, %v", settled, err)
				}
				w.balanced(t)
			}
			if got := w.refundNow(t, r); got.State != c.state {
				t.Errorf("meanwhile it is %s", got.State)
			}
			// What is open cannot be asked for again.
			if _, err := w.RequestRefund(t.Context(), 1, payments.RefundDraft{PaymentID: p.ID, Amount: 61_00, Key: "more"}); payments.CodeOf(err) != payments.CodeRefundTooLarge {
				t.Errorf("more than is left meanwhile: %v", err)
			}
			op.breaks = "status"
			if c.call == "execute" {
				if _, err := w.SendRefund(t.Context(), job); err == nil {
					t.Error("an unanswered question is an answer")
				}
			}
			op.breaks = ""
			together(10, func(int) { must(t, ignore(w.SendRefund(t.Context(), job))) })
			if got := w.refundNow(t, r); got.State != payments.RefundSucceeded || got.Key != r.Key {
				t.Errorf("it ended as %+v", got)
			}
			if n, sum := op.given(); n != 1 || sum != 40_00 || len(op.out) != 1 {
				t.Errorf("the operator gave %d back in %d of %d", sum, n, len(op.out))
			}
			if got := w.jobs(t, "refund_told"); got != 1 {
				t.Errorf("told %d times", got)
			}
			w.payOutAll(t)
			if got := w.booksOf(t, p); got.Amount != 60_00 {
				t.Errorf("books %+v", got)
			}
		})
	}
}

// kills ends the job's context in the middle of a call, as a shutdown does.
type kills struct {
	*payback
	cancel context.CancelFunc
}

func (k kills) BeginRefund(ctx context.Context, order payments.RefundOrder) (payments.RefundAnswer, error) {
	answer, err := k.payback.BeginRefund(ctx, order)
	k.cancel()
	return answer, err
}

// The program ends when the operator's id is on its way to the database.
func TestRefundSurvivesTheEnd(t *testing.T) {
	w := newWorld(t)
	op := w.withOperator()
	p := w.pay(t, w.order(t, w.merchant(t, 1).Static, 100_00))
	r := w.ask(t, 1, p, 100_00)
	job := payments.SendRefund{MerchantID: r.MerchantID, RefundID: r.ID}
	ctx, cancel := context.WithCancel(t.Context())
	w.Refunder = kills{op, cancel}
	if settled, err := w.SendRefund(ctx, job); settled || err == nil {
		t.Fatalf("settled %v, %v", settled, err)
	}
	if got := w.refundNow(t, r); got.State != payments.RefundSent || got.OperatorID != "" {
		t.Errorf("it is %+v", got)
	}
	w.Refunder = op
	must(t, ignore(w.SendRefund(t.Context(), job)))
	if n, sum := op.given(); n != 1 || sum != 100_00 || len(op.out) != 1 {
		t.Errorf("the operator gave %d back in %d", sum, n)
	}
}

// The operator does not give back: the money stays, people hear, and it can be
// asked for again.
func TestRefundFails(t *testing.T) {
	for name, set := range map[string]func(*payback){
		"refused":   func(p *payback) { p.refuse = true },
		"error":     func(p *payback) { p.ends = payments.StatusError },
		"cancelled": func(p *payback) { p.ends = payments.StatusCanceled },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			op, b := w.withOperator(), w.withBank()
			p := w.pay(t, w.order(t, w.merchant(t, 1).Static, 100_00))
			set(op)
			r := w.refund(t, 1, p, 100_00)
			if r.State != payments.RefundFailed || r.Reason == "" || r.FinalAt.IsZero() {
				t.Errorf("it ended as %+v", r)
			}
			if got := w.count(t, `SELECT count(*) FROM river_job WHERE kind = 'refund_told' AND args->>'state' = 'failed'`); got != 1 {
				t.Errorf("told %d times", got)
			}
			if v, err := w.PaymentView(t.Context(), 1, p.ID); err != nil || v.Refundable != 100_00 || !v.MayRefund {
				t.Errorf("view %+v, %v", v, err)
			}
			if got := w.jobs(t, "pay_credit"); got != 2 {
				t.Errorf("%d jobs pay the credit out, want the held one again", got)
			}
			w.payOutAll(t)
			if b.paid() != 100_00 {
				t.Errorf("paid %d", b.paid())
			}
			op.refuse, op.ends = false, 0
			if again := w.refund(t, 1, p, 100_00); again.State != payments.RefundSucceeded || again.Key == r.Key {
				t.Errorf("asked again: %+v", again)
			}
		})
	}
}

// The final word comes by the operator's update, however often.
func TestRefundByUpdate(t *testing.T) {
	for name, c := range map[string]struct {
		word, other payments.Status
		want        payments.RefundState
	}{
		"success":   {payments.StatusSuccess, payments.StatusCanceled, payments.RefundSucceeded},
		"cancelled": {payments.StatusCanceled, payments.StatusSuccess, payments.RefundFailed},
		"error":     {payments.StatusError, payments.StatusSuccess, payments.RefundFailed},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			op := w.withOperator()
			op.ends = payments.StatusInProcess
			p := w.pay(t, w.order(t, w.merchant(t, 1).Static, 100_00))
			r := w.ask(t, 1, p, 30_00)
			job := payments.SendRefund{MerchantID: r.MerchantID, RefundID: r.ID}
			if settled, err := w.SendRefund(t.Context(), job); err != nil || settled {
				t.Fatalf("in process: %v, %v", settled, err)
			}
			id := w.refundNow(t, r).OperatorID
			if err := w.Update(t.Context(), id, payments.StatusInProcess, time.Time{}); payments.CodeOf(err) != payments.CodeImpossible {
				t.Errorf("an update that is not final: %v", err)
			}
			together(20, func(int) { must(t, w.Update(t.Context(), id, c.word, *w.clock.Load())) })
			if err := w.Update(t.Context(), id, c.other, time.Time{}); payments.CodeOf(err) != payments.CodeImpossible {
				t.Errorf("an update that contradicts: %v", err)
			}
			if settled, err := w.SendRefund(t.Context(), job); err != nil || !settled {
				t.Errorf("afterwards: %v, %v", settled, err)
			}
			if got := w.refundNow(t, r); got.State != c.want {
				t.Errorf("it ended as %+v", got)
			}
			if told, events := w.jobs(t, "refund_told"), w.count(t, `SELECT count(*) FROM refund_events WHERE kind = 'answer'`); told != 1 || events != 1 {
				t.Errorf("told %d times, %d events", told, events)
			}
		})
	}
	w := newWorld(t)
	if err := w.Update(t.Context(), "nobody", payments.StatusSuccess, time.Time{}); payments.CodeOf(err) != payments.CodePaymentNotFound {
		t.Errorf("an unknown transaction: %v", err)
	}
}

// While a refund is under way the credit waits; then it goes out at once.
func TestCreditWaitsForTheRefund(t *testing.T) {
	w := newWorld(t)
	op, b := w.withOperator(), w.withBank()
	op.ends = payments.StatusInProcess
	p := w.pay(t, w.order(t, w.merchant(t, 1).Static, 100_00))
	r := w.ask(t, 1, p, 30_00)
	w.payOutAll(t)
	must(t, ignore(w.SendRefund(t.Context(), payments.SendRefund{MerchantID: r.MerchantID, RefundID: r.ID})))
	w.payOutAll(t)
	if b.paid() != 0 {
		t.Errorf("%d paid out while the refund is open", b.paid())
	}
	must(t, w.Update(t.Context(), w.refundNow(t, r).OperatorID, payments.StatusSuccess, time.Time{}))
	w.payOutAll(t)
	if diff := cmp.Diff(w.booksOf(t, p), books{
		Credit: "done", Amount: 70_00, Paid: 70_00, Refunded: 30_00, RefundState: "succeeded", PaymentState: "succeeded",
	}); diff != "" || b.paid() != 70_00 {
		t.Errorf("paid %d, books (-got +want):\n%s", b.paid(), diff)
	}
}
