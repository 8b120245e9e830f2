package store_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/payments"
)

// closings are an outlet's, oldest first, every one held against the one
// before it.
func (w *world) closings(t testing.TB, o payments.Outlet) []payments.DayClosing {
	t.Helper()
	newest, err := w.store.DayClosings(t.Context(), o.MerchantID, o.ID, 10000)
	must(t, err)
	var all []payments.DayClosing
	for i := len(newest) - 1; i >= 0; i-- {
		c := newest[i]
		var before *payments.DayClosing
		if len(all) > 0 {
			before = &all[len(all)-1]
			if !c.From.Equal(before.To) {
				t.Errorf("closing %d begins at %s, the one before ends at %s", c.Number, c.From, before.To)
			}
		}
		if c.Number != int64(len(all))+1 || !c.Follows(before) {
			t.Errorf("closing %d in place %d, follows %t", c.Number, len(all)+1, c.Follows(before))
		}
		all = append(all, c)
	}
	return all
}

// Whoever closes, however often at once, while payments come in: numbers have
// no gaps, no payment is in none or in two, and together they are the history.
func TestClosingsAreTheHistory(t *testing.T) {
	w := newWorld(t)
	w.withOperator()
	ctx := t.Context()
	desk := w.merchant(t, 1)
	w.fee(t, desk.Merchant.ID, 90, 0)
	w.hire(t, 2, desk, payments.RoleCashier)
	bazaar := w.outlet(t, 1, payments.OutletDraft{Name: "Базар", CopyFrom: desk.Outlet.ID, Key: "o2"})
	other := w.desk(t, 1).Static
	random := rand.New(rand.NewPCG(9, 9))
	for round := range 8 {
		w.advance(7 * time.Hour)
		var group sync.WaitGroup
		errs := make([]error, 12)
		for i := range errs {
			link, sum := desk.Static, payments.Money(1_00+random.IntN(900_00))
			if i%4 == 3 {
				link = other
			}
			order := w.order(t, link, sum)
			group.Go(func() {
				if i%3 == 2 {
					key := fmt.Sprintf("%d-%d", round, i%2) // two of them are one request
					_, errs[i] = w.CloseDay(ctx, payments.PersonID(1+i%2), payments.DayClosingDraft{Outlet: desk.Outlet.ID, Key: key})
					return
				}
				_, err := w.Create(ctx, order)
				if err == nil {
					_, err = w.Execute(ctx, order.OperatorID)
				}
				if err == nil {
					err = w.Update(ctx, order.OperatorID, payments.StatusSuccess, time.Time{})
				}
				errs[i] = err
			})
		}
		group.Wait()
		must(t, errors.Join(errs...))
		p := w.pay(t, w.order(t, desk.Static, 500_00))
		if round%2 == 0 {
			w.refund(t, 1, p, 120_00)
		} else {
			w.reverse(t, p)
		}
	}
	w.advance(time.Minute)
	must(t, ignore(w.CloseDay(ctx, 1, payments.DayClosingDraft{Outlet: desk.Outlet.ID, Key: "last"})))
	w.advance(time.Minute)
	for _, o := range []payments.Outlet{desk.Outlet, bazaar} {
		all := w.closings(t, o)
		var sum payments.Figures
		for _, c := range all {
			sum = sum.Plus(c.Figures)
		}
		want, err := w.store.Figures(ctx, payments.FiguresOf{MerchantID: o.MerchantID, Outlets: []payments.OutletID{o.ID}, Day: payments.Day{To: *w.clock.Load()}})
		must(t, err)
		switch {
		case o.ID == bazaar.ID:
			if len(all) != 0 {
				t.Errorf("%d closings of an outlet that nobody closed", len(all))
			}
		case sum != want || all[len(all)-1].Total != want || len(all) != 8*2+1:
			t.Errorf("%d closings, together %+v, total %+v, history %+v", len(all), sum, all[len(all)-1].Total, want)
		}
	}
}

// A payment whose moment lies before a closing, though it ended after it, is in
// the next one.
func TestStragglersAreInTheNextClosing(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	desk := w.merchant(t, 1)
	w.advance(time.Hour)
	order := w.order(t, desk.Static, 500_00)
	must(t, ignore(w.Create(ctx, order)))
	must(t, ignore(w.Execute(ctx, order.OperatorID)))
	w.advance(time.Second)
	must(t, ignore(w.CloseDay(ctx, 1, payments.DayClosingDraft{Outlet: desk.Outlet.ID, Key: "a"})))
	w.advance(-500 * time.Millisecond)
	must(t, w.Update(ctx, order.OperatorID, payments.StatusSuccess, time.Time{}))
	w.advance(time.Minute)
	view, err := w.CloseDay(ctx, 1, payments.DayClosingDraft{Outlet: desk.Outlet.ID, Corrects: 1, Reason: "кеч түштү", Key: "b"})
	must(t, err)
	if c := view.Closing; c.Number != 2 || c.Corrects != 1 || c.Figures.Taken != (payments.Takings{Count: 1, Total: 500_00}) {
		t.Errorf("the next closing: %+v", c)
	}
	w.closings(t, desk.Outlet)
}

// Who may close, correct, look; and what nobody may do.
func TestClosingsAreForThoseWhoMay(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	desk, stranger := w.merchant(t, 1), w.merchant(t, 9)
	bazaar := w.outlet(t, 1, payments.OutletDraft{Name: "Базар", CopyFrom: desk.Outlet.ID, Key: "o2"})
	for id, role := range map[payments.PersonID]payments.Role{2: payments.RoleManager, 3: payments.RoleCashier, 4: payments.RoleAccountant} {
		w.hire(t, id, desk, role)
	}
	w.limit(t, desk.Merchant.ID, 3, desk.Outlet.ID)
	w.advance(time.Minute)
	for _, tt := range []struct {
		name string
		who  payments.PersonID
		d    payments.DayClosingDraft
		want payments.Code
	}{
		{"cashier", 3, payments.DayClosingDraft{Outlet: desk.Outlet.ID, Key: "1"}, ""},
		{"manager", 2, payments.DayClosingDraft{Outlet: bazaar.ID, Key: "1"}, ""},
		{"the same again", 3, payments.DayClosingDraft{Outlet: desk.Outlet.ID, Key: "1"}, ""},
		{"cashier elsewhere", 3, payments.DayClosingDraft{Outlet: bazaar.ID, Key: "2"}, payments.CodeOutletNotFound},
		{"accountant", 4, payments.DayClosingDraft{Outlet: desk.Outlet.ID, Key: "3"}, payments.CodeNotAllowed},
		{"stranger", 9, payments.DayClosingDraft{Outlet: desk.Outlet.ID, Key: "4"}, payments.CodeOutletNotFound},
		{"no reason", 1, payments.DayClosingDraft{Outlet: desk.Outlet.ID, Corrects: 1, Reason: " ", Key: "5"}, payments.CodeReasonMalformed},
		{"a card as the reason", 1, payments.DayClosingDraft{Outlet: desk.Outlet.ID, Corrects: 1, Reason: "9417000000001234", Key: "6"}, payments.CodeReasonMalformed},
		{"of one that is not", 1, payments.DayClosingDraft{Outlet: desk.Outlet.ID, Corrects: 7, Reason: "a", Key: "7"}, payments.CodeClosingNotFound},
	} {
		_, err := w.CloseDay(ctx, tt.who, tt.d)
		wantCode(t, tt.name, err, tt.want)
	}
	if n := w.count(t, `SELECT count(*) FROM closings`); n != 2 {
		t.Errorf("%d closings, want 2", n)
	}
	for who, want := range map[payments.PersonID]payments.Code{1: "", 3: "", 4: "", 9: payments.CodeClosingNotFound} {
		_, err := w.DayClosing(ctx, who, desk.Outlet.ID, 1)
		wantCode(t, fmt.Sprintf("person %d looks", who), err, want)
	}
	_, err := w.DayClosing(ctx, 3, bazaar.ID, 1)
	wantCode(t, "another outlet's", err, payments.CodeClosingNotFound)
	_ = stranger
	before, err := w.DayClosing(ctx, 1, desk.Outlet.ID, 1)
	must(t, err)
	for what, sql := range map[string]string{
		"an edit":        `UPDATE closings SET taken_total = 1`,
		"a removal":      `DELETE FROM closings`,
		"a gap":          `INSERT INTO closings SELECT (jsonb_populate_record(c, '{"number": 3, "key": "x"}')).* FROM closings c WHERE number = 1 LIMIT 1`,
		"a hole in time": `INSERT INTO closings SELECT (jsonb_populate_record(c, '{"number": 2, "key": "x", "from_at": "2020-01-01T00:00:00Z"}')).* FROM closings c WHERE number = 1 LIMIT 1`,
	} {
		if _, err := w.pool.Exec(ctx, sql); err == nil {
			t.Errorf("the database let %s pass", what)
		}
	}
	// Names change, the document does not.
	w.advance(time.Hour)
	must(t, ignore(w.EditOutlet(ctx, 1, desk.Outlet.ID, payments.OutletChange{Name: ptr("Башка")})))
	w.pay(t, w.order(t, desk.Static, 500_00))
	after, err := w.DayClosing(ctx, 1, desk.Outlet.ID, 1)
	must(t, err)
	if diff := cmp.Diff(after.Closing, before.Closing); diff != "" {
		t.Errorf("a closing, later (-now +then):\n%s", diff)
	}
}

// By itself at the cut-off: once a day, where something happened, also after
// days in which nothing ran.
func TestDaysCloseByThemselves(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.setClock(at(bishkek, "2026-11-20 10:00"))
	desk := w.merchant(t, 1)
	must(t, ignore(w.SetCutoff(ctx, 1, 4, true)))
	w.pay(t, w.order(t, desk.Static, 100_00))
	w.setClock(at(bishkek, "2026-11-21 02:00"))
	w.pay(t, w.order(t, desk.Static, 20_00))
	must(t, w.CloseDays(ctx))
	w.setClock(at(bishkek, "2026-11-21 05:00"))
	w.pay(t, w.order(t, desk.Static, 3_00)) // of the next day
	var group sync.WaitGroup
	errs := make([]error, 3)
	for i := range errs {
		group.Go(func() { errs[i] = w.CloseDays(ctx) })
	}
	group.Wait()
	must(t, errors.Join(errs...))
	w.setClock(at(bishkek, "2026-11-24 12:00"))
	must(t, w.CloseDays(ctx))
	must(t, w.CloseDays(ctx))
	w.setClock(at(bishkek, "2026-11-25 12:00"))
	must(t, w.CloseDays(ctx)) // nothing happened since
	var got []string
	for _, c := range w.closings(t, desk.Outlet) {
		got = append(got, fmt.Sprintf("%d till %s by %d: %d", c.Number, c.To.In(bishkek).Format("02.01 15:04"), c.PersonID, c.Figures.Taken.Total))
	}
	if diff := cmp.Diff(got, []string{"1 till 21.11 04:00 by 0: 12000", "2 till 24.11 04:00 by 0: 300"}); diff != "" {
		t.Errorf("closings (-got +want):\n%s", diff)
	}
}
