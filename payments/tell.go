package payments

import (
	"context"
	"fmt"
	"time"
)

// AnswerWithin is how long the operator waits for an answer (§4.1.1).
const AnswerWithin = 2 * time.Second

// TellOperator gives the operator a payment's status, because our answer to
// execute came too late or not at all.
type TellOperator struct {
	OperatorID string `json:"operator_id"`
}

// Kind names the job in the queue.
func (TellOperator) Kind() string { return "tell_operator" }

// AnswerLost notes that the operator may not know what we made of an execute.
func (s *Service) AnswerLost(ctx context.Context, operatorID string) error {
	return s.Store.Atomically(ctx, func(tx Tx) error {
		return tx.Enqueue(ctx, Scheduled{Job: TellOperator{OperatorID: operatorID}})
	})
}

// Tell sends the operator the status of a payment that it executed. A payment
// that never got that far needs no telling: the operator cancels it.
func (s *Service) Tell(ctx context.Context, job TellOperator) error {
	p, err := s.PaymentByOperatorID(ctx, job.OperatorID)
	if CodeOf(err) == CodePaymentNotFound || err == nil && p.State == PaymentCreated || s.Operator == nil {
		return nil
	}
	if err != nil {
		return fmt.Errorf("payment %s: %w", job.OperatorID, err)
	}
	at := p.ExecutedAt
	if at.IsZero() {
		at = p.FinalAt
	}
	if err := s.Operator.Update(ctx, p.OperatorID, p.OperatorStatus(), at); err != nil && CodeOf(err) != CodeImpossible {
		return fmt.Errorf("tell the operator of %s: %w", job.OperatorID, err)
	}
	return nil // the operator has made up its mind: it will ask, or be asked
}
