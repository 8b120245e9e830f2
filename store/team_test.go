package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"pgregory.net/rapid"

	"elkart.kg/trade/payments"
)

const invitee = "+996555777888"

// newcomer is somebody with a number of their own who agreed to everything.
func (w *world) newcomer(t testing.TB, id payments.PersonID, phone string) {
	t.Helper()
	ctx := t.Context()
	must(t, ignore(w.Meet(ctx, payments.Acquaintance{ID: id, Name: "Айбек"})))
	must(t, w.SetPhone(ctx, id, phone))
	must(t, w.Consent(ctx, id))
}

// invited makes an invitation and returns its number and secret.
func (w *world) invited(t testing.TB, by payments.PersonID, key string, role payments.Role, outlets ...payments.OutletID) (payments.InvitationID, string) {
	t.Helper()
	v, token, err := w.Invite(t.Context(), by, payments.InviteDraft{Role: role, Outlets: outlets, Phone: invitee, Key: key})
	must(t, err)
	return v.Invitation.ID, token
}

// joined takes an invitee all the way in.
func (w *world) joined(t testing.TB, owner, id payments.PersonID, key string, role payments.Role, outlets ...payments.OutletID) {
	t.Helper()
	w.newcomer(t, id, invitee)
	invitation, _ := w.invited(t, owner, key, role, outlets...)
	must(t, ignore(w.AnswerInvitation(t.Context(), id, invitation)))
	must(t, ignore(w.DecideInvitation(t.Context(), owner, invitation, payments.Accept)))
}

func (w *world) invitationState(t testing.TB, id payments.InvitationID) payments.InvitationState {
	t.Helper()
	i, err := w.store.Invitation(t.Context(), id)
	must(t, err)
	return i.StateAt(w.now())
}

func (w *world) now() time.Time { return *w.clock.Load() }

func TestInvitationTakesOnePersonIn(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	first := w.merchant(t, 1)
	bazaar := w.outlet(t, 1, payments.OutletDraft{Name: "Базар", CopyFrom: first.Outlet.ID, Key: "o2"})
	w.newcomer(t, 2, invitee)
	id, token := w.invited(t, 1, "i1", payments.RoleCashier, bazaar.ID)
	if n := w.count(t, `SELECT count(*) FROM invitations WHERE encode(token_hash, 'escape') LIKE '%' || $1 || '%'`, token); n != 0 {
		t.Error("the secret is in the database")
	}
	v, err := w.OpenInvitation(ctx, 2, strings.ToLower(token))
	must(t, err)
	if v.Invitation.ID != id || v.Merchant.ID != first.Merchant.ID || len(v.Outlets) != 1 || v.Outlets[0].ID != bazaar.ID {
		t.Errorf("opened %+v", v)
	}
	_, err = w.DecideInvitation(ctx, 1, id, payments.Accept)
	wantCode(t, "accepted before anybody answered", err, payments.CodeInvitationGone)
	must(t, ignore(w.AnswerInvitation(ctx, 2, id)))
	must(t, ignore(w.AnswerInvitation(ctx, 2, id))) // a second tap
	if n := w.jobs(t, "team_told"); n != 1 {
		t.Errorf("%d told that somebody waits, want the owner once", n)
	}
	_, err = w.DecideInvitation(ctx, 2, id, payments.Accept)
	wantCode(t, "accepted by the invitee", err, payments.CodeInvitationGone)
	w.merchant(t, 9)
	_, err = w.DecideInvitation(ctx, 9, id, payments.Accept)
	wantCode(t, "accepted by another merchant's owner", err, payments.CodeInvitationGone)
	for person, role := range map[payments.PersonID]payments.Role{
		5: payments.RoleManager, 6: payments.RoleCashier, 7: payments.RoleAccountant,
	} {
		w.hire(t, person, first, role)
		_, err = w.DecideInvitation(ctx, person, id, payments.Accept)
		wantCode(t, "accepted by a "+string(role), err, payments.CodeInvitationGone)
	}
	for _, word := range []bool{payments.Accept, payments.Accept, payments.Decline} {
		if v, err := w.DecideInvitation(ctx, 1, id, word); err != nil || v.Invitation.State != payments.InvitationAccepted {
			t.Errorf("the owner's word %t leads to %s, %v", word, v.Invitation.State, err)
		}
	}
	_, err = w.OpenInvitation(ctx, 3, token)
	wantCode(t, "opened after its end", err, payments.CodeInvitationGone)
	_, err = w.OpenInvitation(ctx, 2, token)
	wantCode(t, "opened after its end by its person", err, payments.CodeAlreadyMember)
	desk := w.desk(t, 2)
	if desk.Person.Role != payments.RoleCashier || desk.Outlet.ID != bazaar.ID || !desk.Person.Registered() || desk.Person.Sees(first.Outlet.ID) {
		t.Errorf("the new member works as %+v", desk.Person)
	}
	must(t, ignore(w.Charge(ctx, 2, payments.ChargeDraft{Amount: 100_00, Key: "c1"})))
}

func TestInvitationsThatLeadNowhere(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.merchant(t, 1)
	w.newcomer(t, 2, invitee)
	w.newcomer(t, 3, "+996700000001")
	for _, token := range []string{"", "x", payments.NewCode(), strings.Repeat("0", 26), strings.Repeat("A", 200)} {
		_, err := w.OpenInvitation(ctx, 2, token)
		wantCode(t, "a guess", err, payments.CodeInvitationGone)
	}
	id, token := w.invited(t, 1, "i1", payments.RoleCashier)
	must(t, ignore(w.OpenInvitation(ctx, 3, token)))
	_, err := w.AnswerInvitation(ctx, 3, id)
	wantCode(t, "answered with another number", err, payments.CodeInvitationForeign)
	for range payments.MaxAttempts {
		wantCode(t, "claimed with another number", w.ClaimInvitation(ctx, 3, id, "+996700000001"), payments.CodeInvitationForeign)
	}
	wantCode(t, "claimed after too many", w.ClaimInvitation(ctx, 2, id, invitee), payments.CodeInvitationGone)
	if n := w.jobs(t, "team_told"); n != payments.MaxAttempts {
		t.Errorf("the owner heard %d times of strangers", n)
	}
	if p, err := w.store.Person(ctx, 3); err != nil || p.Phone != "+996700000001" {
		t.Errorf("the stranger is %+v, %v", p, err)
	}

	id, token = w.invited(t, 1, "i2", payments.RoleCashier)
	w.advance(payments.InvitationLife)
	_, err = w.OpenInvitation(ctx, 2, token)
	wantCode(t, "opened a day later", err, payments.CodeInvitationGone)
	_, err = w.AnswerInvitation(ctx, 2, id)
	wantCode(t, "answered a day later", err, payments.CodeInvitationGone)

	id, _ = w.invited(t, 1, "i3", payments.RoleCashier)
	again, token := w.invited(t, 1, "i4", payments.RoleManager)
	if got := w.invitationState(t, id); got != payments.InvitationCancelled {
		t.Errorf("the earlier invitation to the number is %s", got)
	}
	same, other := w.invited(t, 1, "i4", payments.RoleManager)
	if same != again || other == token {
		t.Errorf("the same request made %d, then %d", again, same)
	}
	_, err = w.OpenInvitation(ctx, 2, token)
	wantCode(t, "opened by the link of before", err, payments.CodeInvitationGone)
	must(t, ignore(w.AnswerInvitation(ctx, 2, again)))
	w.advance(payments.AnswerLife)
	_, err = w.DecideInvitation(ctx, 1, again, payments.Accept)
	wantCode(t, "accepted a week later", err, payments.CodeInvitationGone)

	id, _ = w.invited(t, 1, "i5", payments.RoleCashier)
	must(t, ignore(w.AnswerInvitation(ctx, 2, id)))
	must(t, ignore(w.DecideInvitation(ctx, 1, id, payments.Decline)))
	if n := w.count(t, `SELECT count(*) FROM members WHERE person_id = 2`); n != 0 {
		t.Error("somebody who was declined is a member")
	}
	without, _ := w.invited(t, 1, "i6", payments.RoleCashier)
	must(t, ignore(w.Meet(ctx, payments.Acquaintance{ID: 4, Name: "Х"})))
	must(t, w.ClaimInvitation(ctx, 4, without, invitee))
	_, err = w.AnswerInvitation(ctx, 4, without)
	wantCode(t, "answered without consent", err, payments.CodeNoConsent)
}

// Who may be invited by whom, and to what.
func TestInvitingHasLimits(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	first := w.merchant(t, 1)
	bazaar := w.outlet(t, 1, payments.OutletDraft{Name: "Базар", CopyFrom: first.Outlet.ID, Key: "o2"})
	w.hire(t, 2, first, payments.RoleManager)
	w.limit(t, first.Merchant.ID, 2, first.Outlet.ID)
	w.hire(t, 3, first, payments.RoleCashier)
	w.hire(t, 4, first, payments.RoleAccountant)
	draft := func(role payments.Role, outlets ...payments.OutletID) payments.InviteDraft {
		return payments.InviteDraft{Role: role, Outlets: outlets, Phone: invitee, Key: "k"}
	}
	for by, roles := range map[payments.PersonID][]payments.Role{
		2: {payments.RoleOwner, payments.RoleManager, payments.RoleAccountant, "", "admin"},
		3: payments.Roles(), 4: payments.Roles(),
	} {
		for _, role := range roles {
			_, _, err := w.Invite(ctx, by, draft(role))
			wantCode(t, "invitation to be "+string(role), err, payments.CodeNotAllowed)
		}
	}
	_, _, err := w.Invite(ctx, 2, draft(payments.RoleCashier, bazaar.ID))
	wantCode(t, "a manager's to an outlet that is none of theirs", err, payments.CodeOutletNotFound)
	v, _, err := w.Invite(ctx, 2, draft(payments.RoleCashier))
	must(t, err)
	if len(v.Invitation.Outlets) != 1 || v.Invitation.Outlets[0] != first.Outlet.ID {
		t.Errorf("a manager of one outlet invites to %v", v.Invitation.Outlets)
	}
	other := w.merchant(t, 9)
	_, _, err = w.Invite(ctx, 1, draft(payments.RoleCashier, other.Outlet.ID))
	wantCode(t, "another merchant's outlet", err, payments.CodeOutletNotFound)
	_, _, err = w.Invite(ctx, 1, payments.InviteDraft{Role: payments.RoleCashier, Phone: "0555", Key: "x"})
	wantCode(t, "no number", err, payments.CodePhoneMalformed)
	_, _, err = w.Invite(ctx, 9, payments.InviteDraft{Role: payments.RoleCashier, Phone: "+996555123456", Key: "x"})
	wantCode(t, "oneself", err, payments.CodeAlreadyMember)
	wantCode(t, "another merchant's invitation", w.CancelInvitation(ctx, 9, v.Invitation.ID), payments.CodeInvitationGone)
	wantCode(t, "a cashier's cancellation", w.CancelInvitation(ctx, 3, v.Invitation.ID), payments.CodeNotAllowed)
	// A manager who is dismissed takes what they offered with them.
	must(t, w.Dismiss(ctx, 1, 2))
	if got := w.invitationState(t, v.Invitation.ID); got != payments.InvitationCancelled {
		t.Errorf("the invitation of a dismissed manager is %s", got)
	}
}

// An owner who is dismissed between an invitation and its acceptance decides
// nothing any more.
func TestDismissedOwnerDecidesNothing(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	first := w.merchant(t, 1)
	w.hire(t, 2, first, payments.RoleOwner)
	w.newcomer(t, 3, invitee)
	id, _ := w.invited(t, 2, "i1", payments.RoleCashier)
	must(t, ignore(w.AnswerInvitation(ctx, 3, id)))
	must(t, w.Dismiss(ctx, 1, 2))
	_, err := w.DecideInvitation(ctx, 2, id, payments.Accept)
	wantCode(t, "accepted by a dismissed owner", err, payments.CodeInvitationGone)
	must(t, ignore(w.DecideInvitation(ctx, 1, id, payments.Accept)))
}

// What a member holds in hand is worth nothing from the moment they are
// dismissed: buttons, a form in the middle, a page for a card, jobs to tell.
func TestDismissalTakesEffectAtOnce(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	first := w.merchant(t, 1)
	w.hire(t, 2, first, payments.RoleOwner)
	charge, err := w.Charge(ctx, 2, payments.ChargeDraft{Amount: 100_00, Key: "c1"})
	must(t, err)
	must(t, w.RememberMessage(ctx, first.Merchant.ID, charge.Link.ID, payments.Message{ChatID: 2, MessageID: 5}))
	paid := w.pay(t, w.order(t, first.Static, 500_00))
	form, err := w.OpenCardForm(ctx, 2, 0)
	must(t, err)
	must(t, w.Dismiss(ctx, 1, 2))

	number, err := payments.ParseCardNumber("9417999988887777")
	must(t, err)
	_, err = w.AddCardByForm(ctx, form, number)
	wantCode(t, "card by the page of before", err, payments.CodeNotRegistered)
	_, err = w.CancelLink(ctx, 2, charge.Link.ID)
	wantCode(t, "cancellation by an old button", err, payments.CodeNotRegistered)
	_, err = w.Charge(ctx, 2, payments.ChargeDraft{Amount: 100_00, Key: "c1"})
	wantCode(t, "the charge of before, once more", err, payments.CodeNotRegistered)
	_, err = w.RequestRefund(ctx, 2, payments.RefundDraft{PaymentID: paid.ID, Amount: 500_00, Key: "r1"})
	wantCode(t, "refund by an old button", err, payments.CodeNotRegistered)
	_, err = w.PaymentView(ctx, 2, paid.ID)
	wantCode(t, "payment by an old button", err, payments.CodeNotRegistered)
	_, err = w.News(ctx, payments.Notice{MerchantID: first.Merchant.ID, PaymentID: paid.ID, State: paid.State, PersonID: 2})
	wantCode(t, "notice that was put down before", err, payments.CodeNotAllowed)
	_, _, err = w.MemberTicket(ctx, first.Merchant.ID, charge.Link.ID, 2)
	wantCode(t, "message that shows a link", err, payments.CodeLinkNotFound)
	wantCode(t, "dismissal by the dismissed", w.Dismiss(ctx, 2, 1), payments.CodeNotRegistered)
	if n := w.count(t, `SELECT count(*) FROM refunds`) + w.count(t, `SELECT count(*) FROM cards WHERE last4 = '7777'`); n != 0 {
		t.Errorf("%d refunds and cards by somebody who was dismissed", n)
	}
	// They are told, and so are the owners, but not who did it.
	var told []payments.PersonID
	for _, job := range teamTold(t, w) {
		news, ok, err := w.TeamNews(ctx, job)
		must(t, err)
		if ok {
			told = append(told, news.Recipient.ID)
		}
	}
	if len(told) != 1 || told[0] != 2 {
		t.Errorf("told of the dismissal: %v", told)
	}
}

func teamTold(t testing.TB, w *world) (jobs []payments.TeamTold) {
	t.Helper()
	rows, err := w.pool.Query(t.Context(), `SELECT args FROM river_job WHERE kind = 'team_told' ORDER BY id`)
	must(t, err)
	all, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	must(t, err)
	for _, args := range all {
		var job payments.TeamTold
		must(t, json.Unmarshal(args, &job))
		jobs = append(jobs, job)
	}
	return jobs
}

// A demotion narrows what comes next, too.
func TestRoleAndOutletsChangeAtOnce(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	first := w.merchant(t, 1)
	bazaar := w.outlet(t, 1, payments.OutletDraft{Name: "Базар", CopyFrom: first.Outlet.ID, Key: "o2"})
	w.joined(t, 1, 2, "i1", payments.RoleManager)
	must(t, w.SetRole(ctx, 1, 2, payments.RoleAccountant))
	_, err := w.Charge(ctx, 2, payments.ChargeDraft{Amount: 100_00, Key: "c1"})
	wantCode(t, "an accountant's charge", err, payments.CodeNotAllowed)
	must(t, w.SetRole(ctx, 1, 2, payments.RoleCashier))
	must(t, w.SwitchOutlet(ctx, 2, first.Outlet.ID))
	must(t, w.SetScope(ctx, 1, 2, []payments.OutletID{bazaar.ID}))
	if got := w.desk(t, 2).Outlet.ID; got != bazaar.ID {
		t.Errorf("works in %d, want %d", got, bazaar.ID)
	}
	wantCode(t, "an owner's outlets", w.SetScope(ctx, 1, 1, []payments.OutletID{bazaar.ID}), payments.CodeNotAllowed)
	must(t, w.SetRole(ctx, 1, 2, payments.RoleOwner))
	if p := w.desk(t, 2).Person; len(p.Scope) != 0 || !p.Sees(first.Outlet.ID) {
		t.Errorf("an owner who was limited before: %+v", p)
	}
	wantCode(t, "no such role", w.SetRole(ctx, 1, 2, "admin"), payments.CodeDataWrong)
	other := w.merchant(t, 9)
	wantCode(t, "another merchant's member", w.SetRole(ctx, 1, 9, payments.RoleCashier), payments.CodeMemberNotFound)
	wantCode(t, "another merchant's member, dismissed", w.Dismiss(ctx, 1, 9), payments.CodeMemberNotFound)
	_, err = w.MemberView(ctx, 1, 9)
	wantCode(t, "another merchant's member, looked at", err, payments.CodeMemberNotFound)
	wantCode(t, "another merchant", w.SwitchMerchant(ctx, 1, other.Merchant.ID), payments.CodeMemberNotFound)
}

// Who works for two merchants is in one of them at a time, and goes on in the
// other when the first lets them go.
func TestTwoMerchants(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	first, own := w.merchant(t, 1), w.merchant(t, 2)
	w.joined(t, 1, 2, "i1", payments.RoleCashier)
	if p := w.desk(t, 2).Person; p.MerchantID != own.Merchant.ID || p.Role != payments.RoleOwner {
		t.Fatalf("works as %+v, want in their own merchant until they change over", p)
	}
	must(t, w.SwitchMerchant(ctx, 2, first.Merchant.ID))
	if p := w.desk(t, 2).Person; p.MerchantID != first.Merchant.ID || p.Role != payments.RoleCashier {
		t.Errorf("works as %+v after changing over", p)
	}
	_, err := w.Ticket(ctx, 2, own.Static.ID)
	wantCode(t, "their own merchant's link, from elsewhere", err, payments.CodeLinkNotFound)
	must(t, w.Dismiss(ctx, 1, 2))
	if p := w.desk(t, 2).Person; p.MerchantID != own.Merchant.ID || p.Role != payments.RoleOwner {
		t.Errorf("works as %+v after the dismissal", p)
	}
	must(t, ignore(w.Charge(ctx, 2, payments.ChargeDraft{Amount: 100_00, Key: "c1"})))
}

func TestLastOwnerStays(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	first := w.merchant(t, 1)
	wantCode(t, "the only owner leaves", w.Quit(ctx, 1), payments.CodeLastOwner)
	wantCode(t, "the only owner steps back", w.SetRole(ctx, 1, 1, payments.RoleManager), payments.CodeLastOwner)
	w.hire(t, 2, first, payments.RoleManager)
	must(t, w.SetRole(ctx, 1, 2, payments.RoleOwner))
	must(t, w.SetRole(ctx, 1, 1, payments.RoleCashier))
	wantCode(t, "the last owner leaves", w.Quit(ctx, 2), payments.CodeLastOwner)
	must(t, w.Quit(ctx, 1))
	// The database says so, too, whoever asks.
	for _, sql := range []string{
		`DELETE FROM members WHERE merchant_id = $1`,
		`UPDATE members SET role = 'manager' WHERE merchant_id = $1`,
	} {
		_, err := w.pool.Exec(ctx, sql, first.Merchant.ID)
		if got := constraint(err); got != "members_keep_owner" {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

func constraint(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.ConstraintName
	}
	return ""
}

// Owners who go at the same moment: one of them stays, through the service and
// past it.
func TestOwnersGoAtTheSameMoment(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	first := w.merchant(t, 1)
	const n = 8
	for id := payments.PersonID(2); id <= n; id++ {
		w.hire(t, id, first, payments.RoleOwner)
	}
	atOnce := func(go_ func(id payments.PersonID) error) (stayed int) {
		var group sync.WaitGroup
		var mu sync.Mutex
		for id := payments.PersonID(1); id <= n; id++ {
			group.Go(func() {
				if err := go_(id); err != nil {
					mu.Lock()
					defer mu.Unlock()
					stayed++
				}
			})
		}
		group.Wait()
		return stayed
	}
	owners := func() int { return w.count(t, `SELECT count(*) FROM members WHERE role = 'owner'`) }
	if stayed := atOnce(func(id payments.PersonID) error {
		return w.SetRole(ctx, id, id, payments.RoleManager)
	}); stayed != 1 || owners() != 1 {
		t.Errorf("%d owners could not step back, %d are left", stayed, owners())
	}
	must(t, ignore(w.pool.Exec(ctx, `UPDATE members SET role = 'owner'`)))
	if stayed := atOnce(func(id payments.PersonID) error {
		_, err := w.pool.Exec(ctx, `DELETE FROM members WHERE person_id = $1`, id)
		return err
	}); stayed != 1 || owners() != 1 {
		t.Errorf("past the service %d owners stayed, %d are left", stayed, owners())
	}
}

// An invitation is decided once, whoever presses at the same moment, and each
// reads what was decided.
func TestAcceptedOnce(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	first := w.merchant(t, 1)
	w.hire(t, 2, first, payments.RoleOwner)
	w.newcomer(t, 3, invitee)
	id, _ := w.invited(t, 1, "i1", payments.RoleCashier)
	must(t, ignore(w.AnswerInvitation(ctx, 3, id)))
	var group sync.WaitGroup
	results := make(chan payments.InvitationState, 8)
	for i := range cap(results) {
		group.Go(func() {
			v, err := w.DecideInvitation(ctx, payments.PersonID(1+i%2), id, i%4 < 2)
			if err != nil {
				t.Error(err)
			}
			results <- v.Invitation.State
		})
	}
	group.Wait()
	close(results)
	want := w.invitationState(t, id)
	for state := range results {
		if state != want {
			t.Errorf("somebody reads %s of an invitation that is %s", state, want)
		}
	}
	if n := w.count(t, `SELECT count(*) FROM audit_log WHERE action IN ($1, $2)`, payments.AuditJoined, payments.AuditInvitationDeclined); n != 1 {
		t.Errorf("%d decisions", n)
	}
}

// The audit log stays when a person is forgotten, so it names nobody.
func TestAuditOfTheTeamNamesNobody(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.merchant(t, 1)
	w.joined(t, 1, 2, "i1", payments.RoleCashier)
	must(t, w.SetRole(ctx, 1, 2, payments.RoleManager))
	must(t, w.Dismiss(ctx, 1, 2))
	if n := w.count(t, `SELECT count(*) FROM audit_log WHERE action LIKE 'member.%' OR action LIKE 'invitation.%'`); n != 5 {
		t.Errorf("%d entries of the team", n)
	}
	if n := w.count(t, `SELECT count(*) FROM audit_log WHERE details::text ~ '996555|Айбек'`); n != 0 {
		t.Errorf("%d entries hold a name or a number", n)
	}
}

// Whatever owners do to each other, a merchant always has one, and members of
// one merchant never work in another's outlets.
func TestTeamHoldsTogether(t *testing.T) {
	w := newWorld(t)
	desk := w.merchant(t, 1)
	bazaar := w.outlet(t, 1, payments.OutletDraft{Name: "Базар", CopyFrom: desk.Outlet.ID, Key: "o2"})
	for id := payments.PersonID(2); id <= 4; id++ {
		w.hire(t, id, desk, payments.RoleManager)
	}
	ctx := context.Background()
	scopes := [][]payments.OutletID{nil, {desk.Outlet.ID}, {bazaar.ID}, {desk.Outlet.ID, bazaar.ID}}
	rapid.Check(t, func(r *rapid.T) {
		person := rapid.Map(rapid.IntRange(1, 4), func(n int) payments.PersonID { return payments.PersonID(n) })
		by, whom := person.Draw(r, "by"), person.Draw(r, "whom")
		var err error
		switch rapid.IntRange(0, 2).Draw(r, "what") {
		case 0:
			err = w.SetRole(ctx, by, whom, rapid.SampledFrom(payments.Roles()).Draw(r, "role"))
		case 1:
			err = w.SetScope(ctx, by, whom, rapid.SampledFrom(scopes).Draw(r, "scope"))
		case 2:
			err = w.SwitchOutlet(ctx, by, rapid.SampledFrom([]payments.OutletID{desk.Outlet.ID, bazaar.ID}).Draw(r, "outlet"))
		}
		if err != nil && payments.CodeOf(err) == "" {
			r.Fatal(err)
		}
		for id := payments.PersonID(1); id <= 4; id++ {
			p, err := w.store.Person(ctx, id)
			if err != nil || !p.Sees(p.OutletID) {
				r.Fatalf("person %d works in %d of %v, %v", id, p.OutletID, p.Scope, err)
			}
		}
		team, err := w.store.Team(ctx, desk.Merchant.ID)
		if err != nil || len(team) != 4 || team[0].Role != payments.RoleOwner {
			r.Fatalf("team %+v, %v", team, err)
		}
	})
}
