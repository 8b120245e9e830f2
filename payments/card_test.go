package payments_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"elkart.kg/trade/payments"
)

func TestParseCardNumber(t *testing.T) {
	for _, c := range []struct {
		text string
		code payments.Code
	}{
		{"9417123412341234", ""},
		{" 9417 1234 1234 1234 ", ""},
		{"9417-1234-1234-1234", ""},
		{"٩٤١٧ 1234 1234 1234", ""},
		{"9417123412341234567", ""},
		{"4169123412341234", payments.CodeCardNotElkart},
		{"941712341234123", payments.CodeCardMalformed},
		{"94171234123412345", payments.CodeCardMalformed},
		{"9417 1234 1234 123x", payments.CodeCardMalformed},
		{"", payments.CodeCardMalformed},
	} {
		t.Run(c.text, func(t *testing.T) {
			n, err := payments.ParseCardNumber(c.text)
			if got := payments.CodeOf(err); got != c.code {
				t.Fatalf("got %v, want code %q", err, c.code)
			}
			if err == nil && len(n.Reveal()) < 16 {
				t.Fatalf("got %d digits", len(n.Reveal()))
			}
		})
	}
}

func TestFindCardNumber(t *testing.T) {
	for text, want := range map[string]bool{
		"9417123412341234": true,
		"картам 9417 1234 1234 1234 рахмат": true,
		"9417-1234-1234-1234, 12/28":        true,
		"500 9417 1234 1234 1234":           true,
		"9417\n1234\n1234\n1234":            true,
		"9417.1234.1234.1234":               true,
		"4111 1111 1111 1111":               true, // another system's test number
		"4111 1111 1111 1112":               false,
		"+996 555 123 456":                  false,
		"500 кофе":                          false,
		"1 250,50":                          false,
		"9417":                              false,
		"ИНН 12345678901234":                false,
		"https://pay.payqr.kg#00020101021132580009elcart.kg0105trade1026JZJVZAHNQC0372AFGJQ5WES0YC130212332600061000020112ELKART%20Trade5204581253034175906Tandyr63042696":                             false, // ends in digits that pass the check
		"төлөңүз https://pay.payqr.kg#00020101021132580009elcart.kg0105trade1026JZJVZAHNQC0372AFGJQ5WES0YC130212332600061000020112ELKART%20Trade5204581253034175906Tandyr63042696 4111 1111 1111 1111": true,
		"#0002019417123412341234":                    true,
		strings.Repeat("1 кофе 2 чай ", 300) + "500": false,
	} {
		if _, got := payments.FindCardNumber(text); got != want {
			t.Errorf("FindCardNumber(%q) = %v, want %v", text, got, want)
		}
	}
}

// However a number is printed, it stays hidden.
func TestCardNumberNeverPrints(t *testing.T) {
	n, err := payments.ParseCardNumber("9417123412341234")
	if err != nil {
		t.Fatal(err)
	}
	asJSON, err := json.Marshal(map[string]any{"n": n})
	if err != nil {
		t.Fatal(err)
	}
	for _, printed := range []string{
		fmt.Sprint(n), fmt.Sprintf("%v %+v %#v %s %q %x", n, n, n, n, n, n), string(asJSON),
		fmt.Sprintf("%+v", struct{ N payments.CardNumber }{n}), fmt.Errorf("bad card %v", n).Error(),
	} {
		if strings.Contains(printed, "1234") || strings.Contains(printed, "31323334") {
			t.Errorf("the number shows in %q", printed)
		}
	}
}

func TestKeyring(t *testing.T) {
	n, err := payments.ParseCardNumber("9417123412341234")
	if err != nil {
		t.Fatal(err)
	}
	old, oldText := payments.NewKeyring("2025")
	keyID, sealed := old.Seal(n, 7)
	if strings.Contains(string(sealed), "1234") {
		t.Fatal("the number stands in the cipher text")
	}
	_, newText := payments.NewKeyring("2026")
	ring, err := payments.ParseKeyring(newText + "," + oldText)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := ring.Open(keyID, sealed, 7)
	if err != nil || opened != n {
		t.Fatalf("after a change of keys: %v", err)
	}
	if newID, _ := ring.Seal(n, 7); newID != "2026" {
		t.Errorf("sealed with %q, want the first key", newID)
	}
	if _, err := ring.Open(keyID, sealed, 8); err == nil {
		t.Error("another merchant opened the card")
	}
	alone, err := payments.ParseKeyring(newText)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := alone.Open(keyID, sealed, 7); !errors.Is(err, payments.ErrUnknownKey) {
		t.Errorf("without the key: %v, want ErrUnknownKey", err)
	}
}

func TestParseKeyringRefuses(t *testing.T) {
	for _, text := range []string{"", "abc", "k:###", "k:c2hvcnQ=", ":" + strings.Repeat("A", 43) + "=",
		"k:" + strings.Repeat("A", 43) + "=,k:" + strings.Repeat("A", 43) + "="} {
		if _, err := payments.ParseKeyring(text); err == nil {
			t.Errorf("ParseKeyring(%q) passed", text)
		} else if strings.Contains(err.Error(), "AAAA") {
			t.Errorf("the key stands in the error %q", err)
		}
	}
}

func TestCodes(t *testing.T) {
	seen := make(map[string]bool)
	for range 1000 {
		code := payments.NewCode()
		if normal, ok := payments.NormalCode(strings.ToLower(code)); !ok || normal != code {
			t.Fatalf("NormalCode(lower %q) = %q, %v", code, normal, ok)
		}
		if seen[code] {
			t.Fatal("a code came twice")
		}
		seen[code] = true
	}
	for _, bad := range []string{"", "abc", strings.Repeat("U", 26), strings.Repeat("0", 27), "../../etc/passwd0000000000"} {
		if got, ok := payments.NormalCode(bad); ok {
			t.Errorf("NormalCode(%q) = %q", bad, got)
		}
	}
}
