package handlers

import (
	"testing"
	"time"
)

// An album that is slow to come wins a check now and then, and is told once all
// the same that it is too much; who comes back later is told again.
func TestRefusedOnceARow(t *testing.T) {
	now := time.Date(2026, 11, 29, 9, 0, 0, 0, time.UTC)
	c := newChecks(func() time.Time { return now })
	album := func() (allowed, told int) {
		for range 40 {
			ok, first := c.ask(1)
			if ok {
				allowed++
			}
			if first {
				told++
			}
			now = now.Add(time.Second) // a quarter of a check
		}
		return allowed, told
	}
	for _, after := range []time.Duration{0, time.Minute} {
		now = now.Add(after)
		if allowed, told := album(); allowed <= checkBurst || allowed >= 40 || told != 1 {
			t.Errorf("after %v: %d of 40 allowed, told %d times", after, allowed, told)
		}
	}
}
