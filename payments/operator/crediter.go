package operator

import (
	"context"

	"elkart.kg/trade/payments"
)

// Crediter is Credits as the service asks for it.
type Crediter struct{ *Credits }

var (
	_ payments.Crediter  = Crediter{}
	_ payments.Tokenizer = Crediter{}
	_ payments.Operator  = (*Client)(nil)
)

// Credit puts money on a card. A token that the other side does not know is
// the same to the merchant as a card that does not take the money: refused.
func (c Crediter) Credit(ctx context.Context, order payments.CreditOrder) (payments.CreditAnswer, error) {
	state, err := c.Credits.Credit(ctx, CreditOrder(order))
	if payments.CodeOf(err) == payments.CodeRecipientWrong {
		return payments.CreditAnswer{State: payments.CreditRefused, Reason: err.Error()}, nil
	}
	if err != nil {
		return payments.CreditAnswer{}, err
	}
	answer := payments.CreditAnswer{State: payments.CreditSent, Reason: state.Reason}
	switch state.Status {
	case CreditDone:
		answer.State = payments.CreditDone
	case CreditRefused:
		answer.State = payments.CreditRefused
	}
	return answer, nil
}
