package store_test

import (
	"sync"
	"testing"
	"time"

	"elkart.kg/trade/payments"
)

// together runs f n times at once.
func together(n int, f func(i int)) {
	var group sync.WaitGroup
	gate := make(chan struct{})
	for i := range n {
		group.Go(func() {
			<-gate
			f(i)
		})
	}
	close(gate)
	group.Wait()
}

// Each call of the operator's, fifty times in parallel: one payment, one
// receipt, one credit, one telling.
func TestFiftyParallelRepetitions(t *testing.T) {
	w := newWorld(t)
	desk := w.merchant(t, 1)
	ticket, err := w.Charge(t.Context(), 1, payments.ChargeDraft{Amount: 500_00, Key: "u2"})
	must(t, err)
	for _, link := range []payments.Link{desk.Static, ticket.Link} {
		order := w.order(t, link, 500_00)
		before := w.jobs(t, "fanout")
		var ids sync.Map
		together(50, func(int) {
			p, err := w.Create(t.Context(), order)
			if err != nil {
				t.Errorf("create: %v", err)
			}
			ids.Store(p.ID, true)
		})
		together(50, func(int) {
			p, err := w.Execute(t.Context(), order.OperatorID)
			if err != nil || p.OperatorStatus() != payments.StatusSuccess {
				t.Errorf("execute: %v, %v", p.State, err)
			}
		})
		together(50, func(int) {
			if err := w.Update(t.Context(), order.OperatorID, payments.StatusSuccess, time.Time{}); err != nil {
				t.Errorf("update: %v", err)
			}
		})
		distinct := 0
		ids.Range(func(any, any) bool { distinct++; return true })
		if distinct != 1 {
			t.Errorf("create answered %d payments, want 1", distinct)
		}
		p, err := w.PaymentByOperatorID(t.Context(), order.OperatorID)
		must(t, err)
		if p.State != payments.PaymentSucceeded || p.Receipt == 0 || p.ReceiptKey == "" {
			t.Errorf("payment is %+v", p)
		}
		for table, want := range map[string]int{
			"SELECT count(*) FROM payments WHERE operator_id = $1":                                              1,
			"SELECT count(*) FROM credits c JOIN payments p ON p.id = payment_id WHERE operator_id = $1":        1,
			"SELECT count(*) FROM payment_events e JOIN payments p ON p.id = payment_id WHERE operator_id = $1": 3,
		} {
			if got := w.count(t, table, order.OperatorID); got != want {
				t.Errorf("%s = %d, want %d", table, got, want)
			}
		}
		if got := w.jobs(t, "fanout") - before; got != 1 {
			t.Errorf("%d tellings, want 1", got)
		}
	}
}

// Twenty payers at one charge: one gets through, whatever the order.
func TestOneChargeManyPayers(t *testing.T) {
	w := newWorld(t)
	w.merchant(t, 1)
	ticket, err := w.Charge(t.Context(), 1, payments.ChargeDraft{Amount: 500_00, Key: "u2"})
	must(t, err)
	orders := make([]payments.Order, 20)
	for i := range orders {
		orders[i] = w.order(t, ticket.Link, 500_00)
		must(t, ignore(w.Create(t.Context(), orders[i])))
	}
	var mu sync.Mutex
	states := make(map[payments.PaymentState]int)
	together(len(orders), func(i int) {
		p, err := w.Execute(t.Context(), orders[i].OperatorID)
		if err != nil {
			t.Errorf("execute: %v", err)
		}
		mu.Lock()
		states[p.State]++
		mu.Unlock()
	})
	if states[payments.PaymentExecuting] != 1 || states[payments.PaymentFailed] != len(orders)-1 {
		t.Errorf("states %v, want one executing and the others failed", states)
	}
	if _, err := w.Create(t.Context(), w.order(t, ticket.Link, 500_00)); payments.CodeOf(err) != payments.CodeRecipientWrong {
		t.Errorf("create while another pays: %v, want %s", err, payments.CodeRecipientWrong)
	}
}

// A charge whose payment the operator cancelled can be paid again.
func TestCancelledPaymentFreesTheCharge(t *testing.T) {
	w := newWorld(t)
	w.merchant(t, 1)
	ticket, err := w.Charge(t.Context(), 1, payments.ChargeDraft{Amount: 500_00, Key: "u2"})
	must(t, err)
	first := w.order(t, ticket.Link, 500_00)
	must(t, ignore(w.Create(t.Context(), first)))
	must(t, ignore(w.Execute(t.Context(), first.OperatorID)))
	must(t, w.Update(t.Context(), first.OperatorID, payments.StatusCanceled, time.Time{}))
	if p := w.pay(t, w.order(t, ticket.Link, 500_00)); p.State != payments.PaymentSucceeded || p.Receipt != 1 {
		t.Errorf("second payment: %+v", p)
	}
	again, err := w.Ticket(t.Context(), 1, ticket.Link.ID)
	must(t, err)
	if again.Link.State != payments.LinkUsedUp || again.Payment == nil {
		t.Errorf("ticket %+v, want used up with its payment", again)
	}
}

// The operator takes back what it had confirmed: the credit stops, the
// merchant is told, and a late confirmation changes nothing.
func TestCancelAfterSuccessReverses(t *testing.T) {
	w := newWorld(t)
	desk := w.merchant(t, 1)
	order := w.order(t, desk.Static, 700_00)
	w.pay(t, order)
	for range 2 {
		must(t, w.Update(t.Context(), order.OperatorID, payments.StatusError, time.Time{}))
	}
	p, err := w.PaymentByOperatorID(t.Context(), order.OperatorID)
	must(t, err)
	if p.State != payments.PaymentReversed || p.OperatorStatus() != payments.StatusError || p.Receipt != 1 {
		t.Errorf("payment %+v", p)
	}
	if got := w.count(t, `SELECT count(*) FROM credits WHERE state = 'stopped'`); got != 1 {
		t.Errorf("%d credits stopped, want 1", got)
	}
	if got := w.jobs(t, "fanout"); got != 2 {
		t.Errorf("%d tellings, want paid and reversed", got)
	}
	if err := w.Update(t.Context(), order.OperatorID, payments.StatusSuccess, time.Time{}); payments.CodeOf(err) != payments.CodeImpossible {
		t.Errorf("success after reversal: %v", err)
	}
	if today, err := w.Desk(t.Context(), 1); err != nil || today.Today != (payments.Takings{}) {
		t.Errorf("takings %+v, %v, want none", today.Today, err)
	}
}

// Many payments of one merchant at once: receipts 1…n, no gap, no repetition.
func TestReceiptsHaveNoGaps(t *testing.T) {
	w := newWorld(t)
	desk := w.merchant(t, 1)
	const n = 60
	orders := make([]payments.Order, n)
	for i := range orders {
		orders[i] = w.order(t, desk.Static, payments.Money(100+i))
	}
	together(n, func(i int) {
		w.pay(t, orders[i])
		if i%3 == 0 {
			must(t, w.Update(t.Context(), orders[i].OperatorID, payments.StatusCanceled, time.Time{}))
		}
	})
	if got := w.count(t, `SELECT count(DISTINCT receipt) FROM payments WHERE receipt BETWEEN 1 AND $1`, n); got != n {
		t.Errorf("%d distinct receipts between 1 and %d", got, n)
	}
	want := payments.Takings{}
	for i := range n {
		if i%3 != 0 {
			want.Count++
			want.Total += payments.Money(100 + i)
		}
	}
	if d, err := w.Desk(t.Context(), 1); err != nil || d.Today != want {
		t.Errorf("takings %+v, %v, want %+v", d.Today, err, want)
	}
}

func TestExecutePastSixtySeconds(t *testing.T) {
	w := newWorld(t)
	desk := w.merchant(t, 1)
	order := w.order(t, desk.Static, 100_00)
	must(t, ignore(w.Create(t.Context(), order)))
	w.advance(61 * time.Second)
	p, err := w.Execute(t.Context(), order.OperatorID)
	must(t, err)
	if p.OperatorStatus() != payments.StatusCanceled {
		t.Errorf("status %d, want 40", p.OperatorStatus())
	}
	if err := w.Update(t.Context(), order.OperatorID, payments.StatusSuccess, time.Time{}); payments.CodeOf(err) != payments.CodeImpossible {
		t.Errorf("success of what was refused: %v", err)
	}
}

// The database refuses what the rules forbid, whoever writes.
func TestDatabaseRepeatsTheRules(t *testing.T) {
	w := newWorld(t)
	desk := w.merchant(t, 1)
	order := w.order(t, desk.Static, 100_00)
	w.pay(t, order)
	for _, sql := range []string{
		`UPDATE payments SET state = 'executing', receipt = NULL, receipt_key = '', final_at = NULL`,
		`UPDATE payments SET state = 'cancelled', receipt = NULL, receipt_key = ''`,
		`UPDATE payments SET receipt = NULL, receipt_key = ''`,
		`UPDATE payments SET amount = 0`,
		`UPDATE links SET amount = -1`,
		`INSERT INTO credits (merchant_id, payment_id, outlet_id, card_id, amount, state, key, changed_at) SELECT merchant_id, payment_id, outlet_id, card_id, 1, 'due', 'other', now() FROM credits`,
	} {
		if _, err := w.pool.Exec(t.Context(), sql); err == nil {
			t.Errorf("the database took %s", sql)
		}
	}
}

// A tidy-up closes what time has closed, and leaves the rest alone.
func TestSweep(t *testing.T) {
	w := newWorld(t)
	desk := w.merchant(t, 1)
	open, err := w.Charge(t.Context(), 1, payments.ChargeDraft{Amount: 500_00, Key: "open"})
	must(t, err)
	paying, err := w.Charge(t.Context(), 1, payments.ChargeDraft{Amount: 500_00, Key: "paying"})
	must(t, err)
	w.advance(payments.ChargeLife - 30*time.Second)
	held := w.order(t, paying.Link, 500_00)
	must(t, ignore(w.Create(t.Context(), held)))
	must(t, ignore(w.Execute(t.Context(), held.OperatorID)))
	forgotten := w.order(t, desk.Static, 100_00)
	must(t, ignore(w.Create(t.Context(), forgotten)))
	shown := w.jobs(t, "link_shown")

	w.advance(3 * time.Minute)
	must(t, w.Sweep(t.Context()))
	must(t, w.Sweep(t.Context()))

	for link, want := range map[payments.LinkID]payments.LinkState{open.Link.ID: payments.LinkExpired, desk.Static.ID: payments.LinkActive} {
		got, err := w.store.Link(t.Context(), desk.Merchant.ID, link)
		must(t, err)
		if got.State != want {
			t.Errorf("link %d is %s, want %s", link, got.State, want)
		}
	}
	if got := w.jobs(t, "link_shown") - shown; got != 1 {
		t.Errorf("%d messages to bring up to date, want 1", got)
	}
	p, err := w.PaymentByOperatorID(t.Context(), forgotten.OperatorID)
	must(t, err)
	if p.State != payments.PaymentCancelled {
		t.Errorf("the forgotten payment is %s", p.State)
	}
	must(t, w.Update(t.Context(), held.OperatorID, payments.StatusSuccess, time.Time{}))
	if p, err = w.PaymentByOperatorID(t.Context(), held.OperatorID); err != nil || p.State != payments.PaymentSucceeded {
		t.Errorf("the held payment is %s, %v", p.State, err)
	}
}
