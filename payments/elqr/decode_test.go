package elqr_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/payments/elqr"
)

// obj writes one object; its length is in characters.
func obj(id, value string) string {
	return fmt.Sprintf("%s%02d%s", id, utf8.RuneCountInString(value), value)
}

// signed appends object 63.
func signed(body string) string { return body + "6304" + elqr.Checksum(body) }

const (
	head    = "000201010211"
	service = "32180009elcart.kg01011"
	tail    = "52045999530341759041234"
)

func plainLink() elqr.Link {
	return elqr.Link{
		Type: elqr.Static, ProviderID: "elcart.kg", ServiceCode: "1",
		AmountEditable: true, AccountEditable: true, MCC: "5999", Currency: "417", Name: "1234",
	}
}

func TestDecodeHabits(t *testing.T) {
	sum := func(n int64) *int64 { return &n }
	cyrillic := "Кафе «Ак-Кеме» на улице"
	with := func(change func(*elqr.Link)) elqr.Link {
		l := plainLink()
		change(&l)
		return l
	}
	plain := signed(head + service + tail)
	tests := map[string]struct {
		uri  string
		want elqr.Link
	}{
		"bare fragment":                 {plain, plainLink()},
		"leading hash only":             {"#" + plain, plainLink()},
		"a scheme and host of its own":  {"elqr-mbank://app.example/qr/?x=1#" + plain, with(func(l *elqr.Link) { l.Base = "elqr-mbank://app.example/qr/?x=1" })},
		"copied with invisible edges":   {"\ufeff\u200b https://payqr.kg#" + plain + "\u00a0\r\n", with(func(l *elqr.Link) { l.Base = "https://payqr.kg" })},
		"hash encoded by a messenger":   {"https://payqr.kg%23" + plain, with(func(l *elqr.Link) { l.Base = "https://payqr.kg" })},
		"bare and encoded throughout":   {encodedThroughout(plain), plainLink()},
		"checksum in capitals":          {plain[:len(plain)-4] + strings.ToUpper(plain[len(plain)-4:]), plainLink()},
		"53 before 52":                  {signed(head + service + "530341752045999" + "59041234"), plainLink()},
		"53 after 59, 32 last":          {signed(head + "52045999" + "59041234" + "5303417" + service), plainLink()},
		"32/11 before 32/10":            {signed(head + obj("32", "0009elcart.kg"+"01011"+"1102t1"+"1002a1") + tail), with(func(l *elqr.Link) { l.Account, l.TransactionID = "a1", "t1" })},
		"32/11 after 32/13":             {signed(head + obj("32", "0009elcart.kg"+"01011"+"120211"+"130212"+"1102t1") + tail), with(func(l *elqr.Link) { l.TransactionID, l.AccountEditable = "t1", false })},
		"sum of 0 on a static code":     {signed(head + service + "54010" + tail), plainLink()},
		"sum with leading zeros":        {signed(head + service + "54130000000000800" + tail), with(func(l *elqr.Link) { l.Amount = sum(800) })},
		"largest sum":                   {signed(head + service + "54139999999999999" + tail), with(func(l *elqr.Link) { l.Amount = sum(elqr.MaxAmount) })},
		"unknown objects":               {signed(head + obj("02", "x") + obj("32", "0009elcart.kg"+"01011"+"9902zz") + tail + obj("62", "y")), plainLink()},
		"no service code beside 33/00":  {signed(head + obj("32", "0009elcart.kg") + obj("33", obj("00", "m")) + tail), with(func(l *elqr.Link) { l.ServiceCode, l.MerchantID = "", "m" })},
		"service code of 32 characters": {signed(head + obj("32", "0009elcart.kg"+obj("01", strings.Repeat("s", 32))) + tail), with(func(l *elqr.Link) { l.ServiceCode = strings.Repeat("s", 32) })},
		"comment of 99 characters":      {signed(head + service + obj("34", strings.Repeat("ү", 99)) + tail), with(func(l *elqr.Link) { l.Comment = strings.Repeat("ү", 99) })},
		"lengths count characters":      {signed(head + service + "3423" + cyrillic + tail), with(func(l *elqr.Link) { l.Comment = cyrillic })},
		"a hash inside a bare fragment": {signed(head + service + obj("34", "№#1") + tail), with(func(l *elqr.Link) { l.Comment = "№#1" })},
		"a lone percent sign":           {signed(head + service + obj("34", "5 % 5%zz") + tail), with(func(l *elqr.Link) { l.Comment = "5 % 5%zz" })},
		"a triplet that is meant":       {"#" + strings.ReplaceAll(signed(head+service+obj("34", "a%20b")+tail), "%", "%25"), with(func(l *elqr.Link) { l.Comment = "a%20b" })},
		"extra in 35 and 37, hidden, with colons in the value": {
			signed(head + service + obj("35", obj("00", "k:l:12:30:t:12")+obj("07", "n::v::11")) + obj("37", obj("00", ":::x:11")) + tail),
			with(func(l *elqr.Link) {
				l.Extra = []elqr.Extra{
					{Key: "k", Label: "l", Value: "12:30", Title: "t"},
					{Key: "n", Value: "v", Visible: true},
					{Title: "x", Visible: true},
				}
			}),
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := elqr.Decode(tt.uri)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(got, tt.want); diff != "" {
				t.Errorf("(-got +want):\n%s", diff)
			}
		})
	}
}

// A link keeps its meaning through up to three messengers that encode it anew,
// whatever they leave of its spaces.
func TestDecodeOverEncoded(t *testing.T) {
	want := plainLink()
	want.Comment, want.Base = "чай 5% [x]", "https://payqr.kg"
	text := signed(head + service + obj("34", want.Comment) + tail)
	once := strings.NewReplacer(" ", "%20", "%", "%25", "[", "%5b", "]", "%5D", "ч", "%D1%87").Replace(text)
	twice := strings.ReplaceAll(once, "%", "%25")
	thrice := strings.ReplaceAll(twice, "%", "%25")
	for name, fragment := range map[string]string{"raw spaces": strings.ReplaceAll(once, "%20", " "), "once": once, "twice": twice, "three times": thrice} {
		got, err := elqr.Decode(want.Base + "#" + fragment)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if diff := cmp.Diff(got, want); diff != "" {
			t.Errorf("%s (-got +want):\n%s", name, diff)
		}
	}
	if _, err := elqr.Decode(want.Base + "#" + strings.ReplaceAll(thrice, "%", "%25")); err == nil {
		t.Error("four times encoded is read")
	}
}

func TestDecodeRefuses(t *testing.T) {
	const provider = "0009elcart.kg"
	tests := map[string]struct{ uri, want string }{
		"nothing":                        {"", "not a payment link: nothing to pay after '#'"},
		"another site":                   {"https://example.com/pay", "not a payment link: nothing to pay after '#'"},
		"empty fragment":                 {"https://payqr.kg#", "not a payment link: nothing to pay after '#'"},
		"a whole message":                {"Pay here: https://payqr.kg#" + signed(head+service+tail), "not a payment link: other text before the link"},
		"huge":                           {"#" + strings.Repeat("0", elqr.MaxBytes), "not a payment link: more than 16384 bytes"},
		"another fragment":               {"https://example.com/#section", "no two-digit object id at 0"},
		"length past the end":            {head + "3299" + provider, "object 32: length 99 runs past the end at 14"},
		"length past the end, Cyrillic":  {head + obj("34", "үүү") + "3299" + provider, "object 32: length 99 runs past the end at 21"},
		"length past the template":       {signed(head + obj("32", provider+"0150x") + tail), "object 32/01: length 50 runs past the end of object 32 at 31"},
		"length past a template of 35":   {signed(head + service + obj("36", "0150x") + tail), "object 36/01: length 50 runs past the end of object 36 at 40"},
		"length 00":                      {signed(head + service + "3400" + tail), "object 34: length 00, at least 01 at 36"},
		"length not digits":              {head + "32x9", "object 32: no two-digit length at 14"},
		"id not digits":                  {head + "x29", "no two-digit object id at 12"},
		"id in Arabic digits":            {head + "٣٢09", "no two-digit object id at 12"},
		"cut in an id":                   {head + "3", "no two-digit object id at 12"},
		"cut in a length":                {head + "321", "object 32: no two-digit length at 14"},
		"cut in a template":              {signed(head + obj("32", provider+"0") + tail), "object 32: no two-digit object id at 29"},
		"00 not first":                   {signed("010211000201" + service + tail), "no"},
		"01 first, after a host":         {"#" + signed("010211000201"+service+tail), "object 00: must come first at 0"},
		"version 02":                     {signed("000202010211" + service + tail), `object 00: version "02", only 01 is known at 4`},
		"no checksum":                    {head + service + tail, "object 63: absent"},
		"short checksum":                 {head + service + tail + "6303abc", "object 63: a checksum has 4 characters at 61"},
		"63 not last":                    {signed(head+service) + tail, "object 63: 23 characters follow the last object at 42"},
		"trailing garbage":               {signed(head+service+tail) + "&fbclid=1", "object 63: 9 characters follow the last object at 65"},
		"wrong checksum":                 {head + service + tail + "6304zzzz", `object 63: checksum "zzzz", computed "` + elqr.Checksum(head+service+tail) + `" at 61`},
		"wrong checksum before nonsense": {"0002010102995303417" + "6304zzzz", `object 63: checksum "zzzz", computed "` + elqr.Checksum("0002010102995303417") + `" at 23`},
		"object twice":                   {signed(head + service + tail + "5303417"), "object 53: stands twice, again at 57"},
		"sub-object twice":               {signed(head + obj("32", provider+"01011"+"01012") + tail), "object 32/01: stands twice, again at 34"},
		"type 13":                        {signed("000201010213" + service + tail), "object 01: neither 11 (static) nor 12 (dynamic) at 10"},
		"no type":                        {signed("000201" + service + tail), "object 01: absent"},
		"no service":                     {signed(head + tail), "object 32: absent"},
		"no provider":                    {signed(head + obj("32", "01011") + tail), "object 32/00: absent"},
		"no service code, no merchant":   {signed(head + obj("32", provider) + tail), "object 32/01: absent"},
		"dynamic without service code":   {signed("000201010212" + obj("32", provider) + obj("33", "0001m") + tail), "object 32/01: absent"},
		"provider too long":              {signed(head + obj("32", obj("00", strings.Repeat("p", 33))+"01011") + tail), "object 32/00: 33 characters, at most 32 at 20"},
		"account too long":               {signed(head + obj("32", provider+"01011"+obj("10", strings.Repeat("1", 33))) + tail), "object 32/10: 33 characters, at most 32 at 38"},
		"service code too long":          {signed(head + obj("32", provider+obj("01", strings.Repeat("s", 33))) + tail), "object 32/01: 33 characters, at most 32 at 33"},
		"transaction too long":           {signed(head + obj("32", provider+"01011"+obj("11", strings.Repeat("t", 33))) + tail), "object 32/11: 33 characters, at most 32 at 38"},
		"merchant too long":              {signed(head + service + obj("33", obj("00", strings.Repeat("ү", 33))) + tail), "object 33/00: 33 characters, at most 32 at 42"},
		"service name too long":          {signed(head + service + obj("33", obj("01", strings.Repeat("s", 33))) + tail), "object 33/01: 33 characters, at most 32 at 42"},
		"sum editable 13":                {signed(head + obj("32", provider+"01011"+"120213") + tail), "object 32/12: neither 11 nor 12 at 38"},
		"account editable yes":           {signed(head + obj("32", provider+"01011"+"1303yes") + tail), "object 32/13: neither 11 nor 12 at 38"},
		"no category":                    {signed(head + service + "5303417" + "59041234"), "object 52: absent"},
		"category of letters":            {signed(head + service + "520459995303417"[:4] + "abcd" + "5303417" + "59041234"), "object 52: not four digits at 38"},
		"category of three digits":       {signed(head + service + "5203599" + "5303417" + "59041234"), "object 52: not four digits at 38"},
		"no currency":                    {signed(head + service + "52045999" + "59041234"), "object 53: absent"},
		"roubles":                        {signed(head + service + "52045999" + "5303643" + "59041234"), `object 53: currency "643", only 417 is known at 46`},
		"a card number for a currency":   {signed(head + service + "52045999" + obj("53", "4111111111111111") + "59041234"), `object 53: currency "4111…", only 417 is known at 46`},
		"no name":                        {signed(head + service + "52045999" + "5303417"), "object 59: absent"},
		"name too long":                  {signed(head + service + "52045999" + "5303417" + obj("59", strings.Repeat("n", 26))), "object 59: 26 characters, at most 25 at 53"},
		"sum of 0 on a dynamic code":     {signed("000201010212" + service + "54010" + tail), "object 54: a sum is not zero at 38"},
		"sum of 00 on a static code":     {signed(head + service + "540200" + tail), "object 54: a sum is not zero at 38"},
		"sum with a point":               {signed(head + service + "540412.5" + tail), "object 54: a sum is digits, in tyiyn at 38"},
		"negative sum":                   {signed(head + service + "5402-5" + tail), "object 54: a sum is digits, in tyiyn at 38"},
		"sum of 14 digits":               {signed(head + service + obj("54", "10000000000000") + tail), "object 54: 14 characters, at most 13 at 38"},
		"extra of four parts":            {signed(head + service + obj("35", obj("04", "k:l:v:11")) + tail), "object 35/04: not of the form key:label:value:title:state at 42"},
		"extra without colons":           {signed(head + service + obj("35", obj("00", "k")) + tail), "object 35/00: not of the form key:label:value:title:state at 42"},
		"extra of state 13":              {signed(head + service + obj("39", obj("00", "k:l:v:t:13")) + tail), "object 39/00: visible state is neither 11 nor 12 at 42"},
		"not UTF-8":                      {"#" + head + "3401%ff", "not UTF-8 at 16"},
		"a line break inside":            {signed(head + service + obj("34", "a\nb") + tail), "forbidden character U+000A at 39"},
		"text turned around":             {signed(head + service + obj("34", "a\u202eb") + tail), "forbidden character U+202E at 39"},
	}
	// Without a '#' and without 0002 in front, there is no fragment at all.
	tests["00 not first"] = struct{ uri, want string }{tests["00 not first"].uri, "not a payment link: nothing to pay after '#'"}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			link, err := elqr.Decode(tt.uri)
			var typed *elqr.Error
			if !errors.As(err, &typed) {
				t.Fatalf("got %+v, %v, want an *elqr.Error", link, err)
			}
			if diff := cmp.Diff(err.Error(), tt.want); diff != "" {
				t.Errorf("(-got +want):\n%s", diff)
			}
			if diff := cmp.Diff(link, elqr.Link{}); diff != "" {
				t.Errorf("a link beside the error: %s", diff)
			}
		})
	}
}

func TestFragment(t *testing.T) {
	for uri, want := range map[string]string{
		"https://pay.payqr.kg#000201x%20y": "000201x%20y",
		"000201#1":                         "000201#1",
		"https://payqr.kg%23000201":        "000201",
		"https://payqr.kg":                 "",
		" #0002 ":                          "0002",
	} {
		if got := elqr.Fragment(uri); got != want {
			t.Errorf("Fragment(%q) = %q, want %q", uri, got, want)
		}
	}
}

// encodedThroughout writes every byte as a triplet, as RFC 3986 allows.
func encodedThroughout(text string) string {
	var out strings.Builder
	for _, b := range []byte(text) {
		fmt.Fprintf(&out, "%%%02x", b)
	}
	return out.String()
}
