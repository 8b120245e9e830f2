package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"elkart.kg/trade/payments"
)

// breakColumns are a break b with the names of its files, for breaksFrom.
const breakColumns = `
	b.id, b.kind, b.operator_id, b.refund, b.theirs, b.ours, b.state, b.merchant_id, b.at, b.row_number AS row,
	b.first_seen, first.name AS first_file, b.last_seen, last.name AS last_file`

const breakFiles = `
	JOIN clearing_files first ON first.id = b.first_file
	JOIN clearing_files last ON last.id = b.last_file`

// FoundBreaks puts breaks that a file shows into a temporary table.
func (t *clearingTx) FoundBreaks(ctx context.Context, found []payments.Break) error {
	if len(found) == 0 {
		return nil
	}
	_, err := t.db.CopyFrom(ctx, pgx.Identifier{"clearing_found"},
		[]string{"kind", "operator_id", "refund", "theirs", "ours", "state", "merchant_id", "at", "row_number"},
		pgx.CopyFromSlice(len(found), func(i int) ([]any, error) {
			b := &found[i]
			return []any{string(b.Kind), b.OperatorID, b.Refund, int64(b.Theirs), int64(b.Ours), b.State, int64(b.MerchantID), b.At, b.Row}, nil
		}))
	return err
}

// KeepBreaks opens what was found or marks it as seen; see payments.ClearingTx.
func (t *clearingTx) KeepBreaks(ctx context.Context, r payments.Reconciliation) (resolved, closed int64, err error) {
	tag, err := t.db.Exec(ctx, `
		DELETE FROM clearing_found f USING breaks b
		WHERE b.operator_id = f.operator_id AND b.resolved_by IS NOT NULL
			AND (b.kind, b.refund, b.theirs, b.ours, b.state) = (f.kind, f.refund, f.theirs, f.ours, f.state)`)
	if err != nil {
		return 0, 0, err
	}
	resolved = tag.RowsAffected()
	// What differs in another way than before is another break.
	tag, err = t.db.Exec(ctx, `
		UPDATE breaks b SET closed_at = $2, closed_file = $1
		FROM clearing_found f
		WHERE b.operator_id = f.operator_id AND b.closed_at IS NULL AND b.kind <> f.kind`, r.ID(), r.At)
	if err != nil {
		return 0, 0, err
	}
	closed = tag.RowsAffected()
	_, err = t.db.Exec(ctx, `
		INSERT INTO breaks (kind, operator_id, refund, theirs, ours, state, merchant_id, at, row_number,
			first_seen, first_file, last_seen, last_file)
		SELECT kind, operator_id, refund, theirs, ours, state, merchant_id, at, row_number, $2, $1, $2, $1
		FROM clearing_found ORDER BY row_number, at, operator_id
		ON CONFLICT (operator_id) WHERE closed_at IS NULL DO UPDATE
		SET refund = excluded.refund, theirs = excluded.theirs, ours = excluded.ours, state = excluded.state,
			merchant_id = excluded.merchant_id, at = excluded.at, row_number = excluded.row_number,
			last_seen = excluded.last_seen, last_file = excluded.last_file`, r.ID(), r.At)
	return resolved, closed, err
}

// SettleBreaks closes the open breaks of transactions that the file has
// without a difference.
func (t *clearingTx) SettleBreaks(ctx context.Context, r payments.Reconciliation) (int64, error) {
	tag, err := t.db.Exec(ctx, `
		UPDATE breaks b SET closed_at = $2, closed_file = $1
		FROM clearing_load c
		WHERE b.operator_id = c.operator_id AND b.closed_at IS NULL AND b.last_file <> $1`, r.ID(), r.At)
	return tag.RowsAffected(), err
}

// StaleBreaks gives the open breaks that a file does not show.
func (t *clearingTx) StaleBreaks(ctx context.Context, id payments.FileID, f func([]payments.BreakPair) error) error {
	return batches(ctx, t.db, "clearing_stale", `
		SELECT b.id, b.kind, b.operator_id, b.refund, b.theirs, `+holdingColumns+`
		FROM breaks b
		LEFT JOIN payments p ON p.operator_id = b.operator_id
		LEFT JOIN refunds r ON r.operator_id = b.operator_id
		WHERE b.closed_at IS NULL AND b.last_file <> $1`, []any{id},
		func(row pgx.CollectableRow) (pair payments.BreakPair, err error) {
			b := &pair.Break
			return pair, row.Scan(append([]any{&b.ID, &b.Kind, &b.OperatorID, &b.Refund, &b.Theirs}, holdingFields(&pair.Ours)...)...)
		}, f)
}

// ExplainBreaks closes breaks in a file's name.
func (t *clearingTx) ExplainBreaks(ctx context.Context, r payments.Reconciliation, ids []payments.BreakID) error {
	_, err := t.db.Exec(ctx, `UPDATE breaks SET closed_at = $2, closed_file = $1 WHERE id = ANY($3) AND closed_at IS NULL`, r.ID(), r.At, ids)
	return err
}

// FileBreaks returns the first breaks of a kind that a file shows.
func (t *clearingTx) FileBreaks(ctx context.Context, id payments.FileID, kind payments.Outcome, limit int) ([]payments.Break, error) {
	return many[payments.Break](ctx, t.db, `
		SELECT `+breakColumns+` FROM breaks b`+breakFiles+`
		WHERE b.last_file = $1 AND b.kind = $2 AND b.closed_at IS NULL ORDER BY b.id LIMIT $3`, id, kind, limit)
}

// ClosedBy returns the first breaks that were closed in a file's name.
func (t *clearingTx) ClosedBy(ctx context.Context, id payments.FileID, limit int) ([]payments.Break, error) {
	return many[payments.Break](ctx, t.db, `
		SELECT `+breakColumns+` FROM breaks b`+breakFiles+`
		WHERE b.closed_file = $1 ORDER BY b.id LIMIT $2`, id, limit)
}

// ResolveBreak closes an open break on a person's word.
func (t *clearingTx) ResolveBreak(ctx context.Context, id payments.BreakID, word payments.Resolution, now time.Time) (payments.Break, error) {
	return one[payments.Break](ctx, t.db, `
		WITH b AS (
			UPDATE breaks SET closed_at = $2, resolved_by = $3, why = $4
			WHERE id = $1 AND closed_at IS NULL RETURNING *)
		SELECT `+breakColumns+` FROM b`+breakFiles, id, now, word.By, word.Why)
}

// OpenBreaks counts the open breaks.
func (s *Store) OpenBreaks(ctx context.Context) (payments.OpenBreaks, error) {
	return one[payments.OpenBreaks](ctx, s.pool, `
		SELECT count(*) AS count, COALESCE(min(first_seen), '0001-01-01T00:00:00Z') AS oldest
		FROM breaks WHERE closed_at IS NULL`)
}

// EachOpenBreak gives the open breaks, oldest first, one at a time.
func (s *Store) EachOpenBreak(ctx context.Context, f func(payments.Break) error) error {
	rows, err := s.pool.Query(ctx, `
		SELECT `+breakColumns+` FROM breaks b`+breakFiles+`
		WHERE b.closed_at IS NULL ORDER BY b.first_seen, b.id`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		b, err := pgx.RowToStructByName[payments.Break](rows)
		if err != nil {
			return err
		}
		if err := f(b); err != nil {
			return err
		}
	}
	return rows.Err()
}
