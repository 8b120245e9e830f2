package handlers

import (
	"strings"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// outletsScreen lists the outlets one can work in: a tap on the name switches.
func outletsScreen(p *locales.Printer, list payments.OutletList, n int64) chat.Screen {
	role := list.Person.Role
	open, archived := parted(list.Outlets)
	page, turn := pageOf(p, open, n, func(n int64) chat.Action { return chat.Act(actionOutlets, n) })
	screen := chat.Screen{Text: p.HTML("outlets.list_plain")}
	for _, o := range page {
		row := []chat.Button{{Text: outletLabel(p, o, list.Person, payments.MaxName), Action: chat.Act(actionSwitchOutlet, o.ID)}}
		if role.Can(payments.ActionEditOutlet) {
			row[0].Text = outletLabel(p, o, list.Person, halfRow)
			row = append(row, chat.Button{Text: p.Text("outlets.button.manage"), Action: chat.Act(actionOutlet, o.ID)})
		}
		screen.Buttons = append(screen.Buttons, row)
	}
	if role.Can(payments.ActionEditOutlet) {
		screen.Text = p.HTML("outlets.list")
	}
	screen.Buttons = withRow(screen.Buttons, turn)
	if role.Can(payments.ActionAddOutlet) {
		screen.Buttons = append(screen.Buttons, []chat.Button{{Text: p.Text("outlets.button.add"), Action: chat.Act(actionNewOutlet)}})
	}
	if len(archived) > 0 && role.Can(payments.ActionArchiveOutlet) {
		screen.Buttons = append(screen.Buttons, []chat.Button{{Text: p.Text("outlets.button.archived"), Action: chat.Act(actionArchived)}})
	}
	screen.Buttons = append(screen.Buttons, menuRow(p))
	return screen
}

// archiveScreen lists the outlets that were given up.
func archiveScreen(p *locales.Printer, list payments.OutletList, n int64) chat.Screen {
	_, archived := parted(list.Outlets)
	page, turn := pageOf(p, archived, n, func(n int64) chat.Action { return chat.Act(actionArchived, n) })
	screen := chat.Screen{Text: p.HTML("outlets.archive")}
	for _, o := range page {
		screen.Buttons = append(screen.Buttons, []chat.Button{{Text: locales.Line(o.Name), Action: chat.Act(actionOutlet, o.ID)}})
	}
	screen.Buttons = append(withRow(screen.Buttons, turn), outletsRow(p))
	return screen
}

func parted(outlets []payments.Outlet) (open, archived []payments.Outlet) {
	for _, o := range outlets {
		if o.Archived() {
			archived = append(archived, o)
		} else {
			open = append(open, o)
		}
	}
	return open, archived
}

// outletLabel is an outlet's name on a button, with a mark for where the
// person works and for one that is paused.
func outletLabel(p *locales.Printer, o payments.Outlet, person payments.Person, n int) string {
	name := clip(o.Name, n)
	switch active, paused := o.ID == person.OutletID, o.State == payments.OutletPaused; {
	case active && paused:
		return p.Text("outlets.active_paused", "outlet", name)
	case active:
		return p.Text("outlets.active", "outlet", name)
	case paused:
		return p.Text("outlets.paused", "outlet", name)
	}
	return name
}

// outletScreen is one outlet with what the person may do with it.
func outletScreen(p *locales.Printer, v payments.OutletView) chat.Screen {
	o, role := v.Outlet, v.Person.Role
	lines := []string{p.HTML("outlets.name", "outlet", o.Name), p.HTML("category." + string(o.Category))}
	switch {
	case o.Address != "":
		lines = append(lines, p.HTML("outlets.address", "address", o.Address))
	case o.Latitude != nil:
		lines = append(lines, p.HTML("outlets.location"))
	}
	if o.Hours != "" {
		lines = append(lines, p.HTML("outlets.hours", "hours", o.Hours))
	}
	if v.Card != nil {
		lines = append(lines, p.HTML("outlets.card", "last4", v.Card.Last4))
	}
	switch {
	case o.Archived():
		lines = append(lines, "", p.HTML("outlets.state_archived"))
	case o.State == payments.OutletPaused:
		lines = append(lines, "", p.HTML("outlets.state_paused"))
	case o.ID == v.Person.OutletID:
		lines = append(lines, "", p.HTML("outlets.is_active"))
	}
	screen := chat.Screen{Text: strings.Join(lines, "\n")}
	if o.Archived() {
		if role.Can(payments.ActionArchiveOutlet) {
			screen.Buttons = append(screen.Buttons, []chat.Button{{Text: p.Text("outlets.button.restore"), Action: chat.Act(actionRestoreOutlet, o.ID)}})
		}
	} else {
		screen.Buttons = outletButtons(p, v)
	}
	screen.Buttons = append(screen.Buttons, outletsRow(p))
	return screen
}

// outletButtons is what can be done with an outlet that is not archived.
func outletButtons(p *locales.Printer, v payments.OutletView) (rows [][]chat.Button) {
	o, role := v.Outlet, v.Person.Role
	edit := func(label, field string) chat.Button {
		return chat.Button{Text: label, Action: chat.Act(actionEditOutlet, o.ID, field)}
	}
	if o.ID != v.Person.OutletID && role.Can(payments.ActionSwitchOutlet) {
		rows = append(rows, []chat.Button{{Text: p.Text("outlets.button.work"), Action: chat.Act(actionSwitchOutlet, o.ID)}})
	}
	if role.Can(payments.ActionEditOutlet) {
		rows = append(rows,
			[]chat.Button{edit(p.Text("outlets.button.name"), fieldName), edit(p.Text("outlets.button.category"), fieldCategory)},
			[]chat.Button{edit(p.Text("outlets.button.address"), fieldAddress), edit(p.Text("outlets.button.hours"), fieldHours)})
	}
	var last []chat.Button
	if role.Can(payments.ActionPauseOutlet) {
		pause := chat.Button{Text: p.Text("outlets.button.pause"), Action: chat.Act(actionPauseOutlet, o.ID)}
		if o.State == payments.OutletPaused {
			pause = chat.Button{Text: p.Text("outlets.button.resume"), Action: chat.Act(actionResumeOutlet, o.ID)}
		}
		last = append(last, pause)
	}
	if role.Can(payments.ActionArchiveOutlet) && !v.Only {
		last = append(last, chat.Button{Text: p.Text("outlets.button.archive"), Action: chat.Act(actionArchiveOutlet, o.ID)})
	}
	prints := []chat.Button{{Text: p.Text("print.button.poster"), Action: chat.Act(actionPoster, o.ID)}}
	if role.Can(payments.ActionCards) {
		prints = append(prints, chat.Button{Text: p.Text("more.button.cards"), Action: chat.Act(actionCards)})
	}
	rows = append(rows, prints)
	return withRow(rows, last)
}

func archiveConfirmation(p *locales.Printer, o payments.Outlet) chat.Screen {
	return chat.Screen{
		Text: p.HTML("outlets.archive_ask", "outlet", o.Name),
		Buttons: [][]chat.Button{
			{{Text: p.Text("outlets.button.archive_yes"), Action: chat.Act(actionArchiveSure, o.ID)}},
			{{Text: p.Text("list.button.no"), Action: chat.Act(actionOutlet, o.ID)}},
		},
	}
}

func outletsRow(p *locales.Printer) []chat.Button {
	return []chat.Button{{Text: p.Text("outlets.button.list"), Action: chat.Act(actionOutlets)}}
}
