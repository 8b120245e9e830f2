package handlers

import (
	"strings"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// namesShown is how many characters of outlets' names a line lists.
const namesShown = 300

// cardSeenScreen shows the card to somebody who has no say in it.
func cardSeenScreen(p *locales.Printer, card *payments.Card) chat.Screen {
	screen := cardScreen(p, card)
	screen.Buttons = [][]chat.Button{menuRow(p)}
	return screen
}

// walletScreen lists the cards.
func walletScreen(p *locales.Printer, w payments.Wallet, n int64) chat.Screen {
	page, turn := pageOf(p, w.Cards, n, func(n int64) chat.Action { return chat.Act(actionCards, n) })
	screen := chat.Screen{Text: p.HTML("wallet.list")}
	for _, c := range page {
		screen.Buttons = append(screen.Buttons, []chat.Button{{Text: cardLabel(p, w, c), Action: chat.Act(actionCard, c.ID)}})
	}
	screen.Buttons = append(withRow(screen.Buttons, turn),
		[]chat.Button{{Text: p.Text("card.button.open"), Action: chat.Act(actionNewCard)}}, menuRow(p))
	return screen
}

// cardLabel is a card on a button, with what it is for.
func cardLabel(p *locales.Printer, w payments.Wallet, c payments.Card) string {
	switch outlets, all := w.Uses(c.ID); {
	case all && len(outlets) > 1:
		return p.Text("wallet.label.all", "last4", c.Last4)
	case len(outlets) == 0:
		return p.Text("wallet.label.none", "last4", c.Last4)
	case len(outlets) == 1:
		return p.Text("wallet.label.one", "last4", c.Last4, "outlet", outlets[0].Name)
	default:
		return p.Text("wallet.label.some", "last4", c.Last4, "count", len(outlets))
	}
}

// usesLine says whose payments go to a card.
func usesLine(p *locales.Printer, w payments.Wallet, id payments.CardID) string {
	outlets, all := w.Uses(id)
	if all && len(outlets) > 1 {
		return p.HTML("wallet.for_all")
	}
	if len(outlets) == 0 {
		return p.HTML("wallet.for_none")
	}
	var names []string
	for _, o := range outlets {
		names = append(names, locales.Line(o.Name))
	}
	return p.HTML("wallet.for_some", "outlets", clip(strings.Join(names, ", "), namesShown))
}

// cardUseScreen is one card and the outlets it can be given to.
func cardUseScreen(p *locales.Printer, w payments.Wallet, c payments.Card, n int64) chat.Screen {
	screen := chat.Screen{Text: p.HTML("wallet.card", "last4", c.Last4) + "\n" + usesLine(p, w, c.ID)}
	if len(w.Cards) > 1 {
		screen.Text += "\n\n" + p.HTML("wallet.later.toast")
		screen.Buttons = useButtons(p, w, c, n)
		screen.Buttons = append(screen.Buttons, []chat.Button{{Text: p.Text("wallet.button.remove"), Action: chat.Act(actionRemoveCard, c.ID)}})
	}
	screen.Buttons = append(screen.Buttons, []chat.Button{{Text: p.Text("wallet.button.list"), Action: chat.Act(actionCards)}})
	return screen
}

func useButtons(p *locales.Printer, w payments.Wallet, c payments.Card, n int64) (rows [][]chat.Button) {
	if _, all := w.Uses(c.ID); !all {
		rows = append(rows, []chat.Button{{Text: p.Text("wallet.button.all"), Action: chat.Act(actionUseCard, c.ID, allOutlets, n)}})
	}
	if len(w.Outlets) == 1 {
		return rows
	}
	page, turn := pageOf(p, w.Outlets, n, func(n int64) chat.Action { return chat.Act(actionCard, c.ID, n) })
	for _, o := range page {
		label := locales.Line(o.Name)
		if o.CardID == c.ID {
			label = p.Text("outlets.active", "outlet", o.Name)
		}
		rows = append(rows, []chat.Button{{Text: label, Action: chat.Act(actionUseCard, c.ID, o.ID, n)}})
	}
	return withRow(rows, turn)
}

// removeCardScreen asks to confirm, and who takes over.
func removeCardScreen(p *locales.Printer, w payments.Wallet, c payments.Card, n int64) chat.Screen {
	heirs := w.Successors(c.ID)
	page, turn := pageOf(p, heirs, n, func(n int64) chat.Action { return chat.Act(actionRemoveCard, c.ID, n) })
	screen := chat.Screen{Text: p.HTML("wallet.remove_many", "last4", c.Last4)}
	for _, heir := range page {
		screen.Buttons = append(screen.Buttons, []chat.Button{{
			Text: p.Text("wallet.label.none", "last4", heir.Last4), Action: chat.Act(actionRemoveSure, c.ID, heir.ID),
		}})
	}
	if len(heirs) == 1 {
		screen.Text = p.HTML("wallet.remove_one", "last4", c.Last4, "successor", heirs[0].Last4)
		screen.Buttons[0][0].Text = p.Text("wallet.button.remove_yes")
	}
	screen.Buttons = append(withRow(screen.Buttons, turn), []chat.Button{{Text: p.Text("list.button.no"), Action: chat.Act(actionCard, c.ID)}})
	return screen
}

// cardForScreen asks which outlets a new card is for.
func cardForScreen(p *locales.Printer, w payments.Wallet, n int64) chat.Screen {
	page, turn := pageOf(p, w.Outlets, n, func(n int64) chat.Action { return chat.Act(actionNewCard, "", n) })
	screen := chat.Screen{
		Text:    p.HTML("wallet.add_for"),
		Buttons: [][]chat.Button{{{Text: p.Text("wallet.button.all"), Action: chat.Act(actionNewCard, allOutlets)}}},
	}
	for _, o := range page {
		screen.Buttons = append(screen.Buttons, []chat.Button{{Text: locales.Line(o.Name), Action: chat.Act(actionNewCard, o.ID)}})
	}
	screen.Buttons = append(withRow(screen.Buttons, turn),
		[]chat.Button{{Text: p.Text("wallet.button.list"), Action: chat.Act(actionCards)}})
	return screen
}

// CardToldScreen tells an owner what another one did to the cards. ok is false
// when there is nothing to tell.
func (b *Bot) CardToldScreen(n payments.CardNews) (screen chat.Screen, ok bool) {
	screen, ok = cardToldScreen(b.printerFor(n.Recipient), n)
	return b.fromAway(screen, n.Recipient, n.Merchant), ok
}

func cardToldScreen(p *locales.Printer, n payments.CardNews) (screen chat.Screen, ok bool) {
	d := n.Entry.Details
	last4, outlet, forAll := d[payments.DetailLast4], d[payments.DetailOutlet], d[payments.DetailOutlet] == ""
	var what string
	switch action := n.Entry.Action; {
	case action == payments.AuditCardAdded && forAll:
		what = p.HTML("wallet.told.added_all", "last4", last4)
	case action == payments.AuditCardAdded:
		what = p.HTML("wallet.told.added_one", "last4", last4, "outlet", outlet)
	case action == payments.AuditCardAssigned && forAll:
		what = p.HTML("wallet.told.assigned_all", "last4", last4)
	case action == payments.AuditCardAssigned:
		what = p.HTML("wallet.told.assigned_one", "last4", last4, "outlet", outlet)
	case action == payments.AuditCardRemoved:
		what = p.HTML("wallet.told.removed", "last4", last4, "successor", d[payments.DetailSuccessor])
	default:
		return chat.Screen{}, false
	}
	return chat.Screen{
		Text:    what + "\n" + p.HTML("wallet.told.by", "name", n.By.Name),
		Buttons: [][]chat.Button{{{Text: p.Text("wallet.button.list"), Action: chat.Act(actionCards)}}},
	}, true
}
