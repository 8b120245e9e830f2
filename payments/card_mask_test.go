package payments_test

import (
	"testing"

	"pgregory.net/rapid"

	"elkart.kg/trade/payments"
)

func TestNothingOfACardIsLeftByMask(t *testing.T) {
	for _, tc := range []struct{ name, in, want string }{
		{"number", "9417 0000 0000 1234", "•••• •••• •••• ••••"},
		{"with a digit too few", "карта 941700000000123!", "карта •••••••••••••••!"},
		{"a sum and a phone stay", "500 кофе +996555123456", "500 кофе +996555123456"},
		{"two short numbers apart", "1234567 и 1234567", "1234567 и 1234567"},
	} {
		if got := payments.MaskNumbers(tc.in); got != tc.want {
			t.Errorf("%s: MaskNumbers(%q) = %q, want %q", tc.name, tc.in, got, tc.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[a-я ]{0,5}[0-9٠-٩ .*/_–-]{0,60}[a-я]{0,5}`).Draw(t, "text")
		if _, found := payments.FindCardNumber(payments.MaskNumbers(text)); found {
			t.Fatalf("MaskNumbers(%q) = %q has a number", text, payments.MaskNumbers(text))
		}
	})
}
