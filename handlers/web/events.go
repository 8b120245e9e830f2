package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"elkart.kg/trade/payments"
)

// Rhythm of a stream. A payment is confirmed within seconds of the page being
// open; who looks for longer is asked for less often, and after streamLooks
// the browser has to come again.
const (
	lookEvery     = time.Second
	eagerLooks    = 300
	patientEvery  = 5   // ticks, past eagerLooks
	settledEvery  = 10  // ticks, once it is paid: money goes back slowly
	settledTicks  = 300 // after which a payer who looks on has to come again
	heartbeat     = 15  // ticks without news until a comment, so that no proxy gives up
	streamLooks   = 900 // ticks
	patience      = 5   // failures in a row until the stream ends
	streamPending = 10 * time.Second
)

// Bounds of listeners: in all, to one link, and from one address.
const (
	maxListeners     = 1000
	maxLinkListeners = 16
	maxAddrListeners = 64
)

// customerEvents streams the version of a link's page as server-sent events
// (WHATWG HTML, §9.2): "stage" with the version as its data, at once and at
// each change, then "end" when there is nothing more to wait for.
func (s *Site) customerEvents(v *visit) error {
	ctx := v.r.Context()
	view, err := s.service.PayerView(ctx, v.r.PathValue("code"))
	if err != nil {
		return fmt.Errorf("payer's events: %w", err)
	}
	ticks, stop := s.ticks(lookEvery)
	defer stop()
	leave, ok := s.listeners.join(view.Link.Code, client(v.r))
	if !ok {
		v.w.Header().Set("Retry-After", "10")
		v.message(http.StatusServiceUnavailable, v.printer.Text("page.busy.title"), v.printer.Text("page.busy.text"))
		return nil
	}
	defer leave()
	h := v.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // nginx would wait for more
	v.w.WriteHeader(http.StatusOK)
	if v.r.Method == http.MethodHead {
		return nil
	}
	out := newStream(v.w)
	out.send("retry: 3000\n\n")
	s.follow(ctx, view, out, ticks)
	return nil
}

// follow looks at the link again and again, and reports each change.
func (s *Site) follow(ctx context.Context, view payments.PayerView, out *stream, ticks <-chan time.Time) {
	shown, quiet, failures, settled := "", 0, 0, 0
	for n := 0; out.err == nil; n++ {
		stage, now := stageOf(view), version(view)
		switch {
		case now != shown:
			out.send("event: stage\ndata: " + now + "\n\n")
			shown, quiet = now, 0
		case quiet >= heartbeat:
			out.send(":\n\n")
			quiet = 0
		}
		if stage.final() || settled == settledTicks {
			out.send("event: end\ndata:\n\n")
			return
		}
		if n == streamLooks {
			return
		}
		select {
		case <-ticks:
		case <-closing(ctx):
			return
		case <-ctx.Done():
			return
		}
		quiet++
		every := 1
		switch {
		case stage.settled():
			every = settledEvery
			settled++
		case n > eagerLooks:
			every = patientEvery
		}
		if n%every != 0 {
			continue
		}
		fresh, err := s.service.PayerView(ctx, view.Link.Code)
		if err == nil {
			view, failures = fresh, 0
			continue
		}
		if failures++; failures >= patience && !errors.Is(err, context.Canceled) {
			s.log.ErrorContext(ctx, "payer's events end", "link_id", view.Link.ID, "error", err)
			return
		}
	}
}

// stream writes events. After the first failure it writes nothing.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
	err     error
}

// newStream lifts the server's deadlines. The one for reading would end the
// request's context, although nothing more is read.
func newStream(w http.ResponseWriter) *stream {
	s := &stream{w: w, control: http.NewResponseController(w)}
	s.err = s.control.SetReadDeadline(time.Time{})
	return s
}

func (s *stream) send(text string) {
	if s.err == nil {
		s.err = s.control.SetWriteDeadline(time.Now().Add(streamPending))
	}
	if s.err == nil {
		_, s.err = s.w.Write([]byte(text))
	}
	if s.err == nil {
		s.err = s.control.Flush()
	}
}

// listeners counts who listens. It is safe for concurrent use.
type listeners struct {
	mu    sync.Mutex
	total int
	byKey map[string]int
}

func newListeners() *listeners { return &listeners{byKey: make(map[string]int)} }

// join counts one more listener of a link from an address ("": not counted by
// address), unless there are enough.
func (l *listeners) join(code, address string) (leave func(), ok bool) {
	link, from := "link "+code, "from "+address
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.total >= maxListeners || l.byKey[link] >= maxLinkListeners || address != "" && l.byKey[from] >= maxAddrListeners {
		return nil, false
	}
	l.add(link, from, 1)
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.add(link, from, -1)
	}, true
}

func (l *listeners) add(link, from string, n int) {
	l.total += n
	for _, key := range []string{link, from} {
		if l.byKey[key] += n; l.byKey[key] == 0 {
			delete(l.byKey, key)
		}
	}
}
