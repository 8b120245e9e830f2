package operator

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"elkart.kg/trade/payments"
)

// Client calls the operator: we are a PSP that pays (a refund is a payment of
// ours), asks, or says late what it could not say in time.
//
// All calls fail with *RefusedError, ErrNoAnswer or ErrSignature (of the answer:
// the call may have taken effect); a call that cannot be sent as it is fails
// with *MalformedError. Check, Get and Update are
// repeated up to three times when no answer comes. Create and Execute move
// money and are repeated only if they provably never left: whether the operator
// knows a repetition of them no public source tells, so ask with Get first.
// After five silences in a row calls fail at once for ten seconds.
type Client struct{ transport *transport }

// NewClient checks its configuration; it makes no call.
func NewClient(c ClientConfig) (*Client, error) {
	t, err := newTransport(c)
	if err != nil {
		return nil, err
	}
	return &Client{transport: t}, nil
}

// Check asks who would be paid. Nothing changes by it.
func (c *Client) Check(ctx context.Context, scan payments.Scan) (payments.Beneficiary, error) {
	body, err := EncodeCheck(scan)
	if err != nil {
		return payments.Beneficiary{}, fmt.Errorf("operator check: %w", err)
	}
	if _, err := DecodeCheck(body); err != nil {
		return payments.Beneficiary{}, fmt.Errorf("operator check: %w", err)
	}
	answer, err := c.transport.do(ctx, outCall{name: "operator check", method: http.MethodPost,
		path: OutboundPath + callCheck, body: body, repeatable: true})
	if err != nil {
		return payments.Beneficiary{}, err
	}
	b, err := DecodeBeneficiary(answer)
	if err != nil {
		return payments.Beneficiary{}, fmt.Errorf("operator check: %w: %w", ErrNoAnswer, err)
	}
	return b, nil
}

// Create begins a payment of ours. The operator gives the transaction its id;
// an OperatorID in the order is sent along, and usually empty.
func (c *Client) Create(ctx context.Context, order payments.Order) (Transaction, error) {
	body, err := EncodeCreate(order)
	if err != nil {
		return Transaction{}, fmt.Errorf("operator create: %w", err)
	}
	if _, err := DecodeNewOrder(body); err != nil {
		return Transaction{}, fmt.Errorf("operator create: %w", err)
	}
	answer, err := c.transport.do(ctx, outCall{name: "operator create", method: http.MethodPost,
		path: OutboundPath + callCreate, body: body})
	if err != nil {
		return Transaction{}, err
	}
	return readTransaction("operator create", answer)
}

// Execute makes a created payment happen.
func (c *Client) Execute(ctx context.Context, operatorID string) (Transaction, error) {
	return c.about(ctx, callExecute, operatorID, http.MethodPost, false)
}

// Get asks how a transaction stands. It is the only word that counts where an
// update has not come.
func (c *Client) Get(ctx context.Context, operatorID string) (Transaction, error) {
	return c.about(ctx, callGet, operatorID, http.MethodGet, true)
}

// Status is Get for those who want only that. It fails with
// payments.ErrNotFound if the operator does not know the transaction.
func (c *Client) Status(ctx context.Context, operatorID string) (payments.Status, error) {
	transaction, err := c.Get(ctx, operatorID)
	return transaction.Status, unknown(err)
}

// unknown tells that the operator does not know a transaction from that it
// could not be asked.
func unknown(err error) error {
	var refused *RefusedError
	if errors.As(err, &refused) && refused.HTTPStatus == http.StatusNotFound {
		return fmt.Errorf("%w: %w", payments.ErrNotFound, err)
	}
	return err
}

// Word is Status with the sum that the operator holds.
func (c *Client) Word(ctx context.Context, operatorID string) (payments.Word, error) {
	transaction, err := c.Get(ctx, operatorID)
	return payments.Word{Status: transaction.Status, Amount: transaction.Amount}, unknown(err)
}

// Update tells the operator a final status that it could not learn from our
// answer to execute. The same status again is no error.
func (c *Client) Update(ctx context.Context, operatorID string, status payments.Status, at time.Time) error {
	path, err := pathOf(callUpdate, operatorID)
	if err != nil {
		return err
	}
	body, err := EncodeUpdate(Update{Status: status, At: at})
	if err != nil {
		return fmt.Errorf("operator update: %w", err)
	}
	if _, err := DecodeUpdate(body); err != nil {
		return fmt.Errorf("operator update: %w", err)
	}
	_, err = c.transport.do(ctx, outCall{name: "operator update", method: http.MethodPost,
		path: path, body: body, repeatable: true})
	return err
}

// about makes a call without a body and returns what the operator holds. An
// answer about another transaction is no answer.
func (c *Client) about(ctx context.Context, call, operatorID, method string, repeatable bool) (Transaction, error) {
	path, err := pathOf(call, operatorID)
	if err != nil {
		return Transaction{}, err
	}
	name := "operator " + call
	answer, err := c.transport.do(ctx, outCall{name: name, method: method, path: path, repeatable: repeatable})
	if err != nil {
		return Transaction{}, err
	}
	transaction, err := readTransaction(name, answer)
	if err != nil {
		return Transaction{}, err
	}
	if transaction.TransactionID != operatorID {
		return Transaction{}, fmt.Errorf("%s: %w: it is about another transaction", name, ErrNoAnswer)
	}
	return transaction, nil
}

// readTransaction reads an answer; one that cannot be read is none.
func readTransaction(name string, answer []byte) (Transaction, error) {
	transaction, err := DecodeTransaction(answer)
	if err != nil {
		return Transaction{}, fmt.Errorf("%s: %w: %w", name, ErrNoAnswer, err)
	}
	return transaction, nil
}

// pathOf writes an id into a path so that it stays one segment.
func pathOf(call, id string) (string, error) {
	if id == "" || id == "." || id == ".." || checkText(id, idLimit) != nil {
		return "", fmt.Errorf("operator %s: %w", call, &MalformedError{Field: "transactionId", Why: "not an id"})
	}
	return OutboundPath + call + "/" + url.PathEscape(id), nil
}
