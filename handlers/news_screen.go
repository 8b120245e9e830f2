package handlers

import (
	"cmp"
	"strings"
	"time"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// NewsScreen is the message that tells a person of a payment, as the payment
// stands now. ok is false when there is nothing to tell.
func (b *Bot) NewsScreen(n payments.News) (screen chat.Screen, ok bool) {
	screen, ok = newsScreen(b.printerFor(n.Recipient), n, b.now())
	return b.hushed(screen, n.Recipient, n.Merchant), ok
}

// hushed takes the sound from what comes by itself in a person's quiet hours.
// What somebody did to the cards always sounds: it may be theft. It is fromAway,
// too.
func (b *Bot) hushed(screen chat.Screen, reader payments.Person, m payments.Merchant) chat.Screen {
	screen.Silent = screen.Silent || reader.QuietAt(b.now().In(m.Location()))
	return b.fromAway(screen, reader, m)
}

// fromAway leads a member who works in another merchant at the moment to this
// one first: the other buttons would do something there, or nothing.
func (b *Bot) fromAway(screen chat.Screen, reader payments.Person, m payments.Merchant) chat.Screen {
	if !reader.Away || reader.MerchantID != m.ID || len(screen.Buttons) == 0 {
		return screen
	}
	label := b.printerFor(reader).Text("team.button.switch", "merchant", clip(m.Name, nameWidth))
	screen.Buttons = [][]chat.Button{{{Text: label, Action: chat.Act(actionSwitch, m.ID)}}}
	return screen
}

func newsScreen(p *locales.Printer, n payments.News, now time.Time) (screen chat.Screen, ok bool) {
	switch n.Payment.State {
	case payments.PaymentSucceeded:
		return paidScreen(p, n, now), true
	case payments.PaymentReversed:
		return reversedScreen(p, n, now), true
	case payments.PaymentFailed, payments.PaymentCancelled:
		return failedScreen(p, n, now), true
	}
	return chat.Screen{}, false
}

// paidScreen is the one message a merchant waits for.
func paidScreen(p *locales.Printer, n payments.News, now time.Time) chat.Screen {
	lines := append([]string{p.HTML("notice.paid", "sum", n.Payment.Amount)}, details(p, n, n.Payment.FinalAt, now)...)
	if n.Payment.Fee != 0 {
		lines = append(lines, p.HTML("notice.fee", "fee", n.Payment.Fee))
	}
	if n.Payment.DuplicateOf != 0 {
		lines = append(lines, p.HTML("notice.duplicate",
			"at", noticeTime(p, n.Merchant, n.Duplicate.FinalAt, now), "receipt", receiptNumber(n.Duplicate)))
	}
	var buttons [][]chat.Button
	switch {
	case n.Payment.Late && offersRefund(n):
		lines = append(lines, p.HTML("notice.late"))
		buttons = append(buttons, []chat.Button{{
			Text:   p.Text("refund.button.took_cash"),
			Action: chat.Act(actionRefundAll, n.Payment.ID),
		}})
	case n.Payment.Late:
		lines = append(lines, p.HTML("notice.late_tell"))
	}
	return chat.Screen{
		Text:    strings.Join(append(lines, "", dayLine(p, n, now)), "\n"),
		Buttons: append(buttons, append([]chat.Button{receiptButton(p, n.Payment.ID)}, detailsRow(p, n.Payment.ID)...)),
	}
}

// offersRefund reports whether a notice shows its reader the way to a refund.
// It is manners only: the press itself is judged by the service.
func offersRefund(n payments.News) bool {
	r := n.Recipient
	return r.MerchantID == n.Merchant.ID && r.Role.Can(payments.ActionRefund)
}

func reversedScreen(p *locales.Printer, n payments.News, now time.Time) chat.Screen {
	lines := append([]string{p.HTML("notice.reversed", "sum", n.Payment.Amount), ""}, details(p, n, n.Payment.ReversedAt, now)...)
	return chat.Screen{Text: strings.Join(lines, "\n"), Buttons: [][]chat.Button{detailsRow(p, n.Payment.ID)}}
}

func failedScreen(p *locales.Printer, n payments.News, now time.Time) chat.Screen {
	lines := append([]string{p.HTML("notice.failed", "sum", n.Payment.Amount)}, details(p, n, n.Payment.FinalAt, now)...)
	return chat.Screen{Text: strings.Join(lines, "\n"), Buttons: [][]chat.Button{detailsRow(p, n.Payment.ID)}}
}

// details are where and when, the comment, the receipt's number.
func details(p *locales.Printer, n payments.News, at, now time.Time) []string {
	lines := []string{p.HTML("notice.where", "outlet", n.Outlet.Name, "at", noticeTime(p, n.Merchant, at, now))}
	if comment := cmp.Or(n.Link.Comment, n.Payment.Comment); comment != "" {
		lines = append(lines, p.HTML("notice.comment", "comment", comment))
	}
	if n.Payment.Receipt != 0 {
		lines = append(lines, p.HTML("notice.receipt", "receipt", receiptNumber(n.Payment)))
	}
	return lines
}

// noticeTime is a time as a notice says it: without the date on the same day.
func noticeTime(p *locales.Printer, m payments.Merchant, at, now time.Time) string {
	if m.DayOf(at) == m.DayOf(now) {
		return p.Time(at.In(m.Location()))
	}
	return p.DateTime(at.In(m.Location()))
}

// dayLine is the outlet's day so far; a notice that comes after midnight names
// the day it speaks of.
func dayLine(p *locales.Printer, n payments.News, now time.Time) string {
	day := n.Merchant.DayOf(n.Payment.FinalAt)
	if day == n.Merchant.DayOf(now) {
		return p.HTML("notice.today", "count", n.Today.Count, "total", n.Today.Total)
	}
	return p.HTML("notice.day", "date", p.Date(day.From.In(n.Merchant.Location())), "count", n.Today.Count, "total", n.Today.Total)
}
