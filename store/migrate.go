package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"elkart.kg/trade/migrations"
)

// Migration is one step of the database's shape.
type Migration struct {
	Version int64
	Name    string
	Applied bool
}

// Migrate brings the database to the newest shape, under a lock: of several
// programs that start at once one migrates and the others wait. It returns
// the steps it took.
func Migrate(ctx context.Context, pool *pgxpool.Pool) ([]Migration, error) {
	provider, err := gooseOver(pool)
	if err != nil {
		return nil, err
	}
	defer func() { _ = provider.Close() }() // it closes nothing but its own handle on the pool
	results, err := provider.Up(ctx)
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	var taken []Migration
	for _, r := range results {
		taken = append(taken, Migration{Version: r.Source.Version, Name: r.Source.Path, Applied: true})
	}
	if err := keepOldWords(ctx, pool); err != nil {
		return nil, fmt.Errorf("migrate: words of comments: %w", err)
	}
	return taken, migrateQueue(ctx, pool)
}

// Status returns all steps and whether the database has them.
func Status(ctx context.Context, pool *pgxpool.Pool) ([]Migration, error) {
	provider, err := gooseOver(pool)
	if err != nil {
		return nil, err
	}
	defer func() { _ = provider.Close() }() // it closes nothing but its own handle on the pool
	status, err := provider.Status(ctx)
	if err != nil {
		return nil, fmt.Errorf("migration status: %w", err)
	}
	var all []Migration
	for _, s := range status {
		all = append(all, Migration{Version: s.Source.Version, Name: s.Source.Path, Applied: s.State == goose.StateApplied})
	}
	return all, nil
}

func gooseOver(pool *pgxpool.Pool) (*goose.Provider, error) {
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, fmt.Errorf("migration lock: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, stdlib.OpenDBFromPool(pool), migrations.Files,
		goose.WithSessionLocker(locker), goose.WithDisableGlobalRegistry(true),
		// Branches land in any order: a database that has a later step must not
		// keep the program from starting because an earlier one came after it.
		goose.WithAllowOutofOrder(true))
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	return provider, nil
}

// queueLock is the advisory lock under which the job queue's own tables are
// migrated: the first letters of "elkartjq".
const queueLock = 0x656c6b6172746a71

// migrateQueue brings the job queue's own tables up to date.
func migrateQueue(ctx context.Context, pool *pgxpool.Pool) error {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("migrate the job queue: %w", err)
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, int64(queueLock)); err != nil {
		return fmt.Errorf("lock the job queue's migration: %w", err)
	}
	defer conn.Exec(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, int64(queueLock)) //nolint:errcheck // the lock ends with the connection at the latest
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), nil)
	if err != nil {
		return fmt.Errorf("migrate the job queue: %w", err)
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrate the job queue: %w", err)
	}
	return nil
}
