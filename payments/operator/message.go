package operator

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"elkart.kg/trade/payments"
)

// The values of qrType (ID 01: 11 static, 12 dynamic).
const (
	qrStatic  = "staticQr"
	qrDynamic = "dynamicQr"
)

// Transaction is what the operator and we tell each other of a transaction.
type Transaction struct {
	TransactionID   string
	Status          payments.Status
	Type            payments.TransactionType
	Amount          payments.Money
	BeneficiaryName string // masked
	Customer        payments.CustomerType
	ReceiptID       string
	CreatedAt       time.Time // UTC
	ExecutedAt      time.Time // UTC, zero until executed
}

// TransactionOf is what the operator is told of one of our payments; the name
// leaves it masked.
func TransactionOf(p payments.Payment) Transaction {
	return Transaction{
		TransactionID:   p.OperatorID,
		Status:          p.OperatorStatus(),
		Type:            p.Type,
		Amount:          p.Amount,
		BeneficiaryName: Mask(p.BeneficiaryName),
		Customer:        p.Customer,
		ReceiptID:       p.ReceiptID,
		CreatedAt:       p.CreatedAt,
		ExecutedAt:      p.ExecutedAt,
	}
}

type transactionMessage struct {
	TransactionID   string `json:"transactionId"`
	Status          int    `json:"status"`
	Type            int    `json:"transactionType"`
	Amount          int64  `json:"amount"`
	BeneficiaryName string `json:"beneficiaryName"`
	Customer        string `json:"customerType"`
	ReceiptID       string `json:"receiptId"`
	CreatedDate     string `json:"createdDate"`
	ExecutedDate    string `json:"executedDate"`
}

// MarshalJSON writes the wire form; dates in UTC, executedDate "" until executed.
func (t Transaction) MarshalJSON() ([]byte, error) {
	return json.Marshal(transactionMessage{
		TransactionID:   t.TransactionID,
		Status:          int(t.Status),
		Type:            int(t.Type),
		Amount:          int64(t.Amount),
		BeneficiaryName: t.BeneficiaryName,
		Customer:        customerText(t.Customer),
		ReceiptID:       t.ReceiptID,
		CreatedDate:     FormatTime(t.CreatedAt),
		ExecutedDate:    FormatTime(t.ExecutedAt),
	})
}

// DecodeTransaction reads the answer to create, execute and get. What is acted
// on must be there and make sense, the id and the status; the rest may lack.
func DecodeTransaction(body []byte) (Transaction, error) {
	var m struct {
		transactionMessage
		Customer json.RawMessage `json:"customerType"` // "1" or 1, nothing hangs on it
	}
	if err := json.Unmarshal(body, &m); err != nil {
		return Transaction{}, fmt.Errorf("transaction: %w", err)
	}
	t := Transaction{
		TransactionID:   m.TransactionID,
		Status:          payments.Status(m.Status),
		Type:            payments.TransactionType(m.Type),
		Amount:          payments.Money(m.Amount),
		BeneficiaryName: m.BeneficiaryName,
		ReceiptID:       m.ReceiptID,
	}
	if customer, err := strconv.Atoi(strings.Trim(string(m.Customer), `"`)); err == nil {
		t.Customer = payments.CustomerType(customer)
	}
	if m.TransactionID == "" || checkText(m.TransactionID, idLimit) != nil {
		return Transaction{}, &MalformedError{Field: "transactionId", Why: "missing or not an id"}
	}
	if !knownStatus(t.Status) {
		return Transaction{}, &MalformedError{Field: "status", Why: "no such status"}
	}
	// A date that cannot be read is no reason to lose the status.
	if at, err := ParseTime(m.CreatedDate); err == nil {
		t.CreatedAt = at
	}
	if at, err := ParseTime(m.ExecutedDate); err == nil {
		t.ExecutedAt = at
	}
	return t, nil
}

type scanMessage struct {
	QRType          string         `json:"qrType"`
	Provider        string         `json:"merchantProvider"`
	MerchantCode    string         `json:"merchantId,omitempty"`
	ServiceID       string         `json:"serviceId,omitempty"`
	ServiceName     string         `json:"serviceName,omitempty"`
	Account         string         `json:"beneficiaryAccountNumber,omitempty"`
	MCC             int            `json:"merchantCode"`
	Currency        string         `json:"currencyCode"`
	QRTransactionID string         `json:"qrTransactionId,omitempty"`
	Comment         string         `json:"qrComment,omitempty"`
	Customer        string         `json:"customerType"`
	Amount          int64          `json:"amount"`
	LinkHash        string         `json:"qrLinkHash"`
	Extra           []extraMessage `json:"extra,omitempty"`
}

type extraMessage struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

type orderMessage struct {
	scanMessage
	OperatorID       string `json:"transactionId,omitempty"`
	PSPTransactionID string `json:"pspTransactionId"`
	ReceiptID        string `json:"receiptId"`
	Type             int    `json:"transactionType"`
}

type updateMessage struct {
	Status     int    `json:"status"`
	UpdateDate string `json:"updateDate"`
}

type beneficiaryMessage struct {
	Name string `json:"beneficiaryName"`
	Type int    `json:"transactionType"`
}

type refusalMessage struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// EncodeCheck writes the body of a check call.
func EncodeCheck(scan payments.Scan) ([]byte, error) {
	return json.Marshal(scanMessageOf(scan))
}

// EncodeCreate writes the body of a create call; an empty OperatorID is left
// out, since it is the operator who gives it.
func EncodeCreate(order payments.Order) ([]byte, error) {
	return json.Marshal(orderMessage{
		scanMessage:      scanMessageOf(order.Scan),
		OperatorID:       order.OperatorID,
		PSPTransactionID: order.PSPTransactionID,
		ReceiptID:        order.ReceiptID,
		Type:             int(order.Type),
	})
}

// EncodeUpdate writes the body of an update call.
func EncodeUpdate(update Update) ([]byte, error) {
	return json.Marshal(updateMessage{Status: int(update.Status), UpdateDate: FormatTime(update.At)})
}

// EncodeBeneficiary writes the answer to a check call.
func EncodeBeneficiary(b payments.Beneficiary) ([]byte, error) {
	return json.Marshal(beneficiaryMessage{Name: b.Name, Type: int(b.Type)})
}

// DecodeBeneficiary reads the answer to a check call.
func DecodeBeneficiary(body []byte) (payments.Beneficiary, error) {
	var m beneficiaryMessage
	if err := json.Unmarshal(body, &m); err != nil {
		return payments.Beneficiary{}, fmt.Errorf("beneficiary: %w", err)
	}
	return payments.Beneficiary{Name: m.Name, Type: payments.TransactionType(m.Type)}, nil
}

// EncodeRefusal writes the body of an answer that is not 200. Choice: code is
// the HTTP status once more, for callers that see only the body.
func EncodeRefusal(status int, message string) ([]byte, error) {
	return json.Marshal(refusalMessage{Code: status, Message: message})
}

// DecodeRefusal reads the body of an answer that is not 200; what is no such
// body gives 0 and "".
func DecodeRefusal(body []byte) (code int, message string) {
	var m refusalMessage
	if err := json.Unmarshal(body, &m); err != nil {
		return 0, ""
	}
	return m.Code, m.Message
}

func scanMessageOf(scan payments.Scan) scanMessage {
	m := scanMessage{
		QRType:          qrStatic,
		Provider:        scan.Provider,
		MerchantCode:    scan.MerchantCode,
		ServiceID:       scan.ServiceID,
		ServiceName:     scan.ServiceName,
		Account:         scan.Account,
		MCC:             scan.MCC,
		Currency:        scan.Currency,
		QRTransactionID: scan.QRTransactionID,
		Comment:         scan.Comment,
		Customer:        customerText(scan.Customer),
		Amount:          int64(scan.Amount),
		LinkHash:        scan.LinkHash,
	}
	if scan.Dynamic {
		m.QRType = qrDynamic
	}
	for _, extra := range scan.Extra {
		m.Extra = append(m.Extra, extraMessage(extra))
	}
	return m
}

func customerText(c payments.CustomerType) string { return strconv.Itoa(int(c)) }
