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
// the steps it took. A database of a newer program is refused: what it has
// learned since, this one would break.
func Migrate(ctx context.Context, pool *pgxpool.Pool) ([]Migration, error) {
	provider, err := gooseOver(pool)
	if err != nil {
		return nil, err
	}
	defer func() { _ = provider.Close() }() // it closes nothing but its own handle on the pool
	switch step, known, err := newestStep(ctx, pool, provider); {
	case err != nil:
		return nil, fmt.Errorf("migrate: %w", err)
	case step > known:
		return nil, fmt.Errorf("migrate: a newer version of this program has been at this database (step %d; this one knows %d): start that one, nothing was changed", step, known)
	}
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
	step, known, err := newestStep(ctx, pool, provider)
	if err != nil {
		return nil, fmt.Errorf("migration status: %w", err)
	}
	if step > known {
		all = append(all, Migration{Version: step, Name: fmt.Sprintf("%05d, of a newer version of this program", step), Applied: true})
	}
	return all, nil
}

// newestStep returns the last step in order that the database has, 0 for an
// empty one, and the last that this program knows.
func newestStep(ctx context.Context, pool *pgxpool.Pool, provider *goose.Provider) (step, known int64, err error) {
	for _, source := range provider.ListSources() {
		known = max(known, source.Version)
	}
	// Read without goose, which would make its table, and not under its lock.
	var kept bool
	if err := pool.QueryRow(ctx, `SELECT to_regclass('goose_db_version') IS NOT NULL`).Scan(&kept); err != nil || !kept {
		return 0, known, err
	}
	err = pool.QueryRow(ctx, `SELECT COALESCE(max(version_id), 0) FROM goose_db_version`).Scan(&step)
	return step, known, err
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
