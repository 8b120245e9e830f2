package store_test

import (
	"slices"
	"testing"

	"elkart.kg/trade/payments"
)

// limit makes a member work in some outlets only.
func (w *world) limit(t testing.TB, merchant payments.MerchantID, id payments.PersonID, outlets ...payments.OutletID) {
	t.Helper()
	for _, o := range outlets {
		must(t, ignore(w.pool.Exec(t.Context(),
			`INSERT INTO member_outlets (merchant_id, person_id, outlet_id) VALUES ($1, $2, $3)`, merchant, id, o)))
	}
}

// What is none of a member's outlets is, to them, not there.
func TestScopeHidesOtherOutlets(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	first := w.merchant(t, 1)
	bazaar := w.outlet(t, 1, payments.OutletDraft{Name: "Базар", CopyFrom: first.Outlet.ID, Key: "o2"})
	elsewhere, err := w.Charge(ctx, 1, payments.ChargeDraft{Amount: 300_00, Key: "c1"}) // the owner works at the bazaar now
	must(t, err)
	paid := w.pay(t, w.order(t, w.desk(t, 1).Static, 500_00))
	for id, role := range map[payments.PersonID]payments.Role{
		2: payments.RoleManager, 3: payments.RoleCashier, 4: payments.RoleAccountant,
	} {
		w.hire(t, id, first, role)
		w.limit(t, first.Merchant.ID, id, first.Outlet.ID)
		t.Run(string(role), func(t *testing.T) {
			if p := w.desk(t, id).Person; !slices.Equal(p.Scope, []payments.OutletID{first.Outlet.ID}) || !p.Sees(first.Outlet.ID) || p.Sees(bazaar.ID) {
				t.Errorf("scope %v", p.Scope)
			}
			if got := w.desk(t, id).Outlets; got != 1 {
				t.Errorf("sees %d outlets", got)
			}
			list, err := w.Outlets(ctx, id)
			must(t, err)
			if len(list.Outlets) != 1 || list.Outlets[0].ID != first.Outlet.ID {
				t.Errorf("outlets %+v", list.Outlets)
			}
			_, err = w.OutletView(ctx, id, bazaar.ID)
			wantCode(t, "outlet", err, payments.CodeOutletNotFound)
			wantCode(t, "switch", w.SwitchOutlet(ctx, id, bazaar.ID), payments.CodeOutletNotFound)
			_, err = w.Ticket(ctx, id, elsewhere.Link.ID)
			wantCode(t, "link", err, payments.CodeLinkNotFound)
			_, _, err = w.MemberTicket(ctx, first.Merchant.ID, elsewhere.Link.ID, id)
			wantCode(t, "link's message", err, payments.CodeLinkNotFound)
			_, err = w.PaymentView(ctx, id, paid.ID)
			wantCode(t, "payment", err, payments.CodePaymentNotFound)
			_, err = w.News(ctx, payments.Notice{MerchantID: first.Merchant.ID, PaymentID: paid.ID, State: paid.State, PersonID: id})
			wantCode(t, "notice that was put down before", err, payments.CodeNotAllowed)
		})
	}
	_, err = w.EditOutlet(ctx, 2, bazaar.ID, payments.OutletChange{Name: ptr("Моя")})
	wantCode(t, "manager's edit", err, payments.CodeOutletNotFound)
	_, err = w.PauseOutlet(ctx, 2, bazaar.ID, true)
	wantCode(t, "manager's pause", err, payments.CodeOutletNotFound)
	_, err = w.RequestRefund(ctx, 2, payments.RefundDraft{PaymentID: paid.ID, Amount: 100_00, Key: "r1"})
	wantCode(t, "manager's refund", err, payments.CodePaymentNotFound)
	_, err = w.CancelLink(ctx, 3, elsewhere.Link.ID)
	wantCode(t, "cashier's cancellation", err, payments.CodeLinkNotFound)
	if n := w.count(t, `SELECT count(*) FROM refunds`); n != 0 {
		t.Errorf("%d refunds", n)
	}
	if n := w.count(t, `SELECT count(*) FROM links WHERE state = 'cancelled'`); n != 0 {
		t.Errorf("%d cancelled", n)
	}
}

// Only who works at an outlet hears of its payments; nobody is told by rows of
// another merchant's.
func TestScopeLimitsNotices(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	first := w.merchant(t, 1)
	bazaar := w.outlet(t, 1, payments.OutletDraft{Name: "Базар", CopyFrom: first.Outlet.ID, Key: "o2"})
	w.hire(t, 2, first, payments.RoleCashier)
	w.limit(t, first.Merchant.ID, 2, first.Outlet.ID)
	w.hire(t, 3, first, payments.RoleCashier)
	w.limit(t, first.Merchant.ID, 3, bazaar.ID)
	w.hire(t, 4, first, payments.RoleManager)
	told := func(p payments.Payment) []int64 {
		t.Helper()
		must(t, ignore(w.pool.Exec(ctx, `DELETE FROM river_job WHERE kind = 'notice'`)))
		must(t, w.Spread(ctx, payments.Fanout{MerchantID: p.MerchantID, PaymentID: p.ID, State: p.State}))
		var ids []int64
		must(t, w.pool.QueryRow(ctx, `
			SELECT array_agg((args->>'person_id')::bigint ORDER BY 1) FROM river_job WHERE kind = 'notice'`).Scan(&ids))
		slices.Sort(ids)
		return ids
	}
	if got := told(w.pay(t, w.order(t, first.Static, 100_00))); !slices.Equal(got, []int64{1, 2, 4}) {
		t.Errorf("told of the first outlet: %v", got)
	}
	if got := told(w.pay(t, w.order(t, w.desk(t, 1).Static, 100_00))); !slices.Equal(got, []int64{1, 3, 4}) {
		t.Errorf("told of the bazaar: %v", got)
	}
	other := w.merchant(t, 9)
	_, err := w.pool.Exec(ctx, `INSERT INTO member_outlets (merchant_id, person_id, outlet_id) VALUES ($1, 2, $2)`, first.Merchant.ID, other.Outlet.ID)
	if err == nil {
		t.Error("a member works in another merchant's outlet")
	}
}

// Whose outlet is archived goes on in another of theirs, and in no other.
func TestArchivingKeepsScope(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	first := w.merchant(t, 1)
	bazaar := w.outlet(t, 1, payments.OutletDraft{Name: "Базар", CopyFrom: first.Outlet.ID, Key: "o2"})
	w.outlet(t, 1, payments.OutletDraft{Name: "Аптека", CopyFrom: first.Outlet.ID, Key: "o3"})
	w.hire(t, 2, first, payments.RoleCashier)
	w.limit(t, first.Merchant.ID, 2, first.Outlet.ID, bazaar.ID)
	w.hire(t, 3, first, payments.RoleCashier)
	w.limit(t, first.Merchant.ID, 3, first.Outlet.ID)
	must(t, ignore(w.ArchiveOutlet(ctx, 1, first.Outlet.ID)))
	if got := w.desk(t, 2).Outlet.ID; got != bazaar.ID {
		t.Errorf("works in %d, want %d", got, bazaar.ID)
	}
	if got := w.desk(t, 3).Outlet; got.ID != first.Outlet.ID {
		t.Errorf("works in %q, which is none of theirs", got.Name)
	}
	_, err := w.Charge(ctx, 3, payments.ChargeDraft{Amount: 100_00, Key: "c1"})
	wantCode(t, "charge in an archived outlet", err, payments.CodeOutletArchived)
}
