package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/operator"
)

// verifyEach is of how many flows one has the signatures of its answers
// checked: checking all would take the cores from what is measured.
const verifyEach = 64

// signedCall is a request as it goes down the line.
type signedCall struct {
	bytes  []byte
	target string // what the signature of an empty answer is over
}

// signedFlow is check, create, execute and update of one payment.
type signedFlow [flowCalls - 1]signedCall

// signFlows writes and signs the calls of n flows before any clock starts, so
// that the payer's side costs the measurement nothing but sending. Flows of one
// merchant share their check, all share the body of their update: they say the
// same.
func (t *trade) signFlows(ctx context.Context, prefix string, n int) ([]signedFlow, error) {
	update, err := operator.EncodeUpdate(operator.Update{Status: payments.StatusSuccess, At: time.Now()})
	if err != nil {
		return nil, err
	}
	updateHash, err := t.sign.Sign("", update)
	if err != nil {
		return nil, err
	}
	checks := make([]signedCall, min(n, len(t.desks)))
	for i := range checks {
		body, err := operator.EncodeCheck(t.order("", i).Scan)
		if err != nil {
			return nil, err
		}
		if checks[i], err = t.signedCall("check", body); err != nil {
			return nil, err
		}
	}
	flows := make([]signedFlow, n)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range flows {
		group.Go(func() (err error) {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			order := t.order(prefix+strconv.Itoa(i), i)
			body, err := operator.EncodeCreate(order)
			if err != nil {
				return err
			}
			f := &flows[i]
			f[0] = checks[i%len(checks)]
			if f[1], err = t.signedCall("create", body); err != nil {
				return err
			}
			if f[2], err = t.signedCall("execute/"+order.OperatorID, nil); err != nil {
				return err
			}
			f[3] = t.call("update/"+order.OperatorID, update, updateHash)
			return nil
		})
	}
	return flows, group.Wait()
}

func (t *trade) signedCall(path string, body []byte) (signedCall, error) {
	hash, err := t.sign.Sign(operator.InboundPath+path, body)
	return t.call(path, body, hash), err
}

func (t *trade) call(path string, body []byte, hash string) signedCall {
	target := operator.InboundPath + path
	var b bytes.Buffer
	fmt.Fprintf(&b, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n%s: %s\r\n%s: %s\r\nContent-Length: %d\r\n\r\n%s",
		target, t.addr, operator.HeaderSigningVersion, operator.SigningVersion, operator.HeaderHash, hash, len(body), body)
	return signedCall{bytes: b.Bytes(), target: target}
}

// line is one kept-alive connection to the server. net/http's client would use
// more of the cores than what it measures leaves it.
type line struct {
	conn net.Conn
	in   *bufio.Reader
}

// lines opens n connections.
func (t *trade) lines(ctx context.Context, n int) ([]line, error) {
	all := make([]line, n)
	for i := range all {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", t.addr)
		if err != nil {
			hangUp(all)
			return nil, fmt.Errorf("bench: %w", err)
		}
		all[i] = line{conn: conn, in: bufio.NewReader(conn)}
	}
	return all, nil
}

func hangUp(all []line) {
	for _, l := range all {
		if l.conn != nil {
			_ = l.conn.Close()
		}
	}
}

// answerTime ends a call that the operator would have given up long ago.
const answerTime = 10 * time.Second

// say makes a call; a nil verify leaves the answer's signature unchecked.
func (l line) say(c signedCall, verify *operator.Verifier) error {
	if err := l.conn.SetDeadline(time.Now().Add(answerTime)); err != nil {
		return err
	}
	if _, err := l.conn.Write(c.bytes); err != nil {
		return err
	}
	answer, err := http.ReadResponse(l.in, nil)
	if err != nil {
		return fmt.Errorf("bench: %s: no answer: %w", c.target, err)
	}
	body, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if err != nil {
		return fmt.Errorf("bench: %s: half an answer: %w", c.target, err)
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("bench: %s answered %d %s", c.target, answer.StatusCode, body)
	}
	if verify == nil {
		return nil
	}
	return verify.Verify(c.target, body, answer.Header.Get(operator.HeaderHash))
}

// httpLoad is whole flows over HTTP, each worker on a connection of its own.
func (t *trade) httpLoad(flows []signedFlow, lines []line) load {
	return load{workers: len(lines), limit: len(flows), flow: func(_ context.Context, worker, number int, due time.Time, calls *callTimes) error {
		var verify *operator.Verifier
		if number%verifyEach == 0 {
			verify = t.verify
		}
		began := due
		for i, call := range flows[number] {
			if err := lines[worker].say(call, verify); err != nil {
				return err
			}
			began = calls.note(i, began)
		}
		calls.note(flowCalls-1, due)
		return nil
	}}
}

// serviceLoad is whole flows without HTTP, JSON and signatures.
func (t *trade) serviceLoad(prefix string, workers int, life time.Duration) load {
	s := t.app.service
	return load{workers: workers, life: life, flow: func(ctx context.Context, _, number int, due time.Time, calls *callTimes) error {
		order := t.order(prefix+strconv.Itoa(number), number)
		if _, err := s.Check(ctx, order.Scan); err != nil {
			return err
		}
		began := calls.note(0, due)
		if _, err := s.Create(ctx, order); err != nil {
			return err
		}
		began = calls.note(1, began)
		if p, err := s.Execute(ctx, order.OperatorID); err != nil || p.State != payments.PaymentExecuting {
			return fmt.Errorf("bench: execute: %s, %w", p.State, err)
		}
		began = calls.note(2, began)
		if err := s.Update(ctx, order.OperatorID, payments.StatusSuccess, began); err != nil {
			return err
		}
		calls.note(3, began)
		calls.note(flowCalls-1, due)
		return nil
	}}
}
