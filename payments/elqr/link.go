// Package elqr reads and writes the national payment link of Kyrgyzstan
// (ELQR): the URI inside every payment QR code, button, message and NFC tag,
// whose fragment carries what is to be paid.
//
// Paragraph numbers in comments are those of the technical regulation of the
// main interaction operator (CJSC Interbank Processing Centre, in force since
// 01.09.2025); "table 1" is its list of objects.
//
// Reading is generous about what banks really produce (any scheme and host,
// any order between the first and the last object, raw or encoded spaces,
// upper-case checksums, over-encoding by messengers) and strict about what
// decides where money goes: a link whose checksum or structure does not hold
// is refused with the place of the fault, never guessed at. Objects it does
// not know are covered by the checksum, skipped, and not kept.
//
// Writing is strict: one canonical form, the shortest that says the same, every
// presence and length rule checked in characters. The package refuses to put a
// card number into a link. It imports the standard library only and knows
// neither merchants nor databases.
package elqr

// Type says how often a link may be paid (object 01).
type Type string

// The two types of table 1.
const (
	Static  Type = "static"  // "11": many payments
	Dynamic Type = "dynamic" // "12": one payment
)

// Currency is the only currency of the scheme, the som (ISO 4217 numeric).
const Currency = "417"

// MaxAmount is the largest sum of a link in tyiyn: 13 digits (table 1, ID 54).
const MaxAmount int64 = 9_999_999_999_999

// The limits of table 1, in characters of the decoded text.
const (
	maxObject       = 99 // any value, and a whole template
	maxProviderID   = 32
	maxServiceCode  = 32 // what is read; Finik writes 14
	longServiceCode = 10 // what is written
	maxAccount      = 32
	maxTransaction  = 32
	maxMerchantID   = 32
	maxServiceName  = 32
	longComment     = 32 // what is written; reading takes maxObject
	maxName         = 25
	maxAmountDigits = 13
)

// MaxBytes bounds what Decode looks at. The longest link Encode can write
// stays below it, and a QR code holds less than a fifth of it.
const MaxBytes = 16 << 10

// Link is what a payment link says. Its JSON form is that of the command
// "elqr decode" and of testdata/production.json.
//
// Texts are decoded; an empty text means that the object is absent, since an
// object is at least one character long.
type Link struct {
	Type          Type   `json:"type"`
	ProviderID    string `json:"provider_id"`              // 32/00, the acquirer, ≤32
	ServiceCode   string `json:"service_code,omitempty"`   // 32/01, ≤32 read, ≤10 written
	Account       string `json:"account,omitempty"`        // 32/10, ≤32
	TransactionID string `json:"transaction_id,omitempty"` // 32/11, the provider's own, ≤32
	// AmountEditable and AccountEditable are 32/12 and 32/13. Absent objects
	// mean yes, so only a no is written.
	AmountEditable  bool    `json:"amount_editable"`
	AccountEditable bool    `json:"account_editable"`
	MerchantID      string  `json:"merchant_id,omitempty"`  // 33/00, ≤32
	ServiceName     string  `json:"service_name,omitempty"` // 33/01, ≤32
	Comment         string  `json:"comment,omitempty"`      // 34, ≤99 read, ≤32 written
	Extra           []Extra `json:"extra,omitempty"`        // 35–39
	MCC             string  `json:"mcc"`                    // 52, four digits (ISO 18245)
	Currency        string  `json:"currency"`               // 53, always Currency
	// Amount is the sum in tyiyn (54); nil leaves it to the payer.
	Amount *int64 `json:"amount"`
	Name   string `json:"name"` // 59, the payee in Latin letters, ≤25

	// Base is what stood before '#', such as https://pay.payqr.kg; empty for a
	// bare fragment. Decode fills it in, Encode takes its base as an argument.
	Base string `json:"-"`
}

// Extra is one additional field of the objects 35–39, written as
// key:label:value:title:state.
type Extra struct {
	Key     string `json:"key"`
	Label   string `json:"label"`
	Value   string `json:"value"`
	Title   string `json:"title"`
	Visible bool   `json:"visible"` // state "11" shown, "12" hidden
}
