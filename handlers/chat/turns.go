package chat

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"runtime/debug"
	"time"
)

// panicError is a panic that was caught.
type panicError struct {
	value any
	stack []byte
}

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }

// protect turns a panic into an error.
func protect(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &panicError{value: v, stack: debug.Stack()}
		}
	}()
	return f()
}

// runTurn handles an update from first to last: the handler, the words about what went wrong, the answer to the press,
// and the mark that it is done. Only a turn that was cut off at the end of draining is left pending.
func (r *Runtime) runTurn(t *Turn, handle func(context.Context, *Turn) error) {
	if err := protect(func() error { r.wholeTurn(t, handle); return nil }); err != nil {
		r.cfg.Log.Error("turn is not finished", "update_id", t.UpdateID, "chat", t.Chat, "err", err)
	}
}

func (r *Runtime) wholeTurn(t *Turn, handle func(context.Context, *Turn) error) {
	if r.queue.stranger(t.Chat) {
		// A crowd of strangers leaves those who are known half of what Telegram takes.
		_ = r.cfg.Sender.Spare(r.base) // ends early only with r.base, which the handler notices
	}
	ctx, cancel := r.turnContext(context.WithValue(r.base, turnKey{}, t.Chat))
	err := protect(func() error { return handle(ctx, t) })
	cancel()
	if err != nil && r.base.Err() != nil {
		r.cfg.Log.Error("turn was cut off and stays pending", "update_id", t.UpdateID, "chat", t.Chat, "err", err)
		return
	}
	// The turn's own time may be up, so the rest has its own.
	ctx, cancel = context.WithTimeout(context.WithValue(r.base, turnKey{}, t.Chat), time.Minute)
	defer cancel()
	if err != nil {
		r.regret(ctx, t, err)
	}
	if err := t.answer(ctx, "", false); err != nil {
		r.cfg.Log.Warn("press is not answered", "update_id", t.UpdateID, "chat", t.Chat, "err", err)
	}
	if t.Known {
		r.queue.remember(t.Chat)
	}
	r.markDone(ctx, t.UpdateID)
}

// regret tells the person what went wrong: in words where they can act on it, else as an apology with a reference.
func (r *Runtime) regret(ctx context.Context, t *Turn, err error) {
	log := r.cfg.Log.With("update_id", t.UpdateID, "chat", t.Chat, "kind", t.Kind)
	if errors.Is(err, ErrBlocked) {
		log.Info("chat is blocked", "err", err)
		return
	}
	var caught *panicError
	isPanic := errors.As(err, &caught)
	failed := protect(func() error {
		if text, ok := r.explain(ctx, t, err); ok && !isPanic && !t.elsewhere() {
			return r.say(ctx, t, text)
		}
		ref := rand.Text()[:8]
		attrs := []any{"ref", ref, "err", err}
		if isPanic {
			attrs = append(attrs, "stack", string(caught.stack))
		}
		log.Error("turn failed", attrs...)
		if !t.Private || t.Kind == KindBlocked {
			return nil // groups hear nothing of our troubles
		}
		return r.say(ctx, t, r.cfg.Apology(ctx, t, ref))
	})
	if failed != nil {
		log.Error("no words about a failure", "err", failed, "first", err)
	}
}

// tooFast answers a flood, once; and a press that was too much with nothing but its end.
func (r *Runtime) tooFast(ctx context.Context, t *Turn) error {
	if !t.Private {
		return nil
	}
	if r.cfg.Prepare != nil {
		if err := r.cfg.Prepare(ctx, t); err != nil {
			return fmt.Errorf("prepare: %w", err)
		}
	}
	return r.say(ctx, t, r.labels(ctx, t).TooFast)
}

func (r *Runtime) markDone(ctx context.Context, updateID int64) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := r.cfg.Inbox.MarkUpdateDone(ctx, updateID); err != nil {
		r.cfg.Log.Error("update is not marked and will run again", "update_id", updateID, "err", err)
	}
}
