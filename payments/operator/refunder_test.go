package operator_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/operator"
)

// newRefunder is our way to the side's refunds, with a refund of 7 som.
func newRefunder(t *testing.T) (*side, operator.Refunder, payments.RefundOrder) {
	s, config := newSide(t)
	return s, operator.Refunder{Client: newClient(t, config), Provider: "elcart.kg"}, payments.RefundOrder{
		Key: "KEY", OriginalOperatorID: "op-0", Amount: 700, MCC: 5411, Receipt: "12",
	}
}

func TestRefundOnTheWire(t *testing.T) {
	s, refunds, order := newRefunder(t)
	s.always(200, `{"transactionId":"op-1","status":10,"transactionType":40,"amount":700}`)
	for range 2 {
		answer, err := refunds.BeginRefund(t.Context(), order)
		if want := (payments.RefundAnswer{OperatorID: "op-1", Status: 10}); err != nil || answer != want {
			t.Fatalf("begin: %+v, %v", answer, err)
		}
	}
	s.always(200, `{"transactionId":"op-1","status":50,"transactionType":40,"amount":700}`)
	for name, call := range map[string]func() (payments.RefundAnswer, error){
		"execute": func() (payments.RefundAnswer, error) { return refunds.ExecuteRefund(t.Context(), "op-1") },
		"status":  func() (payments.RefundAnswer, error) { return refunds.RefundStatus(t.Context(), "op-1") },
	} {
		if answer, err := call(); err != nil || answer.Status != 50 {
			t.Errorf("%s: %+v, %v", name, answer, err)
		}
	}
	const create = `POST /psp/api/v1/payment/qr/1/tx/create {"qrType":"staticQr","merchantProvider":"elcart.kg","merchantCode":5411,` +
		`"currencyCode":"417","qrTransactionId":"op-0","customerType":"2","amount":700,"qrLinkHash":"0000",` +
		`"extra":[{"key":"refundOf","value":"op-0"}],"pspTransactionId":"KEY","receiptId":"12","transactionType":40}`
	if diff := cmp.Diff(s.calls[:2], []string{create, create}); diff != "" {
		t.Errorf("create (-got +want):\n%s", diff)
	}
}

// An id that qrTransactionId has no room for goes out in the extra field alone.
func TestRefundOfALongID(t *testing.T) {
	s, refunds, order := newRefunder(t)
	s.always(200, `{"transactionId":"op-1","status":10}`)
	order.OriginalOperatorID = strings.Repeat("x", 50)
	if _, err := refunds.BeginRefund(t.Context(), order); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(s.calls[0], "qrTransactionId") || !strings.Contains(s.calls[0], `"value":"`+order.OriginalOperatorID+`"`) {
		t.Error(s.calls[0])
	}
}

// A clear no ends a refund; all else leaves open what happened.
func TestRefusedRefunds(t *testing.T) {
	for status, isClear := range map[int]bool{
		400: true, 404: true, 422: true, 452: true, 453: true, 454: true, 455: true, 456: true,
		403: false, 405: false, 429: false, 500: false, 503: false, 523: false, 524: false,
	} {
		s, refunds, order := newRefunder(t)
		s.always(status, `{"code":1,"message":"no"}`)
		answer, err := refunds.BeginRefund(t.Context(), order)
		if isClear && (err != nil || answer.Status != payments.StatusError || answer.OperatorID != "" || answer.Reason == "") ||
			!isClear && err == nil {
			t.Errorf("create answered with %d: %+v, %v", status, answer, err)
		}
		if s.count() != 1 {
			t.Errorf("create answered with %d: called %d times", status, s.count())
		}
		if _, err := refunds.ExecuteRefund(t.Context(), "op-1"); err == nil {
			t.Errorf("execute answered with %d is no error", status)
		}
	}
	s, refunds, _ := newRefunder(t)
	s.always(http.StatusNotFound, ``)
	if _, err := refunds.RefundStatus(t.Context(), "op-1"); !errors.Is(err, payments.ErrNotFound) {
		t.Errorf("status of the unknown: %v", err)
	}
}

// What is answered about something else must not be executed.
func TestRefundMixedUp(t *testing.T) {
	for name, body := range map[string]string{
		"the payment itself": `{"transactionId":"op-0","status":10}`,
		"another sum":        `{"transactionId":"op-1","status":10,"amount":701}`,
		"another type":       `{"transactionId":"op-1","status":10,"transactionType":20}`,
		"no id":              `{"status":10}`,
	} {
		s, refunds, order := newRefunder(t)
		s.always(200, body)
		if answer, err := refunds.BeginRefund(t.Context(), order); !errors.Is(err, operator.ErrNoAnswer) {
			t.Errorf("%s: %+v, %v", name, answer, err)
		}
	}
}
