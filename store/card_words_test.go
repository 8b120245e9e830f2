package store_test

import (
	"strings"
	"testing"

	"elkart.kg/trade/payments"
)

// Whoever writes a card number into words that others read, a merchant or a
// payer's bank, it is kept nowhere and stands in no link.
func TestNoCardNumberIsKeptInWords(t *testing.T) {
	w := newWorld(t)
	desk := w.merchant(t, 1)
	ctx := t.Context()
	const words = "на 9417 1234 1234 1234"
	ticket, err := w.Charge(ctx, 1, payments.ChargeDraft{Amount: 500_00, Comment: words, Key: "u2"})
	must(t, err)
	if want := "на •••• •••• •••• ••••"; ticket.Link.Comment != want {
		t.Errorf("the charge says %q, want %q", ticket.Link.Comment, want)
	}
	must(t, ignore(w.OfferCharge(ctx, 1, payments.ChargeDraft{Amount: 600_00, Comment: words, Key: "u3"})))
	lasting, err := w.OpenLink(ctx, 1, payments.LinkDraft{Comment: words, Key: "u4"})
	must(t, err)
	must(t, ignore(w.EditLink(ctx, 1, lasting.Link.ID, payments.LinkChange{Comment: ptr(words + "!")})))
	order := w.order(t, desk.Static, 700_00)
	order.Comment = words
	if paid := w.pay(t, order); !strings.HasPrefix(paid.Comment, "на ••••") {
		t.Errorf("the payment says %q", paid.Comment)
	}
	for _, table := range []string{"links", "link_versions", "drafts", "payments", "payment_events", "payment_words", "audit_log", "river_job"} {
		n := w.count(t, `SELECT count(*) FROM `+table+` t WHERE regexp_replace(t::text, '[^0-9]', '', 'g') LIKE '%9417123412341234%'
			OR t::text LIKE '%1234%201234%201234%'`)
		if n != 0 {
			t.Errorf("%d rows of %s have the number", n, table)
		}
	}
}
