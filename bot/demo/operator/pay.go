package operator

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"time"

	"elkart.kg/trade/payments"
)

// stateQuestions is how often the operator asks, a second apart, while our
// system answers IN_PROCESS to execute (§4.1.2).
const stateQuestions = 45

// updateTries is how often the final status is sent while no answer comes.
const updateTries = 3

// Pay pays a link as the payer's bank and the operator do together: check,
// create, execute, and then the final status. amount (tyiyn) is the payer's
// where the link leaves it open. A refusal is in the Payment; an error is a
// fault of the simulation. A delayed final status follows after Pay returns.
func (s *Server) Pay(ctx context.Context, link string, amount int64) (Payment, error) {
	scan, preview := read(link, amount)
	if preview.Error != "" {
		return Payment{Status: int(payments.StatusError), Message: preview.Error, At: s.now().UTC()}, nil
	}
	if scan.Amount == 0 {
		return Payment{Status: int(payments.StatusError), Message: "Введите сумму.", Payee: preview.Payee, At: s.now().UTC()}, nil
	}
	receipt, err := rand.Int(rand.Reader, big.NewInt(1e12))
	if err != nil {
		return Payment{}, fmt.Errorf("simulated operator: %w", err)
	}
	t := &transaction{incoming: true, payee: preview.Payee, order: payments.Order{
		Scan: scan, OperatorID: newID(), PSPTransactionID: newID(),
		ReceiptID: fmt.Sprintf("%012d", receipt), Type: payments.TypeC2B,
	}}
	s.mu.Lock()
	s.keep(t)
	m := s.mischief
	s.mu.Unlock()

	err = s.run(ctx, m, t)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.payment(t), err
}

// run takes a transaction from check to its final status.
func (s *Server) run(ctx context.Context, m Mischief, t *transaction) error {
	reply, err := s.deliver(ctx, m, t, "check", func(tamper ...Tamper) (Reply, error) {
		return s.Check(ctx, t.order.Scan, tamper...)
	})
	name, code := judgeCheck(reply, err)
	if name == "" {
		s.end(t, payments.StatusError, code)
		return ctx.Err()
	}
	s.mu.Lock()
	t.answered = name
	s.mu.Unlock()

	reply, err = s.deliver(ctx, m, t, "create", func(tamper ...Tamper) (Reply, error) {
		return s.Create(ctx, t.order, tamper...)
	})
	if status, code := judgeTransaction(t.order, reply, err); status == 0 {
		if code != 0 {
			s.end(t, payments.StatusError, code)
			return nil
		}
		return s.finish(ctx, m, t, payments.StatusCanceled, 0)
	}
	if m.Reorder {
		if err := s.tell(ctx, m, t, payments.StatusSuccess); err != nil {
			return err
		}
	}
	reply, err = s.deliver(ctx, m, t, "execute", func(tamper ...Tamper) (Reply, error) {
		return s.Execute(ctx, t.order.OperatorID, tamper...)
	})
	status, code := judgeTransaction(t.order, reply, err)
	if status == payments.StatusInProcess {
		status, code = s.askState(ctx, m, t)
	}
	switch {
	case status == payments.StatusSuccess && m.CancelAfterSuccess:
		return s.finish(ctx, m, t, payments.StatusCanceled, 0)
	case isFinal(status):
		return s.finish(ctx, m, t, status, 0)
	}
	return s.finish(ctx, m, t, payments.StatusCanceled, code)
}

// askState asks our system while it cannot yet know.
func (s *Server) askState(ctx context.Context, m Mischief, t *transaction) (status payments.Status, code int) {
	for range stateQuestions {
		if s.wait(ctx, time.Second) != nil {
			return 0, 0
		}
		reply, err := s.deliver(ctx, m, t, "get", func(tamper ...Tamper) (Reply, error) {
			return s.Get(ctx, t.order.OperatorID, tamper...)
		})
		status, code = judgeTransaction(t.order, reply, err)
		s.mu.Lock()
		said := t.status // our system may have told us by its own update
		s.mu.Unlock()
		if isFinal(said) {
			return said, 0
		}
		if isFinal(status) {
			return status, code
		}
	}
	return 0, 0
}

// finish sets the final status and sends it: at once, later, or never; code is
// the refusal behind it, 0 if there was none. A delayed one is final for the payer only when it has been sent, as in reality.
func (s *Server) finish(ctx context.Context, m Mischief, t *transaction, status payments.Status, code int) error {
	if m.DelayUpdate <= 0 {
		s.end(t, status, code)
		if m.DropUpdate {
			return nil
		}
		return s.tellAll(ctx, m, t, status)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errStopped
	}
	t.status = payments.StatusInProcess
	later := context.WithoutCancel(ctx)
	s.waiting.Go(func() {
		if s.wait(later, m.DelayUpdate) != nil {
			return
		}
		s.end(t, status, code)
		if m.DropUpdate {
			return
		}
		if err := s.tellAll(later, m, t, status); err != nil {
			s.log.Warn("simulated operator: delayed update", "operator_id", t.order.OperatorID, "error", err)
		}
	})
	return nil
}

func (s *Server) tellAll(ctx context.Context, m Mischief, t *transaction, status payments.Status) error {
	if err := s.tell(ctx, m, t, status); err != nil {
		return err
	}
	if status == payments.StatusSuccess && m.CancelAfterConfirm {
		s.end(t, payments.StatusCanceled, 0)
		return s.tell(ctx, m, t, payments.StatusCanceled)
	}
	return nil
}

// tell sends a status until our system has heard it.
func (s *Server) tell(ctx context.Context, m Mischief, t *transaction, status payments.Status) error {
	at := s.now().UTC() // the same in every repetition
	for try := 1; ; try++ {
		reply, err := s.deliver(ctx, m, t, "update", func(tamper ...Tamper) (Reply, error) {
			return s.Update(ctx, t.order.OperatorID, status, at, tamper...)
		})
		hasHeard := err == nil && reply.HTTPStatus < 500
		if hasHeard || try == updateTries {
			return ctx.Err()
		}
		if err := s.wait(ctx, time.Second); err != nil {
			return err
		}
	}
}

// end makes a status final, with what the payer is told about a bad one.
func (s *Server) end(t *transaction, status payments.Status, code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle(t, status, code)
}

// settle is end under the lock.
func (s *Server) settle(t *transaction, status payments.Status, code int) {
	t.code = code
	switch {
	case status == payments.StatusSuccess:
	case status == payments.StatusCanceled && code == 0:
		t.message = "Платёж отменён. Деньги не списаны."
	default:
		t.message = refusalFor(code)
	}
	s.become(t, status)
}
