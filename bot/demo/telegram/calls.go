package telegram

import (
	"maps"
	"net/http"
	"time"
)

// callsKept is how many calls the record keeps; getUpdates is not recorded, it would push out everything else.
const callsKept = 4096

// Call is one recorded call of the bot.
type Call struct {
	Time        time.Time
	Method      string
	Params      map[string]string // as form text
	Files       []string          // names of uploaded fields
	Status      int               // HTTP status answered
	Description string            // of a refusal
}

type callRing struct {
	calls []Call
	next  int // where the oldest stands once the ring is full
}

// Calls returns the latest calls of the bot, oldest first.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := &s.record
	return append(append([]Call(nil), r.calls[r.next:]...), r.calls[:r.next]...)
}

// note records a call. Calls cut off by a fault before their effect are not recorded: they never arrived.
func (s *Server) note(c *call, problem *apiError) {
	if c.method == "getUpdates" {
		return
	}
	rec := Call{Method: c.method, Params: maps.Clone(c.params), Files: sortedKeys(c.files), Status: http.StatusOK}
	if problem != nil {
		rec.Status, rec.Description = problem.Code, problem.Description
		s.log.Info("telegram refused a call", "method", c.method, "status", problem.Code, "description", problem.Description)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	rec.Time = s.cfg.Now()
	r := &s.record
	if len(r.calls) < callsKept {
		r.calls = append(r.calls, rec)
		return
	}
	r.calls[r.next] = rec
	r.next = (r.next + 1) % callsKept
}
