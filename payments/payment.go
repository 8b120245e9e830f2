package payments

import "time"

// PaymentID is our own number of a payment.
type PaymentID int64

// PaymentState is where a payment stands.
//
//	created → executing → succeeded → reversed
//	   └──────────┴────→ failed | cancelled
type PaymentState string

// The states. Succeeded, failed, cancelled and reversed are final, but for
// succeeded → reversed on the operator's word.
const (
	PaymentCreated   PaymentState = "created"
	PaymentExecuting PaymentState = "executing" // we answered SUCCESS; the operator has not confirmed yet
	PaymentSucceeded PaymentState = "succeeded"
	PaymentFailed    PaymentState = "failed"
	PaymentCancelled PaymentState = "cancelled"
	PaymentReversed  PaymentState = "reversed"
)

// Final reports whether only the operator's own correction can still change it.
func (s PaymentState) Final() bool {
	return s != PaymentCreated && s != PaymentExecuting
}

// Status is the operator's number for where a transaction stands.
type Status int

// The operator's statuses (regulation, "Statuses").
const (
	StatusCreated   Status = 10
	StatusInProcess Status = 20
	StatusError     Status = 30
	StatusCanceled  Status = 40
	StatusSuccess   Status = 50
)

// TransactionType is the operator's number for the kind of a transaction.
type TransactionType int

// The transaction types (regulation, "create").
const (
	TypeC2C     TransactionType = 10
	TypeC2B     TransactionType = 20
	TypeC2G     TransactionType = 30
	TypeB2C     TransactionType = 40 // also a refund
	TypeB2B     TransactionType = 50
	TypeReserve TransactionType = 60
	TypeB2G     TransactionType = 70
)

// CustomerType says who pays.
type CustomerType int

// The customer types of the operator.
const (
	CustomerPerson  CustomerType = 1
	CustomerCompany CustomerType = 2
)

// Payment is money on its way to a merchant, or arrived.
type Payment struct {
	ID         PaymentID
	MerchantID MerchantID
	OutletID   OutletID
	LinkID     LinkID

	OperatorID       string // the operator's transaction id
	PSPTransactionID string // the payer's PSP's id; create is idempotent by it
	ReceiptID        string // the payer's side's receipt number
	Type             TransactionType
	Customer         CustomerType
	Amount           Money
	BeneficiaryName  string // the outlet's name at the time; the wire masks it
	Comment          string

	State      PaymentState
	ReversedBy Status // the operator's word that reversed it: StatusError or StatusCanceled
	Late       bool   // executed after its link had expired
	Receipt    int64  // our receipt number within the merchant, from 1; 0 until succeeded
	ReceiptKey string // guess-proof part of the receipt's address, 26 characters

	Fee         Money     // kept of it, see Merchant.Fee; 0 until succeeded
	DuplicateOf PaymentID // suspected: a payment of the same sum by the same link shortly before; 0: none

	CreatedAt   time.Time // UTC
	ExecutedAt  time.Time // zero until executed
	FinalAt     time.Time // when the operator's word came; zero until then
	ReversedAt  time.Time // when the operator took it back; zero: it stands
	Fingerprint []byte    // SHA-256 of the create call, to recognise other contents under the same id
}

// DuplicateWithin is how shortly after each other two payments of one sum by
// one link succeed to look like one that was made twice.
const DuplicateWithin = 5 * time.Minute

// OperatorStatus is the status the operator is told when it asks.
func (p Payment) OperatorStatus() Status {
	switch p.State {
	case PaymentCreated:
		return StatusCreated
	case PaymentExecuting, PaymentSucceeded:
		return StatusSuccess
	case PaymentFailed:
		return StatusError
	case PaymentReversed:
		return p.ReversedBy
	default:
		return StatusCanceled
	}
}
