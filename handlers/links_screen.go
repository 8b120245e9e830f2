package handlers

import (
	"strconv"
	"strings"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// linksScreen lists links: what is asked, for what, and what came of it.
func linksScreen(p *locales.Printer, list payments.LinkList) chat.Screen {
	screen := chat.Screen{Text: p.HTML("links.list", "outlet", list.Outlet.Name)}
	if len(list.Links) == 0 {
		screen.Text += "\n" + p.HTML("links.none")
	}
	filters := payments.LinkFilters()
	for i, f := range filters {
		if i%2 == 0 {
			screen.Buttons = append(screen.Buttons, nil)
		}
		label := p.Text("links.filter." + string(f))
		if f == list.Filter {
			label = p.Text("links.filter_on", "filter", label)
		}
		last := len(screen.Buttons) - 1
		screen.Buttons[last] = append(screen.Buttons[last], chat.Button{Text: label, Action: chat.Act(actionLinks, string(f))})
	}
	for _, l := range list.Links {
		screen.Buttons = append(screen.Buttons, []chat.Button{{Text: linkLabel(p, l), Action: chat.Act(actionLink, l.ID)}})
	}
	var turn []chat.Button
	if list.Newer {
		turn = append(turn, chat.Button{Text: p.Text("list.button.previous"), Action: chat.Act(actionLinks, string(list.Filter), newer, list.Links[0].ID)})
	}
	if list.Older {
		turn = append(turn, chat.Button{Text: p.Text("list.button.next"), Action: chat.Act(actionLinks, string(list.Filter), older, list.Links[len(list.Links)-1].ID)})
	}
	screen.Buttons = withRow(screen.Buttons, turn)
	if list.Person.Role.Can(payments.ActionTakeMoney) {
		screen.Buttons = append(screen.Buttons, []chat.Button{{Text: p.Text("links.button.new"), Action: chat.Act(actionNewLink)}})
	}
	screen.Buttons = append(screen.Buttons, menuRow(p))
	return screen
}

// linkLabel is a link on a button of the list.
func linkLabel(p *locales.Printer, l payments.Link) string {
	parts := []string{linkMark(p, l) + " " + linkSum(p, l)}
	if l.Comment != "" {
		parts = append(parts, clip(l.Comment, halfRow))
	}
	switch {
	case l.Kind != payments.LinkReusable:
	case l.Cap != 0:
		parts = append(parts, p.Text("links.paid_of", "paid", l.Paid, "cap", l.Cap))
	case l.Paid != 0:
		parts = append(parts, p.Text("links.paid_times", "paid", l.Paid))
	}
	if l.Amount == 0 && l.Cap == 0 && l.Total != 0 {
		parts = append(parts, p.Money(l.Total))
	}
	return strings.Join(parts, " · ")
}

// linkMark is a link's state as a sign.
func linkMark(p *locales.Printer, l payments.Link) string {
	switch {
	case l.Kind == payments.LinkCharge && l.Taking != 0:
		return p.Text("links.mark.executing")
	case l.Kind == payments.LinkCharge && l.State == payments.LinkUsedUp && l.Paid == 0:
		return p.Text("links.mark.reversed")
	}
	return p.Text("links.mark." + string(l.State))
}

func linkSum(p *locales.Printer, l payments.Link) string {
	if l.Amount == 0 {
		return p.Text("links.any_sum")
	}
	return p.Money(l.Amount)
}

// linkView is a link with all that can be done with it.
type linkView struct {
	ticketView
	MayChange bool // this link
	MaySell   bool // make another one
}

// asleep reports whether the link's outlet takes no money.
func (v linkView) asleep() bool {
	return v.Outlet.State == payments.OutletPaused || v.Outlet.State == payments.OutletArchived
}

// open reports whether the link can be paid, at once or after a pause.
func (v linkView) open() bool {
	return v.Link.State == payments.LinkActive || v.Link.State == payments.LinkPaused
}

// changeable reports whether anything can still be changed: a link that is used
// up can be given a larger cap.
func (v linkView) changeable() bool {
	if v.Link.Kind != payments.LinkReusable {
		return v.Link.State == payments.LinkActive && v.state() == ""
	}
	return v.open() || v.Link.State == payments.LinkUsedUp
}

// linkScreen is one link with what its reader may do with it.
func linkScreen(p *locales.Printer, v linkView) chat.Screen {
	if v.Link.Kind != payments.LinkReusable {
		return chargeLinkScreen(p, v)
	}
	l := v.Link
	lines := []string{p.HTML("links.open_sum")}
	if l.Amount != 0 {
		lines[0] = p.HTML("charge.sum", "sum", l.Amount)
	}
	lines = append(lines, p.HTML("charge.outlet", "outlet", v.Outlet.Name))
	if l.Comment != "" {
		lines = append(lines, p.HTML("charge.comment", "comment", l.Comment))
	}
	if l.Amount == 0 && (l.Min > payments.DefaultMin || l.Max < payments.DefaultMax) {
		lines = append(lines, p.HTML("links.between", "min", l.Min, "max", l.Max))
	}
	if v.asleep() && l.State == payments.LinkActive {
		lines = append(lines, "", p.HTML("links.outlet_closed"))
	} else {
		lines = append(lines, "", p.HTML("links.state."+string(l.State)))
	}
	if v.open() {
		if l.ExpiresAt.IsZero() {
			lines = append(lines, p.HTML("links.forever"))
		} else {
			lines = append(lines, p.HTML("charge.until", "until", p.DateTime(l.ExpiresAt.In(v.Zone))))
		}
	}
	switch {
	case l.Cap != 0:
		lines = append(lines, p.HTML("links.came_of", "paid", l.Paid, "cap", l.Cap, "total", l.Total))
	case l.Paid != 0:
		lines = append(lines, p.HTML("links.came", "count", l.Paid, "total", l.Total))
	default:
		lines = append(lines, p.HTML("links.came_none"))
	}
	screen := chat.Screen{Photo: v.QR}
	if l.State == payments.LinkActive && !v.asleep() {
		if show := locales.Escape(v.Address); len(show) < captionLimit/2 {
			lines = append(lines, "", show)
		}
		screen.Buttons = sendRows(p, v)
	}
	screen.Text = strings.Join(lines, "\n")
	screen.Buttons = append(append(screen.Buttons, reusableRows(p, v)...), linksRow(p))
	return screen
}

// sendRows are the ways in which a link gets to its payer.
func sendRows(p *locales.Printer, v linkView) [][]chat.Button {
	text := shareText(p, v.ticketView)
	if v.Link.Amount == 0 {
		text = p.Text("home.share_text", "outlet", v.Outlet.Name)
	}
	rows := [][]chat.Button{{
		shareButton(p.Text("links.button.telegram"), v.Address, text),
		{Text: p.Text("links.button.whatsapp"), URL: "https://wa.me/?text=" + percent(text+"\n"+v.Address)},
	}}
	var last []chat.Button
	if units(v.Address) <= copyLimit {
		last = append(last, chat.Button{Text: p.Text("charge.button.copy"), Copy: v.Address})
	}
	return append(rows, append(last, chat.Button{Text: p.Text("links.button.file"), Action: chat.Act(actionLinkFile, v.Link.ID)}))
}

// reusableRows are what can be done with a reusable link.
func reusableRows(p *locales.Printer, v linkView) (rows [][]chat.Button) {
	id := v.Link.ID
	if v.MayChange {
		var row []chat.Button
		switch v.Link.State {
		case payments.LinkActive:
			row = append(row, chat.Button{Text: p.Text("links.button.pause"), Action: chat.Act(actionPauseLink, id)})
		case payments.LinkPaused:
			row = append(row, chat.Button{Text: p.Text("links.button.resume"), Action: chat.Act(actionResumeLink, id)})
		}
		if v.changeable() {
			row = append(row, chat.Button{Text: p.Text("links.button.change"), Action: chat.Act(actionChangeLink, id)})
		}
		rows = withRow(rows, row)
	}
	var row []chat.Button
	if v.Link.Paid != 0 {
		rows = append(rows, []chat.Button{{
			Text: p.Text("history.button.of_link"), Action: historyAction(payments.HistoryAsk{LinkID: id}, actionHistory),
		}})
	}
	if v.MaySell {
		row = append(row, chat.Button{Text: p.Text("links.button.clone"), Action: chat.Act(actionCloneLink, id)})
	}
	if v.MayChange && v.open() {
		row = append(row, chat.Button{Text: p.Text("charge.button.cancel"), Action: chat.Act(actionCancelLink, id)})
	}
	return withRow(rows, row)
}

// chargeLinkScreen is a charge: as at the till, with more to do while it can be
// paid.
func chargeLinkScreen(p *locales.Printer, v linkView) chat.Screen {
	screen := ticketScreen(p, v.ticketView)
	if !v.changeable() {
		screen.Buttons = append(screen.Buttons, linksRow(p))
		return screen
	}
	id := v.Link.ID
	if screen.Buttons = sendRows(p, v); v.asleep() {
		screen.Text += "\n\n" + p.HTML("links.outlet_closed")
		screen.Buttons = nil
	}
	if v.MayChange {
		screen.Buttons = append(screen.Buttons,
			[]chat.Button{
				{Text: p.Text("links.button.remind"), Action: chat.Act(actionRemind, id)},
				{Text: p.Text("links.button.life"), Action: chat.Act(actionLinkLife, id)},
			},
			[]chat.Button{
				{Text: p.Text("charge.button.again"), Action: chat.Act(actionAgain, id)},
				{Text: p.Text("charge.button.cancel"), Action: chat.Act(actionCancel, id)},
			})
	}
	screen.Buttons = append(screen.Buttons, linksRow(p))
	return screen
}

// reminderScreen is a charge that nobody has paid yet.
func reminderScreen(p *locales.Printer, v linkView) chat.Screen {
	screen := chargeLinkScreen(p, v)
	screen.Text = p.HTML("links.reminder") + "\n\n" + screen.Text
	return screen
}

func cancelLinkScreen(p *locales.Printer, v linkView) chat.Screen {
	return chat.Screen{
		Text: p.HTML("links.cancel_ask", "sum", linkSum(p, v.Link)),
		Buttons: [][]chat.Button{
			{{Text: p.Text("links.button.cancel_yes"), Action: chat.Act(actionCancelLinkSure, v.Link.ID)}},
			{{Text: p.Text("list.button.no"), Action: chat.Act(actionLinkHere, v.Link.ID)}},
		},
	}
}

// linkFileScreen is the QR code as a file.
func linkFileScreen(p *locales.Printer, v linkView) chat.Screen {
	return chat.Screen{
		Text:     p.HTML("links.file", "outlet", v.Outlet.Name, "sum", linkSum(p, v.Link)),
		Document: &chat.Document{Name: "qr-" + strconv.FormatInt(int64(v.Link.ID), 10) + ".png", Data: v.QR},
	}
}

// changeLinkScreen lists what can be changed about a reusable link.
func changeLinkScreen(p *locales.Printer, v linkView) chat.Screen {
	edit := func(label, field string) chat.Button {
		return chat.Button{Text: label, Action: chat.Act(actionEditLink, v.Link.ID, field)}
	}
	most := edit(p.Text("links.button.cap"), fieldCap)
	rows := [][]chat.Button{{most}}
	if v.open() {
		rows = [][]chat.Button{
			{{Text: p.Text("links.button.life"), Action: chat.Act(actionLinkLife, v.Link.ID)}, most},
			{edit(p.Text("links.button.comment"), fieldComment)},
		}
		if v.Link.Amount == 0 {
			rows = append(rows, []chat.Button{edit(p.Text("links.button.min"), fieldMin), edit(p.Text("links.button.max"), fieldMax)})
		}
	}
	return chat.Screen{Text: p.HTML("links.change"), Buttons: append(rows, backToLink(p, v))}
}

// lifeScreen asks until when a link can be paid.
func lifeScreen(p *locales.Printer, v linkView) chat.Screen {
	screen := chat.Screen{Text: p.HTML("links.life_ask")}
	for i, life := range payments.Lives(v.Link.Kind) {
		if i%2 == 0 {
			screen.Buttons = append(screen.Buttons, nil)
		}
		last := len(screen.Buttons) - 1
		screen.Buttons[last] = append(screen.Buttons[last], chat.Button{
			Text: p.Text("links.life." + string(life)), Action: chat.Act(actionLinkLife, v.Link.ID, string(life)),
		})
	}
	screen.Buttons = append(screen.Buttons, backToLink(p, v))
	return screen
}

// remindScreen asks when to remind of a charge.
func remindScreen(p *locales.Printer, v linkView) chat.Screen {
	choice := func(label string, r payments.Reminder) []chat.Button {
		return []chat.Button{{Text: label, Action: chat.Act(actionRemind, v.Link.ID, string(r))}}
	}
	screen := chat.Screen{
		Text: p.HTML("links.remind_ask"),
		Buttons: [][]chat.Button{
			choice(p.Text("links.button.in_an_hour"), payments.RemindInAnHour),
			choice(p.Text("links.button.tomorrow"), payments.RemindTomorrow),
		},
	}
	if !v.Link.RemindAt.IsZero() {
		screen.Buttons = append(screen.Buttons, choice(p.Text("links.button.remind_off"), payments.RemindOff))
	}
	screen.Buttons = append(screen.Buttons, backToLink(p, v))
	return screen
}

// newLinkScreen asks what a reusable link is to ask for.
func newLinkScreen(p *locales.Printer) chat.Screen {
	return chat.Screen{
		Text:    p.HTML("links.new"),
		Buttons: [][]chat.Button{{chat.FormButton(p.Text("links.button.payer_decides"), newLinkForm, fieldSum, none)}},
	}
}

// linkFieldScreen asks for one thing about a reusable link.
func linkFieldScreen(p *locales.Printer, field string) chat.Screen {
	remove := chat.FormButton(p.Text("list.button.remove"), editLinkForm, field, none)
	return chat.Screen{Text: p.HTML("links.ask." + field), Buttons: [][]chat.Button{{remove}}}
}

func backToLink(p *locales.Printer, v linkView) []chat.Button {
	return []chat.Button{{Text: p.Text("links.button.back"), Action: chat.Act(actionLinkHere, v.Link.ID)}}
}

// linksRow leads from a link to the list, and leaves the link's message to it.
func linksRow(p *locales.Printer) []chat.Button {
	return []chat.Button{{Text: p.Text("links.button.list"), Action: chat.Act(actionLinks, string(payments.LinksAll), below)}}
}
