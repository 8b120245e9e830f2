package operator

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/elqr"
	wire "elkart.kg/trade/payments/operator"
)

// Preview is what the payer sees before paying (regulation §9.25).
type Preview struct {
	Payee          string // the provider's name in Latin letters (ID 59)
	MaskedName     string // as our system answered; "" until it was asked
	Account        string // "" where the link hides it
	Service        string
	Amount         int64 // tyiyn; 0: the payer enters it
	AmountEditable bool
	Open           bool // the link leaves the sum to the payer
	Dynamic        bool // for one payment only
	Comment        string
	Fields         []Field // additional fields that are to be shown
	Code           int     // the operator's number for why it cannot be paid, 0 if none
	Error          string  // why it cannot be paid, for the payer
}

// Field is an additional field of a link.
type Field struct{ Label, Value string }

// Scan shows what a link pays for; amount (tyiyn) is 0 until the payer has typed
// one. Our system is asked as soon as the sum is known. What is wrong with the
// link or refused by our system is in the Preview; an error is a fault of the
// simulation.
func (s *Server) Scan(ctx context.Context, link string, amount int64) (Preview, error) {
	scan, preview := read(link, amount)
	if preview.Error != "" || scan.Amount == 0 {
		return preview, nil
	}
	if err := s.wait(ctx, s.Mischief().Delay); err != nil {
		return preview, err
	}
	var tamper []Tamper
	if s.Mischief().WrongSignature {
		tamper = append(tamper, s.signWrong)
	}
	reply, err := s.Check(ctx, scan, tamper...)
	if ctx.Err() != nil {
		return preview, ctx.Err()
	}
	name, code := judgeCheck(reply, err)
	preview.MaskedName, preview.Code = name, code
	if name == "" {
		preview.Error = refusalFor(code)
	}
	return preview, nil
}

// ReadScan turns a link into the scan that the operator's check carries, for
// tests that make single calls. The sum is the link's, or amount where the link
// leaves it to the payer.
func ReadScan(link string, amount int64) (payments.Scan, error) {
	if _, err := elqr.Decode(link); err != nil {
		return payments.Scan{}, err
	}
	scan, _ := read(link, amount)
	return scan, nil
}

// read decodes a link by itself, as a bank app does.
func read(link string, amount int64) (payments.Scan, Preview) {
	link = strings.TrimSpace(link)
	decoded, err := elqr.Decode(link)
	if err != nil {
		return payments.Scan{}, Preview{Error: "Это не платёжная ссылка или она повреждена: " + err.Error()}
	}
	preview := Preview{
		Payee: decoded.Name, Service: decoded.ServiceName, AmountEditable: decoded.AmountEditable,
		Open: decoded.Amount == nil, Dynamic: decoded.Type == elqr.Dynamic, Comment: decoded.Comment,
	}
	if decoded.AccountEditable || decoded.Account != "" {
		preview.Account = decoded.Account
	}
	preview.Amount = max(amount, 0)
	if decoded.Amount != nil && (!decoded.AmountEditable || preview.Amount == 0) {
		preview.Amount = *decoded.Amount
	}
	// The decoder has made sure of four digits.
	mcc, _ := strconv.Atoi(decoded.MCC)
	fragment := elqr.Fragment(link)
	scan := payments.Scan{
		Dynamic: preview.Dynamic, Provider: decoded.ProviderID, ServiceID: decoded.ServiceCode,
		MerchantCode: decoded.MerchantID, ServiceName: decoded.ServiceName, Account: decoded.Account,
		QRTransactionID: decoded.TransactionID, MCC: mcc, Currency: decoded.Currency, Comment: decoded.Comment,
		Customer: payments.CustomerPerson, Amount: payments.Money(preview.Amount),
		LinkHash: fragment[len(fragment)-4:],
	}
	for _, extra := range decoded.Extra {
		if extra.Visible {
			preview.Fields = append(preview.Fields, Field{Label: extra.Label, Value: extra.Value})
		}
		if len(scan.Extra) < 5 && extra.Key != "" {
			scan.Extra = append(scan.Extra, payments.Extra{Key: extra.Key, Value: extra.Value})
		}
	}
	return scan, preview
}

// judgeCheck reads the answer to check: the masked name, or the number of the
// refusal (0: no answer of the protocol).
func judgeCheck(reply Reply, err error) (name string, code int) {
	if err != nil || !reply.Signed {
		return "", 0
	}
	if reply.HTTPStatus != http.StatusOK {
		return "", reply.HTTPStatus
	}
	beneficiary, err := wire.DecodeBeneficiary(reply.Body)
	if err != nil {
		return "", 0
	}
	return beneficiary.Name, 0
}

// judgeTransaction reads the answer to create, execute and get: it must be
// signed, and about this transaction and its sum.
func judgeTransaction(order payments.Order, reply Reply, err error) (status payments.Status, code int) {
	if err != nil || !reply.Signed {
		return 0, 0
	}
	if reply.HTTPStatus != http.StatusOK {
		return 0, reply.HTTPStatus
	}
	answer, err := wire.DecodeTransaction(reply.Body)
	if err != nil || answer.TransactionID != order.OperatorID || answer.Amount != order.Amount {
		return 0, 0
	}
	return answer.Status, 0
}

// refusalFor is what the bank tells the payer.
func refusalFor(code int) string {
	switch code {
	case 0:
		return "Банк получателя не отвечает. Попробуйте позже."
	case wire.HTTPRecipientWrong:
		return "Получатель не найден, или этот код больше не действует."
	case wire.HTTPAccessDenied:
		return "Получатель не может принять этот платёж."
	case wire.HTTPDataWrong:
		return "Данные платежа не совпадают с кодом. Отсканируйте код заново."
	case wire.HTTPSumTooSmall:
		return "Сумма меньше допустимой."
	case wire.HTTPSumTooLarge:
		return "Сумма больше допустимой."
	default:
		return "Платёж сейчас невозможен."
	}
}
