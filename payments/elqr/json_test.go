package elqr_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/payments/elqr"
)

func TestJSONKeys(t *testing.T) {
	open := plainLink()
	full := charge()
	full.Name = "A&B <x>"
	full.Extra = []elqr.Extra{{Key: "k", Visible: true}}
	for name, tt := range map[string]struct {
		link elqr.Link
		want string
	}{
		"open sum, absent texts left out": {open, `{"type":"static","provider_id":"elcart.kg","service_code":"1","amount_editable":true,"account_editable":true,"mcc":"5999","currency":"417","amount":null,"name":"1234","checksum_ok":true}`},
		"charge":                          {full, `{"type":"dynamic","provider_id":"elcart.kg","service_code":"trade","account":"MFRGGZDFMZTWQ2LKNNWG23TPOA","amount_editable":false,"account_editable":false,"merchant_id":"1000123","service_name":"ELKART Trade","extra":[{"key":"k","label":"","value":"","title":"","visible":true}],"mcc":"5814","currency":"417","amount":50000,"name":"A&B <x>","checksum_ok":true}`},
	} {
		data, err := tt.link.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.TrimSpace(string(data)), tt.want); diff != "" {
			t.Errorf("%s (-got +want):\n%s", name, diff)
		}
	}
}

func TestJSONDefaults(t *testing.T) {
	var got elqr.Link
	if err := json.Unmarshal([]byte(`{"type":"static","comment":null,"extra":[{"key":"k"}],"amount":null,"checksum_ok":true}`), &got); err != nil {
		t.Fatal(err)
	}
	want := elqr.Link{Type: elqr.Static, AmountEditable: true, AccountEditable: true, Extra: []elqr.Extra{{Key: "k", Visible: true}}}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
}

func TestJSONRefuses(t *testing.T) {
	for name, tt := range map[string]struct{ in, want string }{
		"unknown key":              {`{"type":"static","sum":5}`, `"sum": unknown key`},
		"a known key in capitals":  {`{"Amount":5}`, `"Amount": unknown key`},
		"unknown key of an extra":  {`{"extra":[{"key":"a"},{"state":"11"}]}`, `"extra[1].state": unknown key`},
		"key given twice":          {`{"amount":1,"amount":100}`, `"amount": given twice`},
		"a very long key":          {`{"` + strings.Repeat("k", 9999) + `":1}`, `"` + strings.Repeat("k", 40) + `…": unknown key`},
		"key with a line break":    {`{"a\nb":1}`, `"a\nb": unknown key`},
		"broken sum":               {`{"amount":1.5}`, "amount: not a whole number of tyiyn or null"},
		"sum as text":              {`{"amount":"100"}`, "amount: not a whole number of tyiyn or null"},
		"sum beyond 64 bits":       {`{"amount":99999999999999999999}`, "amount: not a whole number of tyiyn or null"},
		"number for a text":        {`{"mcc":5814}`, "mcc: not a text"},
		"text for yes":             {`{"amount_editable":"no"}`, "amount_editable: not true or false"},
		"extra not a list":         {`{"extra":{}}`, "extra: not a list"},
		"extra of numbers":         {`{"extra":[1]}`, "extra[0]: not a JSON object"},
		"details of a broken link": {`{"checksum_ok":false}`, "checksum_ok: these details come from a damaged link"},
		"a list":                   {`[]`, "not a JSON object"},
		"null":                     {`null`, "not a JSON object"},
	} {
		var l elqr.Link
		err := json.Unmarshal([]byte(tt.in), &l)
		var typed *elqr.Error
		if !errors.As(err, &typed) || err.Error() != tt.want {
			t.Errorf("%s: got %v, want %s", name, err, tt.want)
		}
		if !cmp.Equal(l, elqr.Link{}) {
			t.Errorf("%s: half a link remains: %+v", name, l)
		}
	}
	for _, in := range []string{"", "{", `{"a"`, `{"type":}`, `{} {}`, `{"type":"static",}`} {
		var l elqr.Link
		if err := l.UnmarshalJSON([]byte(in)); err == nil {
			t.Errorf("%q is accepted", in)
		}
	}
}
