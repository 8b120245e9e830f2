package operator_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/bot/demo/operator"
	"elkart.kg/trade/payments"
	wire "elkart.kg/trade/payments/operator"
)

func refundOf(p operator.Payment, id string, amount payments.Money) payments.Order {
	return payments.Order{
		Scan: payments.Scan{
			Provider: "elcart.kg", MCC: 5812, Currency: "417", Customer: payments.CustomerCompany, Amount: amount, LinkHash: "0000",
			QRTransactionID: p.TransactionID, Extra: []payments.Extra{{Key: "refundOf", Value: p.TransactionID}},
		},
		PSPTransactionID: id, ReceiptID: "1", Type: payments.TypeB2C,
	}
}

func TestRefunds(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	paid := pay(t, w, link(t, "OPEN", 0), 1000)
	first := refundOf(paid, "refund-1", 600)
	who, err := w.client.Check(ctx, first.Scan)
	if err != nil || who.Name != "А***к А***в" || who.Type != payments.TypeB2C {
		t.Fatalf("check: %+v, %v", who, err)
	}
	created, err := w.client.Create(ctx, first)
	if err != nil || created.Status != payments.StatusCreated || created.Amount != 600 || created.TransactionID == "" {
		t.Fatalf("create: %+v, %v", created, err)
	}
	again, err := w.client.Create(ctx, first)
	if diff := cmp.Diff(again, created); err != nil || diff != "" {
		t.Errorf("create again: %v\n%s", err, diff)
	}
	failed := pay(t, w, link(t, "NOBODY", 0), 1000)
	other := first
	other.Amount = 100
	company := refundOf(paid, "refund-4", 100)
	company.Type = payments.TypeB2B
	dollars := refundOf(paid, "refund-5", 100)
	dollars.Currency = "840"
	for name, tt := range map[string]struct {
		order payments.Order
		want  payments.Code
	}{
		"the same id, another sum":    {other, payments.CodeImpossible},
		"more than is left":           {refundOf(paid, "refund-2", 401), payments.CodeSumTooLarge},
		"of a payment nobody knows":   {refundOf(operator.Payment{TransactionID: "none"}, "refund-3", 1), payments.CodeRecipientWrong},
		"of a payment that failed":    {refundOf(failed, "refund-8", 1), payments.CodeRecipientWrong},
		"of a refund":                 {refundOf(operator.Payment{TransactionID: created.TransactionID}, "refund-6", 1), payments.CodeRecipientWrong},
		"not a payment to a customer": {company, payments.CodeDataWrong},
		"another currency":            {dollars, payments.CodeDataWrong},
	} {
		if _, err := w.client.Create(ctx, tt.order); payments.CodeOf(err) != tt.want {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
	for range 2 {
		done, err := w.client.Execute(ctx, created.TransactionID)
		if err != nil || done.Status != payments.StatusSuccess || !done.ExecutedAt.Equal(w.clock.Now()) {
			t.Errorf("execute: %+v, %v", done, err)
		}
	}
	if got := w.op.Payments(); len(got) != 2 || got[1].Refunded != 600 {
		t.Errorf("the payer sees %+v", got)
	}
	late, err := w.client.Create(ctx, refundOf(paid, "refund-7", 400))
	if err != nil {
		t.Fatal(err)
	}
	w.clock.add(61 * time.Second)
	if done, err := w.client.Execute(ctx, late.TransactionID); err != nil || done.Status != payments.StatusCanceled {
		t.Errorf("executed after a minute: %+v, %v", done, err)
	}
	if _, err := w.client.Execute(ctx, paid.TransactionID); payments.CodeOf(err) != payments.CodeImpossible {
		t.Errorf("executing the payer's payment: %v", err)
	}
}

func TestOurWordAboutAPayment(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.op.Misbehave(operator.Mischief{DelayUpdate: time.Hour})
	paid := pay(t, w, link(t, "OPEN", 0), 1000)
	for _, step := range []struct {
		name   string
		status payments.Status
		want   payments.Code
	}{
		{"no final status", payments.StatusCreated, payments.CodeImpossible},
		{"our status", payments.StatusSuccess, ""},
		{"the same again", payments.StatusSuccess, ""},
		{"another after it", payments.StatusCanceled, payments.CodeImpossible},
	} {
		if err := w.client.Update(ctx, paid.TransactionID, step.status, w.clock.Now()); payments.CodeOf(err) != step.want || (err == nil) != (step.want == "") {
			t.Errorf("%s: %v, want %q", step.name, err, step.want)
		}
	}
	if status, err := w.client.Status(ctx, paid.TransactionID); err != nil || status != payments.StatusSuccess {
		t.Errorf("afterwards: %d, %v", status, err)
	}
	if _, err := w.client.Status(ctx, "none"); !errors.Is(err, payments.ErrNotFound) {
		t.Errorf("unknown: %v", err)
	}
}

func TestOperatorKnowsItsPSP(t *testing.T) {
	w := newWorld(t)
	paid := pay(t, w, link(t, "OPEN", 0), 1000)
	sign, err := wire.NewSigner(ourKey())
	if err != nil {
		t.Fatal(err)
	}
	target := wire.OutboundPath + "get/" + paid.TransactionID
	hash, err := sign.Sign(target, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		change func(http.Header)
		want   int
	}{
		"all is well":     {func(http.Header) {}, 200},
		"no token":        {func(h http.Header) { h.Del(wire.HeaderPSPToken) }, 403},
		"wrong token":     {func(h http.Header) { h.Set(wire.HeaderPSPToken, "x") }, 403},
		"wrong id":        {func(h http.Header) { h.Set(wire.HeaderPSPID, "x") }, 403},
		"no version":      {func(h http.Header) { h.Del(wire.HeaderSigningVersion) }, 403},
		"no signature":    {func(h http.Header) { h.Del(wire.HeaderHash) }, 403},
		"wrong signature": {func(h http.Header) { h.Set(wire.HeaderHash, strings.Repeat("A", len(hash))) }, 403},
	} {
		request, err := http.NewRequest("GET", w.address+target, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set(wire.HeaderPSPToken, w.op.PSPToken().Reveal())
		request.Header.Set(wire.HeaderPSPID, w.op.PSPID())
		request.Header.Set(wire.HeaderSigningVersion, "2")
		request.Header.Set(wire.HeaderHash, hash)
		tt.change(request.Header)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != tt.want {
			t.Errorf("%s: %d, want %d", name, response.StatusCode, tt.want)
		}
	}
}

func TestOperatorThatDoesNotAnswer(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	paid := pay(t, w, link(t, "OPEN", 0), 1000)
	w.op.Misbehave(operator.Mischief{Unavailable: true})
	if _, err := w.client.Get(ctx, paid.TransactionID); !errors.Is(err, wire.ErrNoAnswer) {
		t.Errorf("unavailable: %v", err)
	}
	w.op.Misbehave(operator.Mischief{DropAnswers: true})
	if got, err := w.client.Get(ctx, paid.TransactionID); err != nil || got.Status != payments.StatusSuccess {
		t.Errorf("first answer lost, then: %+v, %v", got, err)
	}
	// The create happened, its answer is lost, and it is ours to find out.
	order := refundOf(paid, "refund-1", 500)
	if _, err := w.client.Create(ctx, order); !errors.Is(err, wire.ErrNoAnswer) {
		t.Errorf("create: %v, want ErrNoAnswer", err)
	}
	first, err := w.client.Create(ctx, order)
	if err != nil {
		t.Fatal(err)
	}
	second, err := w.client.Create(ctx, order)
	if diff := cmp.Diff(second, first); err != nil || diff != "" {
		t.Errorf("two refunds: %v\n%s", err, diff)
	}
}

func TestCards(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	const card = payments.CardNumber("9417123456781234")
	token, err := w.credits.Tokenize(ctx, card)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := w.credits.Tokenize(ctx, card); err != nil || again != token {
		t.Errorf("the same card: %s and %s, %v", token, again, err)
	}
	if other, err := w.credits.Tokenize(ctx, "9417123456785678"); err != nil || other == token {
		t.Errorf("another card: %s, %v", other, err)
	}
	if _, err := w.credits.Tokenize(ctx, "4111111111111111"); payments.CodeOf(err) != payments.CodeCardRefused {
		t.Errorf("a card of another system: %v", err)
	}
	order := wire.CreditOrder{ID: "credit-1", Token: token, Amount: 1000}
	for range 2 {
		if got, err := w.credits.Credit(ctx, order); err != nil || got.Status != wire.CreditDone {
			t.Errorf("credit: %+v, %v", got, err)
		}
	}
	other := order
	other.Amount = 1001
	if _, err := w.credits.Credit(ctx, other); payments.CodeOf(err) != payments.CodeImpossible {
		t.Errorf("another sum under the same id: %v", err)
	}
	stranger := wire.CreditOrder{ID: "credit-2", Token: strings.Repeat("0", 32), Amount: 1}
	if _, err := w.credits.Credit(ctx, stranger); payments.CodeOf(err) != payments.CodeRecipientWrong {
		t.Errorf("unknown token: %v", err)
	}
	w.op.Misbehave(operator.Mischief{SlowCredits: true})
	slow := wire.CreditOrder{ID: "credit-3", Token: token, Amount: 5}
	if got, err := w.credits.Credit(ctx, slow); err != nil || got.Status != wire.CreditAccepted {
		t.Errorf("slow credit: %+v, %v", got, err)
	}
	if got, err := w.credits.CreditStatus(ctx, "credit-3"); err != nil || got.Status != wire.CreditDone {
		t.Errorf("asked: %+v, %v", got, err)
	}
	w.op.Misbehave(operator.Mischief{RefuseCredits: true})
	if got, err := w.credits.Credit(ctx, wire.CreditOrder{ID: "credit-4", Token: token, Amount: 5}); err != nil || got.Status != wire.CreditRefused || got.Reason == "" {
		t.Errorf("refused credit: %+v, %v", got, err)
	}
	if _, err := w.credits.CreditStatus(ctx, "credit-9"); !errors.Is(err, payments.ErrNotFound) {
		t.Errorf("unknown credit: %v", err)
	}
	const masked = "9417 **** **** 1234"
	want := []operator.Credit{
		{ID: "credit-4", Token: token, Card: masked, Amount: 5, Status: "refused", At: w.clock.Now()},
		{ID: "credit-3", Token: token, Card: masked, Amount: 5, Status: "done", At: w.clock.Now()},
		{ID: "credit-1", Token: token, Card: masked, Amount: 1000, Status: "done", At: w.clock.Now()},
	}
	if diff := cmp.Diff(w.op.Credits(), want); diff != "" {
		t.Errorf("credits (-got +want):\n%s", diff)
	}
}

// fetch gets a clearing file.
func fetch(t *testing.T, w *world, name string, into any) int {
	t.Helper()
	response, err := http.Get(w.address + "/clearing/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode == 200 {
		if err := json.Unmarshal(body, into); err != nil {
			t.Fatal(err)
		}
	}
	return response.StatusCode
}

func TestClearingFiles(t *testing.T) {
	w := newWorld(t)
	paid := pay(t, w, link(t, "OPEN", 0), 1000) // a Friday afternoon: closes on Monday
	pay(t, w, link(t, "NOBODY", 0), 1000)       // failed: in no file
	refund, err := w.client.Create(t.Context(), refundOf(paid, "refund-1", 300))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.client.Execute(t.Context(), refund.TransactionID); err != nil {
		t.Fatal(err)
	}
	var ipc []map[string]any
	if status := fetch(t, w, "2026-01-05.json", &ipc); status != 200 || len(ipc) != 2 {
		t.Fatalf("IPC: %d, %d entries", status, len(ipc))
	}
	want := map[string]any{
		"transaction_id": paid.TransactionID, "transaction_type": "20", "amount": 1000.0, "interchange": 0.0, "psp_id": 900.0,
		"psp_name": "ELKART Trade", "aqr_bic": "100001", "iss_bic": "100002", "bic": "100002", "bank_account_id": 1.0,
		"bank_account": "1000020000000001", "executed_time": "2026-01-02T08:00:00Z", "created": "2026-01-02T08:00:00Z",
	}
	if diff := cmp.Diff(ipc[0], want); diff != "" {
		t.Errorf("IPC (-got +want):\n%s", diff)
	}
	if ipc[1]["transaction_type"] != "40" || ipc[1]["transaction_id"] != refund.TransactionID {
		t.Errorf("refund: %v", ipc[1])
	}
	var demir struct {
		Transactions []map[string]any
		Checksum     map[string]any
	}
	if status := fetch(t, w, "demirbank/2026-01-05.json", &demir); status != 200 || len(demir.Transactions) != 2 {
		t.Fatalf("DemirBank: %d, %d entries", status, len(demir.Transactions))
	}
	want = map[string]any{
		"transaction_no": paid.TransactionID, "dtcr_flag": "C", "amount": 1000.0, "commission": 0.0, "curr": "KGS",
		"transaction_type": "20", "bic": "100002", "bank_account": "1000020000000001", "psp_id": 900.0, "bank_id": 1.0,
		"created_time": "02/01/2026 14:00:00", "executed_time": "02/01/2026 14:00:00",
	}
	if diff := cmp.Diff(demir.Transactions[0], want); diff != "" {
		t.Errorf("DemirBank (-got +want):\n%s", diff)
	}
	if diff := cmp.Diff(demir.Checksum, map[string]any{"total_count": 2.0, "total_sum": 1300.0}); diff != "" {
		t.Errorf("checksum (-got +want):\n%s", diff)
	}
	if demir.Transactions[1]["dtcr_flag"] != "D" {
		t.Errorf("refund: %v", demir.Transactions[1])
	}
	for name, want := range map[string]int{
		"2026-01-02.json": 200, "2026-01-06.json": 200, "2026-01-04.json": 404, "2026-13-01.json": 404, "2026-01-05": 404, "x": 404,
	} {
		var entries []any
		if got := fetch(t, w, name, &entries); got != want || len(entries) != 0 {
			t.Errorf("%s: %d, %d entries; want %d and none", name, got, len(entries), want)
		}
	}
}

func TestClearingDate(t *testing.T) {
	for at, want := range map[string]string{
		"2026-01-02T09:04:59+06:00": "2026-01-02", // Friday, before the close
		"2026-01-02T09:05:00+06:00": "2026-01-05",
		"2026-01-02T03:04:59Z":      "2026-01-02",
		"2026-01-03T12:00:00+06:00": "2026-01-05", // Saturday
		"2026-01-04T23:59:59+06:00": "2026-01-05",
		"2026-01-05T00:00:00+06:00": "2026-01-05",
		"2026-01-05T10:00:00+06:00": "2026-01-06",
		"2025-12-31T22:00:00Z":      "2026-01-01",
	} {
		moment, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := operator.ClearingDate(moment); got != want {
			t.Errorf("%s: %s, want %s", at, got, want)
		}
	}
}
