package main

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"elkart.kg/trade/bot/demo/operator"
	"elkart.kg/trade/payments"
)

// balanced holds the money equation against the database.
func (w *world) balanced() {
	w.t.Helper()
	ctx := context.Background()
	functions, err := os.ReadFile("../store/testdata/money.sql")
	if err == nil {
		_, err = w.pool.Exec(ctx, string(functions))
	}
	if err != nil {
		w.t.Fatal(err)
	}
	rows, err := w.pool.Query(ctx, `SELECT e::text FROM money_of_merchants(0) e UNION ALL SELECT e::text FROM money_of_payments(0) e
		UNION ALL SELECT e::text FROM figures_of_rows(0) e`)
	if err != nil {
		w.t.Fatal(err)
	}
	if found, err := pgx.CollectRows(rows, pgx.RowTo[string]); err != nil || len(found) > 0 {
		w.t.Errorf("the money does not add up: %v %v", err, found)
	}
}

// taken is a merchant with a payment through the static code.
func (w *world) taken(sum int64) (payments.Desk, payments.Payment) {
	w.t.Helper()
	desk := w.merchant()
	return desk, w.takes(desk, sum)
}

func (w *world) takes(desk payments.Desk, sum int64) payments.Payment {
	w.t.Helper()
	paid, err := w.Operator.Pay(w.t.Context(), desk.Static.URI, sum)
	if err != nil || paid.Status != int(payments.StatusSuccess) {
		w.t.Fatalf("paid %+v, %v", paid, err)
	}
	w.quiet()
	p, err := w.app.service.PaymentByOperatorID(w.t.Context(), paid.TransactionID)
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

func (w *world) quiet() {
	w.t.Helper()
	if err := w.settle(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// asks asks for a refund as the owner's button does.
func (w *world) asks(desk payments.Desk, p payments.Payment, sum payments.Money, key string) payments.Refund {
	w.t.Helper()
	view, err := w.app.service.RequestRefund(w.t.Context(), desk.Person.ID, payments.RefundDraft{PaymentID: p.ID, Amount: sum, Key: key})
	if err != nil {
		w.t.Fatal(err)
	}
	return view.Refunds[len(view.Refunds)-1]
}

// ends waits until a refund is final.
func (w *world) ends(r payments.Refund) payments.Refund {
	w.t.Helper()
	for !r.State.Final() {
		w.quiet()
		var err error
		if r, err = w.app.store.Refund(w.t.Context(), r.MerchantID, r.ID); err != nil {
			w.t.Fatal(err)
		}
	}
	w.quiet()
	return r
}

// given is what the payer's bank shows as given back of a payment.
func (w *world) given(p payments.Payment) payments.Money {
	w.t.Helper()
	for _, one := range w.Operator.Payments() {
		if one.TransactionID == p.OperatorID {
			return payments.Money(one.Refunded)
		}
	}
	w.t.Fatalf("the payer knows nothing of %s", p.OperatorID)
	return 0
}

// A refund, over HTTP from the request to the payer's bank, and what it does to
// the next credit.
func TestRefundReachesThePayer(t *testing.T) {
	w := newWorld(t)
	desk, p := w.taken(500_00)
	r := w.ends(w.asks(desk, p, 200_00, "r1"))
	if r.State != payments.RefundSucceeded || w.given(p) != 200_00 {
		t.Errorf("refund %+v, the payer has %d back", r, w.given(p))
	}
	if got := w.messages("Кайтарылды: 200"); got != 1 {
		t.Errorf("told %d times, want once", got)
	}
	// The 500 were on the card by then: 200 are kept from the next payment.
	w.takes(desk, 300_00)
	var sums []int64
	for _, c := range w.Operator.Credits() {
		sums = append(sums, c.Amount)
	}
	if diff := cmp.Diff(sums, []int64{100_00, 500_00}); diff != "" {
		t.Errorf("credits (-got +want):\n%s", diff)
	}

	for _, word := range []struct {
		id     string
		status payments.Status
		want   int
	}{{r.OperatorID, 50, 200}, {r.OperatorID, 50, 200}, {r.OperatorID, 40, 422}, {"nobody", 50, 404}} {
		reply, err := w.Operator.Update(t.Context(), word.id, word.status, time.Now())
		if err != nil || reply.HTTPStatus != word.want {
			t.Errorf("update of %s to %d: %d, %v, want %d", word.id, word.status, reply.HTTPStatus, err, word.want)
		}
	}
	if again := w.ends(w.asks(desk, p, 300_00, "r2")); again.State != payments.RefundSucceeded || w.given(p) != 500_00 {
		t.Errorf("the rest: %+v, the payer has %d back", again, w.given(p))
	}
	if view, err := w.app.service.PaymentView(t.Context(), desk.Person.ID, p.ID); err != nil || view.Refundable != 0 || len(view.Refunds) != 2 {
		t.Errorf("view %+v, %v", view, err)
	}
}

// The first answer to every call is lost: one refund all the same.
func TestRefundOverALossyLine(t *testing.T) {
	w := newWorld(t)
	desk, p := w.taken(500_00)
	w.Operator.Misbehave(operator.Mischief{DropAnswers: true})
	if r := w.ends(w.asks(desk, p, 500_00, "r1")); r.State != payments.RefundSucceeded {
		t.Errorf("refund %+v", r)
	}
	if w.given(p) != 500_00 || w.messages("Кайтарылды: 500") != 1 {
		t.Errorf("the payer has %d back, told %d times", w.given(p), w.messages("Кайтарылды: 500"))
	}
}

// The operator is away and the program ends meanwhile: the refund waits, and
// goes out once.
func TestRefundWaitsForTheOperator(t *testing.T) {
	w := newWorld(t)
	desk, p := w.taken(500_00)
	w.Operator.Misbehave(operator.Mischief{Unavailable: true})
	r := w.asks(desk, p, 120_00, "r1")
	for tried := false; !tried; {
		var err error
		if r, err = w.app.store.Refund(t.Context(), r.MerchantID, r.ID); err != nil {
			t.Fatal(err)
		}
		tried = r.State == payments.RefundSent
	}
	w.restart()
	if w.given(p) != 0 || w.messages("120") != 0 {
		t.Errorf("the payer has %d back, told %d times", w.given(p), w.messages("120"))
	}
	w.Operator.Misbehave(operator.Mischief{})
	if r = w.ends(r); r.State != payments.RefundSucceeded || w.given(p) != 120_00 || w.messages("120") != 1 {
		t.Errorf("refund %+v, the payer has %d back, told %d times", r, w.given(p), w.messages("120"))
	}
}

// The operator says no: the money stays, and the owner hears it.
func TestRefundIsRefused(t *testing.T) {
	w := newWorld(t)
	desk, p := w.taken(500_00)
	// Somebody else has given all of it back, past our books.
	other, err := w.app.service.Refunder.BeginRefund(t.Context(), payments.RefundOrder{
		Key: "elsewhere", OriginalOperatorID: p.OperatorID, Amount: 500_00, MCC: 5812, Receipt: "1",
	})
	if err == nil {
		_, err = w.app.service.Refunder.ExecuteRefund(t.Context(), other.OperatorID)
	}
	if err != nil {
		t.Fatal(err)
	}
	r := w.ends(w.asks(desk, p, 70_00, "r1"))
	if r.State != payments.RefundFailed || r.OperatorID != "" || r.Reason == "" || w.given(p) != 500_00 || w.messages("өткөн жок: 70") != 1 {
		t.Errorf("refund %+v, the payer has %d back, told %d times", r, w.given(p), w.messages("өткөн жок: 70"))
	}
	if view, err := w.app.service.PaymentView(t.Context(), desk.Person.ID, p.ID); err != nil || view.Refundable != 500_00 {
		t.Errorf("refundable %d, %v", view.Refundable, err)
	}
}

// The operator takes back a payment after its refund: all of it is owed.
func TestReversalAfterARefund(t *testing.T) {
	w := newWorld(t)
	desk, p := w.taken(500_00)
	w.ends(w.asks(desk, p, 200_00, "r1"))
	w.must(w.Operator.Update(t.Context(), p.OperatorID, payments.StatusCanceled, time.Now()))
	w.quiet()
	var owed payments.Money
	if err := w.pool.QueryRow(t.Context(), `SELECT sum(remaining)::bigint FROM debts`).Scan(&owed); err != nil || owed != 700_00 {
		t.Errorf("owed %d, %v, want what is on the card and what the payer has", owed, err)
	}
	if _, err := w.app.service.RequestRefund(t.Context(), desk.Person.ID, payments.RefundDraft{PaymentID: p.ID, Amount: 1_00, Key: "r2"}); payments.CodeOf(err) != payments.CodeRefundImpossible {
		t.Errorf("a refund of a reversed payment: %v", err)
	}
}
