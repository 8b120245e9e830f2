package store_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"elkart.kg/trade/payments"
)

// hireNamed makes a person a member, with a name and a number of their own.
func (w *world) hireNamed(t testing.TB, merchant payments.MerchantID, id payments.PersonID, role payments.Role) {
	t.Helper()
	ctx := t.Context()
	must(t, ignore(w.Meet(ctx, payments.Acquaintance{ID: id, Name: "Бек", Username: "bek", Suggested: "ru"})))
	must(t, w.SetLanguage(ctx, id, "ru"))
	must(t, w.SetPhone(ctx, id, "+996700111222"))
	must(t, w.Consent(ctx, id))
	must(t, ignore(w.pool.Exec(ctx, `
		INSERT INTO members (merchant_id, person_id, role, created_at, notify, quiet_from, quiet_to) VALUES ($1, $2, $3, now(), 'mine', 60, 120)`,
		merchant, id, role)))
	must(t, ignore(w.pool.Exec(ctx, `
		UPDATE people SET merchant_id = $1, outlet_id = (SELECT min(id) FROM outlets WHERE merchant_id = $1) WHERE id = $2`, merchant, id)))
}

func (w *world) personIs(t testing.TB, id payments.PersonID) payments.Person {
	t.Helper()
	p, err := w.store.Person(t.Context(), id)
	must(t, err)
	return p
}

// sweepAfter lets time pass and tidies up.
func (w *world) sweepAfter(t testing.TB, d time.Duration) {
	t.Helper()
	w.advance(d)
	must(t, w.Sweep(t.Context()))
}

func TestCashierLeavesAndReturns(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	desk := w.merchant(t, 1)
	w.hireNamed(t, desk.Merchant.ID, 2, payments.RoleCashier)
	must(t, ignore(w.OpenOutlet(ctx, 1, payments.OutletDraft{Name: "B", Category: "cafe", Key: "b"})))
	must(t, ignore(w.pool.Exec(ctx, `INSERT INTO member_outlets SELECT merchant_id, 2, id FROM outlets ORDER BY id LIMIT 1`)))
	before := w.personIs(t, 2)

	f, err := w.Farewell(ctx, 2)
	must(t, err)
	if len(f.Closing) != 0 || f.Blocked() {
		t.Errorf("a cashier closes %+v", f.Closing)
	}
	left, err := w.Leave(ctx, 2)
	must(t, err)
	if !left.Leaving() || left.Registered() || left.MerchantID != 0 || !left.EraseAt.Equal(w.Now().Add(payments.LeaveFor)) {
		t.Errorf("left: %+v", left)
	}
	_, err = w.Charge(ctx, 2, payments.ChargeDraft{Amount: 500_00, Key: "k"})
	wantCode(t, "charge by somebody who left", err, payments.CodeNotRegistered)
	_, err = w.OpenOutlet(ctx, 2, payments.OutletDraft{Name: "A", Category: "cafe", Key: "k"})
	wantCode(t, "a business of their own", err, payments.CodeLeaving)
	again, err := w.Leave(ctx, 2)
	must(t, err)
	if again.EraseAt != left.EraseAt {
		t.Error("leaving twice takes longer")
	}
	if n := w.jobs(t, "merchant_told"); n != 0 {
		t.Errorf("%d are told that a cashier left", n)
	}
	if p := w.personIs(t, 1); !p.Registered() {
		t.Error("the owner went, too")
	}

	w.sweepAfter(t, payments.LeaveFor-time.Second)
	must(t, w.Return(ctx, 2))
	must(t, w.Return(ctx, 2))
	if got := w.personIs(t, 2); got.MerchantID != before.MerchantID || got.OutletID != before.OutletID || got.Role != before.Role ||
		got.Notify != before.Notify || len(before.Scope) != 1 || !slices.Equal(got.Scope, before.Scope) || got.QuietFrom != 60 || got.Leaving() {
		t.Errorf("came back as %+v, want %+v", got, before)
	}
	w.sweepAfter(t, 30*24*time.Hour)
	if w.personIs(t, 2).Name == "" {
		t.Error("erased after coming back")
	}
}

func TestLastOwnerClosesTheMerchant(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	desk := w.merchant(t, 1)
	w.hireNamed(t, desk.Merchant.ID, 2, payments.RoleManager)
	order := w.order(t, desk.Static, 100_00)

	must(t, ignore(w.Leave(ctx, 1)))
	if n := w.count(t, `SELECT count(*) FROM river_job WHERE kind = 'merchant_told' AND args->>'person_id' = '2'`); n != 1 {
		t.Errorf("the manager is told %d times", n)
	}
	_, err := w.Check(ctx, order.Scan)
	wantCode(t, "the code on the wall", err, payments.CodeRecipientWrong)
	if p := w.personIs(t, 2); p.MerchantID != 0 || p.Leaving() {
		t.Errorf("the manager: %+v", p)
	}

	must(t, w.Return(ctx, 1))
	if p := w.pay(t, order); p.State != payments.PaymentSucceeded {
		t.Errorf("after coming back, a payment is %s", p.State)
	}
	if p := w.personIs(t, 2); p.Role != payments.RoleManager || p.OutletID == 0 {
		t.Errorf("the manager: %+v", p)
	}
	if n := w.count(t, `SELECT count(*) FROM audit_log WHERE action IN ('merchant.closed', 'merchant.reopened')`); n != 2 {
		t.Errorf("%d lines in the audit log, want 2", n)
	}
}

func TestOpenMoneyKeepsAMerchantOpen(t *testing.T) {
	for name, tc := range map[string]struct {
		have func(w *world, desk payments.Desk)
		want payments.OpenMoney
	}{
		"a payment just created": {func(w *world, desk payments.Desk) {
			must(t, ignore(w.Create(t.Context(), w.order(t, desk.Static, 100_00))))
		}, payments.OpenMoney{Payments: 1}},
		"a payment in process": {func(w *world, desk payments.Desk) {
			order := w.order(t, desk.Static, 100_00)
			must(t, ignore(w.Create(t.Context(), order)))
			must(t, ignore(w.Execute(t.Context(), order.OperatorID)))
		}, payments.OpenMoney{Payments: 1}},
		"a due credit": {func(w *world, desk payments.Desk) {
			w.pay(t, w.order(t, desk.Static, 100_00))
		}, payments.OpenMoney{Credits: 1, CreditSum: 100_00}},
		"a refused credit": {func(w *world, desk payments.Desk) {
			w.pay(t, w.order(t, desk.Static, 100_00))
			must(t, ignore(w.pool.Exec(t.Context(), `UPDATE credits SET state = 'sent'`)))
			must(t, ignore(w.pool.Exec(t.Context(), `UPDATE credits SET state = 'refused'`)))
		}, payments.OpenMoney{Refused: 1, RefuseSum: 100_00}},
		"a refund": {func(w *world, desk payments.Desk) {
			p := w.pay(t, w.order(t, desk.Static, 100_00))
			must(t, ignore(w.RequestRefund(t.Context(), 1, payments.RefundDraft{PaymentID: p.ID, Amount: 40_00, Key: "r"})))
			must(t, ignore(w.pool.Exec(t.Context(), `UPDATE credits SET state = 'done' WHERE state = 'due'`)))
		}, payments.OpenMoney{Refunds: 1, RefundSum: 40_00}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			desk := w.merchant(t, 1)
			tc.have(w, desk)
			f, err := w.Farewell(t.Context(), 1)
			must(t, err)
			if got := f.Closing[0].Open; got != tc.want || !f.Blocked() {
				t.Errorf("in the way: %+v, want %+v", got, tc.want)
			}
			_, err = w.Leave(t.Context(), 1)
			wantCode(t, "leave", err, payments.CodeMoneyOpen)
			if !w.personIs(t, 1).Registered() {
				t.Error("half gone")
			}
			// Another owner makes it their affair.
			w.hireNamed(t, desk.Merchant.ID, 2, payments.RoleOwner)
			must(t, ignore(w.Leave(t.Context(), 1)))
			if w.count(t, `SELECT count(*) FROM outlets WHERE state = 'archived'`) != 0 {
				t.Error("the merchant closed though it has another owner")
			}
		})
	}
}

func TestErasure(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	desk := w.merchant(t, 1)
	w.hireNamed(t, desk.Merchant.ID, 2, payments.RoleCashier)
	paid := w.pay(t, w.order(t, desk.Static, 100_00))
	must(t, ignore(w.pool.Exec(ctx, `UPDATE credits SET state = 'done'`)))
	must(t, ignore(w.EditMerchant(ctx, 1, payments.MerchantChange{Contact: ptr("+996555123456")})))
	ticket, err := w.Charge(ctx, 1, payments.ChargeDraft{Amount: 500_00, Key: "k"})
	must(t, err)
	must(t, w.RememberMessage(ctx, desk.Merchant.ID, ticket.Link.ID, payments.Message{ChatID: 1, MessageID: 5}))
	must(t, ignore(w.OpenCardForm(ctx, 1, 0)))
	must(t, ignore(w.Leave(ctx, 1)))
	order := w.order(t, desk.Static, 100_00)

	w.sweepAfter(t, payments.LeaveFor)
	w.sweepAfter(t, time.Minute)
	if p := w.personIs(t, 1); p.Name != "" || p.Phone != "" || p.Language != "" || !p.ConsentedAt.IsZero() || p.MerchantID != 0 || p.Leaving() {
		t.Errorf("left of the person: %+v", p)
	}
	if p := w.personIs(t, 2); p.Name == "" || p.MerchantID != 0 {
		t.Errorf("the cashier is %+v", p)
	}
	for what, sql := range map[string]string{
		"links that can be paid": `SELECT count(*) FROM links WHERE state IN ('active', 'paused')`,
		"card secrets":           `SELECT count(*) FROM cards WHERE token <> '' OR sealed IS NOT NULL OR key_id <> ''`,
		"card forms":             `SELECT count(*) FROM card_forms`,
		"contacts":               `SELECT count(*) FROM merchants WHERE contact <> ''`,
		"members":                `SELECT count(*) FROM members`,
		"messages":               `SELECT count(*) FROM link_messages`,
		"departures":             `SELECT (SELECT count(*) FROM departures) + (SELECT count(*) FROM departed_members) + (SELECT count(*) FROM departed_outlets)`,
	} {
		if n := w.count(t, sql); n != 0 {
			t.Errorf("%d %s are left", n, what)
		}
	}
	_, err = w.Check(ctx, order.Scan)
	wantCode(t, "the code on the wall", err, payments.CodeRecipientWrong)
	must(t, ignore(w.ReceiptView(ctx, paid.ReceiptKey)))

	// A stranger, who may begin anew.
	must(t, w.Return(ctx, 1))
	if w.personIs(t, 1).MerchantID != 0 {
		t.Error("the erased came back")
	}
	fresh := w.registerAgain(t, 1)
	if fresh.Merchant.ID == desk.Merchant.ID || fresh.Today.Count != 0 {
		t.Errorf("began anew in %+v", fresh.Merchant)
	}
	w.pay(t, w.order(t, fresh.Static, 50_00))
}

// registerAgain is merchant for somebody who was erased.
func (w *world) registerAgain(t testing.TB, id payments.PersonID) payments.Desk {
	t.Helper()
	ctx := t.Context()
	must(t, ignore(w.Meet(ctx, payments.Acquaintance{ID: id, Name: "Айгүл", Suggested: "ky"})))
	must(t, w.SetPhone(ctx, id, "+996555123456"))
	must(t, w.Consent(ctx, id))
	must(t, ignore(w.OpenOutlet(ctx, id, payments.OutletDraft{Name: "Жаңы дүкөн", Category: "cafe", Key: "again"})))
	number, err := payments.ParseCardNumber("9417123412341234")
	must(t, err)
	must(t, ignore(w.AddCard(ctx, id, number, "u2")))
	desk, err := w.Desk(ctx, id)
	must(t, err)
	return desk
}

// Money that comes to light in the week is settled before anything is erased.
func TestErasureWaitsForMoney(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	desk := w.merchant(t, 1)
	must(t, ignore(w.Leave(ctx, 1)))
	// A payment that was being made while the owner left.
	must(t, ignore(w.pool.Exec(ctx, `UPDATE outlets SET state = 'open'`)))
	order := w.order(t, desk.Static, 100_00)
	must(t, ignore(w.Create(ctx, order)))
	must(t, ignore(w.pool.Exec(ctx, `UPDATE outlets SET state = 'archived'`)))
	must(t, ignore(w.Execute(ctx, order.OperatorID)))
	w.sweepAfter(t, payments.LeaveFor)
	if w.personIs(t, 1).Name == "" {
		t.Fatal("erased though a payment is in process")
	}
	must(t, w.Update(ctx, order.OperatorID, payments.StatusCanceled, time.Time{}))
	w.sweepAfter(t, time.Minute)
	if w.personIs(t, 1).Name == "" {
		t.Error("tried again at once")
	}
	w.sweepAfter(t, time.Hour)
	if w.personIs(t, 1).Name != "" {
		t.Error("never erased")
	}
}

// Owners and members who leave one after the other, in every order of coming
// back.
func TestDeparturesCross(t *testing.T) {
	for _, tc := range []struct {
		name    string
		role    payments.Role // of the second
		leave   [2]payments.PersonID
		back    payments.PersonID
		members string // who are members then
		open    bool
	}{
		{"owner after owner, the first returns", payments.RoleOwner, [2]payments.PersonID{1, 2}, 1, "1 3", true},
		{"owner after owner, the second returns", payments.RoleOwner, [2]payments.PersonID{1, 2}, 2, "2 3", true},
		{"cashier, then owner; the cashier returns", payments.RoleCashier, [2]payments.PersonID{2, 1}, 2, "", false},
		{"cashier, then owner; the owner returns", payments.RoleCashier, [2]payments.PersonID{2, 1}, 1, "1 3", true},
		{"owner, then cashier; the cashier returns", payments.RoleCashier, [2]payments.PersonID{1, 2}, 2, "", false},
		{"owner, then cashier; the owner returns", payments.RoleCashier, [2]payments.PersonID{1, 2}, 1, "1 3", true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t)
			ctx := t.Context()
			desk := w.merchant(t, 1)
			w.hireNamed(t, desk.Merchant.ID, 2, tc.role)
			w.hireNamed(t, desk.Merchant.ID, 3, payments.RoleCashier)
			for _, id := range tc.leave {
				must(t, ignore(w.Leave(ctx, id)))
			}
			must(t, w.Return(ctx, tc.back))
			var members []string
			rows, err := w.pool.Query(ctx, `SELECT person_id::text FROM members ORDER BY person_id`)
			must(t, err)
			for rows.Next() {
				var id string
				must(t, rows.Scan(&id))
				members = append(members, id)
			}
			must(t, rows.Err())
			if got := strings.Join(members, " "); got != tc.members {
				t.Errorf("members are %q, want %q", got, tc.members)
			}
			if open := w.count(t, `SELECT count(*) FROM outlets WHERE state = 'open'`) == 1; open != tc.open {
				t.Errorf("open: %v, want %v", open, tc.open)
			}
			// The others' weeks end: whoever came back is not touched.
			w.sweepAfter(t, payments.LeaveFor+time.Minute)
			if p := w.personIs(t, tc.back); p.Name == "" || p.Leaving() {
				t.Errorf("who came back is %+v", p)
			}
			if open := w.count(t, `SELECT count(*) FROM outlets WHERE state = 'open'`) == 1; open != tc.open {
				t.Errorf("after the week, open: %v, want %v", open, tc.open)
			}
			if tc.open {
				w.pay(t, w.order(t, desk.Static, 100_00))
			}
		})
	}
}

// Every table that refers to people is known to the erasure: a new one makes
// this fail until somebody has decided what is kept.
func TestErasureKnowsEveryTableOfPeople(t *testing.T) {
	w := newWorld(t)
	known := map[string]string{
		"members.person_id":          "erased",
		"departures.person_id":       "erased",
		"departed_members.person_id": "erased",
		"card_forms.person_id":       "erased",
		"drafts.created_by":          "erased",
		"bulks.created_by":           "erased",
		"finds.person_id":            "erased",
		"exports.person_id":          "erased",
		"receipt_checks.person_id":   "erased",
		"invitations.person_id":      "erased",
		"invitations.invited_by":     "erased",
		"links.remind_to":            "erased",
		"payments.seller_id":         "kept: law",
		"cards.added_by":             "kept: whose hand",
		"groups.added_by":            "kept: whose hand",
		"outlets.created_by":         "kept: whose hand",
		"links.created_by":           "kept: whose hand",
		"refunds.requested_by":       "kept: law",
		"audit_log.person_id":        "kept: law",
	}
	rows, err := w.pool.Query(t.Context(), `
		SELECT c.conrelid::regclass::text || '.' || a.attname
		FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
		WHERE c.contype = 'f' AND c.confrelid = 'people'::regclass`)
	must(t, err)
	for rows.Next() {
		var column string
		must(t, rows.Scan(&column))
		if known[column] == "" {
			t.Errorf("%s refers to people: decide in store/leave.go whether ErasePerson takes it away, and say so here", column)
		}
		delete(known, column)
	}
	must(t, rows.Err())
	for column := range known {
		t.Errorf("%s is no more", column)
	}
}
