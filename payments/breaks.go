package payments

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// BreakID is our number of a break.
type BreakID int64

// Break is a difference between the operator's books and ours. It is kept and
// grows old until a person resolves it, a later file explains it, or our own
// record comes to agree with the file. A transaction has at most one open
// break. Sums are in tyiyn.
type Break struct {
	ID         BreakID    `json:"id"`
	Kind       Outcome    `json:"kind"`
	OperatorID string     `json:"operator_id"`
	Refund     bool       `json:"refund"`      // the money goes from us
	Theirs     Money      `json:"theirs"`      // 0: not in the file
	Ours       Money      `json:"ours"`        // 0: not ours
	State      string     `json:"our_state"`   // "": not ours
	MerchantID MerchantID `json:"merchant_id"` // 0: not ours
	At         time.Time  `json:"at"`          // executed as the file says; missing there: final as we hold it
	Row        int64      `json:"row"`         // in the file that showed it last; 0: missing there
	FirstSeen  time.Time  `json:"first_seen"`
	FirstFile  string     `json:"first_file"` // its name
	LastSeen   time.Time  `json:"last_seen"`  // by the newest file that shows it
	LastFile   string     `json:"last_file"`
}

// Age is how many whole days the break has been known.
func (b Break) Age(now time.Time) int { return int(now.Sub(b.FirstSeen) / (24 * time.Hour)) }

// OpenBreaks is how many breaks are open, and since when the oldest is.
type OpenBreaks struct {
	Count  int64
	Oldest time.Time // zero: none
}

// Resolution is a person's word that a break is settled.
type Resolution struct {
	By  string // the user of the operating system
	Why string
}

// maxWhy bounds the reason of a resolution, in characters.
const maxWhy = 500

// Errors of Resolve, for people at a terminal.
var (
	ErrNoReason = errors.New("say why: a reason of 1 to 500 characters")
	ErrNotOpen  = errors.New("not an open break")
)

// Resolve closes open breaks on a person's word, all of them or none, and
// returns them. Errors: ErrNoReason, ErrNotOpen.
func (r *Reconciler) Resolve(ctx context.Context, ids []BreakID, word Resolution) ([]Break, error) {
	word.Why = CleanLine(word.Why)
	if n := len([]rune(word.Why)); n == 0 || n > maxWhy {
		return nil, ErrNoReason
	}
	var resolved []Break
	err := r.Store.Reconciling(ctx, func(tx ClearingTx) error {
		for _, id := range ids {
			b, err := tx.ResolveBreak(ctx, id, word, r.now())
			if errors.Is(err, ErrNotFound) {
				return fmt.Errorf("%d: %w", id, ErrNotOpen)
			}
			if err != nil {
				return fmt.Errorf("resolve break %d: %w", id, err)
			}
			resolved = append(resolved, b)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return resolved, nil
}

// explained reports whether what we hold today settles an open break by
// itself: our record has come to agree with what the file said.
func (b Break) explained(ours Holding) bool {
	if b.Kind == OutcomeMissingThere {
		return !ours.moved() // taken back since: nobody waits for it any more
	}
	claim := ClearingRow{OperatorID: b.OperatorID, Outgoing: b.Refund, Amount: b.Theirs}
	return claim.Compare(ours) == OutcomeMatched
}
