package telegram_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// ids are the update ids of a getUpdates with the given form parameters.
func (r *rig) ids(pairs ...string) []int64 {
	r.t.Helper()
	var list []struct {
		ID int64 `json:"update_id"`
	}
	r.must(r.form("getUpdates", pairs...), &list)
	out := []int64{}
	for _, u := range list {
		out = append(out, u.ID)
	}
	return out
}

func TestGetUpdatesConfirmsByOffset(t *testing.T) {
	r := newRig(t)
	for i := range 4 {
		if _, err := r.SendText(aigul, fmt.Sprint("m", i)); err != nil {
			t.Fatal(err)
		}
	}
	all := r.ids()
	if len(all) != 5 {
		t.Fatalf("got %v", all)
	}
	if diff := cmp.Diff(all, r.ids()); diff != "" {
		t.Error("unconfirmed updates must come again", diff)
	}
	if diff := cmp.Diff(all[:2], r.ids("limit", "2")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(all[2:], r.ids("offset", fmt.Sprint(all[2]))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(all[2:], r.ids("offset", "0")); diff != "" {
		t.Error("confirmed updates came back", diff)
	}
	if diff := cmp.Diff(all[4:], r.ids("offset", "-1")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(all[4:], r.ids()); diff != "" {
		t.Error("a negative offset must forget the rest", diff)
	}
	if diff := cmp.Diff([]int64{}, r.ids("offset", fmt.Sprint(all[4]+1), "timeout", "0")); diff != "" {
		t.Error(diff)
	}
}

func TestAllowedUpdates(t *testing.T) {
	r := newRig(t)
	r.ids("offset", "-1", "allowed_updates", `["edited_message"]`)
	seen := len(r.ids())
	id, err := r.SendText(aigul, "x")
	if err != nil {
		t.Fatal(err)
	}
	if got := len(r.ids()); got != seen {
		t.Errorf("an unwanted message came")
	}
	if err := r.EditText(aigul, id, "y"); err != nil {
		t.Fatal(err)
	}
	if got := len(r.ids()); got != seen+1 {
		t.Errorf("a wanted edit didn't come")
	}
}

func TestLongPollWakesAndConflicts(t *testing.T) {
	r := newRig(t)
	last := r.ids()
	next := fmt.Sprint(last[0] + 1)
	first := make(chan reply, 1)
	go func() { first <- r.form("getUpdates", "offset", next, "timeout", "30") }()
	// The first poll is seen to wait by the second one's refusing it.
	second := make(chan reply, 1)
	var refused reply
	for refused.Description == "" {
		go func() { second <- r.form("getUpdates", "offset", next, "timeout", "30") }()
		select {
		case refused = <-first:
			first = second
		case refused = <-second: // it was earlier than the first
		}
	}
	if refused.status != http.StatusConflict || refused.Description != "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running" {
		t.Errorf("the older poll: %+v", refused)
	}
	if _, err := r.SendText(aigul, "wake"); err != nil {
		t.Fatal(err)
	}
	if woken := <-first; !woken.OK || string(woken.Result) == "[]" {
		t.Errorf("the younger poll: %+v", woken)
	}
}

func TestDeliverRawAndRepeated(t *testing.T) {
	r := newRig(t)
	first := r.ids()[0]
	r.ids("offset", fmt.Sprint(first+1))
	if id := r.Deliver(obj{"message": obj{"text": 7}}); id != first+1 {
		t.Errorf("id %d, want %d", id, first+1)
	}
	if id := r.Deliver(fmt.Sprintf(`{"update_id":%d,"message":{"text":"again"}}`, first)); id != first {
		t.Errorf("a repeated id became %d", id)
	}
	if id := r.Deliver("not json"); id != 0 {
		t.Errorf("nonsense got id %d", id)
	}
	if diff := cmp.Diff([]int64{first + 1, first}, r.ids("offset", fmt.Sprint(first+1))); diff != "" {
		t.Error("a repeated update below the offset must be handed out once", diff)
	}
	if diff := cmp.Diff([]int64{}, r.ids("offset", fmt.Sprint(first+2))); diff != "" {
		t.Error(diff)
	}
}

// hook is a webhook that tells what it got.
type hook struct {
	mu     sync.Mutex
	refuse int // how many deliveries to answer 500
	got    []string
	secret []string
	change chan struct{}
}

func (h *hook) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	var u struct{ Message struct{ Text string } }
	_ = json.Unmarshal(body, &u)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.secret = append(h.secret, req.Header.Get("X-Telegram-Bot-Api-Secret-Token"))
	if h.refuse > 0 {
		h.refuse--
		w.WriteHeader(http.StatusInternalServerError)
	} else {
		h.got = append(h.got, u.Message.Text)
	}
	h.change <- struct{}{}
}

func TestWebhookDeliversInOrderWithRetries(t *testing.T) {
	r := newRig(t, loopback)
	h := &hook{refuse: 3, change: make(chan struct{}, 100)}
	web := httptest.NewServer(h)
	defer web.Close()
	r.must(r.form("setWebhook", "url", web.URL+"/telegram", "secret_token", "s3cret"), nil)
	if re := r.form("getUpdates"); re.status != http.StatusConflict {
		t.Errorf("getUpdates beside a webhook: %+v", re)
	}
	want := []string{"/start"}
	for i := range 10 {
		want = append(want, fmt.Sprint("m", i))
		if _, err := r.SendText(aigul, want[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	for range len(want) + 3 {
		select {
		case <-h.change:
		case <-soon(t).Done():
			t.Fatal("deliveries stopped")
		}
	}
	h.mu.Lock()
	if diff := cmp.Diff(want, h.got); diff != "" {
		t.Error(diff)
	}
	for _, secret := range h.secret {
		if secret != "s3cret" {
			t.Errorf("secret %q", secret)
		}
	}
	h.mu.Unlock()
	var info struct {
		URL              string `json:"url"`
		LastErrorMessage string `json:"last_error_message"`
	}
	r.must(r.form("getWebhookInfo"), &info)
	if info.URL != web.URL+"/telegram" || info.LastErrorMessage != "wrong response from the webhook: 500 Internal Server Error" {
		t.Errorf("info: %+v", info)
	}
	r.must(r.form("deleteWebhook"), nil)
	if _, err := r.SendText(aigul, "polled"); err != nil {
		t.Fatal(err)
	}
	if got := r.ids("timeout", "5"); len(got) == 0 {
		t.Error("no update after deleteWebhook")
	}
}

func TestWebhookEndsPolling(t *testing.T) {
	r := newRig(t, loopback)
	next := fmt.Sprint(r.ids()[0] + 1)
	polled := make(chan reply, 1)
	r.ids("offset", next)
	go func() { polled <- r.form("getUpdates", "offset", next, "timeout", "30") }()
	for {
		r.must(r.form("setWebhook", "url", "http://127.0.0.1:1/x"), nil)
		select {
		case re := <-polled:
			if re.status == http.StatusConflict {
				return
			}
			t.Fatalf("poll: %+v", re)
		default:
		}
	}
}

func TestCloseFreesEverybody(t *testing.T) {
	r := newRig(t)
	pressed := make(chan error, 1)
	id := r.text("text", "x", "reply_markup", `{"inline_keyboard":[[{"text":"a","callback_data":"b"}]]}`)
	go func() {
		_, err := r.Press(soon(t), aigul, id, 0, 0)
		pressed <- err
	}()
	r.Close()
	if err := <-pressed; err == nil {
		t.Error("an unanswered press succeeded")
	}
	r.Close()
}

func TestWebhookReplacedWhileItRefuses(t *testing.T) {
	r := newRig(t, loopback)
	deaf := &hook{refuse: 1 << 30, change: make(chan struct{}, 1<<16)}
	well := &hook{change: make(chan struct{}, 100)}
	first, second := httptest.NewServer(deaf), httptest.NewServer(well)
	defer first.Close()
	defer second.Close()
	want := []string{"/start"}
	for i := range 20 {
		r.must(r.form("setWebhook", "url", first.URL), nil)
		want = append(want, fmt.Sprint("m", i))
		if _, err := r.SendText(aigul, want[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	<-deaf.change
	r.must(r.form("setWebhook", "url", second.URL), nil)
	for range want {
		select {
		case <-well.change:
		case <-soon(t).Done():
			t.Fatal("what the first webhook refused doesn't come to the second")
		}
	}
	well.mu.Lock()
	defer well.mu.Unlock()
	if diff := cmp.Diff(want, well.got); diff != "" {
		t.Error(diff)
	}
}
