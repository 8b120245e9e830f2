package page_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/bot/demo/operator"
	"elkart.kg/trade/bot/demo/page"
)

// The bank app over the simulated operator itself, as far as it goes without a
// payee's side: reading links, mischief, empty books.
func TestPageOverTheRealOperator(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	bank, err := operator.New(operator.Config{PSPPublicKey: &key.PublicKey, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer bank.Close()
	h := page.New(page.Deps{Bank: bank})
	call := func(path, body string) map[string]any {
		request := httptest.NewRequest("POST", "http://127.0.0.1/demo/bank/"+path, strings.NewReader(body))
		request.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, request)
		var answer map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != 200 {
			t.Fatalf("%s: %d %s", path, w.Code, w.Body)
		}
		return answer
	}
	// Elcart's own static code (production, regulation's fields): the payer enters the sum.
	got := call("check", `{"link":"https://pay.payqr.kg#00020101021132700013p2p.elcart.kg0101110323435fba7738e54e59d8f3e8e664785d912021113021253034175204482259199417%20****%20****%20526963049EE1","sum":""}`)
	want := map[string]any{"payee": "9417 **** **** 5269", "account": "3435fba7738e54e59d8f3e8e664785d9", "amount": 0.0, "amount_editable": true, "open": true, "dynamic": false}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Error(diff)
	}
	if got := call("check", `{"link":"https://pay.payqr.kg#000201nonsense","sum":""}`); got["error"] == nil || got["payee"] != "" {
		t.Errorf("a damaged link: %v", got)
	}
	call("mischief", `{"repeat":2,"delay_millis":5}`)
	if got := bank.Mischief(); got != (operator.Mischief{RepeatCalls: 2, Delay: 5 * time.Millisecond}) {
		t.Errorf("mischief: %+v", got)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "http://127.0.0.1/demo/state", nil))
	if !strings.Contains(w.Body.String(), `"payments":[],"credits":[],"mischief":{"repeat":2,`) {
		t.Errorf("state: %s", w.Body)
	}
}
