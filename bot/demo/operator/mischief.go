package operator

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"time"
)

// Mischief is what the operator does wrong on purpose, from the next payment
// on. The zero value behaves.
type Mischief struct {
	RepeatCalls        int           // each call on our system this many times more
	Parallel           bool          // the repetitions at once, not one after the other
	Delay              time.Duration // before each call
	DelayUpdate        time.Duration // before the final status; Pay returns without it
	DropUpdate         bool          // the final status is never sent; get tells it
	DropAnswers        bool          // the first answer to every call is lost, in both directions
	WrongSignature     bool          // signs with a key that nobody knows
	Reorder            bool          // the final status before execute, and again after it
	CancelAfterSuccess bool          // 40 instead of 50 after a good execute
	CancelAfterConfirm bool          // 40 after 50
	Unavailable        bool          // our system's calls are answered with 503
	RefuseCredits      bool          // cards are not credited
	SlowCredits        bool          // a credit is accepted, and done when asked about
}

// Misbehave replaces the mischief.
func (s *Server) Misbehave(m Mischief) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mischief = m
}

// Mischief returns what Misbehave set last.
func (s *Server) Mischief() Mischief {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mischief
}

var errStopped = errors.New("simulated operator: stopped")

// wait lets a time pass on the simulation's clock.
func (s *Server) wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	select {
	case <-s.after(d):
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	case <-s.stop:
		return errStopped
	}
}

// deliver makes one call of a payment, with the mischief asked for, and notes
// every time it went out. It returns the answer that the operator goes by.
func (s *Server) deliver(ctx context.Context, m Mischief, t *transaction, name string, send func(...Tamper) (Reply, error)) (Reply, error) {
	if err := s.wait(ctx, m.Delay); err != nil {
		return Reply{}, err
	}
	var tamper []Tamper
	if m.WrongSignature {
		tamper = append(tamper, s.signWrong)
	}
	if m.DropAnswers {
		at := s.now()
		reply, _ := send(tamper...)
		s.note(t, Step{Call: name, At: at, Took: reply.Took, Result: "answer lost", Failed: true})
	}
	replies := make([]Reply, 1+m.RepeatCalls)
	failures := make([]error, len(replies))
	one := func(i int) {
		at := s.now()
		replies[i], failures[i] = send(tamper...)
		s.note(t, stepOf(name, at, replies[i], failures[i]))
	}
	if m.Parallel {
		var all sync.WaitGroup
		for i := range replies {
			all.Go(func() { one(i) })
		}
		all.Wait()
	} else {
		for i := range replies {
			one(i)
		}
	}
	for i := range replies[1:] {
		if failures[0] == nil && failures[i+1] == nil && !sameAnswer(replies[0], replies[i+1]) {
			s.note(t, Step{Call: name, At: s.now(), HTTPStatus: replies[i+1].HTTPStatus,
				Result: "a repetition was answered otherwise", Failed: true})
			break
		}
	}
	return replies[0], failures[0]
}

func sameAnswer(a, b Reply) bool {
	return a.HTTPStatus == b.HTTPStatus && bytes.Equal(a.Body, b.Body)
}

// loses reports whether an answer is to be dropped: the first of each call.
func (s *Server) loses(call string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.mischief.DropAnswers || s.lost[call] {
		return false
	}
	s.lost[call] = true
	return true
}
