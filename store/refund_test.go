package store_test

import (
	"errors"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/payments"
)

// member makes a person a member of a merchant, working in its first outlet.
func (w *world) member(t testing.TB, id payments.PersonID, desk payments.Desk, role payments.Role) {
	t.Helper()
	must(t, ignore(w.Meet(t.Context(), payments.Acquaintance{ID: id, Name: string(role), Suggested: "ky"})))
	must(t, ignore(w.pool.Exec(t.Context(), `
		WITH member AS (INSERT INTO members (merchant_id, person_id, role, created_at) VALUES ($1, $2, $3, now()))
		UPDATE people SET merchant_id = $1, outlet_id = $4 WHERE id = $2`, desk.Merchant.ID, id, role, desk.Outlet.ID)))
}

// A refund from the request to the people who hear of it.
func TestRefund(t *testing.T) {
	w := newWorld(t)
	op, b := w.withOperator(), w.withBank()
	desk := w.merchant(t, 1)
	w.member(t, 2, desk, payments.RoleManager)
	w.member(t, 3, desk, payments.RoleCashier)
	p := w.pay(t, w.order(t, desk.Static, 700_00))
	before, err := w.PaymentView(t.Context(), 2, p.ID)
	must(t, err)
	if !before.MayRefund || before.Refundable != 700_00 || before.Card.Last4 != "1234" || len(before.Refunds) != 0 {
		t.Errorf("before: %+v", before)
	}

	draft := payments.RefundDraft{PaymentID: p.ID, Amount: 200_00, Key: "u1"}
	for range 2 {
		v, err := w.RequestRefund(t.Context(), 2, draft)
		must(t, err)
		if len(v.Refunds) != 1 || v.Refundable != 500_00 || !v.MayRefund {
			t.Errorf("requested: %+v", v)
		}
	}
	if got := w.jobs(t, "send_refund"); got != 1 {
		t.Errorf("%d jobs, want 1", got)
	}
	// A cashier by now, who asked and therefore hears.
	must(t, ignore(w.pool.Exec(t.Context(), `UPDATE members SET role = 'cashier' WHERE person_id = 2`)))
	w.payOutAll(t) // held back
	first, err := w.store.RefundByKey(t.Context(), desk.Merchant.ID, 2, "u1")
	must(t, err)
	job := payments.SendRefund{MerchantID: first.MerchantID, RefundID: first.ID}
	for range 3 {
		if settled, err := w.SendRefund(t.Context(), job); err != nil || !settled {
			t.Errorf("send: %v, %v", settled, err)
		}
	}
	order := op.out[first.Key].order
	want := payments.RefundOrder{Key: first.Key, OriginalOperatorID: p.OperatorID, Amount: 200_00, MCC: 5812, Receipt: strconv.Itoa(int(first.ID))}
	if diff := cmp.Diff(order, want); diff != "" {
		t.Errorf("order (-got +want):\n%s", diff)
	}
	if op.calls != 2 || op.out[first.Key].executed != 1 {
		t.Errorf("%d calls, executed %d times", op.calls, op.out[first.Key].executed)
	}
	for person, want := range map[payments.PersonID]int{1: 1, 2: 1, 3: 0} {
		if got := w.count(t, `SELECT count(*) FROM river_job WHERE kind = 'refund_told' AND (args->>'person_id')::bigint = $1 AND args->>'state' = 'succeeded'`, person); got != want {
			t.Errorf("person %d hears %d times, want %d", person, got, want)
		}
	}
	n, err := w.RefundNews(t.Context(), payments.RefundTold{MerchantID: first.MerchantID, RefundID: first.ID, PersonID: 2})
	must(t, err)
	if n.Refund.State != payments.RefundSucceeded || n.Payment.ID != p.ID || n.Outlet.ID != desk.Outlet.ID || n.Recipient.ID != 2 || n.Merchant.ID != desk.Merchant.ID {
		t.Errorf("news %+v", n)
	}

	w.payOutAll(t)
	if b.paid() != 500_00 {
		t.Errorf("paid %d, want what is left", b.paid())
	}
	w.refund(t, 1, p, 500_00)
	got := w.booksOf(t, p)
	if diff := cmp.Diff(got, books{
		Credit: "done", Amount: 500_00, Paid: 500_00, Refunded: 700_00, Debts: 500_00, StillOwed: 500_00, RefundState: "succeeded", PaymentState: "succeeded",
	}); diff != "" {
		t.Errorf("books (-got +want):\n%s", diff)
	}
	after, err := w.PaymentView(t.Context(), 1, p.ID)
	must(t, err)
	if after.MayRefund || after.Refundable != 0 || len(after.Refunds) != 2 || after.Payment.Receipt != 1 {
		t.Errorf("after: %+v", after)
	}
	if again := w.count(t, `SELECT count(*) FROM refund_events WHERE refund_id = $1`, first.ID); again != 4 {
		t.Errorf("%d events, want request, send, begin, answer", again)
	}
}

// Who may not give back, what, and how much.
func TestRefundRefusals(t *testing.T) {
	w := newWorld(t)
	w.withOperator()
	desk, other := w.merchant(t, 1), w.merchant(t, 9)
	w.member(t, 2, desk, payments.RoleManager)
	w.member(t, 3, desk, payments.RoleCashier)
	w.member(t, 4, desk, payments.RoleAccountant)
	paid := w.pay(t, w.order(t, desk.Static, 100_50))
	foreign := w.pay(t, w.order(t, other.Static, 100_00))
	reversed := w.pay(t, w.order(t, desk.Static, 50_00))
	w.reverse(t, reversed)
	created := w.order(t, desk.Static, 60_00)
	must(t, ignore(w.Create(t.Context(), created)))
	executing := w.order(t, desk.Static, 70_00)
	must(t, ignore(w.Create(t.Context(), executing)))
	must(t, ignore(w.Execute(t.Context(), executing.OperatorID)))
	byID := func(o payments.Order) payments.PaymentID {
		p, err := w.PaymentByOperatorID(t.Context(), o.OperatorID)
		must(t, err)
		return p.ID
	}
	for name, c := range map[string]struct {
		person  payments.PersonID
		payment payments.PaymentID
		amount  payments.Money
		want    error
	}{
		"a cashier":                    {3, paid.ID, 1_00, payments.Fail(payments.CodeNotAllowed)},
		"an accountant":                {4, paid.ID, 1_00, payments.Fail(payments.CodeNotAllowed)},
		"a stranger":                   {77, paid.ID, 1_00, payments.Fail(payments.CodeNotRegistered)},
		"another merchant's owner":     {9, paid.ID, 1_00, payments.Fail(payments.CodePaymentNotFound)},
		"another merchant's payment":   {1, foreign.ID, 1_00, payments.Fail(payments.CodePaymentNotFound)},
		"no payment":                   {1, 1 << 40, 1_00, payments.Fail(payments.CodePaymentNotFound)},
		"a tyiyn too much":             {1, paid.ID, 100_51, payments.Fail(payments.CodeRefundTooLarge, "max", payments.Money(100_50))},
		"nothing":                      {1, paid.ID, 0, payments.Fail(payments.CodeSumTooSmall, "min", payments.DefaultMin)},
		"less than nothing":            {1, paid.ID, -1_00, payments.Fail(payments.CodeSumTooSmall, "min", payments.DefaultMin)},
		"less than the operator moves": {1, paid.ID, 99, payments.Fail(payments.CodeSumTooSmall, "min", payments.DefaultMin)},
		"reversed":                     {1, reversed.ID, 1_00, payments.Fail(payments.CodeRefundImpossible)},
		"not executed":                 {1, byID(created), 1_00, payments.Fail(payments.CodeRefundImpossible)},
		"not confirmed":                {1, byID(executing), 1_00, payments.Fail(payments.CodeRefundImpossible)},
	} {
		_, err := w.RequestRefund(t.Context(), c.person, payments.RefundDraft{PaymentID: c.payment, Amount: c.amount, Key: name})
		var got *payments.Error
		if !errors.As(err, &got) || got.Error() != c.want.Error() {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	for _, person := range []payments.PersonID{9, 77} {
		if _, err := w.PaymentView(t.Context(), person, paid.ID); err == nil {
			t.Errorf("person %d sees the payment", person)
		}
	}
	if v, err := w.PaymentView(t.Context(), 3, paid.ID); err != nil || v.MayRefund || v.Refundable != 100_50 {
		t.Errorf("a cashier sees %+v, %v", v, err)
	}
	if v, err := w.PaymentView(t.Context(), 1, byID(created)); err != nil || v.Refundable != 0 || v.Credit.ID != 0 {
		t.Errorf("a created payment is %+v, %v", v, err)
	}
	// Half a som is left, which the operator does not move.
	w.refund(t, 2, paid, 100_00)
	if v, err := w.PaymentView(t.Context(), 1, paid.ID); err != nil || v.MayRefund || v.Refundable != 0 {
		t.Errorf("with half a som left: %+v, %v", v, err)
	}
	draft := payments.RefundDraft{PaymentID: paid.ID, Amount: 1_00, Key: "late"}
	if _, err := w.RequestRefund(t.Context(), 1, draft); payments.CodeOf(err) != payments.CodeRefundTooLarge {
		t.Errorf("more than is left: %v", err)
	}
	draft.Key = "a tyiyn too much" // refused before, so it made nothing
	draft.Amount = 50
	if _, err := w.RequestRefund(t.Context(), 1, draft); payments.CodeOf(err) != payments.CodeSumTooSmall {
		t.Errorf("the half som: %v", err)
	}
}

// A key that made a refund makes no other one.
func TestRefundKeyIsOneRefund(t *testing.T) {
	w := newWorld(t)
	desk := w.merchant(t, 1)
	p := w.pay(t, w.order(t, desk.Static, 100_00))
	draft := payments.RefundDraft{PaymentID: p.ID, Amount: 10_00, Key: "u1"}
	together(50, func(int) {
		if v, err := w.RequestRefund(t.Context(), 1, draft); err != nil || len(v.Refunds) != 1 {
			t.Errorf("%d refunds, %v", len(v.Refunds), err)
		}
	})
	draft.Amount = 20_00
	if _, err := w.RequestRefund(t.Context(), 1, draft); payments.CodeOf(err) != payments.CodeImpossible {
		t.Errorf("the same key for another sum: %v", err)
	}
	// Without a way to give back it stays asked for, and nothing is lost.
	settled, err := w.SendRefund(t.Context(), payments.SendRefund{MerchantID: desk.Merchant.ID, RefundID: payments.RefundID(w.count(t, `SELECT id FROM refunds`))})
	if err != nil || settled || w.booksOf(t, p).RefundState != payments.RefundRequested {
		t.Errorf("without a refunder: %v, %v", settled, err)
	}
}

// Fifty people, or one person fifty times, each ask for a part: never more
// than was paid goes out, whatever the order.
func TestFiftyParallelRefunds(t *testing.T) {
	w := newWorld(t)
	op := w.withOperator()
	desk := w.merchant(t, 1)
	w.member(t, 2, desk, payments.RoleOwner)
	p := w.pay(t, w.order(t, desk.Static, 1000_00))
	var granted atomic.Int64
	together(50, func(i int) {
		v, err := w.RequestRefund(t.Context(), payments.PersonID(1+i%2), payments.RefundDraft{PaymentID: p.ID, Amount: 30_00, Key: strconv.Itoa(i)})
		switch {
		case err == nil:
			granted.Add(1)
			for range 2 {
				last := v.Refunds[len(v.Refunds)-1]
				if _, err := w.SendRefund(t.Context(), payments.SendRefund{MerchantID: p.MerchantID, RefundID: last.ID}); err != nil {
					t.Errorf("send: %v", err)
				}
			}
		case payments.CodeOf(err) != payments.CodeRefundTooLarge:
			t.Errorf("request: %v", err)
		}
	})
	if granted.Load() != 33 {
		t.Errorf("%d granted, want 33", granted.Load())
	}
	for id := range 33 {
		// Some were sent by nobody: every view's last refund may be the same one.
		must(t, ignore(w.SendRefund(t.Context(), payments.SendRefund{MerchantID: p.MerchantID, RefundID: payments.RefundID(w.count(t, `SELECT id FROM refunds ORDER BY id OFFSET $1 LIMIT 1`, id))})))
	}
	if n, sum := op.given(); n != 33 || sum != 990_00 {
		t.Errorf("%d refunds over %d went out", n, sum)
	}
	if got := w.booksOf(t, p); got.Amount != 10_00 || got.Credit != payments.CreditDue {
		t.Errorf("books %+v", got)
	}
}

// Two owners press the button for the whole payment at once.
func TestTwoOwnersAtOnce(t *testing.T) {
	w := newWorld(t)
	desk := w.merchant(t, 1)
	w.member(t, 2, desk, payments.RoleOwner)
	for range 10 {
		p := w.pay(t, w.order(t, desk.Static, 100_00))
		var granted, refused atomic.Int64
		together(2, func(i int) {
			_, err := w.RequestRefund(t.Context(), payments.PersonID(1+i), payments.RefundDraft{PaymentID: p.ID, Amount: 100_00, Key: "all" + strconv.Itoa(int(p.ID))})
			switch payments.CodeOf(err) {
			case payments.CodeRefundTooLarge:
				refused.Add(1)
			case "":
				granted.Add(1)
				must(t, err)
			}
		})
		if granted.Load() != 1 || refused.Load() != 1 {
			t.Errorf("%d granted, %d refused", granted.Load(), refused.Load())
		}
	}
}

// The database refuses what the rules forbid, whoever writes.
func TestDatabaseRepeatsTheRulesOfRefunds(t *testing.T) {
	w := newWorld(t)
	w.withOperator()
	w.withBank()
	desk := w.merchant(t, 1)
	p := w.pay(t, w.order(t, desk.Static, 100_00))
	w.payOutAll(t)
	w.refund(t, 1, p, 60_00)
	w.ask(t, 1, p, 10_00)
	w.reverse(t, w.pay(t, w.order(t, desk.Static, 5_00)))
	w.merchant(t, 9)
	insert := func(rest string) string {
		return `INSERT INTO refunds (merchant_id, payment_id, amount, state, key, operator_id, requested_by, request_key, requested_at, final_at) ` + rest
	}
	if _, err := w.pool.Exec(t.Context(), insert(`SELECT merchant_id, id, 3000, 'requested', 'x', NULL, 1, 'x', now(), NULL FROM payments WHERE state = 'reversed' AND false`)); err != nil {
		t.Fatal(err) // what follows has to fail for its contents
	}
	for name, sql := range map[string]string{
		"more than is left":           insert(`SELECT merchant_id, id, 3001, 'requested', 'x', NULL, 1, 'x', now(), NULL FROM payments WHERE state = 'succeeded'`),
		"of a reversed payment":       insert(`SELECT merchant_id, id, 1, 'requested', 'x', NULL, 1, 'x', now(), NULL FROM payments WHERE state = 'reversed'`),
		"of another merchant's":       insert(`SELECT m.id, p.id, 1, 'requested', 'x', NULL, 1, 'x', now(), NULL FROM payments p, merchants m WHERE p.state = 'succeeded' AND m.id <> p.merchant_id`),
		"born succeeded":              insert(`SELECT merchant_id, id, 1, 'succeeded', 'x', 'x', 1, 'x', now(), now() FROM payments WHERE state = 'succeeded'`),
		"a succeeded one back":        `UPDATE refunds SET state = 'sent', final_at = NULL WHERE state = 'succeeded'`,
		"a larger one":                `UPDATE refunds SET amount = amount + 1`,
		"another transaction":         `UPDATE refunds SET operator_id = 'other' WHERE state = 'succeeded'`,
		"success out of nothing":      `UPDATE refunds SET state = 'succeeded', final_at = now() WHERE state = 'requested'`,
		"a credit that was sent":      `UPDATE credits SET amount = amount - 1 WHERE state = 'done'`,
		"a credit sent again":         `UPDATE credits SET state = 'due' WHERE state = 'done'`,
		"more withheld than there is": `UPDATE credits SET withheld = amount + 1`,
		"a debt below zero":           `UPDATE debts SET remaining = -1`,
		"a debt twice":                `INSERT INTO debts (merchant_id, payment_id, refund_id, kind, amount, remaining, created_at) SELECT merchant_id, payment_id, refund_id, kind, 1, 1, now() FROM debts`,
		"a fee above the payment":     `UPDATE payments SET fee = amount + 1`,
	} {
		if _, err := w.pool.Exec(t.Context(), sql); err == nil {
			t.Errorf("the database took %s", name)
		}
	}
}

// A payment that looks like one made twice is marked: the same sum, by the
// same code, minutes apart.
func TestDuplicateSuspect(t *testing.T) {
	w := newWorld(t)
	desk := w.merchant(t, 1)
	first := w.pay(t, w.order(t, desk.Static, 250_00))
	w.advance(payments.DuplicateWithin)
	second := w.pay(t, w.order(t, desk.Static, 250_00))
	other := w.pay(t, w.order(t, desk.Static, 250_01))
	w.advance(payments.DuplicateWithin + time.Second)
	third := w.pay(t, w.order(t, desk.Static, 250_00))
	w.reverse(t, third)
	fourth := w.pay(t, w.order(t, desk.Static, 250_00))
	for name, c := range map[string]struct {
		got  payments.Payment
		want payments.PaymentID
	}{
		"the first":                    {first, 0},
		"five minutes later":           {second, first.ID},
		"another sum":                  {other, 0},
		"more than five minutes later": {third, 0},
		"after one that was reversed":  {fourth, 0},
	} {
		if c.got.DuplicateOf != c.want {
			t.Errorf("%s repeats %d, want %d", name, c.got.DuplicateOf, c.want)
		}
	}
	n, err := w.News(t.Context(), payments.Notice{MerchantID: desk.Merchant.ID, PaymentID: second.ID, PersonID: 1})
	must(t, err)
	if n.Duplicate.ID != first.ID || n.Duplicate.Receipt != 1 {
		t.Errorf("news of a duplicate: %+v", n.Duplicate)
	}
	// Two at once: the later one is marked, whichever it is.
	a, b := w.order(t, desk.Static, 300_00), w.order(t, desk.Static, 300_00)
	together(2, func(i int) { w.pay(t, []payments.Order{a, b}[i]) })
	if got := w.count(t, `SELECT count(*) FROM payments WHERE amount = 30000 AND duplicate_of IS NOT NULL`); got != 1 {
		t.Errorf("of two at once %d are marked", got)
	}
	// Charges are asked for one by one.
	for _, key := range []string{"c1", "c2"} {
		ticket, err := w.Charge(t.Context(), 1, payments.ChargeDraft{Amount: 400_00, Key: key})
		must(t, err)
		if p := w.pay(t, w.order(t, ticket.Link, 400_00)); p.DuplicateOf != 0 {
			t.Errorf("a charge repeats %d", p.DuplicateOf)
		}
	}
}
