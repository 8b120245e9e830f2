package payments

import (
	"context"
	"time"
)

// ClearingSource is a clearing file being read.
type ClearingSource interface {
	// Next returns a row, or io.EOF when the file is whole and at its end.
	Next() (ClearingRow, error)
	Format() string
	SHA256() [32]byte // of the content; after io.EOF
}

// ClearingStore keeps clearing files and breaks.
type ClearingStore interface {
	// Reconciling runs f in one transaction, one at a time in the whole
	// database.
	Reconciling(ctx context.Context, f func(ClearingTx) error) error
}

// ClearingTx is the transaction of one reconciliation. Batches are bounded;
// their slices are not kept by who gets them.
type ClearingTx interface {
	// LoadRows takes rows until next returns io.EOF.
	LoadRows(ctx context.Context, next func() (ClearingRow, error)) error
	// RepeatedRow returns a row whose id an earlier row has, and that row's
	// number, or ErrNotFound.
	RepeatedRow(ctx context.Context) (again ClearingRow, first int64, err error)
	// Reconciliation returns the report of a file that was reconciled before.
	Reconciliation(ctx context.Context, sha256 [32]byte, p Period) (Reconciliation, error)
	InsertReconciliation(ctx context.Context, r Reconciliation) (FileID, error)
	MarkReconciliation(ctx context.Context, r Reconciliation) error
	// PairRows gives every loaded row with what we hold of it.
	PairRows(ctx context.Context, f func([]RowPair) error) error
	// RememberRows notes which transactions the file has, and counts those
	// that no earlier file had.
	RememberRows(ctx context.Context, id FileID) (fresh int64, err error)
	// MissingRows gives what has moved in the period and is in no file.
	MissingRows(ctx context.Context, p Period, f func([]RowPair) error) error
	// FoundBreaks takes breaks that the file shows, for KeepBreaks.
	FoundBreaks(ctx context.Context, found []Break) error
	// KeepBreaks opens what was found, or marks it as seen again. It leaves
	// out, and counts, those that a person resolved as they are; and closes
	// those that are breaks of another kind now.
	KeepBreaks(ctx context.Context, r Reconciliation) (resolved, closed int64, err error)
	// SettleBreaks closes the open breaks whose transactions the file has
	// without a difference.
	SettleBreaks(ctx context.Context, r Reconciliation) (int64, error)
	// StaleBreaks gives the open breaks that the file does not show, with what
	// we hold today.
	StaleBreaks(ctx context.Context, id FileID, f func([]BreakPair) error) error
	// ExplainBreaks closes breaks in the file's name: our record agrees now.
	ExplainBreaks(ctx context.Context, r Reconciliation, ids []BreakID) error
	// FileBreaks returns the first breaks of a kind that a file shows.
	FileBreaks(ctx context.Context, id FileID, kind Outcome, limit int) ([]Break, error)
	// ClosedBy returns the first breaks that were closed in a file's name.
	ClosedBy(ctx context.Context, id FileID, limit int) ([]Break, error)
	// PeriodBefore returns the newest period that ends at or before an
	// instant, or ErrNotFound.
	PeriodBefore(ctx context.Context, t time.Time) (Period, error)

	ResolveBreak(ctx context.Context, id BreakID, word Resolution, now time.Time) (Break, error)
}

// RowPair is a clearing row and what we hold of it. Of a row that is missing
// in the file only the OperatorID is set.
type RowPair struct {
	Row  ClearingRow
	Ours Holding
}

// BreakPair is an open break and what we hold today.
type BreakPair struct {
	Break Break
	Ours  Holding
}
