package handlers

import (
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// Limits of the Bot API, in UTF-16 units.
const (
	captionLimit = 1024
	copyLimit    = 256
)

// keypadColumns is how many sums stand in a row.
const keypadColumns = 3

func keypadScreen(p *locales.Printer, sums []payments.Money) chat.Screen {
	var buttons [][]chat.Button
	for i, sum := range sums {
		if i%keypadColumns == 0 {
			buttons = append(buttons, nil)
		}
		key := chat.Button{Text: p.Sum(sum), Action: chat.Act(actionSum, int64(sum))}
		buttons[len(buttons)-1] = append(buttons[len(buttons)-1], key)
	}
	return chat.Screen{Text: p.HTML("charge.keypad"), Buttons: buttons}
}

type ticketView struct {
	payments.Ticket
	Address string // of the link, as payers open it
	Zone    *time.Location
	QR      []byte // PNG of the link; nil when the message has it
}

// ticketScreen shows a charge in the state it is in. A payment says more than
// its link: what is being paid or was paid is no longer open, whatever the
// link's own state.
func ticketScreen(p *locales.Printer, v ticketView) chat.Screen {
	lines := []string{
		p.HTML("charge.sum", "sum", v.sum()),
		p.HTML("charge.outlet", "outlet", v.Outlet.Name),
	}
	if v.Link.Comment != "" {
		lines = append(lines, p.HTML("charge.comment", "comment", v.Link.Comment))
	}
	screen := chat.Screen{Photo: v.QR}
	switch v.state() {
	case payments.PaymentExecuting:
		lines = append(lines, "", p.HTML("charge.in_process"))
	case payments.PaymentSucceeded:
		lines = append(lines, "", p.HTML("charge.paid",
			"at", p.DateTime(v.Payment.FinalAt.In(v.Zone)), "receipt", strconv.FormatInt(v.Payment.Receipt, 10)))
		screen.Buttons = [][]chat.Button{payRow(p)}
	case payments.PaymentReversed:
		lines = append(lines, "", p.HTML("charge.reversed"))
		screen.Buttons = [][]chat.Button{againRow(p, v.Link.ID)}
	default:
		var more []string
		more, screen.Buttons = openTicket(p, v)
		lines = append(lines, more...)
	}
	screen.Text = strings.Join(lines, "\n")
	return screen
}

// openTicket is the lower part of a charge that has no payment: what to do
// with it, or why nothing can be done any more.
func openTicket(p *locales.Printer, v ticketView) (lines []string, buttons [][]chat.Button) {
	switch v.Link.State {
	case payments.LinkActive:
		if !v.Link.ExpiresAt.IsZero() {
			lines = append(lines, p.HTML("charge.until", "until", p.DayTime(v.Link.ExpiresAt.In(v.Zone))))
		}
		if at := v.Link.RemindAt; !at.IsZero() {
			lines = append(lines, p.HTML("links.remind_at", "at", p.DayTime(at.In(v.Zone))))
		}
		if show := locales.Escape(v.Address); len(show) < captionLimit/2 {
			lines = append(lines, "", show)
		}
		row := []chat.Button{shareButton(p.Text("charge.button.share"), v.Address, shareText(p, v))}
		if units(v.Address) <= copyLimit {
			row = append(row, chat.Button{Text: p.Text("charge.button.copy"), Copy: v.Address})
		}
		return lines, [][]chat.Button{
			row,
			{
				{Text: p.Text("charge.button.cancel"), Action: chat.Act(actionCancel, v.Link.ID)},
				{Text: p.Text("charge.button.more"), Action: chat.Act(actionLinkHere, v.Link.ID)},
			},
		}
	case payments.LinkExpired:
		return []string{"", p.HTML("charge.expired")}, [][]chat.Button{againRow(p, v.Link.ID)}
	case payments.LinkCancelled:
		return []string{"", p.HTML("charge.cancelled")}, [][]chat.Button{againRow(p, v.Link.ID)}
	}
	return []string{"", p.HTML("charge.closed")}, [][]chat.Button{againRow(p, v.Link.ID)}
}

func (v ticketView) state() payments.PaymentState {
	if v.Payment == nil {
		return ""
	}
	return v.Payment.State
}

// sum is what was paid, or what is asked.
func (v ticketView) sum() payments.Money {
	if v.Payment != nil {
		return v.Payment.Amount
	}
	return v.Link.Amount
}

func shareText(p *locales.Printer, v ticketView) string {
	if v.Link.Comment == "" {
		return p.Text("charge.share_text", "outlet", v.Outlet.Name, "sum", v.Link.Amount)
	}
	return p.Text("charge.share_text_comment", "outlet", v.Outlet.Name, "sum", v.Link.Amount, "comment", v.Link.Comment)
}

func payRow(p *locales.Printer) []chat.Button {
	return []chat.Button{{Text: p.Text("home.button.pay"), Action: chat.Act(actionPay)}}
}

func againRow(p *locales.Printer, id payments.LinkID) []chat.Button {
	return []chat.Button{{Text: p.Text("charge.button.again"), Action: chat.Act(actionAgain, id)}}
}

// shareButton opens Telegram's own choice of a chat to send a link to.
func shareButton(label, address, text string) chat.Button {
	return chat.Button{Text: label, URL: "https://t.me/share/url?url=" + percent(address) + "&text=" + percent(text)}
}

// percent escapes for a query. Some of Telegram's apps show a plus as a plus.
func percent(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// units is a length as Telegram counts it.
func units(s string) int { return len(utf16.Encode([]rune(s))) }
