package payments_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"elkart.kg/trade/payments"
)

// Whatever the zone, the cut-off and the instant: the day of an instant holds
// it, and days follow each other without a gap.
func TestSpansOfDates(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := payments.Merchant{
			TimeZone: rapid.SampledFrom([]string{"Asia/Bishkek", "UTC", "Europe/Berlin", "Pacific/Auckland", "nowhere"}).Draw(t, "zone"),
			Cutoff:   rapid.IntRange(0, 23).Draw(t, "cutoff"),
		}
		at := time.Unix(rapid.Int64Range(1_000_000_000, 4_000_000_000).Draw(t, "at"), 0)
		d := m.DateOf(at)
		if diff := cmp.Diff(m.Span(d, d), m.DayOf(at)); diff != "" || !d.Valid() {
			t.Fatalf("%d (-got +want):\n%s", d, diff)
		}
		n := rapid.IntRange(0, 800).Draw(t, "days")
		if got, want := m.Span(d, d.Plus(n)).To, m.Span(d.Plus(n+1), d.Plus(n+1)).From; !got.Equal(want) {
			t.Fatalf("%d days after %d end %s, the next begins %s", n, d, got, want)
		}
		if first := d.FirstOfMonth(0); first > d || first.FirstOfMonth(1) <= d || first.FirstOfMonth(1).FirstOfMonth(-1) != first {
			t.Fatalf("the month of %d begins %d", d, first)
		}
	})
}

func TestParseDates(t *testing.T) {
	const today = 20261123
	for _, tt := range []struct{ text, want string }{
		{"12.11", "20261112 20261112"},
		{" 1.1 ", "20260101 20260101"},
		{"24.11", "20251124 20251124"},
		{"23/11/26", "20261123 20261123"},
		{"29.02", "20240229 20240229"},
		{"01.11-15.11", "20261101 20261115"},
		{"01.11 – 15.11.2026", "20261101 20261115"},
		{"25.12—05.01", "20251225 20260105"},
		{"01.12.2026-31.12.2026", "20261201 20261231"},
		{"29.02.2023", ""},
		{"31.04", ""},
		{"0.1", ""},
		{"15.11.2026-01.11.2026", ""},
		{"12.11-", ""},
		{"12.11-13.11-14.11", ""},
		{"вчера", ""},
		{"12.11.20266", ""},
		{"", ""},
	} {
		got := ""
		if first, last, ok := payments.ParseDates(tt.text, today); ok {
			got = fmt.Sprintf("%d %d", first, last)
		}
		if got != tt.want {
			t.Errorf("%q is %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestParseDays(t *testing.T) {
	const today = 20261125 // a Wednesday
	for _, tt := range []struct{ text, want string }{
		{"12.11", "20261112 20261112"},
		{"01.11 – 15.11", "20261101 20261115"},
		{"вчера", "20261124 20261124"},
		{"Кечээ", "20261124 20261124"},
		{"yesterday", "20261124 20261124"},
		{"өткөн апта", "20261116 20261122"},
		{"ушул апта", "20261123 20261125"},
		{"этот месяц", "20261101 20261125"},
		{"апта", "20261123 20261125"},
		{"За неделю", "20261123 20261125"},
		{"month", "20261101 20261125"},
		{"ай", "20261101 20261125"},
		{"күн", "20261125 20261125"},
		{"октябрь", "20261001 20261031"},
		{"1-15 октября", "20261001 20261015"},
		{"вчера 500", ""},
		{"неделя кофе", ""},
		{"кофе", ""},
		{"500", ""},
		{"31.02", ""},
		{"", ""},
	} {
		got := ""
		if first, last, ok := payments.ParseDays(tt.text, today); ok {
			got = fmt.Sprintf("%d %d", first, last)
		}
		if got != tt.want {
			t.Errorf("%q is %q, want %q", tt.text, got, tt.want)
		}
	}
}
