package payments

import "time"

// OperationKind says what an operation did.
type OperationKind string

// The kinds of operations, one for each row of Figures.
const (
	OperationPayment  OperationKind = "payment"  // money taken
	OperationRefund   OperationKind = "refund"   // money given back
	OperationReversal OperationKind = "reversal" // a payment that the operator took back
)

// Operation is one line of a statement. The sums of the lines of a span are its
// Figures.
type Operation struct {
	Kind       OperationKind
	At         time.Time // UTC: when the payment succeeded, the refund or the reversal came
	PaymentID  PaymentID // also of a refund and a reversal
	OutletID   OutletID
	Outlet     string // its present name
	Receipt    int64
	Amount     Money // what went back is negative
	Fee        Money // of a payment; what a reversal gives back of it is negative
	Comment    string
	OperatorID string // of the payment or of the refund
	Cashier    string // who asked for the money; "" for a static code
}

// Figures are those of this line alone.
func (o Operation) Figures() Figures {
	f := Figures{Fees: o.Fee}
	switch o.Kind {
	case OperationPayment:
		f.Taken = Takings{Count: 1, Total: o.Amount}
	case OperationRefund:
		f.Refunded = Takings{Count: 1, Total: -o.Amount}
	case OperationReversal:
		f.Reversed = Takings{Count: 1, Total: -o.Amount}
	}
	return f
}
