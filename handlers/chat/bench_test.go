package chat

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
)

// BenchmarkDispatch compares the queue with a bare channel that has as many workers and keeps no order, in the same
// run: go test -bench Dispatch ./handlers/chat
func BenchmarkDispatch(b *testing.B) {
	const workers, chats = 16, 1000
	b.Run("bare channel, no order", func(b *testing.B) {
		jobs := make(chan func(), 1024)
		var wg, pool sync.WaitGroup
		for range workers {
			pool.Go(func() {
				for j := range jobs {
					j()
				}
			})
		}
		b.ReportAllocs()
		for b.Loop() {
			wg.Add(1)
			jobs <- wg.Done
		}
		wg.Wait()
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "updates/s")
		close(jobs)
		pool.Wait()
	})
	b.Run("queue, order per chat", func(b *testing.B) {
		q := newQueue(workers, false)
		var pool sync.WaitGroup
		for range workers {
			pool.Go(q.work)
		}
		var i ChatID
		b.ReportAllocs()
		for b.Loop() {
			i++
			q.offer(i%chats, job{run: func() {}}, 0, nil)
		}
		if err := q.idle(context.Background()); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "updates/s")
		q.close()
		pool.Wait()
	})
	b.Run("whole way in: read, keep, queue, route, mark", func(b *testing.B) {
		s := newStage(b)
		s.cfg.Log = slog.New(slog.DiscardHandler)
		s.cfg.QueueLimit = 1 << 30
		s.cfg.Routes.Text = func(context.Context, *Turn) error { return nil }
		s.start()
		var id int64
		b.ReportAllocs()
		for b.Loop() {
			id++
			if err := s.rt.accept(context.Background(), []byte(text(id, 1+id%chats, fmt.Sprint(id)))); err != nil {
				b.Fatal(err)
			}
		}
		if err := s.rt.Idle(context.Background()); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "updates/s")
	})
}
