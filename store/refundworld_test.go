package store_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"elkart.kg/trade/payments"
)

var errLine = errors.New("connection reset")

// payback is the operator that gives money back: idempotent by key and by id,
// on a line that can break before a call arrives or before its answer does.
type payback struct {
	mu     sync.Mutex
	breaks string          // the call whose line breaks: begin, execute, status; "" none
	after  bool            // after the call took effect
	refuse bool            // begin
	ends   payments.Status // what execute makes of it; 0: success
	calls  int
	out    map[string]*outgoing // by key
	begun  []*outgoing          // in their order
}

type outgoing struct {
	order    payments.RefundOrder
	id       string
	status   payments.Status
	executed int
}

// withOperator gives the world a way to give money back.
func (w *world) withOperator() *payback {
	p := &payback{out: make(map[string]*outgoing)}
	w.Refunder = p
	return p
}

// withBank gives the world a way to put money on cards.
func (w *world) withBank() *bank {
	b := &bank{answer: payments.CreditDone, orders: make(map[string]payments.CreditOrder), refused: make(map[string]bool)}
	w.Crediter, w.Tokenizer = b, b
	return b
}

func (p *payback) call(name string, effect func() (payments.RefundAnswer, error)) (payments.RefundAnswer, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls++
	if p.breaks == name && !p.after {
		return payments.RefundAnswer{}, errLine
	}
	answer, err := effect()
	if p.breaks == name {
		return payments.RefundAnswer{}, errLine
	}
	return answer, err
}

func (p *payback) BeginRefund(_ context.Context, order payments.RefundOrder) (payments.RefundAnswer, error) {
	return p.call("begin", func() (payments.RefundAnswer, error) {
		o, known := p.out[order.Key]
		switch {
		case known && o.order != order:
			return payments.RefundAnswer{}, fmt.Errorf("key %s came with other contents", order.Key)
		case !known && p.refuse:
			return payments.RefundAnswer{Status: payments.StatusError, Reason: "refused"}, nil
		case !known:
			o = &outgoing{order: order, id: "out-" + order.Key, status: payments.StatusCreated}
			p.out[order.Key] = o
			p.begun = append(p.begun, o)
		}
		return payments.RefundAnswer{OperatorID: o.id, Status: o.status}, nil
	})
}

func (p *payback) ExecuteRefund(_ context.Context, id string) (payments.RefundAnswer, error) {
	return p.call("execute", func() (payments.RefundAnswer, error) {
		o := p.find(id)
		o.executed++
		if o.status == payments.StatusCreated {
			if o.status = p.ends; o.status == 0 {
				o.status = payments.StatusSuccess
			}
		}
		return payments.RefundAnswer{OperatorID: id, Status: o.status}, nil
	})
}

func (p *payback) RefundStatus(_ context.Context, id string) (payments.RefundAnswer, error) {
	return p.call("status", func() (payments.RefundAnswer, error) {
		o := p.find(id)
		return payments.RefundAnswer{OperatorID: id, Status: o.status}, nil
	})
}

func (p *payback) find(id string) *outgoing { return p.out[id[len("out-"):]] }

// given is how much the operator gave back in how many transactions.
func (p *payback) given() (n int, sum payments.Money) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, o := range p.out {
		if o.status == payments.StatusSuccess {
			n++
			sum += o.order.Amount
		}
	}
	return n, sum
}

// set changes how the operator behaves.
func (p *payback) set(change func(*payback)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(p)
}

// ask asks for a refund and returns it.
func (w *world) ask(t testing.TB, person payments.PersonID, p payments.Payment, amount payments.Money) payments.Refund {
	t.Helper()
	key := "r" + strconv.FormatInt(w.calls.Add(1), 10)
	v, err := w.RequestRefund(t.Context(), person, payments.RefundDraft{PaymentID: p.ID, Amount: amount, Key: key})
	must(t, err)
	return v.Refunds[len(v.Refunds)-1]
}

// refund asks for a refund and does its job.
func (w *world) refund(t testing.TB, person payments.PersonID, p payments.Payment, amount payments.Money) payments.Refund {
	t.Helper()
	r := w.ask(t, person, p, amount)
	settled, err := w.SendRefund(t.Context(), payments.SendRefund{MerchantID: r.MerchantID, RefundID: r.ID})
	must(t, err)
	if !settled {
		t.Error("the refund is not settled")
	}
	return w.refundNow(t, r)
}

func (w *world) refundNow(t testing.TB, r payments.Refund) payments.Refund {
	t.Helper()
	r, err := w.store.Refund(t.Context(), r.MerchantID, r.ID)
	must(t, err)
	return r
}

// reverse is the operator taking a payment back.
func (w *world) reverse(t testing.TB, p payments.Payment) {
	t.Helper()
	must(t, w.Update(t.Context(), p.OperatorID, payments.StatusCanceled, *w.clock.Load()))
}

// payOutAll does the jobs of all credits that are due or sent, once.
func (w *world) payOutAll(t testing.TB) {
	t.Helper()
	rows, err := w.pool.Query(t.Context(), `SELECT merchant_id, id AS credit_id FROM credits WHERE state IN ('due', 'sent') ORDER BY id`)
	must(t, err)
	jobs, err := pgx.CollectRows(rows, pgx.RowToStructByPos[payments.PayCredit])
	must(t, err)
	for _, job := range jobs {
		must(t, ignore(w.PayOut(t.Context(), job)))
	}
}

// books is a merchant's money on one line.
type books struct {
	Credit           payments.CreditState // of the payment asked about
	Amount, Withheld payments.Money       // of its credit
	Paid, Refunded   payments.Money       // all of the merchant's
	Debts, StillOwed payments.Money
	RefundState      payments.RefundState // of the payment's newest; "" none
	PaymentState     payments.PaymentState
}

func (w *world) booksOf(t testing.TB, p payments.Payment) (b books) {
	t.Helper()
	must(t, w.pool.QueryRow(t.Context(), `
		SELECT c.state, c.amount, c.withheld,
			(SELECT COALESCE(sum(amount - withheld), 0) FROM credits WHERE merchant_id = p.merchant_id AND state IN ('done', 'recall'))::bigint,
			(SELECT COALESCE(sum(amount), 0) FROM refunds WHERE merchant_id = p.merchant_id AND state = 'succeeded')::bigint,
			(SELECT COALESCE(sum(amount), 0) FROM debts WHERE merchant_id = p.merchant_id)::bigint,
			(SELECT COALESCE(sum(remaining), 0) FROM debts WHERE merchant_id = p.merchant_id)::bigint,
			COALESCE((SELECT state FROM refunds WHERE payment_id = p.id ORDER BY id DESC LIMIT 1), ''), p.state
		FROM payments p JOIN credits c ON c.payment_id = p.id WHERE p.id = $1`, p.ID).
		Scan(&b.Credit, &b.Amount, &b.Withheld, &b.Paid, &b.Refunded, &b.Debts, &b.StillOwed, &b.RefundState, &b.PaymentState))
	return b
}
