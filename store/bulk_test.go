package store_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"
	"time"

	"elkart.kg/trade/payments"
	"elkart.kg/trade/store"
)

// file is a file of n good rows and one bad.
func file(name string, n int) payments.BulkDraft {
	hash := sha256.Sum256([]byte(name))
	d := payments.BulkDraft{Hash: hash[:], Name: name, Format: "csv"}
	for i := range n {
		d.Rows = append(d.Rows, payments.BulkRow{Line: i + 2, Name: "Асан", Amount: payments.Money(100_00 + i), Comment: fmt.Sprint("кв. ", i)})
	}
	d.Rows = append(d.Rows, payments.BulkRow{Line: n + 2, Sum: "много", Problem: payments.CodeSumMalformed})
	return d
}

func (w *world) offerBulk(t testing.TB, id payments.PersonID, d payments.BulkDraft) payments.BulkView {
	t.Helper()
	v, err := w.OfferBulk(t.Context(), id, d)
	must(t, err)
	return v
}

// makeAll does the job of a file, in as many steps as it takes.
func (w *world) makeAll(t testing.TB, b payments.Bulk) payments.BulkView {
	t.Helper()
	job := payments.MakeLinks{MerchantID: b.MerchantID, BulkID: b.ID}
	for range 100 {
		v, err := w.MakeSomeLinks(t.Context(), job)
		must(t, err)
		if v.Made == v.Good {
			must(t, w.BulkSent(t.Context(), job))
			return v
		}
	}
	t.Fatal("it does not end")
	return payments.BulkView{}
}

func (w *world) charges(t testing.TB) int {
	t.Helper()
	return w.count(t, `SELECT count(*) FROM links WHERE kind = 'charge'`)
}

func TestBulkFromOfferToLinks(t *testing.T) {
	w := newWorld(t)
	w.merchant(t, 1)
	ctx := t.Context()
	v := w.offerBulk(t, 1, file("a", 124))
	if v.Good != 124 || len(v.Problems()) != 1 || v.Total != 124*100_00+123*124/2 || v.Outlet.Name == "" || v.Again {
		t.Errorf("offer: %d good, %d bad, %d in all", v.Good, len(v.Problems()), v.Total)
	}
	if n := w.charges(t); n != 0 || w.jobs(t, "make_links") != 0 {
		t.Errorf("%d charges before anybody agreed", n)
	}
	// Pressed three times, at once with a cancel.
	must(t, ignore(w.ConfirmBulk(ctx, 1, v.ID, 77)))
	must(t, ignore(w.CancelBulk(ctx, 1, v.ID)))
	again, err := w.ConfirmBulk(ctx, 1, v.ID, 99)
	if err != nil || again.State != payments.BulkConfirmed || again.MessageID != 77 || w.jobs(t, "make_links") != 1 {
		t.Errorf("confirmed again: %+v, %v, %d jobs", again.State, err, w.jobs(t, "make_links"))
	}
	made := w.makeAll(t, v.Bulk)
	if n := w.charges(t); n != 124 || made.Made != 124 || made.MessageID != 77 {
		t.Errorf("%d charges, %d made", n, made.Made)
	}
	links, err := w.BulkLinks(ctx, v.Bulk)
	must(t, err)
	for _, row := range v.Rows {
		link, ok := links[row.Line]
		if ok != (row.Problem == "") || ok && (link.Amount != row.Amount || link.Comment != row.Comment || link.CreatedBy != 1) {
			t.Errorf("line %d became %+v", row.Line, link)
		}
	}
	if p := w.pay(t, w.order(t, links[5], links[5].Amount)); p.State != payments.PaymentSucceeded {
		t.Errorf("a link of a file is not paid: %+v", p)
	}
	w.makeAll(t, v.Bulk) // the job runs once more after it was done
	if n := w.charges(t); n != 124 {
		t.Errorf("%d charges after a repetition", n)
	}
}

// Killed after any batch, done by several at once: no row twice, none left out.
func TestBulkIsMadeOnce(t *testing.T) {
	w := newWorld(t)
	w.merchant(t, 1)
	v := w.offerBulk(t, 1, file("a", 230))
	must(t, ignore(w.ConfirmBulk(t.Context(), 1, v.ID, 7)))
	job := payments.MakeLinks{MerchantID: v.MerchantID, BulkID: v.ID}
	killed := errors.New("killed")
	for step := range 3 {
		err := func() (err error) {
			ctx, kill := context.WithCancelCause(t.Context())
			defer kill(nil)
			broken := *w.Service
			broken.Store = dying{Store: w.store, after: 20 * step, die: func() { kill(killed) }}
			_, err = broken.MakeSomeLinks(ctx, job)
			return err
		}()
		if err == nil {
			t.Error("nothing was killed")
		}
	}
	together(6, func(int) {
		for range 3 {
			if _, err := w.MakeSomeLinks(t.Context(), job); err != nil {
				t.Errorf("together: %v", err)
			}
		}
	})
	if got := w.makeAll(t, v.Bulk); got.Made != 230 || w.charges(t) != 230 {
		t.Errorf("%d made, %d charges", got.Made, w.charges(t))
	}
	if n := w.count(t, `SELECT count(DISTINCT amount) FROM links WHERE kind = 'charge'`); n != 230 {
		t.Errorf("%d different rows", n)
	}
}

// dying is a database whose process is killed after some inserted links.
type dying struct {
	*store.Store
	after int
	die   func()
}

func (d dying) Atomically(ctx context.Context, f func(payments.Tx) error) error {
	return d.Store.Atomically(ctx, func(tx payments.Tx) error { return f(&dyingTx{Tx: tx, left: d.after, die: d.die}) })
}

type dyingTx struct {
	payments.Tx
	left int
	die  func()
}

func (d *dyingTx) InsertBulkLink(ctx context.Context, bulk payments.BulkID, line int, link payments.LinkID) error {
	if d.left--; d.left < 0 {
		d.die()
	}
	return d.Tx.InsertBulkLink(ctx, bulk, line, link)
}

// The same file is the same bulk while its links live, for whoever of the
// merchant sends it; anew it is made when somebody says so, or later.
func TestBulkFileSentAgain(t *testing.T) {
	w := newWorld(t)
	w.merchant(t, 1)
	w.merchant(t, 2)
	ctx := t.Context()
	first := w.offerBulk(t, 1, file("a", 3))
	together(8, func(int) {
		if v, err := w.OfferBulk(ctx, 1, file("a", 3)); err != nil || v.ID != first.ID || v.Again {
			t.Errorf("offered again: %d, %v", v.ID, err)
		}
	})
	if other := w.offerBulk(t, 2, file("a", 3)); other.ID == first.ID {
		t.Error("another merchant's file is the same")
	}
	must(t, ignore(w.ConfirmBulk(ctx, 1, first.ID, 7)))
	w.makeAll(t, first.Bulk)
	done := w.offerBulk(t, 1, file("a", 3))
	if done.ID != first.ID || !done.Again || done.State != payments.BulkDone {
		t.Errorf("sent after it was made: %+v", done.State)
	}
	var rounds [2]payments.BulkView
	for i := range rounds {
		v, err := w.RepeatBulk(ctx, 1, first.ID)
		must(t, err)
		rounds[i] = v
	}
	if rounds[0].ID == first.ID || rounds[0].ID != rounds[1].ID || rounds[0].State != payments.BulkOffered {
		t.Errorf("a double tap made rounds %d and %d of %d", rounds[0].ID, rounds[1].ID, first.ID)
	}
	must(t, ignore(w.CancelBulk(ctx, 1, rounds[0].ID)))
	if v, err := w.ConfirmBulk(ctx, 1, rounds[0].ID, 7); err != nil || v.State != payments.BulkCancelled {
		t.Errorf("made after it was cancelled: %s, %v", v.State, err)
	}
	if v := w.offerBulk(t, 1, file("a", 3)); v.ID == rounds[0].ID || v.State != payments.BulkOffered {
		t.Error("a cancelled file cannot be sent again")
	}
	w.advance(payments.ChargeLife)
	if v := w.offerBulk(t, 1, file("a", 3)); v.Again || v.State != payments.BulkOffered {
		t.Errorf("next month: %+v", v.State)
	}
	if n := w.charges(t); n != 3 {
		t.Errorf("%d charges of 3 rows", n)
	}
	w.advance(payments.BulkLife)
	if n, err := w.store.ForgetBulks(ctx, w.Now().Add(-payments.BulkLife+time.Second)); err != nil || n == 0 || w.charges(t) != 3 {
		t.Errorf("forgot %d, %v, %d charges left", n, err, w.charges(t))
	}
}

func TestBulkRights(t *testing.T) {
	w := newWorld(t)
	w.merchant(t, 1)
	w.merchant(t, 2)
	ctx := t.Context()
	v := w.offerBulk(t, 1, file("a", 3))
	calls := map[string]func(id payments.PersonID) error{
		"offer":   func(id payments.PersonID) error { return ignore(w.OfferBulk(ctx, id, file("b", 1))) },
		"confirm": func(id payments.PersonID) error { return ignore(w.ConfirmBulk(ctx, id, v.ID, 7)) },
		"cancel":  func(id payments.PersonID) error { return ignore(w.CancelBulk(ctx, id, v.ID)) },
		"repeat":  func(id payments.PersonID) error { return ignore(w.RepeatBulk(ctx, id, v.ID)) },
	}
	for name, call := range calls {
		if err := call(404); payments.CodeOf(err) != payments.CodeNotRegistered {
			t.Errorf("a stranger's %s: %v", name, err)
		}
		if err := call(2); name != "offer" && payments.CodeOf(err) != payments.CodeBulkNotFound {
			t.Errorf("another merchant's %s: %v", name, err)
		}
		for _, role := range []payments.Role{payments.RoleCashier, payments.RoleAccountant} {
			w.asRole(t, 1, role)
			if err := call(1); payments.CodeOf(err) != payments.CodeNotAllowed {
				t.Errorf("the %s's %s: %v", role, name, err)
			}
		}
		w.asRole(t, 1, payments.RoleManager)
		must(t, ignore(w.pool.Exec(ctx, `UPDATE outlets SET state = 'paused'`)))
		if err := call(1); payments.CodeOf(err) != payments.CodeOutletPaused {
			t.Errorf("%s at a paused outlet: %v", name, err)
		}
		must(t, ignore(w.pool.Exec(ctx, `UPDATE outlets SET state = 'open'`)))
	}
	if w.charges(t) != 0 || w.jobs(t, "make_links") != 0 {
		t.Error("somebody made links")
	}
	for name, d := range map[string]payments.BulkDraft{"nothing good": file("c", 0)} {
		empty := w.offerBulk(t, 1, d)
		if got, err := w.ConfirmBulk(ctx, 1, empty.ID, 7); err != nil || got.State != payments.BulkOffered || w.jobs(t, "make_links") != 0 {
			t.Errorf("%s: %s, %v", name, got.State, err)
		}
	}
}
