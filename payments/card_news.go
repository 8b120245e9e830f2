package payments

import (
	"context"
	"fmt"
	"slices"
)

// tellCards takes a change of the cards down and tells the owners who did not
// make it: money that goes elsewhere must not go unnoticed.
func (s *Service) tellCards(ctx context.Context, tx Tx, p Person, action AuditAction, details Details) error {
	id, err := s.audit(ctx, tx, p, action, details)
	if err != nil {
		return err
	}
	owners, err := s.owners(ctx, tx, p.MerchantID)
	if err != nil {
		return err
	}
	var jobs []Scheduled
	for _, o := range owners {
		if o.ID != p.ID {
			jobs = append(jobs, Scheduled{Job: CardTold{MerchantID: p.MerchantID, AuditID: id, PersonID: o.ID}})
		}
	}
	if len(jobs) == 0 {
		return nil
	}
	return tx.Enqueue(ctx, jobs...)
}

// owners are a merchant's owners who can be written to, whatever notices they
// want: these matter.
func (s *Service) owners(ctx context.Context, r Reader, merchant MerchantID) ([]Person, error) {
	people, err := r.Members(ctx, merchant)
	if err != nil {
		return nil, fmt.Errorf("members of merchant %d: %w", merchant, err)
	}
	return slices.DeleteFunc(people, func(p Person) bool { return p.Role != RoleOwner }), nil
}

// CardNews is a change of the cards as an owner is told of it.
type CardNews struct {
	Entry     AuditEntry
	Merchant  Merchant
	By        Person
	Recipient Person
}

// CardNews returns what an owner is told. ok is false for somebody who is no
// owner of the merchant any more, or blocked the bot.
func (s *Service) CardNews(ctx context.Context, job CardTold) (n CardNews, ok bool, err error) {
	owners, err := s.owners(ctx, s.Store, job.MerchantID)
	if err != nil {
		return n, false, err
	}
	at := slices.IndexFunc(owners, func(p Person) bool { return p.ID == job.PersonID })
	if at < 0 {
		return n, false, nil
	}
	n.Recipient = owners[at]
	if n.Entry, err = s.Store.AuditEntry(ctx, job.MerchantID, job.AuditID); err != nil {
		return n, false, fmt.Errorf("audit entry %d: %w", job.AuditID, err)
	}
	if n.Merchant, err = s.Store.Merchant(ctx, job.MerchantID); err != nil {
		return n, false, fmt.Errorf("merchant %d: %w", job.MerchantID, err)
	}
	if n.By, err = s.Store.Person(ctx, n.Entry.PersonID); err != nil {
		return n, false, fmt.Errorf("person %d: %w", n.Entry.PersonID, err)
	}
	return n, true, nil
}
