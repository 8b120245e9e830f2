package handlers

import (
	"strings"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

type homeView struct {
	payments.Desk
	Moment  homeMoment
	Address string // of the static link, as payers open it
	QR      []byte // PNG of the static link
}

func homeScreen(p *locales.Printer, v homeView) chat.Screen {
	var lines []string
	switch v.Moment {
	case homeJustDone:
		lines = append(lines, p.HTML("setup.done"), "")
	case homeOutletAdded:
		lines = append(lines, p.HTML("outlets.added"), "")
	case homeJoined:
		lines = append(lines, p.HTML("team.joined.you", "merchant", v.Merchant.Name), roleLine(p, v.Person.Role), "")
	}
	lines = append(lines, p.HTML("home.outlet", "outlet", v.Outlet.Name))
	if v.Today.Count == 0 {
		lines = append(lines, p.HTML("home.today_none"))
	} else {
		lines = append(lines, p.HTML("home.today", "total", v.Today.Total, "count", v.Today.Count))
	}
	outlets := p.Text("home.button.outlets")
	if v.Outlets > 1 {
		outlets = p.Text("home.button.switch")
	}
	more := [][]chat.Button{
		{{Text: p.Text("home.button.history"), Action: chat.Act(actionHistory)}, {Text: p.Text("home.button.links"), Action: chat.Act(actionLinks)}},
		{{Text: outlets, Action: chat.Act(actionOutlets)}, {Text: p.Text("home.button.more"), Action: chat.Act(actionMore)}},
	}
	if v.Outlet.State == payments.OutletPaused || v.Outlet.Archived() {
		return pausedHome(p, v, append(lines, "", p.HTML("home.paused")), more)
	}
	if !v.Person.Role.Can(payments.ActionTakeMoney) {
		return onlookerHome(p, v, append(lines, "", p.HTML("home.looks_on")), more)
	}
	return chat.Screen{
		Photo: v.QR,
		Text:  strings.Join(append(lines, "", p.HTML("home.howto")), "\n"),
		Buttons: append([][]chat.Button{
			{{Text: p.Text("home.button.pay"), Action: chat.Act(actionPay)}},
			{shareButton(p.Text("home.button.share"), v.Address, p.Text("home.share_text", "outlet", v.Outlet.Name))},
		}, more...),
	}
}

// pausedHome offers nothing that would not work.
func pausedHome(p *locales.Printer, v homeView, lines []string, more [][]chat.Button) chat.Screen {
	screen := chat.Screen{Photo: v.QR, Text: strings.Join(lines, "\n")}
	if v.Outlet.State == payments.OutletPaused && v.Person.Role.Can(payments.ActionPauseOutlet) {
		resume := chat.Button{Text: p.Text("outlets.button.resume"), Action: chat.Act(actionResumeOutlet, v.Outlet.ID, backHome)}
		screen.Buttons = append(screen.Buttons, []chat.Button{resume})
	}
	screen.Buttons = append(screen.Buttons, more...)
	return screen
}

// onlookerHome offers whoever takes no money what they are here for instead.
func onlookerHome(p *locales.Printer, v homeView, lines []string, more [][]chat.Button) chat.Screen {
	screen := chat.Screen{Photo: v.QR, Text: strings.Join(lines, "\n")}
	if v.Person.Role.Can(payments.ActionReport) {
		report := chat.Button{Text: p.Text("more.button.report"), Action: chat.Act(actionReport)}
		screen.Buttons = append(screen.Buttons, []chat.Button{report})
	}
	screen.Buttons = append(screen.Buttons, more...)
	return screen
}

// menuRow leads back to the main screen.
func menuRow(p *locales.Printer) []chat.Button {
	return []chat.Button{{Text: p.Text("home.button.menu"), Action: chat.Act(actionMenu)}}
}
