package page

import (
	"time"

	"elkart.kg/trade/bot/demo/operator"
)

// The types of this file are the bank's side as the page's script reads it.
// Sums are in tyiyn, times in UTC.

type preview struct {
	Payee          string  `json:"payee"`
	MaskedName     string  `json:"masked_name,omitempty"`
	Account        string  `json:"account,omitempty"`
	Service        string  `json:"service,omitempty"`
	Amount         int64   `json:"amount"` // 0: the payer enters it
	AmountEditable bool    `json:"amount_editable"`
	Open           bool    `json:"open"`
	Dynamic        bool    `json:"dynamic"`
	Comment        string  `json:"comment,omitempty"`
	Fields         []field `json:"fields,omitempty"`
	Error          string  `json:"error,omitempty"` // why it cannot be paid
	Code           int     `json:"code,omitempty"`  // the operator's number for it
}

type field struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

func previewOf(p operator.Preview) preview {
	shown := preview{
		Payee: p.Payee, MaskedName: p.MaskedName, Account: p.Account, Service: p.Service, Amount: p.Amount, AmountEditable: p.AmountEditable,
		Open: p.Open, Dynamic: p.Dynamic, Comment: p.Comment, Error: p.Error, Code: p.Code,
	}
	for _, f := range p.Fields {
		shown.Fields = append(shown.Fields, field(f))
	}
	return shown
}

type payment struct {
	TransactionID    string    `json:"transaction_id"`
	PSPTransactionID string    `json:"psp_transaction_id"`
	ReceiptID        string    `json:"receipt_id"`
	Status           int       `json:"status"` // 10 … 50, as the operator numbers them
	Amount           int64     `json:"amount"`
	Refunded         int64     `json:"refunded,omitempty"`
	Payee            string    `json:"payee"`
	Comment          string    `json:"comment,omitempty"`
	Code             int       `json:"code,omitempty"`
	Message          string    `json:"message,omitempty"`
	At               time.Time `json:"at"`
	Steps            []step    `json:"steps"`
}

type step struct {
	Call       string    `json:"call"`
	At         time.Time `json:"at"`
	Millis     int64     `json:"millis"`
	HTTPStatus int       `json:"http_status,omitempty"` // 0: no answer
	Result     string    `json:"result,omitempty"`
	Failed     bool      `json:"failed,omitempty"`
}

func paymentOf(p operator.Payment) payment {
	shown := payment{
		TransactionID: p.TransactionID, PSPTransactionID: p.PSPTransactionID, ReceiptID: p.ReceiptID, Status: p.Status, Amount: p.Amount,
		Refunded: p.Refunded, Payee: p.Payee, Comment: p.Comment, Code: p.Code, Message: p.Message, At: p.At, Steps: []step{},
	}
	for _, s := range p.Steps {
		shown.Steps = append(shown.Steps, step{Call: s.Call, At: s.At, Millis: s.Took.Milliseconds(), HTTPStatus: s.HTTPStatus, Result: s.Result, Failed: s.Failed})
	}
	return shown
}

type credit struct {
	ID     string    `json:"id"`
	Card   string    `json:"card"` // masked
	Amount int64     `json:"amount"`
	Status string    `json:"status"` // accepted, done, refused
	At     time.Time `json:"at"`
}

// mischief is operator.Mischief with whole milliseconds.
type mischief struct {
	Repeat             int  `json:"repeat"`
	Parallel           bool `json:"parallel"`
	DelayMillis        int  `json:"delay_millis"`
	DelayUpdateMillis  int  `json:"delay_update_millis"`
	DropUpdate         bool `json:"drop_update"`
	DropAnswers        bool `json:"drop_answers"`
	WrongSignature     bool `json:"wrong_signature"`
	Reorder            bool `json:"reorder"`
	CancelAfterSuccess bool `json:"cancel_after_success"`
	CancelAfterConfirm bool `json:"cancel_after_confirm"`
	Unavailable        bool `json:"unavailable"`
	RefuseCredits      bool `json:"refuse_credits"`
	SlowCredits        bool `json:"slow_credits"`
}

func mischiefOf(m operator.Mischief) mischief {
	return mischief{
		Repeat: m.RepeatCalls, Parallel: m.Parallel, DelayMillis: int(m.Delay.Milliseconds()), DelayUpdateMillis: int(m.DelayUpdate.Milliseconds()),
		DropUpdate: m.DropUpdate, DropAnswers: m.DropAnswers, WrongSignature: m.WrongSignature, Reorder: m.Reorder,
		CancelAfterSuccess: m.CancelAfterSuccess, CancelAfterConfirm: m.CancelAfterConfirm, Unavailable: m.Unavailable,
		RefuseCredits: m.RefuseCredits, SlowCredits: m.SlowCredits,
	}
}

func (m mischief) operators() operator.Mischief {
	return operator.Mischief{
		RepeatCalls: m.Repeat, Parallel: m.Parallel, Delay: time.Duration(m.DelayMillis) * time.Millisecond,
		DelayUpdate: time.Duration(m.DelayUpdateMillis) * time.Millisecond, DropUpdate: m.DropUpdate, DropAnswers: m.DropAnswers,
		WrongSignature: m.WrongSignature, Reorder: m.Reorder, CancelAfterSuccess: m.CancelAfterSuccess, CancelAfterConfirm: m.CancelAfterConfirm,
		Unavailable: m.Unavailable, RefuseCredits: m.RefuseCredits, SlowCredits: m.SlowCredits,
	}
}
