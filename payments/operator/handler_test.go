package operator_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/operator"
)

// The messages of these tests are written out, not made by the code under test.
const (
	checkBody = `{"qrType":"dynamicQr","merchantProvider":"elcart.kg","merchantId":"17","serviceId":"1","serviceName":"ELKART",` +
		`"beneficiaryAccountNumber":"ABC","merchantCode":5411,"currencyCode":"417","qrTransactionId":"T1","qrComment":"кофе \u00ab\ud83c\udf55\u00bb",` +
		`"customerType":"1","amount":50000,"qrLinkHash":"b4Ef","extra":[{"key":"table","value":"7"},{"key":"note","value":""}]}`
	createBody = `{"qrType":"staticQr","merchantProvider":"elcart.kg","merchantCode":0,"currencyCode":"417","customerType":"2","amount":1,` +
		`"qrLinkHash":"0000","transactionId":"op-1","pspTransactionId":"psp-1","receiptId":"r-1","transactionType":20}`
	updateBody = `{"status": 50, "updateDate": "2026-01-02T15:04:05Z"}`
)

func refusalBody(status int, message string) string {
	return fmt.Sprintf(`{"code":%d,"message":%q}`, status, message)
}

func TestOnePaymentOverTheWire(t *testing.T) {
	h := newHouse(t)
	steps := []struct{ method, target, body, want string }{
		{"POST", "/in/qr/1/tx/check", checkBody, `{"beneficiaryName":"C***e A***o","transactionType":20}`},
		{"POST", "/in/qr/1/tx/create", createBody, `{"transactionId":"op-1","status":10,"transactionType":20,"amount":1,"beneficiaryName":"C***e A***o",` +
			`"customerType":"2","receiptId":"r-1","createdDate":"2026-01-02T12:00:00Z","executedDate":""}`},
		{"POST", "/in/qr/1/tx/execute/op-1", "", `{"transactionId":"op-1","status":50,"transactionType":20,"amount":1,"beneficiaryName":"C***e A***o",` +
			`"customerType":"2","receiptId":"r-1","createdDate":"2026-01-02T12:00:00Z","executedDate":"2026-01-02T12:00:01Z"}`},
		{"POST", "/in/qr/1/tx/update/op-1", updateBody, ""},
		{"GET", "/in/qr/1/tx/get/op-1?trace=a%20b", "", `{"transactionId":"op-1","status":50,"transactionType":20,"amount":1,"beneficiaryName":"C***e A***o",` +
			`"customerType":"2","receiptId":"r-1","createdDate":"2026-01-02T12:00:00Z","executedDate":"2026-01-02T12:00:01Z"}`},
	}
	for _, step := range steps {
		got := h.call(t, step.method, step.target, step.body)
		if got.status != 200 || got.body != step.want {
			t.Fatalf("%s: %d %s\nwant 200 %s", step.target, got.status, got.body, step.want)
		}
		over := got.body
		if over == "" {
			over = step.target
		}
		if !holds(&ourKey().PublicKey, over, got.header.Get("H-HASH")) {
			t.Errorf("%s: the answer's signature is not over %q", step.target, over)
		}
		if cache := got.header.Get("Cache-Control"); cache != "no-store" {
			t.Errorf("%s: Cache-Control = %q", step.target, cache)
		}
		if kind := got.header.Get("Content-Type"); step.want != "" && kind != "application/json" {
			t.Errorf("%s: Content-Type = %q", step.target, kind)
		}
	}
	wantScan := payments.Scan{
		Dynamic: true, Provider: "elcart.kg", ServiceID: "1", MerchantCode: "17", ServiceName: "ELKART", Account: "ABC",
		QRTransactionID: "T1", MCC: 5411, Currency: "417", Comment: "кофе «🍕»", Customer: payments.CustomerPerson,
		Amount: 50000, LinkHash: "b4Ef", Extra: []payments.Extra{{Key: "table", Value: "7"}, {Key: "note"}},
	}
	if diff := cmp.Diff(h.scan, wantScan); diff != "" {
		t.Errorf("scan (-got +want):\n%s", diff)
	}
	wantOrder := payments.Order{
		Scan:       payments.Scan{Provider: "elcart.kg", Currency: "417", Customer: payments.CustomerCompany, Amount: 1, LinkHash: "0000"},
		OperatorID: "op-1", PSPTransactionID: "psp-1", ReceiptID: "r-1", Type: payments.TypeC2B,
	}
	if diff := cmp.Diff(h.order, wantOrder); diff != "" {
		t.Errorf("order (-got +want):\n%s", diff)
	}
	if want := time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC); !h.updated.Equal(want) {
		t.Errorf("update's time = %v, want %v", h.updated, want)
	}
}

// Who cannot sign learns nothing: one body for all, whatever the path.
func TestForgedCallsAreForbidden(t *testing.T) {
	h := newHouse(t)
	const target, body = "/in/qr/1/tx/execute/op-1", `{"status": 50}`
	good := hashOf(t, operatorKey(), target)
	tests := []struct {
		name, method, target, body string
		header                     http.Header
	}{
		{"no signature", "POST", target, "", nil},
		{"empty signature", "POST", target, "", http.Header{"H-Hash": {""}}},
		{"not Base64", "POST", target, "", http.Header{"H-Hash": {strings.Repeat("!", 344)}}},
		{"two signatures", "POST", target, "", http.Header{"H-Hash": {good, good}}},
		{"another key", "POST", target, "", signed(t, nextKey(), target, "")},
		{"our own key", "POST", target, "", signed(t, ourKey(), target, "")},
		{"signature of another path", "POST", "/in/qr/1/tx/execute/op-2", "", http.Header{"H-Hash": {good}}},
		{"query added", "POST", target + "?x=1", "", http.Header{"H-Hash": {good}}},
		{"path escaped otherwise", "POST", "/in/qr/1/tx/execute/op%2D1", "", http.Header{"H-Hash": {good}}},
		{"body added to a signed path", "POST", target, body, http.Header{"H-Hash": {good}}},
		{"body changed", "POST", "/in/qr/1/tx/update/op-1", strings.Replace(updateBody, "50", "40", 1),
			signed(t, operatorKey(), "", updateBody)},
		{"body gone", "POST", "/in/qr/1/tx/check", "", signed(t, operatorKey(), "", checkBody)},
		{"broken JSON", "POST", "/in/qr/1/tx/check", "{", nil},
		{"no such call", "POST", "/in/qr/1/tx/nothing", "", nil},
		{"no such version", "POST", "/in/qr/2/tx/check", "{}", nil},
		{"wrong method", "DELETE", target, "", nil},
		{"another place altogether", "GET", "/", "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := h.send(t, tt.method, tt.target, tt.body, tt.header)
			if want := refusalBody(403, "forbidden"); got.status != 403 || got.body != want {
				t.Errorf("%d %s, want 403 %s", got.status, got.body, want)
			}
			if !holds(&ourKey().PublicKey, got.body, got.header.Get("H-HASH")) {
				t.Error("the refusal is not signed")
			}
			if call := <-h.diary.calls; call.Signed || call.Name != "" || call.OperatorID != "" || call.HTTPStatus != 403 {
				t.Errorf("journal has %+v", call)
			}
		})
	}
	if len(h.payee.calls) != 0 {
		t.Errorf("calls got through: %v", h.payee.calls)
	}
}

func TestPathsAndMethods(t *testing.T) {
	longest := strings.Repeat("я", 50)
	escaped := strings.Repeat("%D1%8F", 50)
	tests := []struct {
		name, method, target, body string
		want                       int
		called                     string
	}{
		{"slash in an id", "GET", "/in/qr/1/tx/get/a%2Fb", "", 404, "get a/b"},
		{"lower-case escape", "GET", "/in/qr/1/tx/get/a%2fb", "", 404, "get a/b"},
		{"sign that should be escaped and is not", "GET", "/in/qr/1/tx/get/a|b", "", 404, "get a|b"},
		{"plus is a plus", "GET", "/in/qr/1/tx/get/a+b", "", 404, "get a+b"},
		{"longest id, Cyrillic", "GET", "/in/qr/1/tx/get/" + escaped, "", 404, "get " + longest},
		{"id too long", "GET", "/in/qr/1/tx/get/" + escaped + "x", "", 400, ""},
		{"NUL in an id", "GET", "/in/qr/1/tx/get/a%00b", "", 400, ""},
		{"id is not UTF-8", "POST", "/in/qr/1/tx/execute/%FF", "", 400, ""},
		{"dots are an id", "GET", "/in/qr/1/tx/get/..%2F..", "", 404, "get ../.."},
		{"no id", "GET", "/in/qr/1/tx/get/", "", 404, ""},
		{"no id, no slash", "POST", "/in/qr/1/tx/execute", "", 404, ""},
		{"two ids", "POST", "/in/qr/1/tx/execute/a/b", "", 404, ""},
		{"id where none belongs", "POST", "/in/qr/1/tx/check/a", checkBody, 404, ""},
		{"version 2", "POST", "/in/qr/2/tx/check", checkBody, 404, ""},
		{"version 01", "POST", "/in/qr/01/tx/check", checkBody, 404, ""},
		{"capital letters", "POST", "/in/qr/1/tx/Check", checkBody, 404, ""},
		{"doubled slash", "POST", "/in/qr/1//tx/check", checkBody, 404, ""},
		{"get by POST", "POST", "/in/qr/1/tx/get/a", "", 405, ""},
		{"execute by GET", "GET", "/in/qr/1/tx/execute/a", "", 405, ""},
		{"check by PUT", "PUT", "/in/qr/1/tx/check", checkBody, 405, ""},
		// A body that was signed for anything else must not execute anything.
		{"execute with a signed body", "POST", "/in/qr/1/tx/execute/a", checkBody, 400, ""},
		{"get with a signed body", "GET", "/in/qr/1/tx/get/a", checkBody, 400, ""},
		{"check without a body", "POST", "/in/qr/1/tx/check", "", 400, ""},
		{"update without a body", "POST", "/in/qr/1/tx/update/a", "", 400, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t)
			got := h.call(t, tt.method, tt.target, tt.body)
			if got.status != tt.want {
				t.Errorf("%d %s, want %d", got.status, got.body, tt.want)
			}
			if called := strings.Join(h.payee.calls, ","); called != tt.called {
				t.Errorf("called %q, want %q", called, tt.called)
			}
			if allow := got.header.Get("Allow"); (allow != "") != (tt.want == 405) {
				t.Errorf("Allow = %q", allow)
			}
			if !holds(&ourKey().PublicKey, got.body, got.header.Get("H-HASH")) {
				t.Error("the answer is not signed")
			}
		})
	}
}

func TestFailuresOnTheWire(t *testing.T) {
	tests := []struct {
		err  error
		want int
	}{
		{payments.Fail(payments.CodeRecipientWrong), 452},
		{payments.Fail(payments.CodeLinkNotFound), 452},
		{payments.Fail(payments.CodeLinkClosed, "state", "expired"), 452},
		{payments.Fail(payments.CodeOutletNotFound), 452},
		{payments.Fail(payments.CodeAccessDenied), 453},
		{payments.Fail(payments.CodeDataWrong, "field", "amount"), 454},
		{payments.Fail(payments.CodeSumTooSmall, "min", 100), 455},
		{payments.Fail(payments.CodeSumTooLarge, "max", 100), 456},
		{fmt.Errorf("create: %w", payments.Fail(payments.CodeImpossible)), 422},
		{payments.Fail(payments.CodePaymentNotFound), 404},
		{payments.Fail(payments.CodeTokenizerDown), 523},
		{payments.Fail(payments.CodeNotAllowed), 500},
		{payments.ErrNotFound, 500},
		{fmt.Errorf("pool: %w", context.DeadlineExceeded), 500},
		{fmt.Errorf("FATAL: password of user \"trade\""), 500},
	}
	bodies := make(map[int]string)
	for _, tt := range tests {
		t.Run(tt.err.Error(), func(t *testing.T) {
			h := newHouse(t)
			h.err = tt.err
			got := h.call(t, "POST", "/in/qr/1/tx/check", checkBody)
			if got.status != tt.want {
				t.Fatalf("%d %s, want %d", got.status, got.body, tt.want)
			}
			var message struct {
				Code    int
				Message string
			}
			if err := json.Unmarshal([]byte(got.body), &message); err != nil || message.Code != tt.want || message.Message == "" {
				t.Errorf("body %s: %v", got.body, err)
			}
			// One number, one body: nothing can be found out by guessing.
			if other, isKnown := bodies[tt.want]; isKnown && other != got.body {
				t.Errorf("%d is told apart: %s and %s", tt.want, other, got.body)
			}
			bodies[tt.want] = got.body
			if call := <-h.diary.calls; call.Code != payments.CodeOf(tt.err) || call.HTTPStatus != tt.want {
				t.Errorf("journal has %+v", call)
			}
		})
	}
}

func TestJournalTellsTheStory(t *testing.T) {
	now := noon()
	h := newHouse(t, func(c *operator.HandlerConfig) {
		c.Now = func() time.Time { now = now.Add(7 * time.Millisecond); return now }
	})
	h.call(t, "POST", "/in/qr/1/tx/create", createBody)
	got := <-h.diary.calls
	if got.Remote == "" {
		t.Error("no remote address")
	}
	sum := sha256.Sum256([]byte(createBody))
	want := operator.Call{
		At: noon().Add(7 * time.Millisecond), Name: "create", Signed: true, OperatorID: "op-1", PSPTransactionID: "psp-1",
		HTTPStatus: 200, Took: 7 * time.Millisecond, Remote: got.Remote, BodyHash: sum[:],
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
	h.call(t, "POST", "/in/qr/1/tx/execute/op-1", "")
	if got := <-h.diary.calls; got.Name != "execute" || got.OperatorID != "op-1" || got.PSPTransactionID != "psp-1" {
		t.Errorf("execute: %+v", got)
	}
	h.call(t, "POST", "/in/qr/1/tx/update/none", updateBody)
	if got := <-h.diary.calls; got.Name != "update" || got.OperatorID != "none" || got.HTTPStatus != 404 || got.Code != payments.CodePaymentNotFound {
		t.Errorf("update: %+v", got)
	}
}

func TestNewHandlerNeedsItsParts(t *testing.T) {
	if _, err := operator.NewHandler(operator.HandlerConfig{}); err == nil {
		t.Error("an empty configuration passes")
	}
}
