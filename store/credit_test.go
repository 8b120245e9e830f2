package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"elkart.kg/trade/payments"
)

// bank is the other side of crediting: it answers as it is told and, being
// idempotent, pays or refuses an order once.
type bank struct {
	mu      sync.Mutex
	answer  payments.CreditState
	err     error
	noCard  error                           // of Tokenize
	orders  map[string]payments.CreditOrder // that were paid
	refused map[string]bool
}

func (b *bank) Credit(_ context.Context, order payments.CreditOrder) (payments.CreditAnswer, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	answer := b.answer
	paid, isPaid := b.orders[order.ID]
	switch {
	case isPaid && paid != order:
		return payments.CreditAnswer{}, errors.New("the same id for another order")
	case isPaid:
		answer = payments.CreditDone
	case b.refused[order.ID]:
		answer = payments.CreditRefused
	case answer == payments.CreditDone:
		b.orders[order.ID] = order
	case answer == payments.CreditRefused:
		b.refused[order.ID] = true
	}
	return payments.CreditAnswer{State: answer}, b.err
}

func (b *bank) Tokenize(context.Context, payments.CardNumber) (string, error) {
	return "0123456789abcdef0123456789abcdef", b.noCard
}

func (b *bank) paid() (sum payments.Money) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, order := range b.orders {
		sum += order.Amount
	}
	return sum
}

// credited is a world with one payment of 700 som whose credit is due.
func credited(t *testing.T) (*world, *bank, payments.Order, payments.PayCredit) {
	w := newWorld(t)
	desk := w.merchant(t, 1)
	b := w.withBank()
	order := w.order(t, desk.Static, 700_00)
	p := w.pay(t, order)
	c, err := w.store.PaymentCredit(t.Context(), p.MerchantID, p.ID)
	must(t, err)
	if c.State != payments.CreditDue || c.Amount != 700_00 {
		t.Fatalf("credit %+v", c)
	}
	return w, b, order, payments.PayCredit{MerchantID: p.MerchantID, CreditID: c.ID}
}

func (w *world) creditIs(t *testing.T, job payments.PayCredit, want payments.CreditState) payments.Credit {
	t.Helper()
	c, err := w.store.Credit(t.Context(), job.MerchantID, job.CreditID)
	must(t, err)
	if c.State != want {
		t.Errorf("credit is %s, want %s", c.State, want)
	}
	return c
}

func (w *world) payOut(t *testing.T, job payments.PayCredit, want bool) {
	t.Helper()
	if settled, err := w.PayOut(t.Context(), job); err != nil || settled != want {
		t.Errorf("pay out: settled %v, %v, want %v", settled, err, want)
	}
}

// A credit goes out once, however often and however parallel its job runs. The
// sealed number is exchanged for a token on the way and forgotten.
func TestCreditIsPaidOnce(t *testing.T) {
	w, b, _, job := credited(t)
	if got := w.jobs(t, "pay_credit"); got != 1 {
		t.Errorf("%d jobs, want 1", got)
	}
	together(20, func(int) {
		if _, err := w.PayOut(t.Context(), job); err != nil {
			t.Errorf("pay out: %v", err)
		}
	})
	w.creditIs(t, job, payments.CreditDone)
	if got := b.paid(); got != 700_00 {
		t.Errorf("paid %d, want 70000", got)
	}
	if got := w.count(t, `SELECT count(*) FROM cards WHERE sealed IS NULL AND token <> ''`); got != 1 {
		t.Errorf("%d cards with a token, want 1", got)
	}
}

// No answer is no answer: the credit stays sent and is asked for again under
// the same key.
func TestCreditWithoutAnswer(t *testing.T) {
	w, b, _, job := credited(t)
	b.answer, b.err = "", errors.New("connection reset")
	if settled, err := w.PayOut(t.Context(), job); err == nil || settled {
		t.Errorf("pay out without an answer: %v, %v", settled, err)
	}
	key := w.creditIs(t, job, payments.CreditSent).Key
	b.answer, b.err = payments.CreditSent, nil
	w.payOut(t, job, false)
	b.answer = payments.CreditDone
	w.payOut(t, job, true)
	w.creditIs(t, job, payments.CreditDone)
	if len(b.orders) != 1 || b.orders[key].Amount != 700_00 {
		t.Errorf("orders %v", b.orders)
	}
}

// A refused credit is told once, waits for another card, and goes to it.
func TestRefusedCreditGoesToTheNextCard(t *testing.T) {
	w, b, _, job := credited(t)
	b.answer = payments.CreditRefused
	w.payOut(t, job, true)
	w.payOut(t, job, true)
	before := w.creditIs(t, job, payments.CreditRefused)
	if got := w.jobs(t, "credit_told"); got != 1 {
		t.Errorf("told %d times, want 1", got)
	}
	refusal, err := w.CreditRefusal(t.Context(), payments.CreditTold(job))
	must(t, err)
	if len(refusal.Owners) != 1 || refusal.Card.Last4 != "1234" || refusal.Payment.Receipt != 1 {
		t.Errorf("refusal %+v", refusal)
	}
	number, err := payments.ParseCardNumber("9417999988887777")
	must(t, err)
	card, err := w.AddCard(t.Context(), 1, number, "u9")
	must(t, err)
	after := w.creditIs(t, job, payments.CreditDue)
	if after.CardID != card.ID || after.Key == before.Key || w.jobs(t, "pay_credit") != 2 {
		t.Errorf("revived %+v, %d jobs", after, w.jobs(t, "pay_credit"))
	}
	b.answer = payments.CreditDone
	w.payOut(t, job, true)
	w.creditIs(t, job, payments.CreditDone)
}

// A number that was kept sealed may be no card, as the tokenizer finds: the
// owner hears of it as of any card that does not take the money.
func TestSealedNumberThatIsNoCard(t *testing.T) {
	w, b, _, job := credited(t)
	b.noCard = fmt.Errorf("%w: refused with 400", payments.Fail(payments.CodeCardRefused))
	w.payOut(t, job, true)
	w.creditIs(t, job, payments.CreditRefused)
	if got := w.jobs(t, "credit_told"); got != 1 || b.paid() != 0 {
		t.Errorf("told %d times, paid %d, want once and nothing", got, b.paid())
	}
	b.noCard = nil
	number, err := payments.ParseCardNumber("9417999988887777")
	must(t, err)
	_, err = w.AddCard(t.Context(), 1, number, "u9")
	must(t, err)
	w.payOut(t, job, true)
	w.creditIs(t, job, payments.CreditDone)
}

// A reversal stops what has not gone out, and calls people for what has.
func TestReversalStopsTheCredit(t *testing.T) {
	w, b, order, job := credited(t)
	must(t, w.Update(t.Context(), order.OperatorID, payments.StatusCanceled, time.Time{}))
	w.payOut(t, job, true)
	w.creditIs(t, job, payments.CreditStopped)
	if b.paid() != 0 {
		t.Error("a reversed payment was paid out")
	}

	w, b, order, job = credited(t)
	w.payOut(t, job, true)
	must(t, w.Update(t.Context(), order.OperatorID, payments.StatusCanceled, time.Time{}))
	w.payOut(t, job, true)
	w.creditIs(t, job, payments.CreditRecall)
	if b.paid() != 700_00 {
		t.Errorf("paid %d", b.paid())
	}
}

// Without a way to credit, money stays due, and nothing is lost.
func TestCreditStaysDue(t *testing.T) {
	w, b, _, job := credited(t)
	w.Crediter = nil
	w.payOut(t, job, true)
	w.creditIs(t, job, payments.CreditDue)

	// When there is a way again, the tidy-up remembers; not while a job looks
	// after it, and for a credit that was sent, too.
	w.Crediter = b
	for _, state := range []payments.CreditState{payments.CreditDue, payments.CreditSent} {
		w.advance(2 * time.Hour)
		must(t, w.Sweep(t.Context()))
		before := w.jobs(t, "pay_credit")
		_, err := w.pool.Exec(t.Context(), `UPDATE river_job SET state = 'completed', finalized_at = now()`)
		must(t, err)
		_, err = w.pool.Exec(t.Context(), `UPDATE credits SET state = $1`, state)
		must(t, err)
		w.advance(2 * time.Hour)
		must(t, w.Sweep(t.Context()))
		w.advance(2 * time.Hour)
		must(t, w.Sweep(t.Context()))
		if got := w.jobs(t, "pay_credit") - before; got != 1 {
			t.Errorf("%d reminders of a %s credit, want 1", got, state)
		}
	}
}
