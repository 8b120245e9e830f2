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

func verifyAskScreen(p *locales.Printer) chat.Screen {
	return chat.Screen{Text: p.HTML("verify.ask")}
}

// noVerdictScreen says why a picture that came unasked tells nothing.
func noVerdictScreen(p *locales.Printer, why hint) chat.Screen {
	return chat.Screen{Text: p.HTML(string(why)), Buttons: checkRows(p)}
}

// forgedScreen warns of an address that is made to look like ours. The host is
// shown without becoming a link.
func forgedScreen(p *locales.Printer, host string) chat.Screen {
	return chat.Screen{Text: p.HTML("verify.forged", "host", shortened(host)), Buttons: checkRows(p)}
}

// verdictScreen says first what to do with the goods, then why.
func verdictScreen(p *locales.Printer, c claim, v payments.Verdict, zone *time.Location, now time.Time) chat.Screen {
	switch {
	case v.Standing == payments.ProofUnknown:
		return chat.Screen{Text: unknownClaim(p, c), Buttons: checkRows(p)}
	case v.Standing == payments.ProofPayCode && v.Link == nil:
		return chat.Screen{Text: p.HTML("verify.others_pay_code"), Buttons: checkRows(p)}
	case v.Standing == payments.ProofPayCode:
		return chat.Screen{Text: p.HTML("verify.pay_code"), Buttons: checkRows(p)}
	case v.Own == nil:
		return strangersReceipt(p, v.Receipt, zone)
	}
	pay, m := v.Own.Payment, v.Own.Merchant
	lines := standingLines(p, c, v)
	if v.Before != nil {
		lines = append(lines, beforeLine(p, v, now), "")
	}
	lines = append(lines, p.HTML("notice.where", "outlet", v.Own.Outlet.Name, "at", p.DateTime(paidAt(pay).In(m.Location()))))
	if comment := cmp.Or(v.Own.Link.Comment, pay.Comment); comment != "" {
		lines = append(lines, p.HTML("notice.comment", "comment", comment))
	}
	if v.Receipt.Standing == payments.ReceiptGenuine || v.Receipt.Standing == payments.ReceiptPartlyRefunded {
		lines = append(lines, "")
		if m.DayOf(paidAt(pay)) != m.DayOf(now) {
			lines = append(lines, p.HTML("verify.old"))
		}
		lines = append(lines, p.HTML("verify.compare"))
	}
	rows := [][]chat.Button{detailsRow(p, pay.ID)}
	return chat.Screen{Text: strings.Join(lines, "\n"), Buttons: append(rows, checkRows(p)...)}
}

// standingLines are the headline of an own payment.
func standingLines(p *locales.Printer, c claim, v payments.Verdict) []string {
	pay, r := v.Own.Payment, v.Receipt
	number := strconv.FormatInt(r.Number, 10)
	var lines []string
	switch v.Standing {
	case payments.ProofInProcess:
		return []string{p.HTML("notice.in_process", "sum", pay.Amount)}
	case payments.ProofFailed:
		return []string{p.HTML("notice.failed", "sum", pay.Amount)}
	case payments.ReceiptReversed:
		return []string{p.HTML("verify.reversed", "receipt", number, "sum", r.Amount)}
	case payments.ReceiptRefunded:
		return []string{p.HTML("verify.refunded", "receipt", number, "sum", r.Amount)}
	case payments.ReceiptPartlyRefunded:
		lines = append(lines, p.HTML("verify.partly", "receipt", number, "sum", r.Amount, "refunded", r.Refunded, "left", r.Amount-r.Refunded))
	default:
		key := "verify.genuine"
		if v.Before != nil {
			key = "verify.again" // nor here
		}
		lines = append(lines, p.HTML(key, "receipt", number, "sum", r.Amount))
	}
	if c.Sum != 0 && c.Sum != r.Amount {
		// The first words must not be a tick, and nobody gets goods for it.
		return []string{p.HTML("verify.sum_differs", "receipt", number, "sum", r.Amount, "claimed", c.Sum)}
	}
	return lines
}

// beforeLine says who checked the same receipt before, so that one payment is
// not taken for two sales.
func beforeLine(p *locales.Printer, v payments.Verdict, now time.Time) string {
	before, m := *v.Before, v.Own.Merchant
	at := p.Time(before.At.In(m.Location()))
	if m.DateOf(before.At) != m.DateOf(now) {
		at = p.DateTime(before.At.In(m.Location()))
	}
	switch {
	case v.Again:
		return p.HTML("verify.before.you", "at", at)
	case before.Name == "":
		return p.HTML("verify.before.somebody", "at", at)
	}
	return p.HTML("verify.before", "at", at, "name", before.Name)
}

// strangersReceipt is what the public page says, and what it means at this
// till: the money is not theirs.
func strangersReceipt(p *locales.Printer, r payments.ReceiptView, zone *time.Location) chat.Screen {
	return chat.Screen{
		Text:    p.HTML("verify.not_yours", "payee", r.Payee, "sum", r.Amount, "at", p.DateTime(r.At.In(zone))),
		Buttons: checkRows(p),
	}
}

// unknownClaim never says "unpaid": what is not in the books may be mistyped,
// or on its way.
func unknownClaim(p *locales.Printer, c claim) string {
	switch {
	case c.Number != 0:
		return p.HTML("verify.no_number", "receipt", strconv.FormatInt(c.Number, 10))
	case c.Key != "":
		return p.HTML("verify.no_key")
	}
	return p.HTML("verify.no_operation", "id", c.OperatorID)
}

// paidAt is when a payment was made, or begun.
func paidAt(pay payments.Payment) time.Time {
	if pay.Receipt != 0 {
		return firstTime(pay.FinalAt, pay.ExecutedAt)
	}
	return firstTime(pay.ExecutedAt, pay.CreatedAt)
}

// checkRows lead on from a verdict: to the next customer.
func checkRows(p *locales.Printer) [][]chat.Button {
	return [][]chat.Button{
		{{Text: p.Text("verify.button.again"), Action: chat.Act(actionVerify)}},
		payRow(p),
	}
}

// shortened cuts what somebody put into an address.
func shortened(host string) string {
	const limit = 60
	if runes := []rune(host); len(runes) > limit {
		return string(runes[:limit]) + "…"
	}
	return host
}
