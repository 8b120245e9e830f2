package operator_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/operator"
)

// What moves money goes out once, unless it never left; the rest is repeated.
func TestRepetitions(t *testing.T) {
	broken := map[string]func(w http.ResponseWriter, r *http.Request){
		"500":          func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) },
		"503 of nginx": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503); _, _ = io.WriteString(w, "<html>") },
		"524":          func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(524) },
		"429":          func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(429) },
		"line broken":  func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	}
	calls := map[string]struct {
		make func(context.Context, *operator.Client) error
		want int
	}{
		"check":   {func(ctx context.Context, c *operator.Client) error { return errOf(c.Check(ctx, refund().Scan)) }, 3},
		"get":     {func(ctx context.Context, c *operator.Client) error { return errOf(c.Get(ctx, "op-1")) }, 3},
		"update":  {func(ctx context.Context, c *operator.Client) error { return c.Update(ctx, "op-1", 50, noon()) }, 3},
		"create":  {func(ctx context.Context, c *operator.Client) error { return errOf(c.Create(ctx, refund())) }, 1},
		"execute": {func(ctx context.Context, c *operator.Client) error { return errOf(c.Execute(ctx, "op-1")) }, 1},
	}
	for fault, answer := range broken {
		for name, call := range calls {
			t.Run(name+" "+fault, func(t *testing.T) {
				s, config := newSide(t)
				s.answer = func(_ int, w http.ResponseWriter, r *http.Request) { answer(w, r) }
				if err := call.make(t.Context(), newClient(t, config)); !errors.Is(err, operator.ErrNoAnswer) {
					t.Errorf("error = %v, want ErrNoAnswer", err)
				}
				if got := s.count(); got != call.want {
					t.Errorf("%d calls, want %d", got, call.want)
				}
			})
		}
	}
	t.Run("the third time is good", func(t *testing.T) {
		s, config := newSide(t)
		s.answer = func(n int, w http.ResponseWriter, r *http.Request) {
			if n < 3 {
				w.WriteHeader(502)
				return
			}
			s.say(w, r, 200, transactionBody)
		}
		if got, err := newClient(t, config).Get(t.Context(), "op-1"); err != nil || got.Status != payments.StatusSuccess {
			t.Errorf("%+v, %v", got, err)
		}
	})
	t.Run("create that never left is repeated", func(t *testing.T) {
		s, config := newSide(t)
		s.always(200, transactionBody)
		dials := 0
		transport := config.HTTP.Transport.(*http.Transport).Clone()
		t.Cleanup(transport.CloseIdleConnections)
		dial := transport.DialContext
		transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			if dials++; dials < 3 {
				return nil, &net.OpError{Op: "dial", Net: network, Err: errors.New("connection refused")}
			}
			return dial(ctx, network, address)
		}
		config.HTTP = &http.Client{Transport: transport}
		if _, err := newClient(t, config).Create(t.Context(), refund()); err != nil || dials != 3 || s.count() != 1 {
			t.Errorf("%d dials, %d calls, %v", dials, s.count(), err)
		}
	})
	t.Run("not after the caller has gone", func(t *testing.T) {
		s, config := newSide(t)
		ctx, cancel := context.WithCancel(t.Context())
		s.answer = func(_ int, w http.ResponseWriter, _ *http.Request) { cancel(); w.WriteHeader(503) }
		if err := errOf(newClient(t, config).Get(ctx, "op-1")); err == nil || s.count() != 1 {
			t.Errorf("%d calls, %v", s.count(), err)
		}
	})
}

func TestBreakerRestsAndTriesAgain(t *testing.T) {
	s, config := newSide(t)
	now := noon()
	config.Now = func() time.Time { return now }
	c := newClient(t, config)
	s.always(503, "")
	execute := func() error { return errOf(c.Execute(t.Context(), "op-1")) }
	for range 5 {
		if err := execute(); !errors.Is(err, operator.ErrNoAnswer) {
			t.Fatal(err)
		}
	}
	if err := execute(); !errors.Is(err, operator.ErrNoAnswer) || s.count() != 5 {
		t.Errorf("after five silences: %d calls, %v", s.count(), err)
	}
	now = now.Add(10 * time.Second)
	s.answer = func(n int, w http.ResponseWriter, _ *http.Request) {
		if n == 6 {
			_ = execute() // while one call tries, the others rest
		}
		w.WriteHeader(503)
	}
	for range 3 {
		_ = execute()
	}
	if s.count() != 6 {
		t.Errorf("after the rest: %d calls, want one to try", s.count())
	}
	now = now.Add(10 * time.Second)
	s.always(404, refusalBody(404, "no"))
	for range 3 {
		_ = execute()
	}
	if s.count() != 9 {
		t.Errorf("after an answer: %d calls, want all of them", s.count())
	}
}
