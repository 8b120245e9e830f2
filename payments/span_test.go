package payments_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"elkart.kg/trade/payments"
)

func TestParseSpan(t *testing.T) {
	for _, tc := range []struct{ name, in, want string }{
		{"hours", "9-18", "09:00–18:00"},
		{"minutes", "09:30 – 18:45", "09:30–18:45"},
		{"full stops and a long dash", "9.00—18.30", "09:00–18:30"},
		{"over midnight", "22:00-6", "22:00–06:00"},
		{"till midnight", "10-24", "10:00–00:00"},
		{"no length", "9-9", ""},
		{"all day written as two midnights", "0-24", ""},
		{"no such hour", "9-25", ""},
		{"past midnight", "9-24:30", ""},
		{"no such minute", "9:60-18", ""},
		{"one minute digit", "9:5-18", ""},
		{"words", "с 9 до 18", ""},
		{"something after it", "9-18 пн", ""},
		{"negative", "-9-18", ""},
		{"nothing", "", ""},
	} {
		span, ok := payments.ParseSpan(tc.in)
		got := ""
		if ok {
			got = span.String()
		}
		if got != tc.want {
			t.Errorf("%s: ParseSpan(%q) = %q, want %q", tc.name, tc.in, got, tc.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		want := payments.Span{From: rapid.IntRange(0, 1439).Draw(t, "from"), To: rapid.IntRange(0, 1439).Draw(t, "to")}
		got, ok := payments.ParseSpan(want.String())
		if ok == want.Empty() || ok && got != want {
			t.Fatalf("%s reads as %v, %v", want, got, ok)
		}
		at := time.Date(2026, 5, 9, 0, rapid.IntRange(0, 1439).Draw(t, "now"), 30, 0, time.UTC)
		back := payments.Span{From: want.To, To: want.From}
		if !want.Empty() && want.Holds(at) == back.Holds(at) {
			t.Fatalf("%s and %s both say %v of %s", want, back, want.Holds(at), at)
		}
		if want.Empty() && want.Holds(at) {
			t.Fatalf("an empty span holds %s", at)
		}
	})
}

func TestCleanHours(t *testing.T) {
	for in, want := range map[string]string{
		"9-18": "09:00–18:00", " Пн–пт 9–18,\nсб 10–15 ": "Пн–пт 9–18, сб 10–15", "24/7": "24/7", "": "",
	} {
		if got, err := payments.CleanHours(in); err != nil || got != want {
			t.Errorf("CleanHours(%q) = %q, %v, want %q", in, got, err, want)
		}
	}
}

func TestCleanTIN(t *testing.T) {
	for in, want := range map[string]string{
		"20101199012345": "20101199012345", "2 0101 1990-12345": "20101199012345", "": "", "٢٠١٠١١٩٩٠١٢٣٤٥": "20101199012345",
		"2010119901234": "!", "201011990123456": "!", "2010119901234x": "!", "ИНН": "!",
	} {
		got, err := payments.CleanTIN(in)
		if payments.CodeOf(err) == payments.CodeTINMalformed {
			got = "!"
		} else if err != nil {
			t.Errorf("CleanTIN(%q): %v", in, err)
		}
		if got != want {
			t.Errorf("CleanTIN(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCleanContact(t *testing.T) {
	for in, want := range map[string]string{
		"+996555123456": "+996555123456", "@aigul_shop": "@aigul_shop", "https://t.me/aigul": "@aigul", "t.me/aigul": "@aigul",
		"Спросите\u202e Айгүл\nна кассе": "Спросите Айгүл на кассе", "": "",
		"!!!": "!", "9417 0000 0000 1234": "!", "карта 4111111111111111": "!",
	} {
		got, err := payments.CleanContact(in)
		if payments.CodeOf(err) == payments.CodeContactMalformed {
			got = "!"
		} else if err != nil {
			t.Errorf("CleanContact(%q): %v", in, err)
		}
		if got != want {
			t.Errorf("CleanContact(%q) = %q, want %q", in, got, want)
		}
	}
}
