package operator_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/operator"
)

// with changes one field of a message; value is raw JSON, "" takes it out.
func with(t testing.TB, body, field, value string) string {
	t.Helper()
	var message map[string]json.RawMessage
	if err := json.Unmarshal([]byte(body), &message); err != nil {
		t.Fatal(err)
	}
	delete(message, field)
	if value == "" {
		data, err := json.Marshal(message)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	// By hand: the values are often no JSON that Marshal would let through.
	var b strings.Builder
	b.WriteString(`{"` + field + `":` + value)
	for name, raw := range message {
		b.WriteString(`,"` + name + `":` + string(raw))
	}
	return b.String() + "}"
}

func quoted(s string) string { return `"` + s + `"` }

func TestMalformedOrders(t *testing.T) {
	many := strings.TrimSuffix(strings.Repeat(`{"key":"k","value":"v"},`, 6), ",")
	tests := []struct{ name, field, value, want string }{
		{"qrType missing", "qrType", "", "qrType: missing"},
		{"qrType null", "qrType", "null", "qrType: missing"},
		{"qrType unknown", "qrType", `"StaticQr"`, "qrType: no such type"},
		{"merchantProvider missing", "merchantProvider", "", "merchantProvider: missing"},
		{"merchantProvider empty", "merchantProvider", `""`, "merchantProvider: missing"},
		{"merchantProvider a number", "merchantProvider", "7", "merchantProvider: not a string"},
		{"merchantProvider 33 characters", "merchantProvider", quoted(strings.Repeat("ң", 33)), "merchantProvider: longer than 32"},
		{"merchantId 33 characters", "merchantId", quoted(strings.Repeat("a", 33)), "merchantId: longer than 32"},
		{"serviceId an object", "serviceId", "{}", "serviceId: not a string"},
		{"serviceName 33 characters", "serviceName", quoted(strings.Repeat("a", 33)), "serviceName: longer"},
		{"account 33 characters", "beneficiaryAccountNumber", quoted(strings.Repeat("a", 33)), "beneficiaryAccountNumber: longer"},
		{"qrTransactionId 33 characters", "qrTransactionId", quoted(strings.Repeat("a", 33)), "qrTransactionId: longer"},
		{"comment 100 characters", "qrComment", quoted(strings.Repeat("ө", 100)), "qrComment: longer than 99"},
		{"comment with NUL", "qrComment", `"a\u0000b"`, "control character"},
		{"comment with a line break", "qrComment", `"a\nb"`, "control character"},
		{"comment with C1", "qrComment", `"a\u0085b"`, "control character"},
		{"comment with half an emoji", "qrComment", `"a\ud83d"`, "half a character"},
		{"comment with two first halves", "qrComment", `"\ud83d\ud83d"`, "half a character"},
		{"comment with a last half", "qrComment", `"\udf55"`, "half a character"},
		{"merchantCode missing", "merchantCode", "", "merchantCode: missing"},
		{"merchantCode a string", "merchantCode", `"5411"`, "merchantCode: not a whole number"},
		{"merchantCode five digits", "merchantCode", "10000", "merchantCode: more than 4 digits"},
		{"merchantCode negative", "merchantCode", "-1", "merchantCode: not a whole number"},
		{"currencyCode missing", "currencyCode", "", "currencyCode: missing"},
		{"currencyCode a number", "currencyCode", "417", "currencyCode: not a string"},
		{"currencyCode long", "currencyCode", `"0417"`, "currencyCode: longer than 3"},
		{"customerType missing", "customerType", "", "customerType: missing"},
		{"customerType a number", "customerType", "1", "customerType: not a string"},
		{"customerType 3", "customerType", `"3"`, "customerType: no such type"},
		{"amount missing", "amount", "", "amount: missing"},
		{"amount zero", "amount", "0", "amount: not positive"},
		{"amount negative", "amount", "-500", "amount: not a whole number"},
		{"amount with a fraction", "amount", "100.5", "amount: not a whole number"},
		{"amount whole, written as a float", "amount", "100.0", "amount: not a whole number"},
		{"amount with an exponent", "amount", "1e2", "amount: not a whole number"},
		{"amount a string", "amount", `"100"`, "amount: not a whole number"},
		{"amount true", "amount", "true", "amount: not a whole number"},
		{"amount 14 digits", "amount", "10000000000000", "amount: more than 13 digits"},
		{"amount 30 digits", "amount", strings.Repeat("9", 30), "amount: more than 13 digits"},
		{"qrLinkHash missing", "qrLinkHash", "", "qrLinkHash: missing"},
		{"qrLinkHash three", "qrLinkHash", `"b4e"`, "qrLinkHash: not 4"},
		{"qrLinkHash five", "qrLinkHash", `"b4ef0"`, "qrLinkHash: longer than 4"},
		{"extra a string", "extra", `"x"`, "extra: not a list"},
		{"extra of strings", "extra", `["x"]`, "a JSON object is expected"},
		{"extra of six", "extra", "[" + many + "]", "extra: more than 5"},
		{"extra without a key", "extra", `[{"value":"v"}]`, "extra.key: missing"},
		{"extra's key 65", "extra", `[{"key":"` + strings.Repeat("k", 65) + `","value":"v"}]`, "extra.key: longer than 64"},
		{"extra's value 257", "extra", `[{"key":"k","value":"` + strings.Repeat("v", 257) + `"}]`, "extra.value: longer than 256"},
		{"extra's key twice", "extra", `[{"key":"k","key":"l","value":"v"}]`, "twice"},
		{"transactionId missing", "transactionId", "", "transactionId: missing"},
		{"transactionId 51", "transactionId", quoted(strings.Repeat("a", 51)), "transactionId: longer than 50"},
		{"pspTransactionId missing", "pspTransactionId", "", "pspTransactionId: missing"},
		{"pspTransactionId 51", "pspTransactionId", quoted(strings.Repeat("a", 51)), "pspTransactionId: longer than 50"},
		{"receiptId missing", "receiptId", "", "receiptId: missing"},
		{"receiptId 21", "receiptId", quoted(strings.Repeat("1", 21)), "receiptId: longer than 20"},
		{"transactionType missing", "transactionType", "", "transactionType: missing"},
		{"transactionType a string", "transactionType", `"20"`, "transactionType: not a whole number"},
		{"invalid UTF-8", "qrComment", "\"\xff\"", "not UTF-8"},
		{"control character, raw", "qrComment", "\"\x01\"", "not JSON"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := operator.DecodeCreate([]byte(with(t, createBody, tt.field, tt.value)))
			var malformed *operator.MalformedError
			if !errors.As(err, &malformed) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error = %v, want %q in it", err, tt.want)
			}
		})
	}
}

func TestMalformedMessages(t *testing.T) {
	for name, body := range map[string]string{
		"empty":                  "",
		"null":                   "null",
		"a list":                 "[" + checkBody + "]",
		"a string":               `"x"`,
		"cut":                    checkBody[:len(checkBody)-1],
		"two messages":           checkBody + checkBody,
		"trailing garbage":       checkBody + " x",
		"trailing comma":         strings.TrimSuffix(checkBody, "}") + ",}",
		"byte order mark":        "\ufeff" + checkBody,
		"a field twice":          strings.TrimSuffix(checkBody, "}") + `,"amount":1}`,
		"a field twice, escaped": strings.TrimSuffix(checkBody, "}") + `,"\u0061mount":1}`,
		"unknown field twice":    strings.TrimSuffix(checkBody, "}") + `,"x":1,"x":1}`,
		"name in other case":     strings.Replace(checkBody, `"amount"`, `"Amount"`, 1),
		"nested deeply":          strings.TrimSuffix(checkBody, "}") + `,"x":` + strings.Repeat("[", 30000) + strings.Repeat("]", 30000) + "}",
	} {
		var malformed *operator.MalformedError
		if _, err := operator.DecodeCheck([]byte(body)); !errors.As(err, &malformed) {
			t.Errorf("%s: error = %v, want *MalformedError", name, err)
		}
	}
}

func TestOrdersThatAreTolerated(t *testing.T) {
	want, err := operator.DecodeCreate([]byte(createBody))
	if err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string]string{
		"unknown fields":       with(t, createBody, "fee", `{"bps":[1,2.5e3]}`),
		"optional null":        with(t, createBody, "qrComment", "null"),
		"optional empty":       with(t, createBody, "serviceId", `""`),
		"no extra":             with(t, createBody, "extra", "[]"),
		"extra null":           with(t, createBody, "extra", "null"),
		"white space around":   " \r\n" + createBody + "\n",
		"names escaped":        strings.Replace(createBody, `"amount"`, `"\u0061mount"`, 1),
		"another case besides": with(t, createBody, "Amount", "999"),
	} {
		got, err := operator.DecodeCreate([]byte(body))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(got, want); diff != "" {
			t.Errorf("%s (-got +want):\n%s", name, diff)
		}
	}
	longest := with(t, with(t, createBody, "qrComment", quoted(strings.Repeat("ө", 99))), "amount", "9999999999999")
	if got, err := operator.DecodeCreate([]byte(longest)); err != nil || got.Amount != 9_999_999_999_999 {
		t.Errorf("the longest: %v %v", got.Amount, err)
	}
}

// Well-formed, and no type of the protocol: that is wrong data, not wrong form.
func TestUnknownTransactionTypeIsWrongData(t *testing.T) {
	for _, value := range []string{"0", "15", "80", "999999999"} {
		_, err := operator.DecodeCreate([]byte(with(t, createBody, "transactionType", value)))
		if payments.CodeOf(err) != payments.CodeDataWrong {
			t.Errorf("type %s: %v", value, err)
		}
	}
	h := newHouse(t)
	if got := h.call(t, "POST", "/in/qr/1/tx/create", with(t, createBody, "transactionType", "15")); got.status != 454 {
		t.Errorf("on the wire: %d %s", got.status, got.body)
	}
}

func TestUpdates(t *testing.T) {
	at := time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC)
	tests := []struct {
		name, body string
		want       operator.Update
		fault      string
	}{
		{"UTC", `{"status":50,"updateDate":"2026-01-02T15:04:05Z"}`, operator.Update{Status: 50, At: at}, ""},
		{"Bishkek", `{"status":40,"updateDate":"2026-01-02T21:04:05+06:00"}`, operator.Update{Status: 40, At: at}, ""},
		{"zone without a colon", `{"status":40,"updateDate":"2026-01-02T21:04:05+0600"}`, operator.Update{Status: 40, At: at}, ""},
		{"fraction", `{"status":30,"updateDate":"2026-01-02T15:04:05.123456789Z"}`, operator.Update{Status: 30, At: at.Add(123456789)}, ""},
		{"no zone is UTC", `{"status":20,"updateDate":"2026-01-02T15:04:05"}`, operator.Update{Status: 20, At: at}, ""},
		{"status missing", `{"updateDate":"2026-01-02T15:04:05Z"}`, operator.Update{}, "status: missing"},
		{"status unknown", `{"status":51,"updateDate":"2026-01-02T15:04:05Z"}`, operator.Update{}, "status: no such status"},
		{"status 0", `{"status":0,"updateDate":"2026-01-02T15:04:05Z"}`, operator.Update{}, "status: no such status"},
		{"status a string", `{"status":"50","updateDate":"2026-01-02T15:04:05Z"}`, operator.Update{}, "status: not a whole number"},
		{"date missing", `{"status":50}`, operator.Update{}, "updateDate: missing"},
		{"date alone", `{"status":50,"updateDate":"2026-01-02"}`, operator.Update{}, "updateDate: not an ISO 8601"},
		{"date impossible", `{"status":50,"updateDate":"2026-02-30T15:04:05Z"}`, operator.Update{}, "updateDate: not an ISO 8601"},
		{"date a number", `{"status":50,"updateDate":1767366245}`, operator.Update{}, "updateDate: not a string"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := operator.DecodeUpdate([]byte(tt.body))
			if tt.fault == "" && err != nil || tt.fault != "" && (err == nil || !strings.Contains(err.Error(), tt.fault)) {
				t.Fatalf("error = %v, want %q", err, tt.fault)
			}
			if diff := cmp.Diff(got, tt.want); diff != "" {
				t.Errorf("(-got +want):\n%s", diff)
			}
		})
	}
}

func TestMalformedIsToldWhatIsWrong(t *testing.T) {
	h := newHouse(t)
	got := h.call(t, "POST", "/in/qr/1/tx/check", with(t, checkBody, "amount", "1.5"))
	if want := refusalBody(400, "malformed: amount: not a whole number"); got.status != 400 || got.body != want {
		t.Errorf("%d %s, want 400 %s", got.status, got.body, want)
	}
	if !holds(&ourKey().PublicKey, got.body, got.header.Get("H-HASH")) {
		t.Error("not signed")
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{checkBody, createBody, updateBody, "", "{", `{"a":{"a":1,"a":2}}`, "\xff", `{"qrComment":"\ud83d\\"}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if update, err := operator.DecodeUpdate(body); err == nil {
			again, err := operator.EncodeUpdate(update)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := operator.DecodeUpdate(again); err != nil || got.Status != update.Status {
				t.Errorf("update does not survive: %s: %v", again, err)
			}
		}
		order, err := operator.DecodeCreate(body)
		if err != nil {
			return
		}
		if order.Amount <= 0 || order.OperatorID == "" || order.MCC < 0 || order.MCC > 9999 {
			t.Errorf("nonsense got through: %+v", order)
		}
		again, err := operator.EncodeCreate(order)
		if err != nil {
			t.Fatal(err)
		}
		got, err := operator.DecodeCreate(again)
		if err != nil {
			t.Fatalf("order does not survive: %s: %v", again, err)
		}
		if diff := cmp.Diff(got, order); diff != "" {
			t.Errorf("order changes (-got +want):\n%s", diff)
		}
	})
}
