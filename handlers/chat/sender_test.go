package chat

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/google/go-cmp/cmp"
)

// post is a sender with a scripted API and a clock that waiting moves.
func newTestSender(t *testing.T, change func(*SenderConfig)) (*Sender, *botAPI, *clock, *lockedBuffer) {
	t.Helper()
	api, clock, log := newBotAPI(t), newClock(), &lockedBuffer{}
	cfg := SenderConfig{Token: testToken, APIURL: api.URL, Now: clock.now, Wait: clock.wait, Rate: -1, ChatRate: -1,
		Log: slog.New(slog.NewTextHandler(log, nil))}
	if change != nil {
		change(&cfg)
	}
	s, err := NewSender(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s, api, clock, log
}

func TestSendRepeats(t *testing.T) {
	for _, c := range []struct {
		name    string
		replies []reply
		calls   int
		waits   []time.Duration
		ok      bool
	}{
		{"retry_after is obeyed", []reply{refusal(429, "Too Many Requests: retry after 7", `,"parameters":{"retry_after":7}`)},
			2, []time.Duration{7 * time.Second}, true},
		{"server errors are waited out", []reply{{status: 502, body: "<html>bad gateway"}, refusal(500, "Internal Server Error")},
			3, []time.Duration{500 * time.Millisecond, time.Second}, true},
		{"the connection is cut", []reply{{hangUp: true}}, 2, []time.Duration{500 * time.Millisecond}, true},
		{"a proxy talks", []reply{{status: 200, body: "<html>please log in"}}, 2, []time.Duration{500 * time.Millisecond}, true},
		{"not for ever", []reply{{status: 503}, {status: 503}, {status: 503}, {status: 503}, {status: 503}}, 4,
			[]time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second}, false},
		{"retry_after beyond patience", []reply{refusal(429, "Too Many Requests", `,"parameters":{"retry_after":600}`)}, 1, nil, false},
		{"a refusal is final", []reply{refusal(400, "Bad Request: chat not found")}, 1, nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, api, clock, _ := newTestSender(t, nil)
			api.fail("sendPhoto", c.replies...)
			id, err := s.Send(t.Context(), me, Screen{Text: "qr", Photo: []byte("PNG bytes")})
			if (err == nil) != c.ok || c.ok && id == 0 {
				t.Errorf("id %d, error %v", id, err)
			}
			calls := api.take()
			if len(calls) != c.calls {
				t.Errorf("%d calls, want %d", len(calls), c.calls)
			}
			for i, call := range calls {
				if string(call.Files["photo"]) != "PNG bytes" || call.Fields["caption"] != "qr" {
					t.Errorf("call %d carries %q", i, call)
				}
			}
			if diff := cmp.Diff(clock.waits, c.waits); diff != "" {
				t.Errorf("waits: %s", diff)
			}
		})
	}
}

// What Telegram refused for too long is remembered for the chat: the next message does not ask again.
func TestSilenceIsKept(t *testing.T) {
	s, api, clock, _ := newTestSender(t, nil)
	api.fail("sendMessage", refusal(429, "Too Many Requests", `,"parameters":{"retry_after":600}`))
	var tooMany *tg.TooManyRequestsError
	for range 2 {
		if _, err := s.Send(t.Context(), me, Screen{Text: "x"}); !errors.As(err, &tooMany) {
			t.Errorf("error %v", err)
		}
	}
	if n := api.count("sendMessage"); n != 1 {
		t.Errorf("asked %d times", n)
	}
	clock.advance(10 * time.Minute)
	if _, err := s.Send(t.Context(), me, Screen{Text: "x"}); err != nil {
		t.Errorf("after the silence: %v", err)
	}
}

func TestTimeoutIsRepeated(t *testing.T) {
	n := 0
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		answer(w, `{"ok":true,"result":{"message_id":1,"date":1,"chat":{"id":1,"type":"private"}}}`)
	}))
	defer api.Close()
	client := &http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
		if n++; n == 1 {
			return nil, context.DeadlineExceeded
		}
		return http.DefaultTransport.RoundTrip(req)
	})}
	defer http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	clock := newClock()
	s, err := NewSender(SenderConfig{Token: testToken, APIURL: api.URL, HTTP: client, Now: clock.now, Wait: clock.wait,
		Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Send(t.Context(), me, Screen{Text: "x"}); err != nil || n != 2 {
		t.Errorf("%d attempts, %v", n, err)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func TestBlockedChat(t *testing.T) {
	var blocked []ChatID
	s, api, _, _ := newTestSender(t, func(c *SenderConfig) {
		c.OnBlocked = func(_ context.Context, chat ChatID) { blocked = append(blocked, chat) }
	})
	api.fail("sendMessage", refusal(403, "Forbidden: bot was blocked by the user"))
	if _, err := s.Send(t.Context(), me, Screen{Text: "x"}); !errors.Is(err, ErrBlocked) {
		t.Errorf("error %v", err)
	}
	if diff := cmp.Diff(blocked, []ChatID{me}); diff != "" {
		t.Error(diff)
	}
}

// A group that became a supergroup is no blocked chat: the message goes there.
func TestMovedChat(t *testing.T) {
	s, api, _, _ := newTestSender(t, func(c *SenderConfig) {
		c.OnBlocked = func(context.Context, ChatID) { t.Error("taken for blocked") }
	})
	api.fail("sendMessage", refusal(400, "Bad Request: group chat was upgraded to a supergroup chat", `,"parameters":{"migrate_to_chat_id":-1001234567890}`))
	var moved *Moved
	if _, err := s.Send(t.Context(), -5, Screen{Text: "x"}); !errors.As(err, &moved) || moved.To != -1001234567890 {
		t.Errorf("error %v", err)
	}
}

func TestUnreadableMarkup(t *testing.T) {
	s, api, _, _ := newTestSender(t, nil)
	cannot := refusal(400, "Bad Request: can't parse entities: Unsupported start tag")
	for _, method := range []string{"sendMessage", "sendPhoto", "editMessageText", "editMessageCaption"} {
		api.fail(method, cannot)
	}
	const text = `<b>500 сом</b> &amp; 5 < 6 <a href="https://x.kg">link</a> <Ромашка>`
	_, err1 := s.Send(t.Context(), me, Screen{Text: text})
	_, err2 := s.Send(t.Context(), me, Screen{Text: text, Photo: []byte("p")})
	err3 := s.Edit(t.Context(), me, 5, Screen{Text: text})
	err4 := s.Edit(t.Context(), me, 5, Screen{Text: text, Caption: true})
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		t.Fatal(err)
	}
	calls := api.take()
	if len(calls) != 8 {
		t.Fatalf("%d calls", len(calls))
	}
	for i := 1; i < 8; i += 2 {
		got := calls[i].Fields["text"] + calls[i].Fields["caption"]
		if got != `500 сом & 5 < 6 link <Ромашка>` || calls[i].Fields["parse_mode"] != "" {
			t.Errorf("%s: %q as %q", calls[i].Method, got, calls[i].Fields["parse_mode"])
		}
		if calls[i-1].Fields["parse_mode"] != "HTML" {
			t.Errorf("first try of %s was not HTML", calls[i].Method)
		}
	}
}

func TestPace(t *testing.T) {
	s, _, clock, _ := newTestSender(t, func(c *SenderConfig) { c.Rate, c.ChatRate, c.ChatBurst = 0, 0, 3 })
	begin := clock.now()
	for range 10 {
		if _, err := s.Send(t.Context(), me, Screen{Text: "x"}); err != nil {
			t.Fatal(err)
		}
	}
	if took := clock.now().Sub(begin); took != 7*time.Second {
		t.Errorf("10 messages to a chat with a burst of 3 took %v", took)
	}
	begin = clock.now()
	for i := range 90 {
		if _, err := s.Send(t.Context(), ChatID(1000+i), Screen{Text: "x"}); err != nil {
			t.Fatal(err)
		}
	}
	if took := clock.now().Sub(begin); took < 1900*time.Millisecond || took > 2100*time.Millisecond {
		t.Errorf("90 messages to 90 chats took %v, want 2 s after the burst", took)
	}
	begin = clock.now()
	for range 6 {
		if _, err := s.Send(t.Context(), -5, Screen{Text: "x"}); err != nil {
			t.Fatal(err)
		}
	}
	if took := clock.now().Sub(begin); took != 9*time.Second {
		t.Errorf("6 messages to a group took %v", took)
	}
	for i := range 3 * pacedChats {
		s.limits.gate(ChatID(i + 1))
	}
	if n := len(s.limits.gates.new) + len(s.limits.gates.old); n > 2*pacedChats {
		t.Errorf("%d chats are remembered", n)
	}
}

func TestTokenNeverLeaks(t *testing.T) {
	half := strings.SplitN(testToken, ":", 2)[1]
	var texts []string
	check := func(err error) {
		t.Helper()
		if err == nil {
			t.Error("no error to look at")
			return
		}
		for e := err; e != nil; e = errors.Unwrap(e) {
			texts = append(texts, fmt.Sprintf("%v %+v %#v", e, e, e))
		}
	}
	echo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		w.WriteHeader(400)
		answer(w, `{"ok":false,"error_code":400,"description":"Bad Request: what is %s"}`, req.URL.Path)
	}))
	defer echo.Close()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("a redirect was followed")
	}))
	defer elsewhere.Close()
	moved := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	defer moved.Close()
	for _, address := range []string{"http://127.0.0.1:1", "http://no-such-host.invalid", echo.URL, moved.URL} {
		s, _, _, log := newTestSender(t, func(c *SenderConfig) { c.APIURL = address })
		_, err := s.Send(t.Context(), me, Screen{Text: "x"})
		check(err)
		_, err = s.Me(t.Context())
		check(err)
		_, err = s.Bot().GetMe(t.Context())
		check(err)
		_, err = s.File(t.Context(), "f", 10)
		check(err)
		check(s.raw(t.Context(), "getUpdates", nil, nil))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		check(s.raw(ctx, "getUpdates", nil, nil))
		texts = append(texts, log.String(), fmt.Sprintf("%+v", s.wire.secret), fmt.Sprintf("%#v", s.wire.secret))
	}
	_, err := NewSender(SenderConfig{Token: testToken + " "})
	check(err)
	_, err = NewSender(SenderConfig{Token: testToken, APIURL: "ftp://x"})
	check(err)
	for _, text := range texts {
		if strings.Contains(text, half) {
			t.Errorf("token in %q", text)
		}
	}
}

func TestFile(t *testing.T) {
	s, api, _, _ := newTestSender(t, nil)
	api.fileBody = []byte("0123456789")
	got, err := s.File(t.Context(), "x", 10)
	if err != nil || string(got) != "0123456789" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := s.File(t.Context(), "x", 9); !errors.Is(err, ErrFileTooBig) {
		t.Errorf("one byte too many: %v", err)
	}
	for _, path := range []string{"../../etc/passwd", "", "a?b"} {
		api.fail("getFile", reply{200, fmt.Sprintf(`{"ok":true,"result":{"file_id":"x","file_path":%q}}`, path), false})
		if _, err := s.File(t.Context(), "x", 10); err == nil {
			t.Errorf("path %q accepted", path)
		}
	}
	me, err := s.Me(t.Context())
	if err != nil || me.Username != "trade_bot" {
		t.Errorf("%+v, %v", me, err)
	}
}

func TestFileThatIsNotToBeHad(t *testing.T) {
	for said, want := range map[string]error{
		"Bad Request: file is too big":                                         ErrFileTooBig,
		"Bad Request: wrong file_id or the file is temporarily unavailable":    ErrFileGone,
		"Bad Request: invalid file_id":                                         ErrFileGone,
		"Bad Request: wrong remote file identifier specified: wrong character": ErrFileGone,
	} {
		s, api, _, _ := newTestSender(t, nil)
		api.fail("getFile", refusal(400, said))
		if _, err := s.File(t.Context(), "x", 10); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", said, err, want)
		}
	}
}

func TestDownload(t *testing.T) {
	s := newStage(t)
	var got []string
	s.cfg.Routes.Other = func(ctx context.Context, t *Turn) error {
		data, err := t.Download(ctx, 10)
		got = append(got, fmt.Sprintf("%+v %s %v", *t.File, data, errors.Is(err, ErrFileTooBig)))
		return nil
	}
	s.start()
	s.api.fileBody = []byte("a,b")
	calls := s.deliver(s.msg(`"document":{"file_id":"x","file_name":"<b>.csv","mime_type":"text/csv","file_size":3}`),
		s.msg(`"document":{"file_id":"x","file_name":"big.csv","file_size":11}`))
	want := []string{"{Name:<b>.csv MIME:text/csv Size:3} a,b false", "{Name:big.csv MIME: Size:11}  true"}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Error(diff)
	}
	expect(t, calls, "getFile") // one that is known to be too big is not asked for
}

// What goes out in bulk takes all of the pace that is left, and leaves half a
// burst for those who are talking to us.
func TestSpareLeavesRoom(t *testing.T) {
	s, _, clock, _ := newTestSender(t, func(c *SenderConfig) { c.Rate, c.ChatRate = 30, -1 })
	begin := clock.now()
	const reports = 600
	for i := range reports {
		if err := s.Spare(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Send(t.Context(), ChatID(1000+i), Screen{Text: "report"}); err != nil {
			t.Fatal(err)
		}
		if i%50 != 49 {
			continue
		}
		before := clock.now()
		for j := range 10 {
			if _, err := s.Send(t.Context(), ChatID(1+j), Screen{Text: "answer"}); err != nil {
				t.Fatal(err)
			}
		}
		if waited := clock.now().Sub(before); waited > 0 {
			t.Errorf("ten answers after %d reports waited %s", i+1, waited)
		}
	}
	sent := reports + reports/50*10
	if took := clock.now().Sub(begin); took > time.Duration(sent)*time.Second/30+time.Second {
		t.Errorf("%d messages took %s at 30 a second", sent, took)
	}
}

// However many of a bulk wait at once, they pass at the pace of messages: what
// is left free is left free.
func TestSparePassesOneByOne(t *testing.T) {
	s, _, clock, _ := newTestSender(t, func(c *SenderConfig) { c.Rate, c.ChatRate = 30, -1 })
	begin := clock.now()
	const waiting = 31
	for range waiting { // none of them has sent yet
		if err := s.Spare(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if took := clock.now().Sub(begin); took < (waiting-1)*time.Second/30-time.Millisecond {
		t.Errorf("%d passed within %s", waiting, took)
	}
}
