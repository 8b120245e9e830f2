package payments

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// GroupPostKind is what a group hears.
type GroupPostKind string

// The kinds.
const (
	PostPaid     GroupPostKind = "paid"
	PostReversed GroupPostKind = "reversed"
	PostRefunded GroupPostKind = "refunded"
)

const (
	// postsAtOnce is how many go into one message.
	postsAtOnce = 20
	// postLost is after what time something that was being sent is sent again.
	postLost = 2 * time.Minute
)

// GroupPost posts what waits for a group.
type GroupPost struct {
	ChatID GroupID `json:"chat_id"`
}

// GroupSaid tells a group that it hears of payments from now on, or no more.
type GroupSaid struct {
	ChatID   GroupID `json:"chat_id"`
	Language string  `json:"language"`
	Linked   bool    `json:"linked"`
}

// GroupTold tells an owner what has become of a group.
type GroupTold struct {
	MerchantID MerchantID      `json:"merchant_id"`
	ChatID     GroupID         `json:"chat_id"`
	Title      string          `json:"title"`
	Moment     GroupToldMoment `json:"moment"`
	PersonID   PersonID        `json:"person_id"`
}

// GroupToldMoment is what an owner is told of.
type GroupToldMoment string

// The moments.
const (
	GroupToldAsked GroupToldMoment = "asked"
	GroupToldGone  GroupToldMoment = "gone"
)

// Kind names the job in the queue.
func (GroupPost) Kind() string { return "group_post" }

// Kind names the job in the queue.
func (GroupSaid) Kind() string { return "group_said" }

// Kind names the job in the queue.
func (GroupTold) Kind() string { return "group_told" }

// tellGroup has the owners told of a group.
func (s *Service) tellGroup(ctx context.Context, tx Tx, g Group, moment GroupToldMoment) error {
	owners, err := s.owners(ctx, tx, g.MerchantID)
	if err != nil {
		return err
	}
	var jobs []Scheduled
	for _, o := range owners {
		jobs = append(jobs, Scheduled{Job: GroupTold{
			MerchantID: g.MerchantID, ChatID: g.ChatID, Title: g.Title, Moment: moment, PersonID: o.ID,
		}})
	}
	if len(jobs) == 0 {
		return nil
	}
	return tx.Enqueue(ctx, jobs...)
}

// GroupRecipient returns the owner whom a GroupTold is for. ok is false for
// somebody who is none any more, or blocked the bot.
func (s *Service) GroupRecipient(ctx context.Context, job GroupTold) (p Person, ok bool, err error) {
	p, err = s.Store.Member(ctx, job.MerchantID, job.PersonID)
	if errors.Is(err, ErrNotFound) {
		return p, false, nil
	}
	if err != nil {
		return p, false, fmt.Errorf("member %d: %w", job.PersonID, err)
	}
	return p, p.Role.Can(ActionGroups) && !p.Blocked, nil
}

// postToGroups puts down what the groups of an outlet hear, once.
func postToGroups(ctx context.Context, tx Tx, p Payment, kind GroupPostKind, refund RefundID) ([]Scheduled, error) {
	chats, err := tx.InsertGroupPosts(ctx, p, kind, refund)
	if err != nil {
		return nil, fmt.Errorf("posts of payment %d: %w", p.ID, err)
	}
	var jobs []Scheduled
	for _, chat := range chats {
		jobs = append(jobs, Scheduled{Job: GroupPost{ChatID: chat}})
	}
	return jobs, nil
}

// GroupPostID is our number of something that a group hears.
type GroupPostID int64

// WaitingPost is something that waits for a group.
type WaitingPost struct {
	ID        GroupPostID
	Kind      GroupPostKind
	PaymentID PaymentID
	RefundID  RefundID
}

// GroupLine is something that a group hears, with what there is to say.
type GroupLine struct {
	Kind    GroupPostKind
	Payment Payment
	Outlet  Outlet
	Link    Link
	Refund  Refund // of PostRefunded
}

// GroupNews is a message for a group.
type GroupNews struct {
	Group    Group
	Merchant Merchant
	Lines    []GroupLine
	Posts    []GroupPostID // what it takes care of
}

// TakeGroupPosts takes what waits for a group, for one message. ok is false
// when nothing does. It is given back or marked as posted; else it waits again
// after a while.
func (s *Service) TakeGroupPosts(ctx context.Context, chat GroupID) (n GroupNews, ok bool, err error) {
	n.Group, err = s.Store.Group(ctx, chat)
	if errors.Is(err, ErrNotFound) || err == nil && n.Group.State != GroupLinked {
		return n, false, nil
	}
	if err != nil {
		return n, false, fmt.Errorf("group %d: %w", chat, err)
	}
	if n.Merchant, err = s.Store.Merchant(ctx, n.Group.MerchantID); err != nil {
		return n, false, fmt.Errorf("merchant %d: %w", n.Group.MerchantID, err)
	}
	var waiting []WaitingPost
	err = s.Store.Atomically(ctx, func(tx Tx) error {
		waiting, err = tx.TakeGroupPosts(ctx, chat, s.now(), s.now().Add(-postLost), postsAtOnce)
		return err
	})
	if err != nil {
		return n, false, fmt.Errorf("take posts of group %d: %w", chat, err)
	}
	for _, w := range waiting {
		n.Posts = append(n.Posts, w.ID)
		line, tell, err := s.groupLine(ctx, n.Group.MerchantID, w)
		if err != nil {
			return n, false, errors.Join(err, s.GiveBackGroupPosts(ctx, n.Posts))
		}
		if tell {
			n.Lines = append(n.Lines, line)
		}
	}
	return n, len(waiting) > 0, nil
}

// groupLine looks up what a post says. Of money that has gone back meanwhile
// nobody hears that it was paid.
func (s *Service) groupLine(ctx context.Context, merchant MerchantID, w WaitingPost) (l GroupLine, tell bool, err error) {
	l.Kind = w.Kind
	if l.Payment, err = s.Store.Payment(ctx, merchant, w.PaymentID); err != nil {
		return l, false, fmt.Errorf("payment %d: %w", w.PaymentID, err)
	}
	if l.Outlet, err = s.Store.Outlet(ctx, merchant, l.Payment.OutletID); err != nil {
		return l, false, fmt.Errorf("outlet %d: %w", l.Payment.OutletID, err)
	}
	if l.Link, err = s.Store.Link(ctx, merchant, l.Payment.LinkID); err != nil {
		return l, false, fmt.Errorf("link %d: %w", l.Payment.LinkID, err)
	}
	if w.RefundID != 0 {
		if l.Refund, err = s.Store.Refund(ctx, merchant, w.RefundID); err != nil {
			return l, false, fmt.Errorf("refund %d: %w", w.RefundID, err)
		}
	}
	return l, w.Kind != PostPaid || l.Payment.State == PaymentSucceeded, nil
}

// GroupPosted notes that a group has heard of something.
func (s *Service) GroupPosted(ctx context.Context, posts []GroupPostID) error {
	return s.Store.Atomically(ctx, func(tx Tx) error { return tx.MarkGroupPosts(ctx, posts, s.now()) })
}

// GiveBackGroupPosts lets what could not be posted wait again.
func (s *Service) GiveBackGroupPosts(ctx context.Context, posts []GroupPostID) error {
	return s.Store.Atomically(ctx, func(tx Tx) error { return tx.GiveBackGroupPosts(ctx, posts) })
}
