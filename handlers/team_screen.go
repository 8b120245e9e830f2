package handlers

import (
	"slices"
	"strings"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// teamScreen lists who works here, to whoever may see it; to the others, what
// they are themselves.
func teamScreen(p *locales.Printer, team payments.Team, n int64) chat.Screen {
	role := team.Person.Role
	screen := chat.Screen{}
	if role.Can(payments.ActionTeam) {
		rows := teamRows(p, team)
		page, turn := pageOf(p, rows, n, func(n int64) chat.Action { return chat.Act(actionTeam, n) })
		screen.Text = p.HTML("team.list", "merchant", team.Merchant.Name)
		screen.Buttons = withRow(append([][]chat.Button(nil), page...), turn)
	} else {
		screen.Text = strings.Join([]string{
			p.HTML("team.title", "merchant", team.Merchant.Name), roleLine(p, role), scopeLine(p, team.Person.Scope, team.Outlets),
		}, "\n")
	}
	if role.Can(payments.ActionInvite) {
		screen.Buttons = append(screen.Buttons, []chat.Button{{Text: p.Text("team.button.invite"), Action: chat.Act(actionInvite)}})
	}
	if role.Can(payments.ActionGroups) {
		screen.Buttons = append(screen.Buttons, []chat.Button{{Text: p.Text("group.button.list"), Action: chat.Act(actionGroups)}})
	}
	if len(team.Workplaces) > 1 {
		screen.Buttons = append(screen.Buttons, []chat.Button{{Text: p.Text("team.button.workplaces"), Action: chat.Act(actionWorkplaces)}})
	}
	if !role.Can(payments.ActionEditTeam) || owners(team.Members) > 1 {
		screen.Buttons = append(screen.Buttons, []chat.Button{{Text: p.Text("team.button.leave"), Action: chat.Act(actionQuit)}})
	}
	screen.Buttons = append(screen.Buttons, menuRow(p))
	return screen
}

func owners(members []payments.Person) (n int) {
	for _, m := range members {
		if m.Role == payments.RoleOwner {
			n++
		}
	}
	return n
}

// teamRows is a button for each member and each pending invitation.
func teamRows(p *locales.Printer, team payments.Team) (rows [][]chat.Button) {
	for _, m := range team.Members {
		key := "team.member"
		if m.ID == team.Person.ID {
			key = "team.member_you"
		}
		label := p.Text(key, "name", clip(m.Name, nameWidth), "role", roleName(p, m.Role))
		rows = append(rows, []chat.Button{{Text: label, Action: chat.Act(actionMember, m.ID)}})
	}
	for _, i := range team.Invitations {
		label := p.Text("team.invited", "phone", p.Phone(i.Phone), "role", roleName(p, i.Role))
		rows = append(rows, []chat.Button{{Text: label, Action: chat.Act(actionInvitation, i.ID)}})
	}
	return rows
}

// nameWidth is how many characters of a person's name are read beside their role.
const nameWidth = 24

func roleName(p *locales.Printer, role payments.Role) string {
	return p.Text("team.role." + string(role))
}

func roleLine(p *locales.Printer, role payments.Role) string {
	return p.HTML("team.role_line", "role", roleName(p, role))
}

// scopeLine names the outlets that somebody works in.
func scopeLine(p *locales.Printer, scope []payments.OutletID, outlets []payments.Outlet) string {
	if len(scope) == 0 {
		return p.HTML("team.everywhere")
	}
	var names []string
	for _, o := range outlets {
		if slices.Contains(scope, o.ID) {
			names = append(names, o.Name)
		}
	}
	return p.HTML("team.outlets", "outlets", strings.Join(names, ", "))
}

// memberScreen is one member with what the person may do.
func memberScreen(p *locales.Printer, v payments.MemberView) chat.Screen {
	m := v.Member
	lines := []string{p.HTML("team.name", "name", m.Name)}
	if m.Phone != "" {
		lines = append(lines, p.HTML("team.phone", "phone", p.Phone(m.Phone)))
	}
	lines = append(lines, roleLine(p, m.Role), scopeLine(p, m.Scope, v.Outlets))
	screen := chat.Screen{Text: strings.Join(lines, "\n")}
	if v.Person.Role.Can(payments.ActionEditTeam) {
		if v.LastOwner {
			screen.Text += "\n\n" + p.HTML("team.last_owner")
		} else {
			screen.Buttons = append(screen.Buttons, []chat.Button{{Text: p.Text("team.button.role"), Action: chat.Act(actionMemberRole, m.ID)}})
		}
		if m.Role != payments.RoleOwner && len(v.Outlets) > 1 {
			screen.Buttons = append(screen.Buttons, []chat.Button{{Text: p.Text("team.button.outlets"), Action: chat.Act(actionMemberScope, m.ID)}})
		}
		if m.ID != v.Person.ID {
			screen.Buttons = append(screen.Buttons, []chat.Button{{Text: p.Text("team.button.dismiss"), Action: chat.Act(actionDismiss, m.ID)}})
		}
	}
	screen.Buttons = append(screen.Buttons, teamRow(p))
	return screen
}

func memberRoleScreen(p *locales.Printer, v payments.MemberView) chat.Screen {
	screen := chat.Screen{Text: p.HTML("team.role_ask", "name", v.Member.Name) + "\n\n" + p.HTML("team.roles")}
	for _, role := range offeredRoles() {
		label := roleChoice(p, role)
		if role == v.Member.Role {
			label = p.Text("team.chosen", "choice", label)
		}
		screen.Buttons = append(screen.Buttons, []chat.Button{{Text: label, Action: chat.Act(actionMemberRole, v.Member.ID, role)}})
	}
	screen.Buttons = append(screen.Buttons, memberRow(p, v.Member))
	return screen
}

// offeredRoles begins with the role that most people get, and ends with the one
// that nobody should get by a slip of the thumb.
func offeredRoles() []payments.Role {
	return []payments.Role{payments.RoleCashier, payments.RoleManager, payments.RoleAccountant, payments.RoleOwner}
}

// roleChoice is a role on a button.
func roleChoice(p *locales.Printer, role payments.Role) string {
	return p.Text("team.choice." + string(role))
}

func ownerQuestion(p *locales.Printer, v payments.MemberView) chat.Screen {
	return chat.Screen{
		Text: p.HTML("team.owner_ask", "name", v.Member.Name),
		Buttons: [][]chat.Button{
			{{Text: p.Text("team.button.owner_yes"), Action: chat.Act(actionOwnerSure, v.Member.ID)}},
			{{Text: p.Text("list.button.no"), Action: chat.Act(actionMember, v.Member.ID)}},
		},
	}
}

// memberScopeScreen ticks the outlets that a member works in.
func memberScopeScreen(p *locales.Printer, v payments.MemberView, n int64) chat.Screen {
	m := v.Member
	page, turn := pageOf(p, v.Outlets, n, func(n int64) chat.Action { return chat.Act(actionMemberScope, m.ID, "", n) })
	screen := chat.Screen{Text: p.HTML("team.scope_ask", "name", m.Name)}
	for _, o := range page {
		label := scopeLabel(p, o, slices.Contains(m.Scope, o.ID))
		screen.Buttons = append(screen.Buttons, []chat.Button{{Text: label, Action: chat.Act(actionMemberScope, m.ID, o.ID, n)}})
	}
	screen.Buttons = withRow(screen.Buttons, turn)
	all := p.Text("team.button.everywhere")
	if len(m.Scope) == 0 {
		all = p.Text("team.chosen", "choice", all)
	}
	screen.Buttons = append(screen.Buttons,
		[]chat.Button{{Text: all, Action: chat.Act(actionMemberScope, m.ID, everywhere, n)}}, memberRow(p, m))
	return screen
}

func scopeLabel(p *locales.Printer, o payments.Outlet, ticked bool) string {
	if ticked {
		return p.Text("team.ticked", "outlet", o.Name)
	}
	return locales.Line(o.Name)
}

func dismissQuestion(p *locales.Printer, v payments.MemberView) chat.Screen {
	return chat.Screen{
		Text: p.HTML("team.dismiss_ask", "name", v.Member.Name),
		Buttons: [][]chat.Button{
			{{Text: p.Text("team.button.dismiss_yes"), Action: chat.Act(actionDismissSure, v.Member.ID)}},
			{{Text: p.Text("list.button.no"), Action: chat.Act(actionMember, v.Member.ID)}},
		},
	}
}

func quitQuestion(p *locales.Printer, team payments.Team) chat.Screen {
	return chat.Screen{
		Text: p.HTML("team.leave_ask", "merchant", team.Merchant.Name),
		Buttons: [][]chat.Button{
			{{Text: p.Text("team.button.leave_yes"), Action: chat.Act(actionQuitSure)}},
			{{Text: p.Text("list.button.no"), Action: chat.Act(actionTeam)}},
		},
	}
}

// workplacesScreen lists the merchants that a person works for: a tap changes
// over.
func workplacesScreen(p *locales.Printer, team payments.Team) chat.Screen {
	screen := chat.Screen{Text: p.HTML("team.workplaces")}
	for _, w := range team.Workplaces {
		label := p.Text("team.workplace", "merchant", clip(w.Name, nameWidth), "role", roleName(p, w.Role))
		if w.MerchantID == team.Person.MerchantID {
			label = p.Text("team.chosen", "choice", label)
		}
		screen.Buttons = append(screen.Buttons, []chat.Button{{Text: label, Action: chat.Act(actionSwitch, w.MerchantID)}})
	}
	screen.Buttons = append(screen.Buttons, teamRow(p))
	return screen
}

// nowhereScreen is for somebody who was in a team and is in none.
func nowhereScreen(p *locales.Printer) chat.Screen {
	return chat.Screen{Text: p.HTML("team.nowhere"), Buttons: [][]chat.Button{ownMerchantRow(p)}}
}

func ownMerchantRow(p *locales.Printer) []chat.Button {
	return []chat.Button{{Text: p.Text("team.button.own"), Action: chat.Act(actionOwnMerchant)}}
}

func teamRow(p *locales.Printer) []chat.Button {
	return []chat.Button{{Text: p.Text("team.button.list"), Action: chat.Act(actionTeam)}}
}

func memberRow(p *locales.Printer, m payments.Person) []chat.Button {
	return []chat.Button{{Text: p.Text("team.button.member"), Action: chat.Act(actionMember, m.ID)}}
}
