package handlers

import (
	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
)

type settingsView struct {
	HasMenu bool // set-up is done, there is a main screen to go back to
	Known   bool // set-up is not done, but there is something to forget
}

func settingsScreen(p *locales.Printer, v settingsView) chat.Screen {
	var buttons [][]chat.Button
	for _, l := range locales.Languages() {
		label := l.Name
		if l.Code == p.Language() {
			label = p.Text("settings.chosen", "language", l.Name)
		}
		buttons = append(buttons, []chat.Button{{Text: label, Action: chat.Act(actionLanguage, l.Code)}})
	}
	if v.HasMenu {
		profile := chat.Button{Text: p.Text("settings.button.profile"), Action: chat.Act(actionProfile)}
		buttons = append(buttons, []chat.Button{profile})
		buttons = append(buttons, menuRow(p))
	}
	if v.Known {
		buttons = append(buttons, []chat.Button{{Text: p.Text("leave.button.account"), Action: chat.Act(actionLeave)}})
	}
	return chat.Screen{Text: p.HTML("settings.screen"), Buttons: buttons}
}
