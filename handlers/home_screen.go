package handlers

import (
	"strings"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

type homeView struct {
	Outlet  string
	Today   payments.Takings
	Moment  homeMoment
	Address string // of the static link, as payers open it
	QR      []byte // PNG of the static link
}

func homeScreen(p *locales.Printer, v homeView) chat.Screen {
	var lines []string
	if v.Moment == homeJustDone {
		lines = append(lines, p.HTML("setup.done"), "")
	}
	lines = append(lines, p.HTML("home.outlet", "outlet", v.Outlet))
	if v.Today.Count == 0 {
		lines = append(lines, p.HTML("home.today_none"))
	} else {
		lines = append(lines, p.HTML("home.today", "total", v.Today.Total, "count", v.Today.Count))
	}
	lines = append(lines, "", p.HTML("home.howto"))
	return chat.Screen{
		Photo: v.QR,
		Text:  strings.Join(lines, "\n"),
		Buttons: [][]chat.Button{
			{{Text: p.Text("home.button.pay"), Action: chat.Act(actionPay)}},
			{shareButton(p.Text("home.button.share"), v.Address, p.Text("home.share_text", "outlet", v.Outlet))},
			{
				{Text: p.Text("home.button.card"), Action: chat.Act(actionCards)},
				{Text: p.Text("home.button.settings"), Action: chat.Act(actionSettings)},
			},
		},
	}
}

// menuRow leads back to the main screen.
func menuRow(p *locales.Printer) []chat.Button {
	return []chat.Button{{Text: p.Text("home.button.menu"), Action: chat.Act(actionMenu)}}
}
