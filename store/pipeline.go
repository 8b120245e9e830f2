package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// pipeline is a transaction on one connection that saves round trips: begin,
// and writes whose outcome nobody waits for, go down the line together with the
// next statement that is waited for, or with the commit. The server runs them
// in the order in which they were given. A write that fails makes the statement
// fail that it went with, and all after it, the commit included; the error
// names the write and is never ErrNotFound, which would speak of the statement.
type pipeline struct {
	conn    *pgxpool.Conn
	waiting []write
	open    bool // begin was sent
	failed  error
}

// write is a statement that waits.
type write struct {
	name string
	sql  string
	args []any
}

var errNotThere = errors.New("the row is not there")

// divisionByZero is what laterOne makes of a missing row (SQLSTATE).
const divisionByZero = "22012"

func newPipeline(conn *pgxpool.Conn) *pipeline {
	return &pipeline{conn: conn, waiting: []write{{name: "begin", sql: "begin"}}}
}

// later puts a write off until something is waited for.
func (p *pipeline) later(name, sql string, args ...any) {
	p.waiting = append(p.waiting, write{name: name, sql: sql, args: args})
}

// laterOne is later for a write that has to touch a row; it ends in RETURNING,
// or is a SELECT. The server itself has to refuse, by dividing by zero: when we
// read how many rows there were, the commit may have gone down the same line.
func (p *pipeline) laterOne(name, sql string, args ...any) {
	p.later(name, "WITH touched AS ("+sql+") SELECT 1 / count(*) FROM touched", args...)
}

// send sends what waits, and statements after it. It returns when the answers
// to what waited have been read. The results must be closed.
func (p *pipeline) send(ctx context.Context, statements ...write) (pgx.BatchResults, error) {
	if p.failed != nil {
		return nil, p.failed
	}
	waiting := p.waiting
	p.waiting, p.open = nil, true
	batch := &pgx.Batch{}
	for _, w := range waiting {
		batch.Queue(w.sql, w.args...)
	}
	for _, w := range statements {
		batch.Queue(w.sql, w.args...)
	}
	results := p.conn.SendBatch(ctx, batch)
	for _, w := range waiting {
		if _, err := results.Exec(); err != nil {
			_ = results.Close() // says the same once more
			var pg *pgconn.PgError
			if errors.As(err, &pg) && pg.Code == divisionByZero {
				err = errNotThere
			}
			p.failed = fmt.Errorf("%s: %w", w.name, err)
			return nil, p.failed
		}
	}
	return results, nil
}

// flush sends what waits.
func (p *pipeline) flush(ctx context.Context) error {
	results, err := p.send(ctx)
	if err != nil {
		return err
	}
	return results.Close()
}

// Exec runs a statement now.
func (p *pipeline) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	results, err := p.send(ctx, write{sql: sql, args: args})
	if err != nil {
		return pgconn.CommandTag{}, err
	}
	tag, err := results.Exec()
	if closed := results.Close(); err == nil {
		err = closed
	}
	return tag, err
}

// Query asks now. The rows must be closed.
func (p *pipeline) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	if len(p.waiting) == 0 && p.failed == nil {
		return p.conn.Query(ctx, sql, args...)
	}
	results, err := p.send(ctx, write{sql: sql, args: args})
	if err != nil {
		return nil, err
	}
	rows, err := results.Query()
	if err != nil {
		_ = results.Close() // says the same once more
		return nil, err
	}
	return &pipelineRows{Rows: rows, results: results}, nil
}

// QueryRow asks for one row now.
func (p *pipeline) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	rows, err := p.Query(ctx, sql, args...)
	return pipelineRow{rows: rows, err: err}
}

// commit sends what waits and ends the transaction. Where nothing was said
// there is none.
func (p *pipeline) commit(ctx context.Context) error {
	if !p.open && len(p.waiting) == 1 {
		return nil
	}
	tag, err := p.Exec(ctx, "commit")
	if err == nil && tag.String() != "COMMIT" {
		err = pgx.ErrTxCommitRollback // the error of a statement was passed over
	}
	return err
}

// rollback undoes what was sent. Where that does not work the pool throws the
// connection away, which undoes it too.
func (p *pipeline) rollback(ctx context.Context) {
	if conn := p.conn.Conn(); !conn.IsClosed() && conn.PgConn().TxStatus() != 'I' {
		_, _ = conn.Exec(ctx, "rollback")
	}
}

// pipelineRows are rows that came after the answers to writes.
type pipelineRows struct {
	pgx.Rows
	results pgx.BatchResults // nil once closed
	failed  error
}

// Close also reads to the end of the answers, without which the connection is
// of no further use.
func (r *pipelineRows) Close() {
	r.Rows.Close()
	if r.results != nil {
		r.failed = r.results.Close()
		r.results = nil
	}
}

// Err returns what went wrong, once the rows are closed.
func (r *pipelineRows) Err() error {
	if err := r.Rows.Err(); err != nil {
		return err
	}
	return r.failed
}

// pipelineRow is the first of the rows.
type pipelineRow struct {
	rows pgx.Rows
	err  error
}

// Scan reads the row; pgx.ErrNoRows if there is none.
func (r pipelineRow) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	defer r.rows.Close()
	if !r.rows.Next() {
		r.rows.Close()
		if err := r.rows.Err(); err != nil {
			return err
		}
		return pgx.ErrNoRows
	}
	if err := r.rows.Scan(dest...); err != nil {
		return err
	}
	r.rows.Close()
	return r.rows.Err()
}
