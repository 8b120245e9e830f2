package handlers

import (
	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// CreditRefusedScreen tells an owner that the card does not take a payment's
// money, and leads to another card.
func (b *Bot) CreditRefusedScreen(owner payments.Person, r payments.CreditRefusal) chat.Screen {
	return b.hushed(creditRefusedScreen(b.printerFor(owner), r), owner, r.Merchant)
}

func creditRefusedScreen(p *locales.Printer, r payments.CreditRefusal) chat.Screen {
	return chat.Screen{
		Text: p.HTML("credit.refused", "sum", r.Credit.Amount, "last4", r.Card.Last4, "outlet", r.Outlet.Name),
		Buttons: [][]chat.Button{{
			{Text: p.Text("card.button.change"), Action: chat.Act(actionNewCard)},
		}},
	}
}
