package chat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	tg "github.com/go-telegram/bot"
)

// Poller says how to ask for updates. The zero value is good for production.
type Poller struct {
	Timeout time.Duration // of one long poll, whole seconds; 0: 50 s, negative: short polling
	Limit   int           // updates in one answer, 1–100; 0: 100
}

const (
	defaultPoll  = 50 * time.Second
	pollGrace    = 15 * time.Second // beyond Timeout, until a poll without an answer is given up
	firstPause   = 200 * time.Millisecond
	longestPause = 30 * time.Second
	rivalPause   = 5 * time.Second // while another program polls with the same token
)

// Poll receives updates by getUpdates until ctx ends, then returns nil. It first deletes a webhook. An offset is
// confirmed only when every update below it is kept. Failures are waited out; only a token that Telegram does not know
// is an error.
func (r *Runtime) Poll(ctx context.Context, p Poller) error {
	timeout := max(0, orElse(p.Timeout, defaultPoll))
	params := struct {
		Offset  int64    `json:"offset,omitempty"`
		Limit   int      `json:"limit"`
		Timeout int      `json:"timeout"`
		Allowed []string `json:"allowed_updates"`
	}{Limit: orElse(p.Limit, 100), Timeout: int(timeout / time.Second), Allowed: wantedUpdates()}
	if err := r.ready(ctx); err != nil {
		return stopping(ctx, err)
	}
	var pause backoff
	hooked := true // a webhook may be set
	for ctx.Err() == nil {
		if hooked {
			if err := r.unhook(ctx); err != nil {
				if isFatal(err) || ctx.Err() != nil {
					return stopping(ctx, err)
				}
				r.pollFailed(ctx, err, pause.next())
				continue
			}
			hooked = false
		}
		var batch []json.RawMessage
		pollCtx, cancel := context.WithTimeout(ctx, timeout+pollGrace)
		err := r.cfg.Sender.raw(pollCtx, "getUpdates", params, &batch)
		cancel()
		if err != nil {
			if isFatal(err) || ctx.Err() != nil {
				return stopping(ctx, err)
			}
			var refusal *apiError
			wait := pause.next()
			if errors.As(err, &refusal) {
				wait = max(wait, refusal.retryAfter)
				if refusal.code == http.StatusConflict {
					hooked = strings.Contains(strings.ToLower(refusal.description), "webhook")
					wait = max(wait, rivalPause)
				}
			}
			r.pollFailed(ctx, err, wait)
			continue
		}
		next, err := r.keepBatch(ctx, batch)
		moved := next > params.Offset
		if next > 0 {
			params.Offset = next // may go down: after a silent week Telegram begins anywhere
		}
		switch {
		case errors.Is(err, ErrStopped):
			return stopping(ctx, err)
		case err != nil:
			r.pollFailed(ctx, err, pause.next())
		case len(batch) > 0 && !moved:
			r.pollFailed(ctx, errors.New("telegram repeats updates that were confirmed"), pause.next())
		default:
			pause = 0
		}
	}
	return nil
}

// keepBatch takes in updates up to the first that cannot be kept, and returns the offset that confirms these.
func (r *Runtime) keepBatch(ctx context.Context, batch []json.RawMessage) (next int64, err error) {
	for _, body := range batch {
		if err := r.accept(ctx, body); err != nil {
			return next, err
		}
		var head struct {
			ID int64 `json:"update_id"`
		}
		if json.Unmarshal(body, &head) == nil && head.ID >= next {
			next = head.ID + 1
		}
	}
	return next, nil
}

func (r *Runtime) unhook(ctx context.Context) error {
	return r.cfg.Sender.try(ctx, 0, "deleteWebhook", func(ctx context.Context) error {
		_, err := r.cfg.Sender.bot.DeleteWebhook(ctx, &tg.DeleteWebhookParams{})
		return err
	})
}

func (r *Runtime) pollFailed(ctx context.Context, err error, pause time.Duration) {
	if ctx.Err() != nil {
		return
	}
	r.cfg.Log.Warn("polling fails", "err", err, "pause", pause)
	_ = r.cfg.Sender.wait(ctx, pause) // ends early only with ctx, which the loop looks at
}

// stopping is nil when err only says that ctx has ended.
func stopping(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return fmt.Errorf("polling: %w", err)
	}
	return nil
}

// backoff doubles from firstPause to longestPause.
type backoff time.Duration

func (b *backoff) next() time.Duration {
	*b = backoff(min(max(2*time.Duration(*b), firstPause), longestPause))
	return time.Duration(*b)
}
