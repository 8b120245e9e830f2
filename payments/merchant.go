package payments

import "time"

// MerchantID is our number of a merchant; it stands in 33/00 of their codes.
type MerchantID int64

// Merchant is the business that takes payments.
type Merchant struct {
	ID        MerchantID
	Name      string
	TimeZone  string // IANA name
	Cutoff    int    // the hour, 0–23, at which the merchant's day begins
	CloseDays bool   // outlets' days are closed by themselves, at the cut-off
	FeeBP     int    // kept of each payment, in basis points, 0–10000; see Fee
	FeeMin    Money  // and at least so much

	TIN           string // ИНН, 14 digits; "" if not said
	Contact       string // for customers: +phone, @name or words; "" if not said
	DefaultCardID CardID // of outlets that have no card of their own; 0: none yet
}

// Day is a merchant's business day as a half-open span of UTC instants.
type Day struct{ From, To time.Time }

// DayOf returns the business day that holds t. A zone that is not known any
// more counts as UTC: figures must not stop over it.
func (m Merchant) DayOf(t time.Time) Day {
	d := m.DateOf(t)
	return m.Span(d, d)
}

// Location returns the merchant's zone, or UTC if it is not known here.
func (m Merchant) Location() *time.Location {
	zone, err := time.LoadLocation(m.TimeZone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// Takings is what came in: how many payments and how much.
type Takings struct {
	Count int
	Total Money
}
