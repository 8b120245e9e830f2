package payments_test

import (
	"testing"

	"elkart.kg/trade/payments"
)

func TestCompareClearingRow(t *testing.T) {
	in := payments.ClearingRow{OperatorID: "op-1", Amount: 500}
	out := payments.ClearingRow{OperatorID: "op-1", Amount: 500, Outgoing: true}
	payment := func(state payments.PaymentState, amount payments.Money) payments.Holding {
		return payments.Holding{State: string(state), Amount: amount}
	}
	refund := func(state payments.RefundState, amount payments.Money) payments.Holding {
		return payments.Holding{State: string(state), Amount: amount, Outgoing: true}
	}
	for _, tt := range []struct {
		name string
		row  payments.ClearingRow
		ours payments.Holding
		want payments.Outcome
	}{
		{"the same", in, payment(payments.PaymentSucceeded, 500), payments.OutcomeMatched},
		{"a refund", out, refund(payments.RefundSucceeded, 500), payments.OutcomeMatched},
		{"nothing held", in, payments.Holding{}, payments.OutcomeMissingHere},
		{"a tyiyn more", in, payment(payments.PaymentSucceeded, 499), payments.OutcomeSumDiffers},
		{"a tyiyn less", in, payment(payments.PaymentSucceeded, 501), payments.OutcomeSumDiffers},
		{"a refund of another sum", out, refund(payments.RefundSucceeded, 501), payments.OutcomeSumDiffers},
		{"only created", in, payment(payments.PaymentCreated, 500), payments.OutcomeStatusDiffers},
		{"not confirmed", in, payment(payments.PaymentExecuting, 500), payments.OutcomeStatusDiffers},
		{"failed", in, payment(payments.PaymentFailed, 500), payments.OutcomeStatusDiffers},
		{"cancelled", in, payment(payments.PaymentCancelled, 500), payments.OutcomeStatusDiffers},
		{"reversed", in, payment(payments.PaymentReversed, 500), payments.OutcomeStatusDiffers},
		{"reversed and another sum", in, payment(payments.PaymentReversed, 499), payments.OutcomeStatusDiffers},
		{"a refund on its way", out, refund(payments.RefundSent, 500), payments.OutcomeStatusDiffers},
		{"a payment that goes out", out, payment(payments.PaymentSucceeded, 500), payments.OutcomeStatusDiffers},
		{"a refund that comes in", in, refund(payments.RefundSucceeded, 500), payments.OutcomeStatusDiffers},
	} {
		if got := tt.row.Compare(tt.ours); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}
