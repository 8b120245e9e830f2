package chat

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ErrNoSession: the chat has no form open.
var ErrNoSession = errors.New("no form is open")

// Session is a form in the middle, as it is stored. One chat has at most one.
type Session struct {
	Chat      ChatID
	Form      string
	Version   int
	Step      string
	Values    Values // with some of the runtime's own, named "chat.…"; contents are what people typed
	MessageID int    // the step's question, 0 if it is not asked yet
	UpdatedAt time.Time
}

// Sessions stores them; the store implements it.
type Sessions interface {
	Session(ctx context.Context, chat ChatID) (Session, error) // ErrNoSession
	SaveSession(ctx context.Context, s Session) error          // in place of the chat's former one
	DeleteSession(ctx context.Context, chat ChatID) error      // none there is success
}

// What the runtime remembers with a session beside its fields.
const (
	ownPrefix = "chat."
	ownUpdate = ownPrefix + "update" // the update that brought the session here: when it runs again, it is no answer
	ownFirst  = ownPrefix + "first"  // no message before it has asked since the form came to its step
	ownMarkup = ownPrefix + "markup" // what the question carries
	ownBack   = ownPrefix + "back"   // texts of the runtime's keys as the person sees them, whatever the language is now
	ownCancel = ownPrefix + "cancel"
)

const (
	markupInline = "inline"
	markupKeys   = "keys"
)

// errOutdated: the stored session belongs to a form or a version that is no more.
var errOutdated = errors.New("session of a former version")

// seat is a chat's place in a form.
type seat struct {
	form         *Form
	step         int
	values       Values
	message      int
	first        int  // no message before it has asked since the form came here
	fresh        bool // the form came here in this turn, and nothing has asked yet
	markup       string
	back, cancel string
	update       int64
}

// load reads the chat's session; nil if there is none. With errOutdated, the seat has only what is on the screen.
func (r *Runtime) load(ctx context.Context, chat ChatID) (*seat, error) {
	s, err := r.cfg.Sessions.Session(ctx, chat)
	if errors.Is(err, ErrNoSession) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("session: %w", err)
	}
	at := &seat{message: s.MessageID, markup: s.Values[ownMarkup], back: s.Values[ownBack], cancel: s.Values[ownCancel],
		values: Values{}}
	form, known := r.forms[s.Form]
	if !known || form.Version != s.Version || form.index(s.Step) < 0 {
		return at, errOutdated
	}
	at.form, at.step = form, form.index(s.Step)
	at.update, _ = strconv.ParseInt(s.Values[ownUpdate], 10, 64)
	at.first, _ = strconv.Atoi(s.Values[ownFirst])
	for k, v := range s.Values {
		if !strings.HasPrefix(k, ownPrefix) {
			at.values[k] = v
		}
	}
	return at, nil
}

// seat is load where an outdated session is as good as none.
func (r *Runtime) seat(ctx context.Context, chat ChatID) (*seat, error) {
	at, err := r.load(ctx, chat)
	if errors.Is(err, errOutdated) {
		return nil, nil
	}
	return at, err
}

func (r *Runtime) save(ctx context.Context, chat ChatID, at *seat) error {
	values := Values{}
	for k, v := range at.values {
		if !strings.HasPrefix(k, ownPrefix) {
			values[k] = v
		}
	}
	for k, v := range map[string]string{ownMarkup: at.markup, ownBack: at.back, ownCancel: at.cancel} {
		if v != "" {
			values[k] = v
		}
	}
	if at.update != 0 {
		values[ownUpdate] = strconv.FormatInt(at.update, 10)
	}
	if at.first != 0 {
		values[ownFirst] = strconv.Itoa(at.first)
	}
	err := r.cfg.Sessions.SaveSession(ctx, Session{Chat: chat, Form: at.form.Name, Version: at.form.Version,
		Step: at.form.Steps[at.step].Name, Values: values, MessageID: at.message, UpdatedAt: r.cfg.Now().UTC()})
	if err != nil {
		return fmt.Errorf("save session: %w", err)
	}
	return nil
}

// leave forgets the chat's form: its question loses its buttons, its keyboard goes with the next message. A nil seat
// still deletes what is stored.
func (r *Runtime) leave(ctx context.Context, t *Turn, at *seat) error {
	if err := r.cfg.Sessions.DeleteSession(ctx, t.Chat); err != nil {
		return fmt.Errorf("delete session: %w", err)
	}
	r.fade(ctx, t, at)
	return nil
}

// fade takes the means of answering off a question that is no longer asked.
func (r *Runtime) fade(ctx context.Context, t *Turn, at *seat) {
	if at == nil {
		return
	}
	switch at.markup {
	case markupInline:
		r.clear(ctx, t.Chat, at.message)
	case markupKeys:
		t.keysUp = !t.keysSet
	}
	at.markup, at.back, at.cancel = "", "", ""
}

// clear takes the buttons off a message; that it does not succeed harms nobody.
func (r *Runtime) clear(ctx context.Context, chat ChatID, message int) {
	if message == 0 {
		return
	}
	if err := r.cfg.Sender.ClearButtons(ctx, chat, message); err != nil {
		r.cfg.Log.DebugContext(ctx, "old buttons stay", "chat", chat, "err", err)
	}
}
