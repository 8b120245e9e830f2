package operator_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/bot/demo/operator"
	"elkart.kg/trade/payments"
	wire "elkart.kg/trade/payments/operator"
)

func pay(t *testing.T, w *world, link string, amount int64) operator.Payment {
	t.Helper()
	p, err := w.op.Pay(t.Context(), link, amount)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestScanShowsWhatIsPaid(t *testing.T) {
	w := newWorld(t)
	tests := []struct {
		name   string
		link   string
		amount int64
		want   operator.Preview
		checks int
	}{
		{"charge", link(t, "COFFEE", 15000), 0,
			operator.Preview{Payee: "Kafe Ala-Too", MaskedName: "К***е А***о", Account: "COFFEE", Service: "ELKART",
				Amount: 15000, Dynamic: true, Comment: "кофе"}, 1},
		{"charge, another sum typed", link(t, "COFFEE", 15000), 1,
			operator.Preview{Payee: "Kafe Ala-Too", MaskedName: "К***е А***о", Account: "COFFEE", Service: "ELKART",
				Amount: 15000, Dynamic: true, Comment: "кофе"}, 1},
		{"open sum, not typed yet: nobody is asked", link(t, "OPEN", 0), 0,
			operator.Preview{Payee: "Kafe Ala-Too", Account: "OPEN", Service: "ELKART", AmountEditable: true, Open: true, Comment: "кофе"}, 0},
		{"open sum, typed", link(t, "OPEN", 0), 700,
			operator.Preview{Payee: "Kafe Ala-Too", MaskedName: "К***е А***о", Account: "OPEN", Service: "ELKART",
				Amount: 700, AmountEditable: true, Open: true, Comment: "кофе"}, 1},
		{"unknown payee", link(t, "NOBODY", 0), 700,
			operator.Preview{Payee: "Kafe Ala-Too", Account: "NOBODY", Service: "ELKART", Amount: 700, AmountEditable: true, Open: true,
				Comment: "кофе", Code: 452, Error: "Получатель не найден, или этот код больше не действует."}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w.shop.checks = 0
			got, err := w.op.Scan(t.Context(), tt.link, tt.amount)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(got, tt.want); diff != "" {
				t.Errorf("(-got +want):\n%s", diff)
			}
			if w.shop.checks != tt.checks {
				t.Errorf("%d checks, want %d", w.shop.checks, tt.checks)
			}
		})
	}
	for _, text := range []string{"", "hello", strings.Replace(link(t, "OPEN", 0), "OPEN", "OPEM", 1)} {
		if got, err := w.op.Scan(t.Context(), text, 100); err != nil || got.Error == "" {
			t.Errorf("Scan(%q) = %+v, %v", text, got, err)
		}
	}
}

func TestPayFromLinkToConfirmation(t *testing.T) {
	w := newWorld(t)
	got := pay(t, w, "  "+link(t, "OPEN", 0)+"\n", 12345)
	if diff := cmp.Diff(story(got), []string{"check 200", "create 200", "execute 200", "update 200"}); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
	p := w.shop.payment(t)
	if p.State != payments.PaymentSucceeded || p.Amount != 12345 || p.OperatorID != got.TransactionID || p.ReceiptID != got.ReceiptID {
		t.Errorf("at the shop: %+v", p)
	}
	if got.Status != 50 || got.Amount != 12345 || got.Payee != "Kafe Ala-Too" || got.Comment != "кофе" || got.Code != 0 {
		t.Errorf("at the payer: %+v", got)
	}
	status, err := w.client.Status(t.Context(), got.TransactionID)
	if err != nil || status != payments.StatusSuccess {
		t.Errorf("asked: %d, %v", status, err)
	}
	second := pay(t, w, link(t, "COFFEE", 15000), 0)
	history := w.op.Payments()
	if len(history) != 2 || history[0].TransactionID != second.TransactionID || history[1].TransactionID != got.TransactionID {
		t.Errorf("history is not newest first: %+v", history)
	}
}

func TestRefusedPayments(t *testing.T) {
	w := newWorld(t)
	tests := []struct {
		name, link string
		amount     int64
		code       int
		steps      []string
	}{
		{"unknown payee", link(t, "NOBODY", 0), 500, 452, []string{"check 452!"}},
		{"another sum than the charge's", link(t, "COFFEE", 99), 0, 454, []string{"check 454!"}},
		{"no sum", link(t, "OPEN", 0), 0, 0, nil},
		{"no link", "https://example.org", 100, 0, nil},
	}
	for _, tt := range tests {
		got := pay(t, w, tt.link, tt.amount)
		if got.Status != 30 || got.Code != tt.code || got.Message == "" {
			t.Errorf("%s: %+v", tt.name, got)
		}
		if diff := cmp.Diff(story(got), tt.steps); diff != "" {
			t.Errorf("%s (-got +want):\n%s", tt.name, diff)
		}
	}
	if len(w.shop.payments) != 0 {
		t.Errorf("payments at the shop: %v", w.shop.payments)
	}
}

func TestMischief(t *testing.T) {
	tests := []struct {
		name     string
		mischief operator.Mischief
		steps    []string
		status   int
		state    payments.PaymentState
		told     []string
	}{
		{"every call twice more", operator.Mischief{RepeatCalls: 2},
			[]string{"check 200", "check 200", "check 200", "create 200", "create 200", "create 200",
				"execute 200", "execute 200", "execute 200", "update 200", "update 200", "update 200"},
			50, payments.PaymentSucceeded, []string{"succeeded"}},
		{"answers lost, calls repeated", operator.Mischief{DropAnswers: true},
			[]string{"check answer lost!", "check 200", "create answer lost!", "create 200",
				"execute answer lost!", "execute 200", "update answer lost!", "update 200"},
			50, payments.PaymentSucceeded, []string{"succeeded"}},
		{"confirmation before execute", operator.Mischief{Reorder: true},
			[]string{"check 200", "create 200", "update 422!", "execute 200", "update 200"},
			50, payments.PaymentSucceeded, []string{"succeeded"}},
		{"confirmation never comes", operator.Mischief{DropUpdate: true},
			[]string{"check 200", "create 200", "execute 200"}, 50, payments.PaymentExecuting, nil},
		{"cancelled after success", operator.Mischief{CancelAfterSuccess: true},
			[]string{"check 200", "create 200", "execute 200", "update 200"}, 40, payments.PaymentCancelled, []string{"cancelled"}},
		{"cancelled after confirmation", operator.Mischief{CancelAfterConfirm: true},
			[]string{"check 200", "create 200", "execute 200", "update 200", "update 200"},
			40, payments.PaymentReversed, []string{"succeeded", "reversed"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.op.Misbehave(tt.mischief)
			got := pay(t, w, link(t, "OPEN", 0), 500)
			if diff := cmp.Diff(story(got), tt.steps); diff != "" {
				t.Errorf("steps (-got +want):\n%s", diff)
			}
			if got.Status != tt.status {
				t.Errorf("status %d, want %d", got.Status, tt.status)
			}
			if p := w.shop.payment(t); p.State != tt.state {
				t.Errorf("the shop has it %s, want %s", p.State, tt.state)
			}
			if diff := cmp.Diff(w.shop.told, tt.told); diff != "" {
				t.Errorf("told (-got +want):\n%s", diff)
			}
			w.op.Misbehave(operator.Mischief{})
			if status, err := w.client.Status(t.Context(), got.TransactionID); err != nil || int(status) != tt.status {
				t.Errorf("asked: %d, %v", status, err)
			}
		})
	}
}

func TestFiftyOfEachCallAtOnce(t *testing.T) {
	w := newWorld(t)
	w.op.Misbehave(operator.Mischief{RepeatCalls: 49, Parallel: true})
	got := pay(t, w, link(t, "OPEN", 0), 500)
	if len(got.Steps) != 200 || got.Status != 50 {
		t.Errorf("%d calls, status %d", len(got.Steps), got.Status)
	}
	for _, step := range got.Steps {
		if step.Failed {
			t.Errorf("%+v", step)
		}
	}
	if p := w.shop.payment(t); p.State != payments.PaymentSucceeded || !slices.Equal(w.shop.told, []string{"succeeded"}) {
		t.Errorf("%s, told %v", p.State, w.shop.told)
	}
}

func TestWrongSignatureGetsNowhere(t *testing.T) {
	w := newWorld(t)
	w.op.Misbehave(operator.Mischief{WrongSignature: true})
	got := pay(t, w, link(t, "OPEN", 0), 500)
	if diff := cmp.Diff(story(got), []string{"check 403!"}); diff != "" || got.Status != 30 || got.Code != 403 {
		t.Errorf("%+v (-got +want):\n%s", got, diff)
	}
	if _, err := w.client.Get(t.Context(), got.TransactionID); err == nil {
		t.Error("our client believes a stranger's signature")
	}
	if preview, err := w.op.Scan(t.Context(), link(t, "OPEN", 0), 500); err != nil || preview.Code != 403 {
		t.Errorf("scan: %+v, %v", preview, err)
	}
}

func TestDelayedConfirmation(t *testing.T) {
	w := newWorld(t)
	w.op.Misbehave(operator.Mischief{DelayUpdate: time.Minute})
	got := pay(t, w, link(t, "OPEN", 0), 500)
	if got.Status != 20 || len(got.Steps) != 3 {
		t.Errorf("before: status %d, steps %v", got.Status, story(got))
	}
	if p := w.shop.payment(t); p.State != payments.PaymentExecuting {
		t.Errorf("before: the shop has it %s", p.State)
	}
	if status, err := w.client.Status(t.Context(), got.TransactionID); err != nil || status != payments.StatusInProcess {
		t.Errorf("before: asked: %d, %v", status, err)
	}
	heard := make(chan struct{})
	w.shop.mu.Lock()
	w.shop.heard = heard
	w.shop.mu.Unlock()
	w.clock.nod()
	<-heard
	w.op.Close() // and the step is noted
	if p := w.shop.payment(t); p.State != payments.PaymentSucceeded {
		t.Errorf("after: the shop has it %s", p.State)
	}
	if after := w.op.Payments()[0]; after.Status != 50 || len(after.Steps) != 4 {
		t.Errorf("after: status %d, steps %v", after.Status, story(after))
	}
}

func TestCloseGivesUpDelayedConfirmations(t *testing.T) {
	w := newWorld(t)
	w.op.Misbehave(operator.Mischief{DelayUpdate: time.Hour})
	pay(t, w, link(t, "OPEN", 0), 500)
	w.op.Close() // hangs if the hour is waited for
	if p := w.shop.payment(t); p.State != payments.PaymentExecuting {
		t.Errorf("the shop has it %s", p.State)
	}
}

// unsurePSP signs what it answers: IN_PROCESS for a while after execute.
func unsurePSP(t *testing.T, unsure int) string {
	t.Helper()
	sign, err := wire.NewSigner(ourKey())
	if err != nil {
		t.Fatal(err)
	}
	var id atomic.Value
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status := 10
		switch call := strings.Split(r.URL.Path, "/")[5]; call {
		case "check":
			answer(t, w, sign, r, `{"beneficiaryName":"К***е","transactionType":20}`)
			return
		case "create":
			var order struct{ TransactionID string }
			if err := json.NewDecoder(r.Body).Decode(&order); err != nil {
				t.Error(err)
			}
			id.Store(order.TransactionID)
		case "update":
			answer(t, w, sign, r, "")
			return
		default:
			status = 20
			if asked.Add(1) > int64(unsure) {
				status = 50
			}
		}
		answer(t, w, sign, r, fmt.Sprintf(`{"transactionId":%q,"status":%d,"amount":500}`, id.Load(), status))
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func answer(t *testing.T, w http.ResponseWriter, sign *wire.Signer, r *http.Request, body string) {
	hash, err := sign.Sign(r.RequestURI, []byte(body))
	if err != nil {
		t.Error(err)
	}
	w.Header().Set(wire.HeaderHash, hash)
	_, _ = io.WriteString(w, body)
}

func TestOperatorAsksWhileWeCannotKnow(t *testing.T) {
	for _, tt := range []struct {
		name         string
		unsure, asks int
		status       int
	}{
		{"known at the second question", 2, 2, 50},
		{"never known: cancelled after 45 s", 1000, 45, 40},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			if err := w.op.SetPSP(unsurePSP(t, tt.unsure)); err != nil {
				t.Fatal(err)
			}
			done := make(chan operator.Payment)
			go func() {
				p, err := w.op.Pay(t.Context(), link(t, "OPEN", 0), 500)
				if err != nil {
					t.Error(err)
				}
				done <- p
			}()
			for range tt.asks {
				w.clock.nod()
			}
			got := <-done
			want := append([]string{"check 200", "create 200", "execute 200"}, slices.Repeat([]string{"get 200"}, tt.asks)...)
			want = append(want, "update 200")
			if diff := cmp.Diff(story(got), want); diff != "" || got.Status != tt.status {
				t.Errorf("status %d (-got +want):\n%s", got.Status, diff)
			}
		})
	}
}

func TestOperatorCancelsWhenNobodyAnswers(t *testing.T) {
	w := newWorld(t)
	if err := w.op.SetPSP("http://127.0.0.1:1"); err != nil {
		t.Fatal(err)
	}
	got := pay(t, w, link(t, "OPEN", 0), 500)
	if diff := cmp.Diff(story(got), []string{"check no answer!"}); diff != "" || got.Status != 30 || got.Code != 0 || got.Message == "" {
		t.Errorf("%+v (-got +want):\n%s", got, diff)
	}
}

func TestAnswerAboutAnotherSumIsNoAnswer(t *testing.T) {
	w := newWorld(t)
	w.shop.short = 1
	got := pay(t, w, link(t, "OPEN", 0), 500)
	if diff := cmp.Diff(story(got), []string{"check 200", "create 200", "update 200"}); diff != "" || got.Status != 40 {
		t.Errorf("status %d (-got +want):\n%s", got.Status, diff)
	}
	if p := w.shop.payment(t); p.State != payments.PaymentCancelled {
		t.Errorf("the shop has it %s", p.State)
	}
}
