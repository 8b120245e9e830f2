package store_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"elkart.kg/trade/payments"
)

// What is shown as a proof is worth what the books say, to each who asks what
// they may know.
func TestVerify(t *testing.T) {
	w := newWorld(t)
	w.withOperator()
	ctx := t.Context()
	desk, stranger := w.merchant(t, 1), w.merchant(t, 2)
	w.outlet(t, 1, payments.OutletDraft{Name: "Базар", CopyFrom: desk.Outlet.ID, Key: "o2"})
	atBazaar := w.pay(t, w.order(t, w.desk(t, 1).Static, 900_00))
	w.hire(t, 3, desk, payments.RoleCashier)
	w.limit(t, desk.Merchant.ID, 3, desk.Outlet.ID)

	paid := w.pay(t, w.order(t, desk.Static, 700_00))
	link := w.charge(t, 2, 500_00)
	foreign := w.pay(t, w.order(t, link, 500_00))
	open := w.charge(t, 2, 60_00)

	begun := w.order(t, desk.Static, 10_00)
	must(t, ignore(w.Create(ctx, begun)))
	executing := w.order(t, desk.Static, 20_00)
	must(t, ignore(w.Create(ctx, executing)))
	must(t, ignore(w.Execute(ctx, executing.OperatorID)))
	failed := w.order(t, desk.Static, 30_00)
	must(t, ignore(w.Create(ctx, failed)))
	must(t, w.Update(ctx, failed.OperatorID, payments.StatusError, *w.clock.Load()))
	reversed := w.pay(t, w.order(t, desk.Static, 40_00))
	w.reverse(t, reversed)
	partly := w.pay(t, w.order(t, desk.Static, 100_00))
	w.refund(t, 1, partly, 50_00)
	back := w.pay(t, w.order(t, desk.Static, 100_00))
	w.refund(t, 1, back, 100_00)

	for _, tc := range []struct {
		name   string
		person payments.PersonID
		claim  payments.Claim
		want   payments.Standing
		own    payments.PaymentID // 0: it is not theirs, or not for them
		sum    payments.Money     // of the receipt that is shown; 0: none
	}{
		{"key", 1, payments.Claim{Key: paid.ReceiptKey}, payments.ReceiptGenuine, paid.ID, 700_00},
		{"number", 1, payments.Claim{Number: paid.Receipt}, payments.ReceiptGenuine, paid.ID, 700_00},
		{"operator's id", 1, payments.Claim{OperatorID: paid.OperatorID}, payments.ReceiptGenuine, paid.ID, 700_00},
		{"number that is none, id that is one", 1, payments.Claim{Number: 999, OperatorID: paid.OperatorID}, payments.ReceiptGenuine, paid.ID, 700_00},
		{"key that is none, id that is one", 1, payments.Claim{Key: payments.NewCode(), OperatorID: paid.OperatorID}, payments.ReceiptGenuine, paid.ID, 700_00},
		{"to a cashier of the outlet", 3, payments.Claim{Number: paid.Receipt}, payments.ReceiptGenuine, paid.ID, 700_00},
		{"partly refunded", 1, payments.Claim{Key: partly.ReceiptKey}, payments.ReceiptPartlyRefunded, partly.ID, 100_00},
		{"refunded", 1, payments.Claim{Number: back.Receipt}, payments.ReceiptRefunded, back.ID, 100_00},
		{"reversed", 1, payments.Claim{Key: reversed.ReceiptKey}, payments.ReceiptReversed, reversed.ID, 40_00},
		{"only begun", 1, payments.Claim{OperatorID: begun.OperatorID}, payments.ProofInProcess, w.idOf(t, begun.OperatorID), 0},
		{"in process", 1, payments.Claim{OperatorID: executing.OperatorID}, payments.ProofInProcess, w.idOf(t, executing.OperatorID), 0},
		{"failed", 1, payments.Claim{OperatorID: failed.OperatorID}, payments.ProofFailed, w.idOf(t, failed.OperatorID), 0},
		{"code of a paid charge", 2, payments.Claim{Code: link.Code}, payments.ReceiptGenuine, foreign.ID, 500_00},

		{"another merchant's key", 1, payments.Claim{Key: foreign.ReceiptKey}, payments.ReceiptGenuine, 0, 500_00},
		{"another outlet's key, to its cashier", 3, payments.Claim{Key: atBazaar.ReceiptKey}, payments.ReceiptGenuine, 0, 900_00},
		{"another merchant's number", 2, payments.Claim{Number: partly.Receipt}, payments.ProofUnknown, 0, 0},
		{"another merchant's operator's id", 2, payments.Claim{OperatorID: paid.OperatorID}, payments.ProofUnknown, 0, 0},
		{"another merchant's id in process", 2, payments.Claim{OperatorID: executing.OperatorID}, payments.ProofUnknown, 0, 0},
		{"another outlet's number, to its cashier", 3, payments.Claim{Number: atBazaar.Receipt}, payments.ProofUnknown, 0, 0},
		{"another outlet's id, to its cashier", 3, payments.Claim{OperatorID: atBazaar.OperatorID}, payments.ProofUnknown, 0, 0},
		{"another merchant's paid charge", 1, payments.Claim{Code: link.Code}, payments.ProofPayCode, 0, 0},
		{"another merchant's open charge", 1, payments.Claim{Code: open.Code}, payments.ProofPayCode, 0, 0},
		{"unknown key", 1, payments.Claim{Key: payments.NewCode()}, payments.ProofUnknown, 0, 0},
		{"a link's code as a key", 1, payments.Claim{Key: desk.Static.Code}, payments.ProofUnknown, 0, 0},
		{"unknown code", 1, payments.Claim{Code: payments.NewCode()}, payments.ProofPayCode, 0, 0},
		{"no number", 1, payments.Claim{Number: -1}, payments.ProofUnknown, 0, 0},
		{"nothing", 1, payments.Claim{}, payments.ProofUnknown, 0, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			v, err := w.Verify(ctx, tc.person, tc.claim)
			must(t, err)
			var own payments.PaymentID
			if v.Own != nil {
				own = v.Own.Payment.ID
			}
			if v.Standing != tc.want || own != tc.own || v.Receipt.Amount != tc.sum || v.Link != nil {
				t.Errorf("%s, own payment %d, receipt of %d, link %v; want %s, %d, %d", v.Standing, own, v.Receipt.Amount, v.Link, tc.want, tc.own, tc.sum)
			}
		})
	}

	for name, l := range map[string]payments.Link{"open charge": open, "static code": stranger.Static} {
		v, err := w.Verify(ctx, 2, payments.Claim{Code: l.Code})
		must(t, err)
		if v.Standing != payments.ProofPayCode || v.Link == nil || v.Link.ID != l.ID {
			t.Errorf("own %s: %+v", name, v)
		}
	}
	_, err := w.Verify(ctx, 99, payments.Claim{Key: paid.ReceiptKey})
	wantCode(t, "nobody", err, payments.CodeNotRegistered)
}

// A receipt that is good is told to have been checked from the second time on,
// to whoever of the merchant's it is shown, and to nobody else.
func TestReceiptIsCheckedOnce(t *testing.T) {
	w := newWorld(t)
	w.withOperator()
	ctx := t.Context()
	desk := w.merchant(t, 1)
	w.merchant(t, 2)
	w.hire(t, 3, desk, payments.RoleCashier)
	paid := w.pay(t, w.order(t, desk.Static, 700_00))
	key := payments.Claim{Key: paid.ReceiptKey}
	check := func(person payments.PersonID, c payments.Claim, sum payments.Money, message string) *payments.ReceiptCheck {
		t.Helper()
		v, err := w.CheckReceipt(ctx, person, c, sum, message)
		must(t, err)
		if v.Again != (v.Before != nil && v.Before.PersonID == person) {
			t.Errorf("again %t by %d after %+v", v.Again, person, v.Before)
		}
		return v.Before
	}
	is := func(what string, got *payments.ReceiptCheck, person payments.PersonID, at time.Time) {
		t.Helper()
		if got == nil || got.PersonID != person || got.Name != map[payments.PersonID]string{1: "Айгүл", 3: "cashier"}[person] || !got.At.Equal(at) {
			t.Errorf("%s: %+v, want by %d at %s", what, got, person, at)
		}
	}
	first := *w.clock.Load()
	for range 2 { // Telegram delivers the message once more
		if got := check(3, key, 0, "u1"); got != nil {
			t.Errorf("the first time it was checked before: %+v", got)
		}
	}
	w.advance(time.Hour)
	if got := check(1, key, 900_00, "u2"); got != nil {
		t.Errorf("of another sum it was checked before: %+v", got)
	}
	is("by its number, for the owner", check(1, payments.Claim{Number: paid.Receipt}, 700_00, "u3"), 3, first)
	is("by the operator's id, for the cashier", check(3, payments.Claim{OperatorID: paid.OperatorID}, 0, "u4"), 1, *w.clock.Load())
	w.advance(time.Minute)
	is("for the cashier again", check(3, key, 0, "u5"), 3, w.clock.Load().Add(-time.Minute))
	if got := check(2, key, 0, "u6"); got != nil {
		t.Errorf("another merchant is told of it: %+v", got)
	}
	v, err := w.Verify(ctx, 1, key)
	must(t, err)
	if v.Before != nil || w.count(t, `SELECT count(*) FROM receipt_checks`) != 4 {
		t.Errorf("looking for it is a check: %+v", v.Before)
	}
	w.refund(t, 1, paid, 700_00)
	if got := check(1, key, 0, "u7"); got != nil {
		t.Errorf("a receipt that is worth nothing was checked: %+v", got)
	}

	other := w.pay(t, w.order(t, desk.Static, 100_00))
	var firsts atomic.Int64
	together(20, func(i int) {
		v, err := w.CheckReceipt(ctx, payments.PersonID(1+2*(i%2)), payments.Claim{Key: other.ReceiptKey}, 0, fmt.Sprintf("p%d", i))
		if err != nil {
			t.Error(err)
		} else if v.Before == nil {
			firsts.Add(1)
		}
	})
	if firsts.Load() != 1 {
		t.Errorf("of 20 at once %d were the first", firsts.Load())
	}
}

// idOf is our number of a payment that the operator knows by an id.
func (w *world) idOf(t testing.TB, operatorID string) payments.PaymentID {
	t.Helper()
	p, err := w.store.PaymentByOperatorID(t.Context(), operatorID)
	must(t, err)
	return p.ID
}
