package payments

// How a person goes:
//
//  1. Farewell says what would go and what would stay, and what is in the way:
//     where nobody else owns a merchant it closes with them, and that waits
//     until no money of it is on its way.
//  2. Leave stops everything at once. They are a member of nothing any more; a
//     merchant that closes takes no payments, and its members are told.
//  3. For a week Return brings all of it back as it was.
//  4. Then the sweep erases: the person's name, number and chat, and of a merchant
//     the links, the cards' secrets and the contact. Payments, refunds, receipts
//     and the audit log stay, as the law on bookkeeping and that against
//     laundering money demand; they know the person by Telegram's number alone.
//
// Locks are taken in the order merchants by id, person.

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// LeaveFor is how long a departure can be taken back.
	LeaveFor = 7 * 24 * time.Hour
	// KeepYears is how many years records of money are kept.
	KeepYears = 5
	// eraseLater is when an erasure is tried again that money stood in the way of.
	eraseLater = time.Hour
)

// OpenMoney is what has not come to its end in a merchant.
type OpenMoney struct {
	Payments  int   // on their way in
	Credits   int   // due or sent to the card
	CreditSum Money // of them
	Refused   int   // that a card did not take
	RefuseSum Money
	Refunds   int // on their way to payers
	RefundSum Money
	Debt      Money // to be withheld from later credits
}

// None reports whether a merchant can close.
func (o OpenMoney) None() bool { return o == OpenMoney{} }

// Closing is a merchant that closes when a person leaves.
type Closing struct {
	Merchant Merchant
	Staff    int // other members
	Open     OpenMoney
}

// Farewell is what leaving means for a person at the moment.
type Farewell struct {
	Person  Person
	Closing []Closing
}

// Blocked reports whether money is in the way.
func (f Farewell) Blocked() bool {
	for _, c := range f.Closing {
		if !c.Open.None() {
			return true
		}
	}
	return false
}

// LeaveReader answers what the store knows of people who leave.
type LeaveReader interface {
	// OwnedAlone are the merchants that nobody else owns, by id.
	OwnedAlone(ctx context.Context, id PersonID) ([]Merchant, error)
	// Owned are the ids of all merchants that a person owns, ascending.
	Owned(ctx context.Context, id PersonID) ([]MerchantID, error)
	// OpenMoney counts what is not at its end; payments that were created since
	// an instant may still be executed.
	OpenMoney(ctx context.Context, merchant MerchantID, since time.Time) (OpenMoney, error)
	// Closed are the ids of the merchants that closed with a person, ascending.
	Closed(ctx context.Context, id PersonID) ([]MerchantID, error)
	// Departed are the ids of the merchants that a departure touches, ascending.
	Departed(ctx context.Context, id PersonID) ([]MerchantID, error)
	// DueDepartures are people who are to be erased, the longest due first.
	DueDepartures(ctx context.Context, now time.Time, limit int) ([]PersonID, error)
}

// LeaveTx is what a transaction does with people who leave.
type LeaveTx interface {
	InsertDeparture(ctx context.Context, id PersonID, now, erase time.Time) error
	MarkDeparture(ctx context.Context, id PersonID, erase time.Time) error
	// SuspendPerson takes a person out of all merchants.
	SuspendPerson(ctx context.Context, id PersonID) error
	// CloseMerchant takes everybody out of a merchant and archives its outlets.
	CloseMerchant(ctx context.Context, merchant MerchantID, id PersonID) error
	// ReturnPerson makes a person a member again where they were one, but for
	// merchants that others have closed. It returns those that they own there and
	// that have to be opened again.
	ReturnPerson(ctx context.Context, id PersonID) ([]MerchantID, error)
	// ReopenMerchant undoes CloseMerchant but for people who are leaving.
	ReopenMerchant(ctx context.Context, merchant MerchantID) error
	// DeleteDeparture forgets that a person was leaving.
	DeleteDeparture(ctx context.Context, id PersonID) error
	// EraseMerchant ends all links of a closed merchant and forgets its cards'
	// secrets and its contact.
	EraseMerchant(ctx context.Context, merchant MerchantID, now time.Time) error
	// ErasePerson forgets who a person is.
	ErasePerson(ctx context.Context, id PersonID) error
}

// MerchantTold tells a member that their merchant was closed, or opened again.
type MerchantTold struct {
	MerchantID MerchantID `json:"merchant_id"`
	PersonID   PersonID   `json:"person_id"`
	Open       bool       `json:"open"`
}

// Kind names the job in the queue.
func (MerchantTold) Kind() string { return "merchant_told" }

// Leaving reports whether a person asked to be forgotten.
func (p Person) Leaving() bool { return !p.EraseAt.IsZero() }

// Farewell returns what leaving would mean. Error: CodeNotRegistered, for
// somebody we know nothing of.
func (s *Service) Farewell(ctx context.Context, id PersonID) (Farewell, error) {
	return s.farewell(ctx, s.Store, id)
}

func (s *Service) farewell(ctx context.Context, r Reader, id PersonID) (f Farewell, err error) {
	if f.Person, err = r.Person(ctx, id); err != nil {
		return f, found(err, CodeNotRegistered)
	}
	alone, err := r.OwnedAlone(ctx, id)
	if err != nil {
		return f, fmt.Errorf("what person %d owns alone: %w", id, err)
	}
	for _, m := range alone {
		c := Closing{Merchant: m}
		if c.Open, err = s.openMoney(ctx, r, m.ID); err != nil {
			return f, err
		}
		people, err := r.Members(ctx, m.ID)
		if err != nil {
			return f, fmt.Errorf("members of merchant %d: %w", m.ID, err)
		}
		for _, p := range people {
			if p.ID != id {
				c.Staff++
			}
		}
		f.Closing = append(f.Closing, c)
	}
	return f, nil
}

func (s *Service) openMoney(ctx context.Context, r Reader, merchant MerchantID) (OpenMoney, error) {
	open, err := r.OpenMoney(ctx, merchant, s.now().Add(-2*ExecuteWithin))
	if err != nil {
		return open, fmt.Errorf("open money of merchant %d: %w", merchant, err)
	}
	return open, nil
}

// Leave stops everything that a person has, and has it erased after LeaveFor.
// Somebody who is leaving goes on leaving. Errors: CodeNotRegistered,
// CodeMoneyOpen (see Farewell for what).
func (s *Service) Leave(ctx context.Context, id PersonID) (Person, error) {
	err := s.Store.Atomically(ctx, func(tx Tx) error {
		owned, err := tx.Owned(ctx, id)
		if err != nil {
			return fmt.Errorf("what person %d owns: %w", id, err)
		}
		if err := lockAll(ctx, tx, owned, id); err != nil {
			return err
		}
		f, err := s.farewell(ctx, tx, id)
		if err != nil || f.Person.Leaving() {
			return err
		}
		if f.Blocked() {
			return Fail(CodeMoneyOpen)
		}
		now := s.now()
		if err := tx.InsertDeparture(ctx, id, now, now.Add(LeaveFor)); err != nil {
			return fmt.Errorf("insert departure: %w", err)
		}
		for _, c := range f.Closing {
			if err := s.closeMerchant(ctx, tx, f.Person, c.Merchant.ID); err != nil {
				return err
			}
		}
		return tx.SuspendPerson(ctx, id)
	})
	if err != nil {
		return Person{}, fmt.Errorf("departure of person %d: %w", id, err)
	}
	return s.Store.Person(ctx, id)
}

func lockAll(ctx context.Context, tx Tx, merchants []MerchantID, id PersonID) error {
	for _, m := range merchants {
		if err := tx.LockMerchant(ctx, m); err != nil {
			return fmt.Errorf("lock merchant %d: %w", m, err)
		}
	}
	return found(tx.LockPerson(ctx, id), CodeNotRegistered)
}

func (s *Service) closeMerchant(ctx context.Context, tx Tx, owner Person, merchant MerchantID) error {
	owner.MerchantID = merchant
	if _, err := s.audit(ctx, tx, owner, AuditMerchantClosed, Details{}); err != nil {
		return err
	}
	if err := tellMerchant(ctx, tx, merchant, owner.ID, MerchantTold{}); err != nil {
		return err
	}
	if err := tx.CloseMerchant(ctx, merchant, owner.ID); err != nil {
		return fmt.Errorf("close merchant %d: %w", merchant, err)
	}
	return nil
}

// tellMerchant has all members but one told.
func tellMerchant(ctx context.Context, tx Tx, merchant MerchantID, but PersonID, what MerchantTold) error {
	people, err := tx.Members(ctx, merchant)
	if err != nil {
		return fmt.Errorf("members of merchant %d: %w", merchant, err)
	}
	var jobs []Scheduled
	for _, p := range people {
		if p.ID != but {
			what.MerchantID, what.PersonID = merchant, p.ID
			jobs = append(jobs, Scheduled{Job: what})
		}
	}
	if len(jobs) == 0 {
		return nil
	}
	return tx.Enqueue(ctx, jobs...)
}

// Return takes a departure back. Somebody who is not leaving stays as they are.
func (s *Service) Return(ctx context.Context, id PersonID) error {
	err := s.Store.Atomically(ctx, func(tx Tx) error {
		touched, err := tx.Departed(ctx, id)
		if err != nil {
			return fmt.Errorf("merchants of departure %d: %w", id, err)
		}
		if err := lockAll(ctx, tx, touched, id); err != nil {
			return err
		}
		p, err := tx.Person(ctx, id)
		if err != nil || !p.Leaving() {
			return err
		}
		open, err := tx.ReturnPerson(ctx, id)
		if err != nil {
			return fmt.Errorf("return: %w", err)
		}
		for _, m := range open {
			if err := s.reopen(ctx, tx, p, m); err != nil {
				return err
			}
		}
		return tx.DeleteDeparture(ctx, id)
	})
	if err != nil {
		return fmt.Errorf("return of person %d: %w", id, err)
	}
	return nil
}

func (s *Service) reopen(ctx context.Context, tx Tx, by Person, merchant MerchantID) error {
	if err := tx.ReopenMerchant(ctx, merchant); err != nil {
		return fmt.Errorf("open merchant %d again: %w", merchant, err)
	}
	by.MerchantID = merchant
	if _, err := s.audit(ctx, tx, by, AuditMerchantReopened, Details{}); err != nil {
		return err
	}
	return tellMerchant(ctx, tx, merchant, by.ID, MerchantTold{Open: true})
}

// MerchantNews returns whom a MerchantTold is for, and of which merchant.
func (s *Service) MerchantNews(ctx context.Context, job MerchantTold) (p Person, m Merchant, err error) {
	if p, err = s.Store.Person(ctx, job.PersonID); err != nil {
		return p, m, fmt.Errorf("person %d: %w", job.PersonID, err)
	}
	if m, err = s.Store.Merchant(ctx, job.MerchantID); err != nil {
		return p, m, fmt.Errorf("merchant %d: %w", job.MerchantID, err)
	}
	return p, m, nil
}

// eraseDue erases those whose week is over.
func (s *Service) eraseDue(ctx context.Context) error {
	due, err := s.Store.DueDepartures(ctx, s.now(), sweepBatch)
	if err != nil {
		return fmt.Errorf("due departures: %w", err)
	}
	var failed error
	for _, id := range due {
		if err := s.erase(ctx, id); err != nil {
			failed = errors.Join(failed, fmt.Errorf("erase person %d: %w", id, err))
		}
	}
	return failed
}

// erase forgets a person whose week is over. Money that came to light since
// they left is in the way: it has to be settled first.
func (s *Service) erase(ctx context.Context, id PersonID) error {
	return s.Store.Atomically(ctx, func(tx Tx) error {
		touched, err := tx.Departed(ctx, id)
		if err != nil {
			return fmt.Errorf("merchants of departure %d: %w", id, err)
		}
		if err := lockAll(ctx, tx, touched, id); err != nil {
			return err
		}
		p, err := tx.Person(ctx, id)
		now := s.now()
		if err != nil || !p.Leaving() || p.EraseAt.After(now) {
			return err
		}
		closed, err := tx.Closed(ctx, id)
		if err != nil {
			return fmt.Errorf("merchants that closed with person %d: %w", id, err)
		}
		for _, m := range closed {
			open, err := s.openMoney(ctx, tx, m)
			if err != nil {
				return err
			}
			if !open.None() {
				s.Log.WarnContext(ctx, "money is in the way of an erasure", "merchant_id", m, "open", open)
				return tx.MarkDeparture(ctx, id, now.Add(eraseLater))
			}
		}
		for _, m := range closed {
			if err := tx.EraseMerchant(ctx, m, now); err != nil {
				return fmt.Errorf("erase merchant %d: %w", m, err)
			}
		}
		if err := tx.ErasePerson(ctx, id); err != nil {
			return err
		}
		return tx.DeleteDeparture(ctx, id)
	})
}
