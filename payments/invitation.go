package payments

import (
	"slices"
	"time"
)

// InvitationID is our number of an invitation.
type InvitationID int64

// InvitationState is where an invitation stands.
//
//	open → answered → accepted | declined
//	  └────────┴────→ cancelled
type InvitationState string

// The states. Answered ones wait for an owner.
const (
	InvitationOpen      InvitationState = "open"
	InvitationAnswered  InvitationState = "answered"
	InvitationAccepted  InvitationState = "accepted"
	InvitationDeclined  InvitationState = "declined"
	InvitationCancelled InvitationState = "cancelled"
	InvitationExpired   InvitationState = "expired" // by the clock; never written down
)

// Limits of invitations.
const (
	InvitationLife = 24 * time.Hour     // within which the link has to be opened
	AnswerLife     = 7 * 24 * time.Hour // within which an owner has to decide
	MaxAttempts    = 3                  // with other numbers than the invited one; then the link is dead
	MaxInvitations = 20                 // pending ones of a merchant
	MaxMembers     = 200                // of a merchant
)

// Invitation asks one person, known by their telephone number, to become a
// member. The secret in its link is not kept.
type Invitation struct {
	ID         InvitationID
	MerchantID MerchantID
	Role       Role
	Outlets    []OutletID // to work in; empty: all
	Phone      string     // E.164
	State      InvitationState
	Attempts   int
	InvitedBy  PersonID
	PersonID   PersonID // who answered; 0: nobody yet
	CreatedAt  time.Time
	ExpiresAt  time.Time
}

// StateAt is the state at an instant.
func (i Invitation) StateAt(now time.Time) InvitationState {
	if (i.State == InvitationOpen || i.State == InvitationAnswered) && !now.Before(i.ExpiresAt) {
		return InvitationExpired
	}
	return i.State
}

// Roles lists the roles, from the most to the least able.
func Roles() []Role { return []Role{RoleOwner, RoleManager, RoleCashier, RoleAccountant} }

// CanInvite reports whether a member of this role invites people to be of
// another.
func (r Role) CanInvite(to Role) bool {
	return slices.Contains(Roles(), to) && r.Can(ActionInvite) && (to == RoleCashier || r.Can(ActionInviteAny))
}
