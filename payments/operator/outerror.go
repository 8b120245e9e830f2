package operator

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"unicode"

	"elkart.kg/trade/payments"
)

// ErrNoAnswer says that the other side could not be reached, or that no answer
// of the protocol came: whether the call took effect is not known. Ask with Get
// before doing anything else about it.
var ErrNoAnswer = errors.New("operator: no answer")

// RefusedError is the other side's clear no. It unwraps to the *payments.Error
// of the same meaning, if there is one; 455 and 456 come without the bound,
// which the wire does not tell.
type RefusedError struct {
	HTTPStatus int
	Message    string // theirs, cut and cleaned; for logs, not for people
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("operator: refused with %d: %s", e.HTTPStatus, e.Message)
}

// Unwrap gives the meaning of the refusal.
func (e *RefusedError) Unwrap() error {
	switch e.HTTPStatus {
	case http.StatusNotFound:
		return payments.Fail(payments.CodePaymentNotFound)
	case http.StatusUnprocessableEntity:
		return payments.Fail(payments.CodeImpossible)
	case HTTPRecipientWrong:
		return payments.Fail(payments.CodeRecipientWrong)
	case HTTPAccessDenied:
		return payments.Fail(payments.CodeAccessDenied)
	case HTTPDataWrong:
		return payments.Fail(payments.CodeDataWrong)
	case HTTPSumTooSmall:
		return payments.Fail(payments.CodeSumTooSmall)
	case HTTPSumTooLarge:
		return payments.Fail(payments.CodeSumTooLarge)
	}
	return nil
}

func refusedWith(status int, body []byte) *RefusedError {
	_, message := DecodeRefusal(body)
	clean := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, message)
	if runes := []rune(clean); len(runes) > 200 {
		clean = string(runes[:200]) + "…"
	}
	return &RefusedError{HTTPStatus: status, Message: clean}
}
