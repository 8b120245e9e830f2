package handlers

import (
	"context"
	"slices"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/tables"
)

// helpTopic is a question that merchants ask, with buttons that lead to what
// its answer speaks of.
type helpTopic struct {
	name  string          // its question is "help.topic."+name, its answer "help.answer."+name
	right payments.Action // whoever lacks it does not ask this; "": everybody may
	leads []helpLead
}

// helpLead is a button below an answer.
type helpLead struct {
	label string // key of its text
	chat.Action
	right payments.Action // whoever lacks it is not offered the button; "": for everybody
}

// helpTopics is all of it, the most asked first.
func helpTopics() []helpTopic {
	const everybody payments.Action = ""
	lead := func(label, action string, right payments.Action) helpLead {
		return helpLead{label, chat.Act(action), right}
	}
	history := lead("home.button.history", actionHistory, everybody)
	verify := lead("verify.button.more", actionVerify, everybody)
	return []helpTopic{
		{"proof", everybody, []helpLead{verify}},
		{"waiting", everybody, []helpLead{history, verify}},
		{"card", everybody, []helpLead{history, lead("more.button.cards", actionCards, payments.ActionCards)}},
		{"refund", everybody, []helpLead{history}},
		{"sums", payments.ActionTakeMoney, []helpLead{lead("home.button.pay", actionPay, payments.ActionTakeMoney)}},
		{"links", payments.ActionTakeMoney, []helpLead{
			lead("home.button.links", actionLinks, everybody), lead("links.button.new", actionNewLink, payments.ActionTakeMoney)}},
		{"poster", everybody, []helpLead{lead("print.button.poster", actionPoster, everybody)}},
		{"outlets", everybody, []helpLead{lead("home.button.outlets", actionOutlets, everybody)}},

		{"history", everybody, []helpLead{
			history, {"history.button.find", historyAction(payments.HistoryAsk{}, actionHistoryFind), everybody}}},
		{"reports", everybody, []helpLead{
			lead("more.button.report", actionReport, payments.ActionReport), lead("more.button.export", actionExport, payments.ActionExport),
			lead("closing.button.list", actionClosings, payments.ActionCloseDay)}},
		{"late", everybody, []helpLead{history}},
		{"bulk", payments.ActionBulkLinks, []helpLead{lead("bulk.button.more", actionBulk, payments.ActionBulkLinks)}},
		{"elsewhere", payments.ActionTakeMoney, nil},
		{"notices", everybody, []helpLead{lead("profile.button.notify", actionNotify, everybody)}},
		{"roles", everybody, []helpLead{
			lead("more.button.team", actionTeam, everybody), lead("team.button.invite", actionInvite, payments.ActionInvite)}},
		{"groups", payments.ActionAskGroup, []helpLead{lead("group.button.list", actionGroups, payments.ActionGroups)}},
		{"data", everybody, []helpLead{
			lead("mydata.button.open", actionData, everybody), lead("leave.button.account", actionLeave, everybody)}},
	}
}

// Of the questions, the first so many stand below how money is taken, the rest a
// press further.
const (
	helpFirst = 8
	helpRest  = "more"
)

// topicsFor leaves out what a role has no use for.
func topicsFor(role payments.Role) []helpTopic {
	return slices.DeleteFunc(helpTopics(), func(t helpTopic) bool { return t.right != "" && !role.Can(t.right) })
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
	topics := topicsFor(v.Role)
	switch name := t.Action.Arg(0); name {
	case "":
		return show(ctx, t, helpScreen(v.Printer, topics, b.support))
	case helpRest:
		return show(ctx, t, restScreen(v.Printer, topics))
	default:
		at := slices.IndexFunc(topics, func(topic helpTopic) bool { return topic.name == name })
		if at < 0 {
			return b.unknown(ctx, t)
		}
		profile, err := b.service.Profile(ctx, v.ID)
		if err != nil {
			return err
		}
		return show(ctx, t, answerScreen(v.Printer, topics[at], profile, b.support))
	}
}

// helpScreen is how money is taken, and what is asked most.
func helpScreen(p *locales.Printer, topics []helpTopic, support string) chat.Screen {
	s := chat.Screen{Text: p.HTML("help.screen") + supportLine(p, support)}
	if topics != nil {
		s.Buttons = append(topicRows(p, topics[:helpFirst]),
			[]chat.Button{{Text: p.Text("help.button.more"), Action: chat.Act(actionHelp, helpRest)}}, menuRow(p))
	}
	return s
}

// restScreen is what else is asked.
func restScreen(p *locales.Printer, topics []helpTopic) chat.Screen {
	return chat.Screen{Text: p.HTML("help.more"), Buttons: append(topicRows(p, topics[helpFirst:]), helpRow(p))}
}

func topicRows(p *locales.Printer, topics []helpTopic) (rows [][]chat.Button) {
	for pair := range slices.Chunk(topics, 2) {
		var row []chat.Button
		for _, topic := range pair {
			row = append(row, chat.Button{Text: p.Text("help.topic." + topic.name), Action: chat.Act(actionHelp, topic.name)})
		}
		rows = append(rows, row)
	}
	return rows
}

// supportLine says whom else to ask; "": nobody.
func supportLine(p *locales.Printer, support string) string {
	if support == "" {
		return ""
	}
	return "\n\n" + p.HTML("help.support", "contact", support)
}

// answerScreen answers one question with the rules as they are. Where money is
// missed, it says whom else to ask.
func answerScreen(p *locales.Printer, topic helpTopic, v payments.Profile, support string) chat.Screen {
	s := chat.Screen{Text: p.HTML("help.answer."+topic.name,
		"min", payments.DefaultMin, "max", payments.DefaultMax, "hours", int(payments.ChargeLife.Hours()),
		"comment", payments.MaxComment, "rows", tables.MaxRows)}
	switch topic.name {
	case "card":
		s.Text += "\n\n" + feeLine(p, v.Merchant) + supportLine(p, support)
	case "waiting":
		s.Text += supportLine(p, support)
	case "elsewhere":
		s.Buttons = append(s.Buttons, []chat.Button{{Text: p.Text("help.button.choose"), ShareQuery: p.Text("help.example")}})
	}
	for _, lead := range topic.leads {
		if lead.right == "" || v.Person.Role.Can(lead.right) {
			s.Buttons = append(s.Buttons, []chat.Button{{Text: p.Text(lead.label), Action: lead.Action}})
		}
	}
	s.Buttons = append(s.Buttons, helpRow(p))
	return s
}

func helpRow(p *locales.Printer) []chat.Button {
	return []chat.Button{
		{Text: p.Text("help.button.back"), Action: chat.Act(actionHelp)},
		{Text: p.Text("home.button.menu"), Action: chat.Act(actionMenu)},
	}
}

// feeLine says what is kept of a payment.
func feeLine(p *locales.Printer, m payments.Merchant) string {
	switch {
	case m.FeeBP > 0 && m.FeeMin > 0:
		return p.HTML("help.fee_least", "percent", p.Percent(int64(m.FeeBP)), "least", m.FeeMin)
	case m.FeeBP > 0:
		return p.HTML("help.fee", "percent", p.Percent(int64(m.FeeBP)))
	case m.FeeMin > 0:
		return p.HTML("help.fee_fixed", "sum", m.FeeMin)
	}
	return p.HTML("help.fee_none")
}
