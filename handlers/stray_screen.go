package handlers

import (
	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// hintScreen tells nobody to write a sum who may not ask for one.
func hintScreen(p *locales.Printer, role payments.Role) chat.Screen {
	screen := chat.Screen{Text: p.HTML("chat.hint"), Buttons: nextSteps(p, role)}
	if role != "" && !role.Can(payments.ActionTakeMoney) {
		screen.Text = p.HTML("home.looks_on")
	}
	return screen
}

func unknownCommandScreen(p *locales.Printer, role payments.Role) chat.Screen {
	return chat.Screen{Text: p.HTML("chat.unknown_command"), Buttons: nextSteps(p, role)}
}

func nothingToCancelScreen(p *locales.Printer, role payments.Role) chat.Screen {
	return chat.Screen{Text: p.HTML("chat.nothing_to_cancel"), Buttons: nextSteps(p, role)}
}

func editedScreen(p *locales.Printer, role payments.Role) chat.Screen {
	return chat.Screen{Text: p.HTML("chat.edited"), Buttons: nextSteps(p, role)}
}

// nextSteps is where people go who were nowhere.
func nextSteps(p *locales.Printer, role payments.Role) (rows [][]chat.Button) {
	if role.Can(payments.ActionTakeMoney) {
		rows = append(rows, payRow(p))
	}
	return append(rows, []chat.Button{
		{Text: p.Text("more.button.help"), Action: chat.Act(actionHelp)},
		{Text: p.Text("home.button.menu"), Action: chat.Act(actionMenu)},
	})
}
