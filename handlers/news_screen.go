package handlers

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// NewsScreen is the message that tells a person of a payment, as the payment
// stands now. ok is false when there is nothing to tell.
func (b *Bot) NewsScreen(n payments.News) (screen chat.Screen, ok bool) {
	return newsScreen(b.printerFor(n.Recipient), n, b.now())
}

func newsScreen(p *locales.Printer, n payments.News, now time.Time) (screen chat.Screen, ok bool) {
	switch n.Payment.State {
	case payments.PaymentExecuting:
		return inProcessScreen(p, n, now), true
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
	if n.Payment.Late {
		lines = append(lines, p.HTML("notice.late"))
	}
	return chat.Screen{Text: strings.Join(append(lines, "", dayLine(p, n, now)), "\n")}
}

// inProcessScreen comes without a sound: the one that counts follows.
func inProcessScreen(p *locales.Printer, n payments.News, now time.Time) chat.Screen {
	lines := append([]string{p.HTML("notice.in_process", "sum", n.Payment.Amount)}, details(p, n, n.Payment.ExecutedAt, now)...)
	return chat.Screen{Text: strings.Join(lines, "\n"), Silent: true}
}

func reversedScreen(p *locales.Printer, n payments.News, now time.Time) chat.Screen {
	lines := append([]string{p.HTML("notice.reversed", "sum", n.Payment.Amount), ""}, details(p, n, n.Payment.FinalAt, now)...)
	return chat.Screen{Text: strings.Join(lines, "\n")}
}

func failedScreen(p *locales.Printer, n payments.News, now time.Time) chat.Screen {
	lines := append([]string{p.HTML("notice.failed", "sum", n.Payment.Amount)}, details(p, n, n.Payment.FinalAt, now)...)
	return chat.Screen{Text: strings.Join(lines, "\n")}
}

// details are where and when, the comment, the receipt's number.
func details(p *locales.Printer, n payments.News, at, now time.Time) []string {
	zone := n.Merchant.Location()
	when := p.DateTime(at.In(zone))
	if n.Merchant.DayOf(at) == n.Merchant.DayOf(now) {
		when = p.Time(at.In(zone))
	}
	lines := []string{p.HTML("notice.where", "outlet", n.Outlet.Name, "at", when)}
	if comment := cmp.Or(n.Link.Comment, n.Payment.Comment); comment != "" {
		lines = append(lines, p.HTML("notice.comment", "comment", comment))
	}
	if n.Payment.Receipt != 0 {
		lines = append(lines, p.HTML("notice.receipt", "receipt", strconv.FormatInt(n.Payment.Receipt, 10)))
	}
	return lines
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
