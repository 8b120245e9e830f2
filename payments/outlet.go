package payments

import "unicode/utf8"

// OutletID is our number of an outlet.
type OutletID int64

// Limits of what a person may write about an outlet, in characters.
const (
	MaxName    = 64
	MaxAddress = 200
	MaxHours   = 64
)

// OutletState says whether an outlet takes money.
type OutletState string

// The states: open ⇄ paused → archived → open.
const (
	OutletOpen     OutletState = "open"
	OutletPaused   OutletState = "paused"   // its links are nobody's (wire 452) until it goes on
	OutletArchived OutletState = "archived" // given up; its history stays
)

// Outlet is a place where a merchant takes payments (соода түйүнү).
type Outlet struct {
	ID         OutletID
	MerchantID MerchantID
	Name       string
	Category   CategoryID
	MCC        int // ISO 18245, from the category
	Address    string
	Latitude   *float64 // degrees; nil if not shared
	Longitude  *float64
	Hours      string // as customers read it: "09:00–18:00" or words; "" if not said
	State      OutletState
	CardID     CardID // that its payments are credited to; 0: none yet
	OwnCard    bool   // the card is chosen for this outlet, and does not follow the merchant's default
}

// Archived reports whether the outlet was given up.
func (o Outlet) Archived() bool { return o.State == OutletArchived }

// OutletDraft is an outlet as a person describes it.
type OutletDraft struct {
	Name      string
	Category  CategoryID
	Address   string
	Latitude  *float64
	Longitude *float64
	CopyFrom  OutletID // whose category, hours and card it takes over, see clean; 0: nobody's
	Key       string   // idempotency: the same key makes the same outlet
}

// clean checks a draft and returns it with its texts cleaned. A category that
// is to be copied may be left out. Errors:
// CodeNameMalformed, CodeAddressTooLong, CodeCategoryUnknown.
func (d OutletDraft) clean() (OutletDraft, Category, error) {
	name, err := CleanName(d.Name)
	if err != nil {
		return d, Category{}, err
	}
	d.Name = name
	if d.Address, err = CleanAddress(d.Address); err != nil {
		return d, Category{}, err
	}
	category, ok := CategoryByID(d.Category)
	if !ok && (d.Category != "" || d.CopyFrom == 0) {
		return d, Category{}, Fail(CodeCategoryUnknown)
	}
	return d, category, nil
}

// CleanName returns a name as one line of 1 to MaxName characters with at
// least one letter or digit in it, or CodeNameMalformed.
func CleanName(s string) (string, error) {
	name := CleanLine(s)
	if n := utf8.RuneCountInString(name); n == 0 || n > MaxName || !hasLetterOrDigit(name) {
		return "", Fail(CodeNameMalformed, "max", MaxName)
	}
	return name, nil
}

// CleanAddress returns an address as one line of at most MaxAddress
// characters, or CodeAddressTooLong.
func CleanAddress(s string) (string, error) {
	address := CleanLine(s)
	if utf8.RuneCountInString(address) > MaxAddress {
		return "", Fail(CodeAddressTooLong, "max", MaxAddress)
	}
	return address, nil
}

// CleanHours returns working hours as one line of at most MaxHours characters,
// from–to in the one form that everybody reads, or CodeHoursTooLong.
func CleanHours(s string) (string, error) {
	if span, ok := ParseSpan(s); ok {
		return span.String(), nil
	}
	hours := CleanLine(s)
	if utf8.RuneCountInString(hours) > MaxHours {
		return "", Fail(CodeHoursTooLong, "max", MaxHours)
	}
	return hours, nil
}
