package handlers

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// paymentMoment says what brought a person to a payment's screen.
type paymentMoment int

const (
	paymentAsked    paymentMoment = iota
	refundRequested               // a refund has just been asked for
)

// refundsShown is how many refunds a payment's screen lists, the newest ones.
const refundsShown = 10

// paymentScreen is a payment with all that became of its money.
func paymentScreen(p *locales.Printer, v payments.PaymentView, moment paymentMoment) chat.Screen {
	var lines []string
	if moment == refundRequested && refundIsOpen(v.Refunds) {
		lines = append(lines, p.HTML("refund.requested"), "")
	}
	lines = append(lines, p.HTML("payment.sum", "sum", v.Payment.Amount))
	lines = append(lines, stateLines(p, v)...)
	lines = append(lines, p.HTML("payment.outlet", "outlet", v.Outlet.Name))
	if comment := cmp.Or(v.Link.Comment, v.Payment.Comment); comment != "" {
		lines = append(lines, p.HTML("payment.comment", "comment", comment))
	}
	if v.Payment.Receipt != 0 {
		lines = append(lines, p.HTML("payment.receipt", "receipt", receiptNumber(v.Payment)))
	}
	lines = append(lines, p.HTML("payment.operator_id", "id", v.Payment.OperatorID))
	if v.Payment.ReceiptID != "" {
		lines = append(lines, p.HTML("payment.payer_receipt", "id", v.Payment.ReceiptID))
	}
	if money := moneyLines(p, v); len(money) > 0 {
		lines = append(append(lines, ""), money...)
	}
	var row []chat.Button
	if v.Payment.Receipt != 0 {
		row = append(row, receiptButton(p, v.Payment.ID))
	}
	if v.MayRefund && v.Refundable > 0 {
		row = append(row, chat.Button{Text: p.Text("refund.button.refund"), Action: chat.Act(actionRefund, v.Payment.ID)})
	}
	rows := withRow(nil, row)
	if v.Duplicate.ID != 0 {
		rows = append(rows, []chat.Button{{
			Text:   p.Text("payment.button.other", "receipt", receiptNumber(v.Duplicate)),
			Action: chat.Act(actionPayment, v.Duplicate.ID),
		}})
	}
	return chat.Screen{Text: strings.Join(lines, "\n"), Buttons: append(rows, menuRow(p))}
}

// stateLines are the payment's state in the regulation's words, and since when.
func stateLines(p *locales.Printer, v payments.PaymentView) []string {
	pay, zone := v.Payment, v.Merchant.Location()
	at := firstTime(pay.ReversedAt, pay.FinalAt, pay.ExecutedAt, pay.CreatedAt)
	when := p.DateTime(at.In(zone))
	var lines []string
	switch pay.State {
	case payments.PaymentSucceeded:
		lines = append(lines, p.HTML("payment.success", "at", when))
	case payments.PaymentFailed:
		lines = append(lines, p.HTML("payment.error", "at", when))
	case payments.PaymentCancelled:
		lines = append(lines, p.HTML("payment.cancelled", "at", when))
	case payments.PaymentReversed:
		lines = append(lines, p.HTML("payment.reversed", "at", when))
	default:
		lines = append(lines, p.HTML("payment.process", "at", when))
	}
	if len(v.Steps) > 1 {
		lines = append(lines, p.HTML("payment.steps", "steps", stepsBefore(p, v, p.Date(at.In(zone)))))
	}
	if pay.Late {
		lines = append(lines, p.HTML("payment.late"))
	}
	if v.Duplicate.ID != 0 {
		lines = append(lines, p.HTML("notice.duplicate",
			"at", p.DateTime(v.Duplicate.FinalAt.In(zone)), "receipt", receiptNumber(v.Duplicate)))
	}
	return lines
}

// stepsBefore are the states before the present one, each with its time, and
// with its day where that is another than the one named last.
func stepsBefore(p *locales.Printer, v payments.PaymentView, day string) string {
	var steps []string
	for _, step := range v.Steps[:len(v.Steps)-1] {
		at := step.At.In(v.Merchant.Location())
		when := p.Time(at)
		if p.Date(at) != day {
			day, when = p.Date(at), p.DateTime(at)
		}
		steps = append(steps, p.Text("payment.step."+string(step.State), "at", when))
	}
	return strings.Join(steps, " → ")
}

// moneyLines are where the money is: the fee, the credit, the refunds, and what
// they leave.
func moneyLines(p *locales.Printer, v payments.PaymentView) []string {
	var lines []string
	if v.Payment.Fee != 0 {
		lines = append(lines, p.HTML("notice.fee", "fee", v.Payment.Fee))
	}
	lines = append(lines, creditLines(p, v.Credit, v.Card, v.Merchant.Location())...)
	if len(v.Refunds) == 0 {
		return lines
	}
	if earlier := len(v.Refunds) - refundsShown; earlier > 0 {
		lines = append(lines, p.HTML("payment.refund.earlier", "count", earlier))
	}
	for _, r := range v.Refunds[max(0, len(v.Refunds)-refundsShown):] {
		lines = append(lines, refundLine(p, r, v.Merchant.Location()))
	}
	if v.Payment.State == payments.PaymentSucceeded {
		lines = append(lines, p.HTML("payment.left", "sum", left(v)))
	}
	return lines
}

// left is what the refunds leave, also where it is too little to be refunded.
func left(v payments.PaymentView) payments.Money {
	sum := v.Payment.Amount
	for _, r := range v.Refunds {
		if r.State != payments.RefundFailed {
			sum -= r.Amount
		}
	}
	return sum
}

// creditLines say in plain words where the money stands on its way to the card,
// and what debts took of it; none where there is no credit.
func creditLines(p *locales.Printer, c payments.Credit, card payments.Card, zone *time.Location) []string {
	var lines []string
	switch c.State {
	case payments.CreditDue, payments.CreditSent:
		lines = append(lines, p.HTML("payment.credit.due", "sum", c.Outgoing(), "last4", card.Last4))
	case payments.CreditDone:
		if c.Outgoing() > 0 {
			lines = append(lines, p.HTML("payment.credit.done", "sum", c.Outgoing(), "last4", card.Last4, "at", p.DateTime(c.ChangedAt.In(zone))))
		}
	case payments.CreditRefused:
		lines = append(lines, p.HTML("payment.credit.refused", "sum", c.Outgoing(), "last4", card.Last4))
	case payments.CreditStopped:
		lines = append(lines, p.HTML("payment.credit.stopped"))
	case payments.CreditRecall:
		lines = append(lines, p.HTML("payment.credit.recall", "sum", c.Outgoing(), "last4", card.Last4))
	}
	if c.Withheld > 0 {
		lines = append(lines, p.HTML("payment.credit.withheld", "sum", c.Withheld))
	}
	return lines
}

func refundLine(p *locales.Printer, r payments.Refund, zone *time.Location) string {
	at := p.DateTime(firstTime(r.FinalAt, r.RequestedAt).In(zone))
	switch r.State {
	case payments.RefundSucceeded:
		return p.HTML("payment.refund.success", "sum", r.Amount, "at", at)
	case payments.RefundFailed:
		return p.HTML("payment.refund.error", "sum", r.Amount, "at", at)
	}
	return p.HTML("payment.refund.process", "sum", r.Amount, "at", at)
}

// refundIsOpen reports whether the end of a refund is still to be told.
func refundIsOpen(refunds []payments.Refund) bool {
	return slices.ContainsFunc(refunds, func(r payments.Refund) bool { return !r.State.Final() })
}

// firstTime is the first of the times that is set.
func firstTime(times ...time.Time) time.Time {
	for _, t := range times {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

// detailsRow leads from a notice to its payment.
func detailsRow(p *locales.Printer, id payments.PaymentID) []chat.Button {
	return []chat.Button{{Text: p.Text("payment.button.details"), Action: chat.Act(actionPayment, id)}}
}
