package payments

import "time"

// FileID is our number of a clearing file.
type FileID int64

// Reconciliation is the report on one clearing file, and its form in JSON.
// Sums are in tyiyn, times in UTC.
type Reconciliation struct {
	File   string    `json:"file"`
	SHA256 string    `json:"sha256"` // of the content
	Format string    `json:"format"`
	Rows   Tally     `json:"rows"`
	Period Period    `json:"period"`
	At     time.Time `json:"reconciled_at"`
	By     string    `json:"reconciled_by"`

	// Repeated: the file was reconciled before, at At, and nothing has been
	// changed now.
	Repeated bool `json:"repeated"`

	Received Tally `json:"received"`         // matched payments
	Refunded Tally `json:"refunded"`         // matched refunds
	Before   int64 `json:"in_earlier_files"` // rows that an earlier file had, too

	MissingHere   Difference `json:"missing_here"`
	MissingThere  Difference `json:"missing_there"`
	SumDiffers    Difference `json:"sum_differs"`
	StatusDiffers Difference `json:"status_differs"`
	Resolved      int64      `json:"resolved_before"` // of these, resolved by a person already

	Closed       int64   `json:"closed"`        // older breaks that this file explains
	Gap          *Gap    `json:"gap"`           // null: none
	Breaks       []Break `json:"breaks"`        // the first 20 of each kind
	ClosedBreaks []Break `json:"closed_breaks"` // the first 20

	id FileID
}

// ID is the file's number, which the report does not show.
func (r Reconciliation) ID() FileID { return r.id }

// Tally is a count with its sum.
type Tally struct {
	Count int64 `json:"count"`
	Sum   Money `json:"sum"`
}

// Difference is a count with the sums of either side.
type Difference struct {
	Count  int64 `json:"count"`
	Theirs Money `json:"theirs"`
	Ours   Money `json:"ours"`
}

// Gap is a time between two files with payments of ours in it.
type Gap struct {
	Period
	Tally
}

// Differences is how many breaks the file shows.
func (r *Reconciliation) Differences() int64 {
	return r.MissingHere.Count + r.MissingThere.Count + r.SumDiffers.Count + r.StatusDiffers.Count
}

// Difference returns the figures of a kind of breaks.
func (r *Reconciliation) Difference(kind Outcome) *Difference {
	switch kind {
	case OutcomeMissingHere:
		return &r.MissingHere
	case OutcomeMissingThere:
		return &r.MissingThere
	case OutcomeSumDiffers:
		return &r.SumDiffers
	default:
		return &r.StatusDiffers
	}
}

// count adds a pair to the figures of its outcome. Error: ErrOverflow.
func (r *Reconciliation) count(outcome Outcome, pair RowPair) (err error) {
	if outcome == OutcomeMatched {
		if pair.Row.Outgoing {
			return r.Refunded.add(pair.Row.Amount)
		}
		return r.Received.add(pair.Row.Amount)
	}
	d := r.Difference(outcome)
	d.Count++
	if d.Theirs, err = d.Theirs.Add(pair.Row.Amount); err != nil {
		return err
	}
	d.Ours, err = d.Ours.Add(pair.Ours.Amount)
	return err
}

func (t *Tally) add(m Money) (err error) {
	t.Count++
	t.Sum, err = t.Sum.Add(m)
	return err
}
