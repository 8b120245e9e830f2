package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/payments"
)

func TestProfile(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.merchant(t, 1)
	change := func(c payments.MerchantChange) payments.Profile {
		t.Helper()
		p, err := w.EditMerchant(ctx, 1, c)
		must(t, err)
		return p
	}
	change(payments.MerchantChange{Name: ptr("ИП Асанова")})
	change(payments.MerchantChange{TIN: ptr("2010 1199 0123 45")})
	p := change(payments.MerchantChange{Contact: ptr("https://t.me/aigul")})
	want := payments.Merchant{Name: "ИП Асанова", TIN: "20101199012345", Contact: "@aigul"}
	if diff := cmp.Diff(payments.Merchant{Name: p.Merchant.Name, TIN: p.Merchant.TIN, Contact: p.Merchant.Contact}, want); diff != "" {
		t.Errorf("profile (-got +want):\n%s", diff)
	}
	if p = change(payments.MerchantChange{TIN: ptr(""), Contact: ptr(" ")}); p.Merchant.TIN != "" || p.Merchant.Contact != "" {
		t.Errorf("taken away: %+v", p.Merchant)
	}
	for name, tc := range map[string]struct {
		change payments.MerchantChange
		code   payments.Code
	}{
		"name":    {payments.MerchantChange{Name: ptr(strings.Repeat("к", 65))}, payments.CodeNameMalformed},
		"ИНН":     {payments.MerchantChange{TIN: ptr("123")}, payments.CodeTINMalformed},
		"contact": {payments.MerchantChange{Contact: ptr(strings.Repeat("к", 65))}, payments.CodeContactMalformed},
	} {
		_, err := w.EditMerchant(ctx, 1, tc.change)
		wantCode(t, name, err, tc.code)
	}
	if n := w.count(t, `SELECT count(*) FROM audit_log WHERE action = 'merchant.changed'`); n != 4 {
		t.Errorf("%d lines in the audit log, want 4", n)
	}
	if n := w.count(t, `SELECT count(*) FROM audit_log l WHERE l::text LIKE '%20101199%'`); n != 0 {
		t.Error("the audit log holds the ИНН")
	}
	_, err := w.SetNotify(ctx, 1, "some")
	wantCode(t, "no such choice", err, payments.CodeDataWrong)
	_, err = w.SetNotify(ctx, 404, payments.NotifyAll)
	wantCode(t, "nobody", err, payments.CodeNotRegistered)
}

// hearers are who gets a notice of a payment by a link.
func (w *world) hearers(t testing.TB, link payments.Link) []payments.PersonID {
	t.Helper()
	ctx := t.Context()
	must(t, ignore(w.pool.Exec(ctx, `DELETE FROM river_job`)))
	p := w.pay(t, w.order(t, link, 100_00))
	must(t, w.Spread(ctx, payments.Fanout{MerchantID: p.MerchantID, PaymentID: p.ID, State: p.State}))
	rows, err := w.pool.Query(ctx, `SELECT (args ->> 'person_id')::bigint FROM river_job WHERE kind = 'notice' ORDER BY 1`)
	must(t, err)
	var ids []payments.PersonID
	for rows.Next() {
		var id payments.PersonID
		must(t, rows.Scan(&id))
		ids = append(ids, id)
	}
	must(t, rows.Err())
	return ids
}

// Everybody hears what they chose to hear.
func TestNoticesAreChosen(t *testing.T) {
	w, a, b := twoOutlets(t) // the owner, 1, works in B
	ctx := t.Context()
	for id := payments.PersonID(11); id <= 15; id++ {
		w.hire(t, id, a, payments.RoleCashier) // in A
	}
	for id, notify := range map[payments.PersonID]payments.Notify{12: payments.NotifyMine, 13: payments.NotifyMine, 14: payments.NotifyNone, 1: payments.NotifyMine} {
		p, err := w.SetNotify(ctx, id, notify)
		if err != nil || p.Person.Notify != notify {
			t.Fatalf("notify %s: %+v, %v", notify, p.Person, err)
		}
	}
	must(t, w.SetBlocked(ctx, 15, true))
	charge := func(id payments.PersonID) payments.Link {
		t.Helper()
		ticket, err := w.Charge(ctx, id, payments.ChargeDraft{Amount: 100_00, Key: "c"})
		must(t, err)
		return ticket.Link
	}
	for _, tc := range []struct {
		name string
		link payments.Link
		want []payments.PersonID
	}{
		{"a charge of 12", charge(12), []payments.PersonID{11, 12}},
		{"a charge of 14, who wants nothing", charge(14), []payments.PersonID{11}},
		{"the code of A", a.Static, []payments.PersonID{11, 12, 13}},
		{"the code of B", b.Static, []payments.PersonID{1, 11}},
	} {
		if diff := cmp.Diff(w.hearers(t, tc.link), tc.want); diff != "" {
			t.Errorf("%s is told to (-got +want):\n%s", tc.name, diff)
		}
	}
}

func TestQuietHours(t *testing.T) {
	w := newWorld(t)
	w.merchant(t, 1)
	quiet, ok := payments.ParseSpan("22-7")
	if !ok {
		t.Fatal("no span")
	}
	p, err := w.SetQuiet(t.Context(), 1, quiet)
	must(t, err)
	at := func(clock string) time.Time {
		v, err := time.Parse("15:04", clock)
		must(t, err)
		return v
	}
	for clock, want := range map[string]bool{"21:59": false, "22:00": true, "03:00": true, "06:59": true, "07:00": false} {
		if got := p.Person.QuietAt(at(clock)); got != want {
			t.Errorf("quiet at %s: %v", clock, got)
		}
	}
	if p, err = w.SetQuiet(t.Context(), 1, payments.Span{From: 5, To: 5}); err != nil || p.Person.QuietAt(at("00:05")) || p.Person.QuietFrom != 0 {
		t.Errorf("no quiet hours: %+v, %v", p.Person, err)
	}
}
