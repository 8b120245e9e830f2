package handlers

import (
	"strings"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// TeamToldScreen tells a person of a change of a team. ok is false for what
// needs no telling.
func (b *Bot) TeamToldScreen(n payments.TeamNews) (screen chat.Screen, ok bool) {
	p := b.printerFor(n.Recipient)
	if n.ToAbout() {
		screen, ok = teamToldYouScreen(p, n)
	} else {
		screen, ok = teamToldScreen(p, n)
	}
	told := b.hushed(screen, n.Recipient, n.Merchant)
	told.Buttons = screen.Buttons // these work from wherever they are pressed
	return told, ok
}

// teamToldYouScreen is for the person whom a change is about.
func teamToldYouScreen(p *locales.Printer, n payments.TeamNews) (chat.Screen, bool) {
	merchant := n.Merchant.Name
	switch n.Entry.Action {
	case payments.AuditJoined:
		return chat.Screen{
			Text:    p.HTML("team.joined.you", "merchant", merchant) + "\n" + roleLine(p, n.Invitation.Role),
			Buttons: [][]chat.Button{{{Text: p.Text("team.button.switch", "merchant", clip(merchant, nameWidth)), Action: chat.Act(actionSwitch, n.Merchant.ID)}}},
		}, true
	case payments.AuditInvitationDeclined:
		return chat.Screen{Text: p.HTML("team.told.declined_you", "merchant", merchant)}, true
	case payments.AuditInvitationCancelled:
		return chat.Screen{Text: p.HTML("team.told.cancelled_you", "merchant", merchant)}, true
	case payments.AuditRoleChanged:
		role := payments.Role(n.Entry.Details[payments.DetailRole])
		return chat.Screen{Text: p.HTML("team.told.role_you", "merchant", merchant, "role", roleName(p, role)), Buttons: homeRows(p, n)}, true
	case payments.AuditScopeChanged:
		return chat.Screen{Text: p.HTML("team.told.outlets_you", "merchant", merchant) + "\n" + scopeTold(p, n), Buttons: homeRows(p, n)}, true
	case payments.AuditDismissed:
		return chat.Screen{Text: p.HTML("team.told.dismissed_you", "merchant", merchant)}, true
	}
	return chat.Screen{}, false
}

// homeRows lead on where the person works in that merchant at the moment.
func homeRows(p *locales.Printer, n payments.TeamNews) [][]chat.Button {
	if n.Recipient.Away {
		return nil
	}
	return [][]chat.Button{menuRow(p)}
}

func scopeTold(p *locales.Printer, n payments.TeamNews) string {
	names := n.Entry.Details[payments.DetailOutlets]
	if names == "" {
		return p.HTML("team.everywhere")
	}
	return p.HTML("team.outlets", "outlets", names)
}

// teamToldScreen is for the owners, and for whoever invited.
func teamToldScreen(p *locales.Printer, n payments.TeamNews) (chat.Screen, bool) {
	var lines []string
	name := n.About.Name
	by := []string{"", p.HTML("team.told.by", "name", n.By.Name)}
	switch n.Entry.Action {
	case payments.AuditInvited:
		lines = append(append([]string{p.HTML("team.told.invited")}, invitationLines(p, n.Invitation, n.Outlets)...), by...)
	case payments.AuditInvitationForeign:
		return chat.Screen{Text: p.HTML("team.told.foreign", "name", n.By.Name, "phone", p.Phone(n.Invitation.Phone))}, true
	case payments.AuditInvitationDead:
		return chat.Screen{
			Text:    p.HTML("team.told.dead", "name", n.By.Name, "phone", p.Phone(n.Invitation.Phone)),
			Buttons: [][]chat.Button{teamRow(p)},
		}, true
	case payments.AuditInvitationAnswered:
		return answeredScreen(p, n)
	case payments.AuditInvitationDeclined:
		lines = append([]string{p.HTML("team.declined", "name", name)}, by...)
	case payments.AuditInvitationCancelled:
		lines = append([]string{p.HTML("team.told.cancelled", "phone", p.Phone(n.Invitation.Phone))}, by...)
	case payments.AuditJoined:
		lines = append(append([]string{p.HTML("team.accepted", "name", name)}, invitationLines(p, n.Invitation, n.Outlets)...), by...)
	case payments.AuditRoleChanged:
		role := payments.Role(n.Entry.Details[payments.DetailRole])
		lines = append([]string{p.HTML("team.told.role", "name", name, "role", roleName(p, role))}, by...)
	case payments.AuditScopeChanged:
		lines = append([]string{p.HTML("team.told.outlets", "name", name), scopeTold(p, n)}, by...)
	case payments.AuditDismissed:
		lines = append([]string{p.HTML("team.told.dismissed", "name", name)}, by...)
	case payments.AuditLeft:
		return chat.Screen{Text: p.HTML("team.told.left", "name", n.By.Name, "merchant", n.Merchant.Name)}, true
	default:
		return chat.Screen{}, false
	}
	return chat.Screen{Text: strings.Join(lines, "\n")}, true
}

// answeredScreen puts an invitee before an owner. What was decided meanwhile is
// not asked any more.
func answeredScreen(p *locales.Printer, n payments.TeamNews) (chat.Screen, bool) {
	if !n.Owner || n.Invitation.State != payments.InvitationAnswered {
		return chat.Screen{}, false
	}
	lines := append([]string{p.HTML("team.told.answered", "merchant", n.Merchant.Name), p.HTML("team.name", "name", n.By.Name)},
		invitationLines(p, n.Invitation, n.Outlets)...)
	return chat.Screen{
		Text:    strings.Join(append(lines, "", p.HTML("team.told.answered_ask")), "\n"),
		Buttons: [][]chat.Button{decisionRow(p, n.Invitation.ID)},
	}, true
}
