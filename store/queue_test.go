package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"elkart.kg/trade/payments"
)

// Jobs put down one shortly after the other are announced each, so that none
// waits until the workers look by themselves, which is once a second.
func TestJobsAreAnnounced(t *testing.T) {
	w := newWorld(t)
	c, err := w.pool.Acquire(t.Context())
	must(t, err)
	defer c.Release()
	must(t, ignore(c.Exec(t.Context(), `DO $$ BEGIN EXECUTE format('LISTEN %I', current_schema() || '.river_insert'); END $$`)))
	const n = 30
	begin := time.Now()
	for i := range n {
		must(t, w.store.Atomically(t.Context(), func(tx payments.Tx) error {
			return tx.Enqueue(t.Context(), payments.Scheduled{Job: payments.LinkShown{LinkID: payments.LinkID(i)}})
		}))
	}
	took := time.Since(begin)
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	announced := 0
	for announced < n {
		if _, err := c.Conn().WaitForNotification(ctx); err != nil {
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Fatal(err)
			}
			break
		}
		announced++
	}
	// Those within a millisecond share an announcement.
	if want := min(n, int(took/(2*time.Millisecond))) / 2; announced < want {
		t.Errorf("%d of %d insertions in %v were announced, want at least %d", announced, n, took, want)
	}
}
