package payments

// Links that a merchant makes, looks through and changes. What becomes of a
// link by itself or by its payments is in link_event.go.

import (
	"context"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"
)

// LinkDraft is a reusable link as a merchant asks for it. The rest can be
// changed on it afterwards.
type LinkDraft struct {
	Amount  Money // 0: the payer enters it
	Comment string
	Key     string // idempotency: the same key makes the same link
}

// LinkFilter is a part of the list of links.
type LinkFilter string

// The parts.
const (
	LinksAll      LinkFilter = "all"
	LinksActive   LinkFilter = "active"
	LinksUnpaid   LinkFilter = "unpaid" // charges that can still be paid
	LinksReusable LinkFilter = "reusable"
)

// LinkFilters are all parts.
func LinkFilters() [4]LinkFilter {
	return [...]LinkFilter{LinksAll, LinksActive, LinksUnpaid, LinksReusable}
}

// LinkQuery asks for a page of links: those before or after one of them; the
// newest if neither is said.
type LinkQuery struct {
	Filter        LinkFilter
	Before, After LinkID
	Limit         int
	Now           time.Time // what has expired by then is not active
}

// LinkList is a page of an outlet's links.
type LinkList struct {
	Person       Person
	Outlet       Outlet
	Filter       LinkFilter
	Links        []Link // newest first, each in its state at the moment of asking
	Newer, Older bool   // there are more
}

// LinkChange is what is to be different about a link; nil: nothing.
type LinkChange struct {
	Life     *Life
	Cap      *int   // 0: none
	Min, Max *Money // of an open sum; 0: the usual one
	Comment  *string
}

// Links returns a page of the links of the outlet in which the person works.
// Error: CodeNotRegistered.
func (s *Service) Links(ctx context.Context, id PersonID, q LinkQuery) (LinkList, error) {
	p, err := s.person(ctx, s.Store, id)
	if err != nil {
		return LinkList{}, err
	}
	if !p.Sees(p.OutletID) {
		return LinkList{}, Fail(CodeOutletNotFound)
	}
	l := LinkList{Person: p, Filter: q.Filter}
	if l.Outlet, err = s.Store.Outlet(ctx, p.MerchantID, p.OutletID); err != nil {
		return LinkList{}, found(err, CodeOutletNotFound)
	}
	limit := q.Limit
	q.Now, q.Limit = s.now(), limit+1
	if l.Links, err = s.Store.Links(ctx, p.MerchantID, p.OutletID, q); err != nil {
		return LinkList{}, fmt.Errorf("links of outlet %d: %w", p.OutletID, err)
	}
	more := len(l.Links) > limit
	if q.After != 0 && !more || q.Before != 0 && len(l.Links) == 0 {
		// The first page, and a full one; also where what was older has been paid
		// or closed since its button was shown.
		q.Before, q.After, q.Limit = 0, 0, limit
		return s.Links(ctx, id, q)
	}
	l.Newer, l.Older = q.Before != 0, more
	switch {
	case q.After != 0:
		l.Links, l.Newer, l.Older = l.Links[1:], true, true
	case more:
		l.Links = l.Links[:limit]
	}
	for i := range l.Links {
		l.Links[i].State = l.Links[i].StateAt(q.Now)
	}
	return l, nil
}

// OpenLink makes a reusable link at the person's active outlet. The same key
// again returns the link it made. Errors: CodeNotRegistered, CodeNotAllowed,
// CodeSumTooSmall, CodeSumTooLarge, CodeCommentTooLong, CodeOutletPaused.
func (s *Service) OpenLink(ctx context.Context, id PersonID, draft LinkDraft) (Ticket, error) {
	terms := Link{Amount: draft.Amount, Min: draft.Amount, Max: draft.Amount}
	if draft.Amount == 0 {
		terms.Min, terms.Max = DefaultMin, DefaultMax
	} else if err := CheckBounds(draft.Amount, DefaultMin, DefaultMax); err != nil {
		return Ticket{}, err
	}
	var err error
	if terms.Comment, err = cleanComment(draft.Comment); err != nil {
		return Ticket{}, err
	}
	return s.openReusable(ctx, id, draft.Key, func(_ Tx, p Person) (Link, error) {
		terms.OutletID = p.OutletID
		return terms, nil
	})
}

// CloneLink makes a reusable link like another one, with the same time to live
// from now on. Errors: those of OpenLink, and CodeLinkNotFound.
func (s *Service) CloneLink(ctx context.Context, id PersonID, link LinkID, key string) (Ticket, error) {
	return s.openReusable(ctx, id, key, func(tx Tx, p Person) (Link, error) {
		l, err := tx.Link(ctx, p.MerchantID, link)
		switch {
		case err != nil:
			return Link{}, found(err, CodeLinkNotFound)
		case !p.Sees(l.OutletID):
			return Link{}, Fail(CodeLinkNotFound)
		case l.Kind != LinkReusable:
			return Link{}, Fail(CodeNotAllowed)
		}
		terms := Link{OutletID: l.OutletID, Amount: l.Amount, Min: l.Min, Max: l.Max, Cap: l.Cap, Comment: l.Comment}
		if !l.ExpiresAt.IsZero() {
			terms.ExpiresAt = s.now().Add(l.ExpiresAt.Sub(l.CreatedAt))
		}
		return terms, nil
	})
}

// openReusable makes a link on somebody's terms, unless the key has made it.
func (s *Service) openReusable(ctx context.Context, id PersonID, key string, terms func(Tx, Person) (Link, error)) (Ticket, error) {
	var l Link
	err := s.Store.Atomically(ctx, func(tx Tx) error {
		if err := tx.LockPerson(ctx, id); err != nil {
			return found(err, CodeNotRegistered)
		}
		p, err := s.seller(ctx, tx, id)
		if err != nil {
			return err
		}
		if l, err = tx.LinkByKey(ctx, id, key); !errors.Is(err, ErrNotFound) {
			if err == nil && (l.MerchantID != p.MerchantID || !p.Sees(l.OutletID)) {
				err = Fail(CodeLinkNotFound) // asked for before they changed places
			}
			return err
		}
		if l, err = terms(tx, p); err != nil {
			return err
		}
		outlet, err := s.sellingOutlet(ctx, tx, p.MerchantID, l.OutletID)
		if err != nil {
			return err
		}
		l.MerchantID, l.Kind, l.State, l.Code = p.MerchantID, LinkReusable, LinkActive, NewCode()
		l.CreatedBy, l.CreatedAt = id, s.now()
		l, err = s.insertLink(ctx, tx, l, outlet, key)
		return err
	})
	if err != nil {
		return Ticket{}, fmt.Errorf("reusable link of person %d: %w", id, err)
	}
	return s.ticket(ctx, l)
}

// sellingOutlet returns an outlet that takes money. Errors: CodeOutletNotFound,
// CodeOutletArchived, CodeOutletPaused.
func (s *Service) sellingOutlet(ctx context.Context, tx Tx, merchant MerchantID, id OutletID) (Outlet, error) {
	outlet, err := tx.Outlet(ctx, merchant, id)
	if err != nil {
		return Outlet{}, found(err, CodeOutletNotFound)
	}
	switch outlet.State {
	case OutletArchived:
		return Outlet{}, Fail(CodeOutletArchived)
	case OutletPaused:
		return Outlet{}, Fail(CodeOutletPaused)
	}
	return outlet, nil
}

// CancelLink closes a link. One that was paid or closed stays as it is, and the
// ticket says so. Errors: CodeLinkNotFound, CodeLinkClosed (a charge is being
// paid at this moment), CodeNotAllowed.
func (s *Service) CancelLink(ctx context.Context, id PersonID, link LinkID) (Ticket, error) {
	return s.changeLink(ctx, id, link, func(_ Tx, l Link) (Link, error) {
		return l.Apply(LinkEvent{Kind: LinkCancel, At: s.now()})
	})
}

// PauseLink stops a reusable link's taking money, or lets it go on. Errors:
// CodeLinkNotFound, CodeLinkClosed, CodeNotAllowed.
func (s *Service) PauseLink(ctx context.Context, id PersonID, link LinkID, paused bool) (Ticket, error) {
	kind := LinkResume
	if paused {
		kind = LinkPause
	}
	return s.changeLink(ctx, id, link, func(_ Tx, l Link) (Link, error) {
		return l.Apply(LinkEvent{Kind: kind, At: s.now()})
	})
}

// EditLink changes a link's terms. What was given out stays payable. Errors:
// CodeLinkNotFound, CodeLinkClosed, CodeNotAllowed, CodeDataWrong (no such
// Life), CodeCapMalformed, CodeSumTooSmall, CodeSumTooLarge,
// CodeCommentTooLong.
func (s *Service) EditLink(ctx context.Context, id PersonID, link LinkID, change LinkChange) (Ticket, error) {
	return s.changeLink(ctx, id, link, func(tx Tx, l Link) (Link, error) {
		now := s.now()
		if change.Cap != nil {
			return l.Apply(LinkEvent{Kind: LinkRecap, At: now, Cap: *change.Cap})
		}
		if !l.open(now) {
			return l, Fail(CodeLinkClosed, "state", l.StateAt(now))
		}
		switch {
		case change.Life != nil:
			return l.live(*change.Life, now)
		case l.Kind != LinkReusable:
			return l, Fail(CodeNotAllowed)
		case change.Min != nil || change.Max != nil:
			return l.rebound(change.Min, change.Max)
		case change.Comment != nil:
			return s.recomment(ctx, tx, l, *change.Comment)
		}
		return l, nil
	})
}

// recomment writes another comment, also into the national link.
func (s *Service) recomment(ctx context.Context, tx Tx, l Link, comment string) (after Link, err error) {
	if after = l; l.Comment == comment {
		return l, nil
	}
	if after.Comment, err = cleanComment(comment); err != nil {
		return l, err
	}
	outlet, err := tx.Outlet(ctx, l.MerchantID, l.OutletID)
	if err != nil {
		return l, fmt.Errorf("outlet of link %d: %w", l.ID, err)
	}
	version, err := s.Channel.Write(Issue{
		Kind: l.Kind, MerchantID: l.MerchantID, Outlet: outlet, Code: l.Code, Amount: l.Amount, Comment: after.Comment,
	})
	if err != nil {
		return l, fmt.Errorf("write link %d: %w", l.ID, err)
	}
	after.URI = version.URI
	return after, tx.InsertVersion(ctx, after, version)
}

// rebound sets the bounds of an open sum; nil: as they are, 0: the usual ones.
func (l Link) rebound(low, high *Money) (Link, error) {
	if l.Amount != 0 {
		return l, Fail(CodeNotAllowed)
	}
	after := l
	if low != nil {
		if after.Min = *low; *low == 0 {
			after.Min = DefaultMin
		}
		if err := CheckBounds(after.Min, DefaultMin, l.Max); err != nil {
			return l, err
		}
	}
	if high != nil {
		if after.Max = *high; *high == 0 {
			after.Max = DefaultMax
		}
		if err := CheckBounds(after.Max, after.Min, DefaultMax); err != nil {
			return l, err
		}
	}
	return after, nil
}

// changeLink lets a person who may do so change a link of their merchant, one
// change at a time, and brings the messages that show it up to date.
func (s *Service) changeLink(ctx context.Context, id PersonID, link LinkID, change func(Tx, Link) (Link, error)) (Ticket, error) {
	var l Link
	err := s.Store.Atomically(ctx, func(tx Tx) error {
		p, err := s.person(ctx, tx, id)
		if err != nil {
			return err
		}
		if l, err = tx.LockLink(ctx, p.MerchantID, link); err != nil {
			return found(err, CodeLinkNotFound)
		}
		if !p.Sees(l.OutletID) {
			return Fail(CodeLinkNotFound)
		}
		if l.Kind == LinkStatic || !p.MayChange(l) {
			return Fail(CodeNotAllowed)
		}
		after, err := change(tx, l)
		if err != nil || after == l {
			return err
		}
		l = after
		if err := tx.MarkLink(ctx, l); err != nil {
			return err
		}
		return tx.Enqueue(ctx, Scheduled{Job: LinkShown{MerchantID: l.MerchantID, LinkID: l.ID}})
	})
	if err != nil {
		return Ticket{}, fmt.Errorf("change link %d: %w", link, err)
	}
	return s.ticket(ctx, l)
}

// cleanComment makes one line of a comment. Error: CodeCommentTooLong.
func cleanComment(text string) (string, error) {
	text = shownLine(text)
	if utf8.RuneCountInString(text) > MaxComment {
		return "", Fail(CodeCommentTooLong, "max", MaxComment)
	}
	return text, nil
}
