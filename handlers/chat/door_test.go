package chat

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// slowInbox keeps the first update only when it is told to.
type slowInbox struct {
	*memory
	first  sync.Once
	let    chan struct{}
	begins chan struct{}
}

func (i *slowInbox) KeepUpdate(ctx context.Context, id int64, chat ChatID, body []byte) (bool, error) {
	i.first.Do(func() { close(i.begins); <-i.let })
	return i.memory.KeepUpdate(ctx, id, chat, body)
}

// Deliveries in parallel, the later ones first: a chat sees them as Telegram counted them, whether they wait to be kept
// or to be handled.
func TestOrderOfParallelDeliveries(t *testing.T) {
	s := newStage(t)
	inbox := &slowInbox{memory: s.mem, let: make(chan struct{}), begins: make(chan struct{})}
	s.cfg.Inbox = inbox
	var got []string
	handles, release := make(chan struct{}), make(chan struct{})
	s.cfg.Routes.Text = func(_ context.Context, t *Turn) error {
		if got = append(got, t.Text); len(got) == 1 {
			close(handles)
			<-release
		}
		return nil
	}
	s.start()
	var posts sync.WaitGroup
	post := func(id int64, words string) {
		posts.Go(func() {
			if code := s.post(text(id, int64(me), words)); code != 200 {
				t.Errorf("%s: status %d", words, code)
			}
		})
	}
	post(11, "a")
	<-inbox.begins
	post(14, "d")
	s.waitAtDoor(1)
	post(12, "b")
	s.waitAtDoor(2)
	post(13, "c")
	s.waitAtDoor(3)

	ctx, cancel := context.WithCancel(t.Context())
	gone := make(chan error)
	go func() { gone <- s.rt.accept(ctx, []byte(text(10, int64(me), "never"))) }()
	s.waitAtDoor(4)
	cancel()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("who gave up: %v", err)
	}

	close(inbox.let)
	posts.Wait()
	<-handles
	for _, late := range []struct {
		id    int64
		words string
	}{{17, "g"}, {15, "e"}, {16, "f"}} {
		s.post(text(late.id, int64(me), late.words))
	}
	close(release)
	s.settle()
	if diff := cmp.Diff(got, []string{"a", "b", "c", "d", "e", "f", "g"}); diff != "" {
		t.Errorf("order (-got +want):\n%s", diff)
	}
	if n := len(s.rt.doors.open); n != 0 {
		t.Errorf("%d doors are left", n)
	}
}

// waitAtDoor returns when n updates wait to be kept.
func (s *stage) waitAtDoor(n int) {
	for {
		s.rt.doors.mu.Lock()
		at := s.rt.doors.open[me]
		here := at != nil && len(at.waiting) == n
		s.rt.doors.mu.Unlock()
		if here {
			return
		}
		runtime.Gosched()
	}
}
