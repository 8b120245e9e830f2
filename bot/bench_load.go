package main

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// load is work that is done again and again for a while.
type load struct {
	workers int
	life    time.Duration
	rate    float64 // flows a second, at fixed moments; 0: each worker begins the next when it is done
	limit   int     // flows there are; 0: any number
	// flow does one flow. due is when it should have begun: with a rate that is
	// the moment of its arrival, so that waiting for a worker counts as latency
	// and a stall is not hidden ("coordinated omission").
	flow func(ctx context.Context, worker, number int, due time.Time, calls *callTimes) error
}

// callTimes are the latencies that one worker has seen, by the call's place in
// the flow.
type callTimes [flowCalls][]time.Duration

// flowCalls are check, create, execute, update and, last, the whole flow.
const flowCalls = 5

// spent is what doing the load took.
type spent struct {
	flows    int
	failed   int
	firstErr error
	wall     time.Duration
	calls    callTimes
	used     usage
}

// run does the load and returns when all that was begun has ended.
func (l load) run(ctx context.Context) spent {
	var (
		next   atomic.Int64
		mu     sync.Mutex
		total  spent
		group  sync.WaitGroup
		before = readUsage()
		start  = time.Now()
		end    = start.Add(l.life)
	)
	for worker := range l.workers {
		group.Go(func() {
			var mine spent
			for ctx.Err() == nil {
				number := int(next.Add(1)) - 1
				due := time.Now()
				if l.rate > 0 {
					due = start.Add(time.Duration(float64(number) / l.rate * float64(time.Second)))
				}
				if l.limit > 0 && number >= l.limit || !due.Before(end) {
					break
				}
				wait(ctx, time.Until(due))
				if err := l.flow(ctx, worker, number, due, &mine.calls); err != nil {
					mine.failed++
					mine.firstErr = err
					continue
				}
				mine.flows++
			}
			mu.Lock()
			defer mu.Unlock()
			total.add(mine)
		})
	}
	group.Wait()
	total.wall = time.Since(start)
	total.used = readUsage().since(before)
	return total
}

func (s *spent) add(other spent) {
	s.flows += other.flows
	s.failed += other.failed
	if s.firstErr == nil {
		s.firstErr = other.firstErr
	}
	for i := range s.calls {
		s.calls[i] = append(s.calls[i], other.calls[i]...)
	}
}

// note keeps how long a call took and returns the present, from which the next
// one counts.
func (c *callTimes) note(call int, since time.Time) time.Time {
	now := time.Now()
	c[call] = append(c[call], now.Sub(since))
	return now
}

func wait(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// latency sums up how long a call took, in milliseconds.
type latency struct {
	P50 float64 `json:"p50_ms"`
	P95 float64 `json:"p95_ms"`
	P99 float64 `json:"p99_ms"`
	Max float64 `json:"max_ms"`
}

// latencyOf sorts what it is given.
func latencyOf(times []time.Duration) latency {
	if len(times) == 0 {
		return latency{}
	}
	slices.Sort(times)
	at := func(share float64) float64 {
		// The smallest value that at least this share of all does not exceed.
		rank := int(float64(len(times))*share+0.999999) - 1
		return millis(times[max(0, min(rank, len(times)-1))])
	}
	return latency{P50: at(.50), P95: at(.95), P99: at(.99), Max: at(1)}
}

func millis(d time.Duration) float64 { return rounded(float64(d)/float64(time.Millisecond), 3) }
