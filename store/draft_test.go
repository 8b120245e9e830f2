package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"elkart.kg/trade/payments"
)

func (w *world) offer(t testing.TB, id payments.PersonID, key string) payments.Link {
	t.Helper()
	ticket, err := w.OfferCharge(t.Context(), id, payments.ChargeDraft{Amount: 500_00, Comment: "кофе", Key: key})
	must(t, err)
	return ticket.Link
}

// counts says how many charges a person has, and how many drafts.
func (w *world) counts(t testing.TB, id payments.PersonID) string {
	t.Helper()
	return fmt.Sprintf("%d charges, %d drafts",
		w.count(t, `SELECT count(*) FROM links WHERE created_by = $1 AND kind = 'charge'`, id),
		w.count(t, `SELECT count(*) FROM drafts WHERE created_by = $1`, id))
}

func (w *world) wantCounts(t testing.TB, when, want string) {
	t.Helper()
	if got := w.counts(t, 1); got != want {
		t.Errorf("%s: %s, want %s", when, got, want)
	}
}

// A draft can be paid by whoever holds its code, whatever we have heard of it;
// all who look at once change nothing, all who act at once wake one charge.
func TestDraftIsALinkFromTheStart(t *testing.T) {
	const asleep, awake = "0 charges, 1 drafts", "1 charges, 0 drafts"
	for name, c := range map[string]struct {
		do   func(*testing.T, *world, payments.Link) error
		want string
	}{
		"the page": {func(t *testing.T, w *world, l payments.Link) error {
			view, err := w.PayerView(t.Context(), l.Code)
			if err == nil && (view.Link.State != payments.LinkActive || view.Link.Amount != 500_00 || view.Link.URI != l.URI || view.Outlet.Name == "") {
				t.Errorf("the page shows %+v", view)
			}
			return err
		}, asleep},
		"check": {func(t *testing.T, w *world, l payments.Link) error {
			return ignore(w.Check(t.Context(), w.order(t, l, 500_00).Scan))
		}, asleep},
		"create": {func(t *testing.T, w *world, l payments.Link) error {
			return ignore(w.Create(t.Context(), w.order(t, l, 500_00)))
		}, awake},
		"a signal": {func(t *testing.T, w *world, l payments.Link) error {
			return w.Signal(t.Context(), l.Code, payments.SignalDecline)
		}, awake},
		"the choice": {func(t *testing.T, w *world, l payments.Link) error { return w.Chosen(t.Context(), 1, l.Code, "BQ") }, awake},
		"lower case": {func(t *testing.T, w *world, l payments.Link) error { return w.Chosen(t.Context(), 1, " "+l.Code, "") }, awake},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.merchant(t, 1)
			draft := w.offer(t, 1, "u1")
			w.wantCounts(t, "offered", asleep)
			together(8, func(int) {
				if err := c.do(t, w, draft); err != nil {
					t.Errorf("eight at once: %v", err)
				}
			})
			w.wantCounts(t, "done", c.want)
			if p := w.pay(t, w.order(t, draft, 500_00)); p.State != payments.PaymentSucceeded || p.Comment != "кофе" {
				t.Errorf("paid: %+v", p)
			}
			w.wantCounts(t, "paid", awake)
			if _, err := w.Check(t.Context(), w.order(t, draft, 500_00).Scan); payments.CodeOf(err) != payments.CodeRecipientWrong {
				t.Errorf("paid twice: %v", err)
			}
		})
	}
}

// What a draft says is all that may be paid, and who asks wrongly wakes nothing.
func TestDraftTakesOnlyItsOwnSum(t *testing.T) {
	w := newWorld(t)
	w.merchant(t, 1)
	draft := w.offer(t, 1, "u1")
	wrong := w.order(t, draft, 499_00)
	if _, err := w.Create(t.Context(), wrong); payments.CodeOf(err) != payments.CodeDataWrong {
		t.Errorf("another sum: %v", err)
	}
	forged := w.order(t, draft, 500_00)
	forged.LinkHash = "0000"
	if _, err := w.Create(t.Context(), forged); payments.CodeOf(err) != payments.CodeDataWrong {
		t.Errorf("another checksum: %v", err)
	}
	must(t, ignore(w.pool.Exec(t.Context(), `UPDATE outlets SET state = 'paused'`)))
	if _, err := w.Create(t.Context(), w.order(t, draft, 500_00)); payments.CodeOf(err) != payments.CodeRecipientWrong {
		t.Errorf("a paused outlet: %v", err)
	}
	if view, err := w.PayerView(t.Context(), draft.Code); err != nil || view.Link.State != payments.LinkPaused {
		t.Errorf("the page of a paused outlet: %v, %v", view.Link.State, err)
	}
	w.wantCounts(t, "refused", "0 charges, 1 drafts")
}

func TestDraftEndsWithItsTime(t *testing.T) {
	w := newWorld(t)
	w.merchant(t, 1)
	draft := w.offer(t, 1, "u1")
	w.advance(payments.ChargeLife)
	if _, err := w.Check(t.Context(), w.order(t, draft, 500_00).Scan); payments.CodeOf(err) != payments.CodeRecipientWrong {
		t.Errorf("check past its time: %v", err)
	}
	view, err := w.PayerView(t.Context(), draft.Code)
	must(t, err)
	if view.Link.State != payments.LinkExpired {
		t.Errorf("the page says %s", view.Link.State)
	}
	w.offer(t, 1, "u2")
	w.advance(payments.DraftLife)
	for _, want := range []int64{2, 0} {
		if n, err := w.store.ForgetDrafts(t.Context(), w.Now().Add(-payments.DraftLife+time.Second)); err != nil || n != want {
			t.Errorf("forgot %d, want %d: %v", n, want, err)
		}
	}
}

// Every query has a link of its own, the repetition of an update has the same,
// and typing all day fills nothing.
func TestDraftsAreOneAQueryAndNotTooMany(t *testing.T) {
	w := newWorld(t)
	w.merchant(t, 1)
	w.merchant(t, 2)
	first := w.offer(t, 1, "u1")
	if again := w.offer(t, 1, "u1"); again.Code != first.Code {
		t.Error("a repeated update made a second draft")
	}
	if other := w.offer(t, 1, "u2"); other.Code == first.Code {
		t.Error("two customers got one link")
	}
	must(t, ignore(w.pool.Exec(t.Context(), `
		INSERT INTO drafts (code, merchant_id, outlet_id, created_by, create_key, amount, comment, hash, mcc, uri, created_at)
		SELECT 'C' || n, merchant_id, outlet_id, created_by, 'k' || n, amount, comment, hash, mcc, uri, created_at
		FROM drafts, generate_series(1, $1) n WHERE code = $2`, payments.MaxDrafts-3, first.Code)))
	w.offer(t, 1, "last")
	_, err := w.OfferCharge(t.Context(), 1, payments.ChargeDraft{Amount: 100_00, Key: "over"})
	if payments.CodeOf(err) != payments.CodeTooMany {
		t.Errorf("past the limit: %v", err)
	}
	w.offer(t, 2, "another person")
	w.advance(24*time.Hour + time.Second)
	w.offer(t, 1, "tomorrow")
}

// A member who asks what a code of their own is for gets the charge itself.
func TestVerifyOfADraft(t *testing.T) {
	w := newWorld(t)
	w.merchant(t, 1)
	w.merchant(t, 2)
	draft := w.offer(t, 1, "u1")
	for id, mine := range map[payments.PersonID]bool{2: false, 1: true} {
		v, err := w.Verify(t.Context(), id, payments.Claim{Code: draft.Code})
		must(t, err)
		if v.Standing != payments.ProofPayCode || (v.Link != nil && v.Link.ID != 0) != mine {
			t.Errorf("person %d: %s, link %+v", id, v.Standing, v.Link)
		}
	}
}

// Who may not take money is offered nothing, and what one was offered nobody
// else chooses.
func TestDraftsAreTheMembersOwn(t *testing.T) {
	w := newWorld(t)
	w.merchant(t, 1)
	w.merchant(t, 2)
	ctx := t.Context()
	draft := w.offer(t, 1, "u1")
	for name, err := range map[string]error{
		"another member's":  w.Chosen(ctx, 2, draft.Code, "BQ"),
		"a static link":     w.Chosen(ctx, 1, desk(t, w, 1).Static.Code, "BQ"),
		"not a code":        w.Chosen(ctx, 1, "static", "BQ"),
		"an unknown code":   w.Chosen(ctx, 1, payments.NewCode(), "BQ"),
		"a stranger's word": w.Chosen(ctx, 404, draft.Code, "BQ"),
	} {
		if payments.CodeOf(err) != payments.CodeLinkNotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := w.count(t, `SELECT count(*) FROM inline_messages`); n != 0 {
		t.Errorf("%d messages follow a link that is not their maker's", n)
	}
	_, err := w.OfferCharge(ctx, 404, payments.ChargeDraft{Amount: 100_00, Key: "u"})
	if payments.CodeOf(err) != payments.CodeNotRegistered {
		t.Errorf("a stranger: %v", err)
	}
	w.asRole(t, 1, payments.RoleAccountant)
	_, err = w.OfferCharge(ctx, 1, payments.ChargeDraft{Amount: 100_00, Key: "u5"})
	if payments.CodeOf(err) != payments.CodeNotAllowed {
		t.Errorf("an accountant: %v", err)
	}
	w.asRole(t, 1, payments.RoleOwner)
	must(t, ignore(w.pool.Exec(ctx, `UPDATE outlets SET state = 'paused'`)))
	_, err = w.OfferCharge(ctx, 1, payments.ChargeDraft{Amount: 100_00, Key: "u6"})
	if payments.CodeOf(err) != payments.CodeOutletPaused {
		t.Errorf("a paused outlet: %v", err)
	}
	for _, d := range []payments.ChargeDraft{{Amount: 0}, {Amount: payments.DefaultMax + 1}, {Amount: 100_00, Comment: string(make([]rune, 200)) + fmt.Sprint(make([]int, 80))}} {
		if _, err := w.OfferCharge(ctx, 1, d); payments.CodeOf(err) == "" || errors.Is(err, payments.Fail(payments.CodeOutletPaused)) {
			t.Errorf("%v: %v", d.Amount, err)
		}
	}
}

func desk(t testing.TB, w *world, id payments.PersonID) payments.Desk {
	t.Helper()
	d, err := w.Desk(t.Context(), id)
	must(t, err)
	return d
}

// Chosen after it was paid: the message is brought up to date all the same.
func TestChosenLate(t *testing.T) {
	w := newWorld(t)
	w.merchant(t, 1)
	draft := w.offer(t, 1, "u1")
	w.pay(t, w.order(t, draft, 500_00))
	before := w.jobs(t, "link_shown")
	for range 2 {
		must(t, w.Chosen(t.Context(), 1, draft.Code, "BQ"))
	}
	view, err := w.PayerView(t.Context(), draft.Code)
	must(t, err)
	ids, err := w.store.InlineMessages(t.Context(), view.Link.MerchantID, view.Link.ID)
	if err != nil || len(ids) != 1 || ids[0] != "BQ" || w.jobs(t, "link_shown") == before {
		t.Errorf("%v, %v, %d jobs more", ids, err, w.jobs(t, "link_shown")-before)
	}
	if ids, err := w.store.InlineMessages(t.Context(), view.Link.MerchantID+1, view.Link.ID); err != nil || len(ids) != 0 {
		t.Errorf("another merchant sees %v, %v", ids, err)
	}
}

// asRole makes a person of their merchant what they are to be; another person
// owns it with them.
func (w *world) asRole(t testing.TB, id payments.PersonID, role payments.Role) {
	t.Helper()
	const other = 900
	must(t, ignore(w.Meet(t.Context(), payments.Acquaintance{ID: other, Name: "B"})))
	must(t, ignore(w.pool.Exec(t.Context(), `
		INSERT INTO members (merchant_id, person_id, role, created_at) SELECT merchant_id, $2, 'owner', now() FROM people WHERE id = $1
		ON CONFLICT DO NOTHING`, id, other)))
	must(t, ignore(w.pool.Exec(t.Context(), `UPDATE members SET role = $2 WHERE person_id = $1`, id, role)))
}
