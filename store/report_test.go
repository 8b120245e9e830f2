package store_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/payments"
)

// A report's parts add up to its figures, its figures to those of the days in
// it, and one of days that are over says the same for ever.
func TestReportAddsUp(t *testing.T) {
	w := newWorld(t)
	w.withOperator()
	w.withBank()
	ctx := t.Context()
	desk := w.merchant(t, 1)
	w.outlet(t, 1, payments.OutletDraft{Name: "Базар", CopyFrom: desk.Outlet.ID, Key: "o2"})
	w.hire(t, 2, desk, payments.RoleCashier)
	stranger := w.merchant(t, 3)
	w.fee(t, desk.Merchant.ID, 90, 0)
	random := rand.New(rand.NewPCG(7, 0))
	var stands []payments.Payment
	for i := range 120 {
		w.advance(time.Duration(random.IntN(300)) * time.Minute)
		w.pay(t, w.order(t, stranger.Static, 77_00))
		var link payments.Link
		switch random.IntN(3) {
		case 0:
			link = desk.Static
		case 1:
			link = w.desk(t, 1).Static // of the bazaar
		default:
			link = w.charge(t, 2, payments.Money(1+random.IntN(9000))*100)
		}
		sum := link.Amount
		if sum == 0 {
			sum = payments.Money(100 + random.IntN(900_00))
		}
		p := w.pay(t, w.order(t, link, sum))
		stands = append(stands, p)
		if i%7 == 1 {
			w.payOutAll(t)
		}
		if i%9 == 4 {
			at := random.IntN(len(stands))
			w.refund(t, 1, stands[at], 1+stands[at].Amount/3)
			stands = append(stands[:at], stands[at+1:]...)
		}
		if i%11 == 5 {
			at := random.IntN(len(stands))
			w.reverse(t, stands[at])
			stands = append(stands[:at], stands[at+1:]...)
		}
	}
	w.advance(time.Minute)
	now := *w.clock.Load()
	ask := func(q payments.ReportQuery) payments.Report {
		t.Helper()
		r, err := w.Report(ctx, 1, q)
		must(t, err)
		var bars, places, people payments.Takings
		for _, b := range r.Bars {
			bars = bars.Plus(b.Takings)
		}
		for _, s := range r.Places {
			places = places.Plus(s.Takings)
		}
		for _, s := range r.People {
			people = people.Plus(s.Takings)
		}
		if taken := r.Figures.Taken; bars != taken || places != taken || people != taken {
			t.Errorf("%+v: taken %v, by bar %v, outlet %v, person %v", q, taken, bars, places, people)
		}
		return r
	}
	var days payments.Figures
	outlets := make(map[payments.OutletID]payments.Figures)
	first, last := desk.Merchant.DateOf(now).Plus(-31), desk.Merchant.DateOf(now)
	for date := first; date <= last; date = date.Plus(1) {
		r := ask(payments.ReportQuery{Kind: payments.ReportDaily, First: date})
		days = days.Plus(r.Figures)
		f, err := w.store.Figures(ctx, payments.FiguresOf{MerchantID: desk.Merchant.ID, Day: r.Period.Day})
		must(t, err)
		if f != r.Figures {
			t.Errorf("%d: report %+v, history %+v", date, r.Figures, f)
		}
	}
	all := ask(payments.ReportQuery{Kind: payments.ReportSpan, First: first, Last: last})
	if diff := cmp.Diff(all.Figures, days); diff != "" || days.Reversed.Count == 0 || days.Refunded.Count == 0 || days.Fees == 0 {
		t.Errorf("the whole against its days (-got +want):\n%s", diff)
	}
	if s := all.Settled; s.Credited == 0 || s.Due == 0 || s.Doubled+s.Late > all.Figures.Taken.Count {
		t.Errorf("settled %+v", s)
	}
	if len(all.Places) != 2 || len(all.People) != 2 {
		t.Errorf("%d outlets, %d people", len(all.Places), len(all.People))
	}
	var parts payments.Figures
	for _, o := range all.Outlets {
		outlets[o.ID] = ask(payments.ReportQuery{Kind: payments.ReportSpan, First: first, Last: last, Outlet: o.ID}).Figures
		parts = parts.Plus(outlets[o.ID])
	}
	if parts != all.Figures {
		t.Errorf("outlets %+v, together %+v", parts, all.Figures)
	}

	// What happens later changes nothing about days that are over.
	before := ask(payments.ReportQuery{Kind: payments.ReportSpan, First: first, Last: last.Plus(-1)})
	w.advance(48 * time.Hour)
	w.payOutAll(t)
	for _, p := range stands[:5] {
		w.refund(t, 1, p, p.Amount)
	}
	for _, p := range stands[5:10] {
		w.reverse(t, p)
	}
	w.payOutAll(t)
	again := ask(payments.ReportQuery{Kind: payments.ReportSpan, First: first, Last: last.Plus(-1)})
	again.Today = before.Today
	if diff := cmp.Diff(again, before); diff != "" {
		t.Errorf("a report of days that are over, later (-now +then):\n%s", diff)
	}
}

// Who may not ask is told nothing, not even what there is.
func TestReportIsForThoseWhoMay(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	desk, stranger := w.merchant(t, 1), w.merchant(t, 9)
	bazaar := w.outlet(t, 1, payments.OutletDraft{Name: "Базар", CopyFrom: desk.Outlet.ID, Key: "o2"})
	w.pay(t, w.order(t, desk.Static, 500_00))
	w.pay(t, w.order(t, w.desk(t, 1).Static, 70_00))
	w.pay(t, w.order(t, stranger.Static, 9_00))
	w.advance(time.Minute)
	for id, role := range map[payments.PersonID]payments.Role{
		2: payments.RoleManager, 3: payments.RoleCashier, 4: payments.RoleAccountant,
	} {
		w.hire(t, id, desk, role)
	}
	w.limit(t, desk.Merchant.ID, 2, bazaar.ID)
	for _, tt := range []struct {
		name  string
		who   payments.PersonID
		q     payments.ReportQuery
		want  payments.Money
		fails payments.Code
	}{
		{"owner", 1, payments.ReportQuery{}, 570_00, ""},
		{"owner, of one outlet", 1, payments.ReportQuery{Outlet: bazaar.ID}, 70_00, ""},
		{"accountant", 4, payments.ReportQuery{}, 570_00, ""},
		{"manager of one outlet", 2, payments.ReportQuery{}, 70_00, ""},
		{"manager, of the other outlet", 2, payments.ReportQuery{Outlet: desk.Outlet.ID}, 0, payments.CodeOutletNotFound},
		{"cashier", 3, payments.ReportQuery{}, 0, payments.CodeNotAllowed},
		{"owner, of a stranger's outlet", 1, payments.ReportQuery{Outlet: stranger.Outlet.ID}, 0, payments.CodeOutletNotFound},
		{"tomorrow", 1, payments.ReportQuery{First: desk.Merchant.DateOf(*w.clock.Load()).Plus(1)}, 0, payments.CodePeriodWrong},
		{"long ago", 1, payments.ReportQuery{First: 19990101}, 0, payments.CodePeriodWrong},
		{"for ever", 1, payments.ReportQuery{Kind: payments.ReportSpan, First: 20210101, Last: desk.Merchant.DateOf(*w.clock.Load())}, 0, payments.CodePeriodWrong},
		{"backwards", 1, payments.ReportQuery{Kind: payments.ReportSpan, First: 20260202, Last: 20260201}, 0, payments.CodePeriodWrong},
	} {
		if tt.q.Kind == "" {
			tt.q.Kind = payments.ReportDaily
		}
		r, err := w.Report(ctx, tt.who, tt.q)
		if payments.CodeOf(err) != tt.fails || (err == nil) != (tt.fails == "") || r.Figures.Taken.Total != tt.want {
			t.Errorf("%s: %v, %v, want %v, %s", tt.name, r.Figures.Taken, err, tt.want, tt.fails)
		}
	}
}

// A payment that is put on the card after the period's end was due then.
func TestReportSettled(t *testing.T) {
	w := newWorld(t)
	w.withOperator()
	w.withBank()
	desk := w.merchant(t, 1)
	p := w.pay(t, w.order(t, desk.Static, 500_00))
	today := func() payments.Settled {
		t.Helper()
		w.advance(time.Minute)
		r, err := w.Report(t.Context(), 1, payments.ReportQuery{Kind: payments.ReportDaily})
		must(t, err)
		return r.Settled
	}
	if diff := cmp.Diff(today(), payments.Settled{Due: 500_00}); diff != "" {
		t.Errorf("paid (-got +want):\n%s", diff)
	}
	w.refund(t, 1, p, 200_00)
	if diff := cmp.Diff(today(), payments.Settled{Due: 300_00}); diff != "" {
		t.Errorf("part given back (-got +want):\n%s", diff)
	}
	w.payOutAll(t)
	if s := today(); s.Due != 0 || s.Credited != 300_00 {
		t.Errorf("put on the card: %+v", s)
	}
	second := w.pay(t, w.order(t, desk.Static, 500_00))
	if s := today(); s.Doubled != 1 {
		t.Errorf("the same again: %+v", s)
	}
	w.reverse(t, second)
	if s := today(); s.Due != 0 {
		t.Errorf("taken back: %+v", s)
	}
}
