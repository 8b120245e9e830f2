package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"elkart.kg/trade/bot/demo/operator"
	"elkart.kg/trade/payments"
	wireop "elkart.kg/trade/payments/operator"
)

// setupScript registers a merchant in as few actions as there are.
const setupScript = `
@user aigul ky +996555123456
> /start
>> [Кыргызча]
>contact
>> [Макулмун]
> Кофейня «Ала-Тоо»
>> [Кафе]
>> [Өткөрүп]
!card 9417123412341234
<photo
`

// merchant plays the set-up and returns who was registered.
func (w *world) merchant() payments.Desk {
	w.t.Helper()
	if err := w.runner().Run(w.t.Context(), "set-up", setupScript); err != nil {
		w.t.Fatal(err)
	}
	return w.desk()
}

func (w *world) desk() payments.Desk {
	w.t.Helper()
	var id payments.PersonID
	if err := w.pool.QueryRow(w.t.Context(), `SELECT person_id FROM members`).Scan(&id); err != nil {
		w.t.Fatal(err)
	}
	desk, err := w.app.service.Desk(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return desk
}

func (w *world) order(link payments.Link, amount int64, name string) payments.Order {
	w.t.Helper()
	scan, err := operator.ReadScan(link.URI, amount)
	if err != nil {
		w.t.Fatal(err)
	}
	return payments.Order{Scan: scan, OperatorID: "op-" + name, PSPTransactionID: "psp-" + name, ReceiptID: "1", Type: payments.TypeC2B}
}

// Every call of the operator's, fifty times at once over real HTTP: one
// payment, one message to the merchant.
func TestFiftyRepetitionsOfEachCall(t *testing.T) {
	w := newWorld(t)
	desk := w.merchant()
	order := w.order(desk.Static, 123_45, "fifty")
	ctx := t.Context()
	fifty := func(name string, call func() (operator.Reply, error)) {
		t.Helper()
		var group sync.WaitGroup
		var mu sync.Mutex
		answers := make(map[string]int)
		for range 50 {
			group.Go(func() {
				reply, err := call()
				mu.Lock()
				defer mu.Unlock()
				answers[fmt.Sprintf("%d %s %v signed=%v", reply.HTTPStatus, reply.Body, err, reply.Signed)]++
			})
		}
		group.Wait()
		if len(answers) != 1 {
			t.Errorf("%s: different answers %v", name, answers)
		}
		for answer := range answers {
			if !strings.HasPrefix(answer, "200 ") || !strings.HasSuffix(answer, "<nil> signed=true") {
				t.Errorf("%s answered %s", name, answer)
			}
		}
	}
	fifty("check", func() (operator.Reply, error) { return w.Operator.Check(ctx, order.Scan) })
	fifty("create", func() (operator.Reply, error) { return w.Operator.Create(ctx, order) })
	fifty("execute", func() (operator.Reply, error) { return w.Operator.Execute(ctx, order.OperatorID) })
	at := time.Now()
	fifty("update", func() (operator.Reply, error) {
		return w.Operator.Update(ctx, order.OperatorID, payments.StatusSuccess, at)
	})
	fifty("get", func() (operator.Reply, error) { return w.Operator.Get(ctx, order.OperatorID) })
	if err := w.settle(ctx); err != nil {
		t.Fatal(err)
	}
	if got := w.messages("123,45"); got != 1 {
		t.Errorf("%d messages tell of the payment, want 1", got)
	}
	if today := w.desk().Today; today != (payments.Takings{Count: 1, Total: 123_45}) {
		t.Errorf("takings %+v", today)
	}
	if credits := w.Operator.Credits(); len(credits) != 1 || credits[0].Amount != 123_45 {
		t.Errorf("credits %+v, want one of 123,45", credits)
	}
}

// messages counts what the bot sent with a text in it.
func (w *world) messages(part string) (n int) {
	for _, user := range w.Telegram.Users() {
		for _, m := range w.Telegram.Chat(user.ID).Messages {
			if m.FromBot && strings.Contains(m.Text, part) {
				n++
			}
		}
	}
	return n
}

// What a dishonest or confused other side tries, and what it hears. Nothing of
// it may move money.
func TestForgedAndImpossibleCalls(t *testing.T) {
	w := newWorld(t)
	desk := w.merchant()
	ctx := t.Context()
	confirmed := w.order(desk.Static, 100_00, "confirmed")
	created := w.order(desk.Static, 200_00, "created")
	for _, order := range []payments.Order{confirmed, created} {
		w.must(w.Operator.Create(ctx, order))
	}
	w.must(w.Operator.Execute(ctx, confirmed.OperatorID))
	w.must(w.Operator.Update(ctx, confirmed.OperatorID, payments.StatusSuccess, time.Now()))

	unsigned := func(c *operator.Call) { c.Header.Del(wireop.HeaderHash) }
	changed := func(c *operator.Call) { c.Body = []byte(strings.Replace(string(c.Body), "20000", "10000", 1)) }
	elsewhere := func(c *operator.Call) {
		c.Target = strings.Replace(c.Target, confirmed.OperatorID, created.OperatorID, 1)
	}
	dots := func(c *operator.Call) {
		c.Body = []byte(strings.Replace(string(c.Body), `"op-dots"`, `".."`, 1))
		w.Operator.SignAgain(c)
	}
	for _, c := range []struct {
		name string
		call func() (operator.Reply, error)
		want int
	}{
		{"unsigned create", func() (operator.Reply, error) {
			return w.Operator.Create(ctx, w.order(desk.Static, 1_00, "x"), unsigned)
		}, 403},
		{"create with another sum than signed", func() (operator.Reply, error) {
			return w.Operator.Create(ctx, w.order(desk.Static, 200_00, "y"), changed)
		}, 403},
		{"unsigned get", func() (operator.Reply, error) { return w.Operator.Get(ctx, confirmed.OperatorID, unsigned) }, 403},
		{"get signed for another path", func() (operator.Reply, error) { return w.Operator.Get(ctx, confirmed.OperatorID, elsewhere) }, 403},
		{"success before execute", func() (operator.Reply, error) {
			return w.Operator.Update(ctx, created.OperatorID, payments.StatusSuccess, time.Now())
		}, 422},
		{"a replayed success on another payment", func() (operator.Reply, error) {
			return w.Operator.Update(ctx, confirmed.OperatorID, payments.StatusSuccess, time.Now(), elsewhere)
		}, 422},
		{"execute of the unknown", func() (operator.Reply, error) { return w.Operator.Execute(ctx, "nobody") }, 404},
		{"get of the unknown", func() (operator.Reply, error) { return w.Operator.Get(ctx, "nobody") }, 404},
		{"a path that others would clean", func() (operator.Reply, error) {
			return w.Operator.Call(ctx, http.MethodGet, "/in/qr/1/tx/get//nobody", nil)
		}, 404},
		{"an id that a path would lose", func() (operator.Reply, error) {
			return w.Operator.Create(ctx, w.order(desk.Static, 1_00, "dots"), dots)
		}, 400},
		{"another version of the protocol", func() (operator.Reply, error) {
			return w.Operator.Call(ctx, http.MethodGet, "/in/qr/2/tx/get/nobody", nil)
		}, 404},
		{"too little", func() (operator.Reply, error) { return w.Operator.Check(ctx, w.order(desk.Static, 99, "l").Scan) }, 455},
		{"too much", func() (operator.Reply, error) {
			return w.Operator.Check(ctx, w.order(desk.Static, 1_000_000_01, "m").Scan)
		}, 456},
	} {
		t.Run(c.name, func(t *testing.T) {
			reply, err := c.call()
			if err != nil {
				t.Fatal(err)
			}
			if reply.HTTPStatus != c.want || !reply.Signed {
				t.Errorf("answer %d (signed %v) %s, want %d", reply.HTTPStatus, reply.Signed, reply.Body, c.want)
			}
		})
	}
	if err := w.settle(ctx); err != nil {
		t.Fatal(err)
	}
	if today := w.desk().Today; today != (payments.Takings{Count: 1, Total: 100_00}) {
		t.Errorf("takings %+v, want the one honest payment", today)
	}
}

func (w *world) must(reply operator.Reply, err error) {
	w.t.Helper()
	if err != nil || reply.HTTPStatus != http.StatusOK {
		w.t.Fatalf("answer %d %s, %v", reply.HTTPStatus, reply.Body, err)
	}
}

// The operator's word never comes: we ask for it, and tell the merchant then.
func TestLostUpdateIsAskedFor(t *testing.T) {
	w := newWorld(t)
	desk := w.merchant()
	w.Operator.Misbehave(operator.Mischief{DropUpdate: true})
	paid, err := w.Operator.Pay(t.Context(), desk.Static.URI, 300_00)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := w.messages("алынды: 300"); got != 0 {
		t.Errorf("%d messages before the operator's word", got)
	}
	settled, err := w.app.service.Ask(t.Context(), payments.AskOperator{MerchantID: desk.Merchant.ID, OperatorID: paid.TransactionID})
	if err != nil || !settled {
		t.Fatalf("ask: %v, %v", settled, err)
	}
	if err := w.settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := w.messages("алынды: 300"); got != 1 {
		t.Errorf("%d messages tell of the payment, want 1", got)
	}
}

// Whatever the operator does wrong, money in is succeeded payments is credits.
func TestMischief(t *testing.T) {
	w := newWorld(t)
	desk := w.merchant()
	for name, m := range map[string]operator.Mischief{
		"repeats":                  {RepeatCalls: 5},
		"repeats in parallel":      {RepeatCalls: 10, Parallel: true},
		"loses answers":            {DropAnswers: true},
		"reorders":                 {Reorder: true},
		"cancels after 50":         {CancelAfterConfirm: true},
		"cancels instead":          {CancelAfterSuccess: true},
		"signs with a strange key": {WrongSignature: true},
	} {
		w.Operator.Misbehave(m)
		if _, err := w.Operator.Pay(t.Context(), desk.Static.URI, 10_00); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.Operator.Misbehave(operator.Mischief{})
	if err := w.settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	var want payments.Takings
	for _, p := range w.Operator.Payments() {
		ours, err := w.app.service.PaymentByOperatorID(context.Background(), p.TransactionID)
		if payments.CodeOf(err) == payments.CodePaymentNotFound {
			if p.Status == int(payments.StatusSuccess) {
				t.Errorf("the operator holds %s as paid, we know nothing of it", p.TransactionID)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if got := int(ours.OperatorStatus()); got != p.Status {
			t.Errorf("%s: the operator holds %d, we %d", p.TransactionID, p.Status, got)
		}
		if p.Status == int(payments.StatusSuccess) {
			want.Count++
			want.Total += payments.Money(p.Amount)
		}
	}
	if today := w.desk().Today; today != want || want.Count < 4 {
		t.Errorf("takings %+v, want %+v", today, want)
	}
}

func TestHealth(t *testing.T) {
	w := newWorld(t)
	for path, want := range map[string]string{"/healthz": "ok", "/readyz": "ok", "/metrics": "go_goroutines"} {
		body, err := get(t.Context(), "http://"+w.cfg.adminAddr+path)
		if err != nil || !strings.Contains(body, want) {
			t.Errorf("%s: %v, %.80q", path, err, body)
		}
	}
}

// Every call is answered well inside the operator's two seconds, and kept.
func TestCallsAreKept(t *testing.T) {
	w := newWorld(t)
	desk := w.merchant()
	order := w.order(desk.Static, 100_00, "kept")
	w.must(w.Operator.Create(t.Context(), order))
	reply, err := w.Operator.Get(t.Context(), order.OperatorID)
	w.must(reply, err)
	var answer struct {
		TransactionID, ReceiptID, BeneficiaryName, ExecutedDate string
		Status, Amount                                          int
	}
	if err := json.Unmarshal(reply.Body, &answer); err != nil {
		t.Fatal(err)
	}
	if answer.TransactionID != order.OperatorID || answer.Status != 10 || answer.Amount != 100_00 || answer.ExecutedDate != "" {
		t.Errorf("get answers %+v", answer)
	}
	if strings.Contains(answer.BeneficiaryName, "Кофейня") || !strings.Contains(answer.BeneficiaryName, "***") {
		t.Errorf("the name %q is not masked", answer.BeneficiaryName)
	}
	// The record is written after the answer: stopping waits for it.
	w.restart()
	var kept int
	if err := w.pool.QueryRow(t.Context(), `SELECT count(*) FROM operator_calls WHERE operator_id = $1 AND status = 200`, order.OperatorID).Scan(&kept); err != nil || kept != 2 {
		t.Errorf("%d calls kept, %v, want create and get", kept, err)
	}
}
