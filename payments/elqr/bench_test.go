package elqr_test

import (
	"testing"

	"elkart.kg/trade/payments/elqr"
)

func BenchmarkEncode(b *testing.B) {
	cyrillic := charge()
	cyrillic.Comment = "Чай жана нан"
	cyrillic.Extra = []elqr.Extra{{Key: "table", Label: "Стол", Value: "12", Visible: true}}
	for name, l := range map[string]elqr.Link{"charge": charge(), "comment and extra": cyrillic} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := l.Encode(base); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	uri, err := charge().Encode(base)
	if err != nil {
		b.Fatal(err)
	}
	for name, uri := range map[string]string{
		"charge":        uri,
		"no triplets":   production(b)[1].Link,
		"wrong hash":    uri[:len(uri)-1] + "x",
		"not a payment": "https://example.com/#section",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = elqr.Decode(uri)
			}
		})
	}
}

func BenchmarkLatin(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_ = elqr.Latin("ОсОО «Ак-Кеме» кафеси")
	}
}

// Budgets for the hot path: a decoded and an encoded text, a sum, nothing else.
func TestAllocations(t *testing.T) {
	l := charge()
	uri, err := l.Encode(base)
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() { _, _ = l.Encode(base) }); n > 2 {
		t.Errorf("Encode allocates %v times, want 2: the text and the link", n)
	}
	if n := testing.AllocsPerRun(100, func() { _, _ = elqr.Decode(uri) }); n > 2 {
		t.Errorf("Decode allocates %v times, want 2: the text and the sum", n)
	}
}
