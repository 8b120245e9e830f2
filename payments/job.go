package payments

import "time"

// Job is work that is put down in the transaction that makes it necessary and
// done after it. Each is at-least-once and harmless when repeated.
type Job interface{ Kind() string }

// Fanout works out who hears of a payment's change, and puts down a Notice
// for each and a LinkShown for the messages that show its link.
type Fanout struct {
	MerchantID MerchantID   `json:"merchant_id"`
	PaymentID  PaymentID    `json:"payment_id"`
	State      PaymentState `json:"state"` // the change that is told
}

// Notice tells one person of one change of a payment.
type Notice struct {
	MerchantID MerchantID   `json:"merchant_id"`
	PaymentID  PaymentID    `json:"payment_id"`
	State      PaymentState `json:"state"`
	PersonID   PersonID     `json:"person_id"`
}

// LinkShown brings the messages that show a link up to its state.
type LinkShown struct {
	MerchantID MerchantID `json:"merchant_id"`
	LinkID     LinkID     `json:"link_id"`
}

// LinkReminder tells a person that a charge is still unpaid.
type LinkReminder struct {
	MerchantID MerchantID `json:"merchant_id"`
	LinkID     LinkID     `json:"link_id"`
	PersonID   PersonID   `json:"person_id"`
}

// Kind names the job in the queue.
func (LinkReminder) Kind() string { return "link_reminder" }

// AskOperator asks the operator about a payment that was executed and has
// heard nothing since.
type AskOperator struct {
	MerchantID MerchantID `json:"merchant_id"`
	OperatorID string     `json:"operator_id"`
}

// CardTold tells an owner that another one changed something about the cards.
type CardTold struct {
	MerchantID MerchantID `json:"merchant_id"`
	AuditID    AuditID    `json:"audit_id"`
	PersonID   PersonID   `json:"person_id"`
}

// Kind names the job in the queue.
func (CardTold) Kind() string { return "card_told" }

// CardAdded tells the chat that a card came in by the form.
type CardAdded struct {
	PersonID PersonID `json:"person_id"`
	CardID   CardID   `json:"card_id"`
}

// PayCredit puts a due credit on its card.
type PayCredit struct {
	MerchantID MerchantID `json:"merchant_id"`
	CreditID   CreditID   `json:"credit_id"`
}

// CreditTold tells the owners that a card refused a credit, and what to do.
type CreditTold struct {
	MerchantID MerchantID `json:"merchant_id"`
	CreditID   CreditID   `json:"credit_id"`
}

// SendRefund gives money back to a payer.
type SendRefund struct {
	MerchantID MerchantID `json:"merchant_id"`
	RefundID   RefundID   `json:"refund_id"`
}

// RefundTold tells one person how a refund ended.
type RefundTold struct {
	MerchantID MerchantID  `json:"merchant_id"`
	RefundID   RefundID    `json:"refund_id"`
	State      RefundState `json:"state"`
	PersonID   PersonID    `json:"person_id"`
}

// Kind names the job in the queue.
func (SendRefund) Kind() string { return "send_refund" }

// Kind names the job in the queue.
func (RefundTold) Kind() string { return "refund_told" }

// Kind names the job in the queue.
func (PayCredit) Kind() string { return "pay_credit" }

// Kind names the job in the queue.
func (CreditTold) Kind() string { return "credit_told" }

// Kind names the job in the queue.
func (Fanout) Kind() string { return "fanout" }

// Kind names the job in the queue.
func (Notice) Kind() string { return "notice" }

// Kind names the job in the queue.
func (LinkShown) Kind() string { return "link_shown" }

// Kind names the job in the queue.
func (AskOperator) Kind() string { return "ask_operator" }

// Kind names the job in the queue.
func (CardAdded) Kind() string { return "card_added" }

// AskAfter is how long after execute the operator is asked when it is silent.
const AskAfter = 5 * time.Second

// Scheduled is a job with the earliest time to do it; zero is now.
type Scheduled struct {
	Job
	At time.Time
}
