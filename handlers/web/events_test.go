package web_test

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"elkart.kg/trade/handlers/web"
	"elkart.kg/trade/payments"
)

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

// watched is a site whose clock ticks by hand, and a stream of its events.
type watched struct {
	*site
	ticks chan time.Time
}

func newWatched(t *testing.T) *watched {
	w := &watched{ticks: make(chan time.Time)}
	w.site = newSite(t, func(d *web.Deps) {
		d.Ticks = func(time.Duration) (<-chan time.Time, func()) { return w.ticks, func() {} }
	})
	return w
}

// tick lets a second pass; it returns when the stream has noticed.
func (w *watched) tick(n int) {
	w.t.Helper()
	for range n {
		select {
		case w.ticks <- now:
		case <-time.After(time.Minute):
			w.t.Fatal("nobody waits for a tick")
		}
	}
}

// step is tick, and returns when the stream has looked at the link, so that
// what changes afterwards is seen at the next step.
func (w *watched) step(n int) {
	w.t.Helper()
	w.service.mu.Lock()
	looks := make(chan struct{})
	w.service.looks = looks
	w.service.mu.Unlock()
	for range n {
		w.tick(1)
		<-looks
	}
	w.service.mu.Lock()
	w.service.looks = nil
	w.service.mu.Unlock()
}

// listen opens the stream; it ends with the test, or by leave.
func (w *watched) listen() (*bufio.Reader, *http.Response, func()) {
	w.t.Helper()
	ctx, leave := context.WithCancel(w.t.Context())
	w.t.Cleanup(leave)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, w.URL+"/p/"+code+"/events", nil)
	if err != nil {
		w.t.Fatal(err)
	}
	answer, err := w.Client().Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { answer.Body.Close() })
	return bufio.NewReader(answer.Body), answer, leave
}

// next reads one frame of the stream.
func next(t *testing.T, r *bufio.Reader) string {
	t.Helper()
	var frame strings.Builder
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatalf("stream ends after %q: %v", frame.String(), err)
		}
		if line == "\n" {
			return strings.TrimSuffix(frame.String(), "\n")
		}
		frame.WriteString(line)
	}
}

func wantFrames(t *testing.T, r *bufio.Reader, frames ...string) {
	t.Helper()
	for _, want := range frames {
		if got := next(t, r); got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
}

func TestEventsFollowThePayment(t *testing.T) {
	w := newWatched(t)
	r, answer, _ := w.listen()
	if got := answer.Header; answer.StatusCode != http.StatusOK || got.Get("Content-Type") != "text/event-stream" || got.Get("Cache-Control") != "no-store" || got.Get("X-Accel-Buffering") != "no" {
		t.Errorf("status %d, headers %v", answer.StatusCode, got)
	}
	wantFrames(t, r, "retry: 3000", "event: stage\ndata: open")
	w.step(2)
	held := charge()
	held.Link.HeldBy, held.Payment = 5, &payments.Payment{State: payments.PaymentExecuting}
	w.service.set(held)
	w.step(1)
	wantFrames(t, r, "event: stage\ndata: paying")
	w.service.set(charge()) // the payment failed
	w.step(1)
	wantFrames(t, r, "event: stage\ndata: open")
	w.service.set(paid())
	w.step(1)
	wantFrames(t, r, "event: stage\ndata: paid", "event: end\ndata:")
	if rest, err := io.ReadAll(r); err != nil || len(rest) != 0 {
		t.Errorf("after the end: %q, %v", rest, err)
	}
}

func TestEventsOfWhatIsOver(t *testing.T) {
	w := newWatched(t)
	view := charge()
	view.Link.State = payments.LinkExpired
	w.service.set(view)
	r, _, _ := w.listen()
	wantFrames(t, r, "retry: 3000", "event: stage\ndata: expired", "event: end\ndata:")
	if _, err := r.ReadByte(); err != io.EOF {
		t.Errorf("after the end: %v", err)
	}
}

func TestEventsHeartbeat(t *testing.T) {
	w := newWatched(t)
	r, _, _ := w.listen()
	wantFrames(t, r, "retry: 3000", "event: stage\ndata: open")
	w.tick(15)
	wantFrames(t, r, ":")
	w.tick(15)
	wantFrames(t, r, ":")
}

// A database that is away for a moment is not the page's business.
func TestEventsSurviveAFault(t *testing.T) {
	w := newWatched(t)
	r, _, _ := w.listen()
	wantFrames(t, r, "retry: 3000", "event: stage\ndata: open")
	fail := func(err error) {
		w.service.mu.Lock()
		defer w.service.mu.Unlock()
		w.service.err = err
	}
	fail(errDown)
	w.step(3)
	fail(nil)
	w.service.set(paid())
	w.step(1)
	wantFrames(t, r, "event: stage\ndata: paid", "event: end\ndata:")
}

func TestEventsGiveUp(t *testing.T) {
	w := newWatched(t)
	r, _, _ := w.listen()
	wantFrames(t, r, "retry: 3000", "event: stage\ndata: open")
	w.service.mu.Lock()
	w.service.err = errDown
	w.service.mu.Unlock()
	w.tick(5)
	if _, err := r.ReadByte(); err != io.EOF {
		t.Errorf("the stream goes on: %v", err)
	}
	if log := w.log.String(); !strings.Contains(log, "database is away") || strings.Contains(log, code) {
		t.Errorf("log: %s", log)
	}
}

// Whoever looks for long costs less, and has to come again in the end.
func TestEventsAreBounded(t *testing.T) {
	w := newWatched(t)
	w.service.looks = make(chan struct{}, 2000)
	r, _, _ := w.listen()
	for range 900 {
		w.tick(1)
	}
	if _, err := io.ReadAll(r); err != nil {
		t.Fatal(err)
	}
	if got := len(w.service.looks); got < 300 || got > 430 {
		t.Errorf("%d looks at the database in 900 seconds", got)
	}
}

func TestEventsListenersAreBounded(t *testing.T) {
	w := newWatched(t)
	var leave func()
	for range 16 {
		var r *bufio.Reader
		r, _, leave = w.listen()
		wantFrames(t, r, "retry: 3000")
	}
	_, answer, _ := w.listen()
	if answer.StatusCode != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" {
		t.Fatalf("the seventeenth: status %d", answer.StatusCode)
	}
	leave()
	// The place is free as soon as the server has noticed.
	for deadline := time.Now().Add(time.Minute); ; {
		_, answer, _ := w.listen()
		if answer.StatusCode == http.StatusOK {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("no place after one has left")
		}
		<-time.After(10 * time.Millisecond) // the server tells nobody that it has noticed
	}
}

// A stream outlives the server's time-outs and ends when the server does.
func TestEventsAndTheServersDeadlines(t *testing.T) {
	w := &watched{ticks: make(chan time.Time)}
	w.site = newSite(t, func(d *web.Deps) {
		d.Ticks = func(time.Duration) (<-chan time.Time, func()) { return w.ticks, func() {} }
	}, func(s *http.Server) { s.ReadTimeout, s.WriteTimeout = 50*time.Millisecond, 50*time.Millisecond })
	r, _, _ := w.listen()
	wantFrames(t, r, "retry: 3000", "event: stage\ndata: open")
	pause := time.NewTimer(200 * time.Millisecond) // past both deadlines: here time itself is what is tested
	<-pause.C
	w.service.set(func() payments.PayerView { v := charge(); v.Link.HeldBy = 5; return v }())
	w.tick(1)
	wantFrames(t, r, "event: stage\ndata: paying")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := w.Config.Shutdown(ctx); err != nil {
		t.Fatalf("shutdown waits for the stream: %v", err)
	}
	if _, err := r.ReadByte(); err != io.EOF {
		t.Errorf("the stream goes on: %v", err)
	}
}
