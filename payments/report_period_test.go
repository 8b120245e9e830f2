package payments_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"elkart.kg/trade/payments"
)

func date(t *testing.T, s string) payments.Date {
	t.Helper()
	at, err := time.Parse("2006-01-02", s)
	if err != nil {
		t.Fatal(err)
	}
	return payments.NewDate(at.Date())
}

func local(t *testing.T, zone, s string) time.Time {
	t.Helper()
	where, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", s, where)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestPeriods(t *testing.T) {
	for _, tt := range []struct {
		name, zone string
		cutoff     int
		kind       payments.ReportKind
		date, now  string
		want       string // from – to, in the merchant's zone
		compared   string
	}{
		{"a day so far", "Asia/Bishkek", 0, payments.ReportDaily, "2026-11-20", "2026-11-20 21:00", "20.11 00:00 – 20.11 21:00", "13.11 00:00 – 13.11 21:00"},
		{"a day that is over", "Asia/Bishkek", 0, payments.ReportDaily, "2026-11-20", "2026-11-23 21:00", "20.11 00:00 – 21.11 00:00", "13.11 00:00 – 14.11 00:00"},
		{"a bar's day", "Asia/Bishkek", 4, payments.ReportDaily, "2026-11-20", "2026-11-21 02:30", "20.11 04:00 – 21.11 02:30", "13.11 04:00 – 14.11 02:30"},
		{"a week on Sunday", "Asia/Bishkek", 0, payments.ReportWeekly, "2026-11-22", "2026-11-22 21:00", "16.11 00:00 – 22.11 21:00", "09.11 00:00 – 15.11 21:00"},
		{"a month after a shorter one, on its last day", "Asia/Bishkek", 0, payments.ReportMonthly, "2026-03-31", "2026-03-31 12:00", "01.03 00:00 – 31.03 12:00", "01.02 00:00 – 01.03 00:00"},
		{"February of a leap year", "Asia/Bishkek", 0, payments.ReportMonthly, "2028-02-29", "2028-03-05 12:00", "01.02 00:00 – 01.03 00:00", "01.01 00:00 – 01.02 00:00"},
		{"the day summer time begins", "Europe/Berlin", 4, payments.ReportDaily, "2026-03-29", "2026-04-30 12:00", "29.03 04:00 – 30.03 04:00", "22.03 04:00 – 23.03 04:00"},
		{"a week after summer time began, so far", "Europe/Berlin", 0, payments.ReportDaily, "2026-03-31", "2026-03-31 21:00", "31.03 00:00 – 31.03 21:00", "24.03 00:00 – 24.03 21:00"},
		{"a day that has not begun", "Asia/Bishkek", 0, payments.ReportDaily, "2026-11-21", "2026-11-20 21:00", "21.11 00:00 – 21.11 00:00", "14.11 00:00 – 14.11 00:00"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := payments.Merchant{TimeZone: tt.zone, Cutoff: tt.cutoff}
			p := m.Period(tt.kind, date(t, tt.date), local(t, tt.zone, tt.now).UTC())
			show := func(d payments.Day) string {
				const form = "02.01 15:04"
				return d.From.In(m.Location()).Format(form) + " – " + d.To.In(m.Location()).Format(form)
			}
			if got := show(p.Day); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			if got := show(m.Compared(p).Day); got != tt.compared {
				t.Errorf("compared with %s, want %s", got, tt.compared)
			}
		})
	}
}

func TestDatesAreTheWeekOrMonthThatTheyAre(t *testing.T) {
	for _, tt := range []struct {
		name, first, last string
		want              payments.ReportKind
		before            string
	}{
		{"a day", "2026-11-20", "2026-11-20", payments.ReportDaily, "19.11–19.11"},
		{"a week", "2026-11-09", "2026-11-15", payments.ReportWeekly, "02.11–08.11"},
		{"seven days from Tuesday", "2026-11-10", "2026-11-16", payments.ReportSpan, "03.11–09.11"},
		{"a month after a shorter one", "2026-10-01", "2026-10-31", payments.ReportMonthly, "01.09–30.09"},
		{"a month so far", "2026-11-01", "2026-11-20", payments.ReportMonthly, "01.10–31.10"},
		{"a part of this month", "2026-11-01", "2026-11-15", payments.ReportSpan, "17.10–31.10"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := payments.Merchant{TimeZone: "Asia/Bishkek"}
			p := m.Dates(date(t, tt.first), date(t, tt.last), local(t, m.TimeZone, "2026-11-20 21:00").UTC())
			before := m.Shifted(p, -1)
			got := before.First.Time().Format("02.01") + "–" + before.Last.Time().Format("02.01")
			if p.Kind != tt.want || got != tt.before {
				t.Errorf("got %s after %s, want %s after %s", p.Kind, got, tt.want, tt.before)
			}
		})
	}
}

// Every instant is in exactly one business day, whatever the zone does to its
// clocks, and days follow one another without gaps.
func TestEveryInstantIsInItsDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := payments.Merchant{
			TimeZone: rapid.SampledFrom([]string{"Asia/Bishkek", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Nowhere/Land"}).Draw(t, "zone"),
			Cutoff:   rapid.IntRange(0, 23).Draw(t, "cutoff"),
		}
		at := time.Unix(rapid.Int64Range(1_700_000_000, 1_900_000_000).Draw(t, "at"), 0).UTC()
		day := m.DayOf(at)
		if at.Before(day.From) || !at.Before(day.To) {
			t.Fatalf("%s is not in %s – %s", at, day.From, day.To)
		}
		if next := m.DayOf(day.To); !next.From.Equal(day.To) {
			t.Fatalf("a day ends at %s, the next begins at %s", day.To, next.From)
		}
		if before := m.DayOf(day.From.Add(-1)); !before.To.Equal(day.From) {
			t.Fatalf("a day begins at %s, the one before ends at %s", day.From, before.To)
		}
	})
}
