package store_test

import (
	"context"
	"io"
	"log/slog"
	"os"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"elkart.kg/trade/bot/postgres/pgtest"
	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/operator"
	"elkart.kg/trade/store"
)

func TestMain(m *testing.M) {
	os.Exit(pgtest.Main(m, func(ctx context.Context, url string) error {
		pool, err := store.Connect(ctx, url, 2)
		if err != nil {
			return err
		}
		defer pool.Close()
		_, err = store.Migrate(ctx, pool)
		return err
	}))
}

// world is a service over a fresh database with a clock of its own.
type world struct {
	*payments.Service
	pool  *pgxpool.Pool
	store *store.Store
	clock atomic.Pointer[time.Time]
	calls atomic.Int64
}

func newWorld(t testing.TB) *world {
	t.Helper()
	pool, err := store.Connect(t.Context(), pgtest.New(t), 32)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	s, err := store.New(pool)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{pool: pool, store: s}
	w.setClock(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	ring, _ := payments.NewKeyring("test")
	w.Service = &payments.Service{
		Store:   s,
		Channel: operator.Channel{Provider: "elcart.kg", ServiceCode: "trade", Base: "https://pay.payqr.kg"},
		Keyring: ring, TimeZone: "Asia/Bishkek", Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Now: func() time.Time { return *w.clock.Load() },
	}
	w.keepBooks(t)
	return w
}

func (w *world) setClock(t time.Time)    { w.clock.Store(&t) }
func (w *world) advance(d time.Duration) { w.setClock(w.clock.Load().Add(d)) }

// merchant registers a person all the way.
func (w *world) merchant(t testing.TB, id payments.PersonID) payments.Desk {
	t.Helper()
	ctx := t.Context()
	must(t, ignore(w.Meet(ctx, payments.Acquaintance{ID: id, Name: "Айгүл", Suggested: "ky"})))
	must(t, w.SetLanguage(ctx, id, "ky"))
	must(t, w.SetPhone(ctx, id, "+996555123456"))
	must(t, w.Consent(ctx, id))
	must(t, ignore(w.OpenOutlet(ctx, id, payments.OutletDraft{Name: "Кофейня «Ала-Тоо»", Category: "cafe", Key: "setup"})))
	number, err := payments.ParseCardNumber("9417123412341234")
	must(t, err)
	must(t, ignore(w.AddCard(ctx, id, number, "u1")))
	desk, err := w.Desk(ctx, id)
	must(t, err)
	return desk
}

// order is the create call a payer's bank would make for a link.
func (w *world) order(t testing.TB, link payments.Link, amount payments.Money) payments.Order {
	t.Helper()
	n := w.calls.Add(1)
	return payments.Order{
		Scan: payments.Scan{
			Dynamic: link.Kind == payments.LinkCharge, Provider: "elcart.kg", ServiceID: "trade",
			MerchantCode: strconv.FormatInt(int64(link.MerchantID), 10), Account: link.Code, MCC: 5812,
			Currency: "417", Customer: payments.CustomerPerson, Amount: amount, LinkHash: link.URI[len(link.URI)-4:],
		},
		OperatorID:       "op-" + strconv.FormatInt(n, 10),
		PSPTransactionID: "psp-" + strconv.FormatInt(n, 10),
		ReceiptID:        strconv.FormatInt(n, 10),
		Type:             payments.TypeC2B,
	}
}

// pay takes an order through create, execute and the operator's word.
func (w *world) pay(t testing.TB, order payments.Order) payments.Payment {
	t.Helper()
	ctx := t.Context()
	must(t, ignore(w.Create(ctx, order)))
	must(t, ignore(w.Execute(ctx, order.OperatorID)))
	must(t, w.Update(ctx, order.OperatorID, payments.StatusSuccess, time.Time{}))
	p, err := w.PaymentByOperatorID(ctx, order.OperatorID)
	must(t, err)
	return p
}

// count runs a query that counts.
func (w *world) count(t testing.TB, sql string, args ...any) (n int) {
	t.Helper()
	must(t, w.pool.QueryRow(t.Context(), sql, args...).Scan(&n))
	return n
}

func (w *world) jobs(t testing.TB, kind string) int {
	t.Helper()
	return w.count(t, `SELECT count(*) FROM river_job WHERE kind = $1`, kind)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func ignore[T any](_ T, err error) error { return err }
