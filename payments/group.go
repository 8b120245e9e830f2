package payments

// Groups in which a merchant's staff hears of payments:
//
//  1. An owner or a manager adds the bot to a group (MeetGroup). In the group
//     nothing happens; the owners are asked in private.
//  2. An owner says of which outlets it hears, or of all (LinkGroup).
//  3. What succeeds, is reversed or given back at those outlets is put down for
//     the group in the transaction that tells the members, too, and posted by a
//     job: what waits goes into one message (TakeGroupPosts).
//  4. When the bot is put out, the group is forgotten and the owners are told
//     (GroupGone). A group that becomes a supergroup goes on under its new
//     number (GroupMoved).
//
// A group hears sums, outlets, the merchant's own comments and receipt numbers:
// nothing of payers, nothing of cards. Nothing can be done from it.

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// GroupID is Telegram's number of a group; it is negative.
type GroupID int64

// GroupState is where a group stands.
type GroupState string

// The states.
const (
	GroupAsked  GroupState = "asked"  // an owner has to say yes
	GroupLinked GroupState = "linked" // it hears of payments
)

const (
	// MaxGroups is how many groups a merchant may have.
	MaxGroups = 20
	// AskGroupAgain is how long after the owners were asked they are not asked
	// again: anybody in a group can add and remove the bot.
	AskGroupAgain = time.Hour
)

// Group is a group of Telegram that hears of payments, or is to.
type Group struct {
	ChatID     GroupID
	MerchantID MerchantID
	Title      string
	State      GroupState
	Outlets    []OutletID // whose payments it hears of; empty: all
	Language   string
	AddedBy    PersonID
	AskedAt    time.Time
}

// GroupList is a merchant's groups.
type GroupList struct {
	Person Person
	Groups []Group
}

// GroupView is a group as an owner of its merchant sees it.
type GroupView struct {
	Group    Group
	Merchant Merchant
	Outlets  []Outlet // of the merchant, but for archived ones
	AddedBy  Person
}

// GroupAsk is a group to which somebody has added the bot.
type GroupAsk struct {
	ChatID   GroupID
	Title    string
	Language string // to be spoken there: ky, ru, en
}

// MeetGroup notes that a person has added the bot to a group, and has the
// owners asked. Errors: CodeNotAllowed, CodeGroupTaken (another merchant's),
// CodeTooMany.
func (s *Service) MeetGroup(ctx context.Context, id PersonID, ask GroupAsk) (Group, error) {
	var g Group
	err := s.Store.Atomically(ctx, func(tx Tx) error {
		p, err := s.lockMember(ctx, tx, id, ActionAskGroup)
		if CodeOf(err) == CodeNotRegistered {
			return Fail(CodeNotAllowed)
		}
		if err != nil {
			return err
		}
		known, err := tx.LockGroup(ctx, ask.ChatID)
		now := s.now()
		switch {
		case err == nil && known.State == GroupLinked && known.MerchantID != p.MerchantID:
			return Fail(CodeGroupTaken)
		case err == nil && known.MerchantID == p.MerchantID && (known.State == GroupLinked || now.Sub(known.AskedAt) < AskGroupAgain):
			g = known
			return nil
		case err != nil && !errors.Is(err, ErrNotFound):
			return err
		}
		groups, err := tx.Groups(ctx, p.MerchantID)
		if err != nil {
			return fmt.Errorf("groups of merchant %d: %w", p.MerchantID, err)
		}
		if len(groups) >= MaxGroups {
			return Fail(CodeTooMany, "max", MaxGroups)
		}
		g = Group{
			ChatID: ask.ChatID, MerchantID: p.MerchantID, Title: CleanLine(ask.Title), State: GroupAsked,
			Outlets: []OutletID{}, Language: ask.Language, AddedBy: id, AskedAt: now,
		}
		if err := tx.PutGroup(ctx, g); err != nil {
			return fmt.Errorf("put group %d: %w", g.ChatID, err)
		}
		return s.tellGroup(ctx, tx, g, GroupToldAsked)
	})
	if err != nil {
		return Group{}, fmt.Errorf("group %d met by person %d: %w", ask.ChatID, id, err)
	}
	return g, nil
}

// Groups returns the groups of the person's merchant. Errors:
// CodeNotRegistered, CodeNotAllowed.
func (s *Service) Groups(ctx context.Context, id PersonID) (GroupList, error) {
	p, err := s.member(ctx, s.Store, id, ActionGroups)
	if err != nil {
		return GroupList{}, err
	}
	groups, err := s.Store.Groups(ctx, p.MerchantID)
	if err != nil {
		return GroupList{}, fmt.Errorf("groups of merchant %d: %w", p.MerchantID, err)
	}
	return GroupList{Person: p, Groups: groups}, nil
}

// GroupView returns a group of a merchant that the person owns, whichever they
// work in. Error: CodeGroupNotFound (also for another merchant's).
func (s *Service) GroupView(ctx context.Context, id PersonID, chat GroupID) (v GroupView, err error) {
	if v.Group, _, err = s.ownedGroup(ctx, s.Store, id, chat); err != nil {
		return v, err
	}
	if v.Merchant, err = s.Store.Merchant(ctx, v.Group.MerchantID); err != nil {
		return v, fmt.Errorf("merchant %d: %w", v.Group.MerchantID, err)
	}
	outlets, err := s.Store.Outlets(ctx, v.Group.MerchantID)
	if err != nil {
		return v, fmt.Errorf("outlets of merchant %d: %w", v.Group.MerchantID, err)
	}
	v.Outlets = slices.DeleteFunc(outlets, Outlet.Archived)
	if v.AddedBy, err = s.Store.Person(ctx, v.Group.AddedBy); err != nil {
		return v, fmt.Errorf("person %d: %w", v.Group.AddedBy, err)
	}
	return v, nil
}

func (s *Service) ownedGroup(ctx context.Context, r Reader, id PersonID, chat GroupID) (Group, Person, error) {
	g, err := r.Group(ctx, chat)
	if err != nil {
		return Group{}, Person{}, found(err, CodeGroupNotFound)
	}
	p, err := r.Member(ctx, g.MerchantID, id)
	if err == nil && !p.Role.Can(ActionGroups) {
		err = Fail(CodeGroupNotFound)
	}
	return g, p, found(err, CodeGroupNotFound)
}

// LinkGroup says of which outlets a group hears; none: of all. Errors:
// CodeGroupNotFound, CodeOutletNotFound.
func (s *Service) LinkGroup(ctx context.Context, id PersonID, chat GroupID, outlets []OutletID) error {
	return s.changeGroup(ctx, id, chat, func(tx Tx, owner Person, g Group) error {
		given, err := s.outletsFor(ctx, tx, owner, RoleCashier, outlets)
		if err != nil {
			return err
		}
		fresh := g.State != GroupLinked
		if !fresh && slices.Equal(given, g.Outlets) {
			return nil
		}
		g.State, g.Outlets = GroupLinked, given
		if owner.Language != "" {
			g.Language = owner.Language
		}
		if err := tx.PutGroup(ctx, g); err != nil {
			return fmt.Errorf("put group %d: %w", g.ChatID, err)
		}
		named, err := s.named(ctx, tx, g.MerchantID, given)
		if err != nil {
			return err
		}
		if _, err := s.audit(ctx, tx, owner, AuditGroupLinked, Details{DetailGroup: number(g.ChatID), DetailOutlets: joinNames(named)}); err != nil {
			return err
		}
		if !fresh {
			return nil
		}
		return tx.Enqueue(ctx, Scheduled{Job: GroupSaid{ChatID: g.ChatID, Language: g.Language, Linked: true}})
	})
}

// UnlinkGroup lets a group hear nothing any more. Error: CodeGroupNotFound.
func (s *Service) UnlinkGroup(ctx context.Context, id PersonID, chat GroupID) error {
	return s.changeGroup(ctx, id, chat, func(tx Tx, owner Person, g Group) error {
		if err := tx.DeleteGroup(ctx, g.ChatID); err != nil {
			return fmt.Errorf("delete group %d: %w", g.ChatID, err)
		}
		if _, err := s.audit(ctx, tx, owner, AuditGroupUnlinked, Details{DetailGroup: number(g.ChatID)}); err != nil {
			return err
		}
		return tx.Enqueue(ctx, Scheduled{Job: GroupSaid{ChatID: g.ChatID, Language: g.Language}})
	})
}

func (s *Service) changeGroup(ctx context.Context, id PersonID, chat GroupID, do func(Tx, Person, Group) error) error {
	err := s.Store.Atomically(ctx, func(tx Tx) error {
		before, _, err := s.ownedGroup(ctx, tx, id, chat)
		if err != nil {
			return err
		}
		if err := tx.LockMerchant(ctx, before.MerchantID); err != nil {
			return fmt.Errorf("lock merchant %d: %w", before.MerchantID, err)
		}
		g, err := tx.LockGroup(ctx, chat)
		if err != nil {
			return found(err, CodeGroupNotFound)
		}
		_, owner, err := s.ownedGroup(ctx, tx, id, chat)
		if err == nil && g.MerchantID != before.MerchantID {
			err = Fail(CodeGroupNotFound)
		}
		if err != nil {
			return err
		}
		return do(tx, owner, g)
	})
	if err != nil {
		return fmt.Errorf("group %d: %w", chat, err)
	}
	return nil
}

// GroupGone forgets a group that put the bot out, and tells the owners. One
// that nobody knows is none to forget.
func (s *Service) GroupGone(ctx context.Context, chat GroupID) error {
	err := s.Store.Atomically(ctx, func(tx Tx) error {
		g, err := tx.LockGroup(ctx, chat)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := tx.DeleteGroup(ctx, chat); err != nil {
			return fmt.Errorf("delete group: %w", err)
		}
		if g.State != GroupLinked {
			return nil
		}
		return s.tellGroup(ctx, tx, g, GroupToldGone)
	})
	if err != nil {
		return fmt.Errorf("group %d is gone: %w", chat, err)
	}
	return nil
}

// GroupMoved follows a group to its new number, with what waits for it.
func (s *Service) GroupMoved(ctx context.Context, from, to GroupID) error {
	err := s.Store.Atomically(ctx, func(tx Tx) error {
		moved, err := tx.MoveGroup(ctx, from, to)
		if err != nil || !moved {
			return err
		}
		return tx.Enqueue(ctx, Scheduled{Job: GroupPost{ChatID: to}})
	})
	if err != nil {
		return fmt.Errorf("group %d becomes %d: %w", from, to, err)
	}
	return nil
}
