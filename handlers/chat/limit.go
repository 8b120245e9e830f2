package chat

import (
	"context"
	"sync"
	"time"

	tg "github.com/go-telegram/bot"
	"golang.org/x/time/rate"
)

// Telegram's pace where nothing else is configured (Bot FAQ, "Broadcasting to users"): 30 messages a second over all
// chats, one a second in a chat with short bursts, 20 a minute in a group.
const (
	defaultRate      = 30
	defaultChatRate  = 1
	defaultChatBurst = 5
	groupRate        = rate.Limit(20.0 / 60)
)

// pacedChats is how many chats' paces are remembered; a forgotten chat begins with a fresh burst.
const pacedChats = 8192

// limits paces what goes out: over all chats, in each chat, and for as long as Telegram said to wait.
type limits struct {
	now      func() time.Time
	wait     func(context.Context, time.Duration) error
	all      *rate.Limiter
	bulk     *rate.Limiter // lets what goes out in bulk pass one by one
	chatRate rate.Limit
	burst    int

	mu    sync.Mutex
	gates *recent[ChatID, *gate]
}

type gate struct {
	bucket *rate.Limiter
	until  time.Time // Telegram asked for silence until then
}

func newLimits(cfg SenderConfig, wait func(context.Context, time.Duration) error) *limits {
	l := &limits{now: time.Now, wait: wait, gates: newRecent[ChatID, *gate](pacedChats), burst: cfg.ChatBurst}
	if cfg.Wait != nil && cfg.Now != nil {
		l.now = cfg.Now // only together: a clock that stands still with real waiting would slow down for ever
	}
	overall := perSecond(cfg.Rate, defaultRate)
	l.all = rate.NewLimiter(overall, max(1, int(min(overall, defaultRate))))
	l.bulk = rate.NewLimiter(overall, 1)
	l.chatRate = perSecond(cfg.ChatRate, defaultChatRate)
	if l.burst <= 0 {
		l.burst = defaultChatBurst
	}
	return l
}

// perSecond reads a configured rate: 0 is the usual one, below 0 there is none.
func perSecond(configured, usual float64) rate.Limit {
	switch {
	case configured < 0:
		return rate.Inf
	case configured == 0:
		return rate.Limit(usual)
	}
	return rate.Limit(configured)
}

// pace waits for the turn of a message to chat; chat 0 stands for calls that only count over all. The chat comes
// first, so that a slow chat does not hold back what the others may send.
func (l *limits) pace(ctx context.Context, chat ChatID) error {
	if chat != 0 {
		g := l.gate(chat)
		if err := l.silence(ctx, g); err != nil {
			return err
		}
		if err := l.take(ctx, g.bucket); err != nil {
			return err
		}
	}
	return l.take(ctx, l.all)
}

// spare waits until the pace over all chats leaves half a burst free, so that
// what goes out in bulk never makes those wait who are talking to us. However
// many wait here, one passes at a time: together they would take it all.
func (l *limits) spare(ctx context.Context) error {
	if err := l.take(ctx, l.bulk); err != nil {
		return err
	}
	for l.all.Limit() != rate.Inf {
		missing := float64(l.all.Burst())/2 - l.all.TokensAt(l.now())
		if missing <= 0 {
			break
		}
		if err := l.wait(ctx, time.Duration(missing/float64(l.all.Limit())*float64(time.Second))+time.Millisecond); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// delay is how long the next message to chat would wait for its pace. It takes nothing.
func (l *limits) delay(chat ChatID) time.Duration {
	g, now := l.gate(chat), l.now()
	l.mu.Lock()
	silent := g.until.Sub(now)
	l.mu.Unlock()
	if g.bucket.Limit() == rate.Inf {
		return max(0, silent)
	}
	missing := 1 - g.bucket.TokensAt(now)
	return max(0, silent, time.Duration(missing/float64(g.bucket.Limit())*float64(time.Second)))
}

func (l *limits) take(ctx context.Context, bucket *rate.Limiter) error {
	now := l.now()
	r := bucket.ReserveN(now, 1)
	if d := r.DelayFrom(now); d > 0 {
		if err := l.wait(ctx, d); err != nil {
			r.CancelAt(l.now())
			return err
		}
	}
	return ctx.Err()
}

func (l *limits) silence(ctx context.Context, g *gate) error {
	l.mu.Lock()
	d := g.until.Sub(l.now())
	l.mu.Unlock()
	switch {
	case d <= 0:
		return nil
	case d > maxWaiting:
		return &tg.TooManyRequestsError{Message: "telegram wants silence", RetryAfter: int(d / time.Second)}
	}
	return l.wait(ctx, d)
}

// hold keeps everything to chat back for d.
func (l *limits) hold(chat ChatID, d time.Duration) {
	if chat == 0 {
		return
	}
	g := l.gate(chat)
	l.mu.Lock()
	defer l.mu.Unlock()
	if until := l.now().Add(d); until.After(g.until) {
		g.until = until
	}
}

func (l *limits) gate(chat ChatID) *gate {
	l.mu.Lock()
	defer l.mu.Unlock()
	g, ok := l.gates.get(chat)
	if !ok {
		pace := l.chatRate
		if chat < 0 && pace != rate.Inf { // groups have negative ids
			pace = min(pace, groupRate)
		}
		g = &gate{bucket: rate.NewLimiter(pace, l.burst)}
		l.gates.put(chat, g)
	}
	return g
}
