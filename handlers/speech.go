package handlers

import (
	"context"
	"errors"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/payments"
)

// hint is an error that a text of the catalogue explains: the answer was not
// wrong, it was not what the question needs.
type hint string

func (h hint) Error() string { return "hint " + string(h) }

// Explain puts what a person can act on into words, for chat.Config. ok is
// false for our own failures.
func (b *Bot) Explain(_ context.Context, t *chat.Turn, err error) (text string, ok bool) {
	p := visit(t).Printer
	var h hint
	var known *payments.Error
	switch {
	case errors.As(err, &h):
		return p.HTML(string(h)), true
	case errors.As(err, &known) && known.Code == payments.CodeNotRegistered && visit(t).Away && visit(t).MerchantID == 0:
		return p.HTML("team.nowhere"), true // in the middle of something when they were dismissed
	case errors.As(err, &known):
		return p.Error(known), true
	case errors.Is(err, chat.ErrNotForMe):
		return p.HTML("chat.answer_first"), true
	}
	return "", false
}

// Apology is said for a failure of ours; ref stands in the log, too.
func (b *Bot) Apology(_ context.Context, t *chat.Turn, ref string) string {
	p := b.catalog.Printer(t.From.LanguageCode)
	if v, ok := t.Visitor.(*visitor); ok {
		p = v.Printer // Prepare itself may be what failed
	}
	return p.HTML("chat.apology", "ref", ref)
}

// Labels are the runtime's own words.
func (b *Bot) Labels(_ context.Context, t *chat.Turn) chat.Labels {
	p := b.catalog.Printer(t.From.LanguageCode)
	var onward [][]chat.Button
	if v, ok := t.Visitor.(*visitor); ok {
		p = v.Printer
		if v.MerchantID != 0 { // also in the middle of set-up, which the button goes on with
			onward = [][]chat.Button{menuRow(p)}
		}
	}
	return chat.Labels{
		Onward:     onward,
		Back:       p.Text("chat.back"),
		Cancel:     p.Text("chat.cancel"),
		Cancelled:  p.HTML("chat.cancelled"),
		Stale:      p.Text("chat.stale"),
		FormClosed: p.HTML("chat.form_closed"),
		TooFast:    p.Text("chat.too_fast"),
		GoOn:       p.HTML("chat.go_on"),
	}
}

// Command is a line of the commands' menu.
type Command struct{ Name, Description string }

// Commands lists the commands that exist, described in a language, in the
// order of the menu.
func (b *Bot) Commands(lang string) []Command {
	p := b.catalog.Printer(lang)
	return []Command{
		{"menu", p.Text("command.menu")},
		{"pay", p.Text("command.pay")},
		{"qr", p.Text("command.qr")},
		{"links", p.Text("command.links")},
		{"history", p.Text("command.history")},
		{"find", p.Text("command.find")},
		{"outlets", p.Text("command.outlets")},
		{"report", p.Text("command.report")},
		{"cards", p.Text("command.cards")},
		{"profile", p.Text("command.profile")},
		{"verify", p.Text("command.verify")},
		{"team", p.Text("command.team")},
		{"settings", p.Text("command.settings")},
		{"help", p.Text("command.help")},
		{"cancel", p.Text("command.cancel")},
		{"start", p.Text("command.start")},
	}
}

// Profile is what people read before they press Start.
type Profile struct {
	Description string // at most 512 characters
	Short       string // at most 120 characters
}

// Profile returns the bot's descriptions in a language.
func (b *Bot) Profile(lang string) Profile {
	p := b.catalog.Printer(lang)
	return Profile{Description: p.Text("bot.description"), Short: p.Text("bot.short")}
}
