package store_test

import (
	"context"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/payments"
)

func ptr[T any](v T) *T { return &v }

// hire makes a person a member of a merchant, working in an outlet.
func (w *world) hire(t testing.TB, id payments.PersonID, desk payments.Desk, role payments.Role) {
	t.Helper()
	ctx := t.Context()
	must(t, ignore(w.Meet(ctx, payments.Acquaintance{ID: id, Name: string(role)})))
	must(t, ignore(w.pool.Exec(ctx, `INSERT INTO members (merchant_id, person_id, role, created_at) VALUES ($1, $2, $3, now())`,
		desk.Merchant.ID, id, role)))
	must(t, ignore(w.pool.Exec(ctx, `UPDATE people SET merchant_id = $1, outlet_id = $2 WHERE id = $3`, desk.Merchant.ID, desk.Outlet.ID, id)))
}

// outlet opens a further outlet.
func (w *world) outlet(t testing.TB, id payments.PersonID, draft payments.OutletDraft) payments.Outlet {
	t.Helper()
	o, err := w.OpenOutlet(t.Context(), id, draft)
	must(t, err)
	return o
}

func wantCode(t testing.TB, what string, err error, code payments.Code) {
	t.Helper()
	if payments.CodeOf(err) != code {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}

func (w *world) desk(t testing.TB, id payments.PersonID) payments.Desk {
	t.Helper()
	desk, err := w.Desk(t.Context(), id)
	must(t, err)
	return desk
}

// An outlet that copies another's settings takes money at once, on the same
// card: nobody enters it again.
func TestFurtherOutletTakesOverSettings(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	first := w.merchant(t, 1)
	must(t, ignore(w.EditOutlet(ctx, 1, first.Outlet.ID, payments.OutletChange{Hours: ptr("9-18")})))
	own, err := w.AddCardFor(ctx, 1, first.Outlet.ID, "9417999988887777", "u2")
	must(t, err)
	copied := w.outlet(t, 1, payments.OutletDraft{Name: "Базар", Address: "Ош базары", CopyFrom: first.Outlet.ID, Key: "o2"})
	if again := w.outlet(t, 1, payments.OutletDraft{Name: "Базар", CopyFrom: first.Outlet.ID, Key: "o2"}); again.ID != copied.ID {
		t.Errorf("the same request opened %d and %d", copied.ID, again.ID)
	}
	desk := w.desk(t, 1)
	want := payments.Outlet{ID: copied.ID, MerchantID: first.Merchant.ID, Name: "Базар", Category: "cafe", MCC: 5812, Address: "Ош базары",
		Hours: "09:00–18:00", State: payments.OutletOpen, CardID: own.ID, OwnCard: true}
	if diff := cmp.Diff(desk.Outlet, want); diff != "" {
		t.Errorf("copied outlet (-got +want):\n%s", diff)
	}
	if desk.Outlets != 2 || !desk.Person.Registered() || desk.Static.ID == first.Static.ID {
		t.Errorf("desk %+v", desk)
	}
	p := w.pay(t, w.order(t, desk.Static, 100_00))
	credit, err := w.store.PaymentCredit(ctx, p.MerchantID, p.ID)
	if err != nil || credit.CardID != own.ID || credit.OutletID != copied.ID {
		t.Errorf("credited %+v, %v", credit, err)
	}
	plain := w.outlet(t, 1, payments.OutletDraft{Name: "Аптека", Category: "pharmacy", Key: "o3"})
	if got := w.desk(t, 1).Outlet; got.ID != plain.ID || got.CardID != first.Card.ID || got.OwnCard || got.Hours != "" || got.MCC != 5912 {
		t.Errorf("an outlet of its own: %+v", got)
	}
	_, err = w.OpenOutlet(ctx, 1, payments.OutletDraft{Name: "Х", Key: "o4"})
	wantCode(t, "neither category nor model", err, payments.CodeCategoryUnknown)
	stranger := w.merchant(t, 2)
	_, err = w.OpenOutlet(ctx, 1, payments.OutletDraft{Name: "Х", CopyFrom: stranger.Outlet.ID, Key: "o5"})
	wantCode(t, "a stranger's model", err, payments.CodeOutletNotFound)
}

// What hangs on the wall works on after the outlet has another name and
// category, and the new code shows them.
func TestPrintedCodeOutlivesRenaming(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	desk := w.merchant(t, 1)
	printed := w.order(t, desk.Static, 100_00)
	ticket, err := w.Charge(ctx, 1, payments.ChargeDraft{Amount: 300_00, Key: "c1"})
	must(t, err)
	must(t, ignore(w.EditOutlet(ctx, 1, desk.Outlet.ID, payments.OutletChange{Name: ptr("Bazar Nan")})))
	must(t, ignore(w.EditOutlet(ctx, 1, desk.Outlet.ID, payments.OutletChange{Category: ptr(payments.CategoryID("grocery"))})))
	now := w.desk(t, 1)
	if now.Static.URI == desk.Static.URI || !strings.Contains(now.Static.URI, "BAZAR%20NAN") && !strings.Contains(now.Static.URI, "Bazar%20Nan") {
		t.Errorf("the new code is %s", now.Static.URI)
	}
	if now.Static.Code != desk.Static.Code {
		t.Error("the code in the link changed")
	}
	for name, order := range map[string]payments.Order{
		"the code printed before": printed,
		"the new code":            func() payments.Order { o := w.order(t, now.Static, 200_00); o.MCC = 5411; return o }(),
		"a charge sent before":    w.order(t, ticket.Link, 300_00),
	} {
		who, err := w.Check(ctx, order.Scan)
		if err != nil || who.Name != "Bazar Nan" {
			t.Errorf("%s: %+v, %v", name, who, err)
		}
		if p := w.pay(t, order); p.State != payments.PaymentSucceeded {
			t.Errorf("%s: payment %s", name, p.State)
		}
	}
	forged := printed.Scan
	forged.LinkHash = "0000"
	wantCode(t, "a form never given out", ignore(w.Check(ctx, forged)), payments.CodeDataWrong)
	mixed := printed.Scan
	mixed.MCC = 5411
	wantCode(t, "the old checksum with the new category", ignore(w.Check(ctx, mixed)), payments.CodeDataWrong)

	// Back to the old name: the first form again, and no third row for it.
	must(t, ignore(w.EditOutlet(ctx, 1, desk.Outlet.ID, payments.OutletChange{Name: &desk.Outlet.Name})))
	must(t, ignore(w.EditOutlet(ctx, 1, desk.Outlet.ID, payments.OutletChange{Category: &desk.Outlet.Category})))
	if got := w.desk(t, 1).Static.URI; got != desk.Static.URI {
		t.Errorf("back under the old name the code is %s, was %s", got, desk.Static.URI)
	}
	if n := w.count(t, `SELECT count(*) FROM link_versions WHERE link_id = $1`, desk.Static.ID); n != 4 {
		t.Errorf("%d forms of the static link, want 4", n)
	}
	if n := w.count(t, `SELECT count(*) FROM link_versions WHERE link_id = $1`, ticket.Link.ID); n != 1 {
		t.Errorf("%d forms of the charge, want the one that was sent", n)
	}
}

func TestEditOutlet(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	desk := w.merchant(t, 1)
	id := desk.Outlet.ID
	v, err := w.EditOutlet(ctx, 1, id, payments.OutletChange{Place: &payments.Place{Latitude: ptr(42.87), Longitude: ptr(74.57)}})
	if err != nil || v.Outlet.Latitude == nil || *v.Outlet.Latitude != 42.87 || v.Outlet.Address != "" {
		t.Errorf("location: %+v, %v", v.Outlet, err)
	}
	v, err = w.EditOutlet(ctx, 1, id, payments.OutletChange{Place: &payments.Place{Address: " Чүй  155 "}})
	if err != nil || v.Outlet.Latitude != nil || v.Outlet.Address != "Чүй 155" {
		t.Errorf("address: %+v, %v", v.Outlet, err)
	}
	v, err = w.EditOutlet(ctx, 1, id, payments.OutletChange{Hours: ptr("Пн–Сб 9–18")})
	if err != nil || v.Outlet.Hours != "Пн–Сб 9–18" || !v.Only || v.Card == nil || v.Card.Last4 != "1234" {
		t.Errorf("hours: %+v, %v", v, err)
	}
	for name, tc := range map[string]struct {
		change payments.OutletChange
		code   payments.Code
	}{
		"name":     {payments.OutletChange{Name: ptr("☕")}, payments.CodeNameMalformed},
		"category": {payments.OutletChange{Category: ptr(payments.CategoryID("casino"))}, payments.CodeCategoryUnknown},
		"address":  {payments.OutletChange{Place: &payments.Place{Address: strings.Repeat("к", 201)}}, payments.CodeAddressTooLong},
		"hours":    {payments.OutletChange{Hours: ptr(strings.Repeat("9", 65))}, payments.CodeHoursTooLong},
	} {
		_, err := w.EditOutlet(ctx, 1, id, tc.change)
		wantCode(t, name, err, tc.code)
	}
	_, err = w.EditOutlet(ctx, 1, math.MaxInt64, payments.OutletChange{Name: ptr("Х")})
	wantCode(t, "an outlet of nobody", err, payments.CodeOutletNotFound)
	var log []string
	rows, err := w.pool.Query(ctx, `SELECT person_id || ' ' || action || ' ' || (details ->> 'fields') FROM audit_log WHERE action = 'outlet.changed' ORDER BY id`)
	must(t, err)
	for rows.Next() {
		var line string
		must(t, rows.Scan(&line))
		log = append(log, line)
	}
	must(t, rows.Err())
	if diff := cmp.Diff(log, []string{"1 outlet.changed address", "1 outlet.changed address", "1 outlet.changed hours"}); diff != "" {
		t.Errorf("audit log (-got +want):\n%s", diff)
	}
}

// While an outlet is paused its links are nobody's (wire 452), and nothing is
// lost.
func TestPausedOutletTakesNoMoney(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	desk := w.merchant(t, 1)
	ticket, err := w.Charge(ctx, 1, payments.ChargeDraft{Amount: 300_00, Key: "c1"})
	must(t, err)
	begun := w.order(t, desk.Static, 50_00)
	must(t, ignore(w.Create(ctx, begun)))
	for range 2 { // once more changes nothing
		v, err := w.PauseOutlet(ctx, 1, desk.Outlet.ID, true)
		if err != nil || v.Outlet.State != payments.OutletPaused {
			t.Fatalf("pause: %+v, %v", v, err)
		}
	}
	for _, l := range []payments.Link{desk.Static, ticket.Link} {
		wantCode(t, string(l.Kind), ignore(w.Check(ctx, w.order(t, l, 300_00).Scan)), payments.CodeRecipientWrong)
		wantCode(t, string(l.Kind), ignore(w.Create(ctx, w.order(t, l, 300_00))), payments.CodeRecipientWrong)
		if view, err := w.PayerView(ctx, l.Code); err != nil || view.Link.State != payments.LinkPaused {
			t.Errorf("the payer of a %s link sees %s, %v", l.Kind, view.Link.State, err)
		}
	}
	_, err = w.Charge(ctx, 1, payments.ChargeDraft{Amount: 300_00, Key: "c2"})
	wantCode(t, "a charge at a paused outlet", err, payments.CodeOutletPaused)
	// Who was paying already may finish.
	must(t, ignore(w.Execute(ctx, begun.OperatorID)))
	if p, err := w.PaymentByOperatorID(ctx, begun.OperatorID); err != nil || p.State != payments.PaymentExecuting {
		t.Errorf("a payment begun before the pause is %s, %v", p.State, err)
	}
	must(t, ignore(w.PauseOutlet(ctx, 1, desk.Outlet.ID, false)))
	for _, l := range []payments.Link{desk.Static, ticket.Link} {
		if p := w.pay(t, w.order(t, l, 300_00)); p.State != payments.PaymentSucceeded {
			t.Errorf("a %s link after the pause: %s", l.Kind, p.State)
		}
	}
	if n := w.count(t, `SELECT count(*) FROM audit_log WHERE action IN ('outlet.paused', 'outlet.resumed')`); n != 2 {
		t.Errorf("%d lines in the audit log, want 2", n)
	}
}

func TestArchivedOutlet(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	first := w.merchant(t, 1)
	paid := w.pay(t, w.order(t, first.Static, 100_00))
	_, err := w.ArchiveOutlet(ctx, 1, first.Outlet.ID)
	wantCode(t, "the only outlet", err, payments.CodeLastOutlet)
	second := w.outlet(t, 1, payments.OutletDraft{Name: "Базар", CopyFrom: first.Outlet.ID, Key: "o2"})
	w.hire(t, 3, first, payments.RoleCashier) // works in the first
	must(t, ignore(w.PauseOutlet(ctx, 1, second.ID, true)))
	for range 2 { // once more changes nothing
		v, err := w.ArchiveOutlet(ctx, 1, first.Outlet.ID)
		if err != nil || !v.Outlet.Archived() {
			t.Fatalf("archive: %+v, %v", v, err)
		}
	}
	if desk := w.desk(t, 3); desk.Outlet.ID != second.ID || desk.Outlets != 1 {
		t.Errorf("the cashier of the archived outlet works in %+v of %d", desk.Outlet, desk.Outlets)
	}
	wantCode(t, "a code of an archived outlet", ignore(w.Check(ctx, w.order(t, first.Static, 300_00).Scan)), payments.CodeRecipientWrong)
	if view, err := w.PayerView(ctx, first.Static.Code); err != nil || view.Link.State != payments.LinkCancelled {
		t.Errorf("the payer sees %s, %v", view.Link.State, err)
	}
	_, err = w.ArchiveOutlet(ctx, 1, second.ID)
	wantCode(t, "the last outlet", err, payments.CodeLastOutlet)
	wantCode(t, "work in an archived outlet", w.SwitchOutlet(ctx, 1, first.Outlet.ID), payments.CodeOutletArchived)
	_, err = w.EditOutlet(ctx, 1, first.Outlet.ID, payments.OutletChange{Name: ptr("Х")})
	wantCode(t, "rename an archived outlet", err, payments.CodeOutletArchived)
	_, err = w.PauseOutlet(ctx, 1, first.Outlet.ID, false)
	wantCode(t, "resume an archived outlet", err, payments.CodeOutletArchived)
	// Its history stays.
	if v, err := w.PaymentView(ctx, 1, paid.ID); err != nil || v.Outlet.ID != first.Outlet.ID {
		t.Errorf("a payment of the archived outlet: %+v, %v", v.Outlet, err)
	}
	list, err := w.Outlets(ctx, 1)
	if err != nil || len(list.Outlets) != 2 || list.Outlets[1].ID != first.Outlet.ID {
		t.Errorf("outlets %+v, %v", list.Outlets, err)
	}
	must(t, ignore(w.RestoreOutlet(ctx, 1, first.Outlet.ID)))
	if p := w.pay(t, w.order(t, first.Static, 300_00)); p.State != payments.PaymentSucceeded {
		t.Errorf("brought back, its code: %s", p.State)
	}
}

// Two owners archive the two outlets at the same moment: one stays.
func TestArchivingAtOnceLeavesOne(t *testing.T) {
	w := newWorld(t)
	first := w.merchant(t, 1)
	second := w.outlet(t, 1, payments.OutletDraft{Name: "Базар", CopyFrom: first.Outlet.ID, Key: "o2"})
	w.hire(t, 3, first, payments.RoleOwner)
	together(2, func(i int) {
		_, err := w.ArchiveOutlet(t.Context(), payments.PersonID(1+2*i), []payments.OutletID{first.Outlet.ID, second.ID}[i])
		if err != nil && payments.CodeOf(err) != payments.CodeLastOutlet {
			t.Errorf("archive: %v", err)
		}
	})
	if n := w.count(t, `SELECT count(*) FROM outlets WHERE state <> 'archived'`); n != 1 {
		t.Errorf("%d outlets are left, want 1", n)
	}
	for _, id := range []payments.PersonID{1, 3} {
		if desk := w.desk(t, id); desk.Outlet.Archived() {
			t.Errorf("person %d works in an archived outlet", id)
		}
	}
}

// invite asks for an invitation of a number that nobody has.
func (w *world) invite(id payments.PersonID, role payments.Role) (string, error) {
	_, token, err := w.Invite(context.Background(), id, payments.InviteDraft{
		Role: role, Phone: "+996700" + strconv.FormatInt(w.calls.Add(1)+100000, 10), Key: strconv.FormatInt(w.calls.Add(1), 10),
	})
	return token, err
}

// Every action of every role on the service itself, and of strangers: the
// matrix decides.
func TestRolesAreAskedForEveryAction(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	desk := w.merchant(t, 1)
	second := w.outlet(t, 1, payments.OutletDraft{Name: "Базар", CopyFrom: desk.Outlet.ID, Key: "o2"})
	spare, err := w.AddCardFor(ctx, 1, second.ID, "9417999988887777", "u2")
	must(t, err)
	paid := w.pay(t, w.order(t, desk.Static, 500_00))
	poster, err := w.OpenLink(ctx, 1, payments.LinkDraft{Key: "l"})
	must(t, err)
	people := map[payments.PersonID]payments.Role{11: payments.RoleOwner, 12: payments.RoleManager, 13: payments.RoleCashier, 14: payments.RoleAccountant}
	for id, role := range people {
		w.hire(t, id, desk, role)
	}
	many := w.offerBulk(t, 11, file("a", 1))
	w.merchant(t, 20)
	tries := map[payments.Action]func(payments.PersonID) error{
		payments.ActionTakeMoney: func(id payments.PersonID) error {
			return ignore(w.Charge(ctx, id, payments.ChargeDraft{Amount: 100_00, Key: "c"}))
		},
		payments.ActionManageLinks: func(id payments.PersonID) error { return ignore(w.PauseLink(ctx, id, poster.Link.ID, false)) },
		payments.ActionRefund: func(id payments.PersonID) error {
			return ignore(w.RequestRefund(ctx, id, payments.RefundDraft{PaymentID: paid.ID, Amount: 1_00, Key: "r"}))
		},
		payments.ActionSwitchOutlet: func(id payments.PersonID) error { return w.SwitchOutlet(ctx, id, desk.Outlet.ID) },
		payments.ActionEditOutlet: func(id payments.PersonID) error {
			return ignore(w.EditOutlet(ctx, id, second.ID, payments.OutletChange{Hours: ptr("9-18")}))
		},
		payments.ActionPauseOutlet: func(id payments.PersonID) error { return ignore(w.PauseOutlet(ctx, id, second.ID, false)) },
		payments.ActionAddOutlet: func(id payments.PersonID) error {
			must(t, w.SetPhone(ctx, id, "+996555000111"))
			must(t, w.Consent(ctx, id))
			return ignore(w.OpenOutlet(ctx, id, payments.OutletDraft{Name: "Х", CopyFrom: second.ID, Key: "new"}))
		},
		payments.ActionArchiveOutlet: func(id payments.PersonID) error { return ignore(w.RestoreOutlet(ctx, id, second.ID)) },
		payments.ActionCards:         func(id payments.PersonID) error { return ignore(w.UseCard(ctx, id, spare.ID, second.ID)) },
		payments.ActionEditMerchant: func(id payments.PersonID) error {
			return ignore(w.EditMerchant(ctx, id, payments.MerchantChange{Name: ptr("Х")}))
		},
		payments.ActionExport: func(id payments.PersonID) error { return ignore(w.ExportView(ctx, id, 0, 0)) },
		payments.ActionBulkLinks: func(id payments.PersonID) error {
			_ = w.SwitchOutlet(ctx, id, desk.Outlet.ID) // the owner opened another meanwhile; strangers cannot
			return ignore(w.CancelBulk(ctx, id, many.ID))
		},
		payments.ActionCloseDay: func(id payments.PersonID) error {
			return ignore(w.CloseDay(ctx, id, payments.DayClosingDraft{Outlet: desk.Outlet.ID, Key: "z"}))
		},
		payments.ActionInviteAny: func(id payments.PersonID) error {
			return ignore(w.invite(id, payments.RoleAccountant))
		},
		payments.ActionInvite:   func(id payments.PersonID) error { return ignore(w.invite(id, payments.RoleCashier)) },
		payments.ActionEditTeam: func(id payments.PersonID) error { return w.SetScope(ctx, id, 13, nil) },
		payments.ActionAskGroup: func(id payments.PersonID) error {
			return ignore(w.MeetGroup(ctx, id, payments.GroupAsk{ChatID: -100, Title: "Х", Language: "ky"}))
		},
		payments.ActionGroups: func(id payments.PersonID) error { return ignore(w.Groups(ctx, id)) },
		payments.ActionReport: func(id payments.PersonID) error {
			return ignore(w.Report(ctx, id, payments.ReportQuery{Kind: payments.ReportDaily}))
		},
	}
	for _, action := range payments.Actions() {
		if action == payments.ActionTeam {
			continue // everybody sees their own place in it; who sees the others is tried in bot/roles_test.go
		}
		try := tries[action]
		if try == nil {
			t.Errorf("nobody tries %s", action)
			continue
		}
		for id, role := range people {
			want := payments.CodeNotAllowed
			if role.Can(action) {
				want = ""
			}
			wantCode(t, string(role)+" "+string(action), try(id), want)
		}
		// Of the other merchant's things a stranger sees nothing.
		switch action {
		case payments.ActionTakeMoney, payments.ActionEditMerchant, payments.ActionExport, payments.ActionReport,
			payments.ActionInvite, payments.ActionInviteAny, payments.ActionAskGroup, payments.ActionGroups:
			continue // it is their own that they would change or see
		}
		if err := try(20); payments.CodeOf(err) == "" {
			t.Errorf("a stranger's %s: %v", action, err)
		}
		wantCode(t, "nobody's "+string(action), func() error {
			if action == payments.ActionAddOutlet {
				return payments.Fail(payments.CodeNotRegistered) // has nothing to be refused yet
			}
			return try(404)
		}(), payments.CodeNotRegistered)
	}
	for id, role := range people {
		_, err := w.Wallet(ctx, id)
		token, formErr := w.OpenCardForm(ctx, id, 0)
		if allowed := role == payments.RoleOwner; (err == nil) != allowed || (formErr == nil) != allowed || (token != "") != allowed {
			t.Errorf("%s sees the cards: %v, opens a form: %v", role, err, formErr)
		}
	}
}
