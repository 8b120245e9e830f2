package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/payments"
)

// Refund (r), credit paid out (c) and reversal (x) of a payment of 100 som, of
// which 30 are asked back, in every order; what a merchant who then takes 200
// more gets on the card is always what is theirs.
func TestEveryOrderOfRefundCreditReversal(t *testing.T) {
	w := newWorld(t)
	owner := payments.PersonID(0) // of a merchant for each order
	for order, want := range map[string]books{
		"r":   {Credit: "due", Amount: 70_00, Refunded: 30_00, RefundState: "succeeded", PaymentState: "succeeded"},
		"c":   {Credit: "done", Amount: 100_00, Paid: 100_00, PaymentState: "succeeded"},
		"x":   {Credit: "stopped", Amount: 100_00, PaymentState: "reversed"},
		"rc":  {Credit: "done", Amount: 70_00, Paid: 70_00, Refunded: 30_00, RefundState: "succeeded", PaymentState: "succeeded"},
		"cr":  {Credit: "done", Amount: 100_00, Paid: 100_00, Refunded: 30_00, Debts: 30_00, StillOwed: 30_00, RefundState: "succeeded", PaymentState: "succeeded"},
		"rx":  {Credit: "stopped", Amount: 70_00, Refunded: 30_00, Debts: 30_00, StillOwed: 30_00, RefundState: "succeeded", PaymentState: "reversed"},
		"cx":  {Credit: "recall", Amount: 100_00, Paid: 100_00, Debts: 100_00, StillOwed: 100_00, PaymentState: "reversed"},
		"rcx": {Credit: "recall", Amount: 70_00, Paid: 70_00, Refunded: 30_00, Debts: 100_00, StillOwed: 100_00, RefundState: "succeeded", PaymentState: "reversed"},
		"crx": {Credit: "recall", Amount: 100_00, Paid: 100_00, Refunded: 30_00, Debts: 130_00, StillOwed: 130_00, RefundState: "succeeded", PaymentState: "reversed"},
		"rxc": {Credit: "stopped", Amount: 70_00, Refunded: 30_00, Debts: 30_00, StillOwed: 30_00, RefundState: "succeeded", PaymentState: "reversed"},
		"xc":  {Credit: "stopped", Amount: 100_00, PaymentState: "reversed"},
		// The whole rest is asked back after the part.
		"rR": {Credit: "stopped", Refunded: 100_00, RefundState: "succeeded", PaymentState: "succeeded"},
		"Rx": {Credit: "stopped", Refunded: 100_00, Debts: 100_00, StillOwed: 100_00, RefundState: "succeeded", PaymentState: "reversed"},
		// With a fee of 2 som.
		"f":   {Credit: "due", Amount: 98_00, PaymentState: "succeeded"},
		"fx":  {Credit: "stopped", Amount: 98_00, PaymentState: "reversed"},
		"fR":  {Credit: "stopped", Refunded: 100_00, Debts: 2_00, StillOwed: 2_00, RefundState: "succeeded", PaymentState: "succeeded"},
		"frR": {Credit: "stopped", Refunded: 100_00, Debts: 2_00, StillOwed: 2_00, RefundState: "succeeded", PaymentState: "succeeded"},
		"fcR": {Credit: "done", Amount: 98_00, Paid: 98_00, Refunded: 100_00, Debts: 100_00, StillOwed: 100_00, RefundState: "succeeded", PaymentState: "succeeded"},
		"fRx": {Credit: "stopped", Refunded: 100_00, Debts: 100_00, StillOwed: 100_00, RefundState: "succeeded", PaymentState: "reversed"},
		"fcx": {Credit: "recall", Amount: 98_00, Paid: 98_00, Debts: 98_00, StillOwed: 98_00, PaymentState: "reversed"},
		"F":   {Credit: "stopped", PaymentState: "succeeded"}, // the fee is all of it
		"FR":  {Credit: "stopped", Refunded: 100_00, Debts: 100_00, StillOwed: 100_00, RefundState: "succeeded", PaymentState: "succeeded"},
		"FRx": {Credit: "stopped", Refunded: 100_00, Debts: 100_00, StillOwed: 100_00, RefundState: "succeeded", PaymentState: "reversed"},
	} {
		t.Run(order, func(t *testing.T) {
			op, b := w.withOperator(), w.withBank()
			owner++
			desk := w.merchant(t, owner)
			switch order[0] {
			case 'f':
				w.fee(t, desk.Merchant.ID, 200, 0)
			case 'F':
				w.fee(t, desk.Merchant.ID, 0, 500_00)
			}
			p := w.pay(t, w.order(t, desk.Static, 100_00))
			for _, step := range order {
				switch step {
				case 'r':
					w.refund(t, owner, p, 30_00)
				case 'R':
					v, err := w.PaymentView(t.Context(), owner, p.ID)
					must(t, err)
					w.refund(t, owner, p, v.Refundable)
				case 'c':
					w.payOutAll(t)
				case 'x':
					w.reverse(t, p)
				}
				w.balanced(t)
			}
			if diff := cmp.Diff(w.booksOf(t, p), want); diff != "" {
				t.Errorf("books (-got +want):\n%s", diff)
			}
			w.fee(t, desk.Merchant.ID, 0, 0)
			w.pay(t, w.order(t, desk.Static, 200_00))
			w.payOutAll(t)
			theirs, kept := payments.Money(200_00), p.Fee
			if want.PaymentState == payments.PaymentReversed {
				kept = 0
			} else {
				theirs += 100_00
			}
			_, back := op.given()
			if b.paid() != theirs-back-kept {
				t.Errorf("on the card: %d, want %d", b.paid(), theirs-back-kept)
			}
			if got := w.booksOf(t, p).StillOwed; got != 0 {
				t.Errorf("%d still owed", got)
			}
		})
	}
}

// A debt is withheld from one credit after the other, oldest debt first; what
// is withheld whole is done without a call.
func TestDebtIsWithheld(t *testing.T) {
	w := newWorld(t)
	w.withOperator()
	b := w.withBank()
	desk := w.merchant(t, 1)
	first := w.pay(t, w.order(t, desk.Static, 100_00))
	second := w.pay(t, w.order(t, desk.Static, 50_00))
	w.payOutAll(t)
	w.refund(t, 1, first, 100_00)
	w.refund(t, 1, second, 50_00)
	for i, want := range []struct{ sum, paid, owed payments.Money }{
		{60_00, 150_00, 90_00},
		{80_00, 150_00, 10_00},
		{30_00, 170_00, 0},
		{40_00, 210_00, 0},
	} {
		p := w.pay(t, w.order(t, desk.Static, want.sum))
		calls := len(b.orders)
		w.payOutAll(t)
		got := w.booksOf(t, p)
		if got.Credit != payments.CreditDone || b.paid() != want.paid || got.StillOwed != want.owed {
			t.Errorf("credit %d: %+v, paid %d", i, got, b.paid())
		}
		if called := len(b.orders) - calls; (called == 0) != (got.Amount == got.Withheld) {
			t.Errorf("credit %d: %d calls", i, called)
		}
		w.balanced(t)
		if i == 1 {
			// What was withheld is part of what is owed when the payment goes.
			w.reverse(t, p)
			if now := w.booksOf(t, p); now.StillOwed != 90_00 || now.Credit != payments.CreditDone {
				t.Errorf("reversed: %+v", now)
			}
			w.balanced(t)
			paid := w.pay(t, w.order(t, desk.Static, 80_00))
			w.payOutAll(t)
			if now := w.booksOf(t, paid); now.StillOwed != 10_00 {
				t.Errorf("made up for: %+v", now)
			}
		}
	}
	if got := w.count(t, `SELECT count(*) FROM withholdings WHERE debt_id = (SELECT min(id) FROM debts)`); got != 2 {
		t.Errorf("the oldest debt was withheld in %d parts, want 2", got)
	}
}

// Many credits at once withhold a debt once.
func TestDebtIsWithheldOnce(t *testing.T) {
	w := newWorld(t)
	w.withOperator()
	b := w.withBank()
	desk := w.merchant(t, 1)
	first := w.pay(t, w.order(t, desk.Static, 100_00))
	w.payOutAll(t)
	w.refund(t, 1, first, 100_00)
	for i := range 20 {
		w.pay(t, w.order(t, desk.Static, payments.Money(10_00+i)))
	}
	together(8, func(int) { w.payOutAll(t) })
	if want := payments.Money(100_00 + 20*10_00 + 190 - 100_00); b.paid() != want {
		t.Errorf("paid %d, want %d", b.paid(), want)
	}
}

// A payment is reversed while its credit is on the way: the answer decides.
func TestReversalWhileTheCreditIsOnItsWay(t *testing.T) {
	for answer, want := range map[payments.CreditState]books{
		payments.CreditDone:    {Credit: "recall", Amount: 100_00, Paid: 100_00, Debts: 100_00, StillOwed: 100_00, PaymentState: "reversed"},
		payments.CreditRefused: {Credit: "stopped", Amount: 100_00, PaymentState: "reversed"},
	} {
		w := newWorld(t)
		b := w.withBank()
		p := w.pay(t, w.order(t, w.merchant(t, 1).Static, 100_00))
		b.answer = payments.CreditSent
		w.payOutAll(t)
		w.reverse(t, p)
		w.balanced(t)
		if got := w.booksOf(t, p); got.Credit != payments.CreditSent {
			t.Errorf("on its way: %+v", got)
		}
		w.payOutAll(t)
		b.answer = answer
		together(10, func(int) { w.payOutAll(t) })
		if diff := cmp.Diff(w.booksOf(t, p), want); diff != "" {
			t.Errorf("%s (-got +want):\n%s", answer, diff)
		}
		if got := w.jobs(t, "credit_told"); got != 0 {
			t.Errorf("%s: the owner is asked for another card", answer)
		}
	}
}

// A refund that was asked for and did not go out has nothing to give back of a
// reversed payment; one on its way that arrives is a debt.
func TestRefundOfAReversedPayment(t *testing.T) {
	w := newWorld(t)
	op := w.withOperator()
	desk := w.merchant(t, 1)
	p := w.pay(t, w.order(t, desk.Static, 100_00))
	r := w.ask(t, 1, p, 30_00)
	w.reverse(t, p)
	must(t, ignore(w.SendRefund(t.Context(), payments.SendRefund{MerchantID: r.MerchantID, RefundID: r.ID})))
	if got := w.refundNow(t, r); got.State != payments.RefundFailed || op.calls != 0 || w.jobs(t, "refund_told") != 1 {
		t.Errorf("it is %+v after %d calls", got, op.calls)
	}

	p = w.pay(t, w.order(t, desk.Static, 101_00))
	r = w.ask(t, 1, p, 30_00)
	op.breaks, op.after = "execute", true
	if _, err := w.SendRefund(t.Context(), payments.SendRefund{MerchantID: r.MerchantID, RefundID: r.ID}); err == nil {
		t.Error("a lost answer is no error")
	}
	w.reverse(t, p)
	w.balanced(t)
	op.breaks = ""
	must(t, ignore(w.SendRefund(t.Context(), payments.SendRefund{MerchantID: r.MerchantID, RefundID: r.ID})))
	if diff := cmp.Diff(w.booksOf(t, p), books{
		Credit: "stopped", Amount: 101_00, Refunded: 30_00, Debts: 30_00, StillOwed: 30_00, RefundState: "succeeded", PaymentState: "reversed",
	}); diff != "" {
		t.Errorf("books (-got +want):\n%s", diff)
	}
}

// A refused credit shrinks, and goes to the next card with what is left.
func TestRefundOfARefusedCredit(t *testing.T) {
	w := newWorld(t)
	w.withOperator()
	b := w.withBank()
	desk := w.merchant(t, 1)
	owed := w.pay(t, w.order(t, desk.Static, 20_00))
	w.payOutAll(t)
	w.refund(t, 1, owed, 20_00)
	p := w.pay(t, w.order(t, desk.Static, 100_00))
	b.answer = payments.CreditRefused
	w.payOutAll(t)
	if got := w.booksOf(t, p); got.Credit != payments.CreditRefused || got.Withheld != 20_00 {
		t.Errorf("refused: %+v", got)
	}
	w.refund(t, 1, p, 30_00)
	number, err := payments.ParseCardNumber("9417999988887777")
	must(t, err)
	must(t, ignore(w.AddCard(t.Context(), 1, number, "u9")))
	b.answer = payments.CreditDone
	w.payOutAll(t)
	if got := w.booksOf(t, p); got.Credit != payments.CreditDone || got.Amount != 70_00 || got.Withheld != 20_00 || b.paid() != 20_00+50_00 {
		t.Errorf("paid %d, %+v", b.paid(), got)
	}
	// All of what is left is given back: nothing to go out, but what was withheld.
	q := w.pay(t, w.order(t, desk.Static, 40_00))
	b.answer = payments.CreditRefused
	w.payOutAll(t)
	w.refund(t, 1, q, 40_00)
	if got := w.booksOf(t, q); got.Credit != payments.CreditStopped || got.Amount != 0 {
		t.Errorf("given back whole: %+v", got)
	}
}
