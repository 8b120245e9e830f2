package web_test

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
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
	ended chan struct{} // gets one for each stream that ends
}

func newWatched(t *testing.T, serve ...func(*httptest.Server)) *watched {
	w := &watched{ticks: make(chan time.Time), ended: make(chan struct{}, 100)}
	w.site = newSite(t, func(d *web.Deps) {
		d.Ticks = func(time.Duration) (<-chan time.Time, func()) {
			return w.ticks, func() { w.ended <- struct{}{} }
		}
	}, serve...)
	return w
}

// left returns when a stream has ended.
func (w *watched) left() {
	w.t.Helper()
	select {
	case <-w.ended:
	case <-time.After(patience):
		w.t.Fatal("the stream goes on")
	}
}

// patience bounds a wait for what is sure to come: a test that hangs says
// where. How long it takes on a busy machine is nothing to judge.
const patience = 2 * time.Minute

// tick lets a second pass; it returns when the stream has noticed.
func (w *watched) tick(n int) {
	w.t.Helper()
	for range n {
		select {
		case w.ticks <- now:
		case <-time.After(patience):
			w.t.Fatal("nobody waits for a tick")
		}
	}
}

// step is tick, and returns when the stream has looked at the link, so that
// what changes afterwards is seen at the next step; where it does not look
// each second, a step is several. A look that was under way before the first
// tick, such as that of a new stream, is let through.
func (w *watched) step(n int) {
	w.t.Helper()
	looks := make(chan struct{})
	w.service.count(looks)
	defer w.service.count(nil)
	hang := time.After(patience)
	for range n {
		for ticked, looked := false, false; !looked; {
			select {
			case w.ticks <- now:
				ticked = true
			case <-looks:
				looked = ticked
			case <-hang:
				w.t.Fatal("nobody listens")
			}
		}
	}
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
	wantFrames(t, r, "event: stage\ndata: paid")
	w.service.set(refunded(0, 250_50))
	w.step(1)
	wantFrames(t, r, "event: stage\ndata: paid 0 25050")
	w.service.set(refunded(250_50, 0))
	w.step(1)
	wantFrames(t, r, "event: stage\ndata: partly_refunded 25050 0")
	w.service.set(refunded(1250_50, 0))
	w.step(1)
	wantFrames(t, r, "event: stage\ndata: refunded 125050 0")
	wantFrames(t, r, "event: end\ndata:")
	if rest, err := io.ReadAll(r); err != nil || len(rest) != 0 {
		t.Errorf("after the end: %q, %v", rest, err)
	}
}

// Whoever has paid and looks on for minutes is let go; each look costs a
// question, and those are few.
func TestEventsOfWhatIsPaidAreFew(t *testing.T) {
	w := newWatched(t)
	w.service.set(paid())
	looks := make(chan struct{}, 2000)
	w.service.count(looks)
	r, _, _ := w.listen()
	wantFrames(t, r, "retry: 3000", "event: stage\ndata: paid")
	w.tick(300)
	rest, err := io.ReadAll(r)
	if err != nil || !strings.HasSuffix(string(rest), "event: end\ndata:\n\n") {
		t.Errorf("after five minutes: %q, %v", rest, err)
	}
	if got := len(looks); got > 32 {
		t.Errorf("%d looks at the database", got)
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
	wantFrames(t, r, "event: stage\ndata: paid")
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
	looks := make(chan struct{}, 2000)
	w.service.count(looks)
	r, _, _ := w.listen()
	for range 900 {
		w.tick(1)
	}
	if _, err := io.ReadAll(r); err != nil {
		t.Fatal(err)
	}
	if got := len(looks); got < 300 || got > 430 {
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
	w.left() // it had no place
	leave()
	w.left()
	if _, answer, _ = w.listen(); answer.StatusCode != http.StatusOK {
		t.Fatalf("after one has left: status %d", answer.StatusCode)
	}
}

// deadlines is a connection that notes what deadlines it is given.
type deadlines struct {
	net.Conn
	mu    sync.Mutex
	read  time.Time // the last
	wrote int       // how many there were for writing
}

func (d *deadlines) SetReadDeadline(t time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.read = t
	return d.Conn.SetReadDeadline(t)
}

func (d *deadlines) SetWriteDeadline(t time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.wrote++
	return d.Conn.SetWriteDeadline(t)
}

func (d *deadlines) seen() (read time.Time, wrote int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.read, d.wrote
}

// noting is a listener of a single client.
type noting struct {
	net.Listener
	accepted chan *deadlines
}

func (n *noting) Accept() (net.Conn, error) {
	c, err := n.Listener.Accept()
	if err != nil {
		return nil, err
	}
	d := &deadlines{Conn: c}
	n.accepted <- d
	return d, nil
}

// A stream outlives the server's time-outs, gets a fresh one for each event,
// and ends when the server does.
func TestEventsAndTheServersDeadlines(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener := &noting{inner, make(chan *deadlines, 10)}
	w := newWatched(t, func(s *httptest.Server) {
		s.Listener.Close()
		s.Listener = listener
	})
	r, _, _ := w.listen()
	wantFrames(t, r, "retry: 3000", "event: stage\ndata: open")
	connection := <-listener.accepted
	read, before := connection.seen()
	if !read.IsZero() {
		t.Errorf("reading ends at %v", read)
	}
	w.service.set(func() payments.PayerView { v := charge(); v.Link.HeldBy = 5; return v }())
	w.tick(1)
	wantFrames(t, r, "event: stage\ndata: paying")
	if _, after := connection.seen(); after <= before {
		t.Error("the deadline for writing is the one of the event before")
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := w.Config.Shutdown(ctx); err != nil {
		t.Fatalf("shutdown waits for the stream: %v", err)
	}
	if _, err := r.ReadByte(); err != io.EOF {
		t.Errorf("the stream goes on: %v", err)
	}
}
