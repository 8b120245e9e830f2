package payments

// Scan is what the payer's side read from our code and asks about: the fields
// of the operator's check call, already well-formed.
type Scan struct {
	Dynamic         bool   // qrType: dynamicQr (ID 01 = 12)
	Provider        string // 32/00
	ServiceID       string // 32/01
	MerchantCode    string // 33/00
	ServiceName     string // 33/01
	Account         string // 32/10
	QRTransactionID string // 32/11
	MCC             int    // ID 52
	Currency        string // ISO 4217 numeric
	Comment         string // 34
	Customer        CustomerType
	Amount          Money  // tyiyn, positive
	LinkHash        string // ID 63, 4 characters, either case
	Extra           []Extra
}

// Extra is one additional field of a scan (IDs 35–39).
type Extra struct{ Key, Value string }

// Order is the operator's create call: a scan that is being paid.
type Order struct {
	Scan
	OperatorID       string // transactionId
	PSPTransactionID string
	ReceiptID        string
	Type             TransactionType
}

// Beneficiary is the answer to a check.
type Beneficiary struct {
	Name string // the outlet's; the wire masks it
	Type TransactionType
}
