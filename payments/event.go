package payments

import "time"

// Event is something that happened to a payment: a call of the operator's, or
// its answer to a question of ours. The history of a payment is its events.
type Event struct {
	Kind   EventKind
	Status Status    // of an update: the operator's word
	At     time.Time // UTC, our clock
	SaidAt time.Time // of an update: the operator's own time for it; may be zero
	Refuse bool      // of an execute: the link cannot take the money any more
	Late   bool      // of an execute: the link has expired since create
}

// Step is a state that a payment came into.
type Step struct {
	State PaymentState
	At    time.Time // UTC
}

// EventKind names an event.
type EventKind string

// The kinds of events.
const (
	EventCreate  EventKind = "create"
	EventExecute EventKind = "execute"
	EventUpdate  EventKind = "update"
	EventTimeout EventKind = "timeout" // nobody executed it in time
)

// ExecuteWithin is how long after create the operator may execute (§4.2.4).
const ExecuteWithin = 60 * time.Second

// Apply returns the payment after an event. It is the only place where a
// state changes; the database repeats its rules as constraints. An event that
// was applied before returns the payment unchanged. CodeImpossible: the event
// contradicts what is known, and nothing changes.
func (p Payment) Apply(e Event) (Payment, error) {
	switch e.Kind {
	case EventExecute:
		return p.execute(e), nil
	case EventUpdate:
		return p.update(e)
	case EventTimeout:
		if p.State == PaymentCreated && e.At.Sub(p.CreatedAt) > ExecuteWithin {
			p.State, p.FinalAt = PaymentCancelled, e.At
		}
		return p, nil
	}
	return p, Fail(CodeImpossible)
}

func (p Payment) execute(e Event) Payment {
	if p.State != PaymentCreated {
		return p // a repetition: the same answer
	}
	switch {
	case e.At.Sub(p.CreatedAt) > ExecuteWithin:
		p.State, p.FinalAt = PaymentCancelled, e.At
	case e.Refuse:
		p.State, p.FinalAt = PaymentFailed, e.At
	default:
		p.State, p.ExecutedAt, p.Late = PaymentExecuting, e.At, e.Late
	}
	return p
}

func (p Payment) update(e Event) (Payment, error) {
	if e.Status == p.OperatorStatus() && e.Status != StatusSuccess {
		return p, nil // we hold it already
	}
	switch e.Status {
	case StatusSuccess:
		switch p.State {
		case PaymentSucceeded:
			return p, nil
		case PaymentExecuting:
			p.State, p.FinalAt = PaymentSucceeded, e.At
			return p, nil
		}
	case StatusError, StatusCanceled:
		switch p.State {
		case PaymentCreated, PaymentExecuting:
			p.State, p.FinalAt = PaymentFailed, e.At
			if e.Status == StatusCanceled {
				p.State = PaymentCancelled
			}
			return p, nil
		case PaymentSucceeded:
			// Our answer to execute was lost: the operator is right (§3).
			p.State, p.ReversedBy, p.ReversedAt = PaymentReversed, e.Status, later(e.At, p.FinalAt)
			return p, nil
		}
	}
	return p, Fail(CodeImpossible)
}

// later keeps the moments of a payment in order where a clock was set back.
func later(t, than time.Time) time.Time {
	if t.Before(than) {
		return than
	}
	return t
}
