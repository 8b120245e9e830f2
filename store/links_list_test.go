package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/payments"
)

// Pages of the list, forth and back, in every part of it.
func TestLinksByPages(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.merchant(t, 1)
	w.merchant(t, 2)
	var all, reusable []payments.LinkID
	for i := range 7 {
		if i%3 == 0 {
			l := w.reusable(t, 1, 0, 0)
			all, reusable = append(all, l.ID), append(reusable, l.ID)
			continue
		}
		ticket, err := w.Charge(ctx, 1, payments.ChargeDraft{Amount: 100_00, Key: fmt.Sprint(i)})
		must(t, err)
		all = append(all, ticket.Link.ID)
	}
	w.reusable(t, 2, 0, 0) // another merchant's
	page := func(q payments.LinkQuery) payments.LinkList {
		t.Helper()
		q.Limit = 3
		list, err := w.Links(ctx, 1, q)
		must(t, err)
		return list
	}
	want := func(what string, list payments.LinkList, newer, older bool, ids ...payments.LinkID) {
		t.Helper()
		var got []payments.LinkID
		for _, l := range list.Links {
			got = append(got, l.ID)
		}
		if diff := cmp.Diff(got, ids); diff != "" || list.Newer != newer || list.Older != older {
			t.Errorf("%s: newer %v, older %v (-got +want):\n%s", what, list.Newer, list.Older, diff)
		}
	}
	first := page(payments.LinkQuery{Filter: payments.LinksAll})
	want("first", first, false, true, all[6], all[5], all[4])
	second := page(payments.LinkQuery{Filter: payments.LinksAll, Before: all[4]})
	want("second", second, true, true, all[3], all[2], all[1])
	want("last", page(payments.LinkQuery{Filter: payments.LinksAll, Before: all[1]}), true, false, all[0])
	want("back", page(payments.LinkQuery{Filter: payments.LinksAll, After: all[1]}), true, true, all[4], all[3], all[2])
	want("back to the top", page(payments.LinkQuery{Filter: payments.LinksAll, After: all[3]}), false, true, all[6], all[5], all[4])
	want("reusable", page(payments.LinkQuery{Filter: payments.LinksReusable}), false, false, reusable[2], reusable[1], reusable[0])

	w.advance(payments.ChargeLife) // the charges have expired, and nobody has written it down yet
	want("active", page(payments.LinkQuery{Filter: payments.LinksActive}), false, false, reusable[2], reusable[1], reusable[0])
	want("unpaid", page(payments.LinkQuery{Filter: payments.LinksUnpaid}), false, false)
	if list := page(payments.LinkQuery{Filter: payments.LinksAll, Before: all[6]}); list.Links[0].State != payments.LinkExpired {
		t.Errorf("past its time it is shown as %s", list.Links[0].State)
	}
}

// A merchant with many links looks through them by an index, in every part.
func TestLinksAreFoundByIndex(t *testing.T) {
	w := newWorld(t)
	desk, busy := w.merchant(t, 1), w.merchant(t, 2)
	must(t, ignore(w.pool.Exec(t.Context(), `
		INSERT INTO links (merchant_id, outlet_id, kind, state, code, amount, min, max, comment, uri, expires_at, created_by, created_at)
		SELECT CASE WHEN n % 40 = 0 THEN $1::bigint ELSE $3 END, CASE WHEN n % 40 = 0 THEN $2::bigint ELSE $4 END, CASE WHEN n % 1000 = 0 THEN 'reusable' ELSE 'charge' END, CASE WHEN n % 500 = 0 THEN 'active' ELSE 'expired' END,
			'X' || n, 1, 1, 1, '', '', now() + interval '1 year', 1, now() FROM generate_series(1, 40000) n`, desk.Merchant.ID, desk.Outlet.ID, busy.Merchant.ID, busy.Outlet.ID)))
	must(t, ignore(w.pool.Exec(t.Context(), `ANALYZE links`)))
	for name, condition := range map[string]string{
		"links_listed":   `kind <> 'static'`,
		"links_active":   `kind <> 'static' AND state = 'active' AND (expires_at IS NULL OR expires_at > now())`,
		"links_reusable": `kind = 'reusable'`,
	} {
		rows, err := w.pool.Query(t.Context(), `EXPLAIN SELECT * FROM links l WHERE merchant_id = $1 AND outlet_id = $2 AND `+condition+` AND id < 35000 ORDER BY id DESC LIMIT 9`,
			desk.Merchant.ID, desk.Outlet.ID)
		must(t, err)
		var plan []string
		for rows.Next() {
			var line string
			must(t, rows.Scan(&line))
			plan = append(plan, line)
		}
		must(t, rows.Err())
		if text := strings.Join(plan, "\n"); !strings.Contains(text, name) || strings.Contains(text, "Sort") {
			t.Errorf("%s is not used:\n%s", name, text)
		}
	}
}

// A reminder is put down once, whoever sweeps, and only for what is unpaid.
func TestReminders(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.merchant(t, 1)
	charge := func(key string) payments.Link {
		ticket, err := w.Charge(ctx, 1, payments.ChargeDraft{Amount: 500_00, Key: key})
		must(t, err)
		return ticket.Link
	}
	unpaid, paid, off := charge("a"), charge("b"), charge("c")
	for _, l := range []payments.Link{unpaid, paid, off} {
		must(t, ignore(w.RemindOfLink(ctx, 1, l.ID, payments.RemindTomorrow)))
	}
	if l := w.link(t, 1, unpaid.ID); !l.RemindAt.Equal(time.Date(2026, 3, 3, 4, 0, 0, 0, time.UTC)) {
		t.Errorf("tomorrow at ten in Bishkek is %s", l.RemindAt)
	}
	must(t, ignore(w.RemindOfLink(ctx, 1, off.ID, payments.RemindOff)))
	w.pay(t, w.order(t, paid, 500_00))
	w.advance(18 * time.Hour)
	must(t, w.Sweep(ctx))
	if n := w.jobs(t, "link_reminder"); n != 0 {
		t.Errorf("%d reminders before their time", n)
	}
	w.advance(2 * time.Hour)
	together(8, func(int) {
		if err := w.Sweep(ctx); err != nil {
			t.Errorf("sweep: %v", err)
		}
	})
	if n := w.jobs(t, "link_reminder"); n != 2 {
		t.Errorf("%d reminders, want those of two links", n)
	}
	for _, l := range []payments.Link{unpaid, paid} {
		_, ticket, ok, err := w.Reminder(ctx, payments.LinkReminder{MerchantID: l.MerchantID, LinkID: l.ID, PersonID: 1})
		if err != nil || ok != (l.ID == unpaid.ID) || ticket.Link.ID != l.ID {
			t.Errorf("reminder of %d: %v, %v", l.ID, ok, err)
		}
	}
	wantCode(t, "a day later than the end", ignore(w.EditLink(ctx, 1, unpaid.ID, payments.LinkChange{Life: ptr(payments.Life("15m"))})), "")
	wantCode(t, "too late", ignore(w.RemindOfLink(ctx, 1, unpaid.ID, payments.RemindInAnHour)), payments.CodeReminderLate)
	wantCode(t, "of a paid one", ignore(w.RemindOfLink(ctx, 1, paid.ID, payments.RemindInAnHour)), payments.CodeLinkClosed)
	wantCode(t, "of a reusable one", ignore(w.RemindOfLink(ctx, 1, w.reusable(t, 1, 0, 0).ID, payments.RemindInAnHour)), payments.CodeNotAllowed)
	w.merchant(t, 2)
	wantCode(t, "a stranger's", ignore(w.RemindOfLink(ctx, 2, unpaid.ID, payments.RemindInAnHour)), payments.CodeLinkNotFound)
}

// The button to older links may outlive them all: the filter's first page it is.
func TestLinksPageThatIsGone(t *testing.T) {
	w := newWorld(t)
	w.merchant(t, 1)
	link := w.charge(t, 1, 100_00)
	page, err := w.Links(t.Context(), 1, payments.LinkQuery{Filter: payments.LinksUnpaid, Before: link.ID, Limit: 5})
	must(t, err)
	if len(page.Links) != 1 || page.Newer || page.Older {
		t.Errorf("%+v", page)
	}
	w.pay(t, w.order(t, link, 100_00))
	page, err = w.Links(t.Context(), 1, payments.LinkQuery{Filter: payments.LinksUnpaid, Before: link.ID, Limit: 5})
	must(t, err)
	if len(page.Links) != 0 || page.Newer || page.Older {
		t.Errorf("all are paid: %+v", page)
	}
}
