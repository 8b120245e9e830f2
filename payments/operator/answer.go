package operator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"elkart.kg/trade/payments"
)

// answer is what goes back for one call.
type answer struct {
	status int
	body   []byte
	hash   string // H-HASH; "" until signed
	allow  string // the Allow header of a 405
}

// httpStatus maps a failure to the numbers of the wire. What is not known to be
// the caller's doing is ours.
func httpStatus(err error) int {
	var malformed *MalformedError
	if errors.As(err, &malformed) {
		return http.StatusBadRequest
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return http.StatusInternalServerError
	}
	code := payments.CodeOf(err)
	switch code {
	case payments.CodeRecipientWrong, payments.CodeOutletNotFound:
		return HTTPRecipientWrong
	case payments.CodeAccessDenied:
		return HTTPAccessDenied
	case payments.CodeDataWrong:
		return HTTPDataWrong
	case payments.CodeSumTooSmall:
		return HTTPSumTooSmall
	case payments.CodeSumTooLarge:
		return HTTPSumTooLarge
	case payments.CodeImpossible:
		return http.StatusUnprocessableEntity
	case payments.CodePaymentNotFound:
		return http.StatusNotFound
	case payments.CodeTokenizerDown:
		return HTTPSupplierUnavailable
	}
	if strings.HasPrefix(string(code), "link_") {
		return HTTPRecipientWrong
	}
	return http.StatusInternalServerError
}

// refusalText is the message of a refusal. It is the same for all reasons that
// share a number, so that nothing can be found out by asking.
func refusalText(status int) string {
	switch status {
	case http.StatusBadRequest:
		return "malformed"
	case http.StatusForbidden:
		return "forbidden"
	case http.StatusNotFound:
		return "not found"
	case http.StatusMethodNotAllowed:
		return "method not allowed"
	case http.StatusUnprocessableEntity:
		return "impossible"
	case HTTPRecipientWrong:
		return "recipient's data wrong"
	case HTTPAccessDenied:
		return "access denied"
	case HTTPDataWrong:
		return "wrong data"
	case HTTPSumTooSmall:
		return "sum below the minimum"
	case HTTPSumTooLarge:
		return "sum above the maximum"
	case HTTPSupplierUnavailable:
		return "supplier not available"
	case HTTPExternalUnavailable:
		return "external server not available"
	default:
		return "internal error"
	}
}

// refusals are the constant answers, signed once: a stranger who sends rubbish
// must not be able to make us sign (about a millisecond of work) each time.
type refusals map[int]answer

func newRefusals(sign *Signer) (refusals, error) {
	all := make(refusals)
	for _, status := range []int{http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound,
		http.StatusMethodNotAllowed, http.StatusUnprocessableEntity, HTTPRecipientWrong, HTTPAccessDenied,
		HTTPDataWrong, HTTPSumTooSmall, HTTPSumTooLarge, http.StatusInternalServerError,
		HTTPSupplierUnavailable, HTTPExternalUnavailable} {
		body, err := EncodeRefusal(status, refusalText(status))
		if err != nil {
			return nil, err
		}
		hash, err := sign.Sign("", body)
		if err != nil {
			return nil, err
		}
		all[status] = answer{status: status, body: body, hash: hash}
	}
	return all, nil
}

func (r refusals) of(status int) answer {
	if a, isKnown := r[status]; isKnown {
		return a
	}
	return r[http.StatusInternalServerError]
}

// forError is the answer to a failed call. A malformed message is told what is
// wrong with it: its sender has proved who they are by then.
func (r refusals) forError(err error) answer {
	var malformed *MalformedError
	if errors.As(err, &malformed) {
		if body, err := EncodeRefusal(http.StatusBadRequest, malformed.Error()); err == nil {
			return answer{status: http.StatusBadRequest, body: body}
		}
	}
	return r.of(httpStatus(err))
}

// ok wraps the body of a call that went well.
func ok(message any) (answer, error) {
	body, err := json.Marshal(message)
	if err != nil {
		return answer{}, fmt.Errorf("answer: %w", err)
	}
	return answer{status: http.StatusOK, body: body}, nil
}

// send writes an answer, signed if it is not yet. H-HASH is over the body; for
// the empty body of update it is over the request's path with its query, as the
// one signing rule has it.
func (h *Handler) send(w http.ResponseWriter, target string, a answer) (status int) {
	if a.hash == "" {
		hash, err := h.sign.Sign(target, a.body)
		if err != nil {
			h.log.Error("operator answer not signed", "error", err)
			a = h.refusals.of(http.StatusInternalServerError)
		} else {
			a.hash = hash
		}
	}
	header := w.Header()
	if len(a.body) > 0 {
		header.Set("Content-Type", "application/json")
	}
	if a.allow != "" {
		header.Set("Allow", a.allow)
	}
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Content-Length", fmt.Sprint(len(a.body)))
	header.Set(HeaderHash, a.hash)
	header.Set(HeaderSigningVersion, SigningVersion)
	w.WriteHeader(a.status)
	if _, err := w.Write(a.body); err != nil {
		h.log.Info("operator answer not delivered", "error", err)
	}
	// On its way before the journal is written; a writer without Flush is fine.
	_ = http.NewResponseController(w).Flush()
	return a.status
}
