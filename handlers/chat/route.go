package chat

import (
	"context"
	"errors"
	"fmt"
)

// Handler answers one turn. An error that Config.Explain knows is shown to the person; any other is logged, and the
// person gets an apology with a reference.
type Handler func(ctx context.Context, t *Turn) error

// Routes says who answers what. Any of them may be nil: silence.
type Routes struct {
	Commands map[string]Handler // by name without the slash, in lower case
	Buttons  map[string]Handler // by Action.Name
	Signals  map[string]Handler // by Action.Name
	Forms    []Form
	Text     Handler // text outside a form in a private chat
	Other    Handler // photo, document, contact, location, sticker, voice … outside a form, in a private chat
	Edited   Handler // an edited text or caption in a private chat, outside a form
	Group    Handler // what concerns us in a group: commands, presses, being added or put out; presses of inline messages
	Inline   Handler // what is offered to somebody who types the bot's name in another chat; see Turn.Offer
	Chosen   Handler // they sent an offered card
	Unknown  Handler // unknown command or button; a button is answered with Labels.Stale where this is nil

	// Intercept sees every text, caption and edit of a private chat before anything else does. What it handled goes no
	// further.
	Intercept func(ctx context.Context, t *Turn) (handled bool, err error)
}

// Labels are the runtime's own words in the person's language. Back, Cancel and Stale are plain text, the rest HTML.
type Labels struct {
	Back, Cancel string // buttons of a form
	Stale        string // a toast: the button has lost its meaning
	Cancelled    string
	FormClosed   string // the form in the middle of which they were has changed; begin again
	TooFast      string
	GoOn         string // /cancel in an essential form: it has to be gone through
	Noted        string // goes with the message that takes a keyboard away; empty: 👌

	// Onward goes below what the runtime says by itself in a private chat, so that nobody ends where nothing can be pressed.
	Onward [][]Button
}

// route finds who answers the turn. A panic in it is caught by the caller.
func (r *Runtime) route(ctx context.Context, t *Turn) error {
	if t.Private && (t.Kind == KindBlocked || t.Kind == KindUnblocked) {
		if r.cfg.Blocked == nil {
			return nil
		}
		return r.cfg.Blocked(ctx, t.Chat, t.Kind == KindBlocked)
	}
	if t.elsewhere() {
		return r.inline(ctx, t)
	}
	if !t.Private && r.cfg.Routes.Group == nil {
		return nil
	}
	if r.cfg.Prepare != nil {
		if err := r.cfg.Prepare(ctx, t); err != nil {
			return fmt.Errorf("prepare: %w", err)
		}
	}
	if !t.Private {
		return r.cfg.Routes.Group(ctx, t)
	}
	if err := r.private(ctx, t); err != nil {
		return err
	}
	if t.keysUp {
		return t.dropKeys(ctx)
	}
	return nil
}

func (r *Runtime) private(ctx context.Context, t *Turn) error {
	at, err := r.load(ctx, t.Chat)
	closed := errors.Is(err, errOutdated)
	if err != nil && !closed {
		return err
	}
	if r.cfg.Routes.Intercept != nil && t.Text != "" {
		handled, err := r.cfg.Routes.Intercept(ctx, t)
		if err != nil {
			return err
		}
		if handled && !closed {
			return r.afterAside(ctx, t, at, t.replied)
		}
		if handled {
			return nil
		}
	}
	if closed {
		if t.Kind == KindEdited {
			return nil
		}
		if err := r.closeOutdated(ctx, t, at); err != nil {
			return err
		}
		at = nil
	}
	switch t.Kind {
	case KindCommand:
		return r.command(ctx, t, at)
	case KindPress:
		return r.press(ctx, t, at)
	case KindSignal:
		return r.signal(ctx, t, at)
	}
	switch {
	case closed:
		return nil // it was meant for the form that is no more
	case at != nil && t.Kind == KindEdited:
		return nil // an edit of an earlier answer is no answer to this step
	case at != nil && t.Kind == KindText && t.Text == at.back:
		return r.goBack(ctx, t, at)
	case at != nil && t.Kind == KindText && t.Text == at.cancel:
		return r.cancel(ctx, t, at)
	case at != nil:
		return r.take(ctx, t, at)
	case t.Kind == KindEdited:
		return call(ctx, t, r.cfg.Routes.Edited)
	case t.Kind == KindText:
		return call(ctx, t, r.cfg.Routes.Text)
	}
	return call(ctx, t, r.cfg.Routes.Other)
}

func (r *Runtime) command(ctx context.Context, t *Turn, at *seat) error {
	if t.Command == "cancel" && at != nil {
		return r.cancel(ctx, t, at)
	}
	handler := r.cfg.Routes.Commands[t.Command]
	if handler == nil {
		handler = r.cfg.Routes.Unknown
	}
	if err := call(ctx, t, handler); err != nil {
		return err
	}
	return r.afterAside(ctx, t, at, true)
}

func (r *Runtime) press(ctx context.Context, t *Turn, at *seat) error {
	switch t.Action.Name {
	case actionChoice, actionBack, actionCancel:
		return r.formPress(ctx, t, at)
	}
	handler := r.cfg.Routes.Buttons[t.Action.Name]
	if handler == nil {
		handler = r.cfg.Routes.Unknown
	}
	if handler == nil {
		return t.Toast(ctx, r.labels(ctx, t).Stale)
	}
	if err := handler(ctx, t); err != nil {
		return err
	}
	return r.afterAside(ctx, t, at, t.replied)
}

func (r *Runtime) signal(ctx context.Context, t *Turn, at *seat) error {
	if at != nil {
		v := at.values.clone()
		err := at.form.Steps[at.step].Take(ctx, t, v)
		switch {
		case t.moved:
			return err
		case err == nil:
			at.values = v
			return r.advance(ctx, t, at)
		case errors.Is(err, ErrStay):
			at.values = v
			return r.save(ctx, t.Chat, at)
		case !errors.Is(err, ErrNotForMe):
			return r.retry(ctx, t, at, err)
		}
	}
	handler := r.cfg.Routes.Signals[t.Action.Name]
	if handler == nil {
		return fmt.Errorf("signal %q: nobody waits for it", t.Action.Name)
	}
	if err := handler(ctx, t); err != nil {
		return err
	}
	return r.afterAside(ctx, t, at, t.replied)
}

// afterAside asks the form's question again after something else was dealt with in its middle, when needed, and unless
// that opened, asked or closed a form itself.
func (r *Runtime) afterAside(ctx context.Context, t *Turn, at *seat, needed bool) error {
	if at == nil || t.moved || !needed {
		return nil
	}
	return r.ask(ctx, t, at, "")
}

func (r *Runtime) closeOutdated(ctx context.Context, t *Turn, at *seat) error {
	if err := r.leave(ctx, t, at); err != nil {
		return err
	}
	return r.say(ctx, t, r.labels(ctx, t).FormClosed)
}

func (r *Runtime) labels(ctx context.Context, t *Turn) Labels {
	return r.cfg.Labels(ctx, t)
}

func (r *Runtime) explain(ctx context.Context, t *Turn, err error) (string, bool) {
	if r.cfg.Explain == nil {
		return "", false
	}
	return r.cfg.Explain(ctx, t, err)
}

func (r *Runtime) say(ctx context.Context, t *Turn, text string) error {
	if text == "" {
		return nil
	}
	screen := Screen{Text: text}
	if t.Private {
		screen.Buttons = r.labels(ctx, t).Onward
	}
	_, err := t.Reply(ctx, screen)
	return err
}

func call(ctx context.Context, t *Turn, h Handler) error {
	if h == nil {
		return nil
	}
	return h(ctx, t)
}
