package handlers

import (
	"strings"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// LinkSignalScreen tells a member what a payer said by the page of a link.
func (b *Bot) LinkSignalScreen(reader payments.Person, n payments.SignalNews) chat.Screen {
	return b.hushed(linkSignalScreen(b.printerFor(reader), n), reader, n.Merchant)
}

// linkSignalScreen does not say who pressed: nobody knows more than that they
// have the link.
func linkSignalScreen(p *locales.Printer, n payments.SignalNews) chat.Screen {
	head := p.HTML("signal.asked")
	if n.Signal == payments.SignalDecline {
		head = p.HTML("signal.declined")
	}
	lines := []string{head}
	if n.Link.Amount != 0 {
		lines = append(lines, p.HTML("charge.sum", "sum", n.Link.Amount))
	}
	lines = append(lines, p.HTML("charge.outlet", "outlet", n.Outlet.Name))
	if n.Link.Comment != "" {
		lines = append(lines, p.HTML("charge.comment", "comment", n.Link.Comment))
	}
	if n.Signal == payments.SignalDecline && n.Link.State == payments.LinkActive {
		until := p.DayTime(n.Link.ExpiresAt.In(n.Merchant.Location()))
		lines = append(lines, "", p.HTML("signal.still_open", "until", until))
	}
	return chat.Screen{Text: strings.Join(lines, "\n"), Buttons: signalButtons(p, n)}
}

// signalButtons lead on in one tap: a link that a payer refuses is closed or
// shown; another than the one that payers ask for is made over the same sum.
func signalButtons(p *locales.Printer, n payments.SignalNews) [][]chat.Button {
	id := n.Link.ID
	switch {
	case n.Signal == payments.SignalDecline && n.Link.State == payments.LinkActive:
		return [][]chat.Button{
			{{Text: p.Text("signal.button.cancel"), Action: chat.Act(actionCancel, id, messageOfText)}},
			{{Text: p.Text("signal.button.show"), Action: chat.Act(actionShow, id)}},
		}
	case n.Link.Amount != 0:
		return [][]chat.Button{{{Text: p.Text("signal.button.again", "sum", n.Link.Amount), Action: chat.Act(actionAgain, id)}}}
	}
	return [][]chat.Button{payRow(p)}
}
