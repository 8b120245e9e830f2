package page

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"elkart.kg/trade/bot/demo/operator"
	"elkart.kg/trade/payments"
)

// Bank is what the payer's bank app needs of the simulated operator, which is
// *operator.Server. A refusal of the other side is data (Preview.Error,
// Payment.Code); an error is a fault of the simulation. Sums are in tyiyn, lists
// newest first.
type Bank interface {
	Scan(ctx context.Context, link string, amount int64) (operator.Preview, error)
	Pay(ctx context.Context, link string, amount int64) (operator.Payment, error)
	Payments() []operator.Payment
	Credits() []operator.Credit
	Mischief() operator.Mischief
	Misbehave(operator.Mischief)
}

var _ Bank = (*operator.Server)(nil)

// Bounds of the mischief drawer, so that a slip of the finger does not hang
// the demo.
const (
	maxRepeat      = 50
	maxDelay       = 10_000  // milliseconds
	maxDelayUpdate = 120_000 // milliseconds
)

// payTimeout bounds one payment with all its steps and delays.
const payTimeout = 90 * time.Second

var errNoBank = problem{Status: http.StatusNotFound, Code: "no_bank"}

// order is a link and the sum as the payer typed it.
type order struct{ Link, Sum string }

func (p *page) readOrder(w http.ResponseWriter, r *http.Request) (link string, amount int64, err error) {
	if p.Bank == nil {
		return "", 0, errNoBank
	}
	var body order
	if err := readJSON(w, r, &body); err != nil {
		return "", 0, err
	}
	link = strings.TrimSpace(body.Link)
	if link == "" || len(link) > maxLink {
		return "", 0, problem{Status: http.StatusUnprocessableEntity, Code: "not_a_link"}
	}
	if strings.TrimSpace(body.Sum) == "" {
		return link, 0, nil
	}
	sum, err := payments.ParseMoney(body.Sum)
	if err == nil && sum == 0 {
		err = payments.Fail(payments.CodeSumMalformed)
	}
	return link, int64(sum), err
}

func (p *page) check(w http.ResponseWriter, r *http.Request) (any, error) {
	link, amount, err := p.readOrder(w, r)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), payTimeout)
	defer cancel()
	shown, err := p.Bank.Scan(ctx, link, amount)
	return previewOf(shown), err
}

// pay outlives the browser's request: a payer who closes the tab has paid.
func (p *page) pay(w http.ResponseWriter, r *http.Request) (any, error) {
	link, amount, err := p.readOrder(w, r)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), payTimeout)
	defer cancel()
	paid, err := p.Bank.Pay(ctx, link, amount)
	p.changes.happened()
	return paymentOf(paid), err
}

func (p *page) misbehave(w http.ResponseWriter, r *http.Request) (any, error) {
	if p.Bank == nil {
		return nil, errNoBank
	}
	var body mischief
	if err := readJSON(w, r, &body); err != nil {
		return nil, err
	}
	within := func(n, limit int) bool { return 0 <= n && n <= limit }
	if !within(body.Repeat, maxRepeat) || !within(body.DelayMillis, maxDelay) || !within(body.DelayUpdateMillis, maxDelayUpdate) {
		return nil, badRequest("repeat 0–%d, delay_millis 0–%d, delay_update_millis 0–%d", maxRepeat, maxDelay, maxDelayUpdate)
	}
	p.Bank.Misbehave(body.operators())
	p.changes.happened()
	return body, nil
}

// scanPictures is how many of a chat's newest pictures are looked at.
const scanPictures = 12

// scanChat points the camera at the merchant's phone: at one picture, or at
// the newest that holds a QR code.
func (p *page) scanChat(w http.ResponseWriter, r *http.Request) (any, error) {
	if p.Telegram == nil {
		return nil, errNoTelegram
	}
	var body struct {
		User int64
		File string
	}
	if err := readJSON(w, r, &body); err != nil {
		return nil, err
	}
	if body.File != "" {
		link, err := p.decodeFile(r.Context(), body.File)
		if err != nil {
			return nil, err
		}
		return scanned{Link: link}, nil
	}
	chat := p.Telegram.Chat(body.User)
	looked := 0
	for i := len(chat.Messages) - 1; i >= 0 && looked < scanPictures; i-- {
		message := chat.Messages[i]
		picture := message.Photo
		if picture == nil && message.Document != nil && shownInline[message.Document.ContentType] {
			picture = message.Document
		}
		if picture == nil {
			continue
		}
		looked++
		link, err := p.decodeFile(r.Context(), picture.ID)
		var known problem
		if errors.As(err, &known) {
			continue // not this one
		}
		if err != nil {
			return nil, err
		}
		return scanned{Link: link, Message: message.ID}, nil
	}
	return nil, problem{Status: http.StatusUnprocessableEntity, Code: "no_picture"}
}

func (p *page) decodeFile(ctx context.Context, id string) (string, error) {
	_, _, data, err := p.Telegram.File(id)
	if err != nil {
		return "", told(err)
	}
	return p.decode(ctx, data)
}
