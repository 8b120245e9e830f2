package chat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// bench is a runtime with everything around it.
type stage struct {
	t     testing.TB
	api   *botAPI
	mem   *memory
	clock *clock
	log   *lockedBuffer
	cfg   Config
	rt    *Runtime
	stop  func() error // ends Run and returns its error
	next  int64
}

var errTooSmall = fmt.Errorf("too small")

// newStage prepares a runtime; change cfg before start.
func newStage(t testing.TB) *stage {
	t.Helper()
	s := &stage{t: t, api: newBotAPI(t), mem: newMemory(), clock: newClock(), log: &lockedBuffer{}, next: 1}
	log := slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	sender, err := NewSender(SenderConfig{Token: testToken, APIURL: s.api.URL, Log: log, Now: s.clock.now,
		Wait: s.clock.wait, Rate: -1, ChatRate: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sender.Close)
	s.cfg = Config{Sender: sender, Inbox: s.mem, Sessions: s.mem, Log: log, Now: s.clock.now, Username: "trade_bot",
		Apology: func(_ context.Context, _ *Turn, ref string) string { return "sorry " + ref },
		Explain: func(_ context.Context, _ *Turn, err error) (string, bool) {
			switch {
			case errors.Is(err, ErrNotForMe):
				return "please answer", true
			case errors.Is(err, errTooSmall):
				return "too small", true
			}
			return "", false
		},
		Labels: func(_ context.Context, t *Turn) Labels {
			return Labels{Back: "Back", Cancel: "Cancel", Stale: "old button", Cancelled: "cancelled",
				FormClosed: "form has changed", TooFast: "slow down", GoOn: "please go on", Noted: "noted"}
		},
	}
	return s
}

func (s *stage) start() *stage {
	s.t.Helper()
	rt, err := New(s.cfg)
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- rt.Run(ctx) }()
	var once sync.Once
	var result error
	s.rt = rt
	s.stop = func() error {
		once.Do(func() { cancel(); result = <-ended })
		return result
	}
	stop := s.stop
	s.t.Cleanup(func() {
		if err := stop(); err != nil {
			s.t.Errorf("Run: %v", err)
		}
	})
	return s
}

// post delivers an update through the webhook and returns the status.
func (s *stage) post(update string) int {
	req := httptest.NewRequest("POST", "/telegram/webhook", strings.NewReader(update))
	req.Header.Set("X-Telegram-Bot-Api-Secret-Token", "hush")
	w := httptest.NewRecorder()
	s.rt.Webhook("hush").ServeHTTP(w, req)
	return w.Code
}

// deliver posts updates, waits until they are handled, and returns the transcript of what was sent.
func (s *stage) deliver(updates ...string) []string {
	s.t.Helper()
	for _, u := range updates {
		if code := s.post(u); code != 200 {
			s.t.Fatalf("webhook answered %d to %s", code, u)
		}
	}
	s.settle()
	return transcript(s.api.take())
}

// halt ends Run, which must succeed.
func (s *stage) halt() {
	s.t.Helper()
	if err := s.stop(); err != nil {
		s.t.Fatalf("Run: %v", err)
	}
}

func (s *stage) settle() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := s.rt.Idle(ctx); err != nil {
		s.t.Fatalf("not idle: %v", err)
	}
}

func (s *stage) id() int64 { s.next++; return s.next }

const me = 77

func message(id int64, chat int64, more string) string {
	return fmt.Sprintf(`{"update_id":%d,"message":{"message_id":%d,"date":1,"chat":{"id":%d,"type":"private"},`+
		`"from":{"id":%d,"is_bot":false,"first_name":"Айгүл","language_code":"ky"},%s}}`, id, id, chat, chat, more)
}

func text(id int64, chat int64, s string) string {
	q, _ := json.Marshal(s)
	return message(id, chat, `"text":`+string(q))
}

func (s *stage) text(words string) string { return text(s.id(), me, words) }

func (s *stage) msg(more string) string { return message(s.id(), me, more) }

func (s *stage) press(messageID int, data string) string {
	id := s.id()
	q, _ := json.Marshal(data)
	return fmt.Sprintf(`{"update_id":%d,"callback_query":{"id":"cb%d","from":{"id":%d,"first_name":"A"},"chat_instance":"1",`+
		`"message":{"message_id":%d,"date":1,"chat":{"id":%d,"type":"private"}},"data":%s}}`, id, id, me, messageID, me, q)
}

// tap presses the button with this text on the newest message that has it.
func (s *stage) tap(label string) string {
	s.t.Helper()
	s.api.mu.Lock()
	defer s.api.mu.Unlock()
	for id := s.api.lastID; id > 1000; id-- {
		for _, row := range s.api.markups[id].Rows {
			for _, b := range row {
				if b.Text == label {
					return s.press(id, b.Data)
				}
			}
		}
	}
	s.t.Fatalf("no button %q anywhere", label)
	return ""
}

func sorted(s []string) []string { slices.Sort(s); return s }
