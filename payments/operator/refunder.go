package operator

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"unicode/utf8"

	"elkart.kg/trade/payments"
)

// Refunder gives money back to payers: a refund is a new payment of type 40
// (B2C) from us that names the first transaction.
//
// Choice: there is no check before create. Where the answer to an earlier create
// was lost, a check would be refused because of that refund itself, and create
// judges the same.
type Refunder struct {
	Client   *Client
	Provider string // 32/00, such as elcart.kg
}

var _ payments.Refunder = Refunder{}

// refundOf is the key of the extra field that names what is given back.
// Choice: it holds every id; qrTransactionId, which names it as well, is too
// short for some.
const refundOf = "refundOf"

// noHash is the checksum of a code (ID 63) where no code was scanned.
const noHash = "0000"

// BeginRefund creates the transaction. The same order is the same bytes, so that
// the operator recognises a repetition by its pspTransactionId.
func (r Refunder) BeginRefund(ctx context.Context, order payments.RefundOrder) (payments.RefundAnswer, error) {
	out := payments.Order{
		Scan: payments.Scan{
			Provider: r.Provider, MCC: order.MCC, Currency: Currency, Customer: payments.CustomerCompany,
			Amount: order.Amount, LinkHash: noHash,
			Extra: []payments.Extra{{Key: refundOf, Value: order.OriginalOperatorID}},
		},
		PSPTransactionID: order.Key, ReceiptID: order.Receipt, Type: payments.TypeB2C,
	}
	if utf8.RuneCountInString(order.OriginalOperatorID) <= fieldLimit {
		out.QRTransactionID = order.OriginalOperatorID
	}
	t, err := r.Client.Create(ctx, out)
	if no, reason := clearNo(err); no {
		return payments.RefundAnswer{Status: payments.StatusError, Reason: reason}, nil
	}
	if err != nil {
		return payments.RefundAnswer{}, err
	}
	// What is executed next must be what was asked for.
	if t.TransactionID == order.OriginalOperatorID || t.Amount != 0 && t.Amount != order.Amount ||
		t.Type != 0 && t.Type != payments.TypeB2C {
		return payments.RefundAnswer{}, fmt.Errorf("operator create: %w: it is about another transaction", ErrNoAnswer)
	}
	return payments.RefundAnswer{OperatorID: t.TransactionID, Status: t.Status}, nil
}

// ExecuteRefund executes it. A refusal says nothing of whether an earlier
// execute took effect, and is an error.
func (r Refunder) ExecuteRefund(ctx context.Context, operatorID string) (payments.RefundAnswer, error) {
	t, err := r.Client.Execute(ctx, operatorID)
	return payments.RefundAnswer{OperatorID: operatorID, Status: t.Status}, err
}

// RefundStatus asks how it stands.
func (r Refunder) RefundStatus(ctx context.Context, operatorID string) (payments.RefundAnswer, error) {
	status, err := r.Client.Status(ctx, operatorID)
	return payments.RefundAnswer{OperatorID: operatorID, Status: status}, err
}

// clearNo reports whether a create was refused for what it asks. A refused
// signature, token or method is a fault between the two systems, which another
// try may find mended.
func clearNo(err error) (no bool, reason string) {
	var refused *RefusedError
	if !errors.As(err, &refused) {
		return false, ""
	}
	switch refused.HTTPStatus {
	case http.StatusBadRequest, http.StatusNotFound, http.StatusUnprocessableEntity,
		HTTPRecipientWrong, HTTPAccessDenied, HTTPDataWrong, HTTPSumTooSmall, HTTPSumTooLarge:
		return true, refused.Error()
	}
	return false, ""
}
