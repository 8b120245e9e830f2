package telegram_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
	"go.uber.org/goleak"

	"elkart.kg/trade/bot/demo/telegram"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	token = "4242:TEST-token"
	aigul = int64(1001)
	bek   = int64(1002)
)

// clock is a time that tests move by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// rig is an emulator behind HTTP with two people, Aigul having started the bot.
type rig struct {
	*telegram.Server
	t      *testing.T
	url    string
	client *http.Client
	clock  *clock
}

func newRig(t *testing.T, change ...func(*telegram.Config)) *rig {
	t.Helper()
	c := newClock()
	cfg := telegram.Config{Token: token, Username: "shop_bot", Now: c.Now, WebhookBackoff: time.Millisecond}
	for _, f := range change {
		f(&cfg)
	}
	s := telegram.New(cfg)
	web := httptest.NewServer(s)
	r := &rig{Server: s, t: t, url: web.URL, client: web.Client(), clock: c}
	t.Cleanup(web.Close)
	t.Cleanup(s.Close)
	s.AddUser(telegram.User{ID: aigul, FirstName: "Айгүл", LastName: "Осмонова", LanguageCode: "ky", Phone: "+996555123456"})
	s.AddUser(telegram.User{ID: bek, FirstName: "Bek", LanguageCode: "ru"})
	if _, err := s.SendText(aigul, "/start"); err != nil {
		t.Fatal(err)
	}
	return r
}

// loopback allows buttons and webhooks on this machine.
func loopback(c *telegram.Config) { c.AllowLoopbackButtons = true }

// reply is the envelope of an answer.
type reply struct {
	OK          bool            `json:"ok"`
	Result      json.RawMessage `json:"result"`
	ErrorCode   int             `json:"error_code"`
	Description string          `json:"description"`
	Parameters  struct {
		RetryAfter int `json:"retry_after"`
	} `json:"parameters"`
	status int
}

// call makes a JSON request; params is anything that marshals to an object.
func (r *rig) call(method string, params any) reply {
	r.t.Helper()
	body, err := json.Marshal(params)
	if err != nil {
		r.t.Fatal(err)
	}
	return r.send(method, "application/json", bytes.NewReader(body))
}

// form makes an urlencoded request of key, value pairs.
func (r *rig) form(method string, pairs ...string) reply {
	r.t.Helper()
	values := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	return r.send(method, "application/x-www-form-urlencoded", strings.NewReader(values.Encode()))
}

func (r *rig) send(method, contentType string, body io.Reader) reply {
	r.t.Helper()
	response, err := r.client.Post(r.url+"/bot"+token+"/"+method, contentType, body)
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	var out reply
	if err := json.NewDecoder(response.Body).Decode(&out); err != nil {
		r.t.Fatal(err)
	}
	out.status = response.StatusCode
	return out
}

// must fails the test on a refusal and decodes the result into dest unless that is nil.
func (r *rig) must(re reply, dest any) {
	r.t.Helper()
	if !re.OK {
		r.t.Fatalf("refused: %d %s", re.ErrorCode, re.Description)
	}
	if dest != nil {
		if err := json.Unmarshal(re.Result, dest); err != nil {
			r.t.Fatal(err)
		}
	}
}

// text sends a message of the bot and returns its id.
func (r *rig) text(pairs ...string) int {
	r.t.Helper()
	var m models.Message
	r.must(r.form("sendMessage", append([]string{"chat_id", fmt.Sprint(aigul)}, pairs...)...), &m)
	return m.ID
}

// startBot runs a go-telegram/bot client by long polling until the test ends.
func (r *rig) startBot(handle tg.HandlerFunc) *tg.Bot {
	r.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	transport := &http.Transport{}
	b, err := tg.New(token, tg.WithServerURL(r.url), tg.WithDefaultHandler(handle), tg.WithNotAsyncHandlers(),
		tg.WithHTTPClient(5*time.Second, &http.Client{Transport: transport}),
		tg.WithErrorsHandler(func(error) {}))
	if err != nil {
		r.t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { b.Start(ctx); close(ended) }()
	r.t.Cleanup(func() { cancel(); <-ended; transport.CloseIdleConnections() })
	return b
}

// soon is a context that ends a hanging test.
func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// waitFor waits until the newest message of the chat satisfies ok.
func (r *rig) waitFor(user int64, ok func(telegram.Message) bool) telegram.Message {
	r.t.Helper()
	ctx := soon(r.t)
	v := r.Chat(user)
	for {
		for i := len(v.Messages) - 1; i >= 0; i-- {
			if ok(v.Messages[i]) {
				return v.Messages[i]
			}
		}
		var err error
		if v, err = r.Wait(ctx, user, v.Version); err != nil {
			r.t.Fatalf("waiting: %v; chat %+v", err, v.Messages)
		}
	}
}

func says(text string) func(telegram.Message) bool {
	return func(m telegram.Message) bool { return m.FromBot && m.Text == text }
}

// picture is a PNG of the given size.
func testPicture(t *testing.T, width, height int) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, width, height))
	for i := range img.Pix {
		img.Pix[i] = color.Gray{Y: uint8(i * 7)}.Y
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
