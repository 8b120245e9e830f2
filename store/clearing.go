package store

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5"

	"elkart.kg/trade/payments"
)

var (
	_ payments.ClearingStore = (*Store)(nil)
	_ payments.ClearingTx    = (*clearingTx)(nil)
)

// clearingTx is the transaction of one reconciliation.
type clearingTx struct{ db pgx.Tx }

// clearingLock is the advisory lock under which clearing files are reconciled
// and breaks resolved: the letters of "elkartcl".
const clearingLock = 0x656c6b617274636c

// clearingBatch is how many rows are in memory at once.
const clearingBatch = 5000

// Reconciling runs f in one transaction, one at a time; see
// payments.ClearingStore.
func (s *Store) Reconciling(ctx context.Context, f func(payments.ClearingTx) error) error {
	return pgx.BeginFunc(ctx, s.pool, func(t pgx.Tx) error {
		if _, err := t.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(clearingLock)); err != nil {
			return fmt.Errorf("wait for other reconciliations: %w", err)
		}
		return f(&clearingTx{db: t})
	})
}

// LoadRows copies rows into a temporary table as they come.
func (t *clearingTx) LoadRows(ctx context.Context, next func() (payments.ClearingRow, error)) error {
	for _, sql := range []string{
		`SET LOCAL work_mem = '64MB'`, // a million ids are sorted out in memory
		`SET LOCAL cursor_tuple_fraction = 1`,
		`CREATE TEMPORARY TABLE clearing_load (
			row_number bigint, byte_offset bigint, operator_id text, outgoing boolean, amount bigint, executed_at timestamptz
		) ON COMMIT DROP`,
		`CREATE TEMPORARY TABLE clearing_found (LIKE breaks) ON COMMIT DROP`,
		`ALTER TABLE clearing_found ALTER id DROP NOT NULL, ALTER first_seen DROP NOT NULL, ALTER first_file DROP NOT NULL,
			ALTER last_seen DROP NOT NULL, ALTER last_file DROP NOT NULL`,
	} {
		if _, err := t.db.Exec(ctx, sql); err != nil {
			return fmt.Errorf("prepare the comparison: %w", err)
		}
	}
	var failed error // of next; COPY would bury it in a message of the server's
	values := make([]any, 6)
	_, err := t.db.CopyFrom(ctx, pgx.Identifier{"clearing_load"},
		[]string{"row_number", "byte_offset", "operator_id", "outgoing", "amount", "executed_at"},
		pgx.CopyFromFunc(func() ([]any, error) {
			r, err := next()
			if errors.Is(err, io.EOF) {
				return nil, nil
			}
			if err != nil {
				failed = err
				return nil, err
			}
			values[0], values[1], values[2], values[3], values[4], values[5] = r.Number, r.Offset, r.OperatorID, r.Outgoing, int64(r.Amount), r.ExecutedAt
			return values, nil
		}))
	if failed != nil {
		return failed
	}
	if err == nil {
		_, err = t.db.Exec(ctx, `ANALYZE clearing_load`)
	}
	if err != nil {
		return fmt.Errorf("load the rows: %w", err)
	}
	return nil
}

// RepeatedRow finds the first row whose id stands in an earlier row.
func (t *clearingTx) RepeatedRow(ctx context.Context) (again payments.ClearingRow, first int64, err error) {
	err = t.db.QueryRow(ctx, `
		SELECT c.row_number, c.byte_offset, c.operator_id, d.first
		FROM clearing_load c
		JOIN (SELECT operator_id, min(row_number) AS first FROM clearing_load GROUP BY operator_id HAVING count(*) > 1) d
			ON d.operator_id = c.operator_id AND d.first < c.row_number
		ORDER BY c.row_number LIMIT 1`).Scan(&again.Number, &again.Offset, &again.OperatorID, &first)
	if errors.Is(err, pgx.ErrNoRows) {
		err = payments.ErrNotFound
	}
	return again, first, err
}

// Reconciliation returns the report that was kept with a file.
func (t *clearingTx) Reconciliation(ctx context.Context, sha256 [32]byte, p payments.Period) (payments.Reconciliation, error) {
	var report []byte
	err := t.db.QueryRow(ctx,
		`SELECT report FROM clearing_files WHERE sha256 = $1 AND period_from = $2 AND period_to = $3`,
		sha256[:], p.From, p.To).Scan(&report)
	if errors.Is(err, pgx.ErrNoRows) {
		return payments.Reconciliation{}, payments.ErrNotFound
	}
	if err != nil {
		return payments.Reconciliation{}, err
	}
	var r payments.Reconciliation
	return r, json.Unmarshal(report, &r)
}

// InsertReconciliation keeps a file; its report is still to come.
func (t *clearingTx) InsertReconciliation(ctx context.Context, r payments.Reconciliation) (id payments.FileID, err error) {
	sum, err := hex.DecodeString(r.SHA256)
	if err != nil {
		return 0, err
	}
	err = t.db.QueryRow(ctx, `
		INSERT INTO clearing_files (sha256, period_from, period_to, name, report, reconciled_at)
		VALUES ($1, $2, $3, $4, '{}', $5) RETURNING id`, sum, r.Period.From, r.Period.To, r.File, r.At).Scan(&id)
	return id, err
}

// MarkReconciliation keeps the report.
func (t *clearingTx) MarkReconciliation(ctx context.Context, r payments.Reconciliation) error {
	report, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return exec(ctx, t.db, `UPDATE clearing_files SET report = $2 WHERE id = $1`, r.ID(), report)
}

// PairRows gives the loaded rows with what we hold of them.
func (t *clearingTx) PairRows(ctx context.Context, f func([]payments.RowPair) error) error {
	return batches(ctx, t.db, "clearing_pairs", `
		SELECT c.row_number, c.operator_id, c.outgoing, c.amount, c.executed_at, `+holdingColumns+`
		FROM clearing_load c
		LEFT JOIN payments p ON p.operator_id = c.operator_id
		LEFT JOIN refunds r ON r.operator_id = c.operator_id`, nil,
		func(row pgx.CollectableRow) (pair payments.RowPair, err error) {
			return pair, row.Scan(append([]any{&pair.Row.Number, &pair.Row.OperatorID, &pair.Row.Outgoing, &pair.Row.Amount,
				&pair.Row.ExecutedAt}, holdingFields(&pair.Ours)...)...)
		}, f)
}

// RememberRows notes what the file has; see payments.ClearingTx. In order they
// go into the index in a third of the time.
func (t *clearingTx) RememberRows(ctx context.Context, id payments.FileID) (int64, error) {
	tag, err := t.db.Exec(ctx, `
		INSERT INTO clearing_rows (operator_id, file_id) SELECT operator_id, $1 FROM clearing_load ORDER BY operator_id
		ON CONFLICT ON CONSTRAINT clearing_rows_pkey DO NOTHING`, id)
	return tag.RowsAffected(), err
}

// MissingRows gives what moved in a period and has been in no file.
func (t *clearingTx) MissingRows(ctx context.Context, p payments.Period, f func([]payments.RowPair) error) error {
	return batches(ctx, t.db, "clearing_missing", `
		SELECT operator_id, merchant_id, outgoing, amount, state, final_at
		FROM (
			SELECT operator_id, merchant_id, false AS outgoing, amount, state, final_at FROM payments WHERE state = 'succeeded'
			UNION ALL
			SELECT operator_id, merchant_id, true, amount, state, final_at FROM refunds WHERE state = 'succeeded') AS moved
		WHERE final_at >= $1 AND final_at < $2
			AND NOT EXISTS (SELECT FROM clearing_load c WHERE c.operator_id = moved.operator_id)
			AND NOT EXISTS (SELECT FROM clearing_rows c WHERE c.operator_id = moved.operator_id)`,
		[]any{p.From, p.To},
		func(row pgx.CollectableRow) (pair payments.RowPair, err error) {
			return pair, row.Scan(append([]any{&pair.Row.OperatorID}, holdingFields(&pair.Ours)...)...)
		}, f)
}

// PeriodBefore returns the newest period that ends at or before an instant.
func (t *clearingTx) PeriodBefore(ctx context.Context, at time.Time) (p payments.Period, err error) {
	err = t.db.QueryRow(ctx,
		`SELECT period_from, period_to FROM clearing_files WHERE period_to <= $1 ORDER BY period_to DESC LIMIT 1`, at).Scan(&p.From, &p.To)
	if errors.Is(err, pgx.ErrNoRows) {
		err = payments.ErrNotFound
	}
	return p, err
}

// holdingColumns are what we hold under an operator id, in the order of
// holdingFields: a payment p, or a refund r, or nothing.
const holdingColumns = `
	COALESCE(p.merchant_id, r.merchant_id, 0), p.id IS NULL AND r.id IS NOT NULL, COALESCE(p.amount, r.amount, 0),
	COALESCE(p.state, r.state, ''), COALESCE(p.final_at, r.final_at, '0001-01-01T00:00:00Z')`

func holdingFields(h *payments.Holding) []any {
	return []any{&h.MerchantID, &h.Outgoing, &h.Amount, &h.State, &h.FinalAt}
}

// batches gives the rows of a question in bounded portions. f may ask the
// database in between. The cursor's name says which columns it has.
func batches[T any](ctx context.Context, db pgx.Tx, cursor, sql string, args []any, scan pgx.RowToFunc[T], f func([]T) error) error {
	if _, err := db.Exec(ctx, `DECLARE `+cursor+` NO SCROLL CURSOR FOR `+sql, args...); err != nil {
		return err
	}
	var portion []T
	for {
		rows, err := db.Query(ctx, fmt.Sprintf(`FETCH FORWARD %d FROM %s`, clearingBatch, cursor))
		if err != nil {
			return err
		}
		if portion, err = pgx.AppendRows(portion[:0], rows, scan); err != nil {
			return err
		}
		if len(portion) == 0 {
			_, err := db.Exec(ctx, `CLOSE `+cursor)
			return err
		}
		if err := f(portion); err != nil {
			return err
		}
	}
}

// ForgetCleared drops which transactions were in files whose period ended
// before an instant. The files' reports and the breaks stay.
func (s *Store) ForgetCleared(ctx context.Context, before time.Time) (int64, error) {
	tag, err := s.pool.Exec(ctx, `
		DELETE FROM clearing_rows
		WHERE file_id = ANY (ARRAY(SELECT id FROM clearing_files WHERE period_to < $1))`, before)
	return tag.RowsAffected(), err
}
