package handlers

import (
	"strings"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// historyFilterScreen is all that a history can be narrowed to, on one screen.
// What is chosen has a tick; a tap on another choice leads to what it shows.
func historyFilterScreen(p *locales.Printer, page payments.HistoryPage) chat.Screen {
	ask := page.Ask
	ask.From, ask.Order = payments.Position{}, payments.NewestFirst
	lines := append([]string{p.HTML("history.filter")}, filterLines(p, page)...)
	screen := chat.Screen{Text: strings.Join(lines, "\n")}
	to := func(label string, chosen bool, change func(*payments.HistoryAsk)) chat.Button {
		next := ask
		change(&next)
		return chat.Button{Text: chosenLabel(p, label, chosen), Action: historyAction(next, actionHistory)}
	}
	var row []chat.Button
	full := func(n int) {
		if len(row) >= n {
			screen.Buttons, row = append(screen.Buttons, row), nil
		}
	}
	for _, period := range payments.HistoryPeriods() {
		button := to(p.Text("history.period."+periodKey(period)), ask.Period == period, func(a *payments.HistoryAsk) {
			a.Period, a.First, a.Last = period, 0, 0
		})
		if period == payments.HistoryDates {
			button.Action = historyAction(ask, actionHistoryDays)
		}
		row = append(row, button)
		full(2)
	}
	full(1)
	for _, kind := range payments.HistoryKinds() {
		label := "history.kind." + string(kind)
		if kind == payments.HistoryAccepted {
			label = "history.kind.accepted"
		}
		row = append(row, to(p.Text(label), ask.Kind == kind, func(a *payments.HistoryAsk) { a.Kind = kind }))
		full(2)
	}
	full(1)
	choose := func(label, what string, chosen bool) chat.Button {
		return chat.Button{Text: chosenLabel(p, p.Text(label), chosen), Action: historyAction(ask, actionHistoryChoose, what, 0)}
	}
	if len(page.Outlets) > 1 {
		row = append(row, choose("history.button.outlet", chooseOutlet, ask.OutletID != 0))
	}
	row = append(row, choose("history.button.seller", chooseSeller, ask.SellerID != 0), choose("history.button.link", chooseLink, ask.LinkID != 0))
	full(1)
	if ask.Narrowed() {
		screen.Buttons = append(screen.Buttons, []chat.Button{{Text: p.Text("history.button.all"), Action: chat.Act(actionHistory)}})
	}
	screen.Buttons = append(screen.Buttons, backToHistory(p, ask))
	return screen
}

func periodKey(period payments.HistoryPeriod) string {
	if period == payments.HistoryAlways {
		return "always"
	}
	return string(period)
}

func chosenLabel(p *locales.Printer, label string, chosen bool) string {
	if chosen {
		return p.Text("history.chosen", "choice", label)
	}
	return label
}

func backToHistory(p *locales.Printer, ask payments.HistoryAsk) []chat.Button {
	return []chat.Button{{Text: p.Text("history.button.back"), Action: historyAction(ask, actionHistory)}}
}

// historyChoice is one line of a list to choose from.
type historyChoice struct {
	label  string
	chosen bool
	ask    payments.HistoryAsk
}

// historyChoiceScreen lists the outlets, sellers or links; ok is false for
// anything else.
func historyChoiceScreen(p *locales.Printer, c payments.HistoryChoices, what string, n int64, ask payments.HistoryAsk) (screen chat.Screen, ok bool) {
	var choices []historyChoice
	add := func(label string, chosen bool, change func(*payments.HistoryAsk)) {
		next := ask
		change(&next)
		choices = append(choices, historyChoice{label, chosen, next})
	}
	all := ask
	switch what {
	case chooseOutlet:
		screen.Text, all.OutletID = p.HTML("history.choose_outlet"), 0
		for _, o := range c.Outlets {
			add(o.Name, o.ID == ask.OutletID, func(a *payments.HistoryAsk) { a.OutletID, a.LinkID = o.ID, 0 })
		}
	case chooseSeller:
		screen.Text, all.SellerID = p.HTML("history.choose_seller"), 0
		if len(c.Sellers) == 0 {
			screen.Text = p.HTML("history.no_sellers")
		}
		for _, s := range c.Sellers {
			add(s.Name, s.ID == ask.SellerID, func(a *payments.HistoryAsk) { a.SellerID, a.LinkID = s.ID, 0 })
		}
	case chooseLink:
		screen.Text, all.LinkID = p.HTML("history.choose_link"), 0
		for _, l := range c.Links {
			// A link has one outlet and one maker: they are not asked for beside it.
			add(lastingName(p, l, c.Outlets), l.ID == ask.LinkID, func(a *payments.HistoryAsk) { a.LinkID, a.OutletID, a.SellerID = l.ID, 0, 0 })
		}
	default:
		return screen, false
	}
	page, turn := pageOf(p, choices, n, func(n int64) chat.Action { return historyAction(ask, actionHistoryChoose, what, n) })
	for _, choice := range page {
		screen.Buttons = append(screen.Buttons, []chat.Button{{
			Text: chosenLabel(p, clip(choice.label, 2*halfRow), choice.chosen), Action: historyAction(choice.ask, actionHistory),
		}})
	}
	screen.Buttons = withRow(screen.Buttons, turn)
	if all != ask {
		screen.Buttons = append(screen.Buttons, []chat.Button{{Text: p.Text("history.button.any"), Action: historyAction(all, actionHistory)}})
	}
	screen.Buttons = append(screen.Buttons, []chat.Button{{Text: p.Text("history.button.filter_back"), Action: historyAction(ask, actionHistoryFilter)}})
	return screen, true
}
