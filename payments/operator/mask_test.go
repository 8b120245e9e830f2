package operator_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"elkart.kg/trade/payments/operator"
)

func TestMask(t *testing.T) {
	tests := []struct{ name, give, want string }{
		{"the regulation's example", "cafe Alto", "c***e A***o"},
		{"hyphen inside", "Cafe Ala-Too", "C***e A***o"},
		{"Cyrillic", "Кафе Ала-Тоо", "К***е А***о"},
		{"Kyrgyz letters", "Өрүк Үй Ңң", "Ө***к Ү*** Ң***"},
		{"one letter", "Я и Бакай", "*** *** Б***й"},
		{"two letters keep one", "ИП Асан", "И*** А***н"},
		{"same length for short and long", "Аня Александра", "А***я А***а"},
		{"quotation marks", "ОсОО «Ак-Бата»", "О***О «А***а»"},
		{"spaces of all kinds", "  Cafe\u00a0\t Alto\n", "C***e A***o"},
		{"emoji", "🍕🍔🍟 кафе", "🍕***🍟 к***е"},
		{"emoji of several code points", "👩🏽‍🍳🇰🇬👨‍👩‍👧", "👩🏽‍🍳***👨‍👩‍👧"},
		{"combining mark stays with its letter", "e\u0301te\u0301", "e\u0301***e\u0301"},
		{"direction override goes", "abc\u202edef", "a***f"},
		{"digits", "Магазин 24", "М***н 2***"},
		{"lone punctuation", "A & B-C", "*** & B***C"},
		{"empty", "", "***"},
		{"nothing visible", " \u200b ", "***"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := operator.Mask(tt.give); got != tt.want {
				t.Errorf("Mask(%q) = %q, want %q", tt.give, got, tt.want)
			}
		})
	}
}

func FuzzMask(f *testing.F) {
	for _, seed := range []string{"Cafe Alto", "👩🏽‍🍳", "\u200d\u0301", "«»", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		got := operator.Mask(name)
		if got == "" {
			t.Errorf("Mask(%q) is empty", name)
		}
		if utf8.ValidString(name) && !utf8.ValidString(got) {
			t.Errorf("Mask(%q) = %q breaks a character", name, got)
		}
		letters := strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' {
				return r
			}
			return -1
		}, name)
		if letters == name && len(name) > 2 && strings.Contains(got, name) {
			t.Errorf("Mask(%q) = %q hides nothing", name, got)
		}
	})
}
