package chat

import (
	"context"
	"sync"
)

// job is something to do in a chat's order. Exactly one of the two is called: run by a worker, drop when the queue
// closed before its turn.
type job struct {
	id   int64 // of the update, 0 for anything else
	run  func()
	drop func()
}

// queue keeps one line per chat. A fixed number of workers takes lines in turn, one job at a time, so that a chat's
// jobs never overlap or overtake each other, and a busy chat does not starve the others. Strangers come after those who
// are known, and never keep all workers. Lines of idle chats are forgotten.
type queue struct {
	mu     sync.Mutex
	wake   sync.Cond
	lines  map[ChatID]*line
	ready  fifo[*line] // lines with jobs and no worker, of those who are known
	later  fifo[*line] // and of strangers
	free   int         // workers that strangers may still have
	count  int         // jobs waiting and running
	closed bool
	calm   []chan struct{} // closed when count is 0

	known *recent[ChatID, struct{}] // nil: all are
}

type line struct {
	chat     ChatID
	jobs     fifo[job]
	stranger bool
	flooded  bool // it was told once; until the line is empty
}

// knownChats is how many chats are remembered for known; one that is forgotten waits with the strangers once.
const knownChats = 32768

// fate is what became of an offered job.
type fate int

const (
	queued    fate = iota
	firstOver      // over the limit for the first time: queued, to say so
	over           // over the limit: not queued
	tooLate        // the queue is closed
)

// newQueue is for a number of workers; without strangers all are known.
func newQueue(workers int, strangers bool) *queue {
	q := &queue{lines: make(map[ChatID]*line), free: max(1, workers/2)}
	if strangers {
		q.known = newRecent[ChatID, struct{}](knownChats)
	}
	q.wake.L = &q.mu
	return q
}

// offer puts a job at the end of the chat's line. limit is the number of waiting jobs past which the chat floods; 0:
// none. flood makes the job that is queued in place of the first one too many.
func (q *queue) offer(chat ChatID, j job, limit int, flood func() job) fate {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return tooLate
	}
	l := q.lines[chat]
	result := queued
	if l != nil && limit > 0 && l.jobs.len() >= limit {
		if l.flooded {
			return over
		}
		l.flooded, result, j = true, firstOver, flood()
	}
	q.add(chat, l, j)
	return result
}

// offerUnder puts a job at the end of a line that exists and has fewer than limit waiting.
func (q *queue) offerUnder(chat ChatID, j job, limit int) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	l := q.lines[chat]
	if q.closed || l == nil || l.jobs.len() >= limit {
		return false
	}
	q.add(chat, l, j)
	return true
}

func (q *queue) add(chat ChatID, l *line, j job) {
	if l == nil {
		l = &line{chat: chat, stranger: j.id != 0 && !q.isKnown(chat)}
		q.lines[chat] = l
		q.await(l)
		q.wake.Signal()
	}
	l.jobs.push(j)
	l.settle()
	q.count++
}

// settle brings the update that came last before those that Telegram counted later; they wait still.
func (l *line) settle() {
	jobs := l.jobs.items[l.jobs.head:]
	for i := len(jobs) - 1; i > 0 && jobs[i].id != 0 && jobs[i].id < jobs[i-1].id; i-- {
		jobs[i-1], jobs[i] = jobs[i], jobs[i-1]
	}
}

// await puts a line with jobs where the next worker finds it.
func (q *queue) await(l *line) {
	if l.stranger {
		q.later.push(l)
	} else {
		q.ready.push(l)
	}
}

// next takes a line whose turn it is; nil: there is none now.
func (q *queue) next() *line {
	switch {
	case q.ready.len() > 0:
		return q.ready.pop()
	case q.later.len() > 0 && q.free > 0:
		q.free--
		return q.later.pop()
	}
	return nil
}

// work runs jobs until the queue is closed.
func (q *queue) work() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for !q.closed {
		l := q.next()
		if l == nil {
			q.wake.Wait()
			continue
		}
		j := l.jobs.pop()
		q.mu.Unlock()
		j.run()
		q.mu.Lock()
		if l.stranger {
			q.free++
			l.stranger = !q.isKnown(l.chat)
			if q.later.len() > 0 {
				q.wake.Signal() // this worker may take somebody who is known
			}
		}
		if l.jobs.len() > 0 {
			q.await(l) // this worker looks for the next line itself, nobody has to be woken
		} else {
			delete(q.lines, l.chat)
		}
		q.done(1)
	}
}

// remember lets a chat come before strangers from now on.
func (q *queue) remember(chat ChatID) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.known != nil {
		q.known.put(chat, struct{}{})
	}
}

func (q *queue) isKnown(chat ChatID) bool {
	if q.known == nil {
		return true
	}
	_, known := q.known.get(chat)
	return known
}

// stranger reports whether the chat's line is a stranger's.
func (q *queue) stranger(chat ChatID) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	l := q.lines[chat]
	return l != nil && l.stranger
}

func (q *queue) done(n int) {
	q.count -= n
	if q.count > 0 {
		return
	}
	for _, c := range q.calm {
		close(c)
	}
	q.calm = nil
}

// close refuses what comes from now on, drops what waits, and lets the workers end after what they run.
func (q *queue) close() {
	q.mu.Lock()
	q.closed = true
	var left []job
	for _, l := range q.lines {
		for l.jobs.len() > 0 {
			left = append(left, l.jobs.pop())
		}
	}
	q.wake.Broadcast()
	q.done(len(left))
	q.mu.Unlock()
	for _, j := range left {
		j.drop()
	}
}

// idle waits until nothing waits or runs.
func (q *queue) idle(ctx context.Context) error {
	q.mu.Lock()
	if q.count == 0 {
		q.mu.Unlock()
		return nil
	}
	c := make(chan struct{})
	q.calm = append(q.calm, c)
	q.mu.Unlock()
	select {
	case <-c:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// fifo is a first-in-first-out list that gives its memory back.
type fifo[T any] struct {
	items []T
	head  int
}

func (f *fifo[T]) len() int { return len(f.items) - f.head }

func (f *fifo[T]) push(v T) { f.items = append(f.items, v) }

func (f *fifo[T]) pop() T {
	var zero T
	v := f.items[f.head]
	f.items[f.head] = zero
	f.head++
	if f.head == len(f.items) {
		f.items, f.head = f.items[:0], 0
	} else if f.head >= 64 && f.head*2 >= len(f.items) {
		n := copy(f.items, f.items[f.head:])
		clear(f.items[n:])
		f.items, f.head = f.items[:n], 0
	}
	return v
}
