package store_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/bot/postgres/pgtest"
	"elkart.kg/trade/payments"
	"elkart.kg/trade/store"
)

// A write that is put off and fails takes the whole transaction with it, whether
// or not somebody looks at the error.
func TestWriteThatFailsLater(t *testing.T) {
	w := newWorld(t)
	desk := w.merchant(t, 1)
	charge := func() payments.Link {
		ticket, err := w.Charge(t.Context(), 1, payments.ChargeDraft{Amount: 500_00, Key: payments.NewCode()})
		must(t, err)
		return ticket.Link
	}
	missing := payments.Link{ID: 1 << 40, MerchantID: desk.Merchant.ID, State: payments.LinkPaused}
	broken := missing
	broken.ID, broken.State = desk.Static.ID, "unheard of"
	for _, bad := range []payments.Link{missing, broken} {
		for name, after := range map[string]func(context.Context, payments.Tx) error{
			"nothing after it": func(context.Context, payments.Tx) error { return nil },
			"a question after it": func(ctx context.Context, tx payments.Tx) error {
				return ignore(tx.Merchant(ctx, desk.Merchant.ID))
			},
			"a question whose error is passed over": func(ctx context.Context, tx payments.Tx) error {
				if _, err := tx.LookAlike(ctx, payments.Payment{}, time.Time{}); errors.Is(err, payments.ErrNotFound) {
					t.Error("a failed write is taken for a question without an answer")
				}
				_, _ = tx.Merchant(ctx, desk.Merchant.ID)
				return nil
			},
			"a write and jobs after it": func(ctx context.Context, tx payments.Tx) error {
				must(t, tx.MarkLink(ctx, charge()))
				return tx.Enqueue(ctx, payments.Scheduled{Job: payments.LinkShown{LinkID: 1}})
			},
		} {
			t.Run(string(bad.State)+", "+name, func(t *testing.T) {
				good := charge()
				shown := w.jobs(t, "link_shown")
				err := w.store.Atomically(t.Context(), func(tx payments.Tx) error {
					good.State = payments.LinkCancelled
					must(t, tx.MarkLink(t.Context(), good))
					must(t, tx.MarkLink(t.Context(), bad))
					return after(t.Context(), tx)
				})
				if err == nil || !strings.Contains(err.Error(), "mark link") || errors.Is(err, payments.ErrNotFound) {
					t.Errorf("error %v, want one that names the write", err)
				}
				got, err := w.store.Link(t.Context(), good.MerchantID, good.ID)
				must(t, err)
				if got.State != payments.LinkActive || w.jobs(t, "link_shown") != shown {
					t.Errorf("link is %s, %d jobs more", got.State, w.jobs(t, "link_shown")-shown)
				}
			})
		}
	}
	if stat := w.pool.Stat(); stat.AcquiredConns() != 0 {
		t.Errorf("%d connections were not given back", stat.AcquiredConns())
	}
}

// A transaction that panics or whose time is over leaves nothing, no lock either.
func TestTransactionCutShort(t *testing.T) {
	w := newWorld(t)
	desk := w.merchant(t, 1)
	pause := func(ctx context.Context, end func() error) (err error) {
		defer func() {
			if broken := recover(); broken != nil {
				err = errors.New("panicked")
			}
		}()
		return w.store.Atomically(ctx, func(tx payments.Tx) error {
			link, err := tx.LockLink(ctx, desk.Merchant.ID, desk.Static.ID)
			if err != nil {
				return err
			}
			link.State = payments.LinkPaused
			must(t, tx.MarkLink(ctx, link))
			must(t, ignore(tx.Merchant(ctx, desk.Merchant.ID)))
			return end()
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	for name, err := range map[string]error{
		"panics":    pause(t.Context(), func() error { panic("a broken promise") }),
		"gives up":  pause(t.Context(), func() error { return errors.New("no") }),
		"cancelled": pause(ctx, func() error { cancel(); return nil }),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := w.store.Atomically(t.Context(), func(payments.Tx) error { return nil }); err != nil {
		t.Errorf("a transaction that says nothing: %v", err)
	}
	must(t, w.store.Atomically(t.Context(), func(tx payments.Tx) error {
		link, err := tx.LockLink(t.Context(), desk.Merchant.ID, desk.Static.ID)
		if link.State != payments.LinkActive {
			t.Errorf("link is %s", link.State)
		}
		return err
	}))
}

// Few jobs, many jobs, and jobs over connections that do not prepare
// statements: they all come out the same.
func TestJobsComeOutAsTheyWentIn(t *testing.T) {
	at := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	type row struct{ Kind, Args, State, Queue string }
	for _, mode := range []string{"cache_statement", "cache_describe", "describe_exec", "exec", "simple_protocol"} {
		pool, err := store.Connect(t.Context(), pgtest.New(t)+"&default_query_exec_mode="+mode, 2)
		must(t, err)
		defer pool.Close()
		s, err := store.New(pool)
		must(t, err)
		for _, n := range []int{1, 2, 8, 9, 40} {
			var jobs []payments.Scheduled
			var want []row
			for range n - 1 {
				jobs = append(jobs, payments.Scheduled{Job: payments.LinkShown{MerchantID: 7, LinkID: 9}})
				want = append(want, row{"link_shown", `{"link_id": 9, "merchant_id": 7}`, "available", "telling"})
			}
			jobs = append(jobs, payments.Scheduled{Job: payments.AskOperator{MerchantID: 7, OperatorID: `o"p`}, At: at.AddDate(100, 0, 0)})
			want = append(want, row{"ask_operator", `{"merchant_id": 7, "operator_id": "o\"p"}`, "scheduled", "default"})
			must(t, s.Atomically(t.Context(), func(tx payments.Tx) error { return tx.Enqueue(t.Context(), jobs...) }))
			rows, err := pool.Query(t.Context(), `DELETE FROM river_job RETURNING kind, args::text, state::text, queue`)
			must(t, err)
			var got []row
			for rows.Next() {
				var r row
				must(t, rows.Scan(&r.Kind, &r.Args, &r.State, &r.Queue))
				got = append(got, r)
			}
			must(t, rows.Err())
			if diff := cmp.Diff(got, want); diff != "" {
				t.Errorf("%s, %d jobs (-got +want):\n%s", mode, n, diff)
			}
		}
	}
}

// A payer at a counter's static code does not wait for another's execute; a
// second payer of a charge does.
func TestExecuteLocksTheChargeAlone(t *testing.T) {
	w := newWorld(t)
	desk := w.merchant(t, 1)
	ticket, err := w.Charge(t.Context(), 1, payments.ChargeDraft{Amount: 500_00, Key: "u2"})
	must(t, err)
	for _, tt := range []struct {
		link   payments.Link
		waits  bool
		amount payments.Money
	}{{desk.Static, false, 700_00}, {ticket.Link, true, 500_00}} {
		order := w.order(t, tt.link, tt.amount)
		must(t, ignore(w.Create(t.Context(), order)))
		must(t, w.store.Atomically(t.Context(), func(tx payments.Tx) error {
			_, link, err := tx.LockPaymentByOperatorID(t.Context(), order.OperatorID)
			must(t, err)
			if diff := cmp.Diff(link, tt.link); diff != "" {
				t.Errorf("link (-got +want):\n%s", diff)
			}
			_, err = w.pool.Exec(t.Context(), `SELECT FROM links WHERE id = $1 FOR UPDATE NOWAIT`, link.ID)
			if waits := err != nil; waits != tt.waits {
				t.Errorf("%s link: others wait: %v, want %v (%v)", link.Kind, waits, tt.waits, err)
			}
			_, err = w.pool.Exec(t.Context(), `SELECT FROM payments WHERE operator_id = $1 FOR UPDATE NOWAIT`, order.OperatorID)
			if err == nil {
				t.Error("the payment is not locked")
			}
			return nil
		}))
	}
}
