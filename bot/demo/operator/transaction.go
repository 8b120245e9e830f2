package operator

import (
	"strconv"
	"time"

	"elkart.kg/trade/payments"
	wire "elkart.kg/trade/payments/operator"
)

// transaction is one payment as the operator holds it. Its Server's lock
// guards it.
type transaction struct {
	order     payments.Order
	body      []byte // of our system's create, to recognise other contents
	incoming  bool   // our system is the payee; else it made this one
	elsewhere bool   // paid with another bank's app
	origin    string // of a refund: the operator id of what is refunded

	payee    string // in full
	answered string // masked, as our system answered
	status   payments.Status
	created  time.Time
	executed time.Time
	final    time.Time
	code     int
	message  string
	steps    []Step
}

// Payment is a line of the payer's history, and the result of paying. Sums are
// in tyiyn, times in UTC.
type Payment struct {
	TransactionID    string
	PSPTransactionID string
	ReceiptID        string
	Status           int // 10 … 50, as the operator numbers them
	Amount           int64
	Refunded         int64
	Payee            string
	Comment          string
	Code             int // HTTP status of a refusal, 0 if there was none or no answer
	Message          string
	At               time.Time
	Steps            []Step
}

// Step is one call on our system.
type Step struct {
	Call       string // check, create, execute, update, get
	At         time.Time
	HTTPStatus int // 0: no answer
	Took       time.Duration
	Result     string
	Failed     bool
}

// historyLimit is how many payments Payments gives.
const historyLimit = 500

// Payments is the payer's history, newest first.
func (s *Server) Payments() []Payment {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Payment
	for i := len(s.history) - 1; i >= 0 && len(list) < historyLimit; i-- {
		if t := s.history[i]; t.incoming && !t.elsewhere {
			list = append(list, s.payment(t))
		}
	}
	return list
}

// payment copies a transaction out. The lock is held.
func (s *Server) payment(t *transaction) Payment {
	return Payment{
		TransactionID: t.order.OperatorID, PSPTransactionID: t.order.PSPTransactionID, ReceiptID: t.order.ReceiptID,
		Status: int(t.status), Amount: int64(t.order.Amount), Refunded: int64(s.refunded(t, false)),
		Payee: t.payee, Comment: t.order.Comment, Code: t.code, Message: t.message, At: t.created,
		Steps: append([]Step(nil), t.steps...),
	}
}

// refunded is how much of a payment our system has given back; with begun also
// what it is about to. The lock is held.
func (s *Server) refunded(t *transaction, begun bool) payments.Money {
	var sum payments.Money
	for _, other := range s.byPSPID {
		if other.origin == t.order.OperatorID && (other.status == payments.StatusSuccess ||
			begun && other.status == payments.StatusCreated) {
			sum += other.order.Amount
		}
	}
	return sum
}

// keep begins a transaction. The lock is held.
func (s *Server) keep(t *transaction) {
	t.created = s.now().UTC()
	t.status = payments.StatusCreated
	s.hold(t)
	s.write(t)
}

// become sets a status; executed and final times follow. The lock is held.
func (s *Server) become(t *transaction, status payments.Status) {
	now := s.now().UTC()
	t.status = status
	if status == payments.StatusSuccess && t.executed.IsZero() {
		t.executed = now
	}
	t.final = now
	s.write(t)
}

// note adds a step to a payment's story.
func (s *Server) note(t *transaction, step Step) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t.steps = append(t.steps, step)
	s.write(t)
}

func stepOf(name string, at time.Time, reply Reply, err error) Step {
	step := Step{Call: name, At: at.UTC(), HTTPStatus: reply.HTTPStatus, Took: reply.Took}
	switch {
	case err != nil:
		step.Result, step.Failed = "no answer", true
	case !reply.Signed:
		step.Result, step.Failed = strconv.Itoa(reply.HTTPStatus)+" signature wrong", true
	default:
		step.Result, step.Failed = strconv.Itoa(reply.HTTPStatus), reply.HTTPStatus != 200
	}
	return step
}

// told is what our system is told about a transaction. The lock is held.
func (t *transaction) told() wire.Transaction {
	name := t.answered
	if name == "" {
		name = wire.Mask(t.payee)
	}
	return wire.Transaction{
		TransactionID: t.order.OperatorID, Status: t.status, Type: t.order.Type, Amount: t.order.Amount,
		BeneficiaryName: name, Customer: t.order.Customer, ReceiptID: t.order.ReceiptID,
		CreatedAt: t.created, ExecutedAt: t.executed,
	}
}

func isFinal(status payments.Status) bool {
	return status == payments.StatusError || status == payments.StatusCanceled || status == payments.StatusSuccess
}
