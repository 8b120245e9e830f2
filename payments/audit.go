package payments

import (
	"context"
	"fmt"
	"time"
)

// AuditID is our number of an entry of the audit log.
type AuditID int64

// AuditAction is what was done.
type AuditAction string

// What the audit log takes down.
const (
	AuditOutletAdded    AuditAction = "outlet.added"
	AuditOutletChanged  AuditAction = "outlet.changed"
	AuditOutletPaused   AuditAction = "outlet.paused"
	AuditOutletResumed  AuditAction = "outlet.resumed"
	AuditOutletArchived AuditAction = "outlet.archived"
	AuditOutletRestored AuditAction = "outlet.restored"

	AuditCardAdded    AuditAction = "card.added"    // last4; outlet: for this one only
	AuditCardAssigned AuditAction = "card.assigned" // last4; outlet: to this one only
	AuditCardRemoved  AuditAction = "card.removed"  // last4, successor: the last four of the card that takes over

	AuditExported            AuditAction = "exported"        // which days, as what
	AuditMerchantClosed      AuditAction = "merchant.closed" // with its last owner
	AuditMerchantReopened    AuditAction = "merchant.reopened"
	AuditInvited             AuditAction = "invitation.made"      // role
	AuditInvitationForeign   AuditAction = "invitation.foreign"   // somebody with another number opened it
	AuditInvitationDead      AuditAction = "invitation.dead"      // the same, once too often
	AuditInvitationAnswered  AuditAction = "invitation.answered"  // by its person
	AuditInvitationDeclined  AuditAction = "invitation.declined"  // by an owner
	AuditInvitationCancelled AuditAction = "invitation.cancelled" // by who invited, or an owner
	AuditJoined              AuditAction = "member.joined"        // an owner accepted them
	AuditRoleChanged         AuditAction = "member.role"          // role, and what it was
	AuditScopeChanged        AuditAction = "member.outlets"       // outlets; "": all
	AuditDismissed           AuditAction = "member.dismissed"     // by an owner
	AuditGroupLinked         AuditAction = "group.linked"         // outlets; "": all
	AuditGroupUnlinked       AuditAction = "group.unlinked"
	AuditLeft                AuditAction = "member.left" // of their own will

	AuditMerchantChanged AuditAction = "merchant.changed" // which fields, not what they hold
)

// Details are what an entry says beside who, what and when. Card numbers have
// no place in them.
type Details map[string]string

// Names of details.
const (
	DetailOutlet     = "outlet"    // its name; "": all outlets
	DetailOutletID   = "outlet_id" // "0": all outlets
	DetailLast4      = "last4"
	DetailSuccessor  = "successor"
	DetailFormat     = "format"
	DetailFirst      = "first" // yyyymmdd
	DetailLast       = "last"
	DetailRole       = "role"
	DetailInvitation = "invitation" // its id
	DetailMemberID   = "member_id"
	DetailGroup      = "group"   // Telegram's number of it
	DetailOutlets    = "outlets" // names; "": all
	detailWas        = "was"
	detailCardID     = "card_id"
	detailFields     = "fields"
)

// AuditEntry is one change that somebody made, as it is kept.
type AuditEntry struct {
	ID         AuditID
	MerchantID MerchantID
	PersonID   PersonID // who did it
	Action     AuditAction
	Details    Details
	At         time.Time // UTC
}

// audit takes a change down in the transaction that makes it.
func (s *Service) audit(ctx context.Context, tx Tx, p Person, action AuditAction, details Details) (AuditID, error) {
	kept := make(Details, len(details))
	for name, text := range details {
		// An outlet may be called anything.
		if _, found := FindCardNumber(text); found {
			text = hidden
		}
		kept[name] = text
	}
	id, err := tx.InsertAudit(ctx, AuditEntry{
		MerchantID: p.MerchantID, PersonID: p.ID, Action: action, Details: kept, At: s.now(),
	})
	if err != nil {
		return 0, fmt.Errorf("take down %s: %w", action, err)
	}
	return id, nil
}
