package elqr_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/payments/elqr"
)

// FuzzDecode feeds arbitrary text. Nothing panics; every error is typed and
// one line; what is accepted keeps its meaning when it is written again, and
// can be shown and stored as JSON.
func FuzzDecode(f *testing.F) {
	for _, v := range production(f) {
		f.Add(v.Link)
	}
	f.Add(signed(head + service + obj("35", obj("00", "k:l:12:30:t:12")) + "54010" + tail))
	f.Add("https://payqr.kg%23" + strings.ReplaceAll(signed(head+service+obj("34", "5 % чай")+tail), "%", "%2525"))
	f.Fuzz(func(t *testing.T, uri string) {
		link, err := elqr.Decode(uri)
		if err != nil {
			var typed *elqr.Error
			if !errors.As(err, &typed) || strings.ContainsAny(err.Error(), "\r\n") {
				t.Fatalf("error %q", err)
			}
			return
		}
		data, err := json.Marshal(link)
		if err != nil {
			t.Fatal(err)
		}
		var fromJSON elqr.Link
		if err := json.Unmarshal(data, &fromJSON); err != nil {
			t.Fatalf("%s: %v", data, err)
		}
		fromJSON.Base = link.Base
		if diff := cmp.Diff(fromJSON, link); diff != "" {
			t.Fatalf("JSON (-got +want):\n%s", diff)
		}
		written, err := link.Encode("")
		if err != nil {
			return // readers accept more than writers may write
		}
		again, err := elqr.Decode(written)
		if err != nil {
			t.Fatalf("%s: %v", written, err)
		}
		link.Base = ""
		if diff := cmp.Diff(again, link); diff != "" {
			t.Fatalf("%s (-got +want):\n%s", written, diff)
		}
	})
}

// FuzzDecodeBody signs what it is fed, so that fuzzing gets past the checksum.
func FuzzDecodeBody(f *testing.F) {
	f.Add(head + service + tail)
	f.Add(head + service + obj("33", "0001m"+"0101s") + obj("34", "чай") + obj("36", obj("00", "k:l:v:t:11")) + "5403100" + tail)
	f.Add("000201010212" + obj("32", "0009elcart.kg"+"01011"+"1102t1"+"1002a1"+"130212") + "530341752045999" + "54010" + "5901n")
	f.Fuzz(func(t *testing.T, body string) {
		link, err := elqr.Decode("#" + strings.ReplaceAll(signed(body), "%", "%25"))
		if err != nil {
			var typed *elqr.Error
			if !errors.As(err, &typed) || strings.ContainsAny(err.Error(), "\r\n") {
				t.Fatalf("error %q", err)
			}
			return
		}
		if link.Currency != elqr.Currency || len(link.MCC) != 4 || link.ProviderID == "" || link.Name == "" ||
			link.Amount != nil && (*link.Amount < 1 || *link.Amount > elqr.MaxAmount) {
			t.Fatalf("accepted: %+v", link)
		}
		// The writers' rules met, it can be written, and means the same.
		link.MerchantID, link.ServiceName = "m", "s"
		written, err := link.Encode(base)
		if err != nil {
			return
		}
		link.Base = base
		again, err := elqr.Decode(written)
		if err != nil {
			t.Fatalf("%s: %v", written, err)
		}
		if diff := cmp.Diff(again, link); diff != "" {
			t.Fatalf("%s (-got +want):\n%s", written, diff)
		}
	})
}

// FuzzEncodeJSON feeds the JSON reader and the writer behind it.
func FuzzEncodeJSON(f *testing.F) {
	for _, l := range []elqr.Link{plainLink(), charge()} {
		data, err := json.Marshal(l)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(`{"type":"static","extra":[{"key":"k","visible":false}],"amount":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var l elqr.Link
		if err := json.Unmarshal(data, &l); err != nil {
			if strings.ContainsAny(err.Error(), "\r\n") {
				t.Fatalf("error %q", err)
			}
			return
		}
		l.Name = elqr.Latin(l.Name)
		uri, err := l.Encode(base)
		if err != nil {
			return
		}
		l.Base = base
		got, err := elqr.Decode(uri)
		if err != nil {
			t.Fatalf("%s: %v", uri, err)
		}
		if diff := cmp.Diff(got, l); diff != "" {
			t.Fatalf("%s (-got +want):\n%s", uri, diff)
		}
		checkTravels(t, uri, base)
	})
}
