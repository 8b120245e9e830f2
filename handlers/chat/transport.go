package chat

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// maxResponse bounds what is read of one answer of Telegram, in bytes; a hundred updates are far below.
const maxResponse = 16 << 20

// wire stands between the library and the network. It reads the library's pipes into memory, so that net/http can
// repeat a request which met a connection that had died while idle; it follows no redirects, because the token is in
// the address; and it lets nothing out that contains the token.
type wire struct {
	client *http.Client
	secret secret
}

// wireError is a request that got no answer of Telegram: the connection, a time-out, a proxy, a 5xx.
type wireError struct {
	status int // HTTP status, 0 without an answer
	msg    string
	err    error // for errors.Is on context errors; nil with a status
}

func (e *wireError) Error() string { return e.msg }
func (e *wireError) Unwrap() error { return e.err }

func newWire(client *http.Client, token string) *wire {
	own := http.Client{Transport: http.DefaultTransport.(*http.Transport).Clone()}
	if client != nil {
		own = *client
	}
	own.Timeout = 0 // every call brings its own deadline, and a long poll outlives any fixed one
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &wire{client: &own, secret: secret(token)}
}

// Do is what the library calls. A 5xx and an answer that is no JSON object become a *wireError.
func (w *wire) Do(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err // the library could not write the request: nothing to retry
		}
		req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
		if len(body) == 0 {
			req.Body = http.NoBody
		}
	}
	resp, err := w.client.Do(req)
	if err != nil {
		return nil, w.broken(err)
	}
	defer closeBody(resp)
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxResponse))
	if err != nil {
		return nil, w.broken(err)
	}
	if resp.StatusCode >= http.StatusInternalServerError {
		return nil, &wireError{status: resp.StatusCode, msg: fmt.Sprintf("telegram answered %s", resp.Status)}
	}
	if trimmed := bytes.TrimLeft(body, " \t\r\n"); len(trimmed) == 0 || trimmed[0] != '{' {
		return nil, &wireError{status: resp.StatusCode,
			msg: fmt.Sprintf("answer %s is not from telegram", resp.Status)}
	}
	resp.Body = io.NopCloser(bytes.NewReader(w.secret.scrub(body)))
	return resp, nil
}

// download opens a file's content; the caller closes it.
func (w *wire) download(ctx context.Context, address string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, errors.New("file address cannot be read")
	}
	resp, err := w.client.Do(req)
	if err != nil {
		return nil, w.broken(err)
	}
	if resp.StatusCode != http.StatusOK {
		closeBody(resp)
		if resp.StatusCode >= http.StatusInternalServerError {
			return nil, &wireError{status: resp.StatusCode, msg: "telegram answered " + resp.Status}
		}
		return nil, fmt.Errorf("telegram answered %s", resp.Status)
	}
	return resp, nil
}

// closeBody ends a response that was read; nothing is left to lose if that fails.
func closeBody(resp *http.Response) { _ = resp.Body.Close() }

// broken strips the address (and with it the token) from net/http's error.
func (w *wire) broken(err error) error {
	var ue *url.Error
	if errors.As(err, &ue) {
		err = ue.Err
	}
	e := &wireError{msg: "no answer from telegram: " + w.secret.redact(err.Error())}
	for _, known := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, known) {
			e.err = known
		}
	}
	return e
}

// secret is the bot's token. It prints as dots.
type secret string

func (s secret) String() string   { return "•••" }
func (s secret) GoString() string { return "•••" }

// redact takes the token, and its secret half alone, out of a text.
func (s secret) redact(text string) string {
	text = strings.ReplaceAll(text, string(s), "•••")
	if _, half, ok := strings.Cut(string(s), ":"); ok && len(half) >= 8 {
		text = strings.ReplaceAll(text, half, "•••")
	}
	return text
}

func (s secret) scrub(body []byte) []byte {
	if !bytes.Contains(body, []byte(s)) {
		return body
	}
	return bytes.ReplaceAll(body, []byte(s), []byte("•••"))
}

// sealedError hides the token in an error's text and keeps errors.Is and errors.As working. It has no Unwrap, so that
// nobody prints what is inside.
type sealedError struct {
	msg string
	err error
}

func (e *sealedError) Error() string        { return e.msg }
func (e *sealedError) Is(target error) bool { return errors.Is(e.err, target) }
func (e *sealedError) As(target any) bool   { return errors.As(e.err, target) }

func (s secret) seal(err error) error {
	if err == nil {
		return nil
	}
	if msg := err.Error(); s.redact(msg) != msg {
		return &sealedError{msg: s.redact(msg), err: err}
	}
	return err
}

// sleep waits for d or the end of ctx.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
