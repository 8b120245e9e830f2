package handlers

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// world is a bot with a service in memory, a Telegram that answers over HTTP,
// and one person who talks to it. Everything said is written down.
type world struct {
	t        *testing.T
	bot      *Bot
	service  *service
	runtime  *chat.Runtime
	webhook  http.Handler
	sessions *sessions

	mu       sync.Mutex
	messages map[int]*shown
	lastID   int
	update   int
	language string
	actions  int // what the person did
	record   strings.Builder
	deaf     bool // Telegram refuses to delete
}

// shown is a message of the bot's as Telegram has it.
type shown struct {
	text    string
	photo   bool
	buttons [][]map[string]any
}

const aigul = 501

var noon = time.Date(2026, 5, 9, 6, 0, 0, 0, time.UTC) // 12:00 in Bishkek

func newWorld(t *testing.T, language, publicURL string) *world {
	t.Helper()
	catalog, err := locales.New()
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return noon }
	w := &world{t: t, service: newService(now), messages: make(map[int]*shown), language: language, sessions: &sessions{}}
	w.bot, err = New(Deps{
		Service: w.service, Catalog: catalog, PublicURL: publicURL, Zone: time.FixedZone("KG", 6*60*60), Now: now, Press: noPress{},
		QR: func(content string) ([]byte, error) { return []byte("PNG of " + content), nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(w.serve))
	t.Cleanup(server.Close)
	sender, err := chat.NewSender(chat.SenderConfig{Token: "1:a", APIURL: server.URL, Rate: -1, ChatRate: -1})
	if err != nil {
		t.Fatal(err)
	}
	w.runtime, err = chat.New(chat.Config{
		Sender: sender, Inbox: inbox{}, Sessions: w.sessions, Routes: w.bot.Routes(), Prepare: w.bot.Prepare,
		Explain: w.bot.Explain, Apology: w.bot.Apology, Labels: w.bot.Labels, Mask: payments.MaskNumbers, Username: "trade_bot", Now: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.webhook = w.runtime.Webhook("secret")
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.runtime.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
		sender.Close()
	})
	return w
}

// serve is Telegram's side: it keeps messages and writes down what is shown.
func (w *world) serve(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := r.ParseMultipartForm(1 << 20); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		w.t.Errorf("%s: %v", r.URL.Path, err)
	}
	method := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	id, _ := strconv.Atoi(r.FormValue("message_id"))
	var markup struct {
		Inline [][]map[string]any `json:"inline_keyboard"`
		Keys   [][]map[string]any `json:"keyboard"`
		Remove bool               `json:"remove_keyboard"`
	}
	if s := r.FormValue("reply_markup"); s != "" {
		if err := json.Unmarshal([]byte(s), &markup); err != nil {
			w.t.Errorf("%s: reply_markup %q: %v", method, s, err)
		}
	}
	switch method {
	case "sendMessage", "sendPhoto":
		w.lastID++
		id = w.lastID
		m := &shown{text: r.FormValue("text") + r.FormValue("caption"), photo: method == "sendPhoto", buttons: markup.Inline}
		w.messages[id] = m
		w.note("<", m, markup.Keys)
	case "editMessageText", "editMessageCaption", "editMessageMedia":
		m := w.messages[id]
		if m == nil || method == "editMessageText" && m.photo || method == "editMessageCaption" && !m.photo {
			w.refuse(rw, "Bad Request: there is no text in the message to edit")
			return
		}
		m.text, m.buttons = r.FormValue("text")+r.FormValue("caption"), markup.Inline
		if method == "editMessageMedia" {
			var media struct{ Caption string }
			if err := json.Unmarshal([]byte(r.FormValue("media")), &media); err != nil {
				w.t.Errorf("media: %v", err)
			}
			m.text, m.photo = media.Caption, true
		}
		w.note("<edited", m, nil)
	case "editMessageReplyMarkup":
		if m := w.messages[id]; m != nil {
			m.buttons = nil
		}
	case "deleteMessage":
		if w.deaf {
			w.refuse(rw, "Bad Request: message can't be deleted for everyone")
			return
		}
		fmt.Fprintf(&w.record, "<deleted\n")
		w.answer(rw, "true")
		return
	case "getFile":
		w.refuse(rw, "Bad Request: invalid file_id")
		return
	case "answerCallbackQuery":
		if text := r.FormValue("text"); text != "" {
			fmt.Fprintf(&w.record, "<toast %s\n", text)
		}
		w.answer(rw, "true")
		return
	default:
		w.t.Errorf("call of %s", method)
	}
	w.answer(rw, fmt.Sprintf(`{"message_id":%d,"date":1,"chat":{"id":%d,"type":"private"}}`, id, aigul))
}

func (w *world) answer(rw http.ResponseWriter, result string) {
	if _, err := fmt.Fprintf(rw, `{"ok":true,"result":%s}`, result); err != nil {
		w.t.Errorf("answer: %v", err)
	}
}

func (w *world) refuse(rw http.ResponseWriter, description string) {
	rw.WriteHeader(http.StatusBadRequest)
	if _, err := fmt.Fprintf(rw, `{"ok":false,"error_code":400,"description":%q}`, description); err != nil {
		w.t.Errorf("refuse: %v", err)
	}
}

var tags = regexp.MustCompile(`</?[a-z]+>`)

// note writes a message down as it is seen.
func (w *world) note(mark string, m *shown, keys [][]map[string]any) {
	if m.photo {
		mark += "photo"
	}
	text := html.UnescapeString(tags.ReplaceAllString(m.text, ""))
	fmt.Fprintf(&w.record, "%s %s\n", mark, strings.ReplaceAll(text, "\n", "\n  "))
	for _, row := range append(slices.Clone(m.buttons), keys...) {
		w.record.WriteString(" ")
		for _, b := range row {
			fmt.Fprintf(&w.record, " [%s]", b["text"])
		}
		w.record.WriteString("\n")
	}
}

// did posts an update and waits until the bot has dealt with it.
func (w *world) did(what string, fields map[string]any) {
	w.t.Helper()
	w.mu.Lock()
	w.actions++
	w.update++
	fmt.Fprintf(&w.record, "%s\n", what)
	fields["update_id"] = w.update
	w.mu.Unlock()
	w.post(fields)
}

func (w *world) post(fields map[string]any) {
	w.t.Helper()
	body, err := json.Marshal(fields)
	if err != nil {
		w.t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(w.t.Context(), http.MethodPost, "/", bytes.NewReader(body))
	r.Header.Set("X-Telegram-Bot-Api-Secret-Token", "secret")
	rw := httptest.NewRecorder()
	w.webhook.ServeHTTP(rw, r)
	if rw.Code != http.StatusOK {
		w.t.Fatalf("webhook: %d", rw.Code)
	}
	if err := w.runtime.Idle(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) from() map[string]any {
	return map[string]any{"id": aigul, "is_bot": false, "first_name": "Айгүл", "language_code": w.language}
}

func (w *world) message(fields map[string]any) map[string]any {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lastID++
	m := map[string]any{"message_id": w.lastID, "date": 1, "chat": map[string]any{"id": aigul, "type": "private"}, "from": w.from()}
	for k, v := range fields {
		m[k] = v
	}
	return m
}

func (w *world) says(text string) {
	w.t.Helper()
	w.did("> "+text, map[string]any{"message": w.message(map[string]any{"text": text})})
}

func (w *world) sends(what string, fields map[string]any) {
	w.t.Helper()
	w.did(">"+what, map[string]any{"message": w.message(fields)})
}

func (w *world) edits(text string) {
	w.t.Helper()
	w.did(">edited "+text, map[string]any{"edited_message": w.message(map[string]any{"text": text})})
}

func (w *world) contact(phone string, owner int64) {
	w.t.Helper()
	w.sends("contact", map[string]any{"contact": map[string]any{"phone_number": phone, "first_name": "A", "user_id": owner}})
}

// presses finds the newest button whose label has the part, and presses it.
func (w *world) presses(part string) {
	w.t.Helper()
	id, data, photo := w.button(part)
	if data == "" {
		w.t.Fatalf("no button %q in\n%s", part, w.record.String())
	}
	w.pressData(">> ["+part+"]", id, data, photo)
}

func (w *world) pressData(what string, id int, data string, photo bool) {
	w.t.Helper()
	m := map[string]any{"message_id": id, "date": 1, "chat": map[string]any{"id": aigul, "type": "private"}}
	if photo {
		m["photo"] = []any{map[string]any{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}}
	}
	w.did(what, map[string]any{"callback_query": map[string]any{"id": "c", "from": w.from(), "message": m, "data": data, "chat_instance": "i"}})
}

func (w *world) button(part string) (id int, data string, photo bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for n := w.lastID; n > 0; n-- {
		m := w.messages[n]
		if m == nil {
			continue
		}
		for _, row := range m.buttons {
			for _, b := range row {
				if strings.Contains(b["text"].(string), part) {
					data, _ = b["callback_data"].(string)
					return n, data, m.photo
				}
			}
		}
	}
	return 0, "", false
}

// fillsCardPage is what happens on the page behind the button.
func (w *world) fillsCardPage(number payments.CardNumber) {
	w.t.Helper()
	w.mu.Lock()
	w.actions++
	fmt.Fprintf(&w.record, "!card\n")
	w.mu.Unlock()
	if _, err := w.service.fillCardForm(aigul, number); err != nil {
		w.t.Fatal(err)
	}
	if err := w.runtime.Signal(w.t.Context(), aigul, aigul, chat.Act(SignalCardAdded, 5)); err != nil {
		w.t.Fatal(err)
	}
}

// heard returns what was written down since it was asked last.
func (w *world) heard() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.record.String()
	w.record.Reset()
	return s
}

func (w *world) expect(parts ...string) {
	w.t.Helper()
	got := w.heard()
	for _, part := range parts {
		if !strings.Contains(got, part) {
			w.t.Errorf("no %q in\n%s", part, got)
		}
	}
}

// inbox takes every update as new.
type inbox struct{}

func (inbox) KeepUpdate(context.Context, int64, chat.ChatID, []byte) (bool, error) { return true, nil }
func (inbox) MarkUpdateDone(context.Context, int64) error                          { return nil }
func (inbox) PendingUpdates(context.Context) ([]chat.KeptUpdate, error)            { return nil, nil }

// sessions keeps the form of the only chat.
type sessions struct {
	mu   sync.Mutex
	held *chat.Session
}

func (s *sessions) Session(context.Context, chat.ChatID) (chat.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held == nil {
		return chat.Session{}, chat.ErrNoSession
	}
	return *s.held, nil
}

func (s *sessions) SaveSession(_ context.Context, n chat.Session) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = &n
	return nil
}

func (s *sessions) DeleteSession(context.Context, chat.ChatID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = nil
	return nil
}

// open is the name of the form that is open, empty if none is.
func (s *sessions) open() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held == nil {
		return ""
	}
	return s.held.Form
}

// forget loses the form, as a change of its version does.
func (s *sessions) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = nil
}
