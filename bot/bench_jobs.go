package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"elkart.kg/trade/payments"
)

// nullJobs does what payments put down to be told, up to the finished message,
// and sends it nowhere.
type nullJobs struct {
	queue  *river.Client[pgx.Tx]
	trade  *trade
	failed <-chan *river.Event
	forget func()

	mu   sync.Mutex
	told []time.Duration // from the payment's success to the finished message
}

// toldResult is how long merchants would have waited for the word "paid".
type toldResult struct {
	latency
	Notices int `json:"notices"`
	Failed  int `json:"failed"`
}

func startNullJobs(ctx context.Context, pool *pgxpool.Pool, t *trade) (*nullJobs, error) {
	n := &nullJobs{trade: t}
	service := t.app.service
	workers := river.NewWorkers()
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, job *river.Job[payments.Fanout]) error {
		return service.Spread(ctx, job.Args)
	}))
	river.AddWorker(workers, river.WorkFunc(n.notice))
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, job *river.Job[payments.PayCredit]) error {
		_, err := service.PayOut(ctx, job.Args)
		return err
	}))
	river.AddWorker(workers, river.WorkFunc(func(context.Context, *river.Job[payments.LinkShown]) error { return nil }))
	river.AddWorker(workers, river.WorkFunc(func(context.Context, *river.Job[payments.AskOperator]) error { return nil }))
	var err error
	n.queue, err = river.NewClient(riverpgxv5.New(pool), &river.Config{
		Queues:  map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: jobsAtOnce}},
		Workers: workers, FetchCooldown: fetchCooldown, JobTimeout: jobTimeout, Logger: t.app.log,
	})
	if err != nil {
		return nil, fmt.Errorf("bench: job queue: %w", err)
	}
	n.failed, n.forget = n.queue.Subscribe(river.EventKindJobFailed)
	if err := n.queue.Start(context.WithoutCancel(ctx)); err != nil {
		return nil, fmt.Errorf("bench: start the job queue: %w", err)
	}
	return n, nil
}

// notice makes the message and notes how late it would have gone out.
func (n *nullJobs) notice(ctx context.Context, job *river.Job[payments.Notice]) error {
	news, err := n.trade.app.service.News(ctx, job.Args)
	if err != nil {
		return err
	}
	if _, ok := n.trade.bot.NewsScreen(news); !ok {
		return errors.New("bench: a payment without news")
	}
	waited := time.Since(news.Payment.FinalAt)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.told = append(n.told, waited)
	return nil
}

// stop lets the jobs at work end; those that wait stay.
func (n *nullJobs) stop(ctx context.Context) (*toldResult, error) {
	err := n.queue.Stop(context.WithoutCancel(ctx))
	if err != nil {
		return nil, fmt.Errorf("bench: stop the job queue: %w", err)
	}
	r := &toldResult{Failed: len(n.failed)}
	n.forget()
	n.mu.Lock()
	defer n.mu.Unlock()
	r.Notices, r.latency = len(n.told), latencyOf(n.told)
	return r, nil
}
