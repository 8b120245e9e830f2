package operator

import (
	"sync"
	"time"
)

// How a breaker decides.
const (
	breakerFailures = 5                // in a row, until calls stop
	breakerRest     = 10 * time.Second // until one call may try again
)

// breaker stops calling a side that does not answer, so that our own work does
// not pile up behind time-outs. After a rest one call at a time tries again.
type breaker struct {
	now func() time.Time

	mu       sync.Mutex
	failures int
	closedAt time.Time // when calls stopped last
	probing  bool
}

// allow reports whether a call may go out; every allowed call must be reported.
func (b *breaker) allow() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failures < breakerFailures {
		return true
	}
	if b.probing || b.now().Sub(b.closedAt) < breakerRest {
		return false
	}
	b.probing = true
	return true
}

// outcome is how a call went, as far as the other side's health goes.
type outcome int

const (
	outcomeAnswered outcome = iota
	outcomeSilent
	outcomeAborted // by us: says nothing of the other side
)

func (b *breaker) report(o outcome) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.probing = false
	switch o {
	case outcomeAnswered:
		b.failures = 0
	case outcomeSilent:
		b.failures++
		if b.failures >= breakerFailures {
			b.closedAt = b.now()
		}
	case outcomeAborted:
	}
}
