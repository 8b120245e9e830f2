package handlers

import (
	"context"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
)

// settings shows what can be chosen: so far, the language.
func (b *Bot) settings(ctx context.Context, t *chat.Turn) error {
	return show(ctx, t, b.settingsScreen(t))
}

func (b *Bot) settingsScreen(t *chat.Turn) chat.Screen {
	v := visit(t)
	return settingsScreen(v.Printer, settingsView{HasMenu: v.Registered(), Known: !v.Registered() && v.Person.Phone != "" && !v.Leaving()})
}

// setLanguage changes the language at once, also in the middle of a form: its
// question is asked again in the new one.
func (b *Bot) setLanguage(ctx context.Context, t *chat.Turn) error {
	code := t.Action.Arg(0)
	if !locales.Known(code) {
		return b.unknown(ctx, t)
	}
	if err := b.service.SetLanguage(ctx, visit(t).ID, code); err != nil {
		return err
	}
	if err := b.recognise(ctx, t); err != nil {
		return err
	}
	if err := t.Toast(ctx, visit(t).Text("settings.toast")); err != nil {
		return err
	}
	if err := show(ctx, t, b.settingsScreen(t)); err != nil {
		return err
	}
	_, err := t.ResumeForm(ctx)
	return err
}
