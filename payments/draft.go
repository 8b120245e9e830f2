package payments

// A charge that is sent from another chat (inline mode), step by step:
//
//  1. The member types "@bot 500 кофе" somewhere. Each pause in the typing asks
//     for an offer, and OfferCharge keeps a draft: a charge with its code and
//     national link, authorised and bounded like any other, but not in the
//     links of the merchant. Most drafts are never sent.
//  2. Telegram sends the card in the member's name. We may hear of it at once
//     (Chosen), late, or never: that is a setting at BotFather.
//  3. Whoever looks at the draft's code is shown the charge that it promises,
//     and changes nothing: the payer's page, which robots and previews read,
//     too, and the operator's check. Who acts on it wakes it, and it moves to
//     the links: Chosen, the operator's create, a payer's signal.
//
// What must never happen:
//
//   - a message with a link that does not work: a draft works from the moment it
//     is offered, and is kept until after its time is over;
//   - one link in the hands of two payers: every query has a draft of its own,
//     even where it repeats the words of the last;
//   - a link that its maker was not allowed to make: what wakes is what was kept
//     when they were, nothing that came with the code;
//   - a database filled by typing: a person has at most MaxDrafts in a day, then
//     is offered only the static code, which costs nothing.

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// MaxDrafts is how many charges that were not sent a person may be offered
// within draftWindow.
const MaxDrafts = 500

const (
	draftWindow = 24 * time.Hour
	// DraftLife is how long a draft is kept: past its charge's end, so that who
	// comes late reads that it is over.
	DraftLife = ChargeLife + 7*24*time.Hour
)

// Draft is a charge that was offered and may have been sent.
type Draft struct {
	Code       string
	MerchantID MerchantID
	OutletID   OutletID
	CreatedBy  PersonID
	Amount     Money
	Comment    string
	Version
	CreatedAt time.Time
}

// link is the charge that a draft promises.
func (d Draft) link() Link {
	return Link{
		MerchantID: d.MerchantID, OutletID: d.OutletID, Kind: LinkCharge, State: LinkActive, Code: d.Code,
		Amount: d.Amount, Min: d.Amount, Max: d.Amount, Comment: d.Comment, URI: d.URI,
		ExpiresAt: d.CreatedAt.Add(ChargeLife), CreatedBy: d.CreatedBy, CreatedAt: d.CreatedAt,
	}
}

// OfferCharge keeps a draft of a charge at the person's active outlet. The same
// key again returns the draft it made. Errors: those of Charge, and CodeTooMany
// past MaxDrafts.
func (s *Service) OfferCharge(ctx context.Context, id PersonID, draft ChargeDraft) (Ticket, error) {
	if err := CheckBounds(draft.Amount, DefaultMin, DefaultMax); err != nil {
		return Ticket{}, err
	}
	var err error
	if draft.Comment, err = cleanComment(draft.Comment); err != nil {
		return Ticket{}, err
	}
	var d Draft
	var outlet Outlet
	err = s.Store.Atomically(ctx, func(tx Tx) error {
		if err := tx.LockPerson(ctx, id); err != nil {
			return found(err, CodeNotRegistered)
		}
		p, err := s.seller(ctx, tx, id)
		if err != nil {
			return err
		}
		if outlet, err = tx.Outlet(ctx, p.MerchantID, p.OutletID); err != nil {
			return found(err, CodeOutletNotFound)
		}
		if outlet.State != OutletOpen {
			return Fail(CodeOutletPaused)
		}
		now := s.now()
		made, err := tx.DraftCount(ctx, id, now.Add(-draftWindow))
		if err != nil {
			return err
		}
		if made >= MaxDrafts {
			return Fail(CodeTooMany, "max", MaxDrafts)
		}
		d = Draft{
			Code: NewCode(), MerchantID: p.MerchantID, OutletID: p.OutletID, CreatedBy: id,
			Amount: draft.Amount, Comment: draft.Comment, CreatedAt: now,
		}
		d.Version, err = s.Channel.Write(Issue{Kind: LinkCharge, MerchantID: d.MerchantID, Outlet: outlet,
			Code: d.Code, Amount: d.Amount, Comment: d.Comment})
		if err != nil {
			return fmt.Errorf("write a draft: %w", err)
		}
		d, err = tx.InsertDraft(ctx, d, draft.Key)
		return err
	})
	if err != nil {
		return Ticket{}, fmt.Errorf("offer of person %d: %w", id, err)
	}
	return Ticket{Link: d.link(), Outlet: outlet}, nil
}

// Member returns somebody who finished set-up, and changes nothing: whoever
// types the bot's name has not spoken to us. Error: CodeNotRegistered.
func (s *Service) Member(ctx context.Context, id PersonID) (Person, error) {
	return s.person(ctx, s.Store, id)
}

// Chosen takes note that a person sent an offered charge, and of the message
// that shows it, which follows the charge from then on; "" if it cannot be
// edited. Error: CodeLinkNotFound, also for what somebody else was offered.
func (s *Service) Chosen(ctx context.Context, id PersonID, code, inlineID string) error {
	normal, ok := NormalCode(code)
	if !ok {
		return Fail(CodeLinkNotFound)
	}
	return s.Store.Atomically(ctx, func(tx Tx) error {
		target, err := s.target(ctx, tx, normal)
		if err != nil {
			return found(err, CodeLinkNotFound)
		}
		if target.CreatedBy != id || target.Kind != LinkCharge {
			return Fail(CodeLinkNotFound)
		}
		if target.drafted() {
			if target, err = s.wake(ctx, tx, normal); err != nil {
				return err
			}
		}
		if inlineID == "" {
			return nil
		}
		if err := tx.InsertInlineMessage(ctx, target.MerchantID, target.ID, inlineID); err != nil {
			return err
		}
		// It may have been paid before we heard of it.
		return tx.Enqueue(ctx, Scheduled{Job: LinkShown{MerchantID: target.MerchantID, LinkID: target.ID}})
	})
}

// drafted reports whether a link is only promised by a draft; it has no id yet.
func (l Link) drafted() bool { return l.ID == 0 }

// target returns a link by its code, or what a draft promises. It changes
// nothing.
func (s *Service) target(ctx context.Context, r Reader, code string) (Target, error) {
	target, err := r.Target(ctx, code)
	if !errors.Is(err, ErrNotFound) {
		return target, err
	}
	d, about, err := r.Draft(ctx, code)
	if errors.Is(err, ErrNotFound) {
		return r.Target(ctx, code) // somebody may have woken it between the two questions
	}
	return Target{
		Link: d.link(), OutletName: about.Name, OutletClosed: about.State != OutletOpen, Versions: []Version{d.Version},
	}, err
}

// wake makes a link of the draft under a code. Somebody else may be first; then
// it is done. Error: ErrNotFound if there is neither.
func (s *Service) wake(ctx context.Context, tx Tx, code string) (Target, error) {
	d, err := tx.TakeDraft(ctx, code)
	if err == nil {
		_, err = tx.InsertLink(ctx, d.link(), d.Version, "")
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Target{}, fmt.Errorf("wake a draft: %w", err)
	}
	return tx.Target(ctx, code)
}
