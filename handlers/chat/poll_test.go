package chat

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// poll starts polling and returns what ends it.
func (s *stage) poll() (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.rt.Poll(ctx, Poller{Timeout: time.Second}) }()
	return func() error { cancel(); return <-ended }
}

// until waits for a poll with this offset.
func (s *stage) until(offset int64) {
	s.t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		select {
		case got := <-s.api.polls:
			if got == offset {
				return
			}
		case <-deadline:
			s.t.Fatalf("no poll with offset %d", offset)
		}
	}
}

func TestPoll(t *testing.T) {
	s := newStage(t)
	var got []string
	s.cfg.Routes.Text = func(_ context.Context, t *Turn) error { got = append(got, t.Text); return nil }
	s.start()
	stop := s.poll()
	s.api.push(text(10, me, "a"), text(11, me, "b"), `{"update_id":12,"something_new":{}}`, `{"update_id":13,"message":"odd"}`)
	s.until(14)
	s.api.push(text(11, me, "b"), text(14, me, "c"))
	s.until(15)
	s.settle()
	if err := stop(); err != nil {
		t.Errorf("Poll: %v", err)
	}
	if diff := cmp.Diff(got, []string{"a", "b", "c"}); diff != "" {
		t.Error(diff)
	}
	if s.api.calls[0].Method != "deleteWebhook" || s.api.count("deleteWebhook") != 1 {
		t.Error("the webhook is not deleted first, once")
	}
	if allowed := s.api.calls[1].Fields["allowed_updates"]; allowed != `["message","edited_message","callback_query","my_chat_member","inline_query","chosen_inline_result"]` {
		t.Errorf("allowed_updates %s", allowed)
	}
}

// While the store is away nothing is confirmed beyond what it has.
func TestPollConfirmsOnlyWhatIsKept(t *testing.T) {
	s := newStage(t)
	var got []string
	s.cfg.Routes.Text = func(_ context.Context, t *Turn) error { got = append(got, t.Text); return nil }
	s.start()
	down := errors.New("store is away")
	s.mem.keepErr = []error{nil, down, down, down}
	s.api.push(text(10, me, "a"), text(11, me, "b"), text(12, me, "c"))
	stop := s.poll()
	s.until(11)
	s.until(13)
	s.settle()
	if err := stop(); err != nil {
		t.Errorf("Poll: %v", err)
	}
	if diff := cmp.Diff(got, []string{"a", "b", "c"}); diff != "" {
		t.Error(diff)
	}
}

func TestPollTroubles(t *testing.T) {
	s := newStage(t)
	s.cfg.Routes.Text = func(ctx context.Context, t *Turn) error { return t.rt.say(ctx, t, "here") }
	s.start()
	s.api.fail("deleteWebhook", reply{status: 502})
	s.api.fail("getUpdates", reply{status: 502}, reply{hangUp: true},
		refusal(409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"),
		refusal(429, "Too Many Requests", `,"parameters":{"retry_after":9}`),
		refusal(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"),
		reply{200, `{"ok":true,"result":[17,{"no":"id"}]}`, false})
	stop := s.poll()
	s.api.push(s.text("x"))
	s.until(3)
	s.settle()
	if err := stop(); err != nil {
		t.Errorf("Poll: %v", err)
	}
	if n := s.api.count("deleteWebhook"); n != 3 {
		t.Errorf("deleteWebhook was called %d times, want a failure, the first, and again on conflict", n)
	}
	if s.api.count("sendMessage") != 1 {
		t.Error("the update is lost")
	}
	waits := fmt.Sprint(s.clock.waits)
	for _, want := range []string{"5s", "9s"} {
		if !strings.Contains(waits, want) {
			t.Errorf("waits %s lack %s", waits, want)
		}
	}
}

func TestPollWithUnknownToken(t *testing.T) {
	for _, c := range []struct{ method, name string }{{"deleteWebhook", "at the start"}, {"getUpdates", "later"}} {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t).start()
			s.api.fail(c.method, refusal(401, "Unauthorized"))
			err := s.rt.Poll(t.Context(), Poller{})
			if err == nil || strings.Contains(err.Error(), testToken) {
				t.Errorf("error %v", err)
			}
		})
	}
}
