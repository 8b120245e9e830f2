package handlers

import (
	"strings"
	"testing"
	"time"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// sampleLink is a reusable link of a fixed sum that its reader may change.
func sampleLink(state payments.LinkState, change func(*linkView)) linkView {
	v := linkView{ticketView: sampleTicket(state, ""), MayChange: true, MaySell: true}
	v.Outlet.State = payments.OutletOpen
	v.Link.Kind, v.Link.Min, v.Link.Max, v.Link.ExpiresAt = payments.LinkReusable, v.Link.Amount, v.Link.Amount, time.Time{}
	if change != nil {
		change(&v)
	}
	return v
}

func openSum(v *linkView) {
	v.Link.Amount, v.Link.Min, v.Link.Max, v.Link.Comment = 0, payments.DefaultMin, payments.DefaultMax, ""
}

func withCap(v *linkView) { v.Link.Cap, v.Link.Paid, v.Link.Total = 10, 3, 3*1250_50 }

func sampleCharge(remind bool) linkView {
	v := linkView{ticketView: sampleTicket(payments.LinkActive, ""), MayChange: true, MaySell: true}
	if remind {
		v.Link.RemindAt = noon.Add(time.Hour)
	}
	return v
}

func asleep(v linkView) linkView {
	v.Outlet.State = payments.OutletPaused
	return v
}

// manyLinks has one of every kind and state.
func manyLinks(role payments.Role) payments.LinkList {
	l := payments.LinkList{Person: payments.Person{Role: role}, Outlet: payments.Outlet{Name: hostileName}, Filter: payments.LinksAll}
	add := func(link payments.Link) {
		link.ID = payments.LinkID(90 - len(l.Links))
		l.Links = append(l.Links, link)
	}
	charge := func(state payments.LinkState, taking, paid int) {
		add(payments.Link{Kind: payments.LinkCharge, State: state, Amount: 500_00, Taking: taking, Paid: paid, Comment: "<b>кофе</b> в большом стакане"})
	}
	charge(payments.LinkActive, 0, 0)
	charge(payments.LinkActive, 1, 0)
	charge(payments.LinkUsedUp, 0, 1)
	charge(payments.LinkUsedUp, 0, 0)
	charge(payments.LinkExpired, 0, 0)
	charge(payments.LinkCancelled, 0, 0)
	add(payments.Link{Kind: payments.LinkReusable, State: payments.LinkActive, Paid: 1234, Total: 1_000_000_00})
	add(payments.Link{Kind: payments.LinkReusable, State: payments.LinkPaused, Amount: 200_00, Cap: 10, Paid: 3, Total: 600_00})
	return l
}

func linkScreens(p *locales.Printer) []namedScreen {
	later := manyLinks(payments.RoleOwner)
	later.Filter, later.Newer, later.Older = payments.LinksReusable, true, true
	empty := payments.LinkList{Person: payments.Person{Role: payments.RoleCashier}, Outlet: payments.Outlet{Name: "A"}, Filter: payments.LinksUnpaid}
	return []namedScreen{
		{"list", linksScreen(p, manyLinks(payments.RoleOwner))},
		{"list, a page in the middle", linksScreen(p, later)},
		{"list of an accountant", linksScreen(p, manyLinks(payments.RoleAccountant))},
		{"list, nothing in it", linksScreen(p, empty)},
		{"new", newLinkScreen(p)},
		{"fixed sum, active", linkScreen(p, sampleLink(payments.LinkActive, nil))},
		{"fixed sum, some of the cap paid", linkScreen(p, sampleLink(payments.LinkActive, withCap))},
		{"open sum, active, bounds and an end", linkScreen(p, sampleLink(payments.LinkActive, func(v *linkView) {
			openSum(v)
			v.Link.Min, v.Link.Max, v.Link.ExpiresAt = 100_00, 5000_00, noon.Add(24*time.Hour)
			v.Link.Paid, v.Link.Total = 2, 300_00
		}))},
		{"open sum, national link", linkScreen(p, sampleLink(payments.LinkActive, func(v *linkView) { openSum(v); v.Address = production }))},
		{"of another, to a cashier", linkScreen(p, sampleLink(payments.LinkActive, func(v *linkView) { v.MayChange = false }))},
		{"paused", linkScreen(p, sampleLink(payments.LinkPaused, withCap))},
		{"used up", linkScreen(p, sampleLink(payments.LinkUsedUp, func(v *linkView) { withCap(v); v.Link.Cap = 3 }))},
		{"expired", linkScreen(p, sampleLink(payments.LinkExpired, withCap))},
		{"cancelled", linkScreen(p, sampleLink(payments.LinkCancelled, nil))},
		{"outlet archived", linkScreen(p, sampleLink(payments.LinkActive, func(v *linkView) { v.Outlet.State = payments.OutletArchived }))},
		{"change a fixed sum", changeLinkScreen(p, sampleLink(payments.LinkActive, nil))},
		{"change an open sum", changeLinkScreen(p, sampleLink(payments.LinkPaused, openSum))},
		{"change what is used up", changeLinkScreen(p, sampleLink(payments.LinkUsedUp, nil))},
		{"cap", linkFieldScreen(p, fieldCap)},
		{"smallest", linkFieldScreen(p, fieldMin)},
		{"largest", linkFieldScreen(p, fieldMax)},
		{"comment", linkFieldScreen(p, fieldComment)},
		{"until when, reusable", lifeScreen(p, sampleLink(payments.LinkActive, nil))},
		{"until when, charge", lifeScreen(p, sampleCharge(false))},
		{"cancel it?", cancelLinkScreen(p, sampleLink(payments.LinkActive, openSum))},
		{"file", linkFileScreen(p, sampleLink(payments.LinkActive, nil))},
		{"charge", linkScreen(p, sampleCharge(false))},
		{"charge with a reminder", linkScreen(p, sampleCharge(true))},
		{"charge, paid", linkScreen(p, linkView{ticketView: sampleTicket(payments.LinkUsedUp, payments.PaymentSucceeded), MayChange: true, MaySell: true})},
		{"charge, expired", linkScreen(p, linkView{ticketView: sampleTicket(payments.LinkExpired, ""), MayChange: true, MaySell: true})},
		{"charge, outlet paused", linkScreen(p, asleep(sampleCharge(false)))},
		{"of an owner, to an accountant", linkScreen(p, sampleLink(payments.LinkActive, func(v *linkView) { v.MayChange, v.MaySell = false, false }))},
		{"charge, to an accountant", linkScreen(p, linkView{ticketView: sampleTicket(payments.LinkActive, "")})},
		{"remind?", remindScreen(p, sampleCharge(false))},
		{"remind otherwise?", remindScreen(p, sampleCharge(true))},
		{"reminder", reminderScreen(p, sampleCharge(false))},
	}
}

// TestLinksOfTheLongest: the longest line of the list, and a message that is
// one whatever it says.
func TestLinksOfTheLongest(t *testing.T) {
	c := catalog(t)
	for _, l := range locales.Languages() {
		p := c.Printer(l.Code)
		v := sampleLink(payments.LinkActive, func(v *linkView) {
			v.Outlet.Name, v.Link.Comment = strings.Repeat("🥟", payments.MaxName), strings.Repeat("🥟", payments.MaxComment)
			v.Link.Amount, v.Link.Total, v.Link.Paid, v.Link.Cap = payments.DefaultMax, payments.DefaultMax*payments.MaxCap, payments.MaxCap, payments.MaxCap
			v.Address = production + strings.Repeat("%D2%A3", 60)
		})
		checkScreen(t, l.Code, linkScreen(p, v))
		v.Link.Amount = 0
		if label := linkLabel(p, v.Link); units(label) > 80 {
			t.Errorf("%s: %q has %d characters", l.Code, label, units(label))
		}
	}
	// The data of a button that turns the pages fits, whatever the link.
	for _, f := range payments.LinkFilters() {
		if _, err := chat.Act(actionLinks, string(f), older, payments.LinkID(1<<62)).Data(); err != nil {
			t.Error(err)
		}
	}
}
