package payments

// How a clearing file is held against our books:
//
//  1. In one transaction, while no other reconciliation runs, the rows go into
//     a temporary table as they are read. What is wrong with the file ends all
//     here, and nothing is kept.
//  2. The file's period follows from its rows, or is a person's. A file that
//     was reconciled before, known by its content and period, changes nothing:
//     its report is given again.
//  3. Every row is compared with what we hold under its id (Compare).
//  4. What succeeded with us in the period and is in no file yet, is missing
//     there. The period is held against the time of the operator's word, which
//     comes after the operator's own time: so nothing is expected too early,
//     and what has been in an earlier file is remembered.
//  5. A difference becomes a break, or makes an open one seen again. An open
//     break whose transaction this file has without a difference is closed in
//     its name, and so is one that our own record has come to explain.
//  6. The report is kept with the file.

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Reconciler holds clearing files against our books.
type Reconciler struct {
	Store ClearingStore
	Now   func() time.Time
}

// ReconcileRequest says what to reconcile.
type ReconcileRequest struct {
	Name     string                        // of the file, for people
	By       string                        // the user of the operating system
	From, To time.Time                     // zero: as the rows say
	Progress func(rows int64, loaded bool) // called now and then; nil: nobody looks
}

// ReportedBreaks is how many breaks of each kind a report shows.
const ReportedBreaks = 20

// Reconcile holds a file against our books and keeps what differs. Errors:
// what the source says of the file, ErrNoPeriod, and otherwise internal ones.
// On any error nothing is changed.
func (r *Reconciler) Reconcile(ctx context.Context, q ReconcileRequest, file ClearingSource) (Reconciliation, error) {
	var report Reconciliation
	err := r.Store.Reconciling(ctx, func(tx ClearingTx) error {
		loaded, err := load(ctx, tx, q, file)
		if err != nil {
			return err
		}
		period, err := loaded.period(q)
		if err != nil {
			return err
		}
		known, err := tx.Reconciliation(ctx, file.SHA256(), period)
		if err == nil {
			report, report.Repeated = known, true
			return nil
		}
		if !errors.Is(err, ErrNotFound) {
			return fmt.Errorf("look for the file: %w", err)
		}
		sum := file.SHA256()
		report = Reconciliation{
			File: q.Name, SHA256: fmt.Sprintf("%x", sum[:]), Format: file.Format(),
			Rows: Tally{Count: loaded.rows, Sum: loaded.total}, Period: period,
			At: r.now(), By: q.By, Breaks: []Break{},
		}
		return r.compare(ctx, tx, q, &report)
	})
	return report, err
}

func (r *Reconciler) compare(ctx context.Context, tx ClearingTx, q ReconcileRequest, report *Reconciliation) (err error) {
	if report.id, err = tx.InsertReconciliation(ctx, *report); err != nil {
		return fmt.Errorf("keep the file: %w", err)
	}
	take := func(pairs []RowPair, missing bool) error {
		var found []Break
		for _, pair := range pairs {
			outcome := OutcomeMissingThere
			if !missing {
				outcome = pair.Row.Compare(pair.Ours)
			}
			if err := report.count(outcome, pair); err != nil {
				return err
			}
			if outcome != OutcomeMatched {
				found = append(found, breakOf(outcome, pair))
			}
		}
		return tx.FoundBreaks(ctx, found)
	}
	var compared int64
	if err := tx.PairRows(ctx, func(pairs []RowPair) error {
		compared += int64(len(pairs))
		q.tell(compared, true)
		return take(pairs, false)
	}); err != nil {
		return fmt.Errorf("compare the rows: %w", err)
	}
	fresh, err := tx.RememberRows(ctx, report.id)
	if err != nil {
		return fmt.Errorf("remember the rows: %w", err)
	}
	report.Before = report.Rows.Count - fresh
	if err := tx.MissingRows(ctx, report.Period, func(pairs []RowPair) error { return take(pairs, true) }); err != nil {
		return fmt.Errorf("look for what is missing: %w", err)
	}
	if err := r.keep(ctx, tx, report); err != nil {
		return err
	}
	return tx.MarkReconciliation(ctx, *report)
}

// keep brings the breaks up to date and finishes the report.
func (r *Reconciler) keep(ctx context.Context, tx ClearingTx, report *Reconciliation) (err error) {
	if report.Resolved, report.Closed, err = tx.KeepBreaks(ctx, *report); err != nil {
		return fmt.Errorf("keep the breaks: %w", err)
	}
	settled, err := tx.SettleBreaks(ctx, *report)
	if err != nil {
		return fmt.Errorf("close explained breaks: %w", err)
	}
	report.Closed += settled
	err = tx.StaleBreaks(ctx, report.id, func(pairs []BreakPair) error {
		var ids []BreakID
		for _, pair := range pairs {
			if pair.Break.explained(pair.Ours) {
				ids = append(ids, pair.Break.ID)
			}
		}
		report.Closed += int64(len(ids))
		return tx.ExplainBreaks(ctx, *report, ids)
	})
	if err != nil {
		return fmt.Errorf("look at older breaks again: %w", err)
	}
	for _, kind := range BreakKinds() {
		shown, err := tx.FileBreaks(ctx, report.id, kind, ReportedBreaks)
		if err != nil {
			return fmt.Errorf("breaks of the file: %w", err)
		}
		report.Breaks = append(report.Breaks, shown...)
	}
	if report.ClosedBreaks, err = tx.ClosedBy(ctx, report.id, ReportedBreaks); err != nil {
		return fmt.Errorf("closed breaks: %w", err)
	}
	return r.gap(ctx, tx, report)
}

// gap counts what lies between the file before and this one, where nobody has
// looked yet.
func (r *Reconciler) gap(ctx context.Context, tx ClearingTx, report *Reconciliation) error {
	before, err := tx.PeriodBefore(ctx, report.Period.From)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("the period before: %w", err)
	}
	gap := Gap{Period: Period{From: before.To, To: report.Period.From}}
	err = tx.MissingRows(ctx, gap.Period, func(pairs []RowPair) error {
		for _, pair := range pairs {
			if err := gap.add(pair.Ours.Amount); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("look into the gap: %w", err)
	}
	if gap.Count > 0 {
		report.Gap = &gap
	}
	return nil
}

func breakOf(outcome Outcome, pair RowPair) Break {
	b := Break{
		Kind: outcome, OperatorID: pair.Row.OperatorID, Refund: pair.Row.Outgoing,
		Theirs: pair.Row.Amount, Ours: pair.Ours.Amount, State: pair.Ours.State,
		MerchantID: pair.Ours.MerchantID, At: pair.Row.ExecutedAt, Row: pair.Row.Number,
	}
	if outcome == OutcomeMissingThere {
		b.Refund, b.At = pair.Ours.Outgoing, pair.Ours.FinalAt
	}
	return b
}

// now is the present in UTC, at the database's precision.
func (r *Reconciler) now() time.Time { return r.Now().UTC().Truncate(time.Microsecond) }

// loadedRows is what is known of a file once it has been read.
type loadedRows struct {
	rows        int64
	total       Money
	first, last time.Time
}

// load reads the whole file into the transaction.
func load(ctx context.Context, tx ClearingTx, q ReconcileRequest, file ClearingSource) (loadedRows, error) {
	var l loadedRows
	err := tx.LoadRows(ctx, func() (ClearingRow, error) {
		if err := ctx.Err(); err != nil {
			return ClearingRow{}, err
		}
		row, err := file.Next()
		if err != nil {
			return row, err
		}
		if l.total, err = l.total.Add(row.Amount); err != nil {
			return row, fmt.Errorf("row %d: the sum of the rows: %w", row.Number, err)
		}
		if l.rows == 0 || row.ExecutedAt.Before(l.first) {
			l.first = row.ExecutedAt
		}
		if l.rows == 0 || row.ExecutedAt.After(l.last) {
			l.last = row.ExecutedAt
		}
		l.rows++
		q.tell(l.rows, false)
		return row, nil
	})
	if err != nil {
		return l, err
	}
	again, first, err := tx.RepeatedRow(ctx)
	switch {
	case errors.Is(err, ErrNotFound):
		return l, nil
	case err != nil:
		return l, fmt.Errorf("look for repeated rows: %w", err)
	}
	return l, fmt.Errorf("row %d, byte %d: transaction %q stands in row %d already", again.Number, again.Offset, again.OperatorID, first)
}

// period is a person's word, or what the rows say.
func (l loadedRows) period(q ReconcileRequest) (Period, error) {
	p := Period{From: q.From, To: q.To}
	if q.From.IsZero() || q.To.IsZero() {
		if l.rows == 0 {
			return p, fmt.Errorf("the file has no rows; %w", ErrNoPeriod)
		}
		derived, err := clearingPeriod(l.first, l.last)
		if err != nil {
			return p, err
		}
		if p.From.IsZero() {
			p.From = derived.From
		}
		if p.To.IsZero() {
			p.To = derived.To
		}
	}
	p.From, p.To = p.From.UTC().Truncate(time.Microsecond), p.To.UTC().Truncate(time.Microsecond)
	if !p.From.Before(p.To) {
		return p, fmt.Errorf("the period ends (%s) before it begins (%s); %w", p.To.Format(time.RFC3339), p.From.Format(time.RFC3339), ErrNoPeriod)
	}
	return p, nil
}

func (q ReconcileRequest) tell(rows int64, loaded bool) {
	if q.Progress != nil {
		q.Progress(rows, loaded)
	}
}
