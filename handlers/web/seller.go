package web

import (
	"html/template"
	"regexp"
	"strings"

	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// seller is how to reach the seller. Where and when they are at work is said
// while there is something to come for.
func (page *customerPage) seller(p *locales.Printer, view payments.PayerView) {
	add := func(key, value string, address template.URL) {
		if value != "" {
			page.Seller = append(page.Seller, fact{Label: p.Text(key), Value: value, Long: true, Address: address})
		}
	}
	if page.Open || page.Stage == stagePaused {
		add("page.address", locales.Line(view.Outlet.Address), "")
		add("page.hours", locales.Line(view.Outlet.Hours), "")
	}
	contact := locales.Line(view.Contact)
	add("page.contact", contact, contactAddress(contact))
}

// What a contact looks like that one can follow: a number with the marks that
// people put into it, and a name in Telegram.
var (
	phoneForm    = regexp.MustCompile(`^\+?[0-9][0-9 ()\p{Pd}\p{Zs}]{4,}[0-9]$`)
	telegramForm = regexp.MustCompile(`^@[A-Za-z][A-Za-z0-9_]{3,31}$`)
)

// contactAddress leads to a merchant's contact, or nowhere if it is words. The
// merchant wrote it: what comes out is digits or a name behind an address of
// ours.
func contactAddress(contact string) template.URL {
	if telegramForm.MatchString(contact) {
		return template.URL("https://t.me/" + contact[1:])
	}
	if !phoneForm.MatchString(contact) {
		return ""
	}
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, contact)
	if len(digits) > 15 { // E.164 has no longer ones
		return ""
	}
	if strings.HasPrefix(contact, "+") {
		digits = "+" + digits
	}
	return template.URL("tel:" + digits)
}
