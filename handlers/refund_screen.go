package handlers

import (
	"strconv"
	"strings"
	"time"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// refundScreen asks for all or a part. Too little for two is not parted.
func refundScreen(p *locales.Printer, v payments.PaymentView) chat.Screen {
	id := v.Payment.ID
	buttons := [][]chat.Button{
		{{Text: p.Text("refund.button.all", "sum", v.Refundable), Action: chat.Act(actionRefundAll, id, here)}},
	}
	if v.Refundable > payments.DefaultMin {
		buttons = append(buttons, []chat.Button{{Text: p.Text("refund.button.part"), Action: chat.Act(actionRefundPart, id)}})
	}
	buttons = append(buttons, []chat.Button{
		{Text: p.Text("refund.button.back"), Action: chat.Act(actionPayment, id, here)},
	})
	return chat.Screen{
		Text:    p.HTML("refund.ask", "receipt", receiptNumber(v.Payment), "max", v.Refundable),
		Buttons: buttons,
	}
}

func refundSumScreen(p *locales.Printer, v payments.PaymentView) chat.Screen {
	return chat.Screen{Text: p.HTML("refund.sum.ask",
		"receipt", receiptNumber(v.Payment), "min", payments.DefaultMin, "max", v.Refundable)}
}

// refundConfirmScreen is the last word before money goes back: how much, where
// to, and at whose cost.
func refundConfirmScreen(p *locales.Printer, v payments.PaymentView, amount payments.Money, nonce int64) chat.Screen {
	id := v.Payment.ID
	lines := []string{
		p.HTML("refund.confirm", "sum", amount, "outlet", v.Outlet.Name, "receipt", receiptNumber(v.Payment)),
		"", p.HTML("refund.payer_only"),
	}
	if v.Credit.State == payments.CreditSent || v.Credit.State == payments.CreditDone {
		lines = append(lines, p.HTML("refund.withheld"))
	}
	if v.Payment.Fee != 0 {
		lines = append(lines, p.HTML("refund.fee_stays", "fee", v.Payment.Fee))
	}
	return chat.Screen{
		Text: strings.Join(append(lines, "", p.HTML("refund.fraud")), "\n"),
		Buttons: [][]chat.Button{
			{{Text: p.Text("refund.button.send", "sum", amount), Action: chat.Act(actionRefundSend, id, int64(amount), nonce)}},
			{{Text: p.Text("refund.button.keep"), Action: chat.Act(actionPayment, id, here)}},
		},
	}
}

// refundNewsScreen tells how a refund ended, or that it has not yet.
func refundNewsScreen(p *locales.Printer, n payments.RefundNews, now time.Time) chat.Screen {
	var head string
	switch n.Refund.State {
	case payments.RefundSucceeded:
		head = p.HTML("refund.news.success", "sum", n.Refund.Amount)
	case payments.RefundFailed:
		head = p.HTML("refund.news.error", "sum", n.Refund.Amount)
	default:
		head = p.HTML("refund.news.process", "sum", n.Refund.Amount)
	}
	at := firstTime(n.Refund.FinalAt, n.Refund.RequestedAt)
	return chat.Screen{
		Text: strings.Join([]string{
			head,
			p.HTML("notice.where", "outlet", n.Outlet.Name, "at", noticeTime(p, n.Merchant, at, now)),
			p.HTML("notice.receipt", "receipt", receiptNumber(n.Payment)),
		}, "\n"),
		Buttons: [][]chat.Button{detailsRow(p, n.Payment.ID)},
	}
}

func receiptNumber(p payments.Payment) string { return strconv.FormatInt(p.Receipt, 10) }
