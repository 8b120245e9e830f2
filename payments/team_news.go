package payments

import (
	"context"
	"errors"
	"fmt"
	"strconv"
)

// TeamTold tells one person of a change of a team.
type TeamTold struct {
	MerchantID MerchantID `json:"merchant_id"`
	AuditID    AuditID    `json:"audit_id"`
	PersonID   PersonID   `json:"person_id"`
}

// Kind names the job in the queue.
func (TeamTold) Kind() string { return "team_told" }

// tellTeam takes a change of a team down and tells the owners who did not make
// it, and the person it is about (0: nobody).
func (s *Service) tellTeam(ctx context.Context, tx Tx, by Person, action AuditAction, details Details, about PersonID) error {
	id, err := s.audit(ctx, tx, by, action, details)
	if err != nil {
		return err
	}
	owners, err := s.owners(ctx, tx, by.MerchantID)
	if err != nil {
		return err
	}
	var jobs []Scheduled
	tell := func(p PersonID) {
		if p != by.ID {
			jobs = append(jobs, Scheduled{Job: TeamTold{MerchantID: by.MerchantID, AuditID: id, PersonID: p}})
		}
	}
	for _, o := range owners {
		if o.ID != about {
			tell(o.ID)
		}
	}
	if about != 0 {
		tell(about)
	}
	if len(jobs) == 0 {
		return nil
	}
	return tx.Enqueue(ctx, jobs...)
}

// TeamNews is a change of a team as one person is told of it.
type TeamNews struct {
	Entry      AuditEntry
	Merchant   Merchant
	By         Person     // who did it
	About      Person     // whom it is about; zero: nobody we know
	Invitation Invitation // of what is about one
	Outlets    []Outlet   // to work in, as it is now; empty: all
	Recipient  Person
	Owner      bool // the recipient is an owner of the merchant
}

// ToAbout reports whether the recipient is the one whom it is about.
func (n TeamNews) ToAbout() bool { return n.About.ID != 0 && n.About.ID == n.Recipient.ID }

// TeamNews returns what a person is told. ok is false for somebody who was to
// hear it as an owner and is none any more, or blocked the bot.
func (s *Service) TeamNews(ctx context.Context, job TeamTold) (n TeamNews, ok bool, err error) {
	if n.Entry, err = s.Store.AuditEntry(ctx, job.MerchantID, job.AuditID); err != nil {
		return n, false, fmt.Errorf("audit entry %d: %w", job.AuditID, err)
	}
	if n.Merchant, err = s.Store.Merchant(ctx, job.MerchantID); err != nil {
		return n, false, fmt.Errorf("merchant %d: %w", job.MerchantID, err)
	}
	if n.By, err = s.Store.Person(ctx, n.Entry.PersonID); err != nil {
		return n, false, fmt.Errorf("person %d: %w", n.Entry.PersonID, err)
	}
	if about := n.Entry.Details.id(DetailMemberID); about != 0 {
		if n.About, err = s.Store.Person(ctx, PersonID(about)); err != nil {
			return n, false, fmt.Errorf("person %d: %w", about, err)
		}
	}
	if id := n.Entry.Details.id(DetailInvitation); id != 0 {
		n.Invitation, err = s.Store.Invitation(ctx, InvitationID(id))
		if errors.Is(err, ErrNotFound) {
			return n, false, nil // its person was forgotten since, and it with them
		}
		if err != nil {
			return n, false, fmt.Errorf("invitation %d: %w", id, err)
		}
		n.Invitation.State = n.Invitation.StateAt(s.now())
		if n.Outlets, err = s.named(ctx, s.Store, job.MerchantID, n.Invitation.Outlets); err != nil {
			return n, false, err
		}
	}
	n.Recipient, err = s.Store.Member(ctx, job.MerchantID, job.PersonID)
	n.Owner = err == nil && n.Recipient.Role == RoleOwner
	if errors.Is(err, ErrNotFound) {
		n.Recipient, err = s.Store.Person(ctx, job.PersonID)
	}
	if err != nil {
		return n, false, fmt.Errorf("person %d: %w", job.PersonID, err)
	}
	inviter := n.Invitation.InvitedBy == job.PersonID && n.Recipient.MerchantID == job.MerchantID
	return n, !n.Recipient.Blocked && (n.Owner || n.ToAbout() || inviter), nil
}

// id reads a number of a row; 0 if there is none.
func (d Details) id(name string) int64 {
	n, err := strconv.ParseInt(d[name], 10, 64)
	if err != nil {
		return 0
	}
	return n
}
