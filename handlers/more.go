package handlers

import (
	"context"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// actionMore opens the list of what a merchant needs now and then.
const actionMore = "more"

// moreItem is one thing that the main screen has no room for.
type moreItem struct {
	label  string          // key of the button's text
	action string          // that its button does
	right  payments.Action // whoever lacks it is not offered the button; "": for everybody
}

// moreItems is all of it, in the order in which it is shown, two in a row.
func moreItems() []moreItem {
	return []moreItem{
		{"more.button.report", actionReport, payments.ActionReport},
		{"closing.button.list", actionClosings, payments.ActionCloseDay},
		{"print.button.poster", actionPoster, ""},
		{"verify.button.more", actionVerify, ""},
		{"bulk.button.more", actionBulk, payments.ActionBulkLinks},
		{"more.button.cards", actionCards, payments.ActionCards},
		{"more.button.export", actionExport, payments.ActionExport},
		{"more.button.profile", actionProfile, ""},
		{"more.button.team", actionTeam, ""},
		{"more.button.settings", actionSettings, ""},
		{"more.button.help", actionHelp, ""},
	}
}

func (b *Bot) more(ctx context.Context, t *chat.Turn) error {
	v := visit(t)
	return show(ctx, t, moreScreen(v.Printer, v.Role))
}

func moreScreen(p *locales.Printer, role payments.Role) chat.Screen {
	var buttons []chat.Button
	for _, item := range moreItems() {
		if item.right == "" || role.Can(item.right) {
			buttons = append(buttons, chat.Button{Text: p.Text(item.label), Action: chat.Act(item.action)})
		}
	}
	screen := chat.Screen{Text: p.HTML("more.screen")}
	for len(buttons) > 0 {
		n := min(2, len(buttons))
		screen.Buttons = append(screen.Buttons, buttons[:n:n])
		buttons = buttons[n:]
	}
	screen.Buttons = append(screen.Buttons, menuRow(p))
	return screen
}
