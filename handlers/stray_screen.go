package handlers

import (
	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
)

func hintScreen(p *locales.Printer) chat.Screen {
	return chat.Screen{Text: p.HTML("chat.hint"), Buttons: nextSteps(p)}
}

func unknownCommandScreen(p *locales.Printer) chat.Screen {
	return chat.Screen{Text: p.HTML("chat.unknown_command"), Buttons: nextSteps(p)}
}

func nothingToCancelScreen(p *locales.Printer) chat.Screen {
	return chat.Screen{Text: p.HTML("chat.nothing_to_cancel"), Buttons: nextSteps(p)}
}

// nextSteps is where people go who were nowhere.
func nextSteps(p *locales.Printer) [][]chat.Button {
	return [][]chat.Button{payRow(p), {
		{Text: p.Text("more.button.help"), Action: chat.Act(actionHelp)},
		{Text: p.Text("home.button.menu"), Action: chat.Act(actionMenu)},
	}}
}
