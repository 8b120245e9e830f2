package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"elkart.kg/trade/payments"
)

// Every outcome in one file, and the report to the last figure.
func TestReconcileEveryOutcome(t *testing.T) {
	c := newClerk(t)
	noon := monday.Add(3 * time.Hour)
	for i := range 3 {
		c.settled(fmt.Sprintf("ok-%d", i), payments.Money(100*i+100), noon)
	}
	c.settled("sum", 500, noon)
	c.settled("gone", 700, noon)
	c.paid("cancelled", 800, payments.PaymentCancelled, noon)
	c.paid("reversed", 900, payments.PaymentReversed, noon)
	c.paid("reversed, not cleared", 950, payments.PaymentReversed, noon)
	c.paid("open", 1000, payments.PaymentExecuting, noon)
	c.refunded("back", "ok-2", 50, payments.RefundSucceeded, noon)
	c.refunded("back, gone", "ok-2", 60, payments.RefundSucceeded, noon)
	c.refunded("back, on its way", "ok-2", 70, payments.RefundSent, noon)
	c.settled("before the day", 10, monday.Add(-time.Second))
	c.settled("after the day", 10, monday.Add(24*time.Hour))

	got := c.reconcile("monday.json",
		row("ok-0", 100, noon), row("ok-1", 200, noon), row("ok-2", 300, noon),
		row("sum", 501, noon), row("strange", 600, noon),
		row("cancelled", 800, noon), row("reversed", 900, noon), row("open", 1000, noon),
		goingOut(row("back", 50, noon)), goingOut(row("back, on its way", 70, noon)), goingOut(row("back, strange", 80, noon)),
	)
	b := func(id payments.BreakID, kind payments.Outcome, name string, theirs, ours payments.Money, state string, number int64) payments.Break {
		b := payments.Break{
			ID: id, Kind: kind, OperatorID: name, Theirs: theirs, Ours: ours, State: state, Row: number, At: noon.UTC(),
			FirstSeen: c.clock.UTC(), FirstFile: "monday.json", LastSeen: c.clock.UTC(), LastFile: "monday.json",
			Refund: strings.HasPrefix(name, "back"),
		}
		if state != "" {
			b.MerchantID = 100001
		}
		return b
	}
	want := payments.Reconciliation{
		File: "monday.json", Format: "rows", By: "clerk", At: c.clock.UTC(),
		Rows:     payments.Tally{Count: 11, Sum: 4601},
		Period:   payments.Period{From: monday.UTC(), To: monday.Add(24 * time.Hour).UTC()},
		Received: payments.Tally{Count: 3, Sum: 600}, Refunded: payments.Tally{Count: 1, Sum: 50},
		MissingHere:   payments.Difference{Count: 2, Theirs: 680},
		MissingThere:  payments.Difference{Count: 2, Ours: 760},
		SumDiffers:    payments.Difference{Count: 1, Theirs: 501, Ours: 500},
		StatusDiffers: payments.Difference{Count: 4, Theirs: 2770, Ours: 2770},
		ClosedBreaks:  []payments.Break{},
		Breaks: []payments.Break{
			b(4, payments.OutcomeMissingHere, "strange", 600, 0, "", 5),
			b(9, payments.OutcomeMissingHere, "back, strange", 80, 0, "", 11),
			b(1, payments.OutcomeMissingThere, "back, gone", 0, 60, "succeeded", 0),
			b(2, payments.OutcomeMissingThere, "gone", 0, 700, "succeeded", 0),
			b(3, payments.OutcomeSumDiffers, "sum", 501, 500, "succeeded", 4),
			b(5, payments.OutcomeStatusDiffers, "cancelled", 800, 800, "cancelled", 6),
			b(6, payments.OutcomeStatusDiffers, "reversed", 900, 900, "reversed", 7),
			b(7, payments.OutcomeStatusDiffers, "open", 1000, 1000, "executing", 8),
			b(8, payments.OutcomeStatusDiffers, "back, on its way", 70, 70, "sent", 10),
		},
	}
	if diff := cmp.Diff(got, want, cmpopts.IgnoreUnexported(payments.Reconciliation{}), cmpopts.IgnoreFields(payments.Reconciliation{}, "SHA256")); diff != "" {
		t.Errorf("report (-got +want):\n%s", diff)
	}
	if open := c.open(); len(open) != 9 {
		t.Errorf("open breaks %v, want nine", what(open))
	}
}

// The same file again, by whatever name, changes nothing and says the same.
func TestSameFileTwice(t *testing.T) {
	c := newClerk(t)
	c.settled("gone", 700, monday.Add(time.Hour))
	file := func() []payments.ClearingRow {
		return []payments.ClearingRow{row("strange", 600, monday.Add(time.Hour))}
	}
	first := c.reconcile("monday.json", file()...)
	before := c.dump()
	c.clock = c.clock.Add(49 * time.Hour)
	// Even what has changed with us since is not looked at.
	c.settled("strange", 600, monday.Add(2*time.Hour))
	second := c.reconcile("copy.json", file()...)
	if first.Repeated || !second.Repeated {
		t.Errorf("repeated: %v, then %v", first.Repeated, second.Repeated)
	}
	second.Repeated = false
	if diff := cmp.Diff(second, first, cmpopts.IgnoreUnexported(payments.Reconciliation{})); diff != "" {
		t.Errorf("the second report (-second +first):\n%s", diff)
	}
	if diff := cmp.Diff(c.dump(), before); diff != "" {
		t.Errorf("the database has changed:\n%s", diff)
	}
	// The same rows for other days are another question.
	report, err := c.Reconcile(t.Context(), payments.ReconcileRequest{Name: "monday.json", By: "clerk", To: monday.Add(48 * time.Hour)}, fileOf(file()...))
	if err != nil || report.Repeated {
		t.Errorf("another period: repeated %v, %v", report.Repeated, err)
	}
}

// What ends in an error has changed nothing.
func TestRefusedFileChangesNothing(t *testing.T) {
	c := newClerk(t)
	at := monday.Add(time.Hour)
	c.settled("a", 100, at)
	c.reconcile("before.json", row("strange", 100, at))
	before := c.dump()
	broken := fileOf(row("b", 100, at), row("c", 100, at))
	broken.fail = errBroken
	for _, tt := range []struct {
		name    string
		request payments.ReconcileRequest
		file    *clearingFile
		is      error
		want    string
	}{
		{"the file breaks off", payments.ReconcileRequest{}, broken, errBroken, "row 2, byte 200: amount: negative"},
		{"a transaction twice", payments.ReconcileRequest{}, fileOf(row("x", 1, at), row("b", 1, at), row("y", 1, at), row("b", 2, at)),
			nil, `row 4, byte 400: transaction "b" stands in row 2 already`},
		{"coming and going", payments.ReconcileRequest{}, fileOf(row("b", 1, at), goingOut(row("b", 1, at))), nil, `row 2, byte 200: transaction "b"`},
		{"no rows", payments.ReconcileRequest{}, fileOf(), payments.ErrNoPeriod, "the file has no rows"},
		{"no rows and half a period", payments.ReconcileRequest{From: monday}, fileOf(), payments.ErrNoPeriod, "the file has no rows"},
		{"a year wrong", payments.ReconcileRequest{}, fileOf(row("b", 1, at), row("c", 1, at.AddDate(1, 0, 0))), payments.ErrNoPeriod, "more than 31 days"},
		{"a period that ends before the rows", payments.ReconcileRequest{To: monday}, fileOf(row("b", 1, at)), payments.ErrNoPeriod, "before it begins"},
	} {
		_, err := c.Reconcile(t.Context(), tt.request, tt.file)
		if err == nil || !strings.Contains(err.Error(), tt.want) || tt.is != nil && !errors.Is(err, tt.is) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
		if diff := cmp.Diff(c.dump(), before); diff != "" {
			t.Errorf("%s: the database has changed:\n%s", tt.name, diff)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Reconcile(ctx, payments.ReconcileRequest{}, fileOf(row("b", 1, at))); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// A day without rows, on a person's word: all of ours is missing.
func TestEmptyFile(t *testing.T) {
	c := newClerk(t)
	c.settled("a", 100, monday.Add(time.Hour))
	c.settled("b", 100, monday.Add(25*time.Hour))
	for day := range 2 {
		from := monday.Add(time.Duration(24*day) * time.Hour)
		report, err := c.Reconcile(t.Context(), payments.ReconcileRequest{From: from, To: from.Add(24 * time.Hour)}, fileOf())
		if err != nil || report.Repeated || report.MissingThere != (payments.Difference{Count: 1, Ours: 100}) {
			t.Errorf("day %d: %+v, %v", day, report, err)
		}
	}
}

// Sums that cannot be added up are an error, and no wrong figure.
func TestReconcileOverflow(t *testing.T) {
	c := newClerk(t)
	const most = payments.Money(1<<63 - 1)
	c.exec(`ALTER TABLE payments DISABLE TRIGGER USER`) // no hour's figures hold so much
	c.settled("a", most, monday.Add(time.Hour))
	c.settled("b", 1, monday.Add(time.Hour))
	for name, file := range map[string]*clearingFile{
		"theirs": fileOf(row("x", most, monday.Add(time.Hour)), row("y", 1, monday.Add(time.Hour))),
		"ours":   fileOf(row("x", 1, monday.Add(time.Hour))),
	} {
		if _, err := c.Reconcile(t.Context(), payments.ReconcileRequest{}, file); !errors.Is(err, payments.ErrOverflow) {
			t.Errorf("%s: %v, want %v", name, err, payments.ErrOverflow)
		}
	}
	if open := c.open(); len(open) != 0 {
		t.Errorf("breaks %v", what(open))
	}
}

// watchedStore counts who is inside a reconciliation.
type watchedStore struct {
	payments.ClearingStore
	inside, most atomic.Int64
}

func (s *watchedStore) Reconciling(ctx context.Context, f func(payments.ClearingTx) error) error {
	return s.ClearingStore.Reconciling(ctx, func(tx payments.ClearingTx) error {
		s.most.Store(max(s.most.Load(), s.inside.Add(1)))
		defer s.inside.Add(-1)
		return f(tx)
	})
}

// Many at once, each on its own connection: one works at a time, and of the
// same file one.
func TestReconcileOneAtATime(t *testing.T) {
	c := newClerk(t)
	at := monday.Add(time.Hour)
	c.settled("gone", 700, at)
	watched := &watchedStore{ClearingStore: c.store}
	c.Store = watched
	var fresh atomic.Int64
	together(8, func(i int) {
		name := fmt.Sprintf("%d.json", i)
		rows := []payments.ClearingRow{row("strange", 600, at)}
		if i%2 == 0 {
			rows = append(rows, row(name, 1, at)) // another file
		}
		report, err := c.Reconcile(t.Context(), payments.ReconcileRequest{Name: name}, fileOf(rows...))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !report.Repeated {
			fresh.Add(1)
		}
	})
	if fresh.Load() != 5 || watched.most.Load() != 1 {
		t.Errorf("%d files were new, want 5; %d at once, want 1", fresh.Load(), watched.most.Load())
	}
	if open := c.open(); len(open) != 6 {
		t.Errorf("breaks %v, want six", what(open))
	}
}

// What was in a file is forgotten with its age; the same file again changes
// nothing even then, and the young ones stay.
func TestOldFilesAreForgotten(t *testing.T) {
	c := newClerk(t)
	next := monday.Add(24 * time.Hour)
	for _, id := range []string{"a", "b"} {
		c.settled(id, 100, monday.Add(time.Hour))
	}
	c.settled("c", 100, next.Add(time.Hour))
	old := []payments.ClearingRow{row("a", 100, monday.Add(time.Hour)), row("b", 100, monday.Add(time.Hour))}
	first := c.reconcile("old.json", old...)
	c.clock = c.clock.Add(24 * time.Hour)
	c.reconcile("young.json", row("c", 100, next.Add(time.Hour)))
	gone, err := c.store.ForgetCleared(t.Context(), monday.Add(25*time.Hour))
	must(t, err)
	if gone != 2 {
		t.Errorf("%d transactions forgotten, want 2", gone)
	}
	var left []string
	must(t, c.pool.QueryRow(t.Context(), `SELECT array_agg(operator_id) FROM clearing_rows`).Scan(&left))
	if diff := cmp.Diff(left, []string{"c"}); diff != "" {
		t.Errorf("remembered (-got +want):\n%s", diff)
	}
	again := c.reconcile("old.json", old...)
	if first.MissingThere.Count != 0 || again.MissingThere.Count != 0 || again.MissingHere.Count != 0 || !again.Repeated {
		t.Errorf("the same file after its rows were forgotten: %+v", again)
	}
}
