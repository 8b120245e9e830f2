package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"elkart.kg/trade/bot/postgres/pgtest"
	"elkart.kg/trade/migrations"
	"elkart.kg/trade/payments"
	"elkart.kg/trade/store"
)

func (w *world) payerView(t testing.TB, link payments.Link) payments.PayerView {
	t.Helper()
	v, err := w.PayerView(t.Context(), link.Code)
	must(t, err)
	return v
}

// A payer sees the link, the outlet, the merchant's contact, and of a charge
// the payment with what went back of it.
func TestPayerView(t *testing.T) {
	w := newWorld(t)
	w.withOperator()
	desk := w.merchant(t, 1)
	must(t, ignore(w.EditMerchant(t.Context(), 1, payments.MerchantChange{Contact: ptr("@aigul_shop")})))
	link := w.charge(t, 1, 500_00)
	got := w.payerView(t, link)
	want := payments.PayerView{Link: link, Outlet: desk.Outlet, Contact: "@aigul_shop"}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("open (-got +want):\n%s", diff)
	}
	paid := w.pay(t, w.order(t, link, 500_00))
	w.advance(time.Minute)
	w.refund(t, 1, paid, 100_00)
	w.advance(time.Minute)
	w.refund(t, 1, paid, 50_00)
	at := *w.clock.Load()
	w.advance(time.Minute)
	w.ask(t, 1, paid, 200_00) // not confirmed by anybody
	got = w.payerView(t, link)
	if got.Payment == nil || got.Payment.ID != paid.ID || got.Payment.Receipt != paid.Receipt {
		t.Fatalf("paid: %+v", got.Payment)
	}
	if diff := cmp.Diff(got.Refunds, payments.Returned{Done: 150_00, Open: 200_00, LastAt: at}); diff != "" {
		t.Errorf("what went back (-got +want):\n%s", diff)
	}
	w.pay(t, w.order(t, desk.Static, 70_00))
	if v := w.payerView(t, desk.Static); v.Payment != nil || v.Refunds != (payments.Returned{}) {
		t.Errorf("a static code tells of another's payment: %+v", v)
	}
	w.advance(payments.ChargeLife)
	if v := w.payerView(t, w.charge(t, 1, 10_00)); v.Link.State != payments.LinkActive {
		t.Errorf("state %s", v.Link.State)
	}
	for _, code := range []string{payments.NewCode(), "", "x", link.Code[1:], "%" + link.Code[1:]} {
		if _, err := w.PayerView(t.Context(), code); payments.CodeOf(err) != payments.CodeLinkNotFound {
			t.Errorf("%q: %v", code, err)
		}
	}
}

// A seller is verified by an owner's phone and by money that has reached the
// card of this outlet; nothing less.
func TestVerified(t *testing.T) {
	w := newWorld(t)
	bank := w.withBank()
	desk := w.merchant(t, 1)
	want := func(when string, want bool) {
		t.Helper()
		if got := w.payerView(t, desk.Static).Verified; got != want {
			t.Errorf("%s: verified = %v", when, got)
		}
	}
	want("new", false)
	bank.answer = payments.CreditRefused
	w.pay(t, w.order(t, desk.Static, 100_00))
	w.payOutAll(t)
	want("the card refused the money", false)
	bank.answer = payments.CreditDone
	w.pay(t, w.order(t, desk.Static, 100_00))
	w.payOutAll(t)
	want("money has arrived", true)
	must(t, ignore(w.pool.Exec(t.Context(), `UPDATE people SET phone = ''`)))
	want("no phone", false)
	must(t, ignore(w.pool.Exec(t.Context(), `UPDATE people SET phone = '+996555123456'`)))
	want("again", true)
	card, err := w.AddCard(t.Context(), 1, secondCard, "u2")
	must(t, err)
	must(t, ignore(w.UseCard(t.Context(), 1, card.ID, 0)))
	want("another card", false)
}

// A card that took money before 00013 is proven, by what arrived and not by
// what was withheld.
func TestMigrationOfProvenCards(t *testing.T) {
	pool, err := store.Connect(t.Context(), pgtest.New(t), 4)
	must(t, err)
	t.Cleanup(pool.Close)
	must(t, ignore(pool.Exec(t.Context(), `DROP SCHEMA public CASCADE; CREATE SCHEMA public`)))
	steps, err := goose.NewProvider(goose.DialectPostgres, stdlib.OpenDBFromPool(pool), migrations.Files, goose.WithDisableGlobalRegistry(true))
	must(t, err)
	must(t, ignore(steps.UpTo(t.Context(), 8)))
	must(t, ignore(pool.Exec(t.Context(), `
		INSERT INTO people (id, name, username, suggested, created_at) VALUES (1, 'A', '', '', now());
		INSERT INTO merchants (name, time_zone, created_at) VALUES ('M', 'Asia/Bishkek', now());
		INSERT INTO cards (merchant_id, token, key_id, last4, added_by, created_at)
			SELECT id, repeat(n, 32), '', '000'||n, 1, now() FROM merchants, unnest(ARRAY['1', '2', '3']) n;
		INSERT INTO outlets (merchant_id, name, category, mcc, address, card_id, created_by, create_key, created_at)
			SELECT m.id, 'O', 'cafe', 5812, '', c.id, 1, 'o', now() FROM merchants m, cards c WHERE c.last4 = '0001';
		INSERT INTO links (merchant_id, outlet_id, kind, state, code, amount, min, max, comment, uri, created_by, created_at)
			SELECT merchant_id, id, 'static', 'active', 'C', 0, 1, 100000000, '', 'u', 1, now() FROM outlets;
		INSERT INTO payments (merchant_id, outlet_id, link_id, once, operator_id, psp_transaction_id, receipt_id, type, customer, amount,
			beneficiary_name, comment, state, fingerprint, created_at)
			SELECT merchant_id, outlet_id, id, false, n, n, n, 20, 1, 100, '', '', 'created', '', now()
			FROM links, unnest(ARRAY['1', '2', '3', '4']) n;
		INSERT INTO credits (merchant_id, outlet_id, payment_id, card_id, amount, withheld, state, key, changed_at)
			SELECT p.merchant_id, p.outlet_id, p.id, c.id, 100, x.withheld, x.state, x.id, x.at::timestamptz
			FROM (VALUES ('1', '0001', 0, 'done', '2026-03-02T00:00:00Z'), ('2', '0001', 0, 'done', '2026-03-01T00:00:00Z'),
				('3', '0002', 100, 'done', '2026-03-01T00:00:00Z'), ('4', '0003', 0, 'refused', '2026-03-01T00:00:00Z')) x (id, card, withheld, state, at)
			JOIN payments p ON p.operator_id = x.id JOIN cards c ON c.last4 = x.card`)))
	must(t, ignore(steps.UpTo(t.Context(), 13)))
	var got string
	must(t, pool.QueryRow(t.Context(), `
		SELECT string_agg(last4 || ' ' || COALESCE(to_char(proven_at AT TIME ZONE 'UTC', 'DD.MM'), '-'), ', ' ORDER BY last4) FROM cards`).Scan(&got))
	if want := "0001 01.03, 0002 -, 0003 -"; got != want {
		t.Errorf("cards %s, want %s", got, want)
	}
}

// A payer chooses the sum of a link that leaves it open, within its bounds, and
// pays it; nothing is kept of it before.
func TestPayerFillsInTheSum(t *testing.T) {
	w := newWorld(t)
	desk := w.merchant(t, 1)
	for sum, want := range map[payments.Money]payments.Code{
		99: payments.CodeSumTooSmall, 1_000_000_01: payments.CodeSumTooLarge, -1: payments.CodeSumTooSmall,
	} {
		_, err := w.FilledIn(desk.Static, sum)
		wantCode(t, "a sum out of bounds", err, want)
	}
	link := desk.Static
	var err error
	link.URI, err = w.FilledIn(link, 250_50)
	must(t, err)
	if n := w.count(t, `SELECT count(*) FROM link_versions WHERE link_id = $1`, link.ID); n != 1 {
		t.Errorf("%d forms of the link are kept", n)
	}
	if paid := w.pay(t, w.order(t, link, 250_50)); paid.Amount != 250_50 {
		t.Errorf("paid %d", paid.Amount)
	}
}
