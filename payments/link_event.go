package payments

import "time"

// LinkEvent is something that happens to a link.
type LinkEvent struct {
	Kind    LinkEventKind
	At      time.Time // UTC
	Payment PaymentID // of what a payment does
	Amount  Money     // of that payment
	Cap     int       // of LinkRecap
}

// LinkEventKind names an event of a link.
type LinkEventKind string

// The kinds of events: what people do, and what payments do.
const (
	LinkPause  LinkEventKind = "pause"
	LinkResume LinkEventKind = "resume"
	LinkCancel LinkEventKind = "cancel"
	LinkRecap  LinkEventKind = "recap" // another cap

	LinkTake    LinkEventKind = "take"    // a payment is executing
	LinkSettle  LinkEventKind = "settle"  // it succeeded
	LinkDrop    LinkEventKind = "drop"    // it did not
	LinkReverse LinkEventKind = "reverse" // it had, and was taken back
)

// MaxCap is the largest cap of a reusable link.
const MaxCap = 100_000

// Apply returns the link after an event: the one place where a link's state and
// counts change, but for its expiry, which the sweep writes down (StateAt). The
// database repeats its rules as constraints and a trigger. Errors, with nothing
// changed: CodeLinkClosed (people come too late), CodeNotAllowed (not for this
// kind of link), CodeCapMalformed.
func (l Link) Apply(e LinkEvent) (Link, error) {
	switch e.Kind {
	case LinkTake, LinkSettle, LinkDrop, LinkReverse:
		if l.Kind == LinkStatic {
			return l, nil // nobody counts there, so that payers do not wait for each other
		}
		return l.count(e), nil
	case LinkCancel:
		return l.cancel(e)
	}
	if l.Kind != LinkReusable {
		return l, Fail(CodeNotAllowed)
	}
	state := l.StateAt(e.At)
	if e.Kind == LinkRecap && (state == LinkUsedUp || l.open(e.At)) {
		return l.recap(e.Cap)
	}
	if !l.open(e.At) {
		return l, Fail(CodeLinkClosed, "state", state)
	}
	if l.State = LinkActive; e.Kind == LinkPause {
		l.State = LinkPaused
	}
	return l, nil
}

// cancel closes a link. One that is closed already stays as it is.
func (l Link) cancel(e LinkEvent) (Link, error) {
	switch {
	case l.Kind == LinkStatic:
		return l, Fail(CodeNotAllowed)
	case !l.open(e.At):
		return l, nil
	case l.HeldBy != 0:
		return l, Fail(CodeLinkClosed, "state", PaymentExecuting)
	}
	l.State, l.RemindAt = LinkCancelled, time.Time{}
	return l, nil
}

// recap sets how many payments may come: not fewer than have come or are under
// way. A link that was used up goes on if there is room again.
func (l Link) recap(most int) (Link, error) {
	least := max(1, l.Paid+l.Taking)
	if most != 0 && (most < least || most > MaxCap) {
		return l, Fail(CodeCapMalformed, "min", least, "max", MaxCap)
	}
	l.Cap = most
	switch reached := most != 0 && l.Paid >= most; {
	case reached:
		l.State = LinkUsedUp
	case l.State == LinkUsedUp:
		l.State = LinkActive
	}
	return l, nil
}

// count follows a payment. That a count never falls below zero keeps a wrong
// one from standing in money's way.
func (l Link) count(e LinkEvent) Link {
	charge := l.Kind == LinkCharge
	switch e.Kind {
	case LinkTake:
		l.Taking++
		if charge {
			l.HeldBy = e.Payment
		}
	case LinkDrop:
		l.Taking = max(l.Taking-1, 0)
		if l.HeldBy == e.Payment {
			l.HeldBy = 0
		}
	case LinkSettle:
		l.Taking, l.Paid, l.Total = max(l.Taking-1, 0), l.Paid+1, l.Total+e.Amount
		switch {
		case charge:
			l.State, l.HeldBy = LinkUsedUp, e.Payment
		case l.Cap != 0 && l.Paid >= l.Cap && l.State != LinkCancelled:
			l.State = LinkUsedUp
		}
	case LinkReverse:
		l.Paid, l.Total = max(l.Paid-1, 0), max(l.Total-e.Amount, 0)
		// A charge was somebody's: another payer gets a link of their own.
		if l.Kind == LinkReusable && l.State == LinkUsedUp {
			l.State = LinkActive
		}
	}
	return l
}

// open reports whether a link can still be paid, at once or after a pause.
func (l Link) open(now time.Time) bool {
	state := l.StateAt(now)
	return state == LinkActive || state == LinkPaused
}

// Full reports whether all payments that may come have come or are under way.
func (l Link) Full() bool { return l.Cap != 0 && l.Paid+l.Taking >= l.Cap }

// takes reports how an execute finds the link: late if it has expired since
// create, refused if the money cannot be taken any more.
func (l Link) takes(payment PaymentID, now time.Time) (late, refuse bool) {
	late = l.State != LinkPaused && l.StateAt(now) == LinkExpired
	closed := l.StateAt(now) != LinkActive && !late
	return late, closed || l.Full() || l.HeldBy != 0 && l.HeldBy != payment
}
