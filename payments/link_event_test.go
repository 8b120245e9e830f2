package payments

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Whatever happens to a link in whatever order: only the arrows, and counts
// that a recount would give.
func TestLinkApply(t *testing.T) {
	start := time.Date(2026, 5, 9, 6, 0, 0, 0, time.UTC)
	arrows := map[[2]LinkState]bool{
		{LinkActive, LinkPaused}: true, {LinkPaused, LinkActive}: true,
		{LinkActive, LinkUsedUp}: true, {LinkActive, LinkExpired}: true, {LinkActive, LinkCancelled}: true,
		{LinkPaused, LinkUsedUp}: true, {LinkPaused, LinkExpired}: true, {LinkPaused, LinkCancelled}: true,
		{LinkExpired, LinkUsedUp}: true,
	}
	rapid.Check(t, func(t *rapid.T) {
		l := Link{Kind: rapid.SampledFrom([]LinkKind{LinkStatic, LinkCharge, LinkReusable}).Draw(t, "kind"), State: LinkActive}
		if l.Kind != LinkStatic {
			l.ExpiresAt = start.Add(30 * time.Minute)
		}
		var taking, paid []PaymentID
		var total Money
		amounts := make(map[PaymentID]Money)
		for i := range 40 {
			e := LinkEvent{At: start.Add(time.Duration(i) * time.Minute), Cap: rapid.IntRange(0, 4).Draw(t, "cap")}
			kinds := []LinkEventKind{LinkPause, LinkResume, LinkCancel, LinkRecap, LinkTake}
			if len(taking) > 0 {
				kinds = append(kinds, LinkSettle, LinkDrop)
			}
			if len(paid) > 0 {
				kinds = append(kinds, LinkReverse)
			}
			e.Kind = rapid.SampledFrom(kinds).Draw(t, "event")
			switch e.Kind {
			case LinkTake:
				id := PaymentID(i + 1)
				if _, refuse := l.takes(id, e.At); refuse {
					continue
				}
				e.Payment, e.Amount = id, Money(100+i)
				taking, amounts[id] = append(taking, id), e.Amount
			case LinkSettle, LinkDrop:
				e.Payment, taking = taking[0], taking[1:]
				if e.Amount = amounts[e.Payment]; e.Kind == LinkSettle {
					paid, total = append(paid, e.Payment), total+e.Amount
				}
			case LinkReverse:
				e.Payment, paid = paid[0], paid[1:]
				e.Amount = amounts[e.Payment]
				total -= e.Amount
			}
			after, err := l.Apply(e)
			if err != nil && (CodeOf(err) == "" || after != l) {
				t.Fatalf("%s: %v, and %+v became %+v", e.Kind, err, l, after)
			}
			reopened := l.Kind == LinkReusable && l.State == LinkUsedUp && after.State == LinkActive && (e.Kind == LinkReverse || e.Kind == LinkRecap)
			if after.State != l.State && !arrows[[2]LinkState{l.State, after.State}] && !reopened {
				t.Fatalf("%s led from %s to %s", e.Kind, l.State, after.State)
			}
			l = after
			if l.Kind == LinkStatic {
				taking, paid, total = nil, nil, 0
			}
			if l.Taking != len(taking) || l.Paid != len(paid) || l.Total != total {
				t.Fatalf("after %s: %+v, want %d taking, %d paid, %d", e.Kind, l, len(taking), len(paid), total)
			}
			if l.Cap != 0 && l.Paid+l.Taking > l.Cap || l.Kind == LinkCharge && l.Paid+l.Taking > 1 {
				t.Fatalf("after %s: %d of %d", e.Kind, l.Paid+l.Taking, l.Cap)
			}
			if l.Kind == LinkReusable && l.State == LinkUsedUp && (l.Cap == 0 || l.Paid != l.Cap) {
				t.Fatalf("after %s: used up with %d of %d", e.Kind, l.Paid, l.Cap)
			}
			if open := l.open(e.At); open && l.Cap != 0 && l.Paid >= l.Cap {
				t.Fatalf("after %s: open with %d of %d", e.Kind, l.Paid, l.Cap)
			}
		}
	})
}
