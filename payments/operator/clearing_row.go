package operator

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"elkart.kg/trade/payments"
)

// The fields of a row that matter, by their place in clearingLayout.names.
const (
	fieldID = iota
	fieldAmount
	fieldExecuted
	fieldDirection
	fieldCurrency // DemirBank's alone
)

// clearingLayout is how one form of the file writes a row.
type clearingLayout struct {
	format   string
	names    []string
	zone     *time.Location // of times that name none
	outgoing func(text string) (outgoing, known bool)
}

// ipcLayout: the direction follows from the type. Choice: only B2C, which
// refunds are, and B2G go out from a merchant; times without a zone are UTC, as
// everywhere in the protocol.
func ipcLayout() clearingLayout {
	return clearingLayout{
		format: ClearingIPC, zone: time.UTC,
		names: []string{"transaction_id", "amount", "executed_time", "transaction_type"},
		outgoing: func(text string) (bool, bool) {
			kind, known := transactionType(text)
			return kind == payments.TypeB2C || kind == payments.TypeB2G, known
		},
	}
}

// demirLayout. Choice: times are Bishkek's, as their DD/MM/YYYY is.
func demirLayout() clearingLayout {
	return clearingLayout{
		format: ClearingDemirBank, zone: payments.Bishkek(),
		names:    []string{"transaction_no", "amount", "executed_time", "dtcr_flag", "curr"},
		outgoing: func(text string) (bool, bool) { return text == "D", text == "D" || text == "C" },
	}
}

// read judges the values of a row. why is "" where they are good; else field
// says which is not.
func (l clearingLayout) read(values []json.Token) (row payments.ClearingRow, field, why string) {
	if row.OperatorID, why = clearingText(values[fieldID], idLimit); why != "" {
		return row, l.names[fieldID], why
	}
	amount, why := wholeNumber(values[fieldAmount])
	if why == "" && amount == 0 {
		why = "not positive"
	}
	if why != "" {
		return row, l.names[fieldAmount], why
	}
	row.Amount = payments.Money(amount)
	if row.ExecutedAt, why = l.time(values[fieldExecuted]); why != "" {
		return row, l.names[fieldExecuted], why
	}
	direction, why := clearingText(values[fieldDirection], fieldLimit)
	if why == "" {
		var known bool
		if row.Outgoing, known = l.outgoing(direction); !known {
			why = fmt.Sprintf("%q is not known", direction)
		}
	}
	if why != "" {
		return row, l.names[fieldDirection], why
	}
	if len(l.names) > fieldCurrency {
		if why = checkCurrency(values[fieldCurrency]); why != "" {
			return row, l.names[fieldCurrency], why
		}
	}
	return row, "", ""
}

// checkCurrency takes the som, by its letters or its number.
func checkCurrency(value json.Token) (why string) {
	if number, isNumber := value.(json.Number); isNumber {
		value = number.String()
	}
	currency, why := clearingText(value, fieldLimit)
	if why == "" && currency != "KGS" && currency != Currency {
		why = fmt.Sprintf("%q, want KGS", currency)
	}
	return why
}

// clearingText takes a text of 1 to limit characters.
func clearingText(value json.Token, limit int) (text, why string) {
	text, isText := value.(string)
	switch {
	case value == nil:
		return "", "missing"
	case !isText:
		return "", "not a text"
	case text == "":
		return "", "empty"
	// encoding/json puts it in the place of what is not UTF-8.
	case strings.ContainsRune(text, utf8.RuneError):
		return "", "not UTF-8"
	}
	if err := checkText(text, limit); err != nil {
		return "", err.Error()
	}
	return text, ""
}

// wholeNumber takes a number of digits alone: 100.0, 1e2 and "100" are refused,
// for whoever writes them keeps money in floats or texts.
func wholeNumber(value json.Token) (n int64, why string) {
	number, isNumber := value.(json.Number)
	text := string(number)
	switch {
	case value == nil:
		return 0, "missing"
	case !isNumber:
		return 0, "not a number"
	case text[0] == '-':
		return 0, "negative"
	case strings.Trim(text, "0123456789") != "":
		return 0, "not a whole number"
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, "does not fit 64 bits"
	}
	return n, ""
}

// transactionType reads a type by its number or its name. Choice: the file's
// description says no more than that it is a text.
func transactionType(text string) (kind payments.TransactionType, known bool) {
	if n, err := strconv.Atoi(text); err == nil {
		kind = payments.TransactionType(n)
		return kind, knownType(kind) && strconv.Itoa(n) == text
	}
	switch text {
	case "C2C":
		return payments.TypeC2C, true
	case "C2B":
		return payments.TypeC2B, true
	case "C2G":
		return payments.TypeC2G, true
	case "B2C":
		return payments.TypeB2C, true
	case "B2B":
		return payments.TypeB2B, true
	case "B2G":
		return payments.TypeB2G, true
	}
	return 0, false
}

// time takes a date and time, in the layout's zone where it names none.
func (l clearingLayout) time(value json.Token) (t time.Time, why string) {
	text, why := clearingText(value, 40)
	if why != "" {
		return time.Time{}, why
	}
	err := errors.New("no layout fits")
	for _, layout := range []string{
		time.RFC3339, "02/01/2006 15:04:05", "2006-01-02T15:04:05", time.DateTime,
		"2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05Z07:00",
	} {
		if t, err = time.ParseInLocation(layout, text, l.zone); err == nil {
			break
		}
	}
	switch {
	case err != nil:
		return time.Time{}, fmt.Sprintf("%q is not a date and time", text)
	case t.Year() < 2000 || t.Year() > 2999:
		return time.Time{}, fmt.Sprintf("the year %d", t.Year())
	}
	return t.UTC(), ""
}
