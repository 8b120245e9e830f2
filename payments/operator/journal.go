package operator

import (
	"context"
	"time"

	"elkart.kg/trade/payments"
)

// Call is the record of one inbound call, kept for disputes. It holds no
// secret and nothing of the body but its hash.
type Call struct {
	At               time.Time // UTC, when the call came in
	Name             string    // check, create, execute, update, get; "" if not a call, or unsigned
	Signed           bool      // the signature held
	OperatorID       string    // "" where not known
	PSPTransactionID string    // "" where not known
	HTTPStatus       int
	Code             payments.Code // "" unless refused for a reason of ours
	Took             time.Duration
	Remote           string // host:port of the other end of the connection
	BodyHash         []byte // SHA-256 of the body as received, 32 bytes; nil if it was not read to its end
}

// Journal keeps inbound calls. Record runs after the answer is on its way, so
// that keeping never makes an answer late; an error is logged and not repeated.
// Calls with Signed false can come from anybody: bound what they may fill.
type Journal interface {
	Record(ctx context.Context, call Call) error
}
