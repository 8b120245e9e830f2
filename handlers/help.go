package handlers

import (
	"context"
	"slices"
	"strings"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// helpTopic is a question that merchants ask, with the button that leads to the
// thing itself.
type helpTopic struct {
	name   string // its question is "help.topic."+name, its answer "help.answer."+name
	label  string // key of the button's text; "": there is nothing to lead to
	action string
	right  payments.Action // whoever lacks it is not offered the button; "": for everybody
}

// helpTopics is all of it, the most asked first.
func helpTopics() []helpTopic {
	return []helpTopic{
		{"proof", "verify.button.more", actionVerify, ""},
		{"sums", "home.button.pay", actionPay, payments.ActionTakeMoney},
		{"card", "more.button.cards", actionCards, payments.ActionCards},
		{"refund", "", "", ""},
		{"late", "", "", ""},
		{"notices", "profile.button.notify", actionNotify, ""},
		{"roles", "", "", ""},
		{"elsewhere", "", "", ""},
	}
}

// help says how money is taken and what else is asked, and leads on from there.
func (b *Bot) help(ctx context.Context, t *chat.Turn) error {
	v := visit(t)
	if !v.Registered() {
		if err := show(ctx, t, helpScreen(v.Printer, nil, b.support)); err != nil {
			return err
		}
		return b.resume(ctx, t)
	}
	name := t.Action.Arg(0)
	if name == "" {
		return show(ctx, t, helpScreen(v.Printer, helpTopics(), b.support))
	}
	topics := helpTopics()
	at := slices.IndexFunc(topics, func(topic helpTopic) bool { return topic.name == name })
	if at < 0 {
		return b.unknown(ctx, t)
	}
	profile, err := b.service.Profile(ctx, v.ID)
	if err != nil {
		return err
	}
	return show(ctx, t, answerScreen(v.Printer, topics[at], profile))
}

// helpScreen is how money is taken, and what else can be asked.
func helpScreen(p *locales.Printer, topics []helpTopic, support string) chat.Screen {
	s := chat.Screen{Text: p.HTML("help.screen")}
	if support != "" {
		s.Text += "\n\n" + p.HTML("help.support", "contact", support)
	}
	for pair := range slices.Chunk(topics, 2) {
		var row []chat.Button
		for _, topic := range pair {
			row = append(row, chat.Button{Text: p.Text("help.topic." + topic.name), Action: chat.Act(actionHelp, topic.name)})
		}
		s.Buttons = append(s.Buttons, row)
	}
	if topics != nil {
		s.Buttons = append(s.Buttons, menuRow(p))
	}
	return s
}

// answerScreen answers one question with the rules as they are.
func answerScreen(p *locales.Printer, topic helpTopic, v payments.Profile) chat.Screen {
	text := p.HTML("help.answer."+topic.name,
		"min", payments.DefaultMin, "max", payments.DefaultMax, "hours", int(payments.ChargeLife.Hours()), "comment", payments.MaxComment)
	if fee := feeLine(p, v.Merchant); topic.name == "card" && fee != "" {
		text += "\n\n" + fee
	}
	s := chat.Screen{Text: strings.TrimSpace(text)}
	if topic.label != "" && (topic.right == "" || v.Person.Role.Can(topic.right)) {
		s.Buttons = append(s.Buttons, []chat.Button{{Text: p.Text(topic.label), Action: chat.Act(topic.action)}})
	}
	s.Buttons = append(s.Buttons, []chat.Button{
		{Text: p.Text("help.button.back"), Action: chat.Act(actionHelp)},
		{Text: p.Text("home.button.menu"), Action: chat.Act(actionMenu)},
	})
	return s
}

// feeLine says what is kept of a payment; "": nothing.
func feeLine(p *locales.Printer, m payments.Merchant) string {
	switch {
	case m.FeeBP > 0 && m.FeeMin > 0:
		return p.HTML("help.fee_least", "percent", p.Percent(int64(m.FeeBP)), "least", m.FeeMin)
	case m.FeeBP > 0:
		return p.HTML("help.fee", "percent", p.Percent(int64(m.FeeBP)))
	case m.FeeMin > 0:
		return p.HTML("help.fee_fixed", "sum", m.FeeMin)
	}
	return ""
}
