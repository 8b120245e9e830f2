package handlers

import (
	"strings"
	"time"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// farewellScreen says what leaving means; while money is on its way it says
// only that.
func farewellScreen(p *locales.Printer, f payments.Farewell) chat.Screen {
	if f.Blocked() {
		return blockedScreen(p, f)
	}
	lines := []string{p.HTML("leave.ask"), "", p.HTML("leave.goes")}
	for _, c := range f.Closing {
		lines = append(lines, p.HTML("leave.closes", "merchant", c.Merchant.Name))
		if c.Staff > 0 {
			lines = append(lines, p.HTML("leave.staff", "count", c.Staff))
		}
	}
	lines = append(lines, "", p.HTML("leave.stays", "count", payments.KeepYears), "", p.HTML("leave.week"))
	return chat.Screen{
		Text: strings.Join(lines, "\n"),
		Buttons: [][]chat.Button{
			{{Text: p.Text("leave.button.go"), Action: chat.Act(actionLeaveSure)}},
			{leaveBack(p, f.Person)},
		},
	}
}

func blockedScreen(p *locales.Printer, f payments.Farewell) chat.Screen {
	lines := []string{p.HTML("leave.blocked")}
	refused := false
	for _, c := range f.Closing {
		o := c.Open
		if o.None() {
			continue
		}
		lines = append(lines, "", p.HTML("profile.title", "name", c.Merchant.Name))
		if o.Payments > 0 {
			lines = append(lines, p.HTML("leave.open.payments", "count", o.Payments))
		}
		if o.Credits > 0 {
			lines = append(lines, p.HTML("leave.open.credits", "count", o.Credits, "sum", o.CreditSum))
		}
		if o.Refused > 0 {
			refused = true
			lines = append(lines, p.HTML("leave.open.refused", "sum", o.RefuseSum))
		}
		if o.Refunds > 0 {
			lines = append(lines, p.HTML("leave.open.refunds", "count", o.Refunds, "sum", o.RefundSum))
		}
		if o.Debt > 0 {
			lines = append(lines, p.HTML("leave.open.debt", "sum", o.Debt))
		}
	}
	screen := chat.Screen{Text: strings.Join(lines, "\n")}
	if refused && f.Person.Role.Can(payments.ActionCards) {
		screen.Buttons = append(screen.Buttons, []chat.Button{{Text: p.Text("card.button.change"), Action: chat.Act(actionNewCard)}})
	}
	screen.Buttons = append(screen.Buttons,
		[]chat.Button{{Text: p.Text("leave.button.again"), Action: chat.Act(actionLeave)}},
		[]chat.Button{leaveBack(p, f.Person)})
	return screen
}

func leaveBack(p *locales.Printer, person payments.Person) chat.Button {
	if person.Registered() {
		return chat.Button{Text: p.Text("profile.button.back"), Action: chat.Act(actionProfile)}
	}
	return chat.Button{Text: p.Text("leave.button.keep"), Action: chat.Act(actionSettings)}
}

func leaveWordScreen(p *locales.Printer) chat.Screen {
	return chat.Screen{Text: p.HTML("leave.type", "word", p.Text("leave.word"))}
}

// leavingScreen is all that somebody sees who is leaving.
func leavingScreen(p *locales.Printer, person payments.Person, zone *time.Location) chat.Screen {
	return chat.Screen{
		Text:    p.HTML("leave.leaving", "at", p.DateTime(person.EraseAt.In(zone))),
		Buttons: [][]chat.Button{{{Text: p.Text("leave.button.return"), Action: chat.Act(actionReturn)}}},
	}
}

func returnedScreen(p *locales.Printer) chat.Screen {
	return chat.Screen{Text: p.HTML("leave.returned"), Buttons: [][]chat.Button{menuRow(p)}}
}

func merchantToldScreen(p *locales.Printer, m payments.Merchant, open bool) chat.Screen {
	if open {
		return chat.Screen{Text: p.HTML("leave.told.open", "merchant", m.Name), Buttons: [][]chat.Button{menuRow(p)}}
	}
	return chat.Screen{Text: p.HTML("leave.told.closed", "merchant", m.Name)}
}
