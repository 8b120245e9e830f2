package elqr_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"elkart.kg/trade/payments/elqr"
)

// What is dangerous to a link, beside what people type.
const (
	asciiSigns = "aZ09 -._~/?#[]@!$&'()*+,;=%<>\"`{}|\\^"
	anySigns   = asciiSigns + "ЖңӨү👍🏽ё\u00a0"
)

// text draws a text of min to most characters that Encode accepts nearly always.
func text(min, most int) *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.StringOfN(rapid.RuneFrom([]rune(anySigns)), min, most, -1),
		rapid.StringOfN(rapid.Rune().Filter(func(r rune) bool { return unicode.IsPrint(r) && r != ':' && r != utf8.RuneError }), min, most, -1),
		rapid.StringOfN(rapid.RuneFrom([]rune("ABCXYZ234567")), min, most, -1),
	)
}

func anyLink() *rapid.Generator[elqr.Link] {
	ascii := rapid.StringOfN(rapid.RuneFrom([]rune(asciiSigns+":")), 1, 25, -1)
	return rapid.Custom(func(t *rapid.T) elqr.Link {
		l := elqr.Link{
			Type:            rapid.SampledFrom([]elqr.Type{elqr.Static, elqr.Dynamic}).Draw(t, "type"),
			ProviderID:      text(1, 20).Draw(t, "provider"),
			ServiceCode:     text(1, 10).Draw(t, "service code"),
			Account:         text(0, 26).Draw(t, "account"),
			TransactionID:   text(0, 12).Draw(t, "transaction"),
			AmountEditable:  rapid.Bool().Draw(t, "amount editable"),
			AccountEditable: rapid.Bool().Draw(t, "account editable"),
			MerchantID:      text(1, 32).Draw(t, "merchant"),
			ServiceName:     text(1, 32).Draw(t, "service name"),
			Comment:         text(0, 32).Draw(t, "comment"),
			MCC:             rapid.StringMatching(`[0-9]{4}`).Draw(t, "mcc"),
			Currency:        elqr.Currency,
			Name:            ascii.Draw(t, "name"),
			Base:            rapid.SampledFrom([]string{"", "https://pay.payqr.kg", "https://payqr.kg", "https://a.example/qr/?x=1", "elqr-ab://payqr.kg"}).Draw(t, "base"),
		}
		if l.Type == elqr.Static && rapid.Bool().Draw(t, "no service code") {
			l.ServiceCode = ""
		}
		if rapid.Bool().Draw(t, "has amount") {
			amount := rapid.Int64Range(1, elqr.MaxAmount).Draw(t, "amount")
			l.Amount = &amount
		}
		for range rapid.IntRange(0, 7).Draw(t, "extras") {
			l.Extra = append(l.Extra, elqr.Extra{
				Key:     text(1, 15).Draw(t, "key"),
				Label:   text(0, 10).Draw(t, "label"),
				Value:   text(0, 40).Draw(t, "value"),
				Title:   text(0, 10).Draw(t, "title"),
				Visible: rapid.Bool().Draw(t, "visible"),
			})
		}
		return l
	})
}

// What Encode accepts, Decode gives back; JSON as well; the link is canonical,
// and neither messengers nor the rules can object to its characters.
func TestRoundTrip(t *testing.T) {
	accepted, drawn := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		l := anyLink().Draw(t, "link")
		drawn++
		uri, err := l.Encode(l.Base)
		if err != nil {
			return
		}
		accepted++
		if len(uri) > elqr.MaxBytes {
			t.Fatalf("%d bytes", len(uri))
		}
		got, err := elqr.Decode(uri)
		if err != nil {
			t.Fatalf("%s: %v", uri, err)
		}
		if diff := cmp.Diff(got, l); diff != "" {
			t.Fatalf("%s (-got +want):\n%s", uri, diff)
		}
		if again, err := got.Encode(got.Base); err != nil || again != uri {
			t.Fatalf("written again: %s, %v, want %s", again, err, uri)
		}
		data, err := json.Marshal(l)
		if err != nil {
			t.Fatal(err)
		}
		var read elqr.Link
		if err := json.Unmarshal(data, &read); err != nil {
			t.Fatalf("%s: %v", data, err)
		}
		read.Base = l.Base
		if diff := cmp.Diff(read, l); diff != "" {
			t.Fatalf("JSON (-got +want):\n%s", diff)
		}
		checkTravels(t, uri, l.Base)
	})
	t.Logf("%d of %d links accepted", accepted, drawn)
	if accepted < drawn/4 {
		t.Errorf("Encode accepted only %d of %d links: the property shows little", accepted, drawn)
	}
}

// checkTravels looks at the link as a messenger does.
func checkTravels(t interface{ Fatalf(string, ...any) }, uri, base string) {
	const allowed = "-._~:/?@!$&'()*,;=%"
	fragment := elqr.Fragment(uri)
	for _, r := range fragment {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		if !letter && (r >= utf8.RuneSelf || !strings.ContainsRune(allowed, r)) {
			t.Fatalf("%q in %s", r, uri)
		}
	}
	for _, mark := range []string{"**", "__", "~~", "`", " "} {
		if strings.Contains(uri, mark) {
			t.Fatalf("%q in %s", mark, uri)
		}
	}
	if base != "" && strings.Count(uri, "#") != 1 {
		t.Fatalf("more than one '#' in %s", uri)
	}
	if strings.ToLower(fragment[len(fragment)-4:]) != fragment[len(fragment)-4:] {
		t.Fatalf("checksum in capitals: %s", uri)
	}
}
