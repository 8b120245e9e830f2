package payments

import (
	"context"
	"fmt"
	"time"
)

// Life is how long a link can be paid, from the moment that it is chosen.
type Life string

// LifeNever is a link without an end.
const LifeNever Life = "never"

const day = 24 * time.Hour

// lives are the choices, the shortest first.
func lives() []struct {
	Life
	time.Duration
} {
	return []struct {
		Life
		time.Duration
	}{
		{"15m", 15 * time.Minute}, {"1h", time.Hour}, {"1d", day}, {"3d", 3 * day},
		{"7d", 7 * day}, {"30d", 30 * day}, {"1y", 365 * day}, {LifeNever, 0},
	}
}

// Lives are the choices for a kind of link, the shortest first. A charge always
// ends.
func Lives(kind LinkKind) []Life {
	var all []Life
	for _, l := range lives() {
		if l.Life != LifeNever || kind == LinkReusable {
			all = append(all, l.Life)
		}
	}
	return all
}

// live gives a link a new time to live. Error: CodeDataWrong.
func (l Link) live(life Life, now time.Time) (Link, error) {
	for _, choice := range lives() {
		switch {
		case choice.Life != life:
		case life != LifeNever:
			l.ExpiresAt = now.Add(choice.Duration)
			return l, nil
		case l.Kind == LinkReusable:
			l.ExpiresAt = time.Time{}
			return l, nil
		}
	}
	return l, Fail(CodeDataWrong, "field", "life")
}

// Reminder is when a person wants to be told that a charge is still unpaid.
type Reminder string

// The choices.
const (
	RemindInAnHour Reminder = "1h"
	RemindTomorrow Reminder = "tomorrow" // at remindHour
	RemindOff      Reminder = "off"
)

// remindHour is the hour of a morning's reminder, in the merchant's zone.
const remindHour = 10

// At is when it is, for a person who chooses it now; zero: never.
func (r Reminder) At(now time.Time, zone *time.Location) (at time.Time, ok bool) {
	switch r {
	case RemindInAnHour:
		return now.Add(time.Hour), true
	case RemindTomorrow:
		year, month, date := now.In(zone).Date()
		return time.Date(year, month, date+1, remindHour, 0, 0, 0, zone).UTC(), true
	}
	return time.Time{}, r == RemindOff
}

// RemindOfLink has the person reminded of an unpaid charge, in place of whoever
// was to be. Errors: CodeLinkNotFound, CodeNotAllowed, CodeLinkClosed,
// CodeReminderLate, CodeDataWrong (no such Reminder).
func (s *Service) RemindOfLink(ctx context.Context, id PersonID, link LinkID, choice Reminder) (Ticket, error) {
	return s.changeLink(ctx, id, link, func(tx Tx, l Link) (Link, error) {
		now := s.now()
		merchant, err := tx.Merchant(ctx, l.MerchantID)
		if err != nil {
			return l, fmt.Errorf("merchant %d: %w", l.MerchantID, err)
		}
		at, known := choice.At(now, merchant.Location())
		switch {
		case !known:
			return l, Fail(CodeDataWrong, "field", "reminder")
		case l.Kind != LinkCharge:
			return l, Fail(CodeNotAllowed)
		case choice == RemindOff:
			l.RemindAt = time.Time{}
			return l, nil
		case !l.open(now):
			return l, Fail(CodeLinkClosed, "state", l.StateAt(now))
		case !at.Before(l.ExpiresAt):
			return l, Fail(CodeReminderLate)
		}
		l.RemindAt, l.RemindTo = at, id
		return l, nil
	})
}

// remind puts down the reminders whose time has come, each once.
func (s *Service) remind(ctx context.Context) error {
	return s.Store.Atomically(ctx, func(tx Tx) error {
		due, err := tx.TakeReminders(ctx, s.now(), sweepBatch)
		if err != nil || len(due) == 0 {
			return err
		}
		jobs := make([]Scheduled, len(due))
		for i, l := range due {
			jobs[i].Job = LinkReminder{MerchantID: l.MerchantID, LinkID: l.ID, PersonID: l.RemindTo}
		}
		return tx.Enqueue(ctx, jobs...)
	})
}

// Reminder returns what a reminder shows and to whom; ok is false when there is
// nothing to remind of any more: the charge is being paid, was paid or is
// closed, or the person has left.
func (s *Service) Reminder(ctx context.Context, job LinkReminder) (p Person, t Ticket, ok bool, err error) {
	p, t, err = s.MemberTicket(ctx, job.MerchantID, job.LinkID, job.PersonID)
	if CodeOf(err) == CodeLinkNotFound {
		return p, t, false, nil
	}
	unpaid := t.Link.State == LinkActive && t.Link.HeldBy == 0 && t.Outlet.State == OutletOpen
	return p, t, unpaid && !p.Blocked, err
}
