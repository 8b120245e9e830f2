package handlers

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"elkart.kg/trade/payments"
)

// How often one person may have something checked: a busy till shows a receipt
// every few seconds, an album of twenty pictures is a mistake.
const (
	checkRate  = rate.Limit(0.25) // a second
	checkBurst = 8
	checkers   = 10_000 // whose buckets are kept
)

// checks bounds what reading pictures costs, and guessing. It is safe for
// concurrent use; when its memory is full all buckets are full again.
type checks struct {
	now func() time.Time

	mu      sync.Mutex
	buckets map[payments.PersonID]*checkBucket
}

type checkBucket struct {
	*rate.Limiter
	warned bool // since it was last full enough
}

func newChecks(now func() time.Time) *checks {
	return &checks{now: now, buckets: make(map[payments.PersonID]*checkBucket)}
}

func (c *checks) allow(id payments.PersonID) bool {
	ok, _ := c.ask(id)
	return ok
}

// ask is allow; first is whether a refusal is the first of a row, so that an
// album is not answered with as many refusals.
func (c *checks) ask(id payments.PersonID) (ok, first bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	bucket, ok := c.buckets[id]
	if !ok {
		if len(c.buckets) >= checkers {
			clear(c.buckets)
		}
		bucket = &checkBucket{Limiter: rate.NewLimiter(checkRate, checkBurst)}
		c.buckets[id] = bucket
	}
	now := c.now()
	if bucket.AllowN(now, 1) {
		// Not at once: an album that is slow to come wins a check now and then.
		bucket.warned = bucket.warned && bucket.TokensAt(now) < checkBurst/2
		return true, false
	}
	first, bucket.warned = !bucket.warned, true
	return false, first
}
