package handlers

import (
	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// SumScreen tells an owner that the operator holds another sum of a payment.
func (b *Bot) SumScreen(owner payments.Person, n payments.SumNews) chat.Screen {
	return b.hushed(sumScreen(b.printerFor(owner), n), owner, n.Merchant)
}

func sumScreen(p *locales.Printer, n payments.SumNews) chat.Screen {
	sum, said, receipt := n.Payment.Amount, n.Said, receiptNumber(n.Payment)
	text := p.HTML("notice.sum_under", "sum", sum, "said", said, "diff", sum-said, "receipt", receipt)
	if n.Payment.Against(said) == payments.SumOver {
		text = p.HTML("notice.sum_over", "sum", sum, "said", said, "diff", said-sum, "receipt", receipt)
	}
	return chat.Screen{
		Text:    text + "\n" + p.HTML("notice.sum_credited"),
		Buttons: [][]chat.Button{detailsRow(p, n.Payment.ID)},
	}
}
