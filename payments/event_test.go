package payments_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"elkart.kg/trade/payments"
)

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func update(status payments.Status) payments.Event {
	return payments.Event{Kind: payments.EventUpdate, Status: status, At: start.Add(10 * time.Second)}
}

func execute(after time.Duration) payments.Event {
	return payments.Event{Kind: payments.EventExecute, At: start.Add(after)}
}

func timeout(after time.Duration) payments.Event {
	return payments.Event{Kind: payments.EventTimeout, At: start.Add(after)}
}

// The whole table of operator.md's rules: state × event → state, or impossible.
func TestApply(t *testing.T) {
	const impossible = payments.PaymentState("impossible")
	refused := execute(time.Second)
	refused.Refuse = true
	events := []struct {
		name  string
		event payments.Event
		// after: created, executing, succeeded, failed, cancelled, reversed by 40
		want [6]payments.PaymentState
	}{
		{"execute", execute(time.Second), [6]payments.PaymentState{"executing", "executing", "succeeded", "failed", "cancelled", "reversed"}},
		{"execute at 60 s", execute(60 * time.Second), [6]payments.PaymentState{"executing", "executing", "succeeded", "failed", "cancelled", "reversed"}},
		{"execute past 60 s", execute(60*time.Second + 1), [6]payments.PaymentState{"cancelled", "executing", "succeeded", "failed", "cancelled", "reversed"}},
		{"execute of a closed link", refused, [6]payments.PaymentState{"failed", "executing", "succeeded", "failed", "cancelled", "reversed"}},
		{"timeout at 60 s", timeout(60 * time.Second), [6]payments.PaymentState{"created", "executing", "succeeded", "failed", "cancelled", "reversed"}},
		{"timeout past 60 s", timeout(60*time.Second + 1), [6]payments.PaymentState{"cancelled", "executing", "succeeded", "failed", "cancelled", "reversed"}},
		{"update 50", update(payments.StatusSuccess), [6]payments.PaymentState{impossible, "succeeded", "succeeded", impossible, impossible, impossible}},
		{"update 40", update(payments.StatusCanceled), [6]payments.PaymentState{"cancelled", "cancelled", "reversed", impossible, "cancelled", "reversed"}},
		{"update 30", update(payments.StatusError), [6]payments.PaymentState{"failed", "failed", "reversed", "failed", impossible, impossible}},
		{"update 20", update(payments.StatusInProcess), [6]payments.PaymentState{impossible, impossible, impossible, impossible, impossible, impossible}},
		{"update 10", update(payments.StatusCreated), [6]payments.PaymentState{"created", impossible, impossible, impossible, impossible, impossible}},
	}
	for _, e := range events {
		for i, from := range []payments.PaymentState{"created", "executing", "succeeded", "failed", "cancelled", "reversed"} {
			t.Run(string(from)+" "+e.name, func(t *testing.T) {
				before := payments.Payment{State: from, CreatedAt: start}
				if from == payments.PaymentReversed {
					before.ReversedBy = payments.StatusCanceled
				}
				after, err := before.Apply(e.event)
				got := after.State
				if err != nil {
					got = impossible
					if payments.CodeOf(err) != payments.CodeImpossible {
						t.Fatalf("error %v, want %s", err, payments.CodeImpossible)
					}
					if after.State != from {
						t.Fatalf("a refused event moved %s to %s", from, after.State)
					}
				}
				if got != e.want[i] {
					t.Errorf("got %s, want %s", got, e.want[i])
				}
			})
		}
	}
}

// However calls are repeated and reordered: a final state stays, but for
// succeeded → reversed, and an applied event applied again changes nothing.
func TestApplyIsMonotonicAndIdempotent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := payments.Payment{State: payments.PaymentCreated, CreatedAt: start}
		for range rapid.IntRange(1, 12).Draw(t, "calls") {
			e := payments.Event{
				Kind:   rapid.SampledFrom([]payments.EventKind{payments.EventExecute, payments.EventUpdate, payments.EventTimeout}).Draw(t, "kind"),
				Status: rapid.SampledFrom([]payments.Status{10, 20, 30, 40, 50}).Draw(t, "status"),
				Refuse: rapid.Bool().Draw(t, "refuse"),
				At:     start.Add(time.Duration(rapid.Int64Range(0, int64(2*time.Minute)).Draw(t, "after"))),
			}
			after, err := p.Apply(e)
			if err == nil && p.State.Final() && after.State != p.State &&
				(p.State != payments.PaymentSucceeded || after.State != payments.PaymentReversed) {
				t.Fatalf("%s became %s", p.State, after.State)
			}
			again, againErr := after.Apply(e)
			if err == nil && (againErr != nil || again.State != after.State) {
				t.Fatalf("the same event again: %s became %s (%v)", after.State, again.State, againErr)
			}
			p = after
		}
	})
}
