package payments

import (
	"context"
	"fmt"
)

// Action is something that a member's role allows or forbids.
type Action string

// The actions. What everybody may do with their own settings is none.
const (
	ActionTakeMoney     Action = "take_money"     // charge, cancel a charge
	ActionManageLinks   Action = "manage_links"   // change reusable links that others made; see Person.MayChange
	ActionRefund        Action = "refund"         // give money back
	ActionSwitchOutlet  Action = "switch_outlet"  // work in another outlet
	ActionEditOutlet    Action = "edit_outlet"    // name, category, address, hours
	ActionPauseOutlet   Action = "pause_outlet"   // and resume
	ActionAddOutlet     Action = "add_outlet"     // it brings a card with it
	ActionArchiveOutlet Action = "archive_outlet" // and bring back
	ActionCards         Action = "cards"          // see, add, assign, remove
	ActionEditMerchant  Action = "edit_merchant"  // name, ИНН, contact
	ActionExport        Action = "export"         // take statements along as files
	ActionReport        Action = "report"         // takings of outlets, and getting them by themselves
	ActionCloseDay      Action = "close_day"      // close an outlet\'s day, correct a closing
	ActionTeam          Action = "team"           // see who works here
	ActionInvite        Action = "invite"         // a cashier; an owner still has to accept them
	ActionInviteAny     Action = "invite_any"     // in any role
	ActionEditTeam      Action = "edit_team"      // accept, change and dismiss members
	ActionBulkLinks     Action = "bulk_links"     // many charges from a file
	ActionAskGroup      Action = "ask_group"      // add the bot to a group of the staff; an owner still has to say yes
	ActionGroups        Action = "groups"         // say which groups hear of payments
)

// right is a row of the matrix of action × role.
type right struct {
	Action                              Action
	owner, manager, cashier, accountant bool
}

const (
	yes = true
	no  = false
)

// rights is who may what. It is the one place that says so.
func rights() []right {
	return []right{
		// owner, manager, cashier, accountant
		{ActionTakeMoney, yes, yes, yes, no},
		{ActionManageLinks, yes, yes, no, no},
		{ActionRefund, yes, yes, no, no},
		{ActionSwitchOutlet, yes, yes, yes, yes},
		{ActionEditOutlet, yes, yes, no, no},
		{ActionPauseOutlet, yes, yes, no, no},
		{ActionAddOutlet, yes, no, no, no},
		{ActionArchiveOutlet, yes, no, no, no},
		{ActionCards, yes, no, no, no},
		{ActionEditMerchant, yes, no, no, no},
		{ActionExport, yes, yes, no, yes},
		{ActionReport, yes, yes, no, yes},
		{ActionCloseDay, yes, yes, yes, no},
		{ActionTeam, yes, yes, no, no},
		{ActionInvite, yes, yes, no, no},
		{ActionInviteAny, yes, no, no, no},
		{ActionEditTeam, yes, no, no, no},
		{ActionBulkLinks, yes, yes, no, no},
		{ActionAskGroup, yes, yes, no, no},
		{ActionGroups, yes, no, no, no},
	}
}

// Actions lists everything that is in the matrix.
func Actions() []Action {
	var all []Action
	for _, row := range rights() {
		all = append(all, row.Action)
	}
	return all
}

// Can reports whether a member of this role may do something. What is not in
// the matrix nobody may.
func (r Role) Can(a Action) bool {
	for _, row := range rights() {
		if row.Action != a {
			continue
		}
		switch r {
		case RoleOwner:
			return row.owner
		case RoleManager:
			return row.manager
		case RoleCashier:
			return row.cashier
		case RoleAccountant:
			return row.accountant
		}
	}
	return false
}

// MayChange reports whether a member may change or cancel a link: a charge is
// the till's, a reusable link is whose who made it, and the managers'.
func (p Person) MayChange(l Link) bool {
	mine := l.Kind == LinkCharge || l.CreatedBy == p.ID
	return p.MerchantID == l.MerchantID && (mine && p.Role.Can(ActionTakeMoney) || p.Role.Can(ActionManageLinks))
}

// member returns a person who may do something in their merchant. Errors:
// CodeNotRegistered, CodeNotAllowed.
func (s *Service) member(ctx context.Context, r Reader, id PersonID, a Action) (Person, error) {
	p, err := s.person(ctx, r, id)
	if err != nil {
		return Person{}, err
	}
	if !p.Role.Can(a) {
		return Person{}, Fail(CodeNotAllowed)
	}
	return p, nil
}

// lockMember returns a person who may do something in their merchant, whose
// row is locked: what a member may is changed under the same lock, so that
// nobody acts on a right that is being taken away. Errors: those of member.
func (s *Service) lockMember(ctx context.Context, tx Tx, id PersonID, a Action) (Person, error) {
	before, err := s.member(ctx, tx, id, a)
	if err != nil {
		return Person{}, err
	}
	if err := tx.LockMerchant(ctx, before.MerchantID); err != nil {
		return Person{}, fmt.Errorf("lock merchant %d: %w", before.MerchantID, err)
	}
	p, err := s.member(ctx, tx, id, a)
	if err == nil && p.MerchantID != before.MerchantID {
		err = Fail(CodeNotAllowed) // works in another merchant since a moment ago
	}
	return p, err
}
