package operator_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/operator"
)

var _ payments.Tokenizer = (*operator.Credits)(nil)

const (
	cardNumber = "9417123456781234"
	token      = "3435fba7738e54e59d8f3e8e664785d9"
)

func newCredits(t *testing.T, config operator.ClientConfig) *operator.Credits {
	t.Helper()
	c, err := operator.NewCredits(config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCreditCalls(t *testing.T) {
	s, config := newSide(t)
	config.BaseURL += "/credit"
	s.answer = func(n int, w http.ResponseWriter, r *http.Request) {
		s.say(w, r, 200, []string{
			`{"token":"` + token + `","masked":"9417 **** **** 1234"}`,
			`{"creditId":"credit-5","status":"accepted"}`,
			`{"creditId":"credit-5","status":"refused","reason":"closed"}`,
		}[n-1])
	}
	c := newCredits(t, config)
	if got, err := c.Tokenize(t.Context(), cardNumber); err != nil || got != token {
		t.Errorf("tokenize: %s, %v", got, err)
	}
	got, err := c.Credit(t.Context(), operator.CreditOrder{ID: "credit-5", Token: token, Amount: 50000})
	if diff := cmp.Diff(got, operator.CreditState{ID: "credit-5", Status: operator.CreditAccepted}); err != nil || diff != "" {
		t.Errorf("credit: %v\n%s", err, diff)
	}
	got, err = c.CreditStatus(t.Context(), "credit-5")
	if diff := cmp.Diff(got, operator.CreditState{ID: "credit-5", Status: operator.CreditRefused, Reason: "closed"}); err != nil || diff != "" {
		t.Errorf("status: %v\n%s", err, diff)
	}
	want := []string{
		`POST /credit/cards {"number":"` + cardNumber + `"}`,
		`POST /credit/credits {"creditId":"credit-5","token":"` + token + `","amount":50000,"currency":"417"}`,
		`GET /credit/credits/credit-5`,
	}
	if diff := cmp.Diff(s.calls, want); diff != "" {
		t.Errorf("requests (-got +want):\n%s", diff)
	}
}

func TestTokensThatAreNotTaken(t *testing.T) {
	for name, tt := range map[string]struct {
		status int
		body   string
		want   payments.Code
	}{
		"not hex":            {200, `{"token":"` + strings.Repeat("z", 32) + `","masked":"1234"}`, ""},
		"too short":          {200, `{"token":"abc","masked":"1234"}`, ""},
		"of another card":    {200, `{"token":"` + token + `","masked":"9417 **** **** 9999"}`, ""},
		"number refused":     {400, `{"code":400,"message":"number"}`, payments.CodeCardRefused},
		"card refused":       {452, `{"code":452,"message":"closed"}`, payments.CodeCardRefused},
		"down":               {503, ``, payments.CodeTokenizerDown},
		"we are not allowed": {403, `{"code":403,"message":"no"}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s, config := newSide(t)
			s.always(tt.status, tt.body)
			got, err := newCredits(t, config).Tokenize(t.Context(), cardNumber)
			if err == nil || got != "" || payments.CodeOf(err) != tt.want {
				t.Errorf("%q, %v; want code %q", got, err, tt.want)
			}
			if strings.Contains(fmt.Sprintf("%v %+v", err, err), cardNumber) {
				t.Errorf("the error shows the card: %v", err)
			}
		})
	}
}

func TestCreditRefusals(t *testing.T) {
	order := operator.CreditOrder{ID: "credit-5", Token: token, Amount: 50000}
	for name, tt := range map[string]struct {
		status int
		body   string
		want   error
		calls  int
	}{
		"other contents":       {422, `{}`, payments.Fail(payments.CodeImpossible), 1},
		"unknown token":        {452, `{}`, payments.Fail(payments.CodeRecipientWrong), 1},
		"down, so repeated":    {503, ``, operator.ErrNoAnswer, 3},
		"about another credit": {200, `{"creditId":"credit-6","status":"done"}`, operator.ErrNoAnswer, 1},
		"status unknown":       {200, `{"creditId":"credit-5","status":"DONE"}`, operator.ErrNoAnswer, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s, config := newSide(t)
			s.always(tt.status, tt.body)
			got, err := newCredits(t, config).Credit(t.Context(), order)
			if !errors.Is(err, tt.want) || got.Status != "" || s.count() != tt.calls {
				t.Errorf("%+v, %v, %d calls; want %v, %d calls", got, err, s.count(), tt.want, tt.calls)
			}
		})
	}
	s, config := newSide(t)
	s.always(404, `{}`)
	c := newCredits(t, config)
	if _, err := c.CreditStatus(t.Context(), "credit-5"); !errors.Is(err, payments.ErrNotFound) {
		t.Errorf("unknown credit: %v", err)
	}
	for name, bad := range map[string]operator.CreditOrder{
		"no id": {Token: token, Amount: 1}, "no sum": {ID: "1", Token: token}, "card number for a token": {ID: "1", Token: cardNumber, Amount: 1},
	} {
		var malformed *operator.MalformedError
		if _, err := c.Credit(t.Context(), bad); !errors.As(err, &malformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
