package store_test

import (
	"testing"
	"time"

	"elkart.kg/trade/payments"
)

// waiting returns when n statements wait for a lock.
func (w *world) waiting(t testing.TB, n int) {
	t.Helper()
	deadline := time.After(time.Minute)
	for w.count(t, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`) < n {
		select {
		case <-deadline:
			t.Fatalf("nobody waits for a lock")
		default:
		}
	}
}

// An owner who is deposed while a change of theirs waits for its turn does not
// make it.
func TestRightsAreReadUnderTheLock(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	first := w.merchant(t, 1)
	w.hire(t, 2, first, payments.RoleOwner)
	w.hire(t, 3, first, payments.RoleCashier)
	tx, err := w.pool.Begin(ctx)
	must(t, err)
	must(t, ignore(tx.Exec(ctx, `SELECT FROM merchants WHERE id = $1 FOR NO KEY UPDATE`, first.Merchant.ID)))
	late := make(chan error, 1)
	go func() { late <- w.SetRole(ctx, 2, 3, payments.RoleOwner) }()
	w.waiting(t, 1)
	must(t, ignore(tx.Exec(ctx, `UPDATE members SET role = 'cashier' WHERE person_id = 2`)))
	must(t, tx.Commit(ctx))
	wantCode(t, "a change by somebody who was deposed", <-late, payments.CodeNotAllowed)
}

// Two last owners, each of whom still sees the other: the second to go waits
// for the first, and stays.
func TestLastOwnersSeeEachOther(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	first := w.merchant(t, 1)
	w.hire(t, 2, first, payments.RoleOwner)
	tx, err := w.pool.Begin(ctx)
	must(t, err)
	must(t, ignore(tx.Exec(ctx, `DELETE FROM members WHERE person_id = 1`)))
	must(t, ignore(tx.Exec(ctx, `SET CONSTRAINTS members_keep_owner IMMEDIATE`)))
	late := make(chan error, 1)
	go func() {
		_, err := w.pool.Exec(ctx, `DELETE FROM members WHERE person_id = 2`)
		late <- err
	}()
	w.waiting(t, 1)
	must(t, tx.Commit(ctx))
	if got := constraint(<-late); got != "members_keep_owner" {
		t.Errorf("the last owner went: %q", got)
	}
}
