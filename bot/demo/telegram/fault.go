package telegram

import (
	"net/http"
	"strings"
	"time"
)

// Fault makes coming calls of the bot go wrong.
type Fault struct {
	Method string // "" is any method but getUpdates
	Chat   int64  // 0 is any chat
	Times  int    // how many calls; 0 counts as 1, negative is for ever
	Kind   FaultKind
}

// FaultKind is what goes wrong; make one with Status, Timeout, DisconnectBefore, DisconnectAfter or Slow.
type FaultKind struct {
	status           *apiError
	hang, cut, after bool
	delay            time.Duration
}

// Status refuses with an HTTP status and description; retryAfter in seconds, 0 for none.
func Status(code int, description string, retryAfter int) FaultKind {
	return FaultKind{status: &apiError{Code: code, Description: description, RetryAfter: retryAfter}}
}

// Timeout never answers: the call ends when the client gives up or the server closes, without effect.
func Timeout() FaultKind { return FaultKind{hang: true} }

// DisconnectBefore cuts the connection without doing anything.
func DisconnectBefore() FaultKind { return FaultKind{cut: true} }

// DisconnectAfter does what was asked and cuts the connection instead of answering.
func DisconnectAfter() FaultKind { return FaultKind{cut: true, after: true} }

// Slow does what was asked after a pause.
func Slow(d time.Duration) FaultKind { return FaultKind{delay: d} }

// Fault schedules a fault. Faults apply in the order they were scheduled.
func (s *Server) Fault(f Fault) {
	if f.Times == 0 {
		f.Times = 1
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
}

// ClearFaults takes back what is still scheduled.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// takeFault finds the first fault that meets the call and uses it up once.
func (s *Server) takeFault(c *call) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.faults {
		if f.Method == "" && c.method == "getUpdates" || f.Method != "" && !strings.EqualFold(f.Method, c.method) ||
			f.Chat != 0 && f.Chat != c.integer("chat_id") {
			continue
		}
		if f.Times > 0 {
			f.Times--
		}
		if f.Times == 0 {
			s.faults = append(s.faults[:i:i], s.faults[i+1:]...)
		}
		taken := *f
		return &taken
	}
	return nil
}

// before plays the part of the fault that precedes the effect; false means that there is to be no effect.
func (f *Fault) before(s *Server, r *http.Request) bool {
	k := f.Kind
	switch {
	case k.hang:
		select {
		case <-r.Context().Done():
		case <-s.done:
		}
		panic(http.ErrAbortHandler)
	case k.cut && !k.after:
		panic(http.ErrAbortHandler)
	case k.delay > 0:
		timer := time.NewTimer(k.delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
		case <-s.done:
		}
	}
	return k.status == nil
}

func (f *Fault) refusal() *apiError { return f.Kind.status }

// after cuts the connection where the answer is to be lost.
func (f *Fault) after() {
	if f.Kind.cut {
		panic(http.ErrAbortHandler)
	}
}
