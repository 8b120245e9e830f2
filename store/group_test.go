package store_test

import (
	"slices"
	"sync"
	"testing"

	"elkart.kg/trade/payments"
)

const staffRoom payments.GroupID = -500

func (w *world) linked(t testing.TB, owner payments.PersonID, chat payments.GroupID, outlets ...payments.OutletID) {
	t.Helper()
	ctx := t.Context()
	g, err := w.MeetGroup(ctx, owner, payments.GroupAsk{ChatID: chat, Title: "Смена", Language: "ky"})
	must(t, err)
	if g.State != payments.GroupAsked {
		t.Fatalf("met %+v", g)
	}
	must(t, w.LinkGroup(ctx, owner, chat, outlets))
}

// told is what a group hears now, by kind and receipt.
func (w *world) told(t testing.TB, chat payments.GroupID) (kinds []payments.GroupPostKind) {
	t.Helper()
	n, ok, err := w.TakeGroupPosts(t.Context(), chat)
	must(t, err)
	if !ok {
		return nil
	}
	for _, l := range n.Lines {
		kinds = append(kinds, l.Kind)
	}
	must(t, w.GroupPosted(t.Context(), n.Posts))
	return kinds
}

func (w *world) spread(t testing.TB, p payments.Payment) {
	t.Helper()
	must(t, w.Spread(t.Context(), payments.Fanout{MerchantID: p.MerchantID, PaymentID: p.ID, State: p.State}))
}

func TestGroupHearsOfItsOutlets(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	first := w.merchant(t, 1)
	bazaar := w.outlet(t, 1, payments.OutletDraft{Name: "Базар", CopyFrom: first.Outlet.ID, Key: "o2"})
	w.linked(t, 1, staffRoom, bazaar.ID)
	w.linked(t, 1, staffRoom-1)
	other := w.merchant(t, 9)
	w.linked(t, 9, staffRoom-2)

	here := w.pay(t, w.order(t, first.Static, 100_00))
	there := w.pay(t, w.order(t, w.desk(t, 1).Static, 200_00))
	w.spread(t, here)
	w.spread(t, there)
	w.spread(t, there) // a job that ran twice
	paid := payments.PostPaid
	if got := w.told(t, staffRoom); !slices.Equal(got, []payments.GroupPostKind{paid}) {
		t.Errorf("the bazaar's group heard %v", got)
	}
	if got := w.told(t, staffRoom-1); !slices.Equal(got, []payments.GroupPostKind{paid, paid}) {
		t.Errorf("the group of all heard %v in one message", got)
	}
	if got := w.told(t, staffRoom-2); got != nil {
		t.Errorf("another merchant's group heard %v", got)
	}
	w.spread(t, there)
	if got := w.told(t, staffRoom); got != nil {
		t.Errorf("heard again: %v", got)
	}
	// What is reversed before it was told is told as reversed only.
	gone := w.pay(t, w.order(t, first.Static, 300_00))
	w.spread(t, gone)
	must(t, w.Update(ctx, gone.OperatorID, payments.StatusCanceled, w.now()))
	gone, err := w.store.Payment(ctx, gone.MerchantID, gone.ID)
	must(t, err)
	w.spread(t, gone)
	if got := w.told(t, staffRoom-1); !slices.Equal(got, []payments.GroupPostKind{payments.PostReversed}) {
		t.Errorf("of money that went back the group heard %v", got)
	}
	_ = other
}

// A message that did not go out is sent later, with what has come since; one
// whose sender died as well.
func TestGroupPostsAreNotLost(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	first := w.merchant(t, 1)
	w.linked(t, 1, staffRoom)
	w.spread(t, w.pay(t, w.order(t, first.Static, 100_00)))
	n, ok, err := w.TakeGroupPosts(ctx, staffRoom)
	must(t, err)
	if !ok || len(n.Lines) != 1 {
		t.Fatalf("took %+v", n)
	}
	if got := w.told(t, staffRoom); got != nil {
		t.Errorf("somebody else sends the same: %v", got)
	}
	must(t, w.GiveBackGroupPosts(ctx, n.Posts))
	w.spread(t, w.pay(t, w.order(t, first.Static, 150_00)))
	must(t, ignore(w.store.Group(ctx, staffRoom)))
	must(t, w.GroupMoved(ctx, staffRoom, -1_000_000_000_500))
	must(t, w.GroupMoved(ctx, staffRoom, -1_000_000_000_500)) // said in both chats
	if n, _, err = w.TakeGroupPosts(ctx, -1_000_000_000_500); err != nil || len(n.Lines) != 2 {
		t.Errorf("after it became a supergroup %+v, %v", n, err)
	}
	w.advance(3 * 60_000_000_000)
	if got := w.told(t, -1_000_000_000_500); len(got) != 2 {
		t.Errorf("after its sender died %v", got)
	}
}

func TestGroupsAreForOwners(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	first := w.merchant(t, 1)
	w.hire(t, 2, first, payments.RoleManager)
	w.hire(t, 3, first, payments.RoleCashier)
	w.hire(t, 4, first, payments.RoleAccountant)
	other := w.merchant(t, 9)
	ask := payments.GroupAsk{ChatID: staffRoom, Title: "Смена", Language: "ru"}
	for _, id := range []payments.PersonID{3, 4, 77} {
		_, err := w.MeetGroup(ctx, id, ask)
		wantCode(t, "added by who may not", err, payments.CodeNotAllowed)
	}
	must(t, ignore(w.MeetGroup(ctx, 2, ask)))
	must(t, ignore(w.MeetGroup(ctx, 1, ask)))
	if n := w.jobs(t, "group_told"); n != 1 {
		t.Errorf("the owner was asked %d times", n)
	}
	for _, id := range []payments.PersonID{2, 3, 4, 9, 77} {
		_, err := w.GroupView(ctx, id, staffRoom)
		wantCode(t, "looked at", err, payments.CodeGroupNotFound)
		wantCode(t, "linked", w.LinkGroup(ctx, id, staffRoom, nil), payments.CodeGroupNotFound)
		wantCode(t, "unlinked", w.UnlinkGroup(ctx, id, staffRoom), payments.CodeGroupNotFound)
	}
	wantCode(t, "to another merchant's outlet", w.LinkGroup(ctx, 1, staffRoom, []payments.OutletID{other.Outlet.ID}), payments.CodeOutletNotFound)
	w.spread(t, w.pay(t, w.order(t, first.Static, 100_00)))
	if got := w.told(t, staffRoom); got != nil {
		t.Errorf("heard before the owner said yes: %v", got)
	}
	must(t, w.LinkGroup(ctx, 1, staffRoom, nil))
	must(t, w.LinkGroup(ctx, 1, staffRoom, nil)) // a second tap
	if n := w.jobs(t, "group_said"); n != 1 {
		t.Errorf("%d greetings", n)
	}
	_, err := w.MeetGroup(ctx, 9, ask)
	wantCode(t, "taken over by another merchant", err, payments.CodeGroupTaken)
	must(t, w.GroupGone(ctx, staffRoom))
	must(t, w.GroupGone(ctx, staffRoom))
	if n := w.jobs(t, "group_told"); n != 2 {
		t.Errorf("%d told, want that the group is gone once", n)
	}
	if n := w.count(t, `SELECT count(*) FROM groups`); n != 0 {
		t.Error("the group is still there")
	}
}

// Several processes post for the same group: nothing is said twice.
func TestGroupPostsAreTakenOnce(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	first := w.merchant(t, 1)
	w.linked(t, 1, staffRoom)
	for range 5 {
		w.spread(t, w.pay(t, w.order(t, first.Static, 100_00)))
	}
	var mu sync.Mutex
	var group sync.WaitGroup
	seen := map[payments.PaymentID]int{}
	for range 8 {
		group.Go(func() {
			n, _, err := w.TakeGroupPosts(ctx, staffRoom)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			for _, l := range n.Lines {
				seen[l.Payment.ID]++
			}
		})
	}
	group.Wait()
	if len(seen) != 5 {
		t.Errorf("%d of 5 told", len(seen))
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("payment %d told %d times", id, n)
		}
	}
}
