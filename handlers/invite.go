package handlers

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/payments"
)

// inviteForm is the dialog in which a member is invited.
const inviteForm = "invite"

// Steps of inviteForm, and what else it keeps.
const (
	fieldRole    = "role"
	fieldOutlets = "outlets"
	fieldPhone   = "phone"

	answerScope = "scope" // ids with commas; "": all
	answerPage  = "page"
	askRole     = "ask.role"
	askOutlets  = "ask.outlets"
)

// Values of the outlets' buttons, beside the outlets' ids.
const (
	choiceReady = "ready"
	choicePage  = "p" // and the number
)

// joinPrefix marks an invitation among what may come with /start.
const joinPrefix = "join_"

func (b *Bot) inviteForm() chat.Form {
	return chat.Form{
		Name: inviteForm, Version: 1, Done: b.invited,
		Steps: []chat.Step{
			{Name: fieldRole, Needed: func(v chat.Values) bool { return v[askRole] != "" }, Ask: b.askRole, Take: b.takeRole},
			{Name: fieldOutlets, Needed: func(v chat.Values) bool {
				return v[askOutlets] != "" && v[fieldRole] != string(payments.RoleOwner)
			}, Ask: b.askScope, Take: b.takeScope},
			{Name: fieldPhone, Ask: b.askInvitee, Take: b.takeInvitee},
		},
	}
}

// invite begins an invitation. What has one answer only is not asked.
func (b *Bot) invite(ctx context.Context, t *chat.Turn) error {
	v := visit(t)
	roles := invitable(v.Role)
	if len(roles) == 0 {
		return payments.Fail(payments.CodeNotAllowed)
	}
	if b.botName(ctx) == "" {
		return hint("team.no_name")
	}
	team, err := b.service.Team(ctx, v.ID)
	if err != nil {
		return err
	}
	values := chat.Values{}
	if len(roles) == 1 {
		values[fieldRole] = string(roles[0])
	} else {
		values[askRole] = "yes"
	}
	if len(team.Outlets) > 1 {
		values[askOutlets] = "yes"
	}
	return t.OpenForm(ctx, inviteForm, values)
}

func invitable(by payments.Role) []payments.Role {
	return slices.DeleteFunc(payments.Roles(), func(r payments.Role) bool { return !by.CanInvite(r) })
}

func (b *Bot) askRole(_ context.Context, t *chat.Turn, _ chat.Values) (chat.Screen, error) {
	v := visit(t)
	return inviteRoleScreen(v.Printer, invitable(v.Role)), nil
}

func (b *Bot) takeRole(_ context.Context, t *chat.Turn, v chat.Values) error {
	if err := wantPress(t); err != nil {
		return err
	}
	role := payments.Role(t.Action.Arg(0))
	if !visit(t).Role.CanInvite(role) {
		return payments.Fail(payments.CodeNotAllowed)
	}
	v[fieldRole] = string(role)
	return nil
}

func (b *Bot) askScope(ctx context.Context, t *chat.Turn, v chat.Values) (chat.Screen, error) {
	team, err := b.service.Team(ctx, visit(t).ID)
	if err != nil {
		return chat.Screen{}, err
	}
	page, err := strconv.ParseInt(v[answerPage], 10, 64)
	if err != nil {
		page = 0
	}
	return inviteScopeScreen(visit(t).Printer, team, scopeOf(v), page), nil
}

// takeScope ticks outlets one by one until the person is done; all of them is
// one tap.
func (b *Bot) takeScope(_ context.Context, t *chat.Turn, v chat.Values) error {
	if err := wantPress(t); err != nil {
		return err
	}
	choice := t.Action.Arg(0)
	page, turned := strings.CutPrefix(choice, choicePage)
	switch {
	case choice == everywhere:
		delete(v, answerScope)
		return nil
	case choice == choiceReady && v[answerScope] != "":
		return nil
	case turned:
		v[answerPage] = page
		return chat.ErrAgain
	}
	outlet, err := outletOf(choice)
	if err != nil {
		return chat.ErrNotForMe
	}
	scope, _ := ticked(scopeOf(v), outlet)
	var ids []string
	for _, id := range scope {
		ids = append(ids, decimal(id))
	}
	v[answerScope] = strings.Join(ids, ",")
	return chat.ErrAgain
}

// scopeOf reads the outlets that were ticked.
func scopeOf(v chat.Values) (scope []payments.OutletID) {
	for _, s := range strings.Split(v[answerScope], ",") {
		if id, err := outletOf(s); err == nil {
			scope = append(scope, id)
		}
	}
	return scope
}

func (b *Bot) askInvitee(_ context.Context, t *chat.Turn, _ chat.Values) (chat.Screen, error) {
	return chat.Screen{Text: visit(t).HTML("team.invite.phone")}, nil
}

// takeInvitee takes the number that an invitation is for: typed as people type
// it, or from a contact of any kind.
func (b *Bot) takeInvitee(_ context.Context, t *chat.Turn, v chat.Values) error {
	var phone string
	var err error
	switch t.Kind {
	case chat.KindContact:
		phone, err = normalPhone(t.Contact.Phone)
	case chat.KindText:
		phone, err = typedPhone(t.Text)
	case chat.KindSignal:
		return chat.ErrNotForMe
	default:
		return hint("team.invite.phone_wanted")
	}
	if err != nil {
		return hint("team.invite.phone_wrong")
	}
	v[fieldPhone], v[answerKey] = phone, "i"+onceByUpdate(t)
	return nil
}

// typedPhone reads a number as people here write it: 0555 123 456, 555123456,
// +996 (555) 12-34-56.
func typedPhone(s string) (string, error) {
	number, err := phonenumbers.Parse(s, "KG")
	if err != nil || !phonenumbers.IsValidNumber(number) {
		return "", payments.Fail(payments.CodePhoneMalformed)
	}
	return phonenumbers.Format(number, phonenumbers.E164), nil
}

// invited makes the invitation and shows its link, once.
func (b *Bot) invited(ctx context.Context, t *chat.Turn, v chat.Values) error {
	name := b.botName(ctx)
	if name == "" {
		return hint("team.no_name")
	}
	view, token, err := b.service.Invite(ctx, visit(t).ID, payments.InviteDraft{
		Role: payments.Role(v[fieldRole]), Outlets: scopeOf(v), Phone: v[fieldPhone], Key: v[answerKey],
	})
	if err != nil {
		return err
	}
	_, err = t.Reply(ctx, invitedScreen(visit(t).Printer, view, "https://t.me/"+name+"?start="+joinPrefix+token))
	return err
}

// onInvitation is a button about an invitation.
func (b *Bot) onInvitation(next func(context.Context, *chat.Turn, payments.InvitationID) error) chat.Handler {
	return func(ctx context.Context, t *chat.Turn) error {
		id, err := t.Action.Int64(0)
		if err != nil {
			return b.unknown(ctx, t)
		}
		return next(ctx, t, payments.InvitationID(id))
	}
}

// invitation shows a pending one.
func (b *Bot) invitation(ctx context.Context, t *chat.Turn, id payments.InvitationID) error {
	v := visit(t)
	team, err := b.service.Team(ctx, v.ID)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(team.Invitations, func(i payments.Invitation) bool { return i.ID == id })
	if at < 0 {
		return payments.Fail(payments.CodeInvitationGone)
	}
	return show(ctx, t, invitationScreen(v.Printer, team, team.Invitations[at], b.zone))
}

func (b *Bot) uninvite(ctx context.Context, t *chat.Turn, id payments.InvitationID) error {
	if err := b.service.CancelInvitation(ctx, visit(t).ID, id); err != nil {
		return err
	}
	if err := t.Toast(ctx, visit(t).Text("team.uninvited.toast")); err != nil {
		return err
	}
	return b.team(ctx, t)
}

func (b *Bot) accept(ctx context.Context, t *chat.Turn, id payments.InvitationID) error {
	return b.decide(ctx, t, id, payments.Accept)
}

func (b *Bot) decline(ctx context.Context, t *chat.Turn, id payments.InvitationID) error {
	return b.decide(ctx, t, id, payments.Decline)
}

func (b *Bot) decide(ctx context.Context, t *chat.Turn, id payments.InvitationID, accept bool) error {
	v := visit(t)
	view, err := b.service.DecideInvitation(ctx, v.ID, id, accept)
	if err != nil {
		return err
	}
	return show(ctx, t, decidedScreen(v.Printer, view))
}
