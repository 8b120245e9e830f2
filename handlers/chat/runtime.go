package chat

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// Config is what a Runtime is made of. Sender, Inbox, Sessions, Labels and Apology are required.
type Config struct {
	Sender   *Sender
	Inbox    Inbox
	Sessions Sessions
	Routes   Routes

	// Prepare runs first in every turn, attaches the visitor and says whether they are known.
	Prepare func(ctx context.Context, t *Turn) error
	// Explain gives the HTML text for an error that a person can act on; ok is false for all others.
	Explain func(ctx context.Context, t *Turn, err error) (text string, ok bool)
	// Apology gives the HTML text for an internal failure; ref is in the log, too. It must work without Visitor.
	Apology func(ctx context.Context, t *Turn, ref string) string
	// Labels gives the runtime's own words. It must work without Visitor.
	Labels func(ctx context.Context, t *Turn) Labels
	// Blocked hears that a person blocked the bot or let it in again.
	Blocked func(ctx context.Context, chat ChatID, blocked bool) error
	// Mask takes out of a text what must not be stored (a card number). It is applied to every text of an update
	// before the Inbox keeps it; the handler still sees the original, but after a crash only what was kept.
	Mask func(text string) string

	Workers    int    // turns at the same time over all chats; 0: 16
	QueueLimit int    // updates of one chat that may wait; 0: 50
	Username   string // the bot's, without @: which commands are ours
	Log        *slog.Logger
	Now        func() time.Time
	TurnLimit  time.Duration // after which a handler's context ends; 0: 3 minutes
	Drain      time.Duration // how long Run waits for running handlers when it stops; 0: 20 seconds
}

const (
	defaultWorkers    = 16
	defaultQueueLimit = 50
	defaultTurnLimit  = 3 * time.Minute
	defaultDrain      = 20 * time.Second
	lastDrain         = 5 * time.Second // after the handlers' contexts ended
	maxBacklog        = 10_000          // updates waiting over all chats; past it, receiving waits
)

var (
	// ErrStopped: the runtime has stopped, or stopped before it was this call's turn.
	ErrStopped = errors.New("the chat runtime has stopped")
	// ErrNested: a handler asked to wait for another chat's turn. With bounded workers that can wait for itself.
	ErrNested = errors.New("a turn cannot wait for another chat's turn")
)

// Runtime runs turns. Make it with New, start it with Run.
type Runtime struct {
	cfg   Config
	forms map[string]*Form
	queue *queue
	doors doors

	opened  chan struct{} // closed when what an earlier process left is queued, before anything new
	stopped chan struct{}
	running atomic.Bool
	base    context.Context // of all handlers: ends only when draining has taken too long
	slots   chan struct{}

	tapsMu sync.Mutex
	taps   *recent[ChatID, tap]

	unsureMu sync.Mutex
	unsure   map[int64]struct{} // updates whose keeping failed in a way that may have succeeded
}

// New checks the configuration.
func New(cfg Config) (*Runtime, error) {
	if cfg.Sender == nil || cfg.Inbox == nil || cfg.Sessions == nil || cfg.Labels == nil || cfg.Apology == nil {
		return nil, errors.New("chat: Sender, Inbox, Sessions, Labels and Apology are required")
	}
	for name, v := range map[string]*int{"Workers": &cfg.Workers, "QueueLimit": &cfg.QueueLimit} {
		if *v < 0 {
			return nil, fmt.Errorf("chat: %s is negative", name)
		}
	}
	cfg.Workers = orElse(cfg.Workers, defaultWorkers)
	cfg.QueueLimit = orElse(cfg.QueueLimit, defaultQueueLimit)
	cfg.TurnLimit = orElse(cfg.TurnLimit, defaultTurnLimit)
	cfg.Drain = orElse(cfg.Drain, defaultDrain)
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	r := &Runtime{cfg: cfg, forms: make(map[string]*Form), queue: newQueue(cfg.Workers, cfg.Prepare != nil), doors: doors{open: make(map[ChatID]*door)}, opened: make(chan struct{}),
		stopped: make(chan struct{}), slots: make(chan struct{}, maxBacklog), taps: newRecent[ChatID, tap](4096),
		unsure: make(map[int64]struct{})}
	for i := range cfg.Routes.Forms {
		f := &cfg.Routes.Forms[i]
		if err := f.check(); err != nil {
			return nil, fmt.Errorf("chat: %w", err)
		}
		if r.forms[f.Name] != nil {
			return nil, fmt.Errorf("chat: two forms are named %s", f.Name)
		}
		r.forms[f.Name] = f
	}
	for _, name := range []string{actionChoice, actionBack, actionCancel} {
		if cfg.Routes.Buttons[name] != nil {
			return nil, fmt.Errorf("chat: the button %q is the runtime's own", name)
		}
	}
	return r, nil
}

// Run owns the workers. It first queues what an earlier process left pending, then everything that comes. When ctx
// ends it takes nothing more and lets what runs finish, with contexts that do not end with ctx; what waits stays in the
// Inbox. It returns when all workers have ended; after Config.Drain their contexts end, and a handler that still does
// not return is an error.
func (r *Runtime) Run(ctx context.Context) error {
	if !r.running.CompareAndSwap(false, true) {
		return errors.New("chat: Run was called before")
	}
	base, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	r.base = base
	defer close(r.stopped)
	if err := r.resume(ctx); err != nil {
		r.queue.close()
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	close(r.opened)
	var workers sync.WaitGroup
	for range r.cfg.Workers {
		workers.Go(r.queue.work)
	}
	<-ctx.Done()
	r.queue.close()
	ended := make(chan struct{})
	go func() { workers.Wait(); close(ended) }()
	if within(ended, r.cfg.Drain) {
		return nil
	}
	r.cfg.Log.Error("handlers are cut off", "after", r.cfg.Drain)
	cut()
	if within(ended, lastDrain) {
		return nil
	}
	return errors.New("chat: a handler does not end")
}

// Do runs f in the chat's order and waits for it. Inside a turn of the same chat it runs at once; inside another
// chat's turn it is ErrNested. Errors: f's own, ErrStopped, and ctx's when it ended before f began.
func (r *Runtime) Do(ctx context.Context, chat ChatID, f func(ctx context.Context) error) error {
	if at, inside := ctx.Value(turnKey{}).(ChatID); inside {
		if at != chat {
			return ErrNested
		}
		return protect(func() error { return f(ctx) })
	}
	const (
		waiting = iota
		begun
		givenUp
	)
	var state atomic.Int32
	result := make(chan error, 1)
	j := job{
		run: func() {
			if !state.CompareAndSwap(waiting, begun) {
				return
			}
			inner, cancel := context.WithCancel(context.WithValue(ctx, turnKey{}, chat))
			defer cancel()
			defer context.AfterFunc(r.base, cancel)()
			result <- protect(func() error { return f(inner) })
		},
		drop: func() { result <- ErrStopped },
	}
	if r.queue.offer(chat, j, 0, nil) == tooLate {
		return ErrStopped
	}
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
		if state.CompareAndSwap(waiting, givenUp) {
			return ctx.Err()
		}
		return <-result
	}
}

// Signal tells a chat that something happened elsewhere: it is queued in the chat's order, offered to the current step
// of its form, then to Routes.Signals. It waits until that is done and returns its error. Once begun, it is finished
// even if ctx ends. A signal is not kept over a crash: who sends it repeats it.
func (r *Runtime) Signal(ctx context.Context, chat ChatID, user UserID, a Action) error {
	return r.Do(ctx, chat, func(inner context.Context) error {
		t := &Turn{Kind: KindSignal, Chat: chat, Private: true, From: User{ID: user}, Action: a, rt: r}
		turnCtx, cancel := r.turnContext(context.WithoutCancel(inner))
		defer cancel()
		return r.route(turnCtx, t)
	})
}

// Idle waits until Run has begun and nothing is queued or running; ErrStopped after Run has ended.
func (r *Runtime) Idle(ctx context.Context) error {
	if err := r.ready(ctx); err != nil {
		return err
	}
	return r.queue.idle(ctx)
}

// turnKey marks the context of a turn with its chat.
type turnKey struct{}

// turnContext bounds a turn in time and by the end of draining, and by nothing else.
func (r *Runtime) turnContext(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(ctx, r.cfg.TurnLimit)
	stop := context.AfterFunc(r.base, cancel)
	return ctx, func() { stop(); cancel() }
}

func within(ended <-chan struct{}, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ended:
		return true
	case <-timer.C:
		return false
	}
}

func orElse[T comparable](v, usual T) T {
	var zero T
	if v == zero {
		return usual
	}
	return v
}
