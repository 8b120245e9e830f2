package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"elkart.kg/trade/payments"
	"elkart.kg/trade/store"
)

// Jobs put down one shortly after the other are announced each, so that none
// waits until the workers look by themselves, which is once a second.
func TestJobsAreAnnounced(t *testing.T) {
	w := newWorld(t)
	c, err := w.pool.Acquire(t.Context())
	must(t, err)
	defer c.Release()
	must(t, ignore(c.Exec(t.Context(), `DO $$ BEGIN EXECUTE format('LISTEN %I', current_schema() || '.river_insert'); END $$`)))
	const n, want = 60, 8
	for i := range n {
		must(t, w.store.Atomically(t.Context(), func(tx payments.Tx) error {
			return tx.Enqueue(t.Context(), payments.Scheduled{Job: payments.LinkShown{LinkID: payments.LinkID(i)}})
		}))
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	announced := 0
	for announced < want {
		if _, err := c.Conn().WaitForNotification(ctx); err != nil {
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Fatal(err)
			}
			break
		}
		announced++
	}
	// Those within a millisecond share an announcement; with River's usual
	// 100 ms it would be a few.
	if announced < want {
		t.Errorf("%d of %d insertions were announced, want at least %d", announced, n, want)
	}
}

// What moves money does not stand behind messages.
func TestQueues(t *testing.T) {
	w := newWorld(t)
	jobs := map[payments.Job]string{
		payments.AskOperator{}: store.QueueMoney, payments.TellOperator{}: store.QueueMoney, payments.PayCredit{}: store.QueueMoney,
		payments.SendRefund{}: store.QueueMoney, payments.Fanout{}: store.QueueMoney,
		payments.Notice{}: store.QueueTelling, payments.LinkShown{}: store.QueueTelling, payments.CreditTold{}: store.QueueTelling,
		payments.CardTold{}: store.QueueTelling, payments.ExportFile{}: store.QueueFiles,
		payments.MerchantTold{}: store.QueueTelling, payments.DataFile{}: store.QueueFiles,
	}
	for job, queue := range jobs {
		must(t, w.store.Atomically(t.Context(), func(tx payments.Tx) error {
			return tx.Enqueue(t.Context(), payments.Scheduled{Job: job})
		}))
		if n := w.count(t, `SELECT count(*) FROM river_job WHERE kind = $1 AND queue = $2`, job.Kind(), queue); n != 1 {
			t.Errorf("%s does not wait in queue %s", job.Kind(), queue)
		}
	}
}
