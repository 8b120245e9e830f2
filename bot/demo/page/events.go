package page

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"elkart.kg/trade/bot/demo/telegram"
)

// Rhythm of an event stream: a comment keeps proxies from closing it, a write
// that hangs ends it, and the operator's side, which cannot tell when a late
// update arrives, is looked at every second.
const (
	heartbeat    = 15 * time.Second
	writeTimeout = 10 * time.Second
	bankLook     = time.Second
)

// Bounds of a view: bubbles of the chat that is open, ids of the others, lines
// of the bank's books.
const (
	maxMessages = 200
	maxBadgeIDs = 100
	maxHistory  = 60
)

// changes wakes the streams when something of the page's own changed. The zero
// value is ready.
type changes struct {
	mu     sync.Mutex
	signal chan struct{}
}

// next returns a channel that is closed at the next change.
func (c *changes) next() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.signal == nil {
		c.signal = make(chan struct{})
	}
	return c.signal
}

func (c *changes) happened() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.signal != nil {
		close(c.signal)
		c.signal = nil
	}
}

// state is all that a page needs at its start but for the chats.
type state struct {
	Bot       string          `json:"bot"`
	PublicURL string          `json:"public_url"`
	Telegram  bool            `json:"telegram"`
	Bank      bool            `json:"bank"`
	Users     []telegram.User `json:"users"`
	Messenger []Bubble        `json:"messenger"`
	Payments  []payment       `json:"payments"`
	Credits   []credit        `json:"credits"`
	Mischief  mischief        `json:"mischief"`
}

func (p *page) showState(w http.ResponseWriter, r *http.Request) {
	view := state{
		Bot: p.BotName, PublicURL: p.PublicURL, Telegram: p.Telegram != nil, Bank: p.Bank != nil,
		Users: p.users(), Messenger: p.messenger.all(), Payments: []payment{}, Credits: []credit{},
	}
	if p.Bank != nil {
		books := p.books()
		view.Payments, view.Credits, view.Mischief = books.Payments, books.Credits, books.Mischief
	}
	p.answer(w, r, http.StatusOK, view)
}

// books is what the bank's side has written down.
type books struct {
	Payments []payment `json:"payments"`
	Credits  []credit  `json:"credits"`
	Mischief mischief  `json:"mischief"`
}

func (p *page) books() books {
	b := books{Payments: []payment{}, Credits: []credit{}, Mischief: mischiefOf(p.Bank.Mischief())}
	for _, paid := range p.Bank.Payments() {
		b.Payments = append(b.Payments, paymentOf(paid))
	}
	for _, c := range p.Bank.Credits() {
		b.Credits = append(b.Credits, credit{ID: c.ID, Card: c.Card, Amount: c.Amount, Status: c.Status, At: c.At})
	}
	b.Payments, b.Credits = b.Payments[:min(len(b.Payments), maxHistory)], b.Credits[:min(len(b.Credits), maxHistory)]
	return b
}

func (p *page) users() []telegram.User {
	if p.Telegram == nil {
		return []telegram.User{}
	}
	return append([]telegram.User{}, p.Telegram.Users()...)
}

// badge is what a page knows of a chat that is not open.
type badge struct {
	User int64 `json:"user"`
	IDs  []int `json:"ids"` // the bot's newest messages, oldest first
}

// stream sends what changes until the reader goes, the server closes or a
// write hangs. It waits for the watchers it started.
func (p *page) stream(w http.ResponseWriter, r *http.Request) {
	open, _ := strconv.ParseInt(r.URL.Query().Get("user"), 10, 64)
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("X-Accel-Buffering", "no")
	ctx, cancel := context.WithCancel(r.Context())
	var watchers sync.WaitGroup
	defer watchers.Wait()
	defer cancel()

	out := &events{w: w, control: http.NewResponseController(w), sent: map[string][]byte{}}
	chats := make(chan telegram.ChatView)
	watched := map[int64]bool{}
	pulse, look := time.NewTicker(heartbeat), time.NewTicker(bankLook)
	defer pulse.Stop()
	defer look.Stop()
	for {
		changed := p.changes.next()
		users := p.users()
		out.send("users", "users", users)
		out.send("messenger", "messenger", p.messenger.all())
		for _, user := range users {
			if !watched[user.ID] {
				watched[user.ID] = true
				watchers.Go(func() { p.watch(ctx, user.ID, chats) })
			}
		}
		if p.Bank != nil {
			out.send("bank", "bank", p.books())
		}
		if out.err != nil {
			return
		}
		select {
		case chat := <-chats:
			if chat.User.ID == open {
				out.send("chat", "chat", lastMessages(chat))
			} else {
				out.send("badge", "badge "+strconv.FormatInt(chat.User.ID, 10), badgeOf(chat))
			}
		case <-changed:
		case <-look.C:
		case <-pulse.C:
			out.comment()
		case <-p.Closing:
			return
		case <-ctx.Done():
			return
		}
	}
}

// watch passes on every new state of one chat until ctx ends.
func (p *page) watch(ctx context.Context, user int64, chats chan<- telegram.ChatView) {
	var err error
	for chat := p.Telegram.Chat(user); err == nil; {
		select {
		case chats <- chat:
		case <-ctx.Done():
			return
		}
		chat, err = p.Telegram.Wait(ctx, user, chat.Version)
	}
	if ctx.Err() == nil && !errors.Is(err, telegram.ErrClosed) {
		p.Log.Error("demo page watches a chat", "user_id", user, "error", err)
	}
}

func lastMessages(c telegram.ChatView) telegram.ChatView {
	if extra := len(c.Messages) - maxMessages; extra > 0 {
		c.Messages = c.Messages[extra:]
	}
	if c.Messages == nil {
		c.Messages = []telegram.Message{}
	}
	return c
}

func badgeOf(c telegram.ChatView) badge {
	b := badge{User: c.User.ID, IDs: []int{}}
	for _, m := range c.Messages {
		if m.FromBot {
			b.IDs = append(b.IDs, m.ID)
		}
	}
	if extra := len(b.IDs) - maxBadgeIDs; extra > 0 {
		b.IDs = b.IDs[extra:]
	}
	return b
}

// events writes server-sent events and leaves out what was sent already.
type events struct {
	w       http.ResponseWriter
	control *http.ResponseController
	sent    map[string][]byte // by subject
	err     error             // the first failure; nothing is written after it
}

func (e *events) send(name, subject string, body any) {
	if e.err != nil {
		return
	}
	data, err := json.Marshal(body)
	if err != nil {
		e.err = err
		return
	}
	if bytes.Equal(e.sent[subject], data) {
		return
	}
	e.sent[subject] = data
	e.write(fmt.Appendf(nil, "event: %s\ndata: %s\n\n", name, data))
}

func (e *events) comment() { e.write([]byte(":\n\n")) }

func (e *events) write(frame []byte) {
	if e.err != nil {
		return
	}
	// A server without deadlines (a test's recorder) is fine as well.
	_ = e.control.SetWriteDeadline(time.Now().Add(writeTimeout))
	if _, e.err = e.w.Write(frame); e.err == nil {
		e.err = e.control.Flush()
	}
}
