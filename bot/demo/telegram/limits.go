package telegram

import (
	"fmt"
	"math"
	"net/http"
	"strings"
	"time"
)

// Telegram's limits on what a bot sends (Bot FAQ, "My bot is hitting limits"): messages a second in one chat and
// over all chats, and messages a minute in a group. bursts is how many pass at once in one chat.
const (
	perChat   = 1.0
	bursts    = 5.0
	perSecond = 30.0
	perMinute = 20.0
)

// limiter holds token buckets; key 0 is the one over all chats.
type limiter struct {
	buckets map[int64]*bucket
}

type bucket struct {
	tokens float64
	at     time.Time
}

// limit answers 429 to a sending method past the limits, if they are on. s.mu must be held.
func (s *Server) limit(c *call) *apiError {
	sends := strings.HasPrefix(c.method, "send") && c.method != "sendChatAction" || strings.HasPrefix(c.method, "edit") ||
		c.method == "forwardMessage" || c.method == "copyMessage"
	if !s.cfg.RateLimits || !sends {
		return nil
	}
	if s.limits.buckets == nil {
		s.limits.buckets = map[int64]*bucket{}
	}
	chatID := c.integer("chat_id")
	rate, size := perChat, bursts
	if chatID < 0 {
		rate, size = perMinute/60, perMinute
	}
	now := s.cfg.Now()
	all, one := s.limits.refill(0, now, perSecond, perSecond), s.limits.refill(chatID, now, rate, size)
	wait := max((1-all.tokens)/perSecond, (1-one.tokens)/rate)
	if wait > 0 {
		seconds := int(math.Ceil(wait))
		return &apiError{Code: http.StatusTooManyRequests, Description: fmt.Sprintf("Too Many Requests: retry after %d", seconds), RetryAfter: seconds}
	}
	all.tokens--
	if chatID != 0 {
		one.tokens--
	}
	return nil
}

func (l *limiter) refill(key int64, now time.Time, rate, size float64) *bucket {
	b, ok := l.buckets[key]
	if !ok {
		b = &bucket{tokens: size, at: now}
		l.buckets[key] = b
	}
	b.tokens = min(size, b.tokens+now.Sub(b.at).Seconds()*rate)
	b.at = now
	return b
}
