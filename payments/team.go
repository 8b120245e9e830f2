package payments

// Who works for a merchant. A change of a member is made under the merchant's
// lock and the member's own, under which charges are made, too: once it is
// answered, nothing the member began before goes on. It is taken down and told
// to the owners and to the member.

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Team is a merchant's members as one of them sees it.
type Team struct {
	Person      Person
	Merchant    Merchant
	Members     []Person     // whoever may not see the others sees only themselves
	Outlets     []Outlet     // that the person works in, but for archived ones
	Invitations []Invitation // pending ones
	Workplaces  []Workplace  // of the person, this one included
}

// Workplace is a merchant that a person is a member of.
type Workplace struct {
	MerchantID MerchantID
	Name       string
	Role       Role
}

// MemberView is one member as another sees them.
type MemberView struct {
	Person    Person // who looks
	Member    Person
	Outlets   []Outlet // of the merchant, but for archived ones
	LastOwner bool     // the member is the only owner
}

// Team returns the person's team. Error: CodeNotRegistered.
func (s *Service) Team(ctx context.Context, id PersonID) (t Team, err error) {
	if t.Person, err = s.person(ctx, s.Store, id); err != nil {
		return t, err
	}
	merchant := t.Person.MerchantID
	if t.Merchant, err = s.Store.Merchant(ctx, merchant); err != nil {
		return t, fmt.Errorf("merchant %d: %w", merchant, err)
	}
	if t.Workplaces, err = s.Store.Workplaces(ctx, id); err != nil {
		return t, fmt.Errorf("workplaces of person %d: %w", id, err)
	}
	if t.Outlets, err = s.outletsOf(ctx, t.Person); err != nil {
		return t, err
	}
	t.Outlets = slices.DeleteFunc(t.Outlets, Outlet.Archived)
	if !t.Person.Role.Can(ActionTeam) {
		t.Members = []Person{t.Person}
		return t, nil
	}
	if t.Members, err = s.Store.Team(ctx, merchant); err != nil {
		return t, fmt.Errorf("team of merchant %d: %w", merchant, err)
	}
	if t.Invitations, err = s.Store.Invitations(ctx, merchant, s.now()); err != nil {
		return t, fmt.Errorf("invitations of merchant %d: %w", merchant, err)
	}
	return t, nil
}

// MemberView returns a member of the person's merchant. Errors:
// CodeNotRegistered, CodeNotAllowed, CodeMemberNotFound.
func (s *Service) MemberView(ctx context.Context, id, member PersonID) (v MemberView, err error) {
	if v.Person, err = s.member(ctx, s.Store, id, ActionTeam); err != nil {
		return v, err
	}
	team, err := s.Store.Team(ctx, v.Person.MerchantID)
	if err != nil {
		return v, fmt.Errorf("team of merchant %d: %w", v.Person.MerchantID, err)
	}
	at := slices.IndexFunc(team, func(m Person) bool { return m.ID == member })
	if at < 0 {
		return MemberView{}, Fail(CodeMemberNotFound)
	}
	v.Member, v.LastOwner = team[at], isLastOwner(team, member)
	if v.Outlets, err = s.outletsOf(ctx, v.Person); err != nil {
		return v, err
	}
	v.Outlets = slices.DeleteFunc(v.Outlets, Outlet.Archived)
	return v, nil
}

func isLastOwner(team []Person, member PersonID) bool {
	theirs := false
	for _, m := range team {
		switch {
		case m.Role != RoleOwner:
		case m.ID == member:
			theirs = true
		default:
			return false
		}
	}
	return theirs
}

// SetRole makes a member another role; an owner may step back themselves.
// Errors: CodeNotRegistered, CodeNotAllowed, CodeMemberNotFound, CodeLastOwner.
func (s *Service) SetRole(ctx context.Context, id, member PersonID, role Role) error {
	if !slices.Contains(Roles(), role) {
		return Fail(CodeDataWrong, "field", "role")
	}
	return s.changeMember(ctx, id, member, func(tx Tx, owner, m Person) error {
		if m.Role == role {
			return nil
		}
		if err := s.keepOwner(ctx, tx, m); err != nil {
			return err
		}
		if err := tx.SetRole(ctx, m.MerchantID, m.ID, role); err != nil {
			return fmt.Errorf("role of member %d: %w", m.ID, err)
		}
		if !role.Can(ActionInvite) {
			if err := tx.CancelInvitations(ctx, m.MerchantID, m.ID); err != nil {
				return fmt.Errorf("invitations by member %d: %w", m.ID, err)
			}
		}
		if err := tx.MovePeople(ctx, m.MerchantID); err != nil {
			return fmt.Errorf("move people of merchant %d: %w", m.MerchantID, err)
		}
		details := memberDetails(m)
		details[DetailRole], details[detailWas] = string(role), string(m.Role)
		return s.tellTeam(ctx, tx, owner, AuditRoleChanged, details, m.ID)
	})
}

// SetScope says in which outlets a member works; none: in all. Errors:
// CodeNotRegistered, CodeNotAllowed, CodeMemberNotFound, CodeOutletNotFound.
func (s *Service) SetScope(ctx context.Context, id, member PersonID, outlets []OutletID) error {
	return s.changeMember(ctx, id, member, func(tx Tx, owner, m Person) error {
		if m.Role == RoleOwner {
			return Fail(CodeNotAllowed) // an owner's are all
		}
		given, err := s.outletsFor(ctx, tx, owner, m.Role, outlets)
		if err != nil {
			return err
		}
		if slices.Equal(given, m.Scope) {
			return nil
		}
		if err := tx.SetScope(ctx, m.MerchantID, m.ID, given); err != nil {
			return fmt.Errorf("outlets of member %d: %w", m.ID, err)
		}
		if err := tx.MovePeople(ctx, m.MerchantID); err != nil {
			return fmt.Errorf("move people of merchant %d: %w", m.MerchantID, err)
		}
		named, err := s.named(ctx, tx, m.MerchantID, given)
		if err != nil {
			return err
		}
		details := memberDetails(m)
		details[DetailOutlets] = joinNames(named)
		return s.tellTeam(ctx, tx, owner, AuditScopeChanged, details, m.ID)
	})
}

func joinNames(outlets []Outlet) string {
	var names []string
	for _, o := range outlets {
		names = append(names, o.Name)
	}
	return strings.Join(names, ", ")
}

// Dismiss ends a membership. Errors: CodeNotRegistered, CodeNotAllowed,
// CodeMemberNotFound, CodeLastOwner.
func (s *Service) Dismiss(ctx context.Context, id, member PersonID) error {
	return s.changeMember(ctx, id, member, func(tx Tx, owner, m Person) error {
		if err := s.part(ctx, tx, m); err != nil {
			return err
		}
		return s.tellTeam(ctx, tx, owner, AuditDismissed, memberDetails(m), m.ID)
	})
}

// Quit ends one's own membership in the active merchant. Errors:
// CodeNotRegistered, CodeLastOwner.
func (s *Service) Quit(ctx context.Context, id PersonID) error {
	err := s.Store.Atomically(ctx, func(tx Tx) error {
		before, err := s.person(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := tx.LockMerchant(ctx, before.MerchantID); err != nil {
			return fmt.Errorf("lock merchant %d: %w", before.MerchantID, err)
		}
		m, err := s.lockTeammate(ctx, tx, before.MerchantID, id)
		if err != nil {
			return err
		}
		if err := s.part(ctx, tx, m); err != nil {
			return err
		}
		return s.tellTeam(ctx, tx, m, AuditLeft, memberDetails(m), 0)
	})
	if err != nil {
		return fmt.Errorf("person %d quits: %w", id, err)
	}
	return nil
}

// part takes a locked member out of their merchant, and what they had begun.
func (s *Service) part(ctx context.Context, tx Tx, m Person) error {
	if err := s.keepOwner(ctx, tx, m); err != nil {
		return err
	}
	if err := tx.CancelInvitations(ctx, m.MerchantID, m.ID); err != nil {
		return fmt.Errorf("invitations by member %d: %w", m.ID, err)
	}
	if err := tx.DeleteMember(ctx, m.MerchantID, m.ID); err != nil {
		return fmt.Errorf("delete member %d: %w", m.ID, err)
	}
	return nil
}

// keepOwner refuses to let the last owner go. The database holds the same.
func (s *Service) keepOwner(ctx context.Context, tx Tx, m Person) error {
	if m.Role != RoleOwner {
		return nil
	}
	team, err := tx.Team(ctx, m.MerchantID)
	if err != nil {
		return fmt.Errorf("team of merchant %d: %w", m.MerchantID, err)
	}
	if isLastOwner(team, m.ID) {
		return Fail(CodeLastOwner)
	}
	return nil
}

// changeMember lets an owner change a member of their merchant.
func (s *Service) changeMember(ctx context.Context, id, member PersonID, do func(tx Tx, owner, m Person) error) error {
	err := s.Store.Atomically(ctx, func(tx Tx) error {
		owner, err := s.lockMember(ctx, tx, id, ActionEditTeam)
		if err != nil {
			return err
		}
		m, err := s.lockTeammate(ctx, tx, owner.MerchantID, member)
		if err != nil {
			return err
		}
		return do(tx, owner, m)
	})
	if err != nil {
		return fmt.Errorf("member %d: %w", member, err)
	}
	return nil
}

// lockTeammate returns a member whose requests wait until the transaction ends.
func (s *Service) lockTeammate(ctx context.Context, tx Tx, merchant MerchantID, id PersonID) (Person, error) {
	if err := tx.LockPerson(ctx, id); err != nil {
		return Person{}, found(err, CodeMemberNotFound)
	}
	m, err := tx.Member(ctx, merchant, id)
	return m, found(err, CodeMemberNotFound)
}

// SwitchMerchant makes another merchant that a person is a member of the one
// they work in. Error: CodeMemberNotFound.
func (s *Service) SwitchMerchant(ctx context.Context, id PersonID, merchant MerchantID) error {
	err := s.Store.Atomically(ctx, func(tx Tx) error {
		m, err := s.lockTeammate(ctx, tx, merchant, id)
		if err != nil || !m.Away {
			return err
		}
		return tx.SetMerchant(ctx, id, merchant)
	})
	if err != nil {
		return fmt.Errorf("person %d changes over to merchant %d: %w", id, merchant, err)
	}
	return nil
}

// memberDetails is what the audit log says of a member: no name and no number,
// since those are forgotten when a person asks for it, and the log stays.
func memberDetails(m Person) Details {
	return Details{DetailMemberID: number(m.ID), DetailRole: string(m.Role)}
}
