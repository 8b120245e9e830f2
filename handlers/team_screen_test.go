package handlers

import (
	"strings"
	"testing"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// sampleTeam is a merchant with two outlets, seen by a member of a role.
func sampleTeam(role payments.Role) payments.Team {
	me := payments.Person{ID: 1, Name: "Айгүл <b>", Role: role, MerchantID: 7, Phone: "+996555123456"}
	team := payments.Team{
		Person: me, Merchant: payments.Merchant{ID: 7, Name: hostileName},
		Outlets:    []payments.Outlet{{ID: 11, Name: hostileName}, {ID: 12, Name: "Базар"}},
		Workplaces: []payments.Workplace{{MerchantID: 7, Name: hostileName, Role: role}},
	}
	if !role.Can(payments.ActionTeam) {
		team.Person.Scope = []payments.OutletID{12}
		team.Members = []payments.Person{team.Person}
		return team
	}
	team.Members = []payments.Person{
		me, {ID: 2, Name: "Нурбек Абдыкадыров уулу Бакытбек", Role: payments.RoleManager},
		{ID: 3, Name: "Айбек", Role: payments.RoleCashier, Scope: []payments.OutletID{12}},
	}
	team.Invitations = []payments.Invitation{sampleInvitation(payments.InvitationOpen)}
	return team
}

func sampleInvitation(state payments.InvitationState) payments.Invitation {
	return payments.Invitation{ID: 5, MerchantID: 7, Role: payments.RoleCashier, Outlets: []payments.OutletID{12}, Phone: "+996700111222",
		State: state, InvitedBy: 1, ExpiresAt: noon}
}

func sampleMember(role payments.Role, last bool) payments.MemberView {
	team := sampleTeam(payments.RoleOwner)
	return payments.MemberView{Person: team.Person, Outlets: team.Outlets, LastOwner: last, Member: payments.Person{
		ID: 3, Name: "Айбек <i>", Role: role, Phone: "+996555777888", Scope: map[bool][]payments.OutletID{false: {12}}[role == payments.RoleOwner],
	}}
}

func sampleTeamNews(action payments.AuditAction, about bool) payments.TeamNews {
	n := payments.TeamNews{
		Entry: payments.AuditEntry{Action: action, Details: payments.Details{
			payments.DetailRole: string(payments.RoleManager), payments.DetailOutlets: "Базар",
		}},
		Merchant: payments.Merchant{ID: 7, Name: hostileName}, By: payments.Person{ID: 1, Name: "Айгүл <b>"},
		About: payments.Person{ID: 3, Name: "Айбек <i>"}, Invitation: sampleInvitation(payments.InvitationAnswered),
		Outlets: []payments.Outlet{{ID: 12, Name: "Базар"}}, Recipient: payments.Person{ID: 9}, Owner: true,
	}
	if about {
		n.Recipient = n.About
	}
	return n
}

func teamScreens(t *testing.T, c *locales.Catalog, p *locales.Printer) []namedScreen {
	t.Helper()
	owner, several := sampleTeam(payments.RoleOwner), sampleTeam(payments.RoleAccountant)
	several.Workplaces = append(several.Workplaces, payments.Workplace{MerchantID: 8, Name: "Аптека", Role: payments.RoleOwner})
	view := payments.InvitationView{Invitation: sampleInvitation(payments.InvitationOpen), Merchant: owner.Merchant,
		Outlets: owner.Outlets[1:], Person: payments.Person{ID: 3, Name: "Айбек <i>"}}
	accepted, declined := view, view
	accepted.Invitation.State, declined.Invitation.State = payments.InvitationAccepted, payments.InvitationDeclined
	screens := []namedScreen{
		{"team, to the only owner", teamScreen(p, owner, 0)},
		{"team, to a manager", teamScreen(p, sampleTeam(payments.RoleManager), 0)},
		{"team, to a cashier", teamScreen(p, sampleTeam(payments.RoleCashier), 0)},
		{"team, to who works elsewhere, too", teamScreen(p, several, 0)},
		{"member", memberScreen(p, sampleMember(payments.RoleCashier, false))},
		{"the last owner", memberScreen(p, sampleMember(payments.RoleOwner, true))},
		{"role", memberRoleScreen(p, sampleMember(payments.RoleCashier, false))},
		{"another owner?", ownerQuestion(p, sampleMember(payments.RoleManager, false))},
		{"outlets", memberScopeScreen(p, sampleMember(payments.RoleCashier, false), 0)},
		{"dismiss?", dismissQuestion(p, sampleMember(payments.RoleCashier, false))},
		{"quit?", quitQuestion(p, owner)},
		{"workplaces", workplacesScreen(p, several)},
		{"nowhere", nowhereScreen(p)},
		{"invite: role", inviteRoleScreen(p, payments.Roles())},
		{"invite: outlets, none ticked", inviteScopeScreen(p, owner, nil, 0)},
		{"invite: outlets, one ticked", inviteScopeScreen(p, owner, []payments.OutletID{12}, 0)},
		{"invited", invitedScreen(p, view, "https://t.me/elkart_trade_bot?start=join_0123456789ABCDEFGHJKMNPQRS")},
		{"invitation", invitationScreen(p, owner, sampleInvitation(payments.InvitationOpen), bishkek)},
		{"invitation, answered", invitationScreen(p, owner, sampleInvitation(payments.InvitationAnswered), bishkek)},
		{"accepted", decidedScreen(p, accepted)},
		{"declined", decidedScreen(p, declined)},
		{"join: phone", joinPhoneScreen(p, view)},
		{"join", joinScreen(p, view)},
		{"waiting", waitingScreen(p, view)},
		{"language of an invitee", languageScreen(c, p.Language(), join)},
	}
	for _, action := range []payments.AuditAction{
		payments.AuditInvited, payments.AuditInvitationForeign, payments.AuditInvitationDead, payments.AuditInvitationAnswered,
		payments.AuditInvitationDeclined, payments.AuditInvitationCancelled, payments.AuditJoined, payments.AuditRoleChanged,
		payments.AuditScopeChanged, payments.AuditDismissed, payments.AuditLeft,
	} {
		screen, ok := teamToldScreen(p, sampleTeamNews(action, false))
		if !ok {
			t.Errorf("owners hear nothing of %s", action)
		}
		screens = append(screens, namedScreen{"told to an owner: " + string(action), screen})
		if screen, ok := teamToldYouScreen(p, sampleTeamNews(action, true)); ok {
			screens = append(screens, namedScreen{"told to whom it is about: " + string(action), screen})
		}
	}
	return screens
}

func sampleGroup(state payments.GroupState) payments.GroupView {
	return payments.GroupView{
		Group:    payments.Group{ChatID: -1_001_234_567_890, Title: "Смена <1>", State: state, Outlets: []payments.OutletID{12}},
		Merchant: payments.Merchant{Name: hostileName}, Outlets: []payments.Outlet{{ID: 11, Name: hostileName}, {ID: 12, Name: "Базар"}},
		AddedBy: payments.Person{Name: "Айгүл <b>"},
	}
}

func sampleGroupNews() payments.GroupNews {
	line := func(kind payments.GroupPostKind, comment string) payments.GroupLine {
		return payments.GroupLine{
			Kind: kind, Outlet: payments.Outlet{Name: hostileName}, Link: payments.Link{Comment: comment},
			Payment: payments.Payment{Amount: 1250_50, Receipt: 1204, FinalAt: noon, ReversedAt: noon, State: payments.PaymentSucceeded,
				Comment: "a payer's own words", PSPTransactionID: "PSP-1", OperatorID: "OP-1"},
			Refund: payments.Refund{Amount: 50_00, FinalAt: noon},
		}
	}
	return payments.GroupNews{
		Merchant: payments.Merchant{TimeZone: "Asia/Bishkek"},
		Lines:    []payments.GroupLine{line(payments.PostPaid, "2 самсы <3"), line(payments.PostReversed, ""), line(payments.PostRefunded, "")},
	}
}

func groupScreens(t *testing.T, p *locales.Printer) []namedScreen {
	t.Helper()
	asked := sampleGroup(payments.GroupAsked)
	asked.Group.Outlets = nil
	one := asked
	one.Outlets = one.Outlets[1:]
	list := payments.GroupList{Groups: []payments.Group{sampleGroup(payments.GroupLinked).Group, asked.Group}}
	news, ok := groupNewsScreen(p, sampleGroupNews())
	if !ok {
		t.Error("nothing to tell a group")
	}
	return []namedScreen{
		{"list", groupsScreen(p, list, "elkart_trade_bot")},
		{"list, Telegram away", groupsScreen(p, payments.GroupList{}, "")},
		{"asked", groupScreen(p, asked, 0)},
		{"asked, one outlet", groupScreen(p, one, 0)},
		{"linked", groupScreen(p, sampleGroup(payments.GroupLinked), 0)},
		{"news", news},
	}
}

// A group reads what staff needs, and nothing of a payer.
func TestGroupHearsNothingOfPayers(t *testing.T) {
	p := catalog(t).Printer("ru")
	screen, _ := groupNewsScreen(p, sampleGroupNews())
	for _, secret := range []string{"payer", "PSP-1", "OP-1", "••••"} {
		if strings.Contains(screen.Text, secret) {
			t.Errorf("a group reads %q in %s", secret, screen.Text)
		}
	}
	if len(screen.Buttons) > 0 {
		t.Error("a group has buttons to press")
	}
	if _, ok := groupNewsScreen(p, payments.GroupNews{}); ok {
		t.Error("an empty message for a group")
	}
}

// Who works elsewhere at the moment is not offered what works only here.
func TestNewsOfAnotherWorkplace(t *testing.T) {
	n := sampleTeamNews(payments.AuditRoleChanged, true)
	for _, away := range []bool{false, true} {
		n.Recipient.Away = away
		screen, _ := teamToldYouScreen(catalog(t).Printer("ru"), n)
		if (len(screen.Buttons) == 0) != away {
			t.Errorf("away %v: buttons %v", away, screen.Buttons)
		}
	}
}

// A notice from where somebody does not work at the moment leads there, and
// offers nothing that would happen elsewhere.
func TestNoticesFromAway(t *testing.T) {
	w := newWorld(t, "ru", page)
	news := sampleNews(payments.PaymentSucceeded)
	news.Merchant.ID, news.Merchant.Name, news.Recipient.MerchantID = 7, "Кафе", 7
	refusal := payments.CreditRefusal{Merchant: news.Merchant}
	cards := payments.CardNews{Merchant: news.Merchant, Entry: payments.AuditEntry{Action: payments.AuditCardAdded, Details: payments.Details{}}}
	for _, away := range []bool{false, true} {
		news.Recipient.Away = away
		cards.Recipient = news.Recipient
		paid, _ := w.bot.NewsScreen(news)
		told, _ := w.bot.CardToldScreen(cards)
		for name, screen := range map[string]chat.Screen{
			"a payment": paid, "a refused credit": w.bot.CreditRefusedScreen(news.Recipient, refusal), "a change of the cards": told,
		} {
			only := len(screen.Buttons) == 1 && len(screen.Buttons[0]) == 1 && screen.Buttons[0][0].Action.Name == actionSwitch
			if only != away {
				t.Errorf("%s, away %v: %v", name, away, screen.Buttons)
			}
		}
	}
}

// Numbers are typed in many ways.
func TestTypedPhones(t *testing.T) {
	for typed, want := range map[string]string{
		"0555 123 456": "+996555123456", "555123456": "+996555123456", "+996 (555) 12-34-56": "+996555123456",
		"996555123456": "+996555123456", "+7 921 123-45-67": "+79211234567",
		"": "", "привет": "", "12": "", "0000000000": "", "9417000011112222": "",
	} {
		got, err := typedPhone(typed)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q is read as %q, %v; want %q", typed, got, err, want)
		}
	}
}
