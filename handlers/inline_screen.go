package handlers

import (
	"strings"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// chargeCard offers a charge to the member p speaks to; the message it sends
// speaks the languages of public.
func chargeCard(p *locales.Printer, public []*locales.Printer, v ticketView) chat.InlineCard {
	about := v.Outlet.Name
	if v.Link.Comment != "" {
		about = p.Text("inline.about", "comment", v.Link.Comment, "outlet", v.Outlet.Name)
	}
	return chat.InlineCard{ID: v.Link.Code, Title: p.Text("inline.charge", "sum", v.Link.Amount), Description: about,
		Message: inlineScreen(public, v)}
}

// staticCard offers the outlet's permanent link.
func staticCard(p *locales.Printer, public []*locales.Printer, desk payments.Desk, address string) chat.InlineCard {
	lines := []string{public[0].HTML("charge.outlet", "outlet", desk.Outlet.Name), ""}
	for _, words := range public {
		lines = append(lines, words.HTML("inline.open_sum"))
	}
	return chat.InlineCard{ID: desk.Static.Code, Title: p.Text("inline.static", "outlet", desk.Outlet.Name),
		Description: p.Text("inline.static_about"),
		Message:     chat.Screen{Text: strings.Join(lines, "\n"), Buttons: inlinePay(public, address)}}
}

// inlineScreen shows a charge to whoever it was sent to. Names and sums need no
// language; what has words has them in each.
func inlineScreen(public []*locales.Printer, v ticketView) chat.Screen {
	lines := []string{
		public[0].HTML("charge.sum", "sum", v.sum()),
		public[0].HTML("charge.outlet", "outlet", v.Outlet.Name),
	}
	if v.Link.Comment != "" {
		lines = append(lines, public[0].HTML("charge.comment", "comment", v.Link.Comment))
	}
	state := inlineState(v)
	if state == "" {
		return chat.Screen{Text: strings.Join(lines, "\n"), Buttons: inlinePay(public, v.Address)}
	}
	lines = append(lines, "")
	for _, words := range public {
		lines = append(lines, words.HTML(state))
	}
	return chat.Screen{Text: strings.Join(lines, "\n")}
}

// inlineState is the text that says how a charge stands; "" while it can be
// paid.
func inlineState(v ticketView) string {
	switch v.state() {
	case payments.PaymentExecuting:
		return "inline.in_process"
	case payments.PaymentSucceeded:
		return "inline.paid"
	case payments.PaymentReversed:
		return "inline.reversed"
	}
	switch v.Link.State {
	case payments.LinkActive:
		return ""
	case payments.LinkExpired:
		return "inline.expired"
	case payments.LinkCancelled:
		return "inline.cancelled"
	}
	return "inline.closed"
}

func inlinePay(public []*locales.Printer, address string) [][]chat.Button {
	var labels []string
	for _, words := range public {
		labels = append(labels, words.Text("inline.button.pay"))
	}
	return [][]chat.Button{{{Text: strings.Join(labels, " · "), URL: address}}}
}
