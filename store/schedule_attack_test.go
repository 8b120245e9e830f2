package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/payments"
)

// Around the moment a report is due: whoever becomes an owner before it gets
// it, who does after it does not; an outlet chosen after it holds from the next.
func TestAroundTheMomentOfAReport(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.setClock(at(bishkek, "2026-11-20 10:00"))
	desk := w.merchant(t, 1)
	bazaar := w.outlet(t, 1, payments.OutletDraft{Name: "Базар", CopyFrom: desk.Outlet.ID, Key: "o2"})
	p := w.postman()
	p.tick(t)
	w.pay(t, w.order(t, desk.Static, 500_00))
	own := func(id payments.PersonID) {
		t.Helper()
		w.hire(t, id, desk, payments.RoleOwner)
		must(t, ignore(w.pool.Exec(ctx, `UPDATE report_schedules SET since = $2 WHERE person_id = $1`, id, w.now())))
	}
	w.setClock(at(bishkek, "2026-11-20 20:59"))
	own(2)
	w.setClock(at(bishkek, "2026-11-20 21:00"))
	must(t, p.MakeReports(ctx))
	w.setClock(at(bishkek, "2026-11-20 21:01"))
	own(3)
	must(t, ignore(w.SetSchedule(ctx, 1, payments.ReportDaily, payments.ScheduleChange{Outlet: &bazaar.ID})))
	p.deliver(t)
	p.tick(t)
	for id, want := range map[payments.PersonID][]payments.Date{1: {20261120}, 2: {20261120}, 3: nil} {
		if diff := cmp.Diff(p.told(id, payments.ReportDaily), want); diff != "" {
			t.Errorf("person %d (-got +want):\n%s", id, diff)
		}
	}
	if got := p.sent[0].Figures.Taken.Total; got != 500_00 {
		t.Errorf("the report that was due: %d, want what all outlets took", got)
	}
	p.sent = nil
	w.pay(t, w.order(t, desk.Static, 70_00))
	w.setClock(at(bishkek, "2026-11-21 21:00"))
	p.tick(t)
	got := make(map[payments.PersonID]payments.Money)
	for _, r := range p.sent {
		got[r.Person.ID] = r.Figures.Taken.Total + r.Since.Taken.Total
	}
	if diff := cmp.Diff(got, map[payments.PersonID]payments.Money{1: 0, 2: 70_00, 3: 70_00}); diff != "" {
		t.Errorf("the next evening (-got +want):\n%s", diff)
	}
}

// Who has blocked the bot is not written to, and who comes back gets what is
// due from then on.
func TestReportsAndBlockedPeople(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.setClock(at(bishkek, "2026-11-20 10:00"))
	w.merchant(t, 1)
	p := w.postman()
	p.tick(t)
	w.setClock(at(bishkek, "2026-11-20 21:00"))
	must(t, p.MakeReports(ctx))
	must(t, w.SetBlocked(ctx, 1, true))
	p.deliver(t)
	w.setClock(at(bishkek, "2026-11-21 21:00"))
	p.tick(t)
	if len(p.sent) != 0 {
		t.Errorf("%d reports to somebody who has blocked the bot", len(p.sent))
	}
	if n := w.count(t, `SELECT count(*) FROM reports WHERE done_at IS NULL`); n != 0 {
		t.Errorf("%d reports wait for them", n)
	}
	w.setClock(at(bishkek, "2026-11-22 12:00"))
	must(t, ignore(w.Meet(ctx, payments.Acquaintance{ID: 1, Name: "Айгүл", Suggested: "ky"})))
	w.setClock(at(bishkek, "2026-11-22 21:00"))
	p.tick(t)
	if diff := cmp.Diff(p.told(1, payments.ReportDaily), []payments.Date{20261122}); diff != "" {
		t.Errorf("once they are back (-got +want):\n%s", diff)
	}
}

// A year with its month ends and weeks, ticked only now and then, by several
// processes, with a zone that changes in the middle: each period once, in order,
// and of the right days.
func TestAYearOfReports(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.setClock(at(bishkek, "2027-12-20 10:00"))
	desk := w.merchant(t, 1)
	must(t, ignore(w.SetCutoff(ctx, 1, 4, false)))
	p := w.postman()
	p.tick(t)
	end := at(bishkek, "2028-12-20 10:00")
	for step := 0; w.now().Before(end); step++ {
		w.advance(time.Duration(1+step*7919%53) * time.Hour) // at odd times, up to two days apart
		if step == 150 {
			must(t, ignore(w.pool.Exec(ctx, `UPDATE merchants SET time_zone = 'Europe/Berlin' WHERE id = $1`, desk.Merchant.ID)))
		}
		var group sync.WaitGroup
		errs := make([]error, 2)
		for i := range errs {
			group.Go(func() { errs[i] = w.MakeReports(ctx) })
		}
		group.Wait()
		must(t, errors.Join(errs...))
		p.deliver(t)
	}
	for kind, least := range map[payments.ReportKind]int{payments.ReportDaily: 363, payments.ReportWeekly: 52, payments.ReportMonthly: 12} {
		var last payments.Report
		n := 0
		for _, r := range p.sent {
			if r.Period.Kind != kind {
				continue
			}
			if n++; n > 1 && r.Period.First != last.Period.Last.Plus(1) {
				t.Errorf("%s: %d–%d comes after %d–%d", kind, r.Period.First, r.Period.Last, last.Period.First, last.Period.Last)
			}
			last = r
		}
		if n < least {
			t.Errorf("%s: %d reports, want %d", kind, n, least)
		}
	}
	firsts := fmt.Sprint(p.told(1, payments.ReportMonthly))
	if want := "[20271201 20280101 20280201 20280301 20280401 20280501 20280601 20280701 20280801 20280901 20281001 20281101]"; firsts != want {
		t.Errorf("months %s, want %s", firsts, want)
	}
	for _, r := range p.sent {
		if r.Period.Kind == payments.ReportMonthly && r.Period.Last.Plus(1) != r.Period.First.FirstOfMonth(1) {
			t.Errorf("a month of %d–%d", r.Period.First, r.Period.Last)
		}
		if r.Period.Kind == payments.ReportWeekly && (r.Period.First.Weekday() != time.Monday || r.Period.Days() != 7) {
			t.Errorf("a week of %d–%d", r.Period.First, r.Period.Last)
		}
	}
}

// Rows of reports that were told long ago are dropped: what was told stays told.
func TestForgottenReportsStayTold(t *testing.T) {
	w := newWorld(t)
	w.setClock(at(bishkek, "2026-11-20 10:00"))
	w.merchant(t, 1)
	p := w.postman()
	p.tick(t)
	w.setClock(at(bishkek, "2026-11-20 21:00"))
	p.tick(t)
	if n, err := w.store.ForgetReports(t.Context(), w.now()); err != nil || n != 0 {
		t.Errorf("a report that is due now: %d forgotten, %v", n, err)
	}
	if n, err := w.store.ForgetReports(t.Context(), w.now().Add(time.Second)); err != nil || n != 1 {
		t.Errorf("%d forgotten, %v", n, err)
	}
	p.tick(t)
	if len(p.sent) != 1 {
		t.Errorf("told %d times", len(p.sent))
	}
}
