package operator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"elkart.kg/trade/payments"
)

// Credits asks for money to be put on cards. Every call may be repeated: they
// are idempotent by the card and by our credit id. Calls fail with
// *RefusedError, ErrNoAnswer or ErrSignature; no error holds a card number.
type Credits struct{ transport *transport }

// NewCredits checks its configuration; BaseURL is CREDIT_URL. It makes no call.
func NewCredits(c ClientConfig) (*Credits, error) {
	t, err := newTransport(c)
	if err != nil {
		return nil, err
	}
	return &Credits{transport: t}, nil
}

// Tokenize exchanges a card number for a token of 32 hex characters. Besides the
// usual it fails with CodeTokenizerDown when there is no answer, and with
// CodeCardRefused when the card is refused.
func (c *Credits) Tokenize(ctx context.Context, number payments.CardNumber) (string, error) {
	body, err := json.Marshal(cardMessage{Number: number.Reveal()})
	if err != nil {
		return "", errors.New("tokenize card: request cannot be made")
	}
	answer, err := c.transport.do(ctx, outCall{name: "tokenize card", method: http.MethodPost,
		path: creditCardsPath, body: body, repeatable: true})
	if err != nil {
		return "", tokenizeError(err)
	}
	var m tokenMessage
	if err := json.Unmarshal(answer, &m); err != nil || !isToken(m.Token) {
		return "", fmt.Errorf("tokenize card: %w: not a token", ErrNoAnswer)
	}
	// A token of another card would send the money to a stranger.
	if !strings.HasSuffix(m.Masked, number.Last4()) {
		return "", fmt.Errorf("tokenize card: %w: the token is of another card", ErrNoAnswer)
	}
	return m.Token, nil
}

// Credit asks for a sum (tyiyn) to be put on the card of a token. The same
// order again answers how it stands; other contents under its id are refused
// with CodeImpossible, a token that is not known with CodeRecipientWrong.
func (c *Credits) Credit(ctx context.Context, order CreditOrder) (CreditState, error) {
	body, err := json.Marshal(creditMessage{ID: order.ID, Token: order.Token, Amount: int64(order.Amount), Currency: Currency})
	if err != nil {
		return CreditState{}, fmt.Errorf("credit: %w", err)
	}
	if _, err := DecodeCreditOrder(body); err != nil {
		return CreditState{}, fmt.Errorf("credit: %w", err)
	}
	return c.state(ctx, order.ID, outCall{name: "credit", method: http.MethodPost,
		path: creditsPath, body: body, repeatable: true})
}

// CreditStatus asks how a credit stands; payments.ErrNotFound if it never
// arrived there.
func (c *Credits) CreditStatus(ctx context.Context, id string) (CreditState, error) {
	if id == "" || id == "." || id == ".." || checkText(id, idLimit) != nil {
		return CreditState{}, &MalformedError{Field: "creditId", Why: "not an id"}
	}
	state, err := c.state(ctx, id, outCall{name: "credit status", method: http.MethodGet,
		path: creditsPath + "/" + url.PathEscape(id), repeatable: true})
	var refused *RefusedError
	if errors.As(err, &refused) && refused.HTTPStatus == http.StatusNotFound {
		return CreditState{}, fmt.Errorf("%w: %w", payments.ErrNotFound, err)
	}
	return state, err
}

func (c *Credits) state(ctx context.Context, id string, call outCall) (CreditState, error) {
	answer, err := c.transport.do(ctx, call)
	if err != nil {
		return CreditState{}, err
	}
	state, err := decodeCreditState(answer)
	if err != nil {
		return CreditState{}, fmt.Errorf("%s: %w: %w", call.name, ErrNoAnswer, err)
	}
	if state.ID != id {
		return CreditState{}, fmt.Errorf("%s: %w: it is about another credit", call.name, ErrNoAnswer)
	}
	return state, nil
}

// tokenizeError says what a person can do about it: try another number, or later.
func tokenizeError(err error) error {
	var refused *RefusedError
	switch {
	case errors.Is(err, ErrNoAnswer):
		return fmt.Errorf("%w: %w", payments.Fail(payments.CodeTokenizerDown), err)
	case errors.As(err, &refused) && (refused.HTTPStatus == http.StatusBadRequest || refused.HTTPStatus == HTTPRecipientWrong):
		return fmt.Errorf("%w: %w", payments.Fail(payments.CodeCardRefused), err)
	}
	return err
}
