package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/riverqueue/river"

	"elkart.kg/trade/payments"
)

// Enqueue puts jobs down in the transaction.
func (t *tx) Enqueue(ctx context.Context, jobs ...payments.Scheduled) error {
	many := make([]river.InsertManyParams, len(jobs))
	for i, job := range jobs {
		many[i] = river.InsertManyParams{Args: job.Job, InsertOpts: &river.InsertOpts{ScheduledAt: job.At, Queue: QueueOf(job.Job)}}
	}
	if _, err := t.queue.InsertManyFastTx(ctx, queueTx{pipeline: t.pipeline}, many); err != nil {
		return fmt.Errorf("enqueue %d jobs: %w", len(jobs), err)
	}
	return nil
}

// queueTx is the transaction as the job queue sees it. The queue copies jobs in
// (COPY, four round trips); as an INSERT a few rows wait with the other writes.
type queueTx struct {
	pgx.Tx   // nil: the queue has no use for the rest
	pipeline *pipeline
}

// fewJobs is up to how many rows an INSERT is better than a COPY.
const fewJobs = 8

// Conn lets the queue see how statements are run.
func (q queueTx) Conn() *pgx.Conn { return q.pipeline.conn.Conn() }

// Exec waits; the queue only notifies its workers in this way and looks at
// nothing but the error.
func (q queueTx) Exec(_ context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	q.pipeline.later("notify the job queue", sql, args...)
	return pgconn.CommandTag{}, nil
}

// QueryRow asks now: once in the life of a queue it looks what the server can do.
func (q queueTx) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	return q.pipeline.QueryRow(ctx, sql, args...)
}

// CopyFrom writes rows.
func (q queueTx) CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, source pgx.CopyFromSource) (int64, error) {
	var rows [][]any
	for source.Next() {
		row, err := source.Values()
		if err != nil {
			return 0, err
		}
		rows = append(rows, row)
	}
	if err := source.Err(); err != nil {
		return 0, err
	}
	mode := q.Conn().Config().DefaultQueryExecMode
	typesKnown := mode == pgx.QueryExecModeCacheStatement || mode == pgx.QueryExecModeCacheDescribe || mode == pgx.QueryExecModeDescribeExec
	if len(rows) > fewJobs || !typesKnown {
		if err := q.pipeline.flush(ctx); err != nil {
			return 0, err
		}
		return q.Conn().CopyFrom(ctx, table, columns, pgx.CopyFromRows(rows))
	}
	var args []any
	for _, row := range rows {
		args = append(args, row...)
	}
	q.pipeline.later("put jobs down", insertRows(table, columns, len(rows)), args...)
	return int64(len(rows)), nil
}

// insertRows is the INSERT of n rows.
func insertRows(table pgx.Identifier, columns []string, n int) string {
	var b strings.Builder
	b.WriteString("INSERT INTO " + table.Sanitize() + " (")
	for i, column := range columns {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(pgx.Identifier{column}.Sanitize())
	}
	b.WriteString(") VALUES ")
	for i := range n * len(columns) {
		switch {
		case i == 0:
			b.WriteString("(")
		case i%len(columns) == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		b.WriteString("$" + strconv.Itoa(i+1))
	}
	b.WriteString(")")
	return b.String()
}
