package handlers

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

func inviteRoleScreen(p *locales.Printer, roles []payments.Role) chat.Screen {
	screen := chat.Screen{Text: p.HTML("team.invite.role") + "\n" + p.HTML("team.roles")}
	for _, role := range offeredRoles() {
		if slices.Contains(roles, role) {
			screen.Buttons = append(screen.Buttons, []chat.Button{chat.FormButton(roleChoice(p, role), inviteForm, fieldRole, string(role))})
		}
	}
	return screen
}

func inviteScopeScreen(p *locales.Printer, team payments.Team, scope []payments.OutletID, n int64) chat.Screen {
	choice := func(label, value string) chat.Button { return chat.FormButton(label, inviteForm, fieldOutlets, value) }
	screen := chat.Screen{Text: p.HTML("team.invite.outlets")}
	if len(scope) == 0 {
		screen.Buttons = append(screen.Buttons, []chat.Button{choice(p.Text("team.button.everywhere"), everywhere)})
	}
	page, turn := pageOf(p, team.Outlets, n, func(n int64) chat.Action {
		return choice("", choicePage+strconv.FormatInt(n, 10)).Action
	})
	for _, o := range page {
		screen.Buttons = append(screen.Buttons, []chat.Button{choice(scopeLabel(p, o, slices.Contains(scope, o.ID)), decimal(o.ID))})
	}
	screen.Buttons = withRow(screen.Buttons, turn)
	if len(scope) > 0 {
		screen.Buttons = append(screen.Buttons, []chat.Button{choice(p.Text("team.button.ready"), choiceReady)})
	}
	return screen
}

// invitationLines say who is invited to what.
func invitationLines(p *locales.Printer, i payments.Invitation, outlets []payments.Outlet) []string {
	return []string{p.HTML("team.phone", "phone", p.Phone(i.Phone)), roleLine(p, i.Role), scopeLine(p, i.Outlets, outlets)}
}

// invitedScreen shows the link of a new invitation. It is not shown again:
// nobody has it any more.
func invitedScreen(p *locales.Printer, v payments.InvitationView, link string) chat.Screen {
	lines := append([]string{p.HTML("team.invite.done")}, invitationLines(p, v.Invitation, v.Outlets)...)
	return chat.Screen{
		Text: strings.Join(append(lines, "", p.HTML("team.invite.link", "link", link)), "\n"),
		Buttons: [][]chat.Button{
			{shareButton(p.Text("team.button.share"), link, p.Text("team.invite.share", "merchant", v.Merchant.Name, "role", roleName(p, v.Invitation.Role)))},
			teamRow(p),
		},
	}
}

// invitationScreen is a pending invitation to a member who may see it.
func invitationScreen(p *locales.Printer, team payments.Team, i payments.Invitation, zone *time.Location) chat.Screen {
	key := "team.invitation.open"
	if i.State == payments.InvitationAnswered {
		key = "team.invitation.answered"
	}
	lines := append([]string{p.HTML(key)}, invitationLines(p, i, team.Outlets)...)
	if i.State == payments.InvitationOpen {
		lines = append(lines, p.HTML("team.invitation.until", "at", p.DateTime(i.ExpiresAt.In(zone))))
	}
	screen := chat.Screen{Text: strings.Join(lines, "\n")}
	owner := team.Person.Role.Can(payments.ActionEditTeam)
	if owner && i.State == payments.InvitationAnswered {
		screen.Buttons = append(screen.Buttons, decisionRow(p, i.ID))
	}
	if owner || i.InvitedBy == team.Person.ID {
		screen.Buttons = append(screen.Buttons, []chat.Button{{Text: p.Text("team.button.uninvite"), Action: chat.Act(actionUninvite, i.ID)}})
	}
	screen.Buttons = append(screen.Buttons, teamRow(p))
	return screen
}

func decisionRow(p *locales.Printer, id payments.InvitationID) []chat.Button {
	return []chat.Button{
		{Text: p.Text("team.button.accept"), Action: chat.Act(actionAccept, id)},
		{Text: p.Text("team.button.decline"), Action: chat.Act(actionDecline, id)},
	}
}

func decidedScreen(p *locales.Printer, v payments.InvitationView) chat.Screen {
	key := "team.declined"
	if v.Invitation.State == payments.InvitationAccepted {
		key = "team.accepted"
	}
	lines := []string{p.HTML(key, "name", v.Person.Name)}
	if v.Invitation.State == payments.InvitationAccepted {
		lines = append(lines, invitationLines(p, v.Invitation, v.Outlets)...)
	}
	return chat.Screen{Text: strings.Join(lines, "\n"), Buttons: [][]chat.Button{teamRow(p), menuRow(p)}}
}

func joinPhoneScreen(p *locales.Printer, v payments.InvitationView) chat.Screen {
	lines := []string{
		p.HTML("team.join.title", "merchant", v.Merchant.Name), roleLine(p, v.Invitation.Role), "", p.HTML("team.join.phone"),
	}
	return contactQuestion(p, strings.Join(lines, "\n"))
}

// joinScreen asks whether the person wants to; with it they agree to what is
// kept of them.
func joinScreen(p *locales.Printer, v payments.InvitationView) chat.Screen {
	lines := []string{
		p.HTML("team.join.title", "merchant", v.Merchant.Name), roleLine(p, v.Invitation.Role),
		scopeLine(p, v.Invitation.Outlets, v.Outlets), "", p.HTML("team.join.consent"),
	}
	return chat.Screen{
		Text:    strings.Join(lines, "\n"),
		Buttons: [][]chat.Button{{chat.FormButton(p.Text("team.button.join"), join, "consent", agree)}},
	}
}

// waitingScreen tells an invitee that it is an owner's turn.
func waitingScreen(p *locales.Printer, v payments.InvitationView) chat.Screen {
	return chat.Screen{Text: p.HTML("team.join.waiting", "merchant", v.Merchant.Name)}
}
