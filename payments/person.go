package payments

import (
	"slices"
	"time"
)

// PersonID is a Telegram user's id.
type PersonID int64

// Role is what a member may do in a merchant.
type Role string

// The roles, from the most to the least able.
const (
	RoleOwner      Role = "owner"
	RoleManager    Role = "manager"
	RoleCashier    Role = "cashier"
	RoleAccountant Role = "accountant"
)

// Person is a Telegram user who talked to us, and their place in a merchant.
type Person struct {
	ID          PersonID
	Name        string
	Username    string
	Language    string    // ky, ru, en; "" until chosen
	Suggested   string    // the language Telegram reports, as a first suggestion
	Phone       string    // E.164; "" until shared
	ConsentedAt time.Time // UTC; zero until given
	EraseAt     time.Time // UTC; when they are forgotten, see Leave; zero: they stay
	Blocked     bool      // blocked the bot: nothing is sent until they return

	MerchantID MerchantID // the active merchant; 0 before set-up
	OutletID   OutletID   // the active outlet; 0 before set-up
	Role       Role       // in the active merchant
	Scope      []OutletID // the outlets of the active merchant that they work in, ascending; empty: all, see Sees
	Away       bool       // they work in another merchant than MerchantID, or were dismissed from the active one (MerchantID is 0)
	HasCard    bool       // the active outlet has a card to be credited

	Notify    Notify // which payments of the active merchant they hear of
	QuietFrom int    // minutes since midnight in the merchant's zone, see QuietAt
	QuietTo   int
}

// Registered reports whether nothing is left of set-up for them. Where there is
// no card yet, whoever may put one in is asked for it, and nobody else.
func (p Person) Registered() bool {
	return p.MerchantID != 0 && p.OutletID != 0 && (p.HasCard || !p.Role.Can(ActionCards))
}

// Sees reports whether an outlet of the active merchant, and what was paid at
// it, is this member's business. An owner's is all.
func (p Person) Sees(o OutletID) bool {
	return p.Role == RoleOwner || len(p.Scope) == 0 || slices.Contains(p.Scope, o)
}

// limits are the outlets that a question is limited to; none: all.
func (p Person) limits() []OutletID {
	if p.Role == RoleOwner {
		return nil
	}
	return p.Scope
}

// Acquaintance is what Telegram says of a person at every turn.
type Acquaintance struct {
	ID        PersonID
	Name      string
	Username  string
	Suggested string // language_code as Telegram sent it
}
