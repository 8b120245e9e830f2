package payments_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"elkart.kg/trade/payments"
)

// The rule of what is told when.
func TestReportDue(t *testing.T) {
	for _, tt := range []struct {
		name, zone   string
		cutoff, hour int
		kind         payments.ReportKind
		first        payments.Date
		want         string // when: from – to
	}{
		{"evening: today so far", "Asia/Bishkek", 0, 21, payments.ReportDaily, 20261120, "20.11 21:00: 20.11 00:00 – 20.11 21:00"},
		{"noon: today so far", "Asia/Bishkek", 0, 12, payments.ReportDaily, 20261120, "20.11 12:00: 20.11 00:00 – 20.11 12:00"},
		{"morning: yesterday", "Asia/Bishkek", 0, 8, payments.ReportDaily, 20261120, "21.11 08:00: 20.11 00:00 – 21.11 00:00"},
		{"midnight: the day that has just ended", "Asia/Bishkek", 0, 0, payments.ReportDaily, 20261120, "21.11 00:00: 20.11 00:00 – 21.11 00:00"},
		{"a bar at two: the night so far", "Asia/Bishkek", 4, 2, payments.ReportDaily, 20261120, "21.11 02:00: 20.11 04:00 – 21.11 02:00"},
		{"a bar at its cut-off", "Asia/Bishkek", 4, 4, payments.ReportDaily, 20261120, "21.11 04:00: 20.11 04:00 – 21.11 04:00"},
		{"a bar in the evening", "Asia/Bishkek", 4, 21, payments.ReportDaily, 20261120, "20.11 21:00: 20.11 04:00 – 20.11 21:00"},
		{"a cut-off at noon, in the morning: so far", "Asia/Bishkek", 12, 9, payments.ReportDaily, 20261120, "21.11 09:00: 20.11 12:00 – 21.11 09:00"},
		{"a cut-off at noon, in the evening: the day before", "Asia/Bishkek", 12, 21, payments.ReportDaily, 20261120, "21.11 21:00: 20.11 12:00 – 21.11 12:00"},
		{"a week", "Asia/Bishkek", 0, 9, payments.ReportWeekly, 20261116, "23.11 09:00: 16.11 00:00 – 23.11 00:00"},
		{"a bar's week, before it is over", "Asia/Bishkek", 4, 2, payments.ReportWeekly, 20261116, "23.11 02:00: 16.11 04:00 – 23.11 02:00"},
		{"a week over the new year", "Asia/Bishkek", 0, 9, payments.ReportWeekly, 20261228, "04.01 09:00: 28.12 00:00 – 04.01 00:00"},
		{"a month", "Asia/Bishkek", 0, 9, payments.ReportMonthly, 20261101, "01.12 09:00: 01.11 00:00 – 01.12 00:00"},
		{"February of a leap year", "Asia/Bishkek", 4, 9, payments.ReportMonthly, 20280201, "01.03 09:00: 01.02 04:00 – 01.03 04:00"},
		{"the night clocks go forward, at the hour left out", "Europe/Berlin", 0, 2, payments.ReportDaily, 20260328, "29.03 03:00: 28.03 00:00 – 29.03 00:00"},
		{"the evening clocks went back", "Europe/Berlin", 0, 21, payments.ReportDaily, 20261025, "25.10 21:00: 25.10 00:00 – 25.10 21:00"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := payments.Merchant{TimeZone: tt.zone, Cutoff: tt.cutoff}
			at, p := m.ReportDue(tt.kind, tt.hour, tt.first)
			const form = "02.01 15:04"
			got := at.In(m.Location()).Format(form) + ": " + p.From.In(m.Location()).Format(form) + " – " + p.To.In(m.Location()).Format(form)
			if got != tt.want || p.First != tt.first {
				t.Errorf("got %s (%d), want %s", got, p.First, tt.want)
			}
		})
	}
}

// Whatever the zone, the cut-off and the hour: periods follow one another, each
// is due later than the one before, and none is told before its span is over.
func TestReportsFollowOneAnother(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := payments.Merchant{
			TimeZone: rapid.SampledFrom([]string{"Asia/Bishkek", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Africa/Casablanca"}).Draw(t, "zone"),
			Cutoff:   rapid.IntRange(0, 23).Draw(t, "cutoff"),
		}
		hour := rapid.IntRange(0, 23).Draw(t, "hour")
		kind := rapid.SampledFrom(payments.ScheduledKinds()).Draw(t, "kind")
		first := payments.NewDate(2026, time.January, rapid.IntRange(1, 800).Draw(t, "day"))
		at, p := m.ReportDue(kind, hour, first)
		next, after := m.ReportDue(kind, hour, p.Last.Plus(1))
		if !next.After(at) || p.First > first || p.Last < first || after.First != p.Last.Plus(1) {
			t.Fatalf("%d–%d, which holds %d, is due at %s, the next at %s", p.First, p.Last, first, at, next)
		}
		if at.Before(p.To) || !p.From.Before(p.To) || at.Sub(p.To) > 25*time.Hour {
			t.Fatalf("%d: %s – %s is told at %s", first, p.From, p.To, at)
		}
	})
}
