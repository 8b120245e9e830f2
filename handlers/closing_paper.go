package handlers

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/documents"
)

// actionClosingPaper sends a closing to keep: outlet, number, and one of the
// two below.
const actionClosingPaper = "closingpaper"

const (
	paperPDF     = "pdf"
	paperPicture = "png"
)

// closingPaper sends a closing as a file or a picture of its own, which can be
// kept, printed and sent on as it is.
func (b *Bot) closingPaper(ctx context.Context, t *chat.Turn) error {
	outlet, errOutlet := t.Action.Int64(0)
	number, err := t.Action.Int64(1)
	kind := t.Action.Arg(2)
	if err != nil || errOutlet != nil || kind != paperPDF && kind != paperPicture {
		return b.unknown(ctx, t)
	}
	v := visit(t)
	view, err := b.service.DayClosing(ctx, v.ID, payments.OutletID(outlet), number)
	if err != nil {
		return err
	}
	screen, data := closingPaperScreen(v.Printer, view), ClosingData(v.Printer, view)
	if kind == paperPicture {
		screen.Photo, err = b.press.ReceiptPNG(data)
		screen.Buttons = [][]chat.Button{{
			{Text: v.Text("closing.button.pdf"), Action: chat.Act(actionClosingPaper, outlet, number, paperPDF)},
			{Text: v.Text("chat.back"), Action: chat.Act(actionClosing, outlet, number)},
		}}
	} else {
		screen.Document = &chat.Document{Name: closingFileName(view.Closing)}
		screen.Document.Data, err = b.press.ReceiptPDF(data)
	}
	if err != nil {
		return fmt.Errorf("closing %d of outlet %d on paper: %w", number, outlet, err)
	}
	_, err = t.Reply(ctx, screen)
	return err
}

// closingFileName is the same in every language: it ends up among other files.
func closingFileName(c payments.DayClosing) string {
	return fmt.Sprintf("closing-%d-%d.pdf", c.OutletID, c.Number)
}

func closingPaperScreen(p *locales.Printer, v payments.DayClosingView) chat.Screen {
	return chat.Screen{Text: p.HTML("closing.caption", "number", v.Closing.Number, "outlet", v.Closing.Outlet, "total", v.Closing.Figures.Net())}
}

// hashGroup is how many digits of a hash stand together.
const hashGroup = 8

// ClosingData puts a closing into words for documents.Press: on the strip that
// a receipt printer takes. All of it stands in the closing, so that the bytes
// are the same whenever it is asked for again.
func ClosingData(p *locales.Printer, v payments.DayClosingView) documents.Receipt {
	c := v.Closing
	r := documents.Receipt{
		Service: p.Text("receipt.service"),
		Number:  p.Text("closing.paper.number", "number", c.Number),
		Tone:    documents.ToneGood,
		Status:  p.Text("closing.paper.status"),
		Sum:     p.Money(c.Figures.Net()),
		When:    p.Text("closing.paper.span", "from", p.DateTime(c.From.In(v.Zone)), "to", p.DateTime(c.To.In(v.Zone))),
		Payee:   c.Merchant,
		Notice:  p.Text("closing.paper.notice"),

		CheckTitle: p.Text("closing.paper.hash"),
		CheckText:  inGroups(hex.EncodeToString(c.Hash), hashGroup),
		Language:   p.Language(),
		Made:       c.At,
	}
	if c.Merchant != c.Outlet {
		r.Place = []string{c.Outlet}
	}
	if c.Corrects != 0 {
		r.Tone = documents.ToneReturned
		r.Marks = []string{p.Text("closing.paper.corrects", "number", c.Corrects)}
	}
	add := func(label, value string) { r.Rows = append(r.Rows, documents.Row{Label: label, Value: value}) }
	sum := func(key string, t payments.Takings) { add(p.Text(key, "number", t.Count), p.Money(t.Total)) }
	if c.Corrects != 0 {
		add(p.Text("closing.paper.reason"), c.Reason)
	}
	if c.TIN != "" {
		add(p.Text("receipt.label.inn"), c.TIN)
	}
	sum("closing.paper.taken", c.Figures.Taken)
	sum("closing.paper.refunded", c.Figures.Refunded)
	sum("closing.paper.reversed", c.Figures.Reversed)
	if c.Figures.Fees != 0 {
		add(p.Text("closing.paper.fees"), p.Money(c.Figures.Fees))
	}
	sum("closing.paper.total", c.Total.Taken)
	by := c.Person
	if c.PersonID == 0 {
		by = p.Text("closing.paper.by_itself")
	}
	add(p.Text("closing.paper.by"), by)
	add(p.Text("closing.paper.at"), p.DateTime(c.At.In(v.Zone)))
	return r
}

func inGroups(s string, of int) string {
	var groups []string
	for ; len(s) > of; s = s[of:] {
		groups = append(groups, s[:of])
	}
	return strings.Join(append(groups, s), " ")
}
