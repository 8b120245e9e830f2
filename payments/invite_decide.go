package payments

import (
	"context"
	"fmt"
)

// The answers to an invitee.
const (
	Accept  = true
	Decline = false
)

// DecideInvitation lets an owner of the invitation's merchant, whichever they
// work in at the moment, take an invitee in or turn them away. What an owner has
// decided stands: a second word, also another one by another owner, is answered
// with the first. Error: CodeInvitationGone (also for who is no owner: it
// reveals nothing).
func (s *Service) DecideInvitation(ctx context.Context, id PersonID, invitation InvitationID, accept bool) (InvitationView, error) {
	var i Invitation
	err := s.Store.Atomically(ctx, func(tx Tx) (err error) {
		if i, err = s.lockInvitation(ctx, tx, invitation); err != nil {
			return err
		}
		owner, err := tx.Member(ctx, i.MerchantID, id)
		if err != nil {
			return found(err, CodeInvitationGone)
		}
		if !owner.Role.Can(ActionEditTeam) {
			return Fail(CodeInvitationGone)
		}
		switch i.StateAt(s.now()) {
		case InvitationAnswered:
		case InvitationDeclined:
			return nil
		case InvitationAccepted:
			_, err := tx.Member(ctx, i.MerchantID, i.PersonID)
			return found(err, CodeInvitationGone) // dismissed since
		default:
			return Fail(CodeInvitationGone)
		}
		if err := tx.LockPerson(ctx, i.PersonID); err != nil {
			return fmt.Errorf("lock person %d: %w", i.PersonID, err)
		}
		invitee, err := tx.Person(ctx, i.PersonID)
		if err != nil {
			return fmt.Errorf("person %d: %w", i.PersonID, err)
		}
		if invitee.Leaving() {
			return Fail(CodeInvitationGone)
		}
		i.State = InvitationDeclined
		action := AuditInvitationDeclined
		if accept {
			i.State, action = InvitationAccepted, AuditJoined
		}
		if err := tx.MarkInvitation(ctx, i); err != nil {
			return fmt.Errorf("mark invitation %d: %w", i.ID, err)
		}
		if accept {
			if err := s.takeIn(ctx, tx, i, invitee); err != nil {
				return err
			}
		}
		return s.tellTeam(ctx, tx, owner, action, invitationDetails(i), i.PersonID)
	})
	if err != nil {
		return InvitationView{}, fmt.Errorf("decide on invitation %d: %w", invitation, err)
	}
	v, err := s.invitationView(ctx, i)
	if err != nil {
		return v, err
	}
	if v.Person, err = s.Store.Person(ctx, i.PersonID); err != nil {
		return v, fmt.Errorf("person %d: %w", i.PersonID, err)
	}
	return v, nil
}

// takeIn makes an invitee a member. Who works in no merchant begins to work in
// this one; others go on where they are until they change over themselves, so
// that the next sum they write is not asked for elsewhere.
func (s *Service) takeIn(ctx context.Context, tx Tx, i Invitation, p Person) error {
	if err := tx.InsertMember(ctx, i.MerchantID, i.PersonID, i.Role, s.now()); err != nil {
		return fmt.Errorf("insert member %d: %w", i.PersonID, err)
	}
	if err := tx.SetScope(ctx, i.MerchantID, i.PersonID, i.Outlets); err != nil {
		return fmt.Errorf("outlets of member %d: %w", i.PersonID, err)
	}
	if p.MerchantID != 0 {
		return nil
	}
	return tx.SetMerchant(ctx, i.PersonID, i.MerchantID)
}

// CancelInvitation makes an invitation void. Owners cancel any, others their
// own. Errors: CodeNotRegistered, CodeNotAllowed, CodeInvitationGone.
func (s *Service) CancelInvitation(ctx context.Context, id PersonID, invitation InvitationID) error {
	err := s.Store.Atomically(ctx, func(tx Tx) error {
		p, err := s.lockMember(ctx, tx, id, ActionInvite)
		if err != nil {
			return err
		}
		i, err := tx.LockInvitation(ctx, invitation)
		if err != nil {
			return found(err, CodeInvitationGone)
		}
		state := i.StateAt(s.now())
		pending := state == InvitationOpen || state == InvitationAnswered
		if i.MerchantID != p.MerchantID || !pending || i.InvitedBy != id && !p.Role.Can(ActionEditTeam) {
			return Fail(CodeInvitationGone)
		}
		i.State = InvitationCancelled
		if err := tx.MarkInvitation(ctx, i); err != nil {
			return fmt.Errorf("mark invitation %d: %w", i.ID, err)
		}
		return s.tellTeam(ctx, tx, p, AuditInvitationCancelled, invitationDetails(i), i.PersonID)
	})
	if err != nil {
		return fmt.Errorf("cancel invitation %d: %w", invitation, err)
	}
	return nil
}
