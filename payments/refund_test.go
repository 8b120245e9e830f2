package payments_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"elkart.kg/trade/payments"
)

func TestRefundApply(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	answer := func(s payments.Status) payments.RefundEvent {
		return payments.RefundEvent{Kind: payments.RefundEventAnswer, Status: s, At: at}
	}
	send := payments.RefundEvent{Kind: payments.RefundEventSend, At: at}
	begin := payments.RefundEvent{Kind: payments.RefundEventBegin, OperatorID: "op", At: at}
	drop := payments.RefundEvent{Kind: payments.RefundEventDrop, Reason: "no", At: at}
	for name, c := range map[string]struct {
		events []payments.RefundEvent
		want   payments.RefundState
		id     string
		code   payments.Code // of the last event
	}{
		"success":                          {[]payments.RefundEvent{send, begin, answer(50)}, "succeeded", "op", ""},
		"error":                            {[]payments.RefundEvent{send, begin, answer(30)}, "failed", "op", ""},
		"cancelled":                        {[]payments.RefundEvent{send, begin, answer(40)}, "failed", "op", ""},
		"success twice":                    {[]payments.RefundEvent{send, begin, answer(50), answer(50)}, "succeeded", "op", ""},
		"error, then cancelled":            {[]payments.RefundEvent{send, begin, answer(30), answer(40)}, "failed", "op", ""},
		"refused":                          {[]payments.RefundEvent{send, drop}, "failed", "", ""},
		"never sent":                       {[]payments.RefundEvent{drop}, "failed", "", ""},
		"dropped after it had begun":       {[]payments.RefundEvent{send, begin, drop}, "sent", "op", ""},
		"sent after it was dropped":        {[]payments.RefundEvent{drop, send}, "failed", "", ""},
		"begins twice: the first id holds": {[]payments.RefundEvent{send, begin, {Kind: payments.RefundEventBegin, OperatorID: "other"}}, "sent", "op", ""},
		"begins before it is sent":         {[]payments.RefundEvent{begin}, "requested", "", ""},
		"success of what never began":      {[]payments.RefundEvent{send, answer(50)}, "sent", "", payments.CodeImpossible},
		"success of what was not sent":     {[]payments.RefundEvent{answer(50)}, "requested", "", payments.CodeImpossible},
		"cancelled after success":          {[]payments.RefundEvent{send, begin, answer(50), answer(40)}, "succeeded", "op", payments.CodeImpossible},
		"success after an error":           {[]payments.RefundEvent{send, begin, answer(30), answer(50)}, "failed", "op", payments.CodeImpossible},
		"not a final status":               {[]payments.RefundEvent{send, begin, answer(20)}, "sent", "op", payments.CodeImpossible},
		"not an event":                     {[]payments.RefundEvent{{Kind: "nap"}}, "requested", "", payments.CodeImpossible},
	} {
		t.Run(name, func(t *testing.T) {
			r := payments.Refund{State: payments.RefundRequested}
			var err error
			for _, e := range c.events {
				r, err = r.Apply(e)
			}
			if r.State != c.want || r.OperatorID != c.id || payments.CodeOf(err) != c.code {
				t.Errorf("ends %s as %q, %v; want %s as %q, %q", r.State, r.OperatorID, err, c.want, c.id, c.code)
			}
			if r.State.Final() != !r.FinalAt.IsZero() || (r.State == payments.RefundFailed) != (r.Reason != "") {
				t.Errorf("final at %v, reason %q", r.FinalAt, r.Reason)
			}
		})
	}
}

// Whatever happens in whatever order: final is final, the id never changes, and
// nothing that began fails but on the operator's word.
func TestRefundIsMonotonic(t *testing.T) {
	kinds := []payments.RefundEventKind{payments.RefundEventSend, payments.RefundEventBegin, payments.RefundEventAnswer, payments.RefundEventDrop}
	rapid.Check(t, func(t *rapid.T) {
		r := payments.Refund{State: payments.RefundRequested}
		for range rapid.IntRange(1, 12).Draw(t, "events") {
			e := payments.RefundEvent{
				Kind:       rapid.SampledFrom(kinds).Draw(t, "kind"),
				Status:     rapid.SampledFrom([]payments.Status{10, 20, 30, 40, 50}).Draw(t, "status"),
				OperatorID: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "id"), Reason: "no", At: time.Unix(1, 0),
			}
			before := r
			after, err := r.Apply(e)
			switch {
			case err != nil && after != before:
				t.Fatalf("%+v changed by a refused %+v", before, e)
			case before.State.Final() && after != before:
				t.Fatalf("%+v changed by %+v after its end", before, e)
			case before.OperatorID != "" && after.OperatorID != before.OperatorID:
				t.Fatalf("%s became %s", before.OperatorID, after.OperatorID)
			case before.OperatorID != "" && after.State.Final() && !before.State.Final() && e.Kind != payments.RefundEventAnswer:
				t.Fatalf("%+v ended by %+v", before, e)
			}
			r = after
		}
	})
}
