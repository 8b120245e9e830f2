package handlers

import (
	"context"
	"sync"
	"time"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// GroupCare is what the conversation asks about groups that hear of payments.
type GroupCare interface {
	MeetGroup(context.Context, payments.PersonID, payments.GroupAsk) (payments.Group, error)
	GroupGone(context.Context, payments.GroupID) error
	GroupMoved(ctx context.Context, from, to payments.GroupID) error
	Groups(context.Context, payments.PersonID) (payments.GroupList, error)
	GroupView(context.Context, payments.PersonID, payments.GroupID) (payments.GroupView, error)
	LinkGroup(ctx context.Context, id payments.PersonID, chat payments.GroupID, outlets []payments.OutletID) error
	UnlinkGroup(context.Context, payments.PersonID, payments.GroupID) error
}

// Actions on groups, in private.
const (
	actionGroups      = "groups"
	actionGroup       = "group"     // chat
	actionGroupLink   = "grouplink" // chat, outlet to tick or "all", page
	actionGroupUnlink = "groupoff"  // chat
)

// groupButtons are the buttons of groups' settings, for members.
func (b *Bot) groupButtons() map[string]chat.Handler {
	return map[string]chat.Handler{
		actionGroups:      b.groups,
		actionGroup:       b.onGroup(b.showGroup),
		actionGroupLink:   b.onGroup(b.linkGroup),
		actionGroupUnlink: b.onGroup(b.unlinkGroup),
	}
}

// group is all that happens where everybody can read and press: the bot gets to
// know the group, loses it, follows it. Nothing that has to do with money.
func (b *Bot) group(ctx context.Context, t *chat.Turn) error {
	id := payments.GroupID(t.Chat)
	switch t.Kind {
	case chat.KindUnblocked:
		return b.meetGroup(ctx, t)
	case chat.KindBlocked:
		return b.service.GroupGone(ctx, id)
	case chat.KindMoved:
		return b.service.GroupMoved(ctx, id, payments.GroupID(t.MovedTo))
	case chat.KindCommand:
		if t.Command == "start" {
			return b.meetGroup(ctx, t)
		}
		if _, ours := b.Routes().Commands[t.Command]; ours {
			return b.groupHint(ctx, t, "chat.group")
		}
	case chat.KindPress:
		return t.Alert(ctx, visit(t).Text("chat.group"))
	}
	return nil
}

// meetGroup has the owners asked whether a group is to hear of payments.
func (b *Bot) meetGroup(ctx context.Context, t *chat.Turn) error {
	group, err := b.service.MeetGroup(ctx, payments.PersonID(t.From.ID), payments.GroupAsk{
		ChatID: payments.GroupID(t.Chat), Title: t.Title, Language: locales.Match(t.From.LanguageCode),
	})
	switch payments.CodeOf(err) {
	case payments.CodeNotAllowed, payments.CodeGroupTaken, payments.CodeTooMany:
		return b.groupHint(ctx, t, "group.stranger")
	}
	if err != nil || group.State == payments.GroupLinked {
		return err
	}
	return b.groupHint(ctx, t, "group.wait")
}

// groupHint says something in a group, but not again and again.
func (b *Bot) groupHint(ctx context.Context, t *chat.Turn, key string) error {
	if !b.hints.first(t.Chat) {
		return nil
	}
	_, err := t.Reply(ctx, chat.Screen{Text: visit(t).HTML(key), Silent: true})
	return err
}

// hintEvery is how often the bot says something in a group that is not about
// payments.
const hintEvery = time.Hour

// hints remembers where something was said. It lives in memory: losing it costs
// a line of text.
type hints struct {
	now func() time.Time

	mu   sync.Mutex
	said map[chat.ChatID]time.Time
}

func newHints(now func() time.Time) *hints {
	return &hints{now: now, said: make(map[chat.ChatID]time.Time)}
}

// first reports whether nothing was said in a chat for hintEvery.
func (h *hints) first(id chat.ChatID) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.now()
	if at, ok := h.said[id]; ok && now.Sub(at) < hintEvery {
		return false
	}
	if len(h.said) >= 4096 {
		clear(h.said)
	}
	h.said[id] = now
	return true
}

// groups lists the groups of the merchant.
func (b *Bot) groups(ctx context.Context, t *chat.Turn) error {
	v := visit(t)
	list, err := b.service.Groups(ctx, v.ID)
	if err != nil {
		return err
	}
	return show(ctx, t, groupsScreen(v.Printer, list, b.botName(ctx)))
}

// onGroup is a button about a group. Whose it is, the service says at every
// press.
func (b *Bot) onGroup(next func(context.Context, *chat.Turn, payments.GroupID) error) chat.Handler {
	return func(ctx context.Context, t *chat.Turn) error {
		id, err := t.Action.Int64(0)
		if err != nil {
			return b.unknown(ctx, t)
		}
		return next(ctx, t, payments.GroupID(id))
	}
}

func (b *Bot) showGroup(ctx context.Context, t *chat.Turn, group payments.GroupID) error {
	v := visit(t)
	view, err := b.service.GroupView(ctx, v.ID, group)
	if err != nil {
		return err
	}
	return show(ctx, t, groupScreen(v.Printer, view, pageAsked(t.Action, 2)))
}

// linkGroup says yes to a group, for one outlet or all; then it ticks further
// ones. The last one stays: nothing ticked would mean all.
func (b *Bot) linkGroup(ctx context.Context, t *chat.Turn, group payments.GroupID) error {
	v := visit(t)
	view, err := b.service.GroupView(ctx, v.ID, group)
	if err != nil {
		return err
	}
	var outlets []payments.OutletID
	switch choice := t.Action.Arg(1); choice {
	case "": // a page
		return b.showGroup(ctx, t, group)
	case everywhere:
	default:
		outlet, wrong := t.Action.Int64(1)
		if wrong != nil {
			return b.unknown(ctx, t)
		}
		var ok bool
		if outlets, ok = ticked(view.Group.Outlets, payments.OutletID(outlet)); !ok {
			return t.Toast(ctx, v.Text("team.scope.last"))
		}
	}
	if err := b.service.LinkGroup(ctx, v.ID, group, outlets); err != nil {
		return err
	}
	return b.showGroup(ctx, t, group)
}

func (b *Bot) unlinkGroup(ctx context.Context, t *chat.Turn, group payments.GroupID) error {
	v := visit(t)
	if err := b.service.UnlinkGroup(ctx, v.ID, group); err != nil {
		return err
	}
	if err := t.Toast(ctx, v.Text("group.unlinked.toast")); err != nil {
		return err
	}
	if !v.Role.Can(payments.ActionGroups) {
		return b.home(ctx, t) // an owner elsewhere
	}
	return b.groups(ctx, t)
}
