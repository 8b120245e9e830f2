package chat

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A crowd of strangers that keeps the workers busy does not keep those waiting who are known.
func TestStrangersComeLater(t *testing.T) {
	s := newStage(t)
	s.cfg.Workers = 2
	s.cfg.Prepare = func(_ context.Context, t *Turn) error { t.Known = t.Chat == me; return nil }
	crowd, leave := make(chan ChatID, 10), make(chan struct{})
	served := make(chan string, 10)
	s.cfg.Routes.Text = func(_ context.Context, t *Turn) error {
		if t.Chat != me {
			crowd <- t.Chat
			<-leave
		}
		served <- fmt.Sprint(t.Chat, " ", t.Text)
		return nil
	}
	s.start()
	// The first time nobody is known.
	s.deliver(s.text("500"))
	for stranger := range int64(5) {
		s.post(text(s.id(), 1000+stranger, "hello"))
	}
	<-crowd
	s.post(s.text("600"))
	s.post(s.text("700"))
	for _, want := range []string{"77 500", "77 600", "77 700"} {
		if got := <-served; got != want {
			t.Errorf("%q is served, want %q", got, want)
		}
	}
	if n := len(crowd); n != 0 {
		t.Errorf("%d more strangers have a worker", n)
	}
	close(leave)
	s.settle()
	close(served)
	var rest []string
	for each := range served {
		rest = append(rest, each)
	}
	want := []string{"1000 hello", "1001 hello", "1002 hello", "1003 hello", "1004 hello"}
	if diff := cmp.Diff(sorted(rest), want); diff != "" {
		t.Errorf("strangers served (-got +want):\n%s", diff)
	}
}
