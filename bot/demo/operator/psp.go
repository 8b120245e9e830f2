package operator

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"elkart.kg/trade/payments"
	wire "elkart.kg/trade/payments/operator"
)

// payer is the name behind the bank app; refunds go to it.
const payer = "Айбек Асанов"

// executeWithin is how long after create a payment may be executed (§4.2.4).
const executeWithin = 60 * time.Second

// request is a call of our system whose signature and token hold.
type request struct {
	method string
	name   string
	id     string // unescaped; "" if the path has none
	body   []byte
}

// answer checks who calls, makes the call, and sends the signed answer.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, path string, call func(request) (int, []byte)) {
	m := s.Mischief()
	if m.Unavailable {
		s.respond(w, r, m, http.StatusServiceUnavailable, refusal(http.StatusServiceUnavailable))
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, wire.BodyLimit))
	if err != nil {
		s.respond(w, r, m, http.StatusBadRequest, refusal(http.StatusBadRequest))
		return
	}
	if !s.knows(r, body) {
		s.respond(w, r, m, http.StatusForbidden, refusal(http.StatusForbidden))
		return
	}
	name, escapedID, _ := strings.Cut(path, "/")
	id, err := url.PathUnescape(escapedID)
	if err != nil {
		s.respond(w, r, m, http.StatusBadRequest, refusal(http.StatusBadRequest))
		return
	}
	status, answer := call(request{method: r.Method, name: name, id: id, body: body})
	sum := sha256.Sum256(body)
	if s.loses(r.Method + r.RequestURI + string(sum[:])) {
		panic(http.ErrAbortHandler) // the connection closes, as if the line broke
	}
	s.respond(w, r, m, status, answer)
}

// knows checks token, id, version and signature of a call on the operator.
func (s *Server) knows(r *http.Request, body []byte) bool {
	token := r.Header.Get(wire.HeaderPSPToken)
	return subtle.ConstantTimeCompare([]byte(token), []byte(s.pspToken)) == 1 &&
		r.Header.Get(wire.HeaderPSPID) == s.pspID &&
		r.Header.Get(wire.HeaderSigningVersion) == wire.SigningVersion &&
		s.verify.Verify(r.RequestURI, body, r.Header.Get(wire.HeaderHash)) == nil
}

func (s *Server) respond(w http.ResponseWriter, r *http.Request, m Mischief, status int, body []byte) {
	sign := s.sign
	if m.WrongSignature {
		sign = s.liar()
	}
	// A checked RSA key signs everything.
	hash, _ := sign.Sign(r.RequestURI, body)
	w.Header().Set(wire.HeaderHash, hash)
	w.Header().Set(wire.HeaderSigningVersion, wire.SigningVersion)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		s.log.Debug("simulated operator: answer not delivered", "error", err)
	}
}

// pspCall is one of the calls of a PSP on the operator.
func (s *Server) pspCall(r request) (int, []byte) {
	method := http.MethodPost
	if r.name == "get" {
		method = http.MethodGet
	}
	if r.method != method {
		return refuse(http.StatusMethodNotAllowed)
	}
	switch {
	case r.name == "check" && r.id == "":
		return s.refundCheck(r.body)
	case r.name == "create" && r.id == "":
		return s.refundCreate(r.body)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t, isKnown := s.transactions[r.id]
	if !isKnown {
		return refuse(http.StatusNotFound)
	}
	switch r.name {
	case "get":
		return tell(t)
	case "execute":
		return s.refundExecute(t)
	case "update":
		return s.hear(t, r.body)
	}
	return refuse(http.StatusNotFound)
}

// refundCheck says who would get a refund: the payer of what is refunded.
func (s *Server) refundCheck(body []byte) (int, []byte) {
	scan, err := wire.DecodeCheck(body)
	if err != nil {
		return refuseFor(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if code := s.judgeRefund(s.origin(scan), scan); code != 0 {
		return refuse(code)
	}
	answer, err := wire.EncodeBeneficiary(payments.Beneficiary{Name: wire.Mask(payer), Type: payments.TypeB2C})
	return encoded(answer, err)
}

// refundCreate begins a refund, once for each id of our system's.
func (s *Server) refundCreate(body []byte) (int, []byte) {
	order, err := wire.DecodeNewOrder(body)
	if err != nil {
		return refuseFor(err)
	}
	if order.Type != payments.TypeB2C {
		return refuse(wire.HTTPDataWrong)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if known, isKnown := s.byPSPID[order.PSPTransactionID]; isKnown {
		if !bytes.Equal(known.body, body) {
			return refuse(http.StatusUnprocessableEntity)
		}
		return tell(known)
	}
	origin := s.origin(order.Scan)
	if code := s.judgeRefund(origin, order.Scan); code != 0 {
		return refuse(code)
	}
	order.OperatorID = newID()
	t := &transaction{order: order, body: body, origin: origin.order.OperatorID, payee: payer}
	s.keep(t)
	return tell(t)
}

// origin finds the payment that a refund names: in the field refundOf, which
// holds every id, or in qrTransactionId, which is too short for some.
func (s *Server) origin(scan payments.Scan) *transaction {
	id := scan.QRTransactionID
	for _, extra := range scan.Extra {
		if extra.Key == "refundOf" {
			id = extra.Value
		}
	}
	return s.transactions[id]
}

// judgeRefund returns why a refund cannot be, or 0. The lock is held.
func (s *Server) judgeRefund(origin *transaction, scan payments.Scan) (code int) {
	switch {
	case origin == nil || !origin.incoming || origin.status != payments.StatusSuccess:
		return wire.HTTPRecipientWrong
	case scan.Currency != wire.Currency:
		return wire.HTTPDataWrong
	case scan.Amount > origin.order.Amount-s.refunded(origin, true):
		return wire.HTTPSumTooLarge
	}
	return 0
}

// refundExecute gives the payer the money. The lock is held.
func (s *Server) refundExecute(t *transaction) (int, []byte) {
	if t.incoming {
		return refuse(http.StatusUnprocessableEntity)
	}
	if t.status == payments.StatusCreated {
		if s.now().Sub(t.created) > executeWithin {
			s.become(t, payments.StatusCanceled)
		} else {
			s.become(t, payments.StatusSuccess)
		}
	}
	return tell(t)
}

// hear takes our system's word about a payment to it. The lock is held.
func (s *Server) hear(t *transaction, body []byte) (int, []byte) {
	update, err := wire.DecodeUpdate(body)
	if err != nil {
		return refuseFor(err)
	}
	if t.status == update.Status {
		return http.StatusOK, nil
	}
	if !t.incoming || isFinal(t.status) || !isFinal(update.Status) {
		return refuse(http.StatusUnprocessableEntity)
	}
	s.become(t, update.Status)
	return http.StatusOK, nil
}

func tell(t *transaction) (int, []byte) {
	body, err := t.told().MarshalJSON()
	return encoded(body, err)
}

func encoded(body []byte, err error) (int, []byte) {
	if err != nil {
		return refuse(http.StatusInternalServerError)
	}
	return http.StatusOK, body
}

func refuseFor(err error) (int, []byte) {
	var malformed *wire.MalformedError
	if errors.As(err, &malformed) {
		return refuse(http.StatusBadRequest)
	}
	return refuse(wire.HTTPDataWrong)
}

func refuse(status int) (int, []byte) { return status, refusal(status) }

func refusal(status int) []byte {
	// Two plain fields always encode.
	body, _ := wire.EncodeRefusal(status, "refused")
	return body
}
