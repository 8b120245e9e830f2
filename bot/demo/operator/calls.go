package operator

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"elkart.kg/trade/payments"
	wire "elkart.kg/trade/payments/operator"
)

// Call is one call on our system, signed and about to go out.
type Call struct {
	Method string
	Target string // the raw path with its query, as it will stand in the request
	Body   []byte
	Header http.Header
}

// Tamper changes a call after it was signed. SignAgain undoes what the change
// did to the signature, as a forger with the key would.
type Tamper func(*Call)

// Reply is what our system answered.
type Reply struct {
	HTTPStatus int
	Header     http.Header
	Body       []byte
	Signed     bool // H-HASH is there and holds
	Took       time.Duration
}

var errNoPSP = errors.New("simulated operator: SetPSP was not called")

// Check asks our system who would be paid.
func (s *Server) Check(ctx context.Context, scan payments.Scan, tamper ...Tamper) (Reply, error) {
	body, err := wire.EncodeCheck(scan)
	if err != nil {
		return Reply{}, err
	}
	return s.Call(ctx, http.MethodPost, wire.InboundPath+"check", body, tamper...)
}

// Create announces a payment to our system.
func (s *Server) Create(ctx context.Context, order payments.Order, tamper ...Tamper) (Reply, error) {
	body, err := wire.EncodeCreate(order)
	if err != nil {
		return Reply{}, err
	}
	return s.Call(ctx, http.MethodPost, wire.InboundPath+"create", body, tamper...)
}

// Execute tells our system to take a payment.
func (s *Server) Execute(ctx context.Context, operatorID string, tamper ...Tamper) (Reply, error) {
	return s.Call(ctx, http.MethodPost, wire.InboundPath+"execute/"+url.PathEscape(operatorID), nil, tamper...)
}

// Update gives our system the operator's word.
func (s *Server) Update(ctx context.Context, operatorID string, status payments.Status, at time.Time, tamper ...Tamper) (Reply, error) {
	body, err := wire.EncodeUpdate(wire.Update{Status: status, At: at})
	if err != nil {
		return Reply{}, err
	}
	return s.Call(ctx, http.MethodPost, wire.InboundPath+"update/"+url.PathEscape(operatorID), body, tamper...)
}

// Get asks our system how a payment stands.
func (s *Server) Get(ctx context.Context, operatorID string, tamper ...Tamper) (Reply, error) {
	return s.Call(ctx, http.MethodGet, wire.InboundPath+"get/"+url.PathEscape(operatorID), nil, tamper...)
}

// Call makes any call on our system, signed unless it is tampered with. An
// error means that no answer came within the operator's patience.
func (s *Server) Call(ctx context.Context, method, target string, body []byte, tamper ...Tamper) (Reply, error) {
	s.mu.Lock()
	psp := s.psp
	s.mu.Unlock()
	if psp == nil {
		return Reply{}, errNoPSP
	}
	call := &Call{Method: method, Target: psp.EscapedPath() + target, Body: body, Header: http.Header{}}
	call.Header.Set("Content-Type", "application/json")
	call.Header.Set(wire.HeaderSigningVersion, wire.SigningVersion)
	s.SignAgain(call)
	for _, change := range tamper {
		change(call)
	}
	return s.send(ctx, psp, call)
}

// SignAgain signs a call as it stands.
func (s *Server) SignAgain(c *Call) { signWith(s.sign, c) }

func (s *Server) signWrong(c *Call) { signWith(s.liar(), c) }

func signWith(sign *wire.Signer, c *Call) {
	// A checked RSA key signs everything.
	hash, _ := sign.Sign(c.Target, c.Body)
	c.Header.Set(wire.HeaderHash, hash)
}

func (s *Server) send(ctx context.Context, psp *url.URL, call *Call) (Reply, error) {
	ctx, cancel := context.WithTimeout(ctx, s.patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, call.Method, psp.String(), bytes.NewReader(call.Body))
	if err != nil {
		return Reply{}, fmt.Errorf("simulated operator: %w", err)
	}
	// Opaque goes into the request line untouched, every escape as it is.
	request.URL = &url.URL{Scheme: psp.Scheme, Host: psp.Host, Opaque: call.Target}
	request.Header = call.Header
	started := time.Now()
	response, err := s.client.Do(request)
	if err != nil {
		return Reply{Took: time.Since(started)}, fmt.Errorf("simulated operator: no answer: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, wire.BodyLimit))
	if err != nil {
		return Reply{Took: time.Since(started)}, fmt.Errorf("simulated operator: half an answer: %w", err)
	}
	hash := response.Header.Get(wire.HeaderHash)
	return Reply{
		HTTPStatus: response.StatusCode, Header: response.Header, Body: body,
		Signed: s.verify.Verify(call.Target, body, hash) == nil,
		Took:   time.Since(started),
	}, nil
}
