package main

import (
	"context"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"elkart.kg/trade/store"
)

// closingTimeout is how long the closing of everybody's days may take at once;
// what is left then is closed by the next minute's job.
const closingTimeout = 15 * time.Minute

// closingsArgs is the job that the clock puts down.
type closingsArgs struct{}

// Kind names the job in the queue.
func (closingsArgs) Kind() string { return "close_days" }

// closingsJob puts it down unless one waits or works: many days that end at one
// hour take longer than a minute.
func closingsJob() (river.JobArgs, *river.InsertOpts) {
	return closingsArgs{}, &river.InsertOpts{
		Queue: store.QueueTelling, MaxAttempts: 1,
		UniqueOpts: river.UniqueOpts{ByState: []rivertype.JobState{
			rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled,
		}},
	}
}

// closingWorker closes days that close by themselves. When each is due stands
// in the database.
type closingWorker struct {
	river.WorkerDefaults[closingsArgs]
	*jobs
}

// Timeout is how long one job may take.
func (w *closingWorker) Timeout(*river.Job[closingsArgs]) time.Duration { return closingTimeout }

// Work closes what is due.
func (w *closingWorker) Work(ctx context.Context, _ *river.Job[closingsArgs]) error {
	return w.service.CloseDays(ctx)
}
