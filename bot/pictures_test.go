package main

import (
	"bytes"
	"testing"
	"time"

	"elkart.kg/trade/handlers/web"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/documents"
)

// What a merchant pays for a payment is not its payer's business.
func TestPayersReceiptHasNoFee(t *testing.T) {
	press, err := documents.New()
	if err != nil {
		t.Fatal(err)
	}
	catalog, err := locales.New()
	if err != nil {
		t.Fatal(err)
	}
	draw := pictures{press: press, publicURL: "https://pay.example.kg"}
	paid := payments.PaymentView{
		Merchant: payments.Merchant{Name: "Айгүл", TimeZone: "Asia/Bishkek"}, Outlet: payments.Outlet{Name: "Айгүл"},
		Payment: payments.Payment{
			State: payments.PaymentSucceeded, Amount: 500_00, Receipt: 1, ReceiptKey: "0123456789ABCDEFGHJKMNPQRS",
			FinalAt: time.Date(2026, 5, 9, 8, 30, 0, 0, time.UTC),
		},
	}
	for _, format := range []web.DocumentFormat{web.PNG, web.PDF} {
		free, err := draw.Receipt(catalog.Printer("ky"), paid, format)
		if err != nil {
			t.Fatal(err)
		}
		dear := paid
		dear.Payment.Fee = 12_50
		with, err := draw.Receipt(catalog.Printer("ky"), dear, format)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(free, with) {
			t.Errorf("%s: a fee changes the payer's receipt", format)
		}
		if other, err := draw.Receipt(catalog.Printer("ru"), paid, format); err != nil || bytes.Equal(free, other) {
			t.Errorf("%s: the same in another language (%v)", format, err)
		}
	}
}
