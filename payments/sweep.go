package payments

import (
	"context"
	"fmt"
	"time"
)

// sweepBatch is how many rows one transaction of a sweep touches.
const sweepBatch = 500

// Sweep makes up for what never came: it closes links whose time is over, so
// that their messages say so, and payments that nobody executed. It may run
// at any time, in several processes at once.
func (s *Service) Sweep(ctx context.Context) error {
	for {
		n, err := s.expireLinks(ctx)
		if err != nil {
			return fmt.Errorf("expire links: %w", err)
		}
		if n < sweepBatch {
			break
		}
	}
	// Twice the operator's own limit: it cancels first, we only tidy up.
	abandoned, err := s.Store.Abandoned(ctx, s.now().Add(-2*ExecuteWithin), sweepBatch)
	if err != nil {
		return fmt.Errorf("abandoned payments: %w", err)
	}
	for _, p := range abandoned {
		if err := s.timeOut(ctx, p); err != nil {
			return fmt.Errorf("time out payment %s: %w", p.OperatorID, err)
		}
	}
	if err := s.remind(ctx); err != nil {
		return fmt.Errorf("remind of unpaid charges: %w", err)
	}
	if err := s.askSilent(ctx); err != nil {
		return fmt.Errorf("ask about silent payments: %w", err)
	}
	if err := s.eraseDue(ctx); err != nil {
		return fmt.Errorf("erase people: %w", err)
	}
	return s.remindCredits(ctx)
}

// silentFor is how long a payment may be without a word and without a job that
// asks for it, before the sweep puts one down.
const silentFor = time.Minute

// askSilent puts a question down for payments whose own was lost.
func (s *Service) askSilent(ctx context.Context) error {
	silent, err := s.Store.Silent(ctx, s.now().Add(-silentFor), sweepBatch)
	if err != nil || len(silent) == 0 {
		return err
	}
	jobs := make([]Scheduled, len(silent))
	for i, p := range silent {
		jobs[i].Job = AskOperator{MerchantID: p.MerchantID, OperatorID: p.OperatorID}
	}
	return s.Store.Atomically(ctx, func(tx Tx) error { return tx.Enqueue(ctx, jobs...) })
}

// forgottenCredit is how long a credit is due before it counts as forgotten:
// its job ended while there was no way to credit.
const forgottenCredit = time.Hour

// remindCredits puts forgotten credits into the queue again.
func (s *Service) remindCredits(ctx context.Context) error {
	if s.Crediter == nil {
		return nil
	}
	err := s.Store.Atomically(ctx, func(tx Tx) error {
		now := s.now()
		forgotten, err := tx.LockForgottenCredits(ctx, now.Add(-forgottenCredit), sweepBatch)
		if err != nil || len(forgotten) == 0 {
			return err
		}
		jobs := make([]Scheduled, len(forgotten))
		for i, c := range forgotten {
			c.ChangedAt = now // once an hour
			if err := tx.MarkCredit(ctx, c); err != nil {
				return err
			}
			jobs[i].Job = PayCredit{MerchantID: c.MerchantID, CreditID: c.ID}
		}
		return tx.Enqueue(ctx, jobs...)
	})
	if err != nil {
		return fmt.Errorf("remind of credits: %w", err)
	}
	return nil
}

func (s *Service) expireLinks(ctx context.Context) (n int, err error) {
	err = s.Store.Atomically(ctx, func(tx Tx) error {
		links, err := tx.ExpireLinks(ctx, s.now(), sweepBatch)
		if err != nil || len(links) == 0 {
			n = 0
			return err
		}
		jobs := make([]Scheduled, len(links))
		for i, l := range links {
			jobs[i].Job = LinkShown{MerchantID: l.MerchantID, LinkID: l.ID}
		}
		n = len(links)
		return tx.Enqueue(ctx, jobs...)
	})
	return n, err
}

func (s *Service) timeOut(ctx context.Context, known Payment) error {
	return s.Store.Atomically(ctx, func(tx Tx) error {
		link, err := heldLink(ctx, tx, known)
		if err != nil {
			return err
		}
		p, err := tx.LockPayment(ctx, known.MerchantID, known.ID)
		if err != nil {
			return err
		}
		return s.advance(ctx, tx, &p, &link, Event{Kind: EventTimeout, At: s.now()})
	})
}
