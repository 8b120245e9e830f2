package payments

import "unicode/utf8"

// OutletID is our number of an outlet.
type OutletID int64

// Limits of what a person may write about an outlet, in characters.
const (
	MaxName    = 64
	MaxAddress = 200
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
	Closed     bool // takes no payments any more
}

// OutletDraft is an outlet as a person describes it.
type OutletDraft struct {
	Name      string
	Category  CategoryID
	Address   string
	Latitude  *float64
	Longitude *float64
	Key       string // idempotency: the same key makes the same outlet
}

// clean checks a draft and returns it with its texts cleaned. Errors:
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
	if !ok {
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
