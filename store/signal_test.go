package store_test

import (
	"testing"
	"time"

	"elkart.kg/trade/payments"
)

func (w *world) signal(t testing.TB, link payments.Link, kind payments.SignalKind) {
	t.Helper()
	must(t, w.Signal(t.Context(), link.Code, kind))
}

// wantSignals compares how many signals were put down to be told.
func (w *world) wantSignals(t testing.TB, when string, want int) {
	t.Helper()
	if got := w.jobs(t, "link_signal"); got != want {
		t.Errorf("%s: %d signals to tell, want %d", when, got, want)
	}
}

func (w *world) charge(t testing.TB, id payments.PersonID, amount payments.Money) payments.Link {
	t.Helper()
	ticket, err := w.Charge(t.Context(), id, payments.ChargeDraft{Amount: amount, Comment: "кофе", Key: payments.NewCode()})
	must(t, err)
	return ticket.Link
}

// However often and however parallel a payer presses: one telling an hour for
// each link and kind.
func TestSignalOnceAnHour(t *testing.T) {
	w := newWorld(t)
	w.merchant(t, 1)
	first, second := w.charge(t, 1, 500_00), w.charge(t, 1, 700_00)
	together(20, func(int) {
		if err := w.Signal(t.Context(), first.Code, payments.SignalDecline); err != nil {
			t.Errorf("signal: %v", err)
		}
	})
	w.wantSignals(t, "twenty at once", 1)
	w.signal(t, second, payments.SignalDecline)
	w.wantSignals(t, "another link", 2)
	w.advance(payments.SignalEvery - time.Second)
	w.signal(t, first, payments.SignalDecline)
	w.wantSignals(t, "just within the hour", 2)
	w.advance(time.Second)
	w.signal(t, first, payments.SignalDecline)
	w.signal(t, first, payments.SignalDecline)
	w.wantSignals(t, "an hour later", 3)
	must(t, ignore(w.CancelLink(t.Context(), 1, first.ID)))
	w.signal(t, first, payments.SignalAsk)
	w.signal(t, first, payments.SignalAsk)
	w.wantSignals(t, "of another kind", 4)
}

// What a payer can say follows the link's state; all else is passed over.
func TestSignalFitsTheState(t *testing.T) {
	w := newWorld(t)
	desk := w.merchant(t, 1)
	for _, c := range []struct {
		name         string
		link         func(*testing.T) payments.Link
		decline, ask int
	}{
		{"open charge", func(t *testing.T) payments.Link { return w.charge(t, 1, 500_00) }, 1, 0},
		{"static code", func(*testing.T) payments.Link { return desk.Static }, 0, 0},
		{"cancelled", func(t *testing.T) payments.Link {
			l := w.charge(t, 1, 500_00)
			must(t, ignore(w.CancelLink(t.Context(), 1, l.ID)))
			return l
		}, 0, 1},
		{"being paid", func(t *testing.T) payments.Link {
			l := w.charge(t, 1, 500_00)
			order := w.order(t, l, 500_00)
			must(t, ignore(w.Create(t.Context(), order)))
			must(t, ignore(w.Execute(t.Context(), order.OperatorID)))
			return l
		}, 0, 0},
		{"paid", func(t *testing.T) payments.Link {
			l := w.charge(t, 1, 500_00)
			w.pay(t, w.order(t, l, 500_00))
			return l
		}, 0, 0},
		{"reversed", func(t *testing.T) payments.Link {
			l := w.charge(t, 1, 500_00)
			w.reverse(t, w.pay(t, w.order(t, l, 500_00)))
			return l
		}, 0, 1},
		{"expired", func(t *testing.T) payments.Link {
			l := w.charge(t, 1, 500_00)
			w.advance(payments.ChargeLife)
			return l
		}, 0, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			link := c.link(t)
			before := w.jobs(t, "link_signal")
			w.signal(t, link, payments.SignalDecline)
			w.wantSignals(t, "decline", before+c.decline)
			w.signal(t, link, payments.SignalAsk)
			w.signal(t, link, "noise")
			w.wantSignals(t, "ask", before+c.decline+c.ask)
		})
	}
	for _, code := range []string{"x", payments.NewCode()} {
		if err := w.Signal(t.Context(), code, payments.SignalAsk); payments.CodeOf(err) != payments.CodeLinkNotFound {
			t.Errorf("unknown code: %v", err)
		}
	}
}

// Told is whoever made the link; the owner when that member is gone.
func TestSignalNews(t *testing.T) {
	w := newWorld(t)
	desk := w.merchant(t, 1)
	w.member(t, 2, desk, payments.RoleCashier)
	w.member(t, 3, desk, payments.RoleManager)
	link := w.charge(t, 2, 500_00)
	job := payments.LinkSignal{MerchantID: link.MerchantID, LinkID: link.ID, Signal: payments.SignalDecline}
	told := func(when string, want ...payments.PersonID) {
		t.Helper()
		n, err := w.SignalNews(t.Context(), job)
		must(t, err)
		if n.Signal != payments.SignalDecline || n.Link.ID != link.ID || n.Outlet.Name != "Кофейня «Ала-Тоо»" || n.Merchant.ID != link.MerchantID {
			t.Errorf("%s: %+v", when, n)
		}
		var got []payments.PersonID
		for _, p := range n.Recipients {
			got = append(got, p.ID)
		}
		if len(got) != len(want) || len(got) == 1 && got[0] != want[0] {
			t.Errorf("%s: told are %v, want %v", when, got, want)
		}
	}
	told("its maker", 2)
	must(t, w.SetBlocked(t.Context(), 2, true))
	told("the maker blocked the bot", 1)
	w.pay(t, w.order(t, link, 500_00))
	told("paid meanwhile")
	stranger := payments.LinkSignal{MerchantID: link.MerchantID + 1, LinkID: link.ID, Signal: payments.SignalAsk}
	if _, err := w.SignalNews(t.Context(), stranger); payments.CodeOf(err) != payments.CodeLinkNotFound {
		t.Errorf("another merchant's link: %v", err)
	}
}
