package handlers

import (
	"context"
	"slices"
	"strings"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// groupsScreen lists the groups, and leads to adding one.
func groupsScreen(p *locales.Printer, list payments.GroupList, bot string) chat.Screen {
	screen := chat.Screen{Text: p.HTML("group.list")}
	for _, g := range list.Groups {
		key := "group.linked"
		if g.State != payments.GroupLinked {
			key = "group.asked"
		}
		screen.Buttons = append(screen.Buttons, []chat.Button{{
			Text: p.Text(key, "title", clip(g.Title, nameWidth)), Action: chat.Act(actionGroup, g.ChatID),
		}})
	}
	if bot != "" {
		screen.Buttons = append(screen.Buttons, []chat.Button{{Text: p.Text("group.button.add"), URL: "https://t.me/" + bot + "?startgroup=staff"}})
	}
	screen.Buttons = append(screen.Buttons, teamRow(p))
	return screen
}

// groupScreen is one group: the question whether it is to hear of payments, or
// of which outlets it does.
func groupScreen(p *locales.Printer, v payments.GroupView, n int64) chat.Screen {
	g := v.Group
	linked := g.State == payments.GroupLinked
	lines := []string{p.HTML("group.title", "title", g.Title), p.HTML("group.added_by", "name", v.AddedBy.Name), ""}
	off := p.Text("group.button.no")
	if linked {
		lines, off = append(lines, p.HTML("group.hears")), p.Text("group.button.unlink")
	} else {
		lines = append(lines, p.HTML("group.ask", "merchant", v.Merchant.Name))
	}
	screen := chat.Screen{Text: strings.Join(lines, "\n")}
	all := p.Text("team.button.everywhere")
	if linked && len(g.Outlets) == 0 {
		all = p.Text("team.chosen", "choice", all)
	}
	screen.Buttons = append(screen.Buttons, []chat.Button{{Text: all, Action: chat.Act(actionGroupLink, g.ChatID, everywhere, n)}})
	if len(v.Outlets) > 1 {
		page, turn := pageOf(p, v.Outlets, n, func(n int64) chat.Action { return chat.Act(actionGroupLink, g.ChatID, "", n) })
		for _, o := range page {
			label := scopeLabel(p, o, slices.Contains(g.Outlets, o.ID))
			screen.Buttons = append(screen.Buttons, []chat.Button{{Text: label, Action: chat.Act(actionGroupLink, g.ChatID, o.ID, n)}})
		}
		screen.Buttons = withRow(screen.Buttons, turn)
	}
	screen.Buttons = append(screen.Buttons,
		[]chat.Button{{Text: off, Action: chat.Act(actionGroupUnlink, g.ChatID)}},
		[]chat.Button{{Text: p.Text("group.button.back"), Action: chat.Act(actionGroups)}})
	return screen
}

// GroupToldScreen tells an owner what has become of a group. ok is false when
// it was decided on meanwhile.
func (b *Bot) GroupToldScreen(ctx context.Context, owner payments.Person, job payments.GroupTold) (chat.Screen, bool, error) {
	p := b.printerFor(owner)
	if job.Moment == payments.GroupToldGone {
		return chat.Screen{Text: p.HTML("group.gone", "title", job.Title)}, true, nil
	}
	view, err := b.service.GroupView(ctx, owner.ID, job.ChatID)
	if payments.CodeOf(err) == payments.CodeGroupNotFound || err == nil && view.Group.State == payments.GroupLinked {
		return chat.Screen{}, false, nil
	}
	return groupScreen(p, view, 0), err == nil, err
}

// GroupSaidScreen is what a group hears when it begins to hear of payments, and
// when it ends.
func (b *Bot) GroupSaidScreen(job payments.GroupSaid) chat.Screen {
	key := "group.bye"
	if job.Linked {
		key = "group.hello"
	}
	return chat.Screen{Text: b.catalog.Printer(job.Language).HTML(key), Silent: true}
}

// GroupNewsScreen tells a group of payments, several in one message when they
// waited together. ok is false when there is nothing left to tell.
func (b *Bot) GroupNewsScreen(n payments.GroupNews) (chat.Screen, bool) {
	return groupNewsScreen(b.catalog.Printer(n.Group.Language), n)
}

func groupNewsScreen(p *locales.Printer, n payments.GroupNews) (chat.Screen, bool) {
	var blocks []string
	for _, l := range n.Lines {
		sum, at := l.Payment.Amount, l.Payment.FinalAt
		switch l.Kind {
		case payments.PostReversed:
			at = l.Payment.ReversedAt
		case payments.PostRefunded:
			sum, at = l.Refund.Amount, l.Refund.FinalAt
		}
		lines := []string{
			p.HTML("group.news."+string(l.Kind), "sum", sum),
			p.HTML("group.news.where", "outlet", l.Outlet.Name, "receipt", receiptNumber(l.Payment), "at", p.Time(at.In(n.Merchant.Location()))),
		}
		if l.Link.Comment != "" {
			lines = append(lines, p.HTML("notice.comment", "comment", l.Link.Comment))
		}
		blocks = append(blocks, strings.Join(lines, "\n"))
	}
	return chat.Screen{Text: strings.Join(blocks, "\n\n")}, len(blocks) > 0
}
