package payments

import (
	"errors"
	"fmt"
	"time"
)

// ClearingRow is one transaction in the operator's clearing file.
type ClearingRow struct {
	Number     int64 // in its file, from 1
	Offset     int64 // where it ends, in bytes of the unpacked file
	OperatorID string
	Outgoing   bool  // money from us, a refund; else to us
	Amount     Money // positive
	ExecutedAt time.Time
}

// Holding is what we hold of a transaction: a payment, or a refund where it is
// Outgoing. State "" means that we hold nothing of it.
type Holding struct {
	MerchantID MerchantID
	Outgoing   bool
	Amount     Money
	State      string    // a PaymentState or RefundState
	FinalAt    time.Time // when the operator's word came; zero until then
}

// moved reports whether the money has moved for good.
func (h Holding) moved() bool {
	if h.Outgoing {
		return h.State == string(RefundSucceeded)
	}
	return h.State == string(PaymentSucceeded)
}

// Outcome is what comes of holding a clearing row against our books.
type Outcome string

// The outcomes. All but OutcomeMatched are breaks.
const (
	OutcomeMatched       Outcome = "matched"
	OutcomeMissingHere   Outcome = "missing_here"  // in the file, not ours
	OutcomeMissingThere  Outcome = "missing_there" // ours, not in the file
	OutcomeSumDiffers    Outcome = "sum_differs"
	OutcomeStatusDiffers Outcome = "status_differs" // in the file, and with us the money has not moved, or moved the other way
)

// BreakKinds are the outcomes that are breaks, in the order of reports.
func BreakKinds() []Outcome {
	return []Outcome{OutcomeMissingHere, OutcomeMissingThere, OutcomeSumDiffers, OutcomeStatusDiffers}
}

// Compare holds a row against what we hold under its id. A file holds
// transactions that were done; one that we hold as reversed, cancelled or still
// open is a difference in status, and graver than one in the sum.
func (r ClearingRow) Compare(ours Holding) Outcome {
	switch {
	case ours.State == "":
		return OutcomeMissingHere
	case !ours.moved() || ours.Outgoing != r.Outgoing:
		return OutcomeStatusDiffers
	case ours.Amount != r.Amount:
		return OutcomeSumDiffers
	}
	return OutcomeMatched
}

// The close of the operational day on working days, Bishkek time (§8.1).
const (
	closeHour   = 9
	closeMinute = 5
)

// clearingSpan is the longest period that is taken from a file's own rows: the
// longest holidays with room to spare. A longer one is a row with a wrong date,
// and would report months of payments as missing.
const clearingSpan = 31 * 24 * time.Hour

// Bishkek is the operator's zone. It has no summer time.
func Bishkek() *time.Location { return time.FixedZone("Asia/Bishkek", 6*60*60) }

// Period is a span of time, [From, To).
type Period struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// ErrNoPeriod says that a file does not tell which days it is about, so that a
// person has to.
var ErrNoPeriod = errors.New("say the period with --from and --to")

// clearingPeriod is the period that a file covers, given when its first and its
// last transaction were executed: from the close at or before the first to the
// close after the last. The last payments before a close are so missed too if
// the file lacks them. Holidays are not known here: their closes only split
// what is one period into two, and a file across them has rows on both sides.
func clearingPeriod(first, last time.Time) (Period, error) {
	if last.Sub(first) > clearingSpan {
		return Period{}, fmt.Errorf("the rows were executed between %s and %s, more than %d days; if that is right, %w",
			first.UTC().Format(time.RFC3339), last.UTC().Format(time.RFC3339), clearingSpan/(24*time.Hour), ErrNoPeriod)
	}
	return Period{From: closeBefore(first), To: closeAfter(last)}, nil
}

// closeBefore is the last close at or before t.
func closeBefore(t time.Time) time.Time {
	for day := t.In(Bishkek()); ; day = day.AddDate(0, 0, -1) {
		if end := closeOf(day); isWorkingDay(day) && !end.After(t) {
			return end.UTC()
		}
	}
}

// closeAfter is the first close after t.
func closeAfter(t time.Time) time.Time {
	for day := t.In(Bishkek()); ; day = day.AddDate(0, 0, 1) {
		if end := closeOf(day); isWorkingDay(day) && end.After(t) {
			return end.UTC()
		}
	}
}

func closeOf(day time.Time) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), closeHour, closeMinute, 0, 0, day.Location())
}

func isWorkingDay(day time.Time) bool {
	return day.Weekday() != time.Saturday && day.Weekday() != time.Sunday
}
