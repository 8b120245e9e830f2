package chat

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// 1,000 updates of ten chats, some of them slow, over 16 workers: each chat in its order, one at a time.
func TestOrderWithinChat(t *testing.T) {
	s := newStage(t)
	var mu sync.Mutex
	got := map[ChatID][]string{}
	var inside [10]atomic.Int32
	s.cfg.QueueLimit = 1000
	s.cfg.Workers = 16
	s.cfg.Routes.Text = func(_ context.Context, t *Turn) error {
		if n := inside[t.Chat].Add(1); n != 1 {
			return fmt.Errorf("%d turns of one chat at once", n)
		}
		defer inside[t.Chat].Add(-1)
		mu.Lock()
		defer mu.Unlock()
		got[t.Chat] = append(got[t.Chat], t.Text)
		return nil
	}
	s.start()
	want := map[ChatID][]string{}
	for i := range int64(1000) {
		chat := 1 + i*i%9
		words := fmt.Sprint("n", i)
		want[ChatID(chat)] = append(want[ChatID(chat)], words)
		if code := s.post(text(i+1, chat, words)); code != 200 {
			t.Fatal(code)
		}
	}
	s.settle()
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("order (-got +want):\n%s", diff)
	}
	if n := s.mem.pending(); n != 0 {
		t.Errorf("%d updates are not marked", n)
	}
	if log := s.log.String(); strings.Contains(log, "level=ERROR") {
		t.Error(log)
	}
}

// 200 chats wait for one another inside their handlers, which only works if all of them run at the same time.
func TestChatsInParallel(t *testing.T) {
	s := newStage(t)
	s.cfg.Workers = 200
	var together sync.WaitGroup
	together.Add(200)
	s.cfg.Routes.Text = func(ctx context.Context, t *Turn) error {
		together.Done()
		together.Wait()
		_, err := t.Reply(ctx, Screen{Text: "ok"})
		return err
	}
	s.start()
	for i := range int64(200) {
		s.post(text(i+1, i+1, "x"))
	}
	s.settle()
	if n := s.api.count("sendMessage"); n != 200 {
		t.Errorf("%d answers", n)
	}
}

// The workers are a bound, and one chat's slow turn does not hold up the others.
func TestWorkersAreBounded(t *testing.T) {
	s := newStage(t)
	s.cfg.Workers = 3
	var running, most atomic.Int32
	release := make(chan struct{})
	s.cfg.Routes.Text = func(_ context.Context, t *Turn) error {
		n := running.Add(1)
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		}
		if t.Chat == 1 {
			<-release
		}
		running.Add(-1)
		if t.Text == "last" {
			close(release)
		}
		return nil
	}
	s.start()
	for i := range int64(100) {
		s.post(text(i+1, i+1, "x"))
	}
	s.post(text(200, 5, "last"))
	s.settle()
	if most.Load() > 3 {
		t.Errorf("%d turns at once with 3 workers", most.Load())
	}
}

func TestPanic(t *testing.T) {
	s := newStage(t)
	s.cfg.Routes.Text = func(context.Context, *Turn) error { panic("broken promise") }
	s.cfg.Routes.Buttons = map[string]Handler{
		"boom": func(_ context.Context, t *Turn) error { _ = t.Contact.Phone; return nil },
		"fail": func(context.Context, *Turn) error { return errors.New("no disk") },
		"both": func(ctx context.Context, t *Turn) error {
			panic(errors.Join(t.Toast(ctx, "first"), t.Alert(ctx, "second"), errors.New("after")))
		},
	}
	s.start()
	got := s.deliver(s.text("x"))
	ref := regexp.MustCompile(`^say sorry ([A-Z2-7]{8})$`).FindStringSubmatch(got[0])
	if len(got) != 1 || ref == nil {
		t.Fatalf("sent %q", got)
	}
	log := s.log.String()
	for _, want := range []string{"ref=" + ref[1], "broken promise", "runtime_test.go", "update_id="} {
		if !strings.Contains(log, want) {
			t.Errorf("log lacks %q:\n%s", want, log)
		}
	}
	expect(t, s.deliver(s.press(5, "boom")), "say sorry #", "answer")
	expect(t, s.deliver(s.press(5, "fail")), "say sorry #", "answer")
	expect(t, s.deliver(s.press(5, "both")), "answer first", "say sorry #")
	if n := s.mem.pending(); n != 0 {
		t.Errorf("%d updates would run again", n)
	}
}

func TestPanicInConfig(t *testing.T) {
	s := newStage(t)
	s.cfg.Apology = func(context.Context, *Turn, string) string { panic("apology") }
	s.cfg.Prepare = func(context.Context, *Turn) error { panic("prepare") }
	s.start()
	expect(t, s.deliver(s.text("x")))
	if s.mem.pending() != 0 || !strings.Contains(s.log.String(), "prepare") {
		t.Error("panic in Prepare is not in the log, or the update is not done")
	}
}

func TestExplainedError(t *testing.T) {
	s := newStage(t)
	s.cfg.Routes.Text = func(context.Context, *Turn) error { return errTooSmall }
	s.start()
	expect(t, s.deliver(s.text("x")), "say too small")
}

func TestFlood(t *testing.T) {
	s := newStage(t)
	s.cfg.QueueLimit = 5
	began, release := make(chan struct{}), make(chan struct{})
	var handled []string
	s.cfg.Routes.Text = func(_ context.Context, t *Turn) error {
		if t.Text == "first" {
			close(began)
			<-release
		}
		handled = append(handled, t.Text)
		return nil
	}
	s.cfg.Blocked = func(context.Context, ChatID, bool) error { handled = append(handled, "blocked"); return nil }
	s.start()
	s.post(s.text("first"))
	<-began
	for i := range 50 {
		s.post(s.text(fmt.Sprint(i)))
	}
	s.post(s.press(5, "x"))
	s.post(memberUpdate(s.id(), me, "private", "kicked"))
	close(release)
	s.settle()
	expect(t, transcript(s.api.take()), "say slow down", "answer")
	if diff := cmp.Diff(handled, []string{"first", "0", "1", "2", "3", "4", "blocked"}); diff != "" {
		t.Error(diff)
	}
	if s.mem.pending() != 0 || strings.Count(s.log.String(), "floods") != 1 {
		t.Errorf("pending %d, log:\n%s", s.mem.pending(), s.log)
	}
	expect(t, s.deliver(s.text("later"))) // calm again
	if handled[len(handled)-1] != "later" {
		t.Error("the chat stays shut after the flood")
	}
}

func TestDo(t *testing.T) {
	s := newStage(t)
	s.cfg.Routes.Text = func(ctx context.Context, t *Turn) error {
		if err := t.rt.Do(ctx, t.Chat+1, func(context.Context) error { return nil }); !errors.Is(err, ErrNested) {
			return fmt.Errorf("another chat: %w", err)
		}
		return t.rt.Do(ctx, t.Chat, func(ctx context.Context) error { return t.rt.say(ctx, t, "same chat") })
	}
	s.start()
	expect(t, s.deliver(s.text("x")), "say same chat")
	if err := s.rt.Do(t.Context(), me, func(context.Context) error { panic("oh") }); err == nil {
		t.Error("a panic is no error")
	}
	began, release := make(chan struct{}), make(chan struct{})
	first := make(chan error, 1)
	go func() {
		first <- s.rt.Do(context.Background(), me, func(context.Context) error { close(began); <-release; return nil })
	}()
	<-began
	ctx, cancel := context.WithCancel(t.Context())
	waiting := make(chan error)
	go func() {
		waiting <- s.rt.Do(ctx, me, func(context.Context) error { return errors.New("ran though given up") })
	}()
	cancel()
	if err := <-waiting; !errors.Is(err, context.Canceled) {
		t.Errorf("Do that was given up: %v", err)
	}
	close(release)
	if err := <-first; err != nil {
		t.Errorf("the Do before it: %v", err)
	}
}
