package handlers

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/documents"
)

const receiptKey = "01HZX5J7Q8RATVWXYZ23456789"

func receiptView(state payments.PaymentState, refunds ...payments.Refund) ReceiptView {
	var reversed time.Time
	if state == payments.PaymentReversed {
		reversed = noon.Add(time.Minute)
	}
	return ReceiptView{PaymentView: payments.PaymentView{
		Payment: payments.Payment{
			State: state, Amount: 1250_50, Receipt: 1204, ReceiptKey: receiptKey, OperatorID: "8f14e45f-ceea",
			BeneficiaryName: hostileName, Fee: 12_50, CreatedAt: noon, ExecutedAt: noon, FinalAt: noon.Add(time.Minute), ReversedAt: reversed,
		},
		Merchant: payments.Merchant{Name: "ИП Асанова", TimeZone: "Asia/Bishkek", TIN: "01234567890123"},
		Outlet:   payments.Outlet{Name: "renamed since", Address: "Ош базары, 12-катар"},
		Link:     payments.Link{Comment: "2 самсы <3"},
		Refunds:  refunds,
	}}
}

func receiptRefund(state payments.RefundState, amount payments.Money, after time.Duration) payments.Refund {
	r := payments.Refund{State: state, Amount: amount, RequestedAt: noon}
	if state.Final() {
		r.FinalAt = noon.Add(after)
	}
	return r
}

func TestReceiptsInWords(t *testing.T) {
	c := catalog(t)
	waiting := receiptView(payments.PaymentExecuting)
	waiting.Payment.Receipt, waiting.Payment.ReceiptKey, waiting.Payment.Fee, waiting.Payment.FinalAt = 0, "", 0, time.Time{}
	failed, cancelled := waiting, waiting
	failed.Payment.State, failed.Payment.FinalAt = payments.PaymentFailed, noon
	cancelled.Payment.State, cancelled.Payment.FinalAt = payments.PaymentCancelled, noon
	payer := receiptView(payments.PaymentSucceeded)
	payer.ForPayer, payer.Merchant.TIN, payer.Merchant.Name, payer.Link.Comment, payer.Outlet.Address = true, "", hostileName, "", ""
	cases := []struct {
		name string
		view ReceiptView
	}{
		{"paid", receiptView(payments.PaymentSucceeded)},
		{"paid, for the payer, one name, no comment", payer},
		{"in process", waiting},
		{"failed", failed},
		{"cancelled", cancelled},
		{"reversed", receiptView(payments.PaymentReversed)},
		{"refund in process", receiptView(payments.PaymentSucceeded, receiptRefund(payments.RefundSent, 200_00, 0))},
		{"refund failed", receiptView(payments.PaymentSucceeded, receiptRefund(payments.RefundFailed, 200_00, time.Hour))},
		{"partly refunded, more on its way", receiptView(payments.PaymentSucceeded,
			receiptRefund(payments.RefundSucceeded, 200_00, time.Hour),
			receiptRefund(payments.RefundFailed, 300_00, 2*time.Hour),
			receiptRefund(payments.RefundRequested, 50_50, 0))},
		{"refunded in two parts", receiptView(payments.PaymentSucceeded,
			receiptRefund(payments.RefundSucceeded, 250_50, time.Hour),
			receiptRefund(payments.RefundSucceeded, 1000_00, 25*time.Hour))},
	}
	for _, lang := range []string{locales.Kyrgyz, locales.Russian, locales.English} {
		t.Run(lang, func(t *testing.T) {
			var b strings.Builder
			for _, tc := range cases {
				fmt.Fprintf(&b, "== %s ==\n%s\n", tc.name, inWords(ReceiptData(c.Printer(lang), tc.view, page)))
			}
			golden(t, "documents/receipt."+lang+".txt", b.String())
		})
	}
}

// inWords is a document's data, a line for each field that says something.
func inWords(document any) string {
	var b strings.Builder
	v := reflect.ValueOf(document)
	for i := range v.NumField() {
		if field := v.Field(i); !field.IsZero() {
			format := "%s: %v\n"
			if kind := field.Kind(); kind == reflect.Slice || kind == reflect.Array {
				format = "%s: %q\n"
			}
			fmt.Fprintf(&b, format, v.Type().Field(i).Name, field.Interface())
		}
	}
	return b.String()
}

func TestManyRefundsOnAReceipt(t *testing.T) {
	var refunds []payments.Refund
	for i := range 50 {
		refunds = append(refunds, receiptRefund(payments.RefundSucceeded, 1_00, time.Duration(i)*24*time.Hour))
	}
	r := ReceiptData(catalog(t).Printer(locales.English), receiptView(payments.PaymentSucceeded, refunds...), "")
	// The total, the newest ones, what is left.
	if len(r.Marks) != 1+refundsOnReceipt+1 || !strings.Contains(r.Marks[0], "50 som") || !strings.Contains(r.Marks[refundsOnReceipt], "27.06.2026") {
		t.Errorf("marks: %q", r.Marks)
	}
}

func TestNoPageNoCodeOnAReceipt(t *testing.T) {
	p := catalog(t).Printer(locales.Russian)
	if r := ReceiptData(p, receiptView(payments.PaymentSucceeded), ""); r.Check != "" || !strings.Contains(r.CheckText, "/verify 1204") {
		t.Errorf("without a page: a code to %q and the advice %q", r.Check, r.CheckText)
	}
}

func TestReceiptsAndPostersAreDrawn(t *testing.T) {
	press, err := documents.New()
	if err != nil {
		t.Fatal(err)
	}
	c := catalog(t)
	for _, lang := range []string{locales.Kyrgyz, locales.Russian, locales.English} {
		p := c.Printer(lang)
		picture, err := press.ReceiptPNG(ReceiptData(p, receiptView(payments.PaymentSucceeded), page))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := readQR(t, picture), page+"/r/"+receiptKey; got != want {
			t.Errorf("%s: the code leads to %q, want %q", lang, got, want)
		}
		poster := PosterData(p, c.Printer(locales.Russian), payments.Outlet{Name: hostileName}, payments.Link{URI: production, CreatedAt: noon})
		for _, size := range documents.PosterSizes() {
			if _, err := press.PosterPDF(poster, size); err != nil {
				t.Errorf("%s %s: %v", lang, size, err)
			}
		}
	}
}
