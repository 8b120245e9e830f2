package store_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgconn"

	"elkart.kg/trade/payments"
)

const day = 24 * time.Hour

// A break is kept as it was first seen, and grows old.
func TestBreaksAge(t *testing.T) {
	c := newClerk(t)
	at := monday.Add(time.Hour)
	c.settled("gone", 700, at)
	c.settled("other", 1, at)
	c.reconcile("1.json", row("strange", 600, at))
	begin := c.clock
	for i, want := range []int{0, 1, 1, 5} {
		c.clock = begin.Add(time.Duration([]int{23, 24, 47, 125}[i]) * time.Hour)
		for _, b := range c.open() {
			if b.Age(c.clock) != want {
				t.Errorf("%s is %d days old after %s, want %d", b.OperatorID, b.Age(c.clock), c.clock.Sub(begin), want)
			}
		}
	}
	// A corrected file for the same day shows two of the three again.
	c.reconcile("1-corrected.json", row("strange", 600, at), row("other", 1, at))
	got := map[string]payments.Break{}
	for _, b := range c.open() {
		got[b.OperatorID] = b
	}
	for _, name := range []string{"gone", "strange"} {
		b := got[name]
		if b.FirstFile != "1.json" || b.LastFile != "1-corrected.json" || !b.FirstSeen.Equal(begin) || !b.LastSeen.Equal(c.clock) || b.Age(c.clock) != 5 {
			t.Errorf("%s: %+v", name, b)
		}
	}
	if len(got) != 2 {
		t.Errorf("open %v, want gone and strange", what(c.open()))
	}
	// A file for another day does not show them.
	c.clock = begin.Add(6 * day)
	c.settled("tuesday", 5, at.Add(day))
	c.reconcile("2.json", row("tuesday", 5, at.Add(day)))
	for _, b := range c.open() {
		if b.LastFile != "1-corrected.json" {
			t.Errorf("%s was last seen in %s", b.OperatorID, b.LastFile)
		}
	}
}

// A later file, or our own record, explains a break: it closes by itself in
// that file's name.
func TestBreaksAreExplained(t *testing.T) {
	at := monday.Add(time.Hour)
	next := at.Add(day)
	for _, tt := range []struct {
		name   string
		before func(c *clerk)
		first  []payments.ClearingRow
		then   func(c *clerk)
		second []payments.ClearingRow
		open   []string
		closed []string
	}{
		{
			name:   "cleared a day late",
			before: func(c *clerk) { c.settled("a", 100, at); c.settled("b", 100, at) },
			first:  []payments.ClearingRow{row("b", 100, at)}, second: []payments.ClearingRow{row("a", 100, next)},
			open: []string{}, closed: []string{"a missing_there 0/100"},
		},
		{
			name:   "cleared a day late with another sum",
			before: func(c *clerk) { c.settled("a", 100, at); c.settled("b", 100, at) },
			first:  []payments.ClearingRow{row("b", 100, at)}, second: []payments.ClearingRow{row("a", 101, next)},
			open: []string{"a sum_differs 101/100"}, closed: []string{"a missing_there 0/100"},
		},
		{
			name:   "a sum corrected",
			before: func(c *clerk) { c.settled("a", 100, at) },
			first:  []payments.ClearingRow{row("a", 101, at)}, second: []payments.ClearingRow{row("a", 100, next)},
			open: []string{}, closed: []string{"a sum_differs 101/100"},
		},
		{
			name:   "a sum wrong in another way keeps its age",
			before: func(c *clerk) { c.settled("a", 100, at) },
			first:  []payments.ClearingRow{row("a", 101, at)}, second: []payments.ClearingRow{row("a", 102, next)},
			open: []string{"a sum_differs 102/100"}, closed: []string{},
		},
		{
			name:   "the operator's word came after the file",
			before: func(c *clerk) { c.paid("a", 100, payments.PaymentExecuting, at) },
			first:  []payments.ClearingRow{row("a", 100, at)},
			then: func(c *clerk) {
				c.exec(`UPDATE payments SET state = 'succeeded', receipt = 1, receipt_key = 'a', final_at = executed_at WHERE operator_id = 'a'`)
			},
			second: []payments.ClearingRow{row("z", 1, next)},
			open:   []string{"z missing_here 1/0"}, closed: []string{"a status_differs 100/100"},
		},
		{
			name:   "taken back after it was missed",
			before: func(c *clerk) { c.settled("a", 100, at); c.settled("b", 100, at) },
			first:  []payments.ClearingRow{row("b", 100, at)},
			then: func(c *clerk) {
				c.exec(`UPDATE payments SET state = 'reversed', reversed_by = 40, reversed_at = final_at WHERE operator_id = 'a'`)
			},
			second: []payments.ClearingRow{row("z", 1, next)},
			open:   []string{"z missing_here 1/0"}, closed: []string{"a missing_there 0/100"},
		},
		{
			name:   "a refund that comes to its end",
			before: func(c *clerk) { c.settled("b", 100, at); c.refunded("a", "b", 40, payments.RefundSent, at) },
			first:  []payments.ClearingRow{row("b", 100, at), goingOut(row("a", 40, at))},
			then:   func(c *clerk) { c.exec(`UPDATE refunds SET state = 'succeeded', final_at = requested_at`) },
			second: []payments.ClearingRow{row("z", 1, next)},
			open:   []string{"z missing_here 1/0"}, closed: []string{"a status_differs 40/40"},
		},
		{
			name:   "nothing new",
			before: func(c *clerk) { c.paid("a", 100, payments.PaymentCancelled, at); c.settled("b", 100, at) },
			first:  []payments.ClearingRow{row("a", 100, at), row("x", 100, at)}, second: []payments.ClearingRow{row("z", 1, next)},
			open: []string{"b missing_there 0/100", "a status_differs 100/100", "x missing_here 100/0", "z missing_here 1/0"}, closed: []string{},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newClerk(t)
			tt.before(c)
			c.reconcile("first.json", tt.first...)
			begin := c.clock
			c.clock = c.clock.Add(day)
			if tt.then != nil {
				tt.then(c)
			}
			report := c.reconcile("second.json", tt.second...)
			if diff := cmp.Diff(what(c.open()), tt.open); diff != "" {
				t.Errorf("open (-got +want):\n%s", diff)
			}
			if diff := cmp.Diff(what(report.ClosedBreaks), tt.closed); diff != "" || report.Closed != int64(len(tt.closed)) {
				t.Errorf("closed %d (-got +want):\n%s", report.Closed, diff)
			}
			named := c.count(`SELECT count(*) FROM breaks b JOIN clearing_files f ON f.id = b.closed_file
				WHERE f.name = 'second.json' AND b.closed_at = $1 AND b.resolved_by IS NULL`, c.clock)
			if named != len(tt.closed) {
				t.Errorf("%d breaks are closed in the file's name, want %d", named, len(tt.closed))
			}
			for _, b := range c.open() {
				if isNew := b.OperatorID == "z" || len(tt.closed) > 0; b.FirstSeen.Equal(begin) == isNew {
					t.Errorf("%s is first seen %s", b.OperatorID, b.FirstSeen)
				}
			}
		})
	}
}

func (c *clerk) count(sql string, args ...any) (n int) {
	c.t.Helper()
	must(c.t, c.pool.QueryRow(c.t.Context(), sql, args...).Scan(&n))
	return n
}

// A person closes breaks, once, with a reason; the same difference in another
// file does not open them again, another one does.
func TestResolve(t *testing.T) {
	c := newClerk(t)
	at := monday.Add(time.Hour)
	c.settled("gone", 700, at)
	c.reconcile("1.json", row("strange", 600, at))
	ids := map[string]payments.BreakID{}
	for _, b := range c.open() {
		ids[b.OperatorID] = b.ID
	}
	word := payments.Resolution{By: "aigul", Why: " letter\n12-3 of 5 March "}
	for _, tt := range []struct {
		name string
		ids  []payments.BreakID
		why  string
		want error
	}{
		{"no reason", []payments.BreakID{ids["gone"]}, " \n", payments.ErrNoReason},
		{"a reason too long", []payments.BreakID{ids["gone"]}, strings.Repeat("ы", 501), payments.ErrNoReason},
		{"no such break", []payments.BreakID{ids["gone"], 999}, "why", payments.ErrNotOpen},
		{"one twice", []payments.BreakID{ids["gone"], ids["gone"]}, "why", payments.ErrNotOpen},
	} {
		if _, err := c.Resolve(t.Context(), tt.ids, payments.Resolution{By: "aigul", Why: tt.why}); !errors.Is(err, tt.want) || len(c.open()) != 2 {
			t.Errorf("%s: %v, open %v", tt.name, err, what(c.open()))
		}
	}
	done, err := c.Resolve(t.Context(), []payments.BreakID{ids["gone"], ids["strange"]}, word)
	if diff := cmp.Diff(what(done), []string{"gone missing_there 0/700", "strange missing_here 600/0"}); err != nil || diff != "" {
		t.Errorf("resolved: %v (-got +want):\n%s", err, diff)
	}
	if n := c.count(`SELECT count(*) FROM breaks WHERE closed_at = $1 AND resolved_by = 'aigul' AND why = 'letter 12-3 of 5 March' AND closed_file IS NULL`, c.clock); n != 2 || len(c.open()) != 0 {
		t.Errorf("%d are resolved as said, open %v", n, what(c.open()))
	}
	if _, err := c.Resolve(t.Context(), []payments.BreakID{ids["gone"]}, word); !errors.Is(err, payments.ErrNotOpen) {
		t.Errorf("resolved again: %v", err)
	}
	report := c.reconcile("1-again.json", row("strange", 600, at.Add(time.Second)))
	if report.Resolved != 2 || report.Differences() != 2 || len(c.open()) != 0 || len(report.Breaks) != 0 {
		t.Errorf("the same again: %+v, open %v", report, what(c.open()))
	}
	report = c.reconcile("1-worse.json", row("strange", 601, at.Add(time.Second)))
	if diff := cmp.Diff(what(c.open()), []string{"strange missing_here 601/0"}); diff != "" || report.Resolved != 1 {
		t.Errorf("another sum: %d resolved, open (-got +want):\n%s", report.Resolved, diff)
	}
}

// What is expected of a file: all that was confirmed in its days and in no
// file before; and nobody falls between two files unnoticed.
func TestWhatAFileMustHave(t *testing.T) {
	c := newClerk(t)
	end := monday.Add(day)
	c.settled("a", 100, monday)
	c.settled("b", 100, end.Add(-time.Microsecond))
	c.settled("word came after the close", 100, end.Add(time.Second))
	c.settled("c", 100, end.Add(time.Minute))
	c.settled("in a gap", 100, end.Add(day))
	c.settled("d", 100, end.Add(2*day))
	report := c.reconcile("monday.json", row("a", 100, monday), row("word came after the close", 100, end.Add(-time.Second)))
	if diff := cmp.Diff(what(c.open()), []string{"b missing_there 0/100"}); diff != "" || report.Gap != nil {
		t.Errorf("monday: gap %v, open (-got +want):\n%s", report.Gap, diff)
	}
	report = c.reconcile("tuesday.json", row("c", 100, end.Add(time.Minute)), row("a", 100, end))
	if report.MissingThere.Count != 0 || report.Before != 1 || report.Received.Count != 2 || report.Gap != nil {
		t.Errorf("tuesday: %+v", report)
	}
	report = c.reconcile("thursday.json", row("d", 100, end.Add(2*day)))
	want := &payments.Gap{Period: payments.Period{From: end.Add(day).UTC(), To: end.Add(2 * day).UTC()}, Tally: payments.Tally{Count: 1, Sum: 100}}
	if diff := cmp.Diff(report.Gap, want); diff != "" {
		t.Errorf("the gap (-got +want):\n%s", diff)
	}
	// A person's word for the period is taken to the microsecond.
	for _, tt := range []struct {
		name     string
		from, to time.Time
		missing  int64
	}{
		{"up to it", end.Add(day - time.Hour), end.Add(day), 0},
		{"from it", end.Add(day), end.Add(day + time.Microsecond), 1},
	} {
		report, err := c.Reconcile(t.Context(), payments.ReconcileRequest{Name: tt.name, From: tt.from, To: tt.to}, fileOf())
		if err != nil || report.MissingThere.Count != tt.missing {
			t.Errorf("%s: %d missing, %v, want %d", tt.name, report.MissingThere.Count, err, tt.missing)
		}
	}
}

// The database refuses what the rules forbid, whoever writes.
func TestBreaksInTheDatabase(t *testing.T) {
	c := newClerk(t)
	c.reconcile("1.json", row("closed", 600, monday), row("open", 600, monday))
	if _, err := c.Resolve(t.Context(), []payments.BreakID{c.open()[0].ID}, payments.Resolution{By: "aigul", Why: "why"}); err != nil {
		t.Fatal(err)
	}
	for sql, constraint := range map[string]string{
		`UPDATE breaks SET why = 'better' WHERE operator_id = 'closed'`:                                     "breaks_closed_stay",
		`UPDATE breaks SET closed_at = NULL, resolved_by = NULL, why = NULL WHERE operator_id = 'closed'`:   "breaks_closed_stay",
		`UPDATE breaks SET closed_at = now() WHERE operator_id = 'open'`:                                    "breaks_closed",
		`UPDATE breaks SET resolved_by = 'me', why = 'so' WHERE operator_id = 'open'`:                       "breaks_closed",
		`UPDATE breaks SET closed_at = now(), resolved_by = 'me', closed_file = 1, why = 'so' WHERE id = 2`: "breaks_closed",
		`UPDATE breaks SET closed_at = now(), resolved_by = 'me' WHERE operator_id = 'open'`:                "breaks_why",
		`UPDATE breaks SET closed_at = now(), resolved_by = 'me', why = '' WHERE operator_id = 'open'`:      "breaks_why",
		`UPDATE breaks SET theirs = 0 WHERE operator_id = 'open'`:                                           "breaks_theirs",
		`UPDATE breaks SET ours = 1 WHERE operator_id = 'open'`:                                             "breaks_ours",
		`UPDATE breaks SET kind = 'unknown' WHERE operator_id = 'open'`:                                     "breaks_kind",
		`UPDATE clearing_files SET period_to = period_from`:                                                 "clearing_files_period",
		`INSERT INTO breaks (kind, operator_id, refund, theirs, ours, state, merchant_id, at, row_number, first_seen, first_file, last_seen, last_file)
			SELECT kind, operator_id, refund, theirs, ours, state, merchant_id, at, row_number, first_seen, first_file, last_seen, last_file
			FROM breaks WHERE operator_id = 'open'`: "breaks_open",
	} {
		if _, err := c.pool.Exec(t.Context(), sql); constraintOf(err) != constraint {
			t.Errorf("%s: %v, want %s", sql, err, constraint)
		}
	}
}

func constraintOf(err error) string {
	if failure, isPG := errors.AsType[*pgconn.PgError](err); isPG {
		return failure.ConstraintName
	}
	return ""
}
