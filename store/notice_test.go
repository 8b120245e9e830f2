package store_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"elkart.kg/trade/payments"
)

// records is an operator that answers from what it was told to hold.
type records struct {
	status payments.Status
	amount payments.Money // 0: it names none
	err    error
	told   []payments.Status
}

func (r *records) Word(context.Context, string) (payments.Word, error) {
	return payments.Word{Status: r.status, Amount: r.amount}, r.err
}

func (r *records) Update(_ context.Context, _ string, status payments.Status, _ time.Time) error {
	r.told = append(r.told, status)
	return r.err
}

// What the operator answers when we ask about a silent payment, and what we
// make of it. Nothing but its clear word changes the payment.
func TestAsk(t *testing.T) {
	for _, c := range []struct {
		name    string
		holds   records
		settled bool
		failed  bool
		state   payments.PaymentState
	}{
		{"success", records{status: payments.StatusSuccess}, true, false, payments.PaymentSucceeded},
		{"cancelled", records{status: payments.StatusCanceled}, true, false, payments.PaymentCancelled},
		{"error", records{status: payments.StatusError}, true, false, payments.PaymentFailed},
		{"in process", records{status: payments.StatusInProcess}, false, false, payments.PaymentExecuting},
		{"unknown to it", records{err: payments.ErrNotFound}, false, false, payments.PaymentExecuting},
		{"no answer", records{err: errors.New("connection refused")}, false, true, payments.PaymentExecuting},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			desk := w.merchant(t, 1)
			w.Operator = &c.holds
			order := w.order(t, desk.Static, 100_00)
			must(t, ignore(w.Create(t.Context(), order)))
			must(t, ignore(w.Execute(t.Context(), order.OperatorID)))
			if got := w.jobs(t, "ask_operator"); got != 1 {
				t.Errorf("%d questions are put down, want 1", got)
			}
			job := payments.AskOperator{MerchantID: desk.Merchant.ID, OperatorID: order.OperatorID}
			for range 2 {
				settled, err := w.Ask(t.Context(), job)
				if settled != c.settled || (err != nil) != c.failed {
					t.Errorf("ask: %v, %v", settled, err)
				}
			}
			p, err := w.PaymentByOperatorID(t.Context(), order.OperatorID)
			must(t, err)
			if p.State != c.state {
				t.Errorf("state %s, want %s", p.State, c.state)
			}
			if told := w.jobs(t, "fanout") == 1; told != c.settled {
				t.Errorf("the merchant is told: %v, want %v", told, c.settled)
			}
		})
	}
}

// An execute whose answer was lost is told to the operator; a payment that was
// only created is not.
func TestTellWhatTheOperatorMissed(t *testing.T) {
	w := newWorld(t)
	desk := w.merchant(t, 1)
	holds := &records{}
	w.Operator = holds
	order := w.order(t, desk.Static, 100_00)
	job := payments.TellOperator{OperatorID: order.OperatorID}
	must(t, w.Tell(t.Context(), job))
	must(t, ignore(w.Create(t.Context(), order)))
	must(t, w.Tell(t.Context(), job))
	must(t, ignore(w.Execute(t.Context(), order.OperatorID)))
	must(t, w.AnswerLost(t.Context(), order.OperatorID))
	must(t, w.Tell(t.Context(), job))
	if len(holds.told) != 1 || holds.told[0] != payments.StatusSuccess || w.jobs(t, "tell_operator") != 1 {
		t.Errorf("told %v", holds.told)
	}
	holds.err = payments.Fail(payments.CodeImpossible)
	must(t, w.Tell(t.Context(), job))
	holds.err = errors.New("connection refused")
	if err := w.Tell(t.Context(), job); err == nil {
		t.Error("no answer counts as told")
	}
}

// Whom a payment concerns, and what each is told.
func TestSpreadAndNews(t *testing.T) {
	w := newWorld(t)
	desk := w.merchant(t, 1)
	must(t, ignore(w.Meet(t.Context(), payments.Acquaintance{ID: 2, Name: "Кассир"})))
	_, err := w.pool.Exec(t.Context(), `INSERT INTO members (merchant_id, person_id, role, created_at) VALUES ($1, 2, 'cashier', now())`, desk.Merchant.ID)
	must(t, err)
	w.merchant(t, 3) // another merchant hears nothing
	w.pay(t, w.order(t, desk.Static, 50_00))
	w.advance(24 * time.Hour) // yesterday's takings are not today's
	first := w.pay(t, w.order(t, desk.Static, 100_00))
	w.pay(t, w.order(t, desk.Static, 200_00))
	must(t, w.Spread(t.Context(), payments.Fanout{MerchantID: first.MerchantID, PaymentID: first.ID, State: first.State}))
	if got := w.jobs(t, "notice"); got != 2 {
		t.Errorf("%d notices, want the owner's and the cashier's", got)
	}
	news, err := w.News(t.Context(), payments.Notice{MerchantID: first.MerchantID, PaymentID: first.ID, State: first.State, PersonID: 2})
	must(t, err)
	if want := (payments.Takings{Count: 1, Total: 100_00}); news.Today != want {
		t.Errorf("the day up to this payment is %+v, want %+v", news.Today, want)
	}
	if news.Recipient.ID != 2 || news.Card.Last4 != "1234" || news.Outlet.Name != desk.Outlet.Name {
		t.Errorf("news %+v", news)
	}
	must(t, w.SetBlocked(t.Context(), 2, true))
	must(t, w.Spread(t.Context(), payments.Fanout{MerchantID: first.MerchantID, PaymentID: first.ID, State: first.State}))
	if got := w.jobs(t, "notice"); got != 3 {
		t.Errorf("%d notices, want one more: a blocked person gets none", got)
	}
}

// broken is a database that takes nothing any more.
type broken struct{ payments.Store }

func (broken) Atomically(context.Context, func(payments.Tx) error) error {
	return errors.New("no space left on device")
}

// The operator's answer came, and the database could not take it: it is asked
// again, not forgotten.
// The operator confirms another sum than the one it created: ours is credited,
// the owners are told, once.
func TestAnotherSumIsTold(t *testing.T) {
	for said, want := range map[payments.Money]payments.SumFlag{0: "", 100_00: "", 100_01: payments.SumOver, 99_99: payments.SumUnder} {
		w := newWorld(t)
		desk := w.merchant(t, 1)
		w.Operator = &records{status: payments.StatusSuccess, amount: said}
		order := w.order(t, desk.Static, 100_00)
		must(t, ignore(w.Create(t.Context(), order)))
		must(t, ignore(w.Execute(t.Context(), order.OperatorID)))
		for range 2 {
			must(t, ignore(w.Ask(t.Context(), payments.AskOperator{MerchantID: desk.Merchant.ID, OperatorID: order.OperatorID})))
		}
		told := w.jobs(t, "sum_told")
		if (told == 1) != (want != "") || told > 1 {
			t.Errorf("said %d: %d tellings", said, told)
		}
		p, err := w.PaymentByOperatorID(t.Context(), order.OperatorID)
		must(t, err)
		if p.Amount != 100_00 || p.Against(said) != want {
			t.Errorf("said %d: %d, %q", said, p.Amount, p.Against(said))
		}
		n, err := w.SumNews(t.Context(), payments.SumTold{MerchantID: desk.Merchant.ID, PaymentID: p.ID, Said: said})
		if err != nil || len(n.Owners) != 1 || n.Said != said {
			t.Errorf("news %+v, %v", n, err)
		}
	}
}

func TestAskThatCannotBeKept(t *testing.T) {
	w := newWorld(t)
	desk := w.merchant(t, 1)
	w.Operator = &records{status: payments.StatusSuccess}
	order := w.order(t, desk.Static, 100_00)
	must(t, ignore(w.Create(t.Context(), order)))
	must(t, ignore(w.Execute(t.Context(), order.OperatorID)))
	job := payments.AskOperator{MerchantID: desk.Merchant.ID, OperatorID: order.OperatorID}
	w.Store = broken{w.store}
	if settled, err := w.Ask(t.Context(), job); settled || err == nil {
		t.Errorf("ask over a broken database: settled %v, %v", settled, err)
	}
	w.Store = w.store
	if settled, err := w.Ask(t.Context(), job); !settled || err != nil {
		t.Errorf("ask again: settled %v, %v", settled, err)
	}
}

// A payment without a word, whose question was lost, is asked about again:
// once, while that question waits.
func TestSweepAsksAboutSilentPayments(t *testing.T) {
	w := newWorld(t)
	desk := w.merchant(t, 1)
	order := w.order(t, desk.Static, 100_00)
	must(t, ignore(w.Create(t.Context(), order)))
	must(t, ignore(w.Execute(t.Context(), order.OperatorID)))
	w.advance(5 * time.Minute)
	must(t, w.Sweep(t.Context()))
	if got := w.jobs(t, "ask_operator"); got != 1 {
		t.Errorf("%d questions, want the one that waits", got)
	}
	_, err := w.pool.Exec(t.Context(), `DELETE FROM river_job WHERE kind = 'ask_operator'`)
	must(t, err)
	must(t, w.Sweep(t.Context()))
	must(t, w.Sweep(t.Context()))
	if got := w.jobs(t, "ask_operator"); got != 1 {
		t.Errorf("%d questions after the first was lost, want 1", got)
	}
}

// The same create with the checksum in the other case is the same create.
func TestCreateAgainWithTheOtherCase(t *testing.T) {
	w := newWorld(t)
	desk := w.merchant(t, 1)
	order := w.order(t, desk.Static, 100_00)
	must(t, ignore(w.Create(t.Context(), order)))
	order.LinkHash = strings.ToUpper(order.LinkHash)
	must(t, ignore(w.Create(t.Context(), order)))
}
