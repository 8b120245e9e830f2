package operator

import (
	"encoding/json"
	"fmt"

	"elkart.kg/trade/payments"
)

// How IPC is told to put money on a card is not public. Choice: three signed
// calls with the headers of the payment calls, below CREDIT_URL; sums in tyiyn.
//
//	POST /cards          {"number": "9417…"}
//	                     200 {"token": "<32 hex>", "masked": "9417 **** **** 1234"}
//	                     400 not a card number, 452 a card that cannot be credited
//	POST /credits        {"creditId": "…", "token": "<32 hex>", "amount": 50000, "currency": "417"}
//	                     200 {"creditId": "…", "status": "accepted"}
//	                     422 the id was used with other contents, 452 no such token
//	GET  /credits/{id}   200 as above, 404 no such credit
//
// status is accepted (ask again), done or refused; the last two are final, and
// refused comes with "reason". The same creditId again has no second effect and
// answers how the credit stands.
const (
	creditCardsPath = "/cards"
	creditsPath     = "/credits"
)

// CreditStatus is how a credit stands on the other side.
type CreditStatus string

// The statuses of a credit. Done and refused are final.
const (
	CreditAccepted CreditStatus = "accepted"
	CreditDone     CreditStatus = "done"
	CreditRefused  CreditStatus = "refused"
)

// CreditOrder is the request to put money on a card.
type CreditOrder struct {
	ID     string // ours, at most 50 characters; the call is idempotent by it
	Token  string // of the card, 32 lower-case hex characters
	Amount payments.Money
}

// CreditState is the answer about a credit.
type CreditState struct {
	ID     string
	Status CreditStatus
	Reason string // of a refusal; for logs and support
}

// CardToken is the answer to tokenizing.
type CardToken struct {
	Token  string // 32 lower-case hex characters
	Masked string // shows at most the first and the last four digits
}

type cardMessage struct {
	Number string `json:"number"`
}

type tokenMessage struct {
	Token  string `json:"token"`
	Masked string `json:"masked"`
}

type creditMessage struct {
	ID       string `json:"creditId"`
	Token    string `json:"token"`
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
}

type creditStateMessage struct {
	ID     string `json:"creditId"`
	Status string `json:"status"`
	Reason string `json:"reason,omitempty"`
}

// DecodeCard reads the request to tokenize. It fails with *MalformedError, or
// as payments.ParseCardNumber does.
func DecodeCard(body []byte) (payments.CardNumber, error) {
	f := parseFields(body)
	number := f.required("number", 19)
	if f.err != nil {
		return "", f.err
	}
	return payments.ParseCardNumber(number)
}

// EncodeCardToken writes the answer to tokenizing.
func EncodeCardToken(t CardToken) ([]byte, error) { return json.Marshal(tokenMessage(t)) }

// DecodeCreditOrder reads the request to credit. It fails with *MalformedError.
func DecodeCreditOrder(body []byte) (CreditOrder, error) {
	f := parseFields(body)
	order := CreditOrder{
		ID:     f.required("creditId", idLimit),
		Token:  f.required("token", fieldLimit),
		Amount: payments.Money(f.integer("amount", amountDigits)),
	}
	if order.Amount == 0 {
		f.fail("amount", "not positive")
	}
	if f.required("currency", 3) != Currency {
		f.fail("currency", "not "+Currency)
	}
	if !isToken(order.Token) {
		f.fail("token", "not 32 hex characters")
	}
	if f.err != nil {
		return CreditOrder{}, f.err
	}
	return order, nil
}

// EncodeCreditState writes the answer about a credit.
func EncodeCreditState(s CreditState) ([]byte, error) {
	return json.Marshal(creditStateMessage{ID: s.ID, Status: string(s.Status), Reason: s.Reason})
}

func decodeCreditState(body []byte) (CreditState, error) {
	var m creditStateMessage
	if err := json.Unmarshal(body, &m); err != nil {
		return CreditState{}, fmt.Errorf("credit: %w", err)
	}
	switch s := CreditStatus(m.Status); s {
	case CreditAccepted, CreditDone, CreditRefused:
		return CreditState{ID: m.ID, Status: s, Reason: m.Reason}, nil
	}
	return CreditState{}, &MalformedError{Field: "status", Why: "no such status"}
}

func isToken(text string) bool {
	if len(text) != 32 {
		return false
	}
	for _, c := range text {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
