package web

import (
	"html/template"
	"net/url"
	"strings"

	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

type sendLink struct{ Name, Address string }

type bankLink struct {
	Name    string
	Address template.URL
}

// waysToPay are the button, the bank apps and the QR code.
func (page *customerPage) waysToPay(p *locales.Printer, link payments.Link) {
	page.Pay = p.Text("page.pay")
	if link.Amount != 0 {
		page.Pay = p.Text("page.pay_sum", "sum", link.Amount)
	}
	page.PayHint, page.Scan, page.Alt = p.Text("page.pay_hint"), p.Text("page.scan"), p.Text("page.qr_alt")
	page.Copy, page.Copied = p.Text("page.copy"), p.Text("page.copied")
	page.QR = "/p/" + link.Code + "/qr.png"
	page.URI = webAddress(link.URI)
	if page.Banks = bankLinks(link.URI); page.Banks != nil {
		page.BanksLabel = p.Text("page.banks")
	}
}

// sendOn offers ways to open this page on a phone: whoever looks at it on a
// computer may have the bank's app elsewhere than the camera. They are links
// and nothing more; nothing is loaded from anybody.
func (page *customerPage) sendOn(p *locales.Printer, address string) {
	if !page.Open {
		return
	}
	page.SendLabel = p.Text("page.send")
	page.Send = []sendLink{
		{"WhatsApp", "https://wa.me/?text=" + percent(address)},
		{"Telegram", "https://t.me/share/url?url=" + percent(address)},
		{p.Text("page.send_mail"), "mailto:?subject=" + percent(page.Title) + "&body=" + percent(address)},
	}
}

// percent escapes for a query: some programs show a plus as a plus.
func percent(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// webAddress lets a national link through as it is, and nothing that a browser
// would run.
func webAddress(uri string) template.URL {
	if u, err := url.Parse(uri); err != nil || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return template.URL(uri)
}

// bankLinks are the same link under the schemes that bank apps register for
// the national hosts (operator regulation, §9.16–9.17, 9.29).
func bankLinks(uri string) []bankLink {
	rest, ok := strings.CutPrefix(uri, "https")
	if u, err := url.Parse(uri); !ok || err != nil || u.Host != "pay.payqr.kg" && u.Host != "payqr.kg" {
		return nil
	}
	return []bankLink{
		{"MBank", template.URL("elqr-mbank" + rest)},
		{"ELKART Mobile", template.URL("elqr-mobile" + rest)},
		{"AB24", template.URL("elqr-ab" + rest)},
	}
}
