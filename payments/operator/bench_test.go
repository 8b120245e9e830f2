package operator_test

import (
	"context"
	"io"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/operator"
)

// What a call costs without network and database: the operator's signature
// checked, the body read, the answer written and signed.
func BenchmarkHandler(b *testing.B) {
	handler, err := operator.NewHandler(operator.HandlerConfig{
		Beneficiary: settled{}, Verify: verifier(b, operatorKey()), Sign: signer(b, ourKey()),
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Now: noon,
	})
	if err != nil {
		b.Fatal(err)
	}
	for _, call := range []struct{ name, target, body string }{
		{"check", "/in/qr/1/tx/check", checkBody},
		{"create", "/in/qr/1/tx/create", createBody},
		{"execute", "/in/qr/1/tx/execute/1", ""},
		{"update", "/in/qr/1/tx/update/1", `{"status":50,"updateDate":"2026-01-02T12:00:00Z"}`},
		{"refused", "/in/qr/1/tx/update/1", `{"status":50}`},
	} {
		header := signed(b, operatorKey(), call.target, call.body)
		b.Run(call.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequest("POST", call.target, strings.NewReader(call.body))
				r.Header = header
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, r)
				if w.Code != 200 && call.name != "refused" {
					b.Fatalf("answer %d %s", w.Code, w.Body)
				}
			}
		})
	}
	b.Run("signature alone", func(b *testing.B) {
		sign := signer(b, ourKey())
		b.ReportAllocs()
		for b.Loop() {
			if _, err := sign.Sign("", []byte(createBody)); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// settled is a payee to whom everything has happened, and who notes nothing.
type settled struct{}

func (settled) Check(context.Context, payments.Scan) (payments.Beneficiary, error) {
	return payments.Beneficiary{Name: "Кофейня «Ала-Тоо»", Type: payments.TypeC2B}, nil
}

func (settled) Create(_ context.Context, order payments.Order) (payments.Payment, error) {
	return payments.Payment{
		OperatorID: order.OperatorID, PSPTransactionID: order.PSPTransactionID, ReceiptID: order.ReceiptID,
		Type: order.Type, Customer: order.Customer, Amount: order.Amount,
		BeneficiaryName: "Кофейня «Ала-Тоо»", State: payments.PaymentCreated, CreatedAt: noon(),
	}, nil
}

func (s settled) Execute(ctx context.Context, id string) (payments.Payment, error) {
	p, err := s.Create(ctx, payments.Order{OperatorID: id, Type: payments.TypeC2B})
	p.State, p.ExecutedAt = payments.PaymentExecuting, noon()
	return p, err
}

func (settled) Update(context.Context, string, payments.Status, time.Time) error { return nil }

func (s settled) PaymentByOperatorID(ctx context.Context, id string) (payments.Payment, error) {
	return s.Execute(ctx, id)
}
