package store_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/payments"
)

const (
	secondCard = payments.CardNumber("9417999988887777")
	thirdCard  = payments.CardNumber("9417555566663333")
)

// uses is what each card of a wallet is for, by its last four digits.
func uses(w payments.Wallet) map[string]string {
	got := make(map[string]string)
	for _, c := range w.Cards {
		outlets, all := w.Uses(c.ID)
		text := ""
		for _, o := range outlets {
			text += o.Name + ";"
		}
		if all {
			text = "all"
		}
		if c.ID == w.Default {
			text += " default"
		}
		got[c.Last4] = text
	}
	return got
}

func (w *world) wallet(t testing.TB, want map[string]string) payments.Wallet {
	t.Helper()
	got, err := w.Wallet(t.Context(), 1)
	must(t, err)
	if diff := cmp.Diff(uses(got), want); diff != "" {
		t.Errorf("cards (-got +want):\n%s", diff)
	}
	return got
}

// twoOutlets is a merchant with outlets A and B on one card.
func twoOutlets(t *testing.T) (w *world, a, b payments.Desk) {
	w = newWorld(t)
	a = w.merchant(t, 1)
	must(t, ignore(w.EditOutlet(t.Context(), 1, a.Outlet.ID, payments.OutletChange{Name: ptr("A")})))
	w.outlet(t, 1, payments.OutletDraft{Name: "B", CopyFrom: a.Outlet.ID, Key: "o2"})
	b = w.desk(t, 1)
	return w, a, b
}

// creditedTo pays an outlet's static code and returns the card's last digits.
func (w *world) creditedTo(t testing.TB, desk payments.Desk) string {
	t.Helper()
	link, err := w.store.Link(t.Context(), desk.Merchant.ID, desk.Static.ID)
	must(t, err)
	p := w.pay(t, w.order(t, link, 100_00))
	credit, err := w.store.PaymentCredit(t.Context(), p.MerchantID, p.ID)
	must(t, err)
	card, err := w.store.SealedCard(t.Context(), p.MerchantID, credit.CardID)
	must(t, err)
	return card.Last4
}

func TestCardsOfSeveralOutlets(t *testing.T) {
	w, a, b := twoOutlets(t)
	ctx := t.Context()
	w.wallet(t, map[string]string{"1234": "all default"})
	second, err := w.AddCardFor(ctx, 1, b.Outlet.ID, secondCard, "u2")
	must(t, err)
	if again, err := w.AddCardFor(ctx, 1, b.Outlet.ID, secondCard, "u2"); err != nil || again.ID != second.ID {
		t.Errorf("the same request again: %+v, %v", again, err)
	}
	w.wallet(t, map[string]string{"1234": "A; default", "7777": "B;"})
	if got := [2]string{w.creditedTo(t, a), w.creditedTo(t, b)}; got != [2]string{"1234", "7777"} {
		t.Errorf("credited to %v", got)
	}
	// B follows the default again.
	must(t, ignore(w.UseCard(ctx, 1, a.Card.ID, b.Outlet.ID)))
	w.wallet(t, map[string]string{"1234": "all default", "7777": ""})
	// A card for all is for all, also where one had been chosen.
	must(t, ignore(w.UseCard(ctx, 1, second.ID, a.Outlet.ID)))
	third, err := w.AddCard(ctx, 1, thirdCard, "u3")
	must(t, err)
	w.wallet(t, map[string]string{"1234": "", "7777": "", "3333": "all default"})
	if got := [2]string{w.creditedTo(t, a), w.creditedTo(t, b)}; got != [2]string{"3333", "3333"} {
		t.Errorf("credited to %v", got)
	}
	if d := w.desk(t, 1); d.Card.ID != third.ID || d.Merchant.DefaultCardID != third.ID {
		t.Errorf("desk %+v", d)
	}
	_, err = w.UseCard(ctx, 1, 999, 0)
	wantCode(t, "no such card", err, payments.CodeCardNotFound)
	_, err = w.UseCard(ctx, 1, second.ID, 999)
	wantCode(t, "no such outlet", err, payments.CodeOutletNotFound)
	w.merchant(t, 2)
	_, err = w.UseCard(ctx, 2, second.ID, 0)
	wantCode(t, "another's card", err, payments.CodeCardNotFound)
}

func TestRemoveCard(t *testing.T) {
	w, a, b := twoOutlets(t)
	ctx := t.Context()
	first := a.Card.ID
	_, err := w.RemoveCard(ctx, 1, first, 0)
	wantCode(t, "the only card", err, payments.CodeLastCard)
	second, err := w.AddCardFor(ctx, 1, b.Outlet.ID, secondCard, "u2")
	must(t, err)
	third, err := w.AddCardFor(ctx, 1, b.Outlet.ID, thirdCard, "u3")
	must(t, err)
	_, err = w.RemoveCard(ctx, 1, first, 0)
	wantCode(t, "the default, with two to take over", err, payments.CodeSuccessorNeeded)
	_, err = w.RemoveCard(ctx, 1, first, first)
	wantCode(t, "itself as successor", err, payments.CodeSuccessorNeeded)
	w.merchant(t, 2)
	_, err = w.RemoveCard(ctx, 2, second.ID, 0)
	wantCode(t, "another's card", err, payments.CodeCardNotFound)

	// An outlet's own card: the default takes over, whatever is named.
	must(t, ignore(w.RemoveCard(ctx, 1, third.ID, second.ID)))
	w.wallet(t, map[string]string{"1234": "all default", "7777": ""})
	// The default: the successor becomes it.
	must(t, ignore(w.UseCard(ctx, 1, second.ID, b.Outlet.ID)))
	must(t, ignore(w.RemoveCard(ctx, 1, first, second.ID)))
	w.wallet(t, map[string]string{"7777": "all default"})
	if n := w.count(t, `SELECT count(*) FROM outlets WHERE own_card AND merchant_id = $1`, a.Merchant.ID); n != 0 {
		t.Errorf("%d outlets say that the default is their own", n)
	}
	_, err = w.RemoveCard(ctx, 1, first, 0)
	wantCode(t, "removed before", err, payments.CodeCardNotFound)
	_, err = w.UseCard(ctx, 1, first, 0)
	wantCode(t, "use of a removed card", err, payments.CodeCardNotFound)
	if got := w.creditedTo(t, a); got != "7777" {
		t.Errorf("credited to %s", got)
	}
}

// While money is on its way to a card, the card stays; whatever stage it is at.
func TestCardWithOpenCreditsStays(t *testing.T) {
	w, a, b := twoOutlets(t)
	ctx := t.Context()
	second, err := w.AddCardFor(ctx, 1, b.Outlet.ID, secondCard, "u2")
	must(t, err)
	must(t, ignore(w.UseCard(ctx, 1, second.ID, 0)))
	p := w.pay(t, w.order(t, a.Static, 100_00))
	must(t, ignore(w.UseCard(ctx, 1, a.Card.ID, 0))) // later money goes elsewhere
	remove := func() error { return ignore(w.RemoveCard(ctx, 1, second.ID, 0)) }
	move := func(state payments.CreditState) {
		t.Helper()
		must(t, ignore(w.pool.Exec(ctx, `UPDATE credits SET state = $2 WHERE payment_id = $1`, p.ID, state)))
	}
	wantCode(t, "due", remove(), payments.CodeCardHasCredits)
	move(payments.CreditSent)
	wantCode(t, "sent", remove(), payments.CodeCardHasCredits)
	move(payments.CreditRefused)
	wantCode(t, "refused", remove(), payments.CodeCardHasCredits)
	move(payments.CreditDone)
	must(t, remove())
}

// Payments that succeed while a card is being removed never go to it.
func TestNoCreditToACardThatIsBeingRemoved(t *testing.T) {
	w, a, b := twoOutlets(t)
	ctx := t.Context()
	second, err := w.AddCardFor(ctx, 1, b.Outlet.ID, secondCard, "u2")
	must(t, err)
	must(t, ignore(w.UseCard(ctx, 1, second.ID, 0)))
	const payers = 12
	orders := make([]payments.Order, payers)
	for i := range orders {
		orders[i] = w.order(t, a.Static, payments.Money(100_00+i))
		must(t, ignore(w.Create(ctx, orders[i])))
		must(t, ignore(w.Execute(ctx, orders[i].OperatorID)))
	}
	together(payers+1, func(i int) {
		if i < payers {
			if err := w.Update(ctx, orders[i].OperatorID, payments.StatusSuccess, time.Time{}); err != nil {
				t.Errorf("update: %v", err)
			}
			return
		}
		if _, err := w.RemoveCard(ctx, 1, second.ID, a.Card.ID); err != nil && payments.CodeOf(err) != payments.CodeCardHasCredits {
			t.Errorf("remove: %v", err)
		}
	})
	if n := w.count(t, `SELECT count(*) FROM credits c JOIN cards k ON k.id = c.card_id WHERE k.removed_at IS NOT NULL`); n != 0 {
		t.Errorf("%d credits go to a removed card", n)
	}
	if n := w.count(t, `SELECT count(*) FROM credits`); n != payers {
		t.Errorf("%d credits, want %d", n, payers)
	}
}

// What the old card refused goes to the one that takes its place, at the
// outlets that it is for, and nowhere else.
func TestRefusedCreditsFollowTheOutletsCard(t *testing.T) {
	w, a, b := twoOutlets(t)
	ctx := t.Context()
	atA, atB := w.pay(t, w.order(t, a.Static, 100_00)), w.pay(t, w.order(t, b.Static, 200_00))
	must(t, ignore(w.pool.Exec(ctx, `UPDATE credits SET state = 'sent'`)))
	must(t, ignore(w.pool.Exec(ctx, `UPDATE credits SET state = 'refused'`)))
	second, err := w.AddCardFor(ctx, 1, b.Outlet.ID, secondCard, "u2")
	must(t, err)
	credit := func(p payments.Payment) payments.Credit {
		t.Helper()
		c, err := w.store.PaymentCredit(ctx, p.MerchantID, p.ID)
		must(t, err)
		return c
	}
	if ca, cb := credit(atA), credit(atB); ca.State != payments.CreditRefused || cb.State != payments.CreditDue || cb.CardID != second.ID {
		t.Errorf("A %+v, B %+v", ca, cb)
	}
	must(t, ignore(w.UseCard(ctx, 1, second.ID, 0)))
	if ca := credit(atA); ca.State != payments.CreditDue || ca.CardID != second.ID {
		t.Errorf("A %+v", ca)
	}
}

// Every change of the cards is taken down without a number, and the other
// owners hear of it; nobody else does.
func TestCardChangesAreTold(t *testing.T) {
	w, a, b := twoOutlets(t)
	ctx := t.Context()
	w.hire(t, 11, a, payments.RoleOwner)
	w.hire(t, 12, a, payments.RoleManager)
	w.hire(t, 13, a, payments.RoleOwner)
	must(t, w.SetBlocked(ctx, 13, true))
	must(t, ignore(w.SetNotify(ctx, 11, payments.NotifyNone))) // this they hear all the same
	must(t, ignore(w.pool.Exec(ctx, `DELETE FROM river_job`)))
	token, err := w.OpenCardForm(ctx, 1, b.Outlet.ID)
	must(t, err)
	if _, o, err := w.CardFormOutlet(ctx, token); err != nil || o.Name != "B" {
		t.Errorf("the form is for %+v, %v", o, err)
	}
	second, err := w.AddCardByForm(ctx, token, secondCard)
	must(t, err)
	must(t, ignore(w.UseCard(ctx, 1, second.ID, 0)))
	must(t, ignore(w.UseCard(ctx, 1, second.ID, 0))) // is so already
	must(t, ignore(w.RemoveCard(ctx, 1, a.Card.ID, 0)))

	var told []string
	rows, err := w.pool.Query(ctx, `SELECT (args ->> 'audit_id')::bigint, (args ->> 'person_id')::bigint FROM river_job WHERE kind = 'card_told' ORDER BY id`)
	must(t, err)
	var jobs []payments.CardTold
	for rows.Next() {
		job := payments.CardTold{MerchantID: a.Merchant.ID}
		must(t, rows.Scan(&job.AuditID, &job.PersonID))
		jobs = append(jobs, job)
	}
	must(t, rows.Err())
	for _, job := range jobs {
		n, ok, err := w.CardNews(ctx, job)
		must(t, err)
		d := n.Entry.Details
		if !ok || n.By.ID != 1 || n.Recipient.ID != 11 {
			t.Errorf("told %+v, %v", n, ok)
		}
		told = append(told, string(n.Entry.Action)+" "+d[payments.DetailLast4]+" "+d[payments.DetailOutlet]+" "+d[payments.DetailSuccessor])
	}
	if diff := cmp.Diff(told, []string{"card.added 7777 B ", "card.assigned 7777  ", "card.removed 1234  7777"}); diff != "" {
		t.Errorf("told (-got +want):\n%s", diff)
	}
	for _, digits := range []string{"99998888", "9417"} {
		if n := w.count(t, `SELECT count(*) FROM audit_log l WHERE l::text LIKE '%'||$1||'%'`, digits); n != 0 {
			t.Errorf("the audit log holds %s", digits)
		}
	}
	// Who is no owner any more hears nothing.
	must(t, ignore(w.pool.Exec(ctx, `UPDATE members SET role = 'cashier' WHERE person_id = 11`)))
	if _, ok, err := w.CardNews(ctx, jobs[0]); ok || err != nil {
		t.Errorf("told a former owner: %v, %v", ok, err)
	}
	if _, err := w.pool.Exec(ctx, `UPDATE audit_log SET person_id = 12`); err == nil {
		t.Error("the audit log lets itself be edited")
	}
	// A name that holds a number is taken down without it.
	number := "9417999988887777"
	must(t, ignore(w.EditOutlet(ctx, 1, b.Outlet.ID, payments.OutletChange{Name: ptr("Карта " + number)})))
	if n := w.count(t, `SELECT count(*) FROM audit_log l WHERE l::text LIKE '%9417%'`); n != 0 {
		t.Error("an outlet's name brought a number into the audit log")
	}
}

func TestNoMoreCardsThanAWalletHolds(t *testing.T) {
	w := newWorld(t)
	w.merchant(t, 1)
	must(t, ignore(w.pool.Exec(t.Context(), `
		INSERT INTO cards (merchant_id, token, key_id, last4, added_by, created_at)
		SELECT merchant_id, md5(i::text), '', '0000', 1, now() FROM cards, generate_series(2, $1) i`, payments.MaxCards)))
	_, err := w.AddCard(t.Context(), 1, secondCard, "u2")
	wantCode(t, "a card too many", err, payments.CodeTooMany)
	got, err := w.Wallet(t.Context(), 1)
	if err != nil || len(got.Cards) != payments.MaxCards || slices.ContainsFunc(got.Cards, func(c payments.Card) bool { return c.Last4 == "7777" }) {
		t.Errorf("%d cards, %v", len(got.Cards), err)
	}
}
