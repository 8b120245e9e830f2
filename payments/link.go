package payments

import "time"

// LinkID is our number of a link.
type LinkID int64

// LinkKind says what a link asks for.
type LinkKind string

// The kinds of links.
const (
	LinkStatic   LinkKind = "static"   // one per outlet, always open, the payer enters the sum
	LinkCharge   LinkKind = "charge"   // one payment of a fixed sum, expires
	LinkReusable LinkKind = "reusable" // many payments, fixed or open sum
)

// LinkState is where a link stands.
type LinkState string

// The states of a link: active ⇄ paused → used up, expired or cancelled. What
// expired while it was being paid is used up all the same; a reusable link that
// is used up is active again when a payment is taken back or its cap is raised.
const (
	LinkActive    LinkState = "active"
	LinkPaused    LinkState = "paused"
	LinkUsedUp    LinkState = "used_up"
	LinkExpired   LinkState = "expired"
	LinkCancelled LinkState = "cancelled"
)

// ChargeLife is how long a charge can be paid.
const ChargeLife = 72 * time.Hour

// Link is what is asked of a payer.
type Link struct {
	ID         LinkID
	MerchantID MerchantID
	OutletID   OutletID
	Kind       LinkKind
	State      LinkState
	Code       string // 26 characters of Crockford's base 32, 128 random bits
	Amount     Money  // 0: the payer enters it
	Min, Max   Money  // bounds of an open sum
	Comment    string
	URI        string    // the national link: what the QR holds
	ExpiresAt  time.Time // UTC; zero: never
	HeldBy     PaymentID // the payment that is taking this charge; 0: none
	Cap        int       // payments that may come through a reusable link; 0: any number
	Taking     int       // payments executing at this moment; a static code counts none
	Paid       int       // payments that succeeded and were not reversed; a static code counts none
	Total      Money     // of those
	RemindAt   time.Time // UTC; when RemindTo is told that a charge is still unpaid; zero: never
	RemindTo   PersonID
	CreatedBy  PersonID
	CreatedAt  time.Time
}

// StateAt is the state at an instant: a link past its time is expired even
// before anybody wrote it down.
func (l Link) StateAt(now time.Time) LinkState {
	if (l.State == LinkActive || l.State == LinkPaused) && !l.ExpiresAt.IsZero() && !now.Before(l.ExpiresAt) {
		return LinkExpired
	}
	return l.State
}

// ChargeDraft is a one-time charge as a merchant asks for it.
type ChargeDraft struct {
	Amount  Money
	Comment string
	Key     string // idempotency: the same key makes the same charge
}

// Version is one form in which a link was given out: a printed static code
// stays payable after its outlet was renamed.
type Version struct {
	Hash string // the checksum (ID 63), lower case
	MCC  int
	URI  string
}

// Target is a link with what is needed to judge a scan of it.
type Target struct {
	Link
	OutletName   string
	OutletClosed bool
	Versions     []Version
}

// Message is a Telegram message that shows a link and follows its state.
type Message struct {
	ChatID    int64
	MessageID int
}

// Ticket is a link as its merchant sees it.
type Ticket struct {
	Link    Link
	Outlet  Outlet
	Payment *Payment // the newest that is executing, succeeded or reversed; nil if none
}

// Issue is what a channel needs to know to write a link.
type Issue struct {
	Kind       LinkKind
	MerchantID MerchantID
	Outlet     Outlet
	Code       string
	Amount     Money
	Comment    string
}

// Channel is how a link gets paid.
type Channel interface {
	// Write gives a link its form. It makes no network call.
	Write(Issue) (Version, error)
	// Fill returns what Write wrote with a sum in it that its payer chose.
	Fill(Version, Money) (Version, error)
	// Ours reports whether a scan names us as provider and this merchant.
	Ours(Scan, MerchantID) bool
}
