package operator

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// How calls go out.
const (
	attempts    = 3
	attemptTime = 4 * time.Second // twice what the regulation allows a side
	backoff     = 150 * time.Millisecond
)

// ClientConfig is what Client and Credits need.
type ClientConfig struct {
	BaseURL  string // OPERATOR_URL or CREDIT_URL, http or https
	PSPID    string // H-PSP-ID
	PSPToken Secret // H-PSP-TOKEN
	Sign     *Signer
	Verify   *Verifier        // the operator's keys
	HTTP     *http.Client     // of NewHTTPClient; redirects are never followed
	Now      func() time.Time // for the rest after failures
	Backoff  time.Duration    // of the first repetition; 0: 150 ms
}

// transport makes signed calls and repeats them where that is safe. Errors name
// the call and never a header or a body: those hold tokens and card numbers.
type transport struct {
	base     *url.URL
	pspID    string
	pspToken Secret
	sign     *Signer
	verify   *Verifier
	client   *http.Client
	backoff  time.Duration
	breaker  *breaker
}

// outCall is one call to the other side.
type outCall struct {
	name       string // for errors
	method     string
	path       string // escaped, below the base address
	body       []byte
	repeatable bool // a second delivery does no harm, whoever receives it
}

func newTransport(c ClientConfig) (*transport, error) {
	if c.Sign == nil || c.Verify == nil || c.HTTP == nil || c.Now == nil {
		return nil, errors.New("operator: client needs Sign, Verify, HTTP and Now")
	}
	if c.PSPID == "" || c.PSPToken.Empty() {
		return nil, errors.New("operator: client needs our PSP id and token")
	}
	base, err := url.Parse(c.BaseURL)
	if err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Host == "" {
		return nil, errors.New("operator: the address must be http://host or https://host")
	}
	if base.RawQuery != "" || base.Fragment != "" || base.User != nil {
		return nil, errors.New("operator: the address must end with its path")
	}
	if c.Backoff == 0 {
		c.Backoff = backoff
	}
	client := *c.HTTP
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &transport{
		base: base, pspID: c.PSPID, pspToken: c.PSPToken, sign: c.Sign, verify: c.Verify,
		client: &client, backoff: c.Backoff, breaker: &breaker{now: c.Now},
	}, nil
}

// do makes a call and returns the body of its 200. It fails with *RefusedError,
// ErrSignature, or ErrNoAnswer after the last attempt.
func (t *transport) do(ctx context.Context, call outCall) ([]byte, error) {
	for attempt := 1; ; attempt++ {
		if !t.breaker.allow() {
			return nil, fmt.Errorf("%s: %w: it has been silent, resting", call.name, ErrNoAnswer)
		}
		body, sent, err := t.once(ctx, call)
		isSilent := errors.Is(err, ErrNoAnswer)
		switch {
		case isSilent && errors.Is(ctx.Err(), context.Canceled):
			t.breaker.report(outcomeAborted)
		case isSilent:
			t.breaker.report(outcomeSilent)
		default:
			t.breaker.report(outcomeAnswered)
		}
		if err == nil {
			return body, nil
		}
		err = fmt.Errorf("%s: %w", call.name, err)
		isSafe := call.repeatable || !sent
		if !isSilent || !isSafe || attempt == attempts || !t.pause(ctx, attempt) {
			return nil, err
		}
	}
}

// pause waits before a repetition, longer each time and at random, so that many
// clients do not come back at once. It reports false if ctx ended.
func (t *transport) pause(ctx context.Context, attempt int) bool {
	timer := time.NewTimer(rand.N(t.backoff << attempt))
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

// once makes one attempt. sent tells whether the other side can have seen it.
func (t *transport) once(ctx context.Context, call outCall) (body []byte, sent bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, call.method,
		strings.TrimSuffix(t.base.String(), "/")+call.path, bytes.NewReader(call.body))
	if err != nil {
		return nil, false, errors.New("operator: request cannot be made")
	}
	target := request.URL.RequestURI()
	hash, err := t.sign.Sign(target, call.body)
	if err != nil {
		return nil, false, err
	}
	request.Header.Set(HeaderHash, hash)
	request.Header.Set(HeaderSigningVersion, SigningVersion)
	request.Header.Set(HeaderPSPID, t.pspID)
	request.Header.Set(HeaderPSPToken, t.pspToken.Reveal())
	request.Header.Set("Accept", "application/json")
	if len(call.body) > 0 {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := t.client.Do(request)
	if err != nil {
		return nil, !isDialError(err), fmt.Errorf("%w: %w", ErrNoAnswer, withoutURL(err))
	}
	defer func() { _ = response.Body.Close() }()
	body, err = io.ReadAll(io.LimitReader(response.Body, BodyLimit+1))
	if err != nil {
		return nil, true, fmt.Errorf("%w: %w", ErrNoAnswer, err)
	}
	if len(body) > BodyLimit {
		return nil, true, fmt.Errorf("%w: more than %d bytes", ErrNoAnswer, BodyLimit)
	}
	if response.StatusCode >= http.StatusInternalServerError || response.StatusCode == http.StatusTooManyRequests {
		return nil, true, fmt.Errorf("%w: status %d", ErrNoAnswer, response.StatusCode)
	}
	if err := t.checkAnswer(response, target, body); err != nil {
		return nil, true, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, true, refusedWith(response.StatusCode, body)
	}
	return body, true, nil
}

// checkAnswer holds an answer against its signature. Choice: a signature that
// is there must hold; one that is absent is tolerated where TLS vouches for the
// answer, and refused over plain HTTP, for an answer confirms payments.
func (t *transport) checkAnswer(response *http.Response, target string, body []byte) error {
	hashes := response.Header.Values(HeaderHash)
	switch {
	case len(hashes) == 0 && response.TLS != nil:
		return nil
	case len(hashes) != 1:
		return ErrSignature
	}
	return t.verify.Verify(target, body, hashes[0])
}

// isDialError reports that no connection was made, so that nothing was sent.
func isDialError(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// withoutURL drops the address from a client's error; the call's name is enough.
func withoutURL(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}
