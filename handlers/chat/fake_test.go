package chat

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const testToken = "4839574812:AAFD39kkdpWt3ywyRZergyOLMaJhac60qc"

// botAPI is a small Bot API over HTTP: it remembers what it was told, and fails as scripted.
type botAPI struct {
	*httptest.Server
	mu       sync.Mutex
	calls    []apiCall
	lastID   int
	markups  map[int]inlineMarkup // by message id
	script   map[string][]reply   // by method, used up one by one
	updates  []json.RawMessage    // for getUpdates
	arrived  chan struct{}        // closed and renewed when updates come
	polls    chan int64           // offsets that were asked for
	fileBody []byte
}

type apiCall struct {
	Method string
	Chat   string
	Fields map[string]string
	Files  map[string][]byte
}

// reply is a scripted answer; hangUp closes the connection instead.
type reply struct {
	status int
	body   string
	hangUp bool
}

func refusal(code int, description string, more ...string) reply {
	return reply{status: code, body: fmt.Sprintf(`{"ok":false,"error_code":%d,"description":%q%s}`, code, description,
		strings.Join(more, ""))}
}

func newBotAPI(t testing.TB) *botAPI {
	t.Helper()
	a := &botAPI{markups: map[int]inlineMarkup{}, script: map[string][]reply{}, arrived: make(chan struct{}),
		polls: make(chan int64, 10_000), lastID: 1000}
	a.Server = httptest.NewServer(a)
	t.Cleanup(a.Close)
	return a
}

func (a *botAPI) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if strings.HasPrefix(req.URL.Path, "/file/bot"+testToken+"/") {
		_, _ = w.Write(a.fileBody)
		return
	}
	method, ok := strings.CutPrefix(req.URL.Path, "/bot"+testToken+"/")
	if !ok {
		http.Error(w, `{"ok":false,"error_code":401,"description":"Unauthorized"}`, http.StatusUnauthorized)
		return
	}
	c := apiCall{Method: method, Fields: map[string]string{}, Files: map[string][]byte{}}
	if err := c.read(req); err != nil {
		http.Error(w, err.Error(), 400)
		return
	}
	c.Chat = c.Fields["chat_id"]
	a.mu.Lock()
	a.calls = append(a.calls, c)
	if s := a.script[method]; len(s) > 0 {
		a.script[method] = s[1:]
		a.mu.Unlock()
		if s[0].hangUp {
			conn, _, _ := w.(http.Hijacker).Hijack()
			_ = conn.Close()
			return
		}
		w.WriteHeader(s[0].status)
		answer(w, "%s", s[0].body)
		return
	}
	a.mu.Unlock()
	switch method {
	case "getUpdates":
		a.poll(w, req, c)
	case "getMe":
		answer(w, `{"ok":true,"result":{"id":4839574812,"is_bot":true,"first_name":"Test","username":"trade_bot"}}`)
	case "getFile":
		answer(w, `{"ok":true,"result":{"file_id":"x","file_unique_id":"y","file_path":"documents/f.csv"}}`)
	default:
		answer(w, `{"ok":true,"result":%s}`, a.act(c))
	}
}

// answer writes to the client; a client that has gone away is its own trouble.
func answer(w io.Writer, format string, args ...any) { _, _ = fmt.Fprintf(w, format, args...) }

func (c *apiCall) read(req *http.Request) error {
	kind, params, _ := mime.ParseMediaType(req.Header.Get("Content-Type"))
	if kind == "application/json" {
		var m map[string]json.RawMessage
		if err := json.NewDecoder(req.Body).Decode(&m); err != nil {
			return err
		}
		for k, v := range m {
			c.Fields[k] = string(v)
		}
		return nil
	}
	if req.ContentLength == 0 {
		return nil
	}
	for r := multipart.NewReader(req.Body, params["boundary"]); ; {
		p, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		data, err := io.ReadAll(p)
		if err != nil {
			return err
		}
		if p.FileName() != "" {
			c.Files[p.FormName()] = data
			continue
		}
		c.Fields[p.FormName()] = string(data)
	}
}

func (a *botAPI) act(c apiCall) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	id, _ := strconv.Atoi(c.Fields["message_id"])
	if strings.HasPrefix(c.Method, "send") {
		a.lastID++
		id = a.lastID
	}
	if strings.HasPrefix(c.Method, "send") || strings.HasPrefix(c.Method, "edit") {
		var m inlineMarkup
		_ = json.Unmarshal([]byte(c.Fields["reply_markup"]), &m)
		a.markups[id] = m
		return fmt.Sprintf(`{"message_id":%d,"date":1,"chat":{"id":%s,"type":"private"}}`, id, c.Chat)
	}
	return "true"
}

func (a *botAPI) poll(w http.ResponseWriter, req *http.Request, c apiCall) {
	offset, _ := strconv.ParseInt(c.Fields["offset"], 10, 64)
	for {
		a.mu.Lock()
		var left []json.RawMessage
		for _, u := range a.updates {
			var head struct {
				ID int64 `json:"update_id"`
			}
			_ = json.Unmarshal(u, &head)
			if head.ID >= offset {
				left = append(left, u)
			}
		}
		a.updates = left
		wait := a.arrived
		a.mu.Unlock()
		if len(left) > 0 {
			select {
			case a.polls <- offset:
			default:
			}
			body, _ := json.Marshal(left)
			answer(w, `{"ok":true,"result":%s}`, body)
			return
		}
		select {
		case a.polls <- offset:
		default:
		}
		select {
		case <-wait:
		case <-req.Context().Done():
			return
		}
	}
}

func (a *botAPI) push(updates ...string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, u := range updates {
		a.updates = append(a.updates, json.RawMessage(u))
	}
	close(a.arrived)
	a.arrived = make(chan struct{})
}

// fail makes the next calls of a method fail.
func (a *botAPI) fail(method string, replies ...reply) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.script[method] = append(a.script[method], replies...)
}

func (a *botAPI) count(method string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	n := 0
	for _, c := range a.calls {
		if c.Method == method {
			n++
		}
	}
	return n
}

// take returns the calls so far and forgets them.
func (a *botAPI) take() []apiCall {
	a.mu.Lock()
	defer a.mu.Unlock()
	calls := a.calls
	a.calls = nil
	return calls
}

// transcript tells calls in short lines: "say", "clear #id", "answer" …
func transcript(calls []apiCall) []string {
	var lines []string
	for _, c := range calls {
		line := c.Method
		switch c.Method {
		case "sendMessage":
			line = "say " + strings.ReplaceAll(c.Fields["text"], "\n", "/") + markupLine(c.Fields["reply_markup"])
		case "sendPhoto":
			line = "photo " + c.Fields["caption"] + markupLine(c.Fields["reply_markup"])
		case "editMessageText":
			line = "edit " + c.Fields["text"] + markupLine(c.Fields["reply_markup"])
		case "editMessageReplyMarkup":
			line = "clear " + c.Fields["message_id"]
		case "answerCallbackQuery":
			line = strings.TrimSpace("answer " + c.Fields["text"])
		case "deleteMessage":
			line = "delete " + c.Fields["message_id"]
		}
		lines = append(lines, line)
	}
	return lines
}

func markupLine(s string) string {
	var m struct {
		Inline [][]struct{ Text string } `json:"inline_keyboard"`
		Keys   [][]struct{ Text string } `json:"keyboard"`
		Remove bool                      `json:"remove_keyboard"`
	}
	if s == "" {
		return ""
	}
	if json.Unmarshal([]byte(s), &m) != nil {
		return " !!" + s
	}
	var b strings.Builder
	for _, row := range m.Inline {
		b.WriteString(" |")
		for _, x := range row {
			b.WriteString(" [" + x.Text + "]")
		}
	}
	for _, row := range m.Keys {
		b.WriteString(" |")
		for _, x := range row {
			b.WriteString(" <" + x.Text + ">")
		}
	}
	if m.Remove {
		b.WriteString(" (keys away)")
	}
	return b.String()
}
