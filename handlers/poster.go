package handlers

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/documents"
)

// Signs is what the conversation asks about a code that is to be printed.
type Signs interface {
	Sign(context.Context, payments.PersonID, payments.OutletID) (payments.Sign, error)
}

// Press draws posters and receipts; *documents.Press is one.
type Press interface {
	PosterPNG(documents.Poster, documents.PosterSize) ([]byte, error)
	PosterPDF(documents.Poster, documents.PosterSize) ([]byte, error)
	ChartPNG(documents.Chart) ([]byte, error)
	ReceiptPNG(documents.Receipt) ([]byte, error)
	ReceiptPDF(documents.Receipt) ([]byte, error)
}

// actionPoster shows an outlet's poster; with a size it also sends the file.
const actionPoster = "poster" // outlet (none: where one works), size

// poster shows the poster as it will come out of the printer. A press of a
// size brings the file as a message of its own, which no button turns into
// something else.
func (b *Bot) poster(ctx context.Context, t *chat.Turn) error {
	outlet, err := t.Action.Int64(0)
	if err != nil && t.Action.Arg(0) != "" {
		return b.unknown(ctx, t)
	}
	size := documents.PosterSize(t.Action.Arg(1))
	if size != "" && !slices.Contains(documents.PosterSizes(), size) {
		return b.unknown(ctx, t)
	}
	v := visit(t)
	sign, err := b.service.Sign(ctx, v.ID, payments.OutletID(outlet))
	if err != nil {
		return err
	}
	data := PosterData(v.Printer, b.catalog.Printer(secondLanguage(v.Printer.Language())), sign.Outlet, sign.Static)
	view := posterView{Outlet: sign.Outlet, Size: size}
	if view.Picture, err = b.press.PosterPNG(data, view.shown()); err != nil {
		return fmt.Errorf("picture of a poster: %w", err)
	}
	if err := t.Edit(ctx, posterScreen(v.Printer, view)); err != nil || size == "" {
		return err
	}
	file, err := b.press.PosterPDF(data, size)
	if err != nil {
		return fmt.Errorf("poster: %w", err)
	}
	_, err = t.Reply(ctx, posterFileScreen(v.Printer, view, file))
	return err
}

// secondLanguage is what a poster says beside the seller's own language: the
// country has two.
func secondLanguage(first string) string {
	if first == locales.Kyrgyz {
		return locales.Russian
	}
	return locales.Kyrgyz
}

// fileName is a name that any system can keep a file under.
func fileName(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || strings.ContainsRune(`/\:*?"<>|%`, r) {
			return ' '
		}
		return r
	}, s)
	return strings.Trim(strings.Join(strings.Fields(s), " "), ". ")
}

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
