package operator_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/operator"
)

func TestBodiesAtTheLimit(t *testing.T) {
	h := newHouse(t)
	pad := func(size int) string { return checkBody + strings.Repeat(" ", size-len(checkBody)) }
	for _, tt := range []struct {
		name, body string
		want       int
	}{
		{"at the limit", pad(operator.BodyLimit), 200},
		{"one byte over", pad(operator.BodyLimit + 1), 400},
		{"far over", pad(4 << 20), 400},
		{"more than a connection holds", pad(12 << 20), 400},
	} {
		header := signed(t, operatorKey(), "", tt.body)
		t.Run(tt.name, func(t *testing.T) {
			if got := h.send(t, "POST", "/in/qr/1/tx/check", tt.body, header); got.status != tt.want {
				t.Errorf("%d, want %d", got.status, tt.want)
			}
		})
		t.Run(tt.name+", chunked", func(t *testing.T) {
			if got := h.chunked(t, tt.body, header); got != tt.want {
				t.Errorf("%d, want %d", got, tt.want)
			}
		})
	}
}

// chunked sends a body whose length is not told beforehand.
func (h *house) chunked(t *testing.T, body string, header http.Header) int {
	t.Helper()
	request, err := http.NewRequest("POST", h.url+"/in/qr/1/tx/check", io.MultiReader(strings.NewReader(body)))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = header
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	return response.StatusCode
}

// A body that never ends is given up, and nothing is executed by half of it.
func TestSlowBodyIsGivenUp(t *testing.T) {
	h := newHouse(t, func(c *operator.HandlerConfig) { c.CallTime = 30 * time.Millisecond })
	connection, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	hash := hashOf(t, operatorKey(), checkBody)
	fmt.Fprintf(connection, "POST /in/qr/1/tx/check HTTP/1.1\r\nHost: x\r\nH-HASH: %s\r\nContent-Length: %d\r\n\r\n{", hash, len(checkBody))
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != 400 || !response.Close {
		t.Errorf("status %d, connection kept: %v", response.StatusCode, !response.Close)
	}
	if len(h.payee.calls) != 0 {
		t.Errorf("calls got through: %v", h.payee.calls)
	}
	if call := <-h.diary.calls; call.Signed || call.BodyHash != nil {
		t.Errorf("journal has %+v", call)
	}
}

// A body that says itself that it is too long is not waited for.
func TestAnnouncedLengthIsEnough(t *testing.T) {
	h := newHouse(t)
	connection, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	fmt.Fprintf(connection, "POST /in/qr/1/tx/check HTTP/1.1\r\nHost: x\r\nH-HASH: %s\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n",
		hashOf(t, operatorKey(), checkBody), operator.BodyLimit+1)
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != 400 {
		t.Errorf("status %d, want 400 at once", response.StatusCode)
	}
}

// Who does not even claim to sign is refused before a body is waited for.
func TestUnsignedBodyIsNotRead(t *testing.T) {
	h := newHouse(t)
	connection, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	fmt.Fprint(connection, "POST /in/qr/1/tx/check HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\nExpect: 100-continue\r\n\r\n")
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != 403 {
		t.Errorf("status %d, want 403 at once", response.StatusCode)
	}
}

func TestCallThatTakesTooLong(t *testing.T) {
	h := newHouse(t, func(c *operator.HandlerConfig) { c.CallTime = 30 * time.Millisecond })
	h.block = true
	if got := h.call(t, "POST", "/in/qr/1/tx/execute/op-1", ""); got.status != 500 || got.body != refusalBody(500, "internal error") {
		t.Errorf("%d %s", got.status, got.body)
	}
}

// The two seconds of the regulation do not bound update: a merchant whose
// payments all end at once is a queue, and turning the operator's word away
// only brings it back.
func TestUpdateMayQueue(t *testing.T) {
	h := newHouse(t, func(c *operator.HandlerConfig) { c.CallTime = time.Second })
	for _, call := range []struct{ target, body string }{
		{"/in/qr/1/tx/create", createBody}, {"/in/qr/1/tx/execute/op-1", ""}, {"/in/qr/1/tx/update/op-1", updateBody},
	} {
		if got := h.call(t, "POST", call.target, call.body); got.status != 200 {
			t.Fatalf("%s: %d %s", call.target, got.status, got.body)
		}
	}
	if h.patience <= time.Second || h.patience > operator.UpdateTime {
		t.Errorf("an update has %v, want more than a call's second and at most %v", h.patience, operator.UpdateTime)
	}
}

func TestPanicIsAnAnswer(t *testing.T) {
	h := newHouse(t)
	h.panics = true
	if got := h.call(t, "POST", "/in/qr/1/tx/check", checkBody); got.status != 500 || got.body != refusalBody(500, "internal error") {
		t.Errorf("%d %s", got.status, got.body)
	}
	if log := h.log.String(); !strings.Contains(log, "broken promise") || !strings.Contains(log, "hostile_test.go") && !strings.Contains(log, "helper_test.go") {
		t.Errorf("the log does not say where: %s", log)
	}
	h.panics = false
	if got := h.call(t, "POST", "/in/qr/1/tx/check", checkBody); got.status != 200 {
		t.Errorf("afterwards: %d", got.status)
	}
}

type brokenJournal struct{ panics bool }

func (j brokenJournal) Record(context.Context, operator.Call) error {
	if j.panics {
		panic("journal")
	}
	return errors.New("disk full")
}

func TestBrokenJournalDoesNotCostTheAnswer(t *testing.T) {
	for _, panics := range []bool{false, true} {
		h := newHouse(t, func(c *operator.HandlerConfig) { c.Journal = brokenJournal{panics} })
		for range 2 {
			if got := h.call(t, "POST", "/in/qr/1/tx/check", checkBody); got.status != 200 {
				t.Errorf("panics %v: %d", panics, got.status)
			}
		}
	}
}

func TestHandlerDuringRotation(t *testing.T) {
	h := newHouse(t, func(c *operator.HandlerConfig) { c.Verify = verifier(t, operatorKey(), nextKey()) })
	for name, want := range map[string]int{"old": 200, "next": 200, "ours": 403} {
		key := map[string]func() http.Header{
			"old":  func() http.Header { return signed(t, operatorKey(), "", checkBody) },
			"next": func() http.Header { return signed(t, nextKey(), "", checkBody) },
			"ours": func() http.Header { return signed(t, ourKey(), "", checkBody) },
		}[name]
		if got := h.send(t, "POST", "/in/qr/1/tx/check", checkBody, key()); got.status != want {
			t.Errorf("%s key: %d, want %d", name, got.status, want)
		}
	}
}

// Only the body of an update is signed. Replayed on another transaction it gets
// through the signature, so it must not confirm what was not executed.
func TestReplayedUpdateConfirmsNothing(t *testing.T) {
	h := newHouse(t)
	second := strings.NewReplacer("op-1", "op-2", "psp-1", "psp-2").Replace(createBody)
	for _, step := range []struct{ target, body string }{
		{"/in/qr/1/tx/create", createBody}, {"/in/qr/1/tx/create", second}, {"/in/qr/1/tx/execute/op-1", ""},
	} {
		if got := h.call(t, "POST", step.target, step.body); got.status != 200 {
			t.Fatalf("%s: %d", step.target, got.status)
		}
	}
	captured := signed(t, operatorKey(), "", updateBody)
	for target, want := range map[string]int{
		"/in/qr/1/tx/update/op-1": 200, "/in/qr/1/tx/update/op-2": 422, "/in/qr/1/tx/update/op-3": 404,
	} {
		if got := h.send(t, "POST", target, updateBody, captured); got.status != want {
			t.Errorf("%s: %d, want %d", target, got.status, want)
		}
	}
	if state := h.payments["op-2"].State; state != payments.PaymentCreated {
		t.Errorf("the other payment is %s", state)
	}
}

func TestFiftyAtOnceGetOneAnswer(t *testing.T) {
	h := newHouse(t)
	for _, step := range []struct{ method, target, body string }{
		{"POST", "/in/qr/1/tx/check", checkBody},
		{"POST", "/in/qr/1/tx/create", createBody},
		{"POST", "/in/qr/1/tx/execute/op-1", ""},
		{"POST", "/in/qr/1/tx/update/op-1", updateBody},
		{"GET", "/in/qr/1/tx/get/op-1", ""},
	} {
		header := signed(t, operatorKey(), step.target, step.body)
		answers := make([]string, 50)
		var all sync.WaitGroup
		for i := range answers {
			all.Go(func() {
				got, err := h.trySend(step.method, step.target, step.body, header)
				answers[i] = fmt.Sprint(got.status, got.body, err)
			})
		}
		all.Wait()
		for _, answer := range answers {
			if answer != answers[0] || !strings.HasPrefix(answer, "200") {
				t.Fatalf("%s: %s and %s", step.target, answers[0], answer)
			}
		}
	}
	if len(h.payments) != 1 {
		t.Errorf("%d payments", len(h.payments))
	}
	for range 250 {
		if call := <-h.diary.calls; call.HTTPStatus != 200 || !call.Signed {
			t.Errorf("journal has %+v", call)
		}
	}
}
