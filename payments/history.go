package payments

import (
	"slices"
	"time"
)

// HistoryKind says which entries a history shows.
type HistoryKind string

// The kinds. Each entry stands at the moment by which Figures counts it, so
// that the sum of a span's entries is the figure of that span.
const (
	HistoryAccepted HistoryKind = ""         // payments that succeeded, whatever became of them, by Payment.FinalAt
	HistoryReversed HistoryKind = "reversed" // payments that the operator took back, by Payment.ReversedAt
	HistoryRefunded HistoryKind = "refunded" // refunds that the operator confirmed, by Refund.FinalAt
	HistoryEnded    HistoryKind = "ended"    // payments that came to nothing, by Payment.FinalAt
	HistoryOpen     HistoryKind = "open"     // payments in process, by Payment.CreatedAt
)

// HistoryKinds lists them in the order in which people choose.
func HistoryKinds() []HistoryKind {
	return []HistoryKind{HistoryAccepted, HistoryOpen, HistoryEnded, HistoryReversed, HistoryRefunded}
}

// HistoryFilter is what a history holds. Every field narrows it; the zero of a
// field does not.
type HistoryFilter struct {
	MerchantID MerchantID
	Outlets    []OutletID // empty: all
	Day                   // the span [From, To), UTC; a zero end is open
	Kind       HistoryKind
	SellerID   PersonID // who made the charge or the link; a counter's static code is nobody's
	LinkID     LinkID
	Find
}

// Find is what is looked for in a history.
type Find struct {
	MinSum     Money      `json:"min,omitempty"` // of the entry, with both ends; MaxSum 0: any sum
	MaxSum     Money      `json:"max,omitempty"`
	Receipt    int64      `json:"receipt,omitempty"`
	OperatorID string     `json:"operator_id,omitempty"` // or its end of at least OperatorTail characters, either case
	Words      [][]string `json:"words,omitempty"`       // a stem of each has to be in the comment; see Stems
}

// Empty reports whether nothing is looked for.
func (f Find) Empty() bool {
	return f.MaxSum == 0 && f.Receipt == 0 && f.OperatorID == "" && len(f.Words) == 0
}

// InComment reports whether the words that are looked for are in a comment.
func (f Find) InComment(comment string) bool {
	have := StemList(comment)
	for _, stems := range f.Words {
		if !slices.ContainsFunc(stems, func(stem string) bool { return slices.Contains(have, stem) }) {
			return false
		}
	}
	return true
}

// OperatorTail is how many characters of an operator's id name a payment.
const OperatorTail = 6

// HistoryEntry is one line of a history: a payment, or a refund of one.
type HistoryEntry struct {
	Payment  Payment
	RefundID RefundID  // 0: the payment itself
	Amount   Money     // of the payment, or of the refund
	At       time.Time // the moment by which it counts
	Refunded Money     // of the payment, by all refunds that were confirmed
	SellerID PersonID  // who made the charge or the link; 0: nobody, a static code
}

// Position is where the entry stands.
func (e HistoryEntry) Position() Position {
	if e.RefundID != 0 {
		return Position{At: e.At, ID: int64(e.RefundID)}
	}
	return Position{At: e.At, ID: int64(e.Payment.ID)}
}

// Position is a place in a history. What comes later does not move it: what
// has happened keeps its moment for ever.
type Position struct {
	At time.Time
	ID int64 // of the refund in a history of refunds, else of the payment
}

// IsZero reports whether the position is where a history begins.
func (p Position) IsZero() bool { return p.ID == 0 && p.At.IsZero() }

// HistoryOrder is the direction in which a history is read.
type HistoryOrder bool

// The directions.
const (
	NewestFirst HistoryOrder = false
	OldestFirst HistoryOrder = true
)
