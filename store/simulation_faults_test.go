package store_test

import (
	"context"
	"fmt"
	"time"

	"elkart.kg/trade/payments"
)

// faultyStore is the database with a process in front of it that may die just
// before a commit, so that nothing of it happened, or just after, so that
// nobody was told. Jobs that are committed go to the simulation's queue.
type faultyStore struct {
	payments.Store
	sim *simulation
}

func (f *faultyStore) Atomically(ctx context.Context, do func(payments.Tx) error) error {
	var put []payments.Scheduled
	err := f.Store.Atomically(ctx, func(tx payments.Tx) error {
		put = nil // the database may ask for it to be run again
		if err := do(&capturingTx{Tx: tx, put: &put}); err != nil {
			return err
		}
		if f.sim.chance(4) {
			f.sim.note("crash before a commit")
			return errCrash
		}
		return nil
	})
	if err != nil {
		return err
	}
	f.sim.queue = append(f.sim.queue, put...)
	if f.sim.chance(4) {
		f.sim.note("crash after a commit")
		return errCrash
	}
	return nil
}

type capturingTx struct {
	payments.Tx
	put *[]payments.Scheduled
}

func (t *capturingTx) Enqueue(_ context.Context, jobs ...payments.Scheduled) error {
	*t.put = append(*t.put, jobs...)
	return nil
}

// Word is the operator being asked about a payment.
func (s *simulation) Word(_ context.Context, id string) (payments.Word, error) {
	if s.chance(20) {
		return payments.Word{}, errLost
	}
	h, ok := s.held[id]
	if !ok {
		return payments.Word{}, payments.ErrNotFound
	}
	return payments.Word{Status: h.status, Amount: h.order.Amount}, nil
}

// Update is the operator being told what it missed.
func (s *simulation) Update(_ context.Context, id string, _ payments.Status, _ time.Time) error {
	if s.chance(20) {
		return errLost
	}
	if h := s.held[id]; h.status == payments.StatusCanceled {
		return payments.Fail(payments.CodeImpossible)
	}
	return nil
}

// Tokenize is the card side.
func (s *simulation) Tokenize(context.Context, payments.CardNumber) (string, error) {
	if s.chance(20) {
		return "", errLost
	}
	return "0123456789abcdef0123456789abcdef", nil
}

// Credit is the card side: idempotent by the key, sometimes without an answer
// that arrives, sometimes a refusal for good.
func (s *simulation) Credit(_ context.Context, order payments.CreditOrder) (payments.CreditAnswer, error) {
	if s.chance(10) {
		return payments.CreditAnswer{}, errLost
	}
	_, done := s.cards[order.ID]
	if !done && !s.refused[order.ID] && s.chance(10) {
		s.refused[order.ID] = true
	}
	if s.refused[order.ID] {
		return payments.CreditAnswer{State: payments.CreditRefused}, nil
	}
	if before, ok := s.cards[order.ID]; ok && before != order.Amount {
		s.t.Errorf("credit %s is asked for over %d and over %d", order.ID, before, order.Amount)
	}
	s.cards[order.ID] = order.Amount
	switch {
	case s.chance(10):
		return payments.CreditAnswer{}, errLost
	case s.chance(10):
		return payments.CreditAnswer{State: payments.CreditSent}, nil
	}
	return payments.CreditAnswer{State: payments.CreditDone}, nil
}

// BeginRefund is the operator being told of a refund: idempotent by the key.
func (s *simulation) BeginRefund(_ context.Context, order payments.RefundOrder) (payments.RefundAnswer, error) {
	if s.chance(10) {
		return payments.RefundAnswer{}, errLost
	}
	id := "refund-" + order.Key
	if _, ok := s.held[id]; !ok {
		if original := s.held[order.OriginalOperatorID]; original.status != payments.StatusSuccess {
			return payments.RefundAnswer{Status: payments.StatusError, Reason: "the payment was taken back"}, nil
		}
		s.held[id] = &held{id: id, status: payments.StatusCreated, refundOf: order.Key, order: payments.Order{Scan: payments.Scan{Amount: order.Amount}}}
	}
	if s.chance(10) {
		return payments.RefundAnswer{}, errLost
	}
	return payments.RefundAnswer{OperatorID: id, Status: s.held[id].status}, nil
}

// ExecuteRefund moves the money of a refund.
func (s *simulation) ExecuteRefund(_ context.Context, id string) (payments.RefundAnswer, error) {
	if s.chance(10) {
		return payments.RefundAnswer{}, errLost
	}
	h, ok := s.held[id]
	if !ok {
		return payments.RefundAnswer{}, fmt.Errorf("execute of %s, which never began", id)
	}
	if h.status == payments.StatusCreated {
		h.status = payments.StatusSuccess
		if s.chance(20) {
			h.status = payments.StatusError
		}
	}
	if s.chance(10) {
		return payments.RefundAnswer{}, errLost
	}
	return payments.RefundAnswer{OperatorID: id, Status: h.status}, nil
}

// RefundStatus asks how a refund stands.
func (s *simulation) RefundStatus(_ context.Context, id string) (payments.RefundAnswer, error) {
	if s.chance(10) {
		return payments.RefundAnswer{}, errLost
	}
	return payments.RefundAnswer{OperatorID: id, Status: s.held[id].status}, nil
}
