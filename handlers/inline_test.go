package handlers

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// inlineScreens are the cards of inline mode, as the member sees them and as
// they are sent.
func inlineScreens(c *locales.Catalog, p *locales.Printer) []namedScreen {
	public := []*locales.Printer{c.Printer("ky"), c.Printer("ru")}
	drawn := func(card chat.InlineCard) chat.Screen {
		s := card.Message
		s.Text = "[" + locales.Escape(card.Title) + " | " + locales.Escape(card.Description) + "]\n" + s.Text
		return s
	}
	at := func(link payments.LinkState, payment payments.PaymentState) chat.Screen {
		v := sampleTicket(link, payment)
		v.QR = nil
		return inlineScreen(public, v)
	}
	plain := sampleTicket(payments.LinkActive, "")
	plain.Link.Comment, plain.Address = "", production
	desk := atHome(hostileName, payments.Takings{})
	return []namedScreen{
		{"charge", drawn(chargeCard(p, public, sampleTicket(payments.LinkActive, "")))},
		{"charge, no comment, national link", drawn(chargeCard(p, public, plain))},
		{"static link", drawn(staticCard(p, public, desk, page+"/p/0S"))},
		{"in process", at(payments.LinkActive, payments.PaymentExecuting)},
		{"paid", at(payments.LinkUsedUp, payments.PaymentSucceeded)},
		{"reversed", at(payments.LinkUsedUp, payments.PaymentReversed)},
		{"expired", at(payments.LinkExpired, "")},
		{"cancelled", at(payments.LinkCancelled, "")},
		{"closed", at(payments.LinkPaused, "")},
	}
}

// Telegram shows a line that leads to the private chat only up to 64 characters.
func TestWaysFit(t *testing.T) {
	c := catalog(t)
	codes := []payments.Code{payments.CodeNotRegistered, payments.CodeOutletPaused, payments.CodeNotAllowed, payments.CodeSumTooLarge}
	for _, l := range locales.Languages() {
		var seen []string
		for _, code := range codes {
			text := c.Printer(l.Code).Text(wayOut(code))
			if n := utf8.RuneCountInString(text); n > 64 || slices.Contains(seen, text) || strings.Contains(text, "⟦") {
				t.Errorf("%s: %q, %d characters", l.Code, text, n)
			}
			seen = append(seen, text)
		}
	}
}
