// Package telegram is an emulator of the Telegram Bot API over real HTTP, with the people behind it: bots talk to
// it as to api.telegram.org (long polling or webhook), tests and the demo page act for the users through Server's
// methods. It keeps chats, messages, keyboards, files and commands in memory, validates every request against the
// published Bot API and refuses in Telegram's own words. What Telegram merely ignores (unknown parameters, two
// kinds on one button) it refuses as well, unless Config.Lenient: such a request is a bug of ours.
//
// It refuses to be more than a private test server: one bot, no network but the bot's webhook, nothing on disk:
// who wants its chats again keeps a Snapshot.
package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Config sets up a Server. Token is required; the rest has defaults.
type Config struct {
	Token    string           // "123456:ABC…"; the part before the colon is the bot's user id
	Username string           // of the bot, without @ (default "elkart_trade_bot")
	Now      func() time.Time // the clock of dates and of the 48 hours for deletion (default time.Now)
	Log      *slog.Logger     // default: nowhere

	// AllowLoopbackButtons lets buttons and the webhook point at http(s)://localhost and loopback addresses, which
	// Telegram refuses. The demo could not open a page otherwise.
	AllowLoopbackButtons bool
	Lenient              bool // ignore unknown parameters and surplus button kinds in silence, as Telegram does
	RateLimits           bool // answer 429 past Telegram's limits

	WebhookBackoff time.Duration // base of the growing pause between deliveries of a refused update (default 1 s)
	FirstID        int64         // what updates and messages are numbered after; a bot that keeps its data over restarts must not meet a number twice
}

// Server is the emulator. It is safe for concurrent use and is an http.Handler for the bot's side.
type Server struct {
	cfg  Config
	log  *slog.Logger
	spec *spec
	bot  wireUser

	background sync.WaitGroup
	done       chan struct{} // closed by Close

	mu             sync.Mutex
	closed         bool
	changed        chan struct{} // closed and replaced at every change
	users          map[int64]*User
	userOrder      []int64
	chats          map[int64]*chat
	lastMessage    int
	files          map[string]*file
	updates        updateQueue
	hook           *webhook
	callbacks      map[string]*callback
	inlineSilent   bool // chosen results are not told
	inlineQueries  map[string]*inlineQuery
	inlineMessages map[string]*message
	profile        profile
	faults         []*Fault
	record         callRing
	limits         limiter
	lastID         int64 // of callbacks and inline queries
}

// New makes a server for one bot. It panics on a token without a numeric bot id: that is a mistake in the wiring.
func New(cfg Config) *Server {
	id, _, ok := strings.Cut(cfg.Token, ":")
	botID, err := strconv.ParseInt(id, 10, 64)
	if !ok || err != nil || botID <= 0 {
		panic("telegram: Config.Token must look like 123456:ABC")
	}
	if cfg.Username == "" {
		cfg.Username = "elkart_trade_bot"
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.WebhookBackoff <= 0 {
		cfg.WebhookBackoff = time.Second
	}
	yes, no := true, false
	s := &Server{
		cfg: cfg, log: cfg.Log, spec: loadSpec(),
		bot: wireUser{ID: botID, IsBot: true, FirstName: cfg.Username, Username: cfg.Username, CanJoinGroups: &yes,
			CanReadAllGroupMessages: &yes, SupportsInlineQueries: &yes, CanConnectToBusiness: &no, HasMainWebApp: &no},
		done: make(chan struct{}), changed: make(chan struct{}),
		users: map[int64]*User{}, chats: map[int64]*chat{}, files: map[string]*file{},
		callbacks: map[string]*callback{}, inlineQueries: map[string]*inlineQuery{}, inlineMessages: map[string]*message{},
		profile: newProfile(cfg.Username),
	}
	s.updates.next, s.lastMessage = 700_000_001+cfg.FirstID, int(cfg.FirstID)
	return s
}

// Close stops webhook delivery, wakes pollers and everybody who waits, and returns when deliveries have ended.
func (s *Server) Close() {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.done)
		if s.hook != nil {
			s.hook.cancel()
		}
	}
	s.mu.Unlock()
	s.background.Wait()
}

// handler serves one method. Locked handlers run under Server.mu.
type handler struct {
	locked func(*Server, *call) (any, *apiError)
	free   func(*Server, *call) (any, *apiError)
}

// ServeHTTP is the bot's side: /bot<token>/<method> and /file/bot<token>/<path>.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if path, ok := strings.CutPrefix(r.URL.Path, "/file/bot"); ok {
		s.serveFile(w, r, path)
		return
	}
	path, isBot := strings.CutPrefix(r.URL.Path, "/bot")
	token, name, _ := strings.Cut(path, "/")
	c, problem := readCall(w, r)
	switch {
	case !isBot:
		answer(w, nil, &apiError{Code: http.StatusNotFound, Description: "Not Found"})
		return
	case token != s.cfg.Token:
		answer(w, nil, &apiError{Code: http.StatusUnauthorized, Description: "Unauthorized"})
		return
	}
	method, known := s.spec.names[strings.ToLower(name)]
	if !known {
		problem = &apiError{Code: http.StatusNotFound, Description: "Not Found"}
		method = name
	}
	if c == nil {
		c = &call{r: r}
	}
	c.method = method
	fault := s.takeFault(c)
	if fault != nil && !fault.before(s, r) {
		problem = fault.refusal()
	}
	var result any
	if problem == nil {
		result, problem = s.serve(c)
	}
	s.note(c, problem)
	if fault != nil {
		fault.after()
	}
	answer(w, result, problem)
}

// serve checks a call and runs its handler.
func (s *Server) serve(c *call) (any, *apiError) {
	if err := s.spec.check(c, s.cfg.Lenient); err != nil {
		return nil, err
	}
	c.examinePictures()
	h := handlers[c.method]
	if h.free != nil {
		return h.free(s, c)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.limit(c); err != nil {
		return nil, err
	}
	return h.locked(s, c)
}

// answer writes Telegram's envelope.
func answer(w http.ResponseWriter, result any, problem *apiError) {
	body := map[string]any{"ok": problem == nil}
	status := http.StatusOK
	if problem == nil {
		body["result"] = result
	} else {
		status = problem.Code
		body["error_code"], body["description"] = problem.Code, problem.Description
		if problem.MigrateTo != 0 {
			body["parameters"] = map[string]int64{"migrate_to_chat_id": problem.MigrateTo}
		}
		if problem.RetryAfter > 0 {
			body["parameters"] = map[string]int{"retry_after": problem.RetryAfter}
			w.Header().Set("Retry-After", strconv.Itoa(problem.RetryAfter))
		}
	}
	data, err := json.Marshal(body)
	if err != nil {
		panic(fmt.Sprintf("telegram: answer can't be encoded: %v", err))
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(status)
	_, _ = w.Write(data) // the client may have gone
}

// broadcast wakes everybody who waits for a change. s.mu must be held.
func (s *Server) broadcast() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// Errors of the user's side.
var (
	ErrClosed    = errors.New("telegram: the server is closed")
	ErrNoUser    = errors.New("telegram: no such user")
	ErrNoMessage = errors.New("telegram: no such message")
	ErrNoButton  = errors.New("telegram: no such button")
	ErrNoFile    = errors.New("telegram: no such file")
	ErrBlocked   = errors.New("telegram: the user has blocked the bot; only /start goes through")
)

// await runs ready under the lock after every change until it returns true, ctx ends or the server closes.
func (s *Server) await(ctx context.Context, ready func() bool) error {
	for {
		s.mu.Lock()
		ok, changed := ready(), s.changed
		s.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		case <-s.done:
			return ErrClosed
		}
	}
}
