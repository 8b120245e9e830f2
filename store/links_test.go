package store_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/payments"
)

// reusable makes a reusable link; cap 0 is none.
func (w *world) reusable(t testing.TB, id payments.PersonID, amount payments.Money, most int) payments.Link {
	t.Helper()
	ticket, err := w.OpenLink(t.Context(), id, payments.LinkDraft{Amount: amount, Key: fmt.Sprintf("l%d", w.calls.Add(1))})
	must(t, err)
	if most != 0 {
		ticket, err = w.EditLink(t.Context(), id, ticket.Link.ID, payments.LinkChange{Cap: &most})
		must(t, err)
	}
	return ticket.Link
}

func (w *world) link(t testing.TB, id payments.PersonID, link payments.LinkID) payments.Link {
	t.Helper()
	ticket, err := w.Ticket(t.Context(), id, link)
	must(t, err)
	return ticket.Link
}

// counts is what a link knows of its payments.
type counts struct {
	State        payments.LinkState
	Taking, Paid int
	Total        payments.Money
}

func countsOf(l payments.Link) counts { return counts{l.State, l.Taking, l.Paid, l.Total} }

func wantCounts(t *testing.T, what string, l payments.Link, want counts) {
	t.Helper()
	if diff := cmp.Diff(countsOf(l), want); diff != "" {
		t.Errorf("%s (-got +want):\n%s", what, diff)
	}
}

// Thirty payers at a link that three may pay: three get through, whatever the
// order, and a place that comes free is given again.
func TestCapUnderConcurrency(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.merchant(t, 1)
	link := w.reusable(t, 1, 500_00, 3)
	orders := make([]payments.Order, 30)
	for i := range orders {
		orders[i] = w.order(t, link, 500_00)
		must(t, ignore(w.Create(ctx, orders[i])))
	}
	var mu sync.Mutex
	var through []payments.Order
	together(2*len(orders), func(i int) { // each execute comes twice
		order := orders[i/2]
		p, err := w.Execute(ctx, order.OperatorID)
		if err != nil {
			t.Errorf("execute: %v", err)
		}
		if p.State == payments.PaymentExecuting && i%2 == 0 {
			mu.Lock()
			through = append(through, order)
			mu.Unlock()
		}
	})
	if len(through) != 3 {
		t.Fatalf("%d got through, want 3", len(through))
	}
	wantCounts(t, "all places are held", w.link(t, 1, link.ID), counts{payments.LinkActive, 3, 0, 0})
	wantCode(t, "check while all are held", ignore(w.Check(ctx, w.order(t, link, 500_00).Scan)), payments.CodeRecipientWrong)
	view, err := w.PayerView(ctx, link.Code)
	if err != nil || view.Link.State != payments.LinkPaused {
		t.Errorf("the payer sees %s, %v", view.Link.State, err)
	}

	must(t, w.Update(ctx, through[0].OperatorID, payments.StatusCanceled, time.Time{}))
	for _, order := range through[1:] {
		together(10, func(int) {
			if err := w.Update(ctx, order.OperatorID, payments.StatusSuccess, time.Time{}); err != nil {
				t.Errorf("update: %v", err)
			}
		})
	}
	wantCounts(t, "one place came free", w.link(t, 1, link.ID), counts{payments.LinkActive, 0, 2, 1000_00})
	last := w.pay(t, w.order(t, link, 500_00))
	wantCounts(t, "used up", w.link(t, 1, link.ID), counts{payments.LinkUsedUp, 0, 3, 1500_00})
	wantCode(t, "create when used up", ignore(w.Create(ctx, w.order(t, link, 500_00))), payments.CodeRecipientWrong)

	// What is taken back frees its place again, for one.
	must(t, w.Update(ctx, last.OperatorID, payments.StatusCanceled, time.Time{}))
	wantCounts(t, "taken back", w.link(t, 1, link.ID), counts{payments.LinkActive, 0, 2, 1000_00})
	w.pay(t, w.order(t, link, 500_00))
	wantCounts(t, "used up again", w.link(t, 1, link.ID), counts{payments.LinkUsedUp, 0, 3, 1500_00})
}

// Whatever payers, the operator and the merchant do, all at once: never more
// payments than the cap, and the counts are those of the payments.
func TestCapHoldsWhateverHappens(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.merchant(t, 1)
	for seed := range uint64(6) {
		link := w.reusable(t, 1, 0, 3)
		together(16, func(i int) {
			random := rand.New(rand.NewPCG(seed, uint64(i)))
			for range 4 {
				if i == 0 { // the merchant
					most := 1 + random.IntN(5)
					_, _ = w.EditLink(ctx, 1, link.ID, payments.LinkChange{Cap: &most})
					_, _ = w.PauseLink(ctx, 1, link.ID, random.IntN(2) == 0)
					continue
				}
				order := w.order(t, link, payments.Money(100+random.IntN(900)))
				_, err := w.Create(ctx, order)
				if payments.CodeOf(err) == payments.CodeRecipientWrong {
					continue
				}
				if err == nil {
					_, err = w.Execute(ctx, order.OperatorID)
				}
				for _, status := range []payments.Status{payments.StatusSuccess, payments.StatusCanceled}[random.IntN(2):] {
					if err == nil && random.IntN(4) > 0 {
						err = w.Update(ctx, order.OperatorID, status, time.Time{})
					}
				}
				if err != nil && payments.CodeOf(err) == "" {
					t.Errorf("seed %d: %v", seed, err)
				}
			}
		})
		l := w.link(t, 1, link.ID)
		var want counts
		must(t, w.pool.QueryRow(ctx, `
			SELECT count(*) FILTER (WHERE state = 'executing'), count(*) FILTER (WHERE state = 'succeeded'),
				COALESCE(sum(amount) FILTER (WHERE state = 'succeeded'), 0)
			FROM payments WHERE link_id = $1`, link.ID).Scan(&want.Taking, &want.Paid, &want.Total))
		want.State = l.State
		wantCounts(t, "counts of a busy link", l, want)
		if l.Paid+l.Taking > l.Cap || (l.State == payments.LinkUsedUp) != (l.Paid == l.Cap) {
			t.Errorf("seed %d: %+v", seed, l)
		}
	}
}

// The wire's numbers for what is wrong with a payment through a reusable link;
// of a closed one nobody learns why.
func TestJudgeReusable(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.merchant(t, 1)
	fixed, open := w.reusable(t, 1, 500_00, 0), w.reusable(t, 1, 0, 0)
	low, high := payments.Money(100_00), payments.Money(200_00)
	must(t, ignore(w.EditLink(ctx, 1, open.ID, payments.LinkChange{Min: &low})))
	must(t, ignore(w.EditLink(ctx, 1, open.ID, payments.LinkChange{Max: &high})))
	check := func(l payments.Link, sum payments.Money, change func(*payments.Order)) error {
		order := w.order(t, l, sum)
		if change != nil {
			change(&order)
		}
		return ignore(w.Check(ctx, order.Scan))
	}
	wantCode(t, "the fixed sum", check(fixed, 500_00, nil), "")
	wantCode(t, "a tyiyn more", check(fixed, 500_01, nil), payments.CodeDataWrong)
	wantCode(t, "a tyiyn less", check(fixed, 499_99, nil), payments.CodeDataWrong)
	wantCode(t, "as a dynamic code", check(fixed, 500_00, func(o *payments.Order) { o.Dynamic = true }), payments.CodeDataWrong)
	wantCode(t, "the smallest", check(open, 100_00, nil), "")
	wantCode(t, "the largest", check(open, 200_00, nil), "")
	wantCode(t, "below", check(open, 99_99, nil), payments.CodeSumTooSmall)
	wantCode(t, "above", check(open, 200_01, nil), payments.CodeSumTooLarge)

	must(t, ignore(w.PauseLink(ctx, 1, open.ID, true)))
	wantCode(t, "paused", check(open, 150_00, nil), payments.CodeRecipientWrong)
	must(t, ignore(w.PauseLink(ctx, 1, open.ID, false)))
	wantCode(t, "resumed", check(open, 150_00, nil), "")
	hour := payments.Life("1h")
	must(t, ignore(w.EditLink(ctx, 1, open.ID, payments.LinkChange{Life: &hour})))
	order := w.order(t, open, 150_00)
	must(t, ignore(w.Create(ctx, order)))
	w.advance(time.Hour - 30*time.Second)
	late := w.order(t, open, 150_00)
	must(t, ignore(w.Create(ctx, late)))
	w.advance(30 * time.Second)
	wantCode(t, "expired", check(open, 150_00, nil), payments.CodeRecipientWrong)
	must(t, w.Sweep(ctx))
	p, err := w.Execute(ctx, late.OperatorID)
	if err != nil || p.State != payments.PaymentExecuting || !p.Late {
		t.Errorf("begun in time: %+v, %v", p, err)
	}
	must(t, w.Update(ctx, late.OperatorID, payments.StatusSuccess, time.Time{}))
	wantCounts(t, "paid late", w.link(t, 1, open.ID), counts{payments.LinkExpired, 0, 1, 150_00})
	must(t, ignore(w.CancelLink(ctx, 1, fixed.ID)))
	wantCode(t, "cancelled", check(fixed, 500_00, nil), payments.CodeRecipientWrong)
}

// Paused or cancelled between create and execute: no money moves. Cancelled
// after it: what was promised arrives.
func TestClosingWhileSomebodyPays(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.merchant(t, 1)
	link := w.reusable(t, 1, 500_00, 2)
	early, promised := w.order(t, link, 500_00), w.order(t, link, 500_00)
	must(t, ignore(w.Create(ctx, early)))
	must(t, ignore(w.Create(ctx, promised)))
	must(t, ignore(w.Execute(ctx, promised.OperatorID)))
	one := 1
	must(t, ignore(w.EditLink(ctx, 1, link.ID, payments.LinkChange{Cap: &one}))) // the one under way
	must(t, ignore(w.PauseLink(ctx, 1, link.ID, true)))
	if p, err := w.Execute(ctx, early.OperatorID); err != nil || p.State != payments.PaymentFailed {
		t.Errorf("execute while paused: %s, %v", p.State, err)
	}
	must(t, ignore(w.CancelLink(ctx, 1, link.ID)))
	must(t, w.Update(ctx, promised.OperatorID, payments.StatusSuccess, time.Time{}))
	wantCounts(t, "paid after it was cancelled", w.link(t, 1, link.ID), counts{payments.LinkCancelled, 0, 1, 500_00})
	for what, err := range map[string]error{
		"resume": ignore(w.PauseLink(ctx, 1, link.ID, false)),
		"recap":  ignore(w.EditLink(ctx, 1, link.ID, payments.LinkChange{Cap: ptr(5)})),
		"life":   ignore(w.EditLink(ctx, 1, link.ID, payments.LinkChange{Life: ptr(payments.LifeNever)})),
	} {
		wantCode(t, what+" what is cancelled", err, payments.CodeLinkClosed)
	}
	clone, err := w.CloneLink(ctx, 1, link.ID, "c")
	must(t, err)
	wantCounts(t, "clone", clone.Link, counts{payments.LinkActive, 0, 0, 0})
	again, err := w.CloneLink(ctx, 1, link.ID, "c")
	if err != nil || again.Link.ID != clone.Link.ID || clone.Link.Cap != 1 || clone.Link.Amount != 500_00 || clone.Link.Code == link.Code {
		t.Errorf("clones %+v and %+v, %v", clone.Link, again.Link, err)
	}
}

// The database keeps the arrows and the cap, whoever writes.
func TestDatabaseKeepsLinkStates(t *testing.T) {
	w := newWorld(t)
	w.merchant(t, 1)
	link := w.reusable(t, 1, 500_00, 2)
	ticket, err := w.Charge(t.Context(), 1, payments.ChargeDraft{Amount: 500_00, Key: "c"})
	must(t, err)
	w.pay(t, w.order(t, ticket.Link, 500_00))
	for _, sql := range []string{
		`UPDATE links SET paid = 3 WHERE id = $1`,
		`UPDATE links SET taking = -1 WHERE id = $1`,
		`UPDATE links SET state = 'used_up' WHERE id = $1`,
		`UPDATE links SET remind_at = now(), remind_to = created_by WHERE id = $1`,
		`UPDATE links SET state = CASE id WHEN $1 THEN state ELSE 'active' END`, // the charge, which is used up
	} {
		if _, err := w.pool.Exec(t.Context(), sql, link.ID); err == nil {
			t.Errorf("the database took %s", sql)
		}
	}
	must(t, ignore(w.CancelLink(t.Context(), 1, link.ID)))
	if _, err := w.pool.Exec(t.Context(), `UPDATE links SET state = 'active' WHERE id = $1`, link.ID); err == nil {
		t.Error("what is cancelled went on")
	}
}
