package handlers

import (
	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// cardScreen shows the card that is credited; nil: there is none yet.
func cardScreen(p *locales.Printer, card *payments.Card) chat.Screen {
	text, label := p.HTML("card.none"), p.Text("card.button.open")
	if card != nil {
		text, label = p.HTML("card.current", "last4", card.Last4), p.Text("card.button.change")
	}
	return chat.Screen{
		Text:    text,
		Buttons: [][]chat.Button{{{Text: label, Action: chat.Act(actionNewCard)}}, menuRow(p)},
	}
}

// setupCardScreen asks for the first card.
func setupCardScreen(p *locales.Printer, address string) chat.Screen {
	return chat.Screen{
		Text:    p.HTML("setup.card.ask"),
		Buttons: [][]chat.Button{{{Text: p.Text("card.button.open"), URL: address}}},
	}
}

// cardPageScreen asks for another card.
func cardPageScreen(p *locales.Printer, address string) chat.Screen {
	return chat.Screen{
		Text:    p.HTML("card.form"),
		Buttons: [][]chat.Button{{{Text: p.Text("card.button.change"), URL: address}}, menuRow(p)},
	}
}

// cardInChatScreen asks for the number itself.
func cardInChatScreen(p *locales.Printer) chat.Screen {
	return chat.Screen{Text: p.HTML("card.type")}
}

func cardAddedScreen(p *locales.Printer, card payments.Card) chat.Screen {
	return chat.Screen{Text: p.HTML("card.added", "last4", card.Last4), Buttons: [][]chat.Button{menuRow(p)}}
}
