package store_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"elkart.kg/trade/payments"
)

// postman does the jobs of reports and keeps what was sent.
type postman struct {
	*world
	done map[int64]bool
	sent []payments.Report
}

func (w *world) postman() *postman { return &postman{world: w, done: make(map[int64]bool)} }

// tick is the clock's job and then all that it put down.
func (p *postman) tick(t testing.TB) {
	t.Helper()
	must(t, p.MakeReports(t.Context()))
	p.deliver(t)
}

func (p *postman) deliver(t testing.TB) {
	t.Helper()
	rows, err := p.pool.Query(t.Context(), `
		SELECT id, (args->>'merchant_id')::bigint, (args->>'report_id')::bigint FROM river_job WHERE kind = 'send_report' AND queue = 'reports' ORDER BY id`)
	must(t, err)
	type job struct {
		ID int64
		payments.SendReport
	}
	jobs, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (j job, err error) {
		err = row.Scan(&j.ID, &j.MerchantID, &j.ReportID)
		return j, err
	})
	must(t, err)
	for _, j := range jobs {
		if p.done[j.ID] {
			continue
		}
		p.done[j.ID] = true
		r, ok, err := p.DueReportFor(t.Context(), j.SendReport)
		must(t, err)
		if ok {
			p.sent = append(p.sent, r)
		}
		must(t, p.ReportSent(t.Context(), j.SendReport))
		if _, again, err := p.DueReportFor(t.Context(), j.SendReport); err != nil || again {
			t.Errorf("report %d may be sent again: %v", j.ReportID, err)
		}
	}
}

// told is what a person got of a kind, by the first date of each.
func (p *postman) told(id payments.PersonID, kind payments.ReportKind) (firsts []payments.Date) {
	for _, r := range p.sent {
		if r.Person.ID == id && r.Period.Kind == kind {
			firsts = append(firsts, r.Period.First)
		}
	}
	return firsts
}

func at(zone *time.Location, s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, zone)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

var bishkek = payments.Bishkek()

// A process that was down sends each missed report once, each of its own day;
// weeks and months come on their days.
func TestMissedReports(t *testing.T) {
	w := newWorld(t)
	w.setClock(at(bishkek, "2026-11-20 10:00"))
	desk := w.merchant(t, 1)
	p := w.postman()
	p.tick(t)
	w.pay(t, w.order(t, desk.Static, 100_00))
	w.setClock(at(bishkek, "2026-11-20 20:59"))
	p.tick(t)
	if len(p.sent) != 0 {
		t.Errorf("%d reports before nine", len(p.sent))
	}
	w.setClock(at(bishkek, "2026-11-20 21:00"))
	p.tick(t)
	p.tick(t)
	w.advance(10 * time.Minute)
	w.pay(t, w.order(t, desk.Static, 30_00)) // too late for the 20th's
	w.setClock(at(bishkek, "2026-11-21 12:00"))
	w.pay(t, w.order(t, desk.Static, 200_00))
	w.setClock(at(bishkek, "2026-11-23 12:00")) // nobody ticked for two days
	w.pay(t, w.order(t, desk.Static, 400_00))
	p.tick(t)
	w.setClock(at(bishkek, "2026-12-01 09:30"))
	p.tick(t)
	p.tick(t)
	var got []string
	for _, r := range p.sent {
		got = append(got, fmt.Sprintf("%s %d–%d open %t: %v, late %v, before %v", r.Period.Kind, r.Period.First, r.Period.Last, r.Period.Open,
			r.Figures.Taken.Total, r.Since.Taken.Total, r.Before.Taken.Total))
	}
	want := []string{
		"daily 20261120–20261120 open true: 10000, late 0, before 0",
		"daily 20261121–20261121 open true: 20000, late 3000, before 0",
		"daily 20261122–20261122 open true: 0, late 0, before 0",
		"weekly 20261116–20261122 open false: 33000, late 0, before 0",
		"daily 20261123–20261123 open true: 40000, late 0, before 0",
		"daily 20261124–20261124 open true: 0, late 0, before 0",
		"daily 20261125–20261125 open true: 0, late 0, before 0",
		"daily 20261126–20261126 open true: 0, late 0, before 0",
		"daily 20261127–20261127 open true: 0, late 0, before 10000",
		"daily 20261128–20261128 open true: 0, late 0, before 20000",
		"daily 20261129–20261129 open true: 0, late 0, before 0",
		"weekly 20261123–20261129 open false: 40000, late 0, before 33000",
		"daily 20261130–20261130 open true: 0, late 0, before 40000",
		"monthly 20261101–20261130 open false: 73000, late 0, before 0",
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("reports (-got +want):\n%s", diff)
	}
}

// Clocks that jump, processes that tick at odd times or at once, hours and
// cut-offs that are changed: every date is told once, none is passed over.
func TestNeverTwiceNeverNone(t *testing.T) {
	w := newWorld(t)
	random := rand.New(rand.NewPCG(2026, 11))
	zones := []string{"Asia/Bishkek", "Europe/Berlin", "America/St_Johns"}
	people := []payments.PersonID{1, 2, 3}
	for i, id := range people {
		w.TimeZone = zones[i]
		w.merchant(t, id)
	}
	p := w.postman()
	must(t, p.MakeReports(t.Context()))
	for range 220 {
		w.advance(time.Duration(random.IntN(int(9 * time.Hour))))
		now := *w.clock.Load()
		switch random.IntN(12) {
		case 0:
			id, hour := people[random.IntN(3)], random.IntN(24)
			must(t, ignore(w.SetSchedule(t.Context(), id, payments.ReportDaily, payments.ScheduleChange{Hour: &hour})))
		case 1:
			must(t, ignore(w.SetCutoff(t.Context(), people[random.IntN(3)], random.IntN(24), false)))
		case 2: // the clock was wrong for a moment
			w.advance(-time.Duration(random.IntN(int(5 * time.Hour))))
			p.tick(t)
			w.setClock(now)
		case 3: // several processes
			var group sync.WaitGroup
			errs := make([]error, 3)
			for i := range errs {
				group.Go(func() { errs[i] = w.MakeReports(t.Context()) })
			}
			group.Wait()
			must(t, errors.Join(errs...))
			p.deliver(t)
		case 4, 5, 6: // down
		default:
			p.tick(t)
		}
	}
	w.advance(72 * time.Hour)
	p.tick(t)
	for i, id := range people {
		for kind, step := range map[payments.ReportKind]func(payments.Date) payments.Date{
			payments.ReportDaily:   func(d payments.Date) payments.Date { return d.Plus(1) },
			payments.ReportWeekly:  func(d payments.Date) payments.Date { return d.Plus(7) },
			payments.ReportMonthly: func(d payments.Date) payments.Date { return d.FirstOfMonth(1) },
		} {
			firsts := p.told(id, kind)
			for j := 1; j < len(firsts); j++ {
				if firsts[j] != step(firsts[j-1]) {
					t.Errorf("%s: %s report of %d comes after that of %d", zones[i], kind, firsts[j], firsts[j-1])
				}
			}
			if kind == payments.ReportDaily && len(firsts) < 25 || kind == payments.ReportWeekly && len(firsts) < 4 {
				t.Errorf("%s: only %v", zones[i], firsts)
			}
		}
	}
}

// A changed hour tells the day that it has passed by at once, and never one
// that was told; what was due while it was off is not owed.
func TestChangedHours(t *testing.T) {
	w := newWorld(t)
	w.setClock(at(bishkek, "2026-11-20 10:00"))
	w.merchant(t, 1)
	p := w.postman()
	set := func(clock string, change payments.ScheduleChange, want ...payments.Date) {
		t.Helper()
		w.setClock(at(bishkek, clock))
		must(t, ignore(w.SetSchedule(t.Context(), 1, payments.ReportDaily, change)))
		p.tick(t)
		if diff := cmp.Diff(p.told(1, payments.ReportDaily), want); diff != "" {
			t.Errorf("%s (-got +want):\n%s", clock, diff)
		}
	}
	on, off := ptr(true), ptr(false)
	p.tick(t)
	set("2026-11-20 20:00", payments.ScheduleChange{Hour: ptr(19)}, 20261120)
	set("2026-11-20 20:30", payments.ScheduleChange{Hour: ptr(22)}, 20261120)
	set("2026-11-20 23:30", payments.ScheduleChange{Hour: ptr(23)}, 20261120)
	set("2026-11-21 10:00", payments.ScheduleChange{Hour: ptr(8)}, 20261120) // that day's comes tomorrow
	set("2026-11-22 08:00", payments.ScheduleChange{}, 20261120, 20261121)
	set("2026-11-22 12:00", payments.ScheduleChange{Hour: ptr(21)}, 20261120, 20261121)
	set("2026-11-22 12:01", payments.ScheduleChange{Enabled: off}, 20261120, 20261121)
	set("2026-11-24 12:00", payments.ScheduleChange{Enabled: on}, 20261120, 20261121)
	set("2026-11-24 21:00", payments.ScheduleChange{}, 20261120, 20261121, 20261124)
	for _, bad := range []int{-1, 24} {
		_, err := w.SetSchedule(t.Context(), 1, payments.ReportDaily, payments.ScheduleChange{Hour: &bad})
		wantCode(t, "hour", err, payments.CodeDataWrong)
	}
	_, err := w.SetSchedule(t.Context(), 1, payments.ReportSpan, payments.ScheduleChange{})
	wantCode(t, "kind", err, payments.CodeDataWrong)
	_, err = w.SetSchedule(t.Context(), 1, payments.ReportDaily, payments.ScheduleChange{Outlet: ptr(payments.OutletID(999))})
	wantCode(t, "outlet", err, payments.CodeOutletNotFound)
}

// Only who may see a report gets it, at the moment it is sent; quiet people
// hear nothing of nothing.
func TestReportsGoToThoseWhoMay(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.setClock(at(bishkek, "2026-11-20 10:00"))
	desk := w.merchant(t, 1)
	bazaar := w.outlet(t, 1, payments.OutletDraft{Name: "Базар", CopyFrom: desk.Outlet.ID, Key: "o2"})
	for id, role := range map[payments.PersonID]payments.Role{2: payments.RoleManager, 3: payments.RoleCashier, 4: payments.RoleAccountant, 5: payments.RoleOwner} {
		w.hire(t, id, desk, role)
	}
	must(t, ignore(w.pool.Exec(ctx, `UPDATE report_schedules SET since = $1`, *w.clock.Load())))
	on := payments.ScheduleChange{Enabled: ptr(true)}
	must(t, ignore(w.SetSchedule(ctx, 2, payments.ReportDaily, on)))
	must(t, ignore(w.SetSchedule(ctx, 4, payments.ReportDaily, payments.ScheduleChange{Enabled: ptr(true), Outlet: &bazaar.ID})))
	_, err := w.SetSchedule(ctx, 3, payments.ReportDaily, on)
	wantCode(t, "cashier", err, payments.CodeNotAllowed)
	_, err = w.SetCutoff(ctx, 2, 4, false)
	wantCode(t, "manager's cut-off", err, payments.CodeNotAllowed)
	w.pay(t, w.order(t, desk.Static, 500_00))
	w.pay(t, w.order(t, w.desk(t, 1).Static, 70_00))
	p := w.postman()
	sums := func() map[payments.PersonID]payments.Money {
		got := make(map[payments.PersonID]payments.Money)
		for _, r := range p.sent {
			if r.Period.Kind == payments.ReportDaily {
				got[r.Person.ID] = r.Figures.Taken.Total
			}
		}
		p.sent = nil
		return got
	}
	w.setClock(at(bishkek, "2026-11-20 21:00"))
	p.tick(t)
	if diff := cmp.Diff(sums(), map[payments.PersonID]payments.Money{1: 570_00, 2: 570_00, 4: 70_00, 5: 570_00}); diff != "" {
		t.Errorf("the first evening (-got +want):\n%s", diff)
	}
	// Between due and sent: one may see the bazaar only, one another outlet only,
	// one is gone, one has blocked the bot.
	w.setClock(at(bishkek, "2026-11-21 12:00"))
	w.pay(t, w.order(t, desk.Static, 1000_00))
	w.pay(t, w.order(t, w.desk(t, 1).Static, 5_00))
	w.setClock(at(bishkek, "2026-11-21 21:00"))
	must(t, p.MakeReports(ctx))
	w.limit(t, desk.Merchant.ID, 2, bazaar.ID)
	w.limit(t, desk.Merchant.ID, 4, desk.Outlet.ID)
	must(t, ignore(w.pool.Exec(ctx, `UPDATE members SET role = 'cashier' WHERE person_id = 5`)))
	p.deliver(t)
	if diff := cmp.Diff(sums(), map[payments.PersonID]payments.Money{1: 1005_00, 2: 5_00}); diff != "" {
		t.Errorf("rights that changed (-got +want):\n%s", diff)
	}
	w.setClock(at(bishkek, "2026-11-22 21:00"))
	must(t, p.MakeReports(ctx))
	must(t, ignore(w.pool.Exec(ctx, `DELETE FROM member_outlets WHERE person_id = 2`)))
	must(t, ignore(w.pool.Exec(ctx, `DELETE FROM members WHERE person_id = 2`)))
	p.deliver(t)
	if _, told := sums()[2]; told {
		t.Error("somebody who left was told")
	}
	if n := w.count(t, `SELECT count(*) FROM report_schedules WHERE person_id = 2`); n != 0 {
		t.Errorf("%d schedules of somebody who left", n)
	}
	// Nothing happened: told to who wants to hear it, otherwise not even a job.
	must(t, ignore(w.SetReportNothing(ctx, 1, false)))
	w.setClock(at(bishkek, "2026-11-23 21:00"))
	must(t, p.MakeReports(ctx))
	if n := w.count(t, `SELECT count(*) FROM reports WHERE person_id = 1 AND first = 20261123 AND done_at IS NOT NULL`); n != 1 {
		t.Error("a job to tell that nothing happened")
	}
	p.deliver(t)
	if _, told := sums()[1]; told {
		t.Error("told that nothing happened")
	}
	w.advance(time.Hour)
	w.pay(t, w.order(t, desk.Static, 8_00)) // after the report: tomorrow's has it, though nothing else
	w.setClock(at(bishkek, "2026-11-24 21:00"))
	p.tick(t)
	last := p.sent[len(p.sent)-1]
	if last.Person.ID != 1 || last.Since.Taken.Total != 8_00 || !last.Figures.Empty() {
		t.Errorf("the last report: %+v", last.Figures)
	}
}

// Very many at once: figures of one pass, each told once, whoever works.
func TestReportsOfACrowd(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.setClock(at(bishkek, "2026-11-20 10:00"))
	const merchants = 2300
	must(t, ignore(w.pool.Exec(ctx, `
		WITH p AS (INSERT INTO people (id, name, username, suggested, created_at) SELECT i, 'A', '', 'ky', $2 FROM generate_series(1, $1::int) i),
		m AS (INSERT INTO merchants (name, time_zone, created_at) SELECT 'M', 'Asia/Bishkek', $2 FROM generate_series(1, $1::int) RETURNING id),
		o AS (INSERT INTO outlets (merchant_id, name, category, mcc, address, created_by, create_key, created_at)
			SELECT id, 'o', 'cafe', 5812, '', id - 100000, 'k', $2 FROM m RETURNING id, merchant_id),
		l AS (INSERT INTO links (merchant_id, outlet_id, kind, state, code, amount, min, max, comment, uri, created_by, created_at)
			SELECT merchant_id, id, 'static', 'active', 'C' || id, 0, 1, 9, '', '', merchant_id - 100000, $2 FROM o RETURNING id, merchant_id, outlet_id)
		INSERT INTO members (merchant_id, person_id, role, created_at) SELECT id, id - 100000, 'owner', $2 FROM m`, merchants, *w.clock.Load())))
	must(t, ignore(w.pool.Exec(ctx, `
		INSERT INTO payments (merchant_id, outlet_id, link_id, once, operator_id, psp_transaction_id, receipt_id, type, customer, amount,
			beneficiary_name, comment, state, receipt, receipt_key, fingerprint, created_at, executed_at, final_at, fee)
		SELECT l.merchant_id, l.outlet_id, l.id, false, l.id || '-' || n, l.id || '-' || n, '', 20, 1, 100 * (l.merchant_id - 100000) + n,
			'', '', 'succeeded', n, l.id || '-' || n, '', $1, $1, $1, n
		FROM links l, generate_series(1, 3) n WHERE l.id % 5 > 0`, at(bishkek, "2026-11-20 12:00"))))
	must(t, w.MakeReports(ctx)) // reckons
	w.setClock(at(bishkek, "2026-11-20 21:01"))
	var group sync.WaitGroup
	errs := make([]error, 3)
	for i := range errs {
		group.Go(func() { errs[i] = w.MakeReports(ctx) })
	}
	group.Wait()
	must(t, errors.Join(errs...))
	must(t, w.MakeReports(ctx))
	if n := w.count(t, `SELECT count(*) FROM reports`); n != merchants || w.jobs(t, "send_report") != merchants {
		t.Errorf("%d reports, %d jobs, want %d of each", n, w.jobs(t, "send_report"), merchants)
	}
	if n := w.count(t, `
		SELECT count(*) FROM reports r JOIN links l ON l.merchant_id = r.merchant_id
		WHERE (r.taken, r.taken_total, r.fees) IS DISTINCT FROM
			CASE WHEN l.id % 5 > 0 THEN (3::bigint, 300 * (r.merchant_id - 100000) + 6, 6::bigint) ELSE (0::bigint, 0::bigint, 0::bigint) END`); n != 0 {
		t.Errorf("%d reports with wrong figures", n)
	}
	// Payments by hand have no credits, and the books are looked at in the end.
	must(t, ignore(w.pool.Exec(ctx, `TRUNCATE payments CASCADE`)))
}
