package operator

import (
	"time"
	"unicode/utf8"

	"elkart.kg/trade/payments"
)

// Update is the body of an update call.
type Update struct {
	Status payments.Status
	At     time.Time // UTC
}

// DecodeCheck reads the body of a check call. A body that breaks the form fails
// with *MalformedError; what the values mean is for the Beneficiary to judge.
func DecodeCheck(body []byte) (payments.Scan, error) {
	f := parseFields(body)
	scan := readScan(f)
	if f.err != nil {
		return payments.Scan{}, f.err
	}
	return scan, nil
}

// DecodeCreate reads the body of the operator's create call. It fails with
// *MalformedError, or with CodeDataWrong for a transaction type that does not
// exist: a whole number is well-formed, and the wire has 454 for a wrong type.
func DecodeCreate(body []byte) (payments.Order, error) {
	f := parseFields(body)
	id := f.required("transactionId", idLimit)
	if id == "." || id == ".." {
		// Every path of later calls would lose it on the way.
		f.fail("transactionId", "not an id")
	}
	return readOrder(f, id)
}

// DecodeNewOrder reads the body of a PSP's create call at the operator. It is
// DecodeCreate without transactionId, which the operator is yet to give.
func DecodeNewOrder(body []byte) (payments.Order, error) {
	f := parseFields(body)
	return readOrder(f, f.optional("transactionId", idLimit))
}

// DecodeUpdate reads the body of an update call. It fails with *MalformedError.
func DecodeUpdate(body []byte) (Update, error) {
	f := parseFields(body)
	update := Update{Status: payments.Status(f.integer("status", 2))}
	if f.err == nil && !knownStatus(update.Status) {
		f.fail("status", "no such status")
	}
	if date := f.required("updateDate", 40); date != "" {
		at, err := ParseTime(date)
		if err != nil {
			f.fail("updateDate", "not an ISO 8601 time")
		}
		update.At = at
	}
	if f.err != nil {
		return Update{}, f.err
	}
	return update, nil
}

// ParseTime reads an ISO 8601 date and time, with or without a fraction and
// seconds, and returns it in UTC. Choice: without a zone it is UTC, as all
// dates of the protocol are.
func ParseTime(text string) (time.Time, error) {
	var t time.Time
	var err error
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05",
		"2006-01-02T15:04Z07:00", "2006-01-02T15:04"} {
		if t, err = time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, err
}

// FormatTime writes a time as the protocol does, "" for the zero time.
func FormatTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}

func readOrder(f *fields, operatorID string) (payments.Order, error) {
	order := payments.Order{
		Scan:             readScan(f),
		OperatorID:       operatorID,
		PSPTransactionID: f.required("pspTransactionId", idLimit),
		ReceiptID:        f.required("receiptId", receiptLimit),
		Type:             payments.TransactionType(f.integer("transactionType", 9)),
	}
	if f.err != nil {
		return payments.Order{}, f.err
	}
	if !knownType(order.Type) {
		return payments.Order{}, payments.Fail(payments.CodeDataWrong)
	}
	return order, nil
}

func readScan(f *fields) payments.Scan {
	scan := payments.Scan{
		Dynamic:         readQRType(f),
		Provider:        f.required("merchantProvider", fieldLimit),
		ServiceID:       f.optional("serviceId", fieldLimit),
		MerchantCode:    f.optional("merchantId", fieldLimit),
		ServiceName:     f.optional("serviceName", fieldLimit),
		Account:         f.optional("beneficiaryAccountNumber", fieldLimit),
		QRTransactionID: f.optional("qrTransactionId", fieldLimit),
		MCC:             int(f.integer("merchantCode", 4)),
		Currency:        f.required("currencyCode", 3),
		Comment:         f.optional("qrComment", commentLimit),
		Customer:        readCustomer(f),
		Amount:          payments.Money(f.integer("amount", amountDigits)),
		LinkHash:        f.required("qrLinkHash", 4),
	}
	if scan.Amount == 0 {
		f.fail("amount", "not positive")
	}
	if utf8.RuneCountInString(scan.LinkHash) != 4 {
		f.fail("qrLinkHash", "not 4 characters")
	}
	for _, item := range f.objects("extra", extraCount) {
		extra := payments.Extra{Key: item.required("key", extraKey), Value: item.optional("value", extraValue)}
		if item.err != nil && f.err == nil {
			f.err = item.err
		}
		scan.Extra = append(scan.Extra, extra)
	}
	return scan
}

func readQRType(f *fields) (dynamic bool) {
	switch f.required("qrType", fieldLimit) {
	case qrDynamic:
		return true
	case qrStatic:
	default:
		f.fail("qrType", "no such type")
	}
	return false
}

func readCustomer(f *fields) payments.CustomerType {
	switch f.required("customerType", 1) {
	case "1":
		return payments.CustomerPerson
	case "2":
		return payments.CustomerCompany
	default:
		f.fail("customerType", "no such type")
		return 0
	}
}

func knownStatus(s payments.Status) bool {
	switch s {
	case payments.StatusCreated, payments.StatusInProcess, payments.StatusError,
		payments.StatusCanceled, payments.StatusSuccess:
		return true
	}
	return false
}

func knownType(t payments.TransactionType) bool {
	return t >= payments.TypeC2C && t <= payments.TypeB2G && t%10 == 0
}
