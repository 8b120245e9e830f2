package web

import (
	"container/list"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limits. One address is often many people behind one operator's or café's
// address, so that theirs is wide and only protects the database; a link is
// many people's if it hangs on a wall, and is somebody's target if it is asked
// for more often than that, from however many addresses; from one address alone
// nobody keeps its other payers out. Codes and tokens of
// 128 bits need no protection from guessing. A form gets as many
// numbers as a person mistypes, and few enough that it is no oracle for a
// tokenizer. A receipt is drawn anew for each look.
const (
	addressRate   rate.Limit = 20 // a second
	addressBurst             = 100
	codeRate      rate.Limit = 40 // a second
	codeBurst                = 200
	attemptRate   rate.Limit = 1.0 / 6 // a second
	attemptBurst             = 8
	documentRate  rate.Limit = 0.2 // a second
	documentBurst            = 8
	limiterSize              = 10_000 // buckets
)

// limiter is a bucket of tokens for each of the keys used last. A bucket that
// is dropped to make room comes back full. It is safe for concurrent use.
type limiter struct {
	rate  rate.Limit
	burst int
	size  int
	now   func() time.Time

	mu    sync.Mutex
	order *list.List // of *bucket, the last used first
	byKey map[string]*list.Element
}

type bucket struct {
	key string
	*rate.Limiter
}

func newLimiter(r rate.Limit, burst int, now func() time.Time) *limiter {
	return &limiter{
		rate: r, burst: burst, size: limiterSize, now: now,
		order: list.New(), byKey: make(map[string]*list.Element),
	}
}

// allow takes a token from a key's bucket, if there is one. The key "" is
// not limited.
func (l *limiter) allow(key string) bool {
	if key == "" {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	e, ok := l.byKey[key]
	if ok {
		l.order.MoveToFront(e)
	} else {
		e = l.order.PushFront(&bucket{key, rate.NewLimiter(l.rate, l.burst)})
		l.byKey[key] = e
	}
	for l.order.Len() > l.size {
		last := l.order.Back()
		delete(l.byKey, last.Value.(*bucket).key)
		l.order.Remove(last)
	}
	return e.Value.(*bucket).AllowN(l.now(), 1)
}

// retryAfter is how many seconds a key without tokens has to wait for one.
func (l *limiter) retryAfter() int { return max(1, int(1/float64(l.rate))) }

// client names whoever sent a request, for counting: its address, or the /64
// network of an IPv6 address, which one customer has to himself. "" is somebody
// who speaks for many and does not say for whom, and is not counted.
//
// The address is that of the connection. Where that is this machine's or a
// private network's, a proxy in front of us stands there, and whom it speaks
// for is what it put last into X-Forwarded-For; what stands before, anybody may
// have written. From everybody else the header says nothing.
func client(r *http.Request) string {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return ""
	}
	addr := from.Addr()
	if ours(addr) {
		addr = forwardedFor(r.Header)
	}
	if !addr.IsValid() {
		return ""
	}
	addr = addr.Unmap().WithZone("")
	if addr.Is4() {
		return addr.String()
	}
	network, err := addr.Prefix(64)
	if err != nil {
		return addr.String()
	}
	return network.String()
}

// ours reports whether an address is where our own proxies stand.
func ours(addr netip.Addr) bool {
	addr = addr.Unmap()
	return addr.IsLoopback() || addr.IsPrivate() || addr.IsLinkLocalUnicast()
}

// forwardedFor is the last address in X-Forwarded-For that is not one of our
// proxies; the zero Addr if there is none.
func forwardedFor(h http.Header) netip.Addr {
	hops := strings.Split(strings.Join(h.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		hop = strings.TrimSpace(hop)
		addr, err := netip.ParseAddr(hop)
		if err != nil { // some write the port, too
			with, err := netip.ParseAddrPort(hop)
			if err != nil {
				return netip.Addr{}
			}
			addr = with.Addr()
		}
		if !ours(addr) {
			return addr
		}
	}
	return netip.Addr{}
}
