package handlers

import (
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/documents"
)

// PosterData puts an outlet and its static link into the words of a poster in
// two languages, for documents.Press. The code is the national link itself: a
// bank's app reads it without asking us.
func PosterData(first, second *locales.Printer, outlet payments.Outlet, link payments.Link) documents.Poster {
	both := func(text func(*locales.Printer) string) documents.Both {
		return documents.Both{First: text(first), Second: text(second)}
	}
	return documents.Poster{
		Service: first.Text("poster.service"),
		Scheme:  first.Text("poster.scheme"),
		Title:   both(func(p *locales.Printer) string { return p.Text("poster.title") }),
		Outlet:  outlet.Name,
		Code:    link.URI,
		Steps: [3]documents.Both{
			both(func(p *locales.Printer) string { return p.Text("poster.step.bank") }),
			both(func(p *locales.Printer) string { return p.Text("poster.step.scan") }),
			both(func(p *locales.Printer) string { return p.Text("poster.step.pay") }),
		},
		Note:     both(func(p *locales.Printer) string { return p.Text("poster.note") }),
		Language: first.Language(),
		Made:     link.CreatedAt,
	}
}

// PreviewData puts a link into the words of the picture that messengers show
// beside it. They keep it for weeks and show it to whoever is in the chat, so
// it has neither the link's state nor its comment.
func PreviewData(p *locales.Printer, v payments.PayerView) documents.Preview {
	preview := NoPreviewData(p)
	preview.Payee = v.Outlet.Name
	preview.Note = p.Text("preview.note")
	if v.Link.Amount == 0 {
		preview.Sum = p.Text("preview.open_sum")
		return preview
	}
	preview.Label, preview.Sum, preview.InWords = p.Text("preview.to_pay"), p.Money(v.Link.Amount), false
	return preview
}

// NoPreviewData is the picture beside a link that nobody knows.
func NoPreviewData(p *locales.Printer) documents.Preview {
	return documents.Preview{Service: p.Text("preview.service"), Sum: p.Text("preview.link"), InWords: true}
}
