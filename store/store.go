// Package store keeps everything in PostgreSQL. It holds no rules: what it
// knows of them are constraints that repeat the rules of package payments.
// SQL stands in the method that runs it. Only the wiring and tests import it.
package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
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
	pipeline *pipeline // what queries stand on
	queue    *river.Client[pgx.Tx]
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
		if ctx.Err() != nil {
			return nil, fmt.Errorf("open the database: %w", ctx.Err())
		}
		return nil, fmt.Errorf("DATABASE_URL: the database does not answer: %s", strings.Join(strings.Fields(err.Error()), " "))
	}
	return pool, nil
}

// New returns a store over a migrated database.
func New(pool *pgxpool.Pool) (*Store, error) {
	// Within this time after one insertion River does not announce the next,
	// which is then found by the workers' look a second later: with the usual
	// 100 ms that is what a merchant waits for most notices.
	queue, err := river.NewClient(riverpgxv5.New(pool), &river.Config{FetchCooldown: river.FetchCooldownMin})
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
		if err = s.transact(ctx, f); !brokenOff(err) {
			return err
		}
	}
	return err
}

func (s *Store) transact(ctx context.Context, f func(payments.Tx) error) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	// If f panics, the pool throws the connection and what it had begun away.
	defer conn.Release()
	p := newPipeline(conn)
	if err = f(&tx{queries: queries{db: p}, pipeline: p, queue: s.queue}); err == nil {
		err = p.commit(ctx)
	}
	if err != nil {
		p.rollback(ctx)
	}
	return err
}

// brokenOff reports whether the database asks for the transaction to be run
// again: serialization_failure, deadlock_detected.
func brokenOff(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

// The queues. People may be slow to reach; what moves money never waits for it,
// and neither waits for files, which take memory and time and are made one by one.
const (
	QueueMoney   = river.QueueDefault
	QueueTelling = "telling"
	QueueFiles   = "files"
	QueueReports = "reports" // by the hundred thousand at nine in the evening: what happens now goes first
)

// QueueOf is the queue in which a job waits.
func QueueOf(job payments.Job) string {
	switch job.(type) {
	case payments.AskOperator, payments.TellOperator, payments.PayCredit, payments.SendRefund, payments.Fanout:
		return QueueMoney
	case payments.ExportFile, payments.DataFile:
		return QueueFiles
	case payments.SendReport:
		return QueueReports
	}
	return QueueTelling
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
