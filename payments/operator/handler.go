package operator

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"elkart.kg/trade/payments"
)

// Beneficiary is the payee's side of the protocol. Its failures are
// *payments.Error where the caller can act on them; all else becomes 500.
type Beneficiary interface {
	Check(ctx context.Context, scan payments.Scan) (payments.Beneficiary, error)
	Create(ctx context.Context, order payments.Order) (payments.Payment, error)
	Execute(ctx context.Context, operatorID string) (payments.Payment, error)
	Update(ctx context.Context, operatorID string, status payments.Status, at time.Time) error
	PaymentByOperatorID(ctx context.Context, operatorID string) (payments.Payment, error)
}

// HandlerConfig is what a Handler needs. All but Journal, CallTime and Remember must be set.
type HandlerConfig struct {
	Beneficiary Beneficiary
	Verify      *Verifier // the operator's keys
	Sign        *Signer   // ours
	Log         *slog.Logger
	Now         func() time.Time
	Journal     Journal       // nil: calls are not kept
	CallTime    time.Duration // of one call but update; 0: CallTime
	Remember    int           // of how many answers to check the signature is remembered; 0: 4096, some 2.5 MB
}

// Handler answers the operator's calls:
//
//  1. The signature is checked over the bytes as they came. Nothing is parsed
//     and nothing told before it holds.
//  2. Path, method and body become a call of the Beneficiary, or a refusal.
//  3. The answer goes back signed, and the call is put down in the journal.
//
// It keeps no state, so that it is safe for concurrent use and any number of
// processes may serve.
type Handler struct {
	beneficiary Beneficiary
	verify      *Verifier
	sign        *Signer
	log         *slog.Logger
	now         func() time.Time
	journal     Journal
	callTime    time.Duration
	refusals    refusals
	payees      *signedBodies // the answers to check
}

// NewHandler fails if something needed is missing.
func NewHandler(c HandlerConfig) (*Handler, error) {
	if c.Beneficiary == nil || c.Verify == nil || c.Sign == nil || c.Log == nil || c.Now == nil {
		return nil, errors.New("operator: handler needs Beneficiary, Verify, Sign, Log and Now")
	}
	if c.CallTime == 0 {
		c.CallTime = CallTime
	}
	if c.Remember == 0 {
		c.Remember = 4096
	}
	refusals, err := newRefusals(c.Sign)
	if err != nil {
		return nil, err
	}
	return &Handler{
		beneficiary: c.Beneficiary, verify: c.Verify, sign: c.Sign, log: c.Log, now: c.Now,
		journal: c.Journal, callTime: c.CallTime, refusals: refusals, payees: newSignedBodies(c.Remember),
	}, nil
}

// ServeHTTP answers one call.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	call := Call{At: h.now().UTC(), Remote: r.RemoteAddr}
	ctx, cancel := context.WithTimeout(r.Context(), h.callTime)
	defer cancel()
	target := requestTarget(r)
	call.HTTPStatus = h.send(w, target, h.answer(ctx, w, r, target, &call))
	call.Took = h.now().Sub(call.At)
	h.record(r.Context(), call)
}

// answer reads, checks and makes the call. It never panics.
func (h *Handler) answer(ctx context.Context, w http.ResponseWriter, r *http.Request, target string, call *Call) (a answer) {
	defer func() {
		if broken := recover(); broken != nil {
			h.log.ErrorContext(ctx, "operator call panicked", "call", call.Name, "operator_id", call.OperatorID,
				"panic", fmt.Sprint(broken), "stack", string(debug.Stack()))
			a = h.refusals.of(http.StatusInternalServerError)
		}
	}()
	hash := r.Header.Values(HeaderHash)
	if len(hash) != 1 {
		return h.refusals.of(http.StatusForbidden)
	}
	if _, err := decodeHash(hash[0]); err != nil {
		return h.refusals.of(http.StatusForbidden) // before the body costs anything
	}
	body, err := h.readBody(w, r)
	if err != nil {
		h.log.InfoContext(ctx, "operator body not read", "remote", r.RemoteAddr, "error", err)
		return h.refusals.of(http.StatusBadRequest)
	}
	sum := sha256.Sum256(body)
	call.BodyHash = sum[:]
	if err := h.verify.Verify(target, body, hash[0]); err != nil {
		h.log.WarnContext(ctx, "operator signature does not hold", "remote", r.RemoteAddr)
		return h.refusals.of(http.StatusForbidden)
	}
	call.Signed = true
	a, err = h.dispatch(ctx, r, body, call)
	if err != nil {
		call.Code = payments.CodeOf(err)
		a = h.refusals.forError(err)
		h.logRefusal(ctx, *call, a.status, err)
	}
	return a
}

// patientWith is how much of a body that is too long is read and thrown away: a
// caller who is still writing when the connection closes never sees the answer.
const patientWith = 32 << 20 // bytes

// readBody reads all of a body within the call's time and BodyLimit. A body
// that does not come in time breaks the protocol as one that is too long does.
func (h *Handler) readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.ContentLength > BodyLimit && r.Header.Get("Expect") != "" {
		w.Header().Set("Connection", "close")
		return nil, &http.MaxBytesError{Limit: BodyLimit} // who asks first sends nothing
	}
	// A connection knows the real clock only. Recorders in tests have no deadlines.
	connection := http.NewResponseController(w)
	_ = connection.SetReadDeadline(time.Now().Add(h.callTime))
	body, err := io.ReadAll(io.LimitReader(r.Body, BodyLimit+1))
	if err == nil && len(body) > BodyLimit {
		_, _ = io.CopyN(io.Discard, r.Body, patientWith)
		err = &http.MaxBytesError{Limit: BodyLimit}
	}
	if err != nil {
		w.Header().Set("Connection", "close")
		return nil, err
	}
	// Past the body the deadline is the context's; the connection's would look
	// like a lost one.
	_ = connection.SetReadDeadline(time.Time{})
	return body, nil
}

// dispatch makes the call that path, method and body stand for.
func (h *Handler) dispatch(ctx context.Context, r *http.Request, body []byte, call *Call) (answer, error) {
	route, isCall, err := parseRoute(r.URL.EscapedPath())
	if !isCall {
		return h.refusals.of(http.StatusNotFound), nil
	}
	call.Name, call.OperatorID = route.call, route.id
	if r.Method != route.method {
		a := h.refusals.of(http.StatusMethodNotAllowed)
		a.allow = route.method
		return a, nil
	}
	if err != nil {
		return answer{}, err
	}
	switch route.call {
	case callCheck:
		return h.check(ctx, body)
	case callCreate:
		return h.create(ctx, body, call)
	case callUpdate:
		return h.update(ctx, route.id, body)
	}
	// Only the body is signed where there is one, so a signed body that somebody
	// captured could otherwise execute any transaction.
	if len(body) > 0 {
		return answer{}, &MalformedError{Why: "the body must be empty"}
	}
	var p payments.Payment
	if route.call == callExecute {
		p, err = h.beneficiary.Execute(ctx, route.id)
	} else {
		p, err = h.beneficiary.PaymentByOperatorID(ctx, route.id)
	}
	if err != nil {
		return answer{}, err
	}
	call.PSPTransactionID = p.PSPTransactionID
	return ok(TransactionOf(p))
}

func (h *Handler) check(ctx context.Context, body []byte) (answer, error) {
	scan, err := DecodeCheck(body)
	if err != nil {
		return answer{}, err
	}
	b, err := h.beneficiary.Check(ctx, scan)
	if err != nil {
		return answer{}, err
	}
	a, err := ok(beneficiaryMessage{Name: Mask(b.Name), Type: int(b.Type)})
	if err == nil {
		a.hash, err = h.payees.sign(h.sign, a.body)
	}
	return a, err
}

func (h *Handler) create(ctx context.Context, body []byte, call *Call) (answer, error) {
	order, err := DecodeCreate(body)
	if err != nil {
		return answer{}, err
	}
	call.OperatorID, call.PSPTransactionID = order.OperatorID, order.PSPTransactionID
	p, err := h.beneficiary.Create(ctx, order)
	if err != nil {
		return answer{}, err
	}
	return ok(TransactionOf(p))
}

func (h *Handler) update(ctx context.Context, id string, body []byte) (answer, error) {
	update, err := DecodeUpdate(body)
	if err != nil {
		return answer{}, err
	}
	// Once it has been said it counts, though the operator may have hung up.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), UpdateTime)
	defer cancel()
	if err := h.beneficiary.Update(ctx, id, update.Status, update.At); err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusOK}, nil
}

func (h *Handler) logRefusal(ctx context.Context, call Call, status int, err error) {
	level := slog.LevelInfo
	if status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	h.log.Log(ctx, level, "operator call refused", "call", call.Name, "operator_id", call.OperatorID,
		"status", status, "error", err)
}

// record keeps the call, though the caller may have gone by now.
func (h *Handler) record(ctx context.Context, call Call) {
	if h.journal == nil {
		return
	}
	defer func() {
		if broken := recover(); broken != nil {
			h.log.ErrorContext(ctx, "operator journal panicked", "panic", fmt.Sprint(broken))
		}
	}()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), h.callTime)
	defer cancel()
	if err := h.journal.Record(ctx, call); err != nil {
		h.log.ErrorContext(ctx, "operator call not kept", "call", call.Name, "operator_id", call.OperatorID, "error", err)
	}
}
