package elqr_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/payments/elqr"
)

const base = "https://pay.payqr.kg"

// charge is what this program writes for one payment.
func charge() elqr.Link {
	sum := int64(50000)
	return elqr.Link{
		Type: elqr.Dynamic, ProviderID: "elcart.kg", ServiceCode: "trade", Account: "MFRGGZDFMZTWQ2LKNNWG23TPOA",
		MerchantID: "1000123", ServiceName: "ELKART Trade", MCC: "5814", Currency: "417", Amount: &sum, Name: "Kafe Ak-Keme",
	}
}

func TestEncodeCanonical(t *testing.T) {
	everything := charge()
	everything.TransactionID = "t1"
	everything.Comment = "Чай + нан, 2 шт."
	everything.Extra = []elqr.Extra{{Key: "table", Label: "Стол", Value: "12", Title: "", Visible: true}, {Key: "k"}}
	static := charge()
	static.Type, static.Amount, static.ServiceCode = elqr.Static, nil, ""
	static.AmountEditable, static.AccountEditable = true, true
	static.Name = "9417 **** **** 5269"
	marked := static
	marked.Name, marked.ServiceName = "a*b_c~d__e~~f#[g]", "`x` 100%"

	tests := map[string]struct {
		link       elqr.Link
		base, want string
	}{
		"charge":                            {charge(), base, base + "#00020101021232640009elcart.kg0105trade1026MFRGGZDFMZTWQ2LKNNWG23TPOA120212130212332700071000123" + "0112ELKART%20Trade5204581453034175405500005912Kafe%20Ak-Keme6304"},
		"static: yes is not written":        {static, base + "#", base + "#00020101021132430009elcart.kg1026MFRGGZDFMZTWQ2LKNNWG23TPOA3327000710001230112ELKART%20Trade52045814530341759199417%20%2A%2A%2A%2A%20%2A%2A%2A%2A%2052696304"},
		"bare, everything, Cyrillic":        {everything, "", "00020101021232700009elcart.kg0105trade1026MFRGGZDFMZTWQ2LKNNWG23TPOA1102t11202121302123327000710001230112ELKART%20Trade3416%D0%A7%D0%B0%D0%B9%20%2B%20%D0%BD%D0%B0%D0%BD,%202%20%D1%88%D1%82.35320017table:%D0%A1%D1%82%D0%BE%D0%BB:12::110107k::::125204581453034175405500005912Kafe%20Ak-Keme6304"},
		"only doubled mark-up is encoded":   {marked, "https://payqr.kg", "https://payqr.kg#00020101021132430009elcart.kg1026MFRGGZDFMZTWQ2LKNNWG23TPOA33230007100012301" + "08%60x%60%20100%2552045814530341759" + "17a*b_c~d%5F%5Fe%7E%7Ef%23%5Bg%5D6304"},
		"a base with a path and a question": {charge(), "https://app.example/qr/?a=1", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := tt.link.Encode(tt.base)
			if err != nil {
				t.Fatal(err)
			}
			if tt.want != "" {
				if diff := cmp.Diff(got[:len(got)-4], tt.want); diff != "" {
					t.Errorf("all but the checksum (-got +want):\n%s", diff)
				}
			}
			tt.link.Base = strings.TrimSuffix(tt.base, "#")
			read, err := elqr.Decode(got)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(read, tt.link); diff != "" {
				t.Errorf("read again (-got +want):\n%s", diff)
			}
		})
	}
}

// Fields fill 35 before 36; five templates of 99 characters are all there is.
func TestEncodeExtraOverflow(t *testing.T) {
	l := charge()
	l.Extra = []elqr.Extra{
		{Key: "a", Value: strings.Repeat("ө", 37), Visible: true}, // 4 + 44 of 99
		{Key: "b", Value: strings.Repeat("b", 40), Visible: true}, // 4 + 47: 99 exactly
		{Key: "c", Value: strings.Repeat("c", 88), Visible: true}, // 4 + 95: a template to itself
		{Key: "d"},
	}
	uri, err := l.Encode("")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"35990044a::", "0147b::", "36990095c::", "37110007d::::12" + "52"} {
		if !strings.Contains(uri, want) {
			t.Errorf("no %q in %s", want, uri)
		}
	}
	got, err := elqr.Decode(uri)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got, l); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}

	l.Extra = nil
	for range 45 { // nine of 4+7 characters to a template
		l.Extra = append(l.Extra, elqr.Extra{Key: "k"})
	}
	if _, err := l.Encode(""); err != nil {
		t.Errorf("five full templates: %v", err)
	}
	l.Extra = append(l.Extra, elqr.Extra{Key: "k"})
	_, err = l.Encode("")
	if diff := cmp.Diff(errorText(err), "extra[45] (object 39): no room left in the objects 35 to 39"); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
}

func TestEncodeRefuses(t *testing.T) {
	sum := func(n int64) *int64 { return &n }
	extra := func(x elqr.Extra) func(*elqr.Link) {
		return func(l *elqr.Link) { l.Extra = []elqr.Extra{{Key: "ok"}, x} }
	}
	tests := map[string]struct {
		change func(*elqr.Link)
		want   string
	}{
		"no type":                       {func(l *elqr.Link) { l.Type = "" }, "type (object 01): neither static nor dynamic"},
		"type by number":                {func(l *elqr.Link) { l.Type = "12" }, "type (object 01): neither static nor dynamic"},
		"no provider":                   {func(l *elqr.Link) { l.ProviderID = "" }, "provider_id (object 32/00): absent"},
		"provider of 33":                {func(l *elqr.Link) { l.ProviderID = strings.Repeat("p", 33) }, "provider_id (object 32/00): 33 characters, at most 32"},
		"dynamic without service code":  {func(l *elqr.Link) { l.ServiceCode = "" }, "service_code (object 32/01): absent"},
		"service code of 11":            {func(l *elqr.Link) { l.ServiceCode = "averspay-it" }, "service_code (object 32/01): 11 characters, at most 10"},
		"account of 33":                 {func(l *elqr.Link) { l.Account = strings.Repeat("ү", 33) }, "account (object 32/10): 33 characters, at most 32"},
		"transaction id of 33":          {func(l *elqr.Link) { l.TransactionID = strings.Repeat("t", 33) }, "transaction_id (object 32/11): 33 characters, at most 32"},
		"32 as a whole too long":        {func(l *elqr.Link) { l.TransactionID = strings.Repeat("t", 32) }, "account (object 32): 100 characters together with the other fields of the service, at most 99"},
		"no merchant":                   {func(l *elqr.Link) { l.MerchantID = "" }, "merchant_id (object 33/00): absent"},
		"merchant of 33":                {func(l *elqr.Link) { l.MerchantID = strings.Repeat("1", 33) }, "merchant_id (object 33/00): 33 characters, at most 32"},
		"no service name":               {func(l *elqr.Link) { l.ServiceName = "" }, "service_name (object 33/01): absent"},
		"service name of 33":            {func(l *elqr.Link) { l.ServiceName = strings.Repeat("s", 33) }, "service_name (object 33/01): 33 characters, at most 32"},
		"service name of spaces":        {func(l *elqr.Link) { l.ServiceName = "  " }, "service_name (object 33/01): nothing but spaces"},
		"comment of 33":                 {func(l *elqr.Link) { l.Comment = strings.Repeat("ө", 33) }, "comment (object 34): 33 characters, at most 32"},
		"comment of two lines":          {func(l *elqr.Link) { l.Comment = "a\nb" }, "comment (object 34): forbidden character U+000A"},
		"comment turned around":         {func(l *elqr.Link) { l.Comment = "a\u202eb" }, "comment (object 34): forbidden character U+202E"},
		"comment not UTF-8":             {func(l *elqr.Link) { l.Comment = "a\xff" }, "comment (object 34): not UTF-8, or a replacement character"},
		"no category":                   {func(l *elqr.Link) { l.MCC = "" }, "mcc (object 52): absent"},
		"category of letters":           {func(l *elqr.Link) { l.MCC = "58a4" }, "mcc (object 52): not four digits"},
		"category in other digits":      {func(l *elqr.Link) { l.MCC = "٥٨١٤" }, "mcc (object 52): not four digits"},
		"category of three":             {func(l *elqr.Link) { l.MCC = "581" }, "mcc (object 52): not four digits"},
		"no currency":                   {func(l *elqr.Link) { l.Currency = "" }, "currency (object 53): absent"},
		"roubles":                       {func(l *elqr.Link) { l.Currency = "643" }, "currency (object 53): only 417 is known"},
		"sum of nothing":                {func(l *elqr.Link) { l.Amount = sum(0) }, "amount (object 54): not from 1 to 9999999999999 tyiyn"},
		"sum below nothing":             {func(l *elqr.Link) { l.Amount = sum(-1) }, "amount (object 54): not from 1 to 9999999999999 tyiyn"},
		"sum of 14 digits":              {func(l *elqr.Link) { l.Amount = sum(elqr.MaxAmount + 1) }, "amount (object 54): not from 1 to 9999999999999 tyiyn"},
		"no name":                       {func(l *elqr.Link) { l.Name = "" }, "name (object 59): absent"},
		"name in Cyrillic":              {func(l *elqr.Link) { l.Name = "Кафе" }, "name (object 59): not in Latin letters"},
		"name of 26":                    {func(l *elqr.Link) { l.Name = strings.Repeat("n", 26) }, "name (object 59): 26 characters, at most 25"},
		"card number as account":        {func(l *elqr.Link) { l.Account = "9417000000000008" }, "account (object 32/10): looks like a card number"},
		"ELKART without a check digit":  {func(l *elqr.Link) { l.Account = "9417000000000006" }, "account (object 32/10): looks like a card number"},
		"ELKART of nineteen digits":     {func(l *elqr.Link) { l.Comment = "9417 0000 0000 0000 123" }, "comment (object 34): looks like a card number"},
		"Mir card number":               {func(l *elqr.Link) { l.Account = "2200000000000004" }, "account (object 32/10): looks like a card number"},
		"UnionPay card number":          {func(l *elqr.Link) { l.MerchantID = "6200000000000005" }, "merchant_id (object 33/00): looks like a card number"},
		"card number in a name":         {func(l *elqr.Link) { l.Name = "4111-1111-1111-1111" }, "name (object 59): looks like a card number"},
		"card number after a number":    {func(l *elqr.Link) { l.Comment = "12 5555 5555 5555 4444" }, "comment (object 34): looks like a card number"},
		"extra without key":             {extra(elqr.Extra{Value: "v"}), "extra[1].key (object 35): absent"},
		"extra with a colon":            {extra(elqr.Extra{Key: "k", Value: "12:30"}), "extra[1].value (object 35): a colon separates the parts of the field"},
		"extra with a colon in the key": {extra(elqr.Extra{Key: "k:l"}), "extra[1].key (object 35): a colon separates the parts of the field"},
		"extra with a line break":       {extra(elqr.Extra{Key: "k", Title: "a\r\nb"}), "extra[1].title (object 35): forbidden character U+000D"},
		"extra with a card number":      {extra(elqr.Extra{Key: "k", Label: "4111 1111 1111 1111"}), "extra[1].label (object 35): looks like a card number"},
		"extra of 96":                   {extra(elqr.Extra{Key: "k", Value: strings.Repeat("ө", 89)}), "extra[1] (object 35): 96 characters with its colons, at most 95"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			l := charge()
			tt.change(&l)
			uri, err := l.Encode(base)
			var typed *elqr.Error
			if !errors.As(err, &typed) || uri != "" {
				t.Fatalf("got %q, %v, want an *elqr.Error", uri, err)
			}
			if diff := cmp.Diff(err.Error(), tt.want); diff != "" {
				t.Errorf("(-got +want):\n%s", diff)
			}
		})
	}
}

// Numbers that only resemble a card's are let through.
func TestEncodeAcceptsOtherNumbers(t *testing.T) {
	for name, account := range map[string]string{
		"bank account":        "1180000012802287",
		"wrong Luhn digit":    "4111111111111112",
		"18 digits of 9417":   "941700000000000612",
		"seventeen digits":    "41111111111111111",
		"a card's at the end": "14111111111111111",
		"masked":              "9417 **** **** 5269",
		"phone":               "996555123456",
		"digits of a token":   "a4111111111111111111",
		"two spaces inside":   "4111  1111 1111 1111",
	} {
		l := charge()
		l.Account = account
		if _, err := l.Encode(base); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	l := charge()
	l.Account, l.TransactionID = "1", "4111111111111111"
	if _, err := l.Encode(base); err != nil {
		t.Errorf("a provider's own number: %v", err)
	}
}

func TestEncodeRefusesBase(t *testing.T) {
	for _, bad := range []string{
		"pay.payqr.kg", "https:/x", "https://", "https:///path", "://x", "1x://y", "https://a b", "https://a#b",
		"https://кыргыз.kg", "https://a/**b**", "https://a/__b__", "https://a/~~b", "https://a/`b`", "https://a/[b]",
		"https://" + strings.Repeat("a", 300), "https://a\n",
	} {
		_, err := charge().Encode(bad)
		var typed *elqr.Error
		if !errors.As(err, &typed) || typed.Field != "base" {
			t.Errorf("base %q: %v, want an error about base", bad, err)
		}
	}
}

func TestChecksum(t *testing.T) {
	// The last four digits of SHA-256 of "abc", from FIPS 180-2, appendix B.
	if got := elqr.Checksum("abc"); got != "15ad" {
		t.Errorf("got %s, want 15ad", got)
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
