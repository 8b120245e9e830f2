package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/payments"
)

// readings keeps the spans whose figures were asked for.
type readings struct {
	mu    sync.Mutex
	spans []payments.Day
}

func (r *readings) add(of payments.FiguresOf) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.spans = append(r.spans, of.Day)
}

type readStore struct {
	payments.Store
	*readings
}

func (s readStore) Figures(ctx context.Context, of payments.FiguresOf) (payments.Figures, error) {
	s.add(of)
	return s.Store.Figures(ctx, of)
}

func (s readStore) Atomically(ctx context.Context, f func(payments.Tx) error) error {
	return s.Store.Atomically(ctx, func(tx payments.Tx) error { return f(readTx{tx, s.readings}) })
}

type readTx struct {
	payments.Tx
	*readings
}

func (t readTx) Figures(ctx context.Context, of payments.FiguresOf) (payments.Figures, error) {
	t.add(of)
	return t.Tx.Figures(ctx, of)
}

// However payments, reversals and refunds fall between closings by hand and by
// themselves, also with moments that lie hours back: each closing's total is
// the whole history that is there, as counting all of it says.
func TestClosingsCountLikeTheWholeHistory(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			w := newWorld(t)
			w.withOperator()
			ctx := t.Context()
			w.setClock(at(bishkek, "2026-11-20 10:00"))
			desk := w.merchant(t, 1)
			w.fee(t, desk.Merchant.ID, 90, 0)
			bazaar := w.outlet(t, 1, payments.OutletDraft{Name: "Базар", CopyFrom: desk.Outlet.ID, Key: "o2"})
			must(t, ignore(w.SetCutoff(ctx, 1, 4, true)))
			outlets := []payments.Outlet{desk.Outlet, bazaar}
			var links []payments.Link
			for _, o := range outlets {
				link, err := w.store.StaticLink(ctx, o.MerchantID, o.ID)
				must(t, err)
				links = append(links, link)
			}
			random := rand.New(rand.NewPCG(seed, 41))
			var stands []payments.Payment
			known := make(map[payments.OutletID]int)
			naive := func(o payments.Outlet, to time.Time) payments.Figures {
				f, err := w.store.Figures(ctx, payments.FiguresOf{MerchantID: o.MerchantID, Outlets: []payments.OutletID{o.ID}, Day: payments.Day{To: to}})
				must(t, err)
				return f
			}
			check := func() {
				t.Helper()
				for _, o := range outlets {
					all := w.closings(t, o)
					if len(all) == known[o.ID] {
						continue
					}
					if len(all) != known[o.ID]+1 {
						t.Fatalf("%d closings at once", len(all)-known[o.ID])
					}
					known[o.ID] = len(all)
					newest := all[len(all)-1]
					if diff := cmp.Diff(newest.Total, naive(o, newest.To)); diff != "" {
						t.Fatalf("closing %d of outlet %d till %s (-total +history):\n%s", newest.Number, o.ID, newest.To, diff)
					}
				}
			}
			for step := range 160 {
				w.advance(time.Duration(random.IntN(int(5 * time.Hour))))
				now := w.now()
				switch n := random.IntN(10); {
				case n < 5:
					if random.IntN(3) == 0 { // ends after its moment
						w.advance(-time.Duration(random.IntN(int(20 * time.Hour))))
					}
					stands = append(stands, w.pay(t, w.order(t, links[random.IntN(2)], payments.Money(1_00+random.IntN(900_00)))))
				case n < 7 && len(stands) > 0:
					if random.IntN(3) == 0 {
						w.advance(-time.Duration(random.IntN(int(20 * time.Hour))))
					}
					i := random.IntN(len(stands))
					p := stands[i]
					stands = append(stands[:i], stands[i+1:]...)
					if random.IntN(2) == 0 {
						w.reverse(t, p)
					} else {
						w.refund(t, 1, p, 1_00+payments.Money(random.Int64N(int64(p.Amount-99))))
					}
				case n == 7:
					key := fmt.Sprint(step)
					must(t, ignore(w.CloseDay(ctx, 1, payments.DayClosingDraft{Outlet: outlets[random.IntN(2)].ID, Key: key})))
				case n == 8:
					// Payments are quiet for days: the count moves on without a closing.
					w.advance(time.Duration(random.IntN(int(60 * time.Hour))))
					now = w.now()
					must(t, w.CloseDays(ctx))
				default:
					must(t, w.CloseDays(ctx))
				}
				w.setClock(now)
				check()
			}
			w.advance(48 * time.Hour)
			must(t, w.CloseDays(ctx))
			check()
			for _, o := range outlets {
				var sum payments.Figures
				for _, c := range w.closings(t, o) {
					sum = sum.Plus(c.Figures)
				}
				if diff := cmp.Diff(sum, naive(o, w.now())); diff != "" || known[o.ID] < 8 {
					t.Errorf("%d closings together (-got +want):\n%s", known[o.ID], diff)
				}
				list, err := w.DayClosings(ctx, 1)
				must(t, err)
				if !list.Open.Empty() {
					t.Errorf("still open: %+v", list.Open)
				}
			}
		})
	}
}

// A closing, a look that finds nothing, and the screen that says what is open
// read what happened since, and the day before that, not the whole history.
func TestClosingsReadWhatIsNew(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.setClock(at(bishkek, "2026-11-20 10:00"))
	desk := w.merchant(t, 1)
	must(t, ignore(w.SetCutoff(ctx, 1, 0, true)))
	w.pay(t, w.order(t, desk.Static, 100_00))
	read := &readings{}
	w.Store = readStore{w.store, read}
	longest := func(what string, want time.Duration) {
		t.Helper()
		if len(read.spans) == 0 {
			t.Errorf("%s: nothing was read", what)
		}
		for _, span := range read.spans {
			if span.From.Before(w.now().Add(-want)) {
				t.Errorf("%s: reads from %s on", what, span.From)
			}
		}
		read.spans = nil
	}
	w.advance(24 * time.Hour)
	must(t, w.CloseDays(ctx)) // the first reads all there is
	read.spans = nil
	for day := range 5 {
		w.advance(24 * time.Hour)
		if day%2 == 0 {
			w.pay(t, w.order(t, desk.Static, 10_00))
		}
		w.advance(24 * time.Hour)
		must(t, w.CloseDays(ctx))
		longest("by itself", 4*24*time.Hour)
		must(t, w.CloseDays(ctx))
		if len(read.spans) != 0 {
			t.Error("a day that is counted is counted again")
		}
		must(t, ignore(w.DayClosings(ctx, 1)))
		longest("what is open", 3*24*time.Hour)
	}
	w.advance(time.Hour)
	must(t, ignore(w.CloseDay(ctx, 1, payments.DayClosingDraft{Outlet: desk.Outlet.ID, Key: "by hand"})))
	longest("by hand", 3*24*time.Hour)
	if n := len(w.closings(t, desk.Outlet)); n != 1+3+1 {
		t.Errorf("%d closings", n)
	}
	// What another program closed without counting is counted anew.
	must(t, ignore(w.pool.Exec(ctx, `UPDATE closing_counts SET number = number - 1, taken_total = 1`)))
	w.pay(t, w.order(t, desk.Static, 7_00))
	w.advance(time.Hour)
	view, err := w.CloseDay(ctx, 1, payments.DayClosingDraft{Outlet: desk.Outlet.ID, Key: "again"})
	must(t, err)
	if c := view.Closing; c.Figures.Taken.Total != 7_00 || c.Total.Taken.Total != 137_00 {
		t.Errorf("after a count that was another's: %+v of %+v", c.Figures.Taken, c.Total.Taken)
	}
}

// An outlet whose day cannot be closed keeps no other's open.
func TestOneDayThatCannotBeClosed(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.setClock(at(bishkek, "2026-11-20 10:00"))
	var desks []payments.Desk
	for id := range payments.PersonID(3) {
		desk := w.merchant(t, id+1)
		must(t, ignore(w.SetCutoff(ctx, id+1, 0, true)))
		w.pay(t, w.order(t, desk.Static, 100_00))
		desks = append(desks, desk)
	}
	must(t, ignore(w.pool.Exec(ctx, fmt.Sprintf(`ALTER TABLE closings ADD CONSTRAINT broken CHECK (outlet_id <> %d)`, desks[0].Outlet.ID))))
	w.advance(24 * time.Hour)
	if err := w.CloseDays(ctx); err == nil {
		t.Error("a day that was not closed is passed over in silence")
	}
	must(t, ignore(w.pool.Exec(ctx, `ALTER TABLE closings DROP CONSTRAINT broken`)))
	for i, want := range []int{0, 1, 1} {
		if n := len(w.closings(t, desks[i].Outlet)); n != want {
			t.Errorf("outlet %d: %d closings, want %d", i, n, want)
		}
	}
	must(t, w.CloseDays(ctx))
	if n := len(w.closings(t, desks[0].Outlet)); n != 1 {
		t.Errorf("%d closings once it can be closed", n)
	}
}
