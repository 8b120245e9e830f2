package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/payments"
)

// What a receipt's key says follows the money: paid, partly back, all back.
func TestReceiptView(t *testing.T) {
	w := newWorld(t)
	w.withOperator()
	desk := w.merchant(t, 1)
	paid := w.pay(t, w.order(t, desk.Static, 700_00))
	other := w.pay(t, w.order(t, desk.Static, 50_00))
	want := payments.ReceiptView{
		Key: paid.ReceiptKey, Standing: payments.ReceiptGenuine, Number: paid.Receipt, Payee: "Кофейня «Ала-Тоо»",
		Amount: 700_00, At: paid.FinalAt,
	}
	check := func(when string) {
		t.Helper()
		got, err := w.ReceiptView(t.Context(), paid.ReceiptKey)
		must(t, err)
		if diff := cmp.Diff(got, want); diff != "" {
			t.Errorf("%s (-got +want):\n%s", when, diff)
		}
	}
	check("paid")
	w.ask(t, 1, paid, 100_00) // not confirmed by anybody: the receipt is as good as before
	check("refund on its way")
	w.refund(t, 1, paid, 200_00)
	want.Standing, want.Refunded = payments.ReceiptPartlyRefunded, 200_00
	check("partly refunded")
	refunds, err := w.store.Refunds(t.Context(), paid.MerchantID, paid.ID)
	must(t, err)
	must(t, ignore(w.SendRefund(t.Context(), payments.SendRefund{MerchantID: paid.MerchantID, RefundID: refunds[0].ID})))
	w.refund(t, 1, paid, 400_00)
	want.Standing, want.Refunded = payments.ReceiptRefunded, 700_00
	check("refunded")

	w.advance(time.Minute)
	w.reverse(t, other)
	v, err := w.ReceiptView(t.Context(), other.ReceiptKey)
	must(t, err)
	if v.Standing != payments.ReceiptReversed || v.Number != other.Receipt || !v.At.Equal(*w.clock.Load()) {
		t.Errorf("reversed: %+v", v)
	}
}

// A key is found however it was typed, and nothing else is.
func TestReceiptKey(t *testing.T) {
	w := newWorld(t)
	desk := w.merchant(t, 1)
	p := w.pay(t, w.order(t, desk.Static, 700_00))
	unpaid := w.order(t, desk.Static, 10_00)
	must(t, ignore(w.Create(t.Context(), unpaid))) // a payment whose key is empty
	key := p.ReceiptKey
	for name, typed := range map[string]string{
		"as it is": key, "lower case": strings.ToLower(key), "in groups": key[:4] + "-" + key[4:13] + "-" + key[13:], "spaces around": " " + key + "\n",
	} {
		if v, err := w.ReceiptView(t.Context(), typed); err != nil || v.Key != key {
			t.Errorf("%s: %+v, %v", name, v, err)
		}
	}
	for name, typed := range map[string]string{
		"empty": "", "unknown": payments.NewCode(), "a link's code": desk.Static.Code, "too short": key[1:], "too long": key + "0",
		"another alphabet": strings.Repeat("Ж", 13), "a wildcard": strings.Repeat("%", 26), "only dashes": strings.Repeat("-", 26),
	} {
		if v, err := w.ReceiptView(t.Context(), typed); payments.CodeOf(err) != payments.CodeReceiptNotFound {
			t.Errorf("%s: %+v, %v", name, v, err)
		}
	}
}

// The payer's receipt is that of a charge that was paid, and says nothing of
// the merchant's card.
func TestPayerReceipt(t *testing.T) {
	w := newWorld(t)
	w.withOperator()
	desk := w.merchant(t, 1)
	link := w.charge(t, 1, 500_00)
	refused := func(when string, code string, want payments.Code) {
		t.Helper()
		if _, err := w.PayerReceipt(t.Context(), code); payments.CodeOf(err) != want {
			t.Errorf("%s: %v, want %s", when, err, want)
		}
	}
	refused("not paid", link.Code, payments.CodeReceiptNotFound)
	refused("unknown", payments.NewCode(), payments.CodeLinkNotFound)
	p := w.pay(t, w.order(t, link, 500_00))
	w.refund(t, 1, p, 100_00)
	v, err := w.PayerReceipt(t.Context(), link.Code)
	must(t, err)
	if v.Payment.ID != p.ID || v.Merchant.ID != p.MerchantID || v.Outlet.ID != p.OutletID || len(v.Refunds) != 1 ||
		v.Credit.ID != 0 || v.Card.Last4 != "" || v.MayRefund {
		t.Errorf("%+v", v)
	}
	w.pay(t, w.order(t, desk.Static, 50_00))
	refused("by a static code, which others pay too", desk.Static.Code, payments.CodeReceiptNotFound)
	other := w.charge(t, 1, 70_00)
	w.reverse(t, w.pay(t, w.order(t, other, 70_00)))
	refused("reversed", other.Code, payments.CodeReceiptNotFound)
}
