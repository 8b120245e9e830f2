package store_test

import (
	"strings"
	"testing"
	"time"

	"elkart.kg/trade/payments"
)

// What a payer's side may get wrong, and what it hears.
func TestCheckRefuses(t *testing.T) {
	w := newWorld(t)
	desk := w.merchant(t, 1)
	other := w.merchant(t, 2)
	ticket, err := w.Charge(t.Context(), 1, payments.ChargeDraft{Amount: 500_00, Key: "u2"})
	must(t, err)
	cancelled, err := w.Charge(t.Context(), 1, payments.ChargeDraft{Amount: 500_00, Key: "u3"})
	must(t, err)
	must(t, ignore(w.CancelLink(t.Context(), 1, cancelled.Link.ID)))
	paid, err := w.Charge(t.Context(), 1, payments.ChargeDraft{Amount: 500_00, Key: "u4"})
	must(t, err)
	w.pay(t, w.order(t, paid.Link, 500_00))

	filledIn := func(link payments.Link, sum payments.Money) payments.Link {
		filled, err := w.Channel.Fill(payments.Version{URI: link.URI}, sum)
		must(t, err)
		link.URI = filled.URI
		return link
	}
	for _, c := range []struct {
		name   string
		link   payments.Link
		amount payments.Money
		change func(*payments.Scan)
		want   payments.Code
	}{
		{"static", desk.Static, 777_77, nil, ""},
		{"charge", ticket.Link, 500_00, nil, ""},
		{"lower-case code, upper-case checksum", desk.Static, 1_00, func(s *payments.Scan) {
			s.Account, s.LinkHash = strings.ToLower(s.Account), strings.ToUpper(s.LinkHash)
		}, ""},
		{"only what is required", desk.Static, 1_00, func(s *payments.Scan) { s.ServiceID, s.MerchantCode = "", "" }, ""},
		{"unknown code", desk.Static, 1_00, func(s *payments.Scan) { s.Account = payments.NewCode() }, payments.CodeRecipientWrong},
		{"no code", desk.Static, 1_00, func(s *payments.Scan) { s.Account = "" }, payments.CodeRecipientWrong},
		{"another provider", desk.Static, 1_00, func(s *payments.Scan) { s.Provider = "qr.finik.kg" }, payments.CodeRecipientWrong},
		{"another service", desk.Static, 1_00, func(s *payments.Scan) { s.ServiceID = "other" }, payments.CodeRecipientWrong},
		{"another merchant's id", desk.Static, 1_00, func(s *payments.Scan) { s.MerchantCode = w.order(t, other.Static, 1).MerchantCode }, payments.CodeRecipientWrong},
		{"cancelled charge", cancelled.Link, 500_00, nil, payments.CodeRecipientWrong},
		{"paid charge", paid.Link, 500_00, nil, payments.CodeRecipientWrong},
		{"charge over another sum", ticket.Link, 499_99, nil, payments.CodeDataWrong},
		{"dollars", desk.Static, 1_00, func(s *payments.Scan) { s.Currency = "840" }, payments.CodeDataWrong},
		{"a charge said to be static", ticket.Link, 500_00, func(s *payments.Scan) { s.Dynamic = false }, payments.CodeDataWrong},
		{"a forged checksum", desk.Static, 1_00, func(s *payments.Scan) { s.LinkHash = "0000" }, payments.CodeDataWrong},
		{"another trade", desk.Static, 1_00, func(s *payments.Scan) { s.MCC = 6011 }, payments.CodeDataWrong},
		{"a sum that the payer filled in", filledIn(desk.Static, 250_50), 250_50, nil, ""},
		{"a sum filled in, another paid", filledIn(desk.Static, 250_50), 250_51, nil, payments.CodeDataWrong},
		{"a charge filled in", filledIn(ticket.Link, 499_99), 499_99, nil, payments.CodeDataWrong},
		{"below 1 som", desk.Static, 99, nil, payments.CodeSumTooSmall},
		{"above 1,000,000 som", desk.Static, 1_000_000_01, nil, payments.CodeSumTooLarge},
	} {
		t.Run(c.name, func(t *testing.T) {
			order := w.order(t, c.link, c.amount)
			if c.change != nil {
				c.change(&order.Scan)
			}
			got, err := w.Check(t.Context(), order.Scan)
			if code := payments.CodeOf(err); code != c.want || c.want == "" && err != nil {
				t.Fatalf("check: %v, want %q", err, c.want)
			}
			if err == nil && (got.Name != "Кофейня «Ала-Тоо»" || got.Type != payments.TypeC2B) {
				t.Errorf("check answers %+v", got)
			}
			if _, err = w.Create(t.Context(), order); payments.CodeOf(err) != c.want || c.want == "" && err != nil {
				t.Errorf("create: %v, want %q", err, c.want)
			}
		})
	}
}

func TestCheckOfAnExpiredCharge(t *testing.T) {
	w := newWorld(t)
	w.merchant(t, 1)
	ticket, err := w.Charge(t.Context(), 1, payments.ChargeDraft{Amount: 500_00, Key: "u2"})
	must(t, err)
	order := w.order(t, ticket.Link, 500_00)
	w.advance(payments.ChargeLife - time.Second)
	must(t, ignore(w.Create(t.Context(), order)))
	w.advance(2 * time.Second)
	if _, err := w.Check(t.Context(), order.Scan); payments.CodeOf(err) != payments.CodeRecipientWrong {
		t.Errorf("check of an expired charge: %v", err)
	}
	// What was created in time may still be executed, and is marked late.
	p, err := w.Execute(t.Context(), order.OperatorID)
	must(t, err)
	if p.State != payments.PaymentExecuting || !p.Late {
		t.Errorf("execute after expiry: %s, late %v", p.State, p.Late)
	}
}

// The same id with other contents is impossible, and changes nothing.
func TestIdsUsedAgain(t *testing.T) {
	w := newWorld(t)
	desk := w.merchant(t, 1)
	first := w.order(t, desk.Static, 100_00)
	must(t, ignore(w.Create(t.Context(), first)))
	otherSum, otherOperatorID, otherPSPID, otherComment := first, first, first, first
	otherSum.Amount = 200_00
	otherOperatorID.OperatorID = "op-new"
	otherPSPID.PSPTransactionID = "psp-new"
	otherComment.Comment = "чай"
	for name, order := range map[string]payments.Order{
		"sum": otherSum, "operator id": otherOperatorID, "PSP id": otherPSPID, "comment": otherComment,
	} {
		if _, err := w.Create(t.Context(), order); payments.CodeOf(err) != payments.CodeImpossible {
			t.Errorf("create again with another %s: %v, want %s", name, err, payments.CodeImpossible)
		}
	}
	if got := w.count(t, `SELECT count(*) FROM payments`); got != 1 {
		t.Errorf("%d payments, want 1", got)
	}
}

// A stranger's ids find nothing, whatever they name.
func TestStrangersSeeNothing(t *testing.T) {
	w := newWorld(t)
	w.merchant(t, 1)
	w.merchant(t, 2)
	must(t, ignore(w.Meet(t.Context(), payments.Acquaintance{ID: 3, Name: "Чоочун"})))
	ticket, err := w.Charge(t.Context(), 1, payments.ChargeDraft{Amount: 500_00, Key: "u2"})
	must(t, err)
	for person, want := range map[payments.PersonID]payments.Code{
		2: payments.CodeLinkNotFound, 3: payments.CodeNotRegistered, 4: payments.CodeNotRegistered,
	} {
		if _, err := w.Ticket(t.Context(), person, ticket.Link.ID); payments.CodeOf(err) != want {
			t.Errorf("ticket for person %d: %v, want %s", person, err, want)
		}
		if _, err := w.CancelLink(t.Context(), person, ticket.Link.ID); payments.CodeOf(err) != want {
			t.Errorf("cancel by person %d: %v, want %s", person, err, want)
		}
	}
	if again, err := w.Ticket(t.Context(), 1, ticket.Link.ID); err != nil || again.Link.State != payments.LinkActive {
		t.Errorf("the charge is %s, %v", again.Link.State, err)
	}
}
