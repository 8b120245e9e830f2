package store_test

import (
	"fmt"
	"slices"
	"sort"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"elkart.kg/trade/payments"
)

// naive is the naive model: what we hold, what files have had, what is open.
type naive struct {
	ours map[string]payments.Holding
	seen map[string]bool
	open map[string]string // operator id: kind theirs/ours
}

// judge is the comparison as one would explain it to a child.
func (b *naive) judge(r payments.ClearingRow) (kind string) {
	ours, isOurs := b.ours[r.OperatorID]
	switch {
	case !isOurs:
		return "missing_here"
	case ours.State != "succeeded" || ours.Outgoing != r.Outgoing:
		return "status_differs"
	case ours.Amount != r.Amount:
		return "sum_differs"
	}
	return ""
}

// take reconciles a file; it returns what differs, and how many breaks closed.
func (b *naive) take(rows []payments.ClearingRow, p payments.Period) (matched int, found map[string]string, closed int) {
	found = map[string]string{}
	inFile := map[string]bool{}
	for _, r := range rows {
		inFile[r.OperatorID] = true
		if kind := b.judge(r); kind != "" {
			found[r.OperatorID] = fmt.Sprintf("%s %d/%d", kind, r.Amount, b.ours[r.OperatorID].Amount)
		} else {
			matched++
		}
		b.seen[r.OperatorID] = true
	}
	for id, ours := range b.ours {
		if ours.State == "succeeded" && !ours.FinalAt.Before(p.From) && ours.FinalAt.Before(p.To) && !b.seen[id] {
			found[id] = fmt.Sprintf("missing_there 0/%d", ours.Amount)
		}
	}
	for id, was := range b.open {
		now, isFound := found[id]
		if isFound && kindOf(now) != kindOf(was) || !isFound && inFile[id] {
			closed++
			delete(b.open, id)
		}
	}
	for id, difference := range found {
		b.open[id] = difference
	}
	return matched, found, closed
}

func kindOf(difference string) (kind string) {
	_, _ = fmt.Sscan(difference, &kind)
	return kind
}

// Random books and random files, one after the other, against the model.
func TestReconcileAgainstTheModel(t *testing.T) {
	c := newClerk(t)
	files := 0
	rapid.Check(t, func(rt *rapid.T) {
		c.exec(`TRUNCATE clearing_files, clearing_rows, breaks, refunds, payments RESTART IDENTITY CASCADE`)
		model := &naive{ours: map[string]payments.Holding{}, seen: map[string]bool{}, open: map[string]string{}}
		hours := rapid.IntRange(0, 47)
		sums := rapid.SampledFrom([]payments.Money{1, 2, 3})
		for i := range rapid.IntRange(0, 12).Draw(rt, "payments") {
			id := fmt.Sprintf("t%d", i)
			state := rapid.SampledFrom([]payments.PaymentState{"succeeded", "succeeded", "succeeded", "reversed", "executing", "cancelled"}).Draw(rt, "state")
			h := payments.Holding{State: string(state), Amount: sums.Draw(rt, "sum"), FinalAt: monday.Add(time.Duration(hours.Draw(rt, "hour")) * time.Hour)}
			c.paid(id, h.Amount, state, h.FinalAt)
			model.ours[id] = h
			if state == "succeeded" && rapid.Bool().Draw(rt, "refunded") {
				back := rapid.SampledFrom([]payments.RefundState{"sent", "succeeded", "failed"}).Draw(rt, "refund")
				r := payments.Holding{State: string(back), Amount: h.Amount, FinalAt: h.FinalAt.Add(time.Hour), Outgoing: true}
				c.refunded("r"+id, id, r.Amount, back, r.FinalAt)
				model.ours["r"+id] = r
			}
		}
		for range rapid.IntRange(1, 4).Draw(rt, "files") {
			files++
			var rows []payments.ClearingRow
			for id := range rapid.MapOfN(rapid.SampledFrom([]string{
				"t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7", "rt0", "rt1", "rt2", "strange", "stranger",
			}), rapid.Just(true), 1, 13).Draw(rt, "rows") {
				rows = append(rows, payments.ClearingRow{OperatorID: id})
			}
			sort.Slice(rows, func(i, j int) bool { return rows[i].OperatorID < rows[j].OperatorID })
			for i := range rows {
				r := &rows[i]
				r.Amount, r.ExecutedAt = sums.Draw(rt, "theirs"), monday.Add(time.Duration(hours.Draw(rt, "executed"))*time.Hour)
				if ours, isOurs := model.ours[r.OperatorID]; isOurs && rapid.IntRange(0, 3).Draw(rt, "right") > 0 {
					r.Amount, r.Outgoing = ours.Amount, ours.Outgoing
				}
			}
			before := len(model.open)
			report := c.reconcile(fmt.Sprintf("%d.json", files), slices.Clone(rows)...)
			if report.Repeated {
				continue
			}
			matched, found, closed := model.take(rows, report.Period)
			got := map[string]string{}
			for _, b := range c.open() {
				got[b.OperatorID] = fmt.Sprintf("%s %d/%d", b.Kind, b.Theirs, b.Ours)
			}
			if diff := cmp.Diff(got, model.open); diff != "" {
				rt.Fatalf("open breaks (-got +want):\n%s", diff)
			}
			if n := report.Received.Count + report.Refunded.Count; n != int64(matched) || report.Differences() != int64(len(found)) || report.Closed != int64(closed) {
				rt.Fatalf("matched %d, differ %d, closed %d of %d; want %d, %d, %d", n, report.Differences(), report.Closed, before, matched, len(found), closed)
			}
		}
	})
}

// More rows and more breaks than are in memory at once.
func TestReconcileManyRows(t *testing.T) {
	c := newClerk(t)
	const n = 23_456
	c.exec(`
		INSERT INTO payments (merchant_id, outlet_id, link_id, once, operator_id, psp_transaction_id, receipt_id, type, customer, amount,
			beneficiary_name, comment, state, receipt, receipt_key, fingerprint, created_at, executed_at, final_at)
		SELECT merchant_id, outlet_id, id, false, 'op-' || g, 'psp-' || g, '', 20, 1, g, '', '', 'succeeded', g, 'key-' || g, '', $2, $2, $2
		FROM links, generate_series(0, $1 - 1) g WHERE g > 0`, n, monday.Add(time.Hour))
	rows := make([]payments.ClearingRow, 0, n)
	var want payments.Reconciliation
	add := func(d *payments.Difference, theirs, ours int) {
		d.Count, d.Theirs, d.Ours = d.Count+1, d.Theirs+payments.Money(theirs), d.Ours+payments.Money(ours)
	}
	for i := 1; i < n; i++ {
		r := row(fmt.Sprintf("op-%d", i), payments.Money(i), monday.Add(time.Hour))
		switch i % 4 {
		case 0:
			want.Received.Count++
			want.Received.Sum += payments.Money(i)
		case 1:
			r.Amount++
			add(&want.SumDiffers, i+1, i)
		case 2:
			r.OperatorID = fmt.Sprintf("their-%d", i)
			add(&want.MissingHere, i, 0)
			add(&want.MissingThere, 0, i)
		case 3:
			add(&want.MissingThere, 0, i)
			continue
		}
		rows = append(rows, r)
	}
	got := c.reconcile("many.json", rows...)
	if got.Received != want.Received || got.SumDiffers != want.SumDiffers || got.MissingHere != want.MissingHere || got.MissingThere != want.MissingThere {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	if open := c.open(); int64(len(open)) != want.Differences() {
		t.Errorf("%d breaks are open, want %d", len(open), want.Differences())
	}
	if len(got.Breaks) != 3*payments.ReportedBreaks {
		t.Errorf("the report shows %d breaks, want %d of each of three kinds", len(got.Breaks), payments.ReportedBreaks)
	}
}
