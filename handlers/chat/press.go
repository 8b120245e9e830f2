package chat

import (
	"context"
	"time"
)

// doubleTap is how soon a second press of the same button is a slip of the finger, not a question.
const doubleTap = 3 * time.Second

// tap is the last press of a form's button in a chat. It lives in memory: losing it costs one line of text.
type tap struct {
	message int
	data    string
	at      time.Time
}

// formPress handles a button of a form: of the question that is asked now, or of one that is long past.
func (r *Runtime) formPress(ctx context.Context, t *Turn, at *seat) error {
	if at != nil && at.ranBefore(t) {
		return r.ask(ctx, t, at, "")
	}
	again := r.tappedAgain(t)
	if at == nil || !at.offers(t) {
		if again {
			return nil
		}
		if err := t.Toast(ctx, r.labels(ctx, t).Stale); err != nil {
			r.cfg.Log.WarnContext(ctx, "toast is lost", "chat", t.Chat, "err", err)
		}
		if at == nil || t.MessageID != at.message {
			r.clear(ctx, t.Chat, t.MessageID)
		}
		if at == nil {
			return nil
		}
		return r.ask(ctx, t, at, "")
	}
	switch t.Action.Name {
	case actionBack:
		return r.goBack(ctx, t, at)
	case actionCancel:
		return r.cancel(ctx, t, at)
	}
	t.Action = Action{Name: t.Action.Arg(1), Args: t.Action.Args[2:]}
	return r.take(ctx, t, at)
}

// offers tells that the pressed button belongs to the step that is asked now: its form, its step, and a message not
// older than the question. Of a question that was asked more than once, as after a crash, every copy counts: who pressed
// had no way to see that another was coming.
func (at *seat) offers(t *Turn) bool {
	oldest := at.first
	if oldest == 0 { // of a former version of the program
		oldest = at.message
	}
	return len(t.Action.Args) >= 2 && t.Action.Arg(0) == at.form.Name &&
		t.Action.Arg(1) == at.form.Steps[at.step].Name && t.MessageID >= oldest
}

// ranBefore tells that this very update brought the form where it is, and runs again after a crash.
func (at *seat) ranBefore(t *Turn) bool {
	return at.update != 0 && at.update == t.UpdateID
}

func (r *Runtime) tappedAgain(t *Turn) bool {
	now := tap{message: t.MessageID, data: t.data, at: r.cfg.Now()}
	r.tapsMu.Lock()
	defer r.tapsMu.Unlock()
	last, ok := r.taps.get(t.Chat)
	r.taps.put(t.Chat, now)
	return ok && last.message == now.message && last.data == now.data && now.at.Sub(last.at) < doubleTap
}
