package chat

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Stop while a handler runs: it is waited for, and what it sends after the stop arrives.
func TestStopDrains(t *testing.T) {
	s := newStage(t)
	began, release := make(chan struct{}), make(chan struct{})
	var sendErr error
	s.cfg.Routes.Text = func(ctx context.Context, t *Turn) error {
		close(began)
		<-release
		_, sendErr = t.Reply(ctx, Screen{Text: "still here"})
		return sendErr
	}
	s.cfg.Workers = 1
	s.start()
	s.post(s.text("first"))
	<-began
	s.post(s.text("waits"))
	stopped := make(chan error, 1)
	go func() { stopped <- s.stop() }()
	<-s.stoppedTaking()
	select {
	case err := <-stopped:
		t.Fatalf("Run returned while a handler was running: %v", err)
	default:
	}
	close(release)
	if err := <-stopped; err != nil || sendErr != nil {
		t.Fatalf("Run: %v, send: %v", err, sendErr)
	}
	expect(t, transcript(s.api.take()), "say still here")
	if n := s.mem.pending(); n != 1 {
		t.Errorf("%d pending, want the one that waited", n)
	}
	if code := s.post(s.text("late")); code != 503 {
		t.Errorf("webhook answered %d after the stop", code)
	}
	if err := s.rt.Do(t.Context(), 1, func(context.Context) error { return nil }); !errors.Is(err, ErrStopped) {
		t.Errorf("Do after the stop: %v", err)
	}
}

// stoppedTaking is closed when the queue refuses new jobs.
func (s *stage) stoppedTaking() chan struct{} {
	c := make(chan struct{})
	go func() {
		for !errors.Is(s.rt.Do(context.Background(), 999, func(context.Context) error { return nil }), ErrStopped) {
		}
		close(c)
	}()
	return c
}

// A handler that outlasts the drain is cut off, and its update stays pending.
func TestDrainIsBounded(t *testing.T) {
	s := newStage(t)
	s.cfg.Drain = time.Nanosecond
	began := make(chan struct{})
	s.cfg.Routes.Text = func(ctx context.Context, t *Turn) error { close(began); <-ctx.Done(); return ctx.Err() }
	s.start()
	s.post(s.text("x"))
	<-began
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	if s.mem.pending() != 1 {
		t.Error("the update that was cut off is marked done")
	}
}

// A process killed between keeping and marking: the next one runs what was pending, in order, before anything new.
func TestKillBetweenKeepAndDone(t *testing.T) {
	s := newStage(t)
	var dead atomic.Bool
	began, release := make(chan struct{}), make(chan struct{})
	s.cfg.Inbox = deadView{s.mem, dead.Load}
	s.cfg.Routes.Text = func(context.Context, *Turn) error { close(began); <-release; return nil }
	s.start()
	for _, words := range []string{"one", "two", "three"} {
		s.post(s.text(words))
	}
	<-began
	dead.Store(true)
	close(release)
	s.halt()

	var got []string
	s.cfg.Inbox = s.mem
	s.cfg.Routes.Text = func(_ context.Context, t *Turn) error { got = append(got, t.Text); return nil }
	s.start()
	s.deliver(s.text("new"))
	if diff := cmp.Diff(got, []string{"one", "two", "three", "new"}); diff != "" {
		t.Error(diff)
	}
	if s.mem.pending() != 0 {
		t.Error("still pending")
	}
}

func TestUpdateIsGivenUp(t *testing.T) {
	s := newStage(t)
	runs := 0
	s.cfg.Routes.Text = func(context.Context, *Turn) error { runs++; return nil }
	s.cfg.Inbox = deadView{s.mem, func() bool { return s.mem.kept[5].Tries <= maxTries }}
	s.mem.left(5, text(5, me, "x"))
	s.mem.left(6, `not even JSON`)
	for range 5 {
		s.start()
		s.settle()
		s.halt()
	}
	if runs != maxTries {
		t.Errorf("ran %d times, want %d", runs, maxTries)
	}
	if s.mem.pending() != 0 || strings.Count(s.log.String(), "given up") != 1+1 {
		t.Errorf("pending %d, log:\n%s", s.mem.pending(), s.log)
	}
}

func TestRepeatedUpdate(t *testing.T) {
	s := newStage(t)
	s.cfg.Routes.Text = func(ctx context.Context, t *Turn) error { return t.rt.say(ctx, t, "once") }
	s.start()
	u := s.text("x")
	expect(t, s.deliver(u, u), "say once")
	expect(t, s.deliver(u))
}

// The store fails at the commit, but the update is there: its repetition must not be taken for a repetition.
func TestKeepFailsInDoubt(t *testing.T) {
	s := newStage(t)
	s.cfg.Routes.Text = func(ctx context.Context, t *Turn) error { return t.rt.say(ctx, t, "once") }
	s.start()
	s.mem.keepErr = []error{errors.New("connection lost")}
	u := s.text("x")
	if code := s.post(u); code != 503 {
		t.Errorf("answered %d though nothing was kept for sure", code)
	}
	expect(t, s.deliver(u), "say once")
	expect(t, s.deliver(u))
}
