package handlers

import (
	"strings"

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
		Buttons: [][]chat.Button{{pageButton(p.Text("card.button.open"), address)}},
	}
}

// cardPageScreen asks for another card.
func cardPageScreen(p *locales.Printer, address string) chat.Screen {
	return chat.Screen{
		Text:    p.HTML("card.form"),
		Buttons: [][]chat.Button{{pageButton(p.Text("card.button.change"), address)}, menuRow(p)},
	}
}

// pageButton opens a page of ours inside Telegram, which takes https alone;
// otherwise, as in a trial on one machine, in the browser.
func pageButton(label, address string) chat.Button {
	if strings.HasPrefix(address, "https://") {
		return chat.Button{Text: label, WebApp: address}
	}
	return chat.Button{Text: label, URL: address}
}

// cardInChatScreen asks for the number itself.
func cardInChatScreen(p *locales.Printer) chat.Screen {
	return chat.Screen{Text: p.HTML("card.type")}
}

// cardAddedScreen tells that a card came in, and what for where that is in
// question.
func cardAddedScreen(p *locales.Printer, w payments.Wallet, card payments.Card) chat.Screen {
	text := p.HTML("card.added", "last4", card.Last4)
	if len(w.Outlets) > 1 {
		text += "\n" + usesLine(p, w, card.ID)
	}
	return chat.Screen{Text: text, Buttons: [][]chat.Button{menuRow(p)}}
}

// cardRemovedScreen says what became of a card number in the chat. free: they are
// in the middle of nothing, and go on from here.
func cardRemovedScreen(p *locales.Printer, role payments.Role, free bool) chat.Screen {
	screen := chat.Screen{Text: p.HTML("card.removed_from_chat")}
	if !free {
		return screen
	}
	if role.Can(payments.ActionCards) {
		cards := chat.Button{Text: p.Text("more.button.cards"), Action: chat.Act(actionCards)}
		screen.Buttons = append(screen.Buttons, []chat.Button{cards})
	}
	screen.Buttons = append(screen.Buttons, menuRow(p))
	return screen
}
