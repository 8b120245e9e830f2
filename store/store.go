// Package store keeps everything in PostgreSQL. It holds no rules: what it
// knows of them are constraints that repeat the rules of package payments.
// SQL stands in the method that runs it. Only the wiring and tests import it.
package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"elkart.kg/trade/payments"
)

// Store is the database of one installation.
type Store struct {
	queries
	pool  *pgxpool.Pool
	queue *river.Client[pgx.Tx] // puts jobs down, works none
}

var _ payments.Store = (*Store)(nil)

// database is what a pool and a transaction have in common.
type database interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// queries are the questions, on a pool or in a transaction.
type queries struct{ db database }

// tx is one transaction.
type tx struct {
	queries
	tx    pgx.Tx
	queue *river.Client[pgx.Tx]
}

var _ payments.Tx = (*tx)(nil)

// Connect opens a pool of connections to a database. The database must answer.
func Connect(ctx context.Context, url string, maxConns int32) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("DATABASE_URL: %w", err)
	}
	cfg.MaxConns = maxConns
	cfg.ConnConfig.RuntimeParams["application_name"] = "elkart-trade"
	// A client that hangs in the middle of a transaction must not hold a
	// merchant's row for ever; the operator waits two seconds for an answer.
	cfg.ConnConfig.RuntimeParams["idle_in_transaction_session_timeout"] = "15s"
	cfg.AfterConnect = func(_ context.Context, c *pgx.Conn) error {
		c.TypeMap().RegisterType(&pgtype.Type{
			Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
		})
		return nil
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("reach the database: %w", err)
	}
	return pool, nil
}

// New returns a store over a migrated database.
func New(pool *pgxpool.Pool) (*Store, error) {
	queue, err := river.NewClient(riverpgxv5.New(pool), &river.Config{})
	if err != nil {
		return nil, fmt.Errorf("job queue: %w", err)
	}
	return &Store{queries: queries{db: pool}, pool: pool, queue: queue}, nil
}

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return s.pool.Ping(ctx) }

// tries is how often a transaction is begun that the database broke off.
const tries = 4

// Atomically runs f in a transaction; see payments.Store.
func (s *Store) Atomically(ctx context.Context, f func(payments.Tx) error) error {
	var err error
	for range tries {
		err = pgx.BeginFunc(ctx, s.pool, func(t pgx.Tx) error {
			return f(&tx{queries: queries{db: t}, tx: t, queue: s.queue})
		})
		if !brokenOff(err) {
			return err
		}
	}
	return err
}

// brokenOff reports whether the database asks for the transaction to be run
// again: serialization_failure, deadlock_detected.
func brokenOff(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

// Enqueue puts jobs down in the transaction.
func (t *tx) Enqueue(ctx context.Context, jobs ...payments.Scheduled) error {
	many := make([]river.InsertManyParams, len(jobs))
	for i, job := range jobs {
		many[i] = river.InsertManyParams{Args: job.Job, InsertOpts: &river.InsertOpts{ScheduledAt: job.At}}
	}
	if _, err := t.queue.InsertManyFastTx(ctx, t.tx, many); err != nil {
		return fmt.Errorf("enqueue %d jobs: %w", len(jobs), err)
	}
	return nil
}

// one collects a single row into a struct by the names of its columns.
func one[T any](ctx context.Context, db database, sql string, args ...any) (T, error) {
	var zero T
	rows, err := db.Query(ctx, sql, args...)
	if err != nil {
		return zero, err
	}
	v, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[T])
	if errors.Is(err, pgx.ErrNoRows) {
		return zero, payments.ErrNotFound
	}
	return v, err
}

// many collects rows into structs by the names of their columns.
func many[T any](ctx context.Context, db database, sql string, args ...any) ([]T, error) {
	rows, err := db.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[T])
}

// exec runs a statement that has to touch exactly one row.
func exec(ctx context.Context, db database, sql string, args ...any) error {
	tag, err := db.Exec(ctx, sql, args...)
	if err == nil && tag.RowsAffected() != 1 {
		return payments.ErrNotFound
	}
	return err
}

// orNull writes a zero time as NULL.
func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// textOrNull writes an empty text as NULL.
func textOrNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
