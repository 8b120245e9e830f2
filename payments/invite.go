package payments

// How a person becomes a member:
//
//  1. An owner, or a manager for a cashier, names a role, the outlets and a
//     telephone number (Invite). They get a link that works once, for a day,
//     and only for that number; we keep nothing but the hash of its secret.
//  2. Whoever opens the link (OpenInvitation) shares their contact, for which
//     Telegram vouches (ClaimInvitation). With another number they are turned
//     away, those who invited hear of it, and after MaxAttempts the link is dead.
//  3. They agree to their data being kept and are shown to the owners by name
//     (AnswerInvitation).
//  4. An owner accepts or declines (DecideInvitation).
//
// Every step locks the merchant, then the invitation, and looks anew who may.

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// InviteDraft is an invitation as a member asks for it.
type InviteDraft struct {
	Role    Role
	Outlets []OutletID // empty: all
	Phone   string     // E.164
	Key     string     // idempotency: the same key makes the same invitation, with a new link
}

// InvitationView is an invitation as the one it is for sees it, or a member.
type InvitationView struct {
	Invitation Invitation
	Merchant   Merchant
	Outlets    []Outlet // to work in; empty: all
	Person     Person   // who looks
}

// Invite makes an invitation and returns the secret part of its link. An
// earlier one to the same number is void. Errors: CodeNotRegistered,
// CodeNotAllowed, CodePhoneMalformed, CodeOutletNotFound, CodeAlreadyMember,
// CodeTooMany.
func (s *Service) Invite(ctx context.Context, id PersonID, draft InviteDraft) (v InvitationView, token string, err error) {
	if !e164.MatchString(draft.Phone) {
		return v, "", Fail(CodePhoneMalformed)
	}
	token = NewCode()
	err = s.Store.Atomically(ctx, func(tx Tx) error {
		p, err := s.lockMember(ctx, tx, id, ActionInvite)
		if err != nil {
			return err
		}
		if !p.Role.CanInvite(draft.Role) {
			return Fail(CodeNotAllowed)
		}
		known, err := tx.InvitationByKey(ctx, id, draft.Key)
		if err == nil && known.MerchantID == p.MerchantID && known.StateAt(s.now()) == InvitationOpen {
			v.Invitation = known
			return tx.SetInvitationToken(ctx, known, hashToken(token))
		}
		if !errors.Is(err, ErrNotFound) {
			if err == nil {
				err = Fail(CodeInvitationGone)
			}
			return err
		}
		v.Invitation, err = s.insertInvitation(ctx, tx, p, draft, hashToken(token))
		return err
	})
	if err != nil {
		return v, "", fmt.Errorf("invitation by person %d: %w", id, err)
	}
	v, err = s.invitationView(ctx, v.Invitation)
	return v, token, err
}

func (s *Service) insertInvitation(ctx context.Context, tx Tx, p Person, draft InviteDraft, hash []byte) (Invitation, error) {
	outlets, err := s.outletsFor(ctx, tx, p, draft.Role, draft.Outlets)
	if err != nil {
		return Invitation{}, err
	}
	members, err := tx.Team(ctx, p.MerchantID)
	if err != nil {
		return Invitation{}, fmt.Errorf("team of merchant %d: %w", p.MerchantID, err)
	}
	if slices.ContainsFunc(members, func(m Person) bool { return m.Phone == draft.Phone }) {
		return Invitation{}, Fail(CodeAlreadyMember)
	}
	now := s.now()
	pending, err := tx.Invitations(ctx, p.MerchantID, now)
	if err != nil {
		return Invitation{}, fmt.Errorf("invitations of merchant %d: %w", p.MerchantID, err)
	}
	for _, before := range pending {
		if before.Phone != draft.Phone {
			continue
		}
		before.State = InvitationCancelled
		if err := tx.MarkInvitation(ctx, before); err != nil {
			return Invitation{}, fmt.Errorf("cancel invitation %d: %w", before.ID, err)
		}
	}
	if len(pending) >= MaxInvitations || len(members)+len(pending) >= MaxMembers {
		return Invitation{}, Fail(CodeTooMany, "max", MaxInvitations)
	}
	i := Invitation{
		MerchantID: p.MerchantID, Role: draft.Role, Outlets: outlets, Phone: draft.Phone, State: InvitationOpen,
		InvitedBy: p.ID, CreatedAt: now, ExpiresAt: now.Add(InvitationLife),
	}
	if i.ID, err = tx.InsertInvitation(ctx, i, hash, draft.Key); err != nil {
		return Invitation{}, fmt.Errorf("insert invitation: %w", err)
	}
	return i, s.tellTeam(ctx, tx, p, AuditInvited, invitationDetails(i), 0)
}

// outletsFor checks the outlets that a member gives to another: their own at
// most. An owner's are all.
func (s *Service) outletsFor(ctx context.Context, tx Tx, by Person, role Role, wanted []OutletID) ([]OutletID, error) {
	switch {
	case role == RoleOwner:
		return []OutletID{}, nil
	case len(wanted) == 0:
		return append([]OutletID{}, by.Scope...), nil
	}
	outlets, err := tx.Outlets(ctx, by.MerchantID)
	if err != nil {
		return nil, fmt.Errorf("outlets of merchant %d: %w", by.MerchantID, err)
	}
	given := slices.Clone(wanted)
	slices.Sort(given)
	given = slices.Compact(given)
	for _, id := range given {
		theirs := slices.ContainsFunc(outlets, func(o Outlet) bool { return o.ID == id })
		if !theirs || !by.Sees(id) {
			return nil, Fail(CodeOutletNotFound)
		}
	}
	return given, nil
}

// OpenInvitation returns what a link's secret stands for. Errors:
// CodeInvitationGone, the same for unknown, used, old and cancelled ones, and
// CodeAlreadyMember, also for whom it took in.
func (s *Service) OpenInvitation(ctx context.Context, id PersonID, token string) (InvitationView, error) {
	code, ok := NormalCode(token)
	if !ok {
		return InvitationView{}, Fail(CodeInvitationGone)
	}
	i, err := s.Store.InvitationByToken(ctx, hashToken(code))
	if err != nil {
		return InvitationView{}, found(err, CodeInvitationGone)
	}
	return s.invitationFor(ctx, i, id)
}

// invitationFor shows an invitation to somebody who opened its link.
func (s *Service) invitationFor(ctx context.Context, i Invitation, id PersonID) (InvitationView, error) {
	theirs, state := i.PersonID == id, i.StateAt(s.now())
	accepted := state == InvitationAccepted && theirs
	if state != InvitationOpen && !accepted && (state != InvitationAnswered || !theirs) {
		return InvitationView{}, Fail(CodeInvitationGone)
	}
	// The link stays in the chat that it came by, and is pressed again by those
	// who work here already.
	if _, err := s.Store.Member(ctx, i.MerchantID, id); !errors.Is(err, ErrNotFound) {
		if err == nil {
			err = Fail(CodeAlreadyMember)
		}
		return InvitationView{}, err
	}
	if accepted {
		return InvitationView{}, Fail(CodeInvitationGone) // dismissed since
	}
	v, err := s.invitationView(ctx, i)
	if err != nil {
		return InvitationView{}, err
	}
	if v.Person, err = s.Store.Person(ctx, id); err != nil {
		return InvitationView{}, found(err, CodeNotRegistered)
	}
	return v, nil
}

// Invitation returns an invitation that a person opened before. Errors: those
// of OpenInvitation.
func (s *Service) Invitation(ctx context.Context, id PersonID, invitation InvitationID) (InvitationView, error) {
	i, err := s.Store.Invitation(ctx, invitation)
	if err != nil {
		return InvitationView{}, found(err, CodeInvitationGone)
	}
	return s.invitationFor(ctx, i, id)
}

func (s *Service) invitationView(ctx context.Context, i Invitation) (v InvitationView, err error) {
	v.Invitation = i
	if v.Merchant, err = s.Store.Merchant(ctx, i.MerchantID); err != nil {
		return v, fmt.Errorf("merchant %d: %w", i.MerchantID, err)
	}
	v.Outlets, err = s.named(ctx, s.Store, i.MerchantID, i.Outlets)
	return v, err
}

// named are some of a merchant's outlets, in the order they were opened.
func (s *Service) named(ctx context.Context, r Reader, merchant MerchantID, ids []OutletID) ([]Outlet, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	outlets, err := r.Outlets(ctx, merchant)
	if err != nil {
		return nil, fmt.Errorf("outlets of merchant %d: %w", merchant, err)
	}
	return slices.DeleteFunc(outlets, func(o Outlet) bool { return !slices.Contains(ids, o.ID) }), nil
}

// WaitingInvitation returns the invitation that a person answered and no owner
// has decided on; ok is false if there is none.
func (s *Service) WaitingInvitation(ctx context.Context, id PersonID) (v InvitationView, ok bool, err error) {
	i, err := s.Store.WaitingInvitation(ctx, id, s.now())
	if errors.Is(err, ErrNotFound) {
		return v, false, nil
	}
	if err != nil {
		return v, false, fmt.Errorf("invitation of person %d: %w", id, err)
	}
	v, err = s.invitationView(ctx, i)
	return v, err == nil, err
}

// ClaimInvitation compares a number that Telegram vouches for, in E.164, with
// the invited one, and keeps it as the person's. Errors: CodeInvitationGone,
// CodePhoneMalformed, CodeInvitationForeign.
func (s *Service) ClaimInvitation(ctx context.Context, id PersonID, invitation InvitationID, phone string) error {
	if !e164.MatchString(phone) {
		return Fail(CodePhoneMalformed)
	}
	foreign := false
	err := s.Store.Atomically(ctx, func(tx Tx) error {
		i, err := s.lockInvitation(ctx, tx, invitation)
		if err != nil {
			return err
		}
		if i.StateAt(s.now()) != InvitationOpen {
			return Fail(CodeInvitationGone)
		}
		if foreign = phone != i.Phone; !foreign {
			return tx.SetPhone(ctx, id, phone)
		}
		i.Attempts++
		action := AuditInvitationForeign
		if i.Attempts >= MaxAttempts {
			i.State, action = InvitationCancelled, AuditInvitationDead
		}
		if err := tx.MarkInvitation(ctx, i); err != nil {
			return fmt.Errorf("mark invitation %d: %w", i.ID, err)
		}
		return s.tellTeam(ctx, tx, Person{ID: id, MerchantID: i.MerchantID}, action, invitationDetails(i), i.InvitedBy)
	})
	switch {
	case err != nil:
		return fmt.Errorf("claim invitation %d: %w", invitation, err)
	case foreign:
		return Fail(CodeInvitationForeign)
	}
	return nil
}

// AnswerInvitation puts a person who proved their number and agreed to their
// data being kept before the owners. Again it changes nothing. Errors:
// CodeInvitationGone, CodeInvitationForeign, CodeNoConsent, CodeAlreadyMember.
func (s *Service) AnswerInvitation(ctx context.Context, id PersonID, invitation InvitationID) (InvitationView, error) {
	var i Invitation
	err := s.Store.Atomically(ctx, func(tx Tx) (err error) {
		if i, err = s.lockInvitation(ctx, tx, invitation); err != nil {
			return err
		}
		p, err := tx.Person(ctx, id)
		if err != nil {
			return found(err, CodeNotRegistered)
		}
		state := i.StateAt(s.now())
		switch {
		case state == InvitationAnswered && i.PersonID == id:
			return nil
		case state != InvitationOpen || p.Leaving():
			return Fail(CodeInvitationGone)
		case p.Phone != i.Phone:
			return Fail(CodeInvitationForeign)
		case p.ConsentedAt.IsZero():
			return Fail(CodeNoConsent)
		}
		if _, err := tx.Member(ctx, i.MerchantID, id); !errors.Is(err, ErrNotFound) {
			if err == nil {
				err = Fail(CodeAlreadyMember)
			}
			return err
		}
		i.State, i.PersonID, i.ExpiresAt = InvitationAnswered, id, s.now().Add(AnswerLife)
		if err := tx.MarkInvitation(ctx, i); err != nil {
			return fmt.Errorf("mark invitation %d: %w", i.ID, err)
		}
		p.MerchantID = i.MerchantID
		return s.tellTeam(ctx, tx, p, AuditInvitationAnswered, invitationDetails(i), 0)
	})
	if err != nil {
		return InvitationView{}, fmt.Errorf("answer invitation %d: %w", invitation, err)
	}
	return s.invitationView(ctx, i)
}

// lockInvitation returns an invitation that nobody else changes until the
// transaction ends, and its merchant's team neither. Error: CodeInvitationGone.
func (s *Service) lockInvitation(ctx context.Context, tx Tx, id InvitationID) (Invitation, error) {
	before, err := tx.Invitation(ctx, id)
	if err != nil {
		return Invitation{}, found(err, CodeInvitationGone)
	}
	if err := tx.LockMerchant(ctx, before.MerchantID); err != nil {
		return Invitation{}, fmt.Errorf("lock merchant %d: %w", before.MerchantID, err)
	}
	i, err := tx.LockInvitation(ctx, id)
	if err != nil {
		return Invitation{}, fmt.Errorf("lock invitation %d: %w", id, err)
	}
	return i, nil
}

// invitationDetails is what the audit log says of an invitation; see
// memberDetails.
func invitationDetails(i Invitation) Details {
	return Details{DetailInvitation: number(i.ID), DetailRole: string(i.Role), DetailMemberID: number(i.PersonID)}
}
