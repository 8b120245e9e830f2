package store_test

import (
	"context"
	"fmt"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"elkart.kg/trade/payments"
)

// trade is a merchant's life at random: payments, refunds, reversals, credits
// and cards, over lines that break. After every step the money adds up; at the
// end, when all lines hold, so do the books of the bank and of the operator.
type trade struct {
	*world
	owner payments.PersonID
	desk  payments.Desk
	op    *payback
	bank  *bank
	paid  []payments.Payment
	cards int
}

func (r *trade) check(t *rapid.T, err error, allowed ...payments.Code) {
	if err == nil {
		return
	}
	for _, code := range allowed {
		if payments.CodeOf(err) == code {
			return
		}
	}
	t.Fatal(err)
}

// line draws how the other sides behave in the next step.
func (r *trade) line(t *rapid.T) {
	r.op.set(func(p *payback) {
		p.breaks = rapid.SampledFrom([]string{"", "", "begin", "execute", "status"}).Draw(t, "breaks")
		p.after = rapid.Bool().Draw(t, "after its effect")
		p.refuse = rapid.IntRange(0, 5).Draw(t, "refuses") == 0
		p.ends = rapid.SampledFrom([]payments.Status{50, 50, 20, 30, 40}).Draw(t, "ends")
	})
	r.bank.set(rapid.SampledFrom([]payments.CreditState{"done", "done", "sent", "refused"}).Draw(t, "bank"), nil)
	if rapid.IntRange(0, 4).Draw(t, "bank breaks") == 0 {
		r.bank.set(r.bank.answer, errLine)
	}
}

func (b *bank) set(answer payments.CreditState, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.answer, b.err = answer, err
}

func (r *trade) some(t *rapid.T) (payments.Payment, bool) {
	if len(r.paid) == 0 {
		return payments.Payment{}, false
	}
	return r.paid[rapid.IntRange(0, len(r.paid)-1).Draw(t, "payment")], true
}

// ids are rows of the merchant's that a query finds.
func (r *trade) ids(t *rapid.T, sql string) (ids []int64) {
	rows, err := r.pool.Query(context.Background(), sql, r.desk.Merchant.ID)
	r.check(t, err)
	defer rows.Close()
	for rows.Next() {
		var id int64
		r.check(t, rows.Scan(&id))
		ids = append(ids, id)
	}
	r.check(t, rows.Err())
	return ids
}

// steps are what can happen; a step that does not apply does nothing.
func (r *trade) steps() map[string]func(*rapid.T) {
	ctx := context.Background()
	return map[string]func(*rapid.T){
		"pay": func(t *rapid.T) {
			o := r.order(r.t(t), r.desk.Static, payments.Money(rapid.IntRange(1_00, 50_00).Draw(t, "sum")))
			r.check(t, ignore(r.Create(ctx, o)))
			r.check(t, ignore(r.Execute(ctx, o.OperatorID)))
			r.check(t, r.Update(ctx, o.OperatorID, payments.StatusSuccess, *r.clock.Load()))
			p, err := r.PaymentByOperatorID(ctx, o.OperatorID)
			r.check(t, err)
			r.paid = append(r.paid, p)
		},
		"ask for a refund": func(t *rapid.T) {
			if p, ok := r.some(t); ok {
				amount := payments.Money(rapid.IntRange(1_00, int(p.Amount)).Draw(t, "part"))
				_, err := r.RequestRefund(ctx, r.owner, payments.RefundDraft{PaymentID: p.ID, Amount: amount, Key: strconv.FormatInt(r.calls.Add(1), 10)})
				r.check(t, err, payments.CodeRefundTooLarge, payments.CodeRefundImpossible)
			}
		},
		"reverse": func(t *rapid.T) {
			if p, ok := r.some(t); ok && rapid.IntRange(0, 2).Draw(t, "rarely") == 0 {
				r.check(t, r.Update(ctx, p.OperatorID, payments.StatusCanceled, *r.clock.Load()))
			}
		},
		"refund job": func(t *rapid.T) {
			r.line(t)
			r.refundJobs(t)
		},
		"credit job": func(t *rapid.T) {
			r.line(t)
			r.creditJobs(t)
		},
		"word about a refund": func(t *rapid.T) {
			r.op.set(func(p *payback) {
				for _, o := range p.begun {
					if o.status == payments.StatusInProcess {
						o.status = rapid.SampledFrom([]payments.Status{30, 40, 50}).Draw(t, "word")
						r.check(t, r.Update(ctx, o.id, o.status, *r.clock.Load()))
						return
					}
				}
			})
		},
		"another card": func(t *rapid.T) {
			r.cards++
			number, err := payments.ParseCardNumber(fmt.Sprintf("9417%012d", r.cards))
			r.check(t, err)
			r.check(t, ignore(r.AddCard(ctx, r.owner, number, strconv.Itoa(r.cards))))
		},
		"": func(t *rapid.T) {
			found, err := faults(ctx, r.pool, r.desk.Merchant.ID)
			r.check(t, err)
			if len(found) > 0 {
				t.Fatalf("the money does not add up: %v", found)
			}
		},
	}
}

// t is the test for helpers that want one; they fail through rapid's.
func (r *trade) t(t *rapid.T) testing.TB { return failing{rapid: t} }

type failing struct {
	testing.TB
	rapid *rapid.T
}

func (f failing) Helper()           { f.rapid.Helper() }
func (f failing) Fatal(args ...any) { f.rapid.Fatal(args...) }
func (r *trade) refundJobs(t *rapid.T) {
	for _, id := range r.ids(t, `SELECT id FROM refunds WHERE merchant_id = $1 AND state IN ('requested', 'sent') ORDER BY id`) {
		_, _ = r.SendRefund(context.Background(), payments.SendRefund{MerchantID: r.desk.Merchant.ID, RefundID: payments.RefundID(id)})
	}
}

func (r *trade) creditJobs(t *rapid.T) {
	for _, id := range r.ids(t, `SELECT id FROM credits WHERE merchant_id = $1 AND state IN ('due', 'sent') ORDER BY id`) {
		_, _ = r.PayOut(context.Background(), payments.PayCredit{MerchantID: r.desk.Merchant.ID, CreditID: payments.CreditID(id)})
	}
}

// drain lets everything end: the lines hold, the operator finishes what it has
// begun, the owner names another card.
func (r *trade) drain(t *rapid.T) {
	r.op.set(func(p *payback) {
		p.breaks, p.refuse, p.ends = "", false, 0
		for _, o := range p.out {
			if o.status == payments.StatusInProcess {
				o.status = payments.StatusSuccess
			}
		}
	})
	r.bank.set(payments.CreditDone, nil)
	r.refundJobs(t)
	r.creditJobs(t)
	r.steps()["another card"](t)
	r.creditJobs(t)
	r.steps()[""](t)
	if open := r.ids(t, `SELECT id FROM refunds WHERE merchant_id = $1 AND state IN ('requested', 'sent')
		UNION ALL SELECT id FROM credits WHERE merchant_id = $1 AND state IN ('due', 'sent', 'refused')`); len(open) > 0 {
		t.Fatalf("still open: %v", open)
	}
	var paid, refunded, taken, fees, owed payments.Money
	r.check(t, r.pool.QueryRow(context.Background(), `
		SELECT (SELECT COALESCE(sum(amount - withheld), 0) FROM credits WHERE merchant_id = $1 AND state IN ('done', 'recall'))::bigint,
			(SELECT COALESCE(sum(amount), 0) FROM refunds WHERE merchant_id = $1 AND state = 'succeeded')::bigint,
			(SELECT COALESCE(sum(amount), 0) FROM payments WHERE merchant_id = $1 AND state = 'succeeded')::bigint,
			(SELECT COALESCE(sum(fee), 0) FROM payments WHERE merchant_id = $1 AND state = 'succeeded')::bigint,
			(SELECT COALESCE(sum(remaining), 0) FROM debts WHERE merchant_id = $1)::bigint`, r.desk.Merchant.ID).
		Scan(&paid, &refunded, &taken, &fees, &owed))
	_, given := r.op.given()
	if r.bank.paid() != paid || given != refunded || taken != paid+refunded+fees-owed {
		t.Fatalf("the bank paid %d, we hold %d; the operator gave back %d, we hold %d; taken %d, fees %d, owed %d",
			r.bank.paid(), paid, given, refunded, taken, fees, owed)
	}
	for _, o := range r.op.out {
		if o.executed > 1 && o.status == payments.StatusCreated {
			t.Fatalf("%s was executed %d times", o.id, o.executed)
		}
	}
}

// Whatever happens in whatever order, the money adds up.
func TestMoneyAddsUp(t *testing.T) {
	w := newWorld(t)
	person := payments.PersonID(100)
	rapid.Check(t, func(rt *rapid.T) {
		person++
		r := &trade{world: w, owner: person, desk: w.merchant(t, person), op: w.withOperator(), bank: w.withBank()}
		w.fee(t, r.desk.Merchant.ID, rapid.SampledFrom([]int{0, 0, 37, 250, 10_000}).Draw(rt, "fee"),
			payments.Money(rapid.SampledFrom([]int{0, 0, 1_50}).Draw(rt, "least fee")))
		rt.Repeat(r.steps())
		r.drain(rt)
	})
}
