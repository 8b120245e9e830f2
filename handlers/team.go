package handlers

import (
	"context"
	"slices"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/payments"
)

// Teams is what the conversation asks about who works for a merchant.
type Teams interface {
	Team(context.Context, payments.PersonID) (payments.Team, error)
	MemberView(ctx context.Context, id, member payments.PersonID) (payments.MemberView, error)
	SetRole(ctx context.Context, id, member payments.PersonID, role payments.Role) error
	SetScope(ctx context.Context, id, member payments.PersonID, outlets []payments.OutletID) error
	Dismiss(ctx context.Context, id, member payments.PersonID) error
	Quit(context.Context, payments.PersonID) error
	SwitchMerchant(context.Context, payments.PersonID, payments.MerchantID) error

	Invite(context.Context, payments.PersonID, payments.InviteDraft) (v payments.InvitationView, token string, err error)
	OpenInvitation(ctx context.Context, id payments.PersonID, token string) (payments.InvitationView, error)
	Invitation(context.Context, payments.PersonID, payments.InvitationID) (payments.InvitationView, error)
	WaitingInvitation(context.Context, payments.PersonID) (v payments.InvitationView, ok bool, err error)
	ClaimInvitation(ctx context.Context, id payments.PersonID, invitation payments.InvitationID, e164 string) error
	AnswerInvitation(context.Context, payments.PersonID, payments.InvitationID) (payments.InvitationView, error)
	DecideInvitation(ctx context.Context, id payments.PersonID, invitation payments.InvitationID, accept bool) (payments.InvitationView, error)
	CancelInvitation(context.Context, payments.PersonID, payments.InvitationID) error
}

// Actions on the team.
const (
	actionTeam        = "team"        // page
	actionMember      = "member"      // person
	actionMemberRole  = "memberrole"  // person, role; without a role it is asked for
	actionOwnerSure   = "ownersure"   // person
	actionMemberScope = "memberscope" // person, outlet to tick or "all", page
	actionDismiss     = "dismiss"     // person
	actionDismissSure = "dismisssure" // person
	actionQuit        = "quit"
	actionQuitSure    = "quitsure"
	actionWorkplaces  = "workplaces"
	actionSwitch      = "workplace" // merchant
	actionInvite      = "invite"
	actionInvitation  = "invitation" // invitation
	actionUninvite    = "uninvite"   // invitation
	actionAccept      = "accept"     // invitation
	actionDecline     = "decline"    // invitation
	actionOwnMerchant = "ownmerchant"
	everywhere        = "all" // in the place of an outlet: all of them
)

func (b *Bot) team(ctx context.Context, t *chat.Turn) error {
	v := visit(t)
	team, err := b.service.Team(ctx, v.ID)
	if err != nil {
		return err
	}
	return show(ctx, t, teamScreen(v.Printer, team, pageAsked(t.Action, 0)))
}

// onMember is a button about a member. Who may press it, the service says at
// every press.
func (b *Bot) onMember(next func(context.Context, *chat.Turn, payments.PersonID) error) chat.Handler {
	return func(ctx context.Context, t *chat.Turn) error {
		id, err := t.Action.Int64(0)
		if err != nil {
			return b.unknown(ctx, t)
		}
		return next(ctx, t, payments.PersonID(id))
	}
}

func (b *Bot) member(ctx context.Context, t *chat.Turn, member payments.PersonID) error {
	view, err := b.service.MemberView(ctx, visit(t).ID, member)
	if err != nil {
		return err
	}
	return show(ctx, t, memberScreen(visit(t).Printer, view))
}

// memberChanged shows a member after a change; whoever changed themselves may not be
// allowed to look any more.
func (b *Bot) memberChanged(ctx context.Context, t *chat.Turn, member payments.PersonID, err error) error {
	if err != nil {
		return err
	}
	if member != visit(t).ID {
		return b.member(ctx, t, member)
	}
	if err := b.recognise(ctx, t); err != nil {
		return err
	}
	return b.team(ctx, t)
}

// mayEdit returns a member whom the person may change.
func (b *Bot) mayEdit(ctx context.Context, t *chat.Turn, member payments.PersonID) (payments.MemberView, error) {
	view, err := b.service.MemberView(ctx, visit(t).ID, member)
	if err == nil && !view.Person.Role.Can(payments.ActionEditTeam) {
		err = payments.Fail(payments.CodeNotAllowed)
	}
	return view, err
}

// memberRole asks for a role, or gives it. Another owner is asked for twice:
// they can do everything, this owner's removal included.
func (b *Bot) memberRole(ctx context.Context, t *chat.Turn, member payments.PersonID) error {
	role := payments.Role(t.Action.Arg(1))
	if role != "" && role != payments.RoleOwner {
		return b.memberChanged(ctx, t, member, b.service.SetRole(ctx, visit(t).ID, member, role))
	}
	view, err := b.mayEdit(ctx, t, member)
	if err != nil {
		return err
	}
	if role == "" {
		return show(ctx, t, memberRoleScreen(visit(t).Printer, view))
	}
	return show(ctx, t, ownerQuestion(visit(t).Printer, view))
}

func (b *Bot) ownerSure(ctx context.Context, t *chat.Turn, member payments.PersonID) error {
	return b.memberChanged(ctx, t, member, b.service.SetRole(ctx, visit(t).ID, member, payments.RoleOwner))
}

// memberScope ticks an outlet, or all of them. The last one stays: nothing
// ticked would mean all.
func (b *Bot) memberScope(ctx context.Context, t *chat.Turn, member payments.PersonID) error {
	view, err := b.mayEdit(ctx, t, member)
	if err != nil {
		return err
	}
	v := visit(t)
	switch choice := t.Action.Arg(1); choice {
	case "":
	case everywhere:
		err = b.service.SetScope(ctx, v.ID, member, nil)
	default:
		outlet, wrong := t.Action.Int64(1)
		if wrong != nil {
			return b.unknown(ctx, t)
		}
		scope, ok := ticked(view.Member.Scope, payments.OutletID(outlet))
		if !ok {
			return t.Toast(ctx, v.Text("team.scope.last"))
		}
		err = b.service.SetScope(ctx, v.ID, member, scope)
	}
	if err != nil {
		return err
	}
	if view, err = b.mayEdit(ctx, t, member); err != nil {
		return err
	}
	return show(ctx, t, memberScopeScreen(v.Printer, view, pageAsked(t.Action, 2)))
}

// ticked puts an outlet into a scope or takes it out; false if it is the last.
func ticked(scope []payments.OutletID, outlet payments.OutletID) ([]payments.OutletID, bool) {
	at := slices.Index(scope, outlet)
	if at < 0 {
		return append(slices.Clone(scope), outlet), true
	}
	return slices.Delete(slices.Clone(scope), at, at+1), len(scope) > 1
}

func (b *Bot) dismiss(ctx context.Context, t *chat.Turn, member payments.PersonID) error {
	view, err := b.mayEdit(ctx, t, member)
	if err != nil {
		return err
	}
	return show(ctx, t, dismissQuestion(visit(t).Printer, view))
}

func (b *Bot) dismissSure(ctx context.Context, t *chat.Turn, member payments.PersonID) error {
	if member == visit(t).ID {
		return b.quitSure(ctx, t)
	}
	if err := b.service.Dismiss(ctx, visit(t).ID, member); err != nil {
		return err
	}
	if err := t.Toast(ctx, visit(t).Text("team.dismissed.toast")); err != nil {
		return err
	}
	return b.team(ctx, t)
}

func (b *Bot) quit(ctx context.Context, t *chat.Turn) error {
	v := visit(t)
	team, err := b.service.Team(ctx, v.ID)
	if err != nil {
		return err
	}
	return show(ctx, t, quitQuestion(v.Printer, team))
}

func (b *Bot) quitSure(ctx context.Context, t *chat.Turn) error {
	if err := b.service.Quit(ctx, visit(t).ID); err != nil {
		return err
	}
	if err := b.recognise(ctx, t); err != nil {
		return err
	}
	v := visit(t)
	if v.Registered() {
		if err := t.Toast(ctx, v.Text("team.left.toast")); err != nil {
			return err
		}
		return b.home(ctx, t)
	}
	return show(ctx, t, nowhereScreen(v.Printer))
}

func (b *Bot) workplaces(ctx context.Context, t *chat.Turn) error {
	v := visit(t)
	team, err := b.service.Team(ctx, v.ID)
	if err != nil {
		return err
	}
	return show(ctx, t, workplacesScreen(v.Printer, team))
}

// switchMerchant works also for who was dismissed where they worked last.
func (b *Bot) switchMerchant(ctx context.Context, t *chat.Turn) error {
	merchant, err := t.Action.Int64(0)
	if err != nil {
		return b.unknown(ctx, t)
	}
	if err := b.service.SwitchMerchant(ctx, visit(t).ID, payments.MerchantID(merchant)); err != nil {
		return err
	}
	if err := b.recognise(ctx, t); err != nil {
		return err
	}
	return b.registered(b.home)(ctx, t)
}
