package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"

	"github.com/jackc/pgx/v5/pgxpool"
)

// What a process was doing when it was killed stays marked as running, and
// the queue itself would look at it only after more than a minute. So every
// process holds an advisory lock under its own name while it lives (lead.go), and
// one that starts or leads puts back what belongs to names that nobody holds.

// processID names this process in the queue.
func processID() string {
	host, _ := os.Hostname() // only for people to read
	return fmt.Sprintf("%s-%d-%s", host, os.Getpid(), rand.Text()[:8])
}

// reclaim puts back the jobs of processes that are no more, and returns how
// many there were. A live process's lock cannot be taken.
func reclaim(ctx context.Context, pool *pgxpool.Pool) (int64, error) {
	tag, err := pool.Exec(ctx, `
		WITH gone AS MATERIALIZED (
			SELECT id FROM (
				SELECT DISTINCT attempted_by[array_upper(attempted_by, 1)] AS id FROM river_job WHERE state = 'running'
			) running
			WHERE pg_try_advisory_xact_lock(hashtextextended(id, 0))
		)
		UPDATE river_job j SET state = 'available', scheduled_at = now()
		FROM gone WHERE j.state = 'running' AND j.attempted_by[array_upper(j.attempted_by, 1)] = gone.id`)
	if err != nil {
		return 0, fmt.Errorf("put back the jobs of ended processes: %w", err)
	}
	return tag.RowsAffected(), nil
}
