package handlers

import (
	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
)

func helpScreen(p *locales.Printer, registered bool) chat.Screen {
	s := chat.Screen{Text: p.HTML("help.screen")}
	if registered {
		s.Buttons = append([][]chat.Button{{{Text: p.Text("verify.button.more"), Action: chat.Act(actionVerify)}}}, nextSteps(p)...)
	}
	return s
}

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
	return [][]chat.Button{payRow(p), menuRow(p)}
}
