package handlers

import (
	"cmp"

	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/documents"
)

// ReceiptView is a payment as a receipt shows it.
type ReceiptView struct {
	payments.PaymentView
	ForPayer bool // without what is between the merchant and us: the fee
}

// refundsOnReceipt is how many refunds a receipt lists, the newest ones.
const refundsOnReceipt = 6

// ReceiptData puts a payment into the words of its receipt, for
// documents.Press. Its status uses the regulation's words (§10); where money
// went back, that is the headline.
func (b *Bot) ReceiptData(p *locales.Printer, v ReceiptView) documents.Receipt {
	return ReceiptData(p, v, b.publicURL)
}

// ReceiptData is Bot.ReceiptData for others who show receipts. Where publicURL
// is empty there is no page that could vouch for it, and no code on it: then it
// says that its seller can ask the bot.
func ReceiptData(p *locales.Printer, v ReceiptView, publicURL string) documents.Receipt {
	pay, zone := v.Payment, v.Merchant.Location()
	at := firstTime(pay.ExecutedAt, pay.CreatedAt)
	if pay.State == payments.PaymentSucceeded {
		at = pay.FinalAt
	}
	r := documents.Receipt{
		Service:  p.Text("receipt.service"),
		Sum:      p.Money(pay.Amount),
		When:     p.Text("receipt.when", "date", p.LongDate(at.In(zone)), "time", p.Time(at.In(zone))),
		Notice:   p.Text("receipt.not_fiscal"),
		Language: p.Language(),
		Made:     firstTime(pay.ReversedAt, pay.FinalAt, at),
	}
	if pay.Receipt != 0 {
		r.Number = p.Text("receipt.number", "receipt", receiptNumber(pay))
	}
	receiptStatus(p, &r, v)

	// The outlet as it was called when it was paid.
	outlet := cmp.Or(pay.BeneficiaryName, v.Outlet.Name)
	r.Payee = cmp.Or(v.Merchant.Name, outlet)
	if outlet != r.Payee {
		r.Place = append(r.Place, outlet)
	}
	r.Place = append(r.Place, v.Outlet.Address)
	r.Rows = append(r.Rows, receiptRows(p, v)...)
	if publicURL != "" && pay.ReceiptKey != "" {
		r.Check = publicURL + "/r/" + pay.ReceiptKey
		r.CheckTitle, r.CheckText = p.Text("receipt.check.title"), p.Text("receipt.check.text")
	} else if pay.Receipt != 0 {
		r.CheckTitle = p.Text("receipt.check.title")
		r.CheckText = p.Text("receipt.check.by_seller", "receipt", receiptNumber(pay))
	}
	return r
}

// receiptStatus sets the headline and the marks that limit it.
func receiptStatus(p *locales.Printer, r *documents.Receipt, v ReceiptView) {
	at := p.DateTime(v.Payment.ReversedAt.In(v.Merchant.Location()))
	switch v.Payment.State {
	case payments.PaymentSucceeded:
		receiptRefunds(p, r, v)
		return
	case payments.PaymentCreated, payments.PaymentExecuting:
		r.Tone, r.Status = documents.ToneWaiting, p.Text("receipt.status.process")
		r.Marks = []string{p.Text("receipt.mark.process"), p.Text("receipt.mark.no_proof")}
		return
	case payments.PaymentReversed:
		r.Status, r.Marks = p.Text("receipt.status.cancelled"), []string{p.Text("receipt.mark.reversed", "at", at)}
	case payments.PaymentFailed:
		r.Status, r.Marks = p.Text("receipt.status.error"), []string{p.Text("receipt.mark.failed")}
	default:
		r.Status, r.Marks = p.Text("receipt.status.cancelled"), []string{p.Text("receipt.mark.failed")}
	}
	r.Tone, r.Struck = documents.ToneBad, true
	r.Marks = append(r.Marks, p.Text("receipt.mark.no_money"))
}

// receiptRefunds is the headline of a payment that succeeded: success, or what
// has gone back since.
func receiptRefunds(p *locales.Printer, r *documents.Receipt, v ReceiptView) {
	var done, open payments.Money
	var lines []string
	for _, refund := range v.Refunds {
		switch refund.State {
		case payments.RefundSucceeded:
			done += refund.Amount
			at := p.DateTime(refund.FinalAt.In(v.Merchant.Location()))
			lines = append(lines, p.Text("receipt.mark.refund", "at", at, "sum", refund.Amount))
			if refund.FinalAt.After(r.Made) {
				r.Made = refund.FinalAt
			}
		case payments.RefundRequested, payments.RefundSent:
			open += refund.Amount
		}
	}
	r.Tone, r.Status = documents.ToneGood, p.Text("receipt.status.success")
	if done > 0 {
		r.Tone, r.Status = documents.ToneReturned, p.Text("receipt.status.part_refunded")
		r.Marks = append(r.Marks, p.Text("receipt.mark.refunded", "sum", done))
		r.Marks = append(r.Marks, lines[max(0, len(lines)-refundsOnReceipt):]...)
		r.Rows = append(r.Rows, documents.Row{Label: p.Text("receipt.label.status"), Value: p.Text("receipt.status.success")})
	}
	if open > 0 {
		r.Marks = append(r.Marks, p.Text("receipt.mark.refund_process", "sum", open))
	}
	switch rest := v.Payment.Amount - done; {
	case rest <= 0:
		r.Struck, r.Status = true, p.Text("receipt.status.refunded")
	case done > 0:
		r.Marks = append(r.Marks, p.Text("receipt.mark.left", "sum", rest))
	}
}

// receiptRows are the facts of a receipt; the operator's transaction id is one
// that payers and payees must see (§10.4). What was reversed has no fee.
func receiptRows(p *locales.Printer, v ReceiptView) []documents.Row {
	var rows []documents.Row
	add := func(label, value string) {
		if value != "" {
			rows = append(rows, documents.Row{Label: label, Value: value})
		}
	}
	add(p.Text("receipt.label.inn"), v.Merchant.TIN)
	add(p.Text("receipt.label.operator_id"), v.Payment.OperatorID)
	add(p.Text("receipt.label.comment"), cmp.Or(v.Link.Comment, v.Payment.Comment))
	if v.Payment.State == payments.PaymentSucceeded && v.Payment.Fee != 0 && !v.ForPayer {
		add(p.Text("receipt.label.fee"), p.Money(v.Payment.Fee))
	}
	return rows
}
