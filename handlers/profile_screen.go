package handlers

import (
	"strings"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// profileScreen shows the merchant, and what the person hears.
func profileScreen(p *locales.Printer, v payments.Profile) chat.Screen {
	m, person := v.Merchant, v.Person
	lines := []string{p.HTML("profile.title", "name", m.Name)}
	if m.TIN == "" {
		lines = append(lines, p.HTML("profile.no_tin"))
	} else {
		lines = append(lines, p.HTML("profile.tin", "tin", m.TIN))
	}
	if m.Contact == "" {
		lines = append(lines, p.HTML("profile.no_contact"))
	} else {
		lines = append(lines, p.HTML("profile.contact", "contact", shownContact(p, m.Contact)))
	}
	if person.Phone != "" {
		lines = append(lines, p.HTML("profile.phone", "phone", p.Phone(person.Phone)))
	}
	lines = append(lines, "", p.HTML("profile.notify."+string(person.Notify)))
	quiet := payments.Span{From: person.QuietFrom, To: person.QuietTo}
	if quiet.Empty() {
		lines = append(lines, p.HTML("profile.no_quiet"))
	} else {
		lines = append(lines, p.HTML("profile.quiet", "span", quiet.String()))
	}
	screen := chat.Screen{Text: strings.Join(lines, "\n")}
	edit := func(label, field string) chat.Button {
		return chat.Button{Text: label, Action: chat.Act(actionEditProfile, field)}
	}
	if person.Role.Can(payments.ActionEditMerchant) {
		screen.Buttons = append(screen.Buttons,
			[]chat.Button{edit(p.Text("profile.button.name"), fieldName), edit(p.Text("profile.button.tin"), fieldTIN)},
			[]chat.Button{edit(p.Text("profile.button.contact"), fieldContact)})
	}
	screen.Buttons = append(screen.Buttons,
		[]chat.Button{
			{Text: p.Text("profile.button.notify"), Action: chat.Act(actionNotify)},
			edit(p.Text("profile.button.quiet"), fieldQuiet),
		},
		[]chat.Button{{Text: p.Text("profile.button.language"), Action: chat.Act(actionSettings)}},
		[]chat.Button{{Text: p.Text("mydata.button.open"), Action: chat.Act(actionData)}, {Text: p.Text("leave.button.account"), Action: chat.Act(actionLeave)}},
		menuRow(p))
	return screen
}

// shownContact groups the digits of a number.
func shownContact(p *locales.Printer, contact string) string {
	if strings.HasPrefix(contact, "+") && !strings.ContainsFunc(contact[1:], func(r rune) bool { return r < '0' || r > '9' }) {
		return p.Phone(contact)
	}
	return contact
}

func notifyScreen(p *locales.Printer, chosen payments.Notify) chat.Screen {
	screen := chat.Screen{Text: p.HTML("profile.ask.notify")}
	for _, n := range payments.Notifies() {
		label := p.Text("profile.choice." + string(n))
		if n == chosen {
			label = p.Text("profile.chosen", "choice", label)
		}
		screen.Buttons = append(screen.Buttons, []chat.Button{{Text: label, Action: chat.Act(actionNotify, n)}})
	}
	screen.Buttons = append(screen.Buttons, []chat.Button{{Text: p.Text("profile.button.back"), Action: chat.Act(actionProfile)}})
	return screen
}

func tinScreen(p *locales.Printer) chat.Screen {
	return chat.Screen{
		Text:    p.HTML("profile.ask.tin"),
		Buttons: [][]chat.Button{{chat.FormButton(p.Text("list.button.remove"), tinForm, fieldTIN, none)}},
	}
}

func contactScreen(p *locales.Printer, phone string) chat.Screen {
	screen := chat.Screen{Text: p.HTML("profile.ask.contact")}
	if phone != "" {
		screen.Buttons = append(screen.Buttons, []chat.Button{chat.FormButton(p.Phone(phone), editProfile, fieldContact, own)})
	}
	screen.Buttons = append(screen.Buttons, []chat.Button{chat.FormButton(p.Text("list.button.remove"), editProfile, fieldContact, none)})
	return screen
}

// usualQuiet is the nights that most people keep.
var usualQuiet = [...]payments.Span{{From: 22 * 60, To: 7 * 60}, {From: 23 * 60, To: 8 * 60}}

func quietScreen(p *locales.Printer) chat.Screen {
	screen := chat.Screen{Text: p.HTML("profile.ask.quiet"), Buttons: [][]chat.Button{nil}}
	for _, span := range usualQuiet {
		screen.Buttons[0] = append(screen.Buttons[0], chat.FormButton(span.String(), editProfile, fieldQuiet, span.String()))
	}
	screen.Buttons = append(screen.Buttons, []chat.Button{chat.FormButton(p.Text("list.button.remove"), editProfile, fieldQuiet, none)})
	return screen
}
