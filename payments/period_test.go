package payments

import (
	"errors"
	"testing"
	"time"
)

// The period is the business of the package alone; a file's report shows it.
func TestClearingPeriod(t *testing.T) {
	at := func(text string) time.Time {
		t.Helper()
		when, err := time.ParseInLocation("2006-01-02 15:04:05", text, Bishkek())
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	for _, tt := range []struct {
		name, first, last, from, to string
	}{
		{"a working day", "2026-03-03 10:00:00", "2026-03-03 18:00:00", "2026-03-03 09:05:00", "2026-03-04 09:05:00"},
		{"through the night", "2026-03-03 10:00:00", "2026-03-04 09:04:59", "2026-03-03 09:05:00", "2026-03-04 09:05:00"},
		{"one payment, before the close", "2026-03-04 09:04:59", "2026-03-04 09:04:59", "2026-03-03 09:05:00", "2026-03-04 09:05:00"},
		{"one payment, at the close", "2026-03-04 09:05:00", "2026-03-04 09:05:00", "2026-03-04 09:05:00", "2026-03-05 09:05:00"},
		{"a weekend", "2026-03-06 12:00:00", "2026-03-08 23:00:00", "2026-03-06 09:05:00", "2026-03-09 09:05:00"},
		{"a Saturday alone", "2026-03-07 12:00:00", "2026-03-07 12:00:00", "2026-03-06 09:05:00", "2026-03-09 09:05:00"},
		{"a holiday's close is passed over", "2026-03-08 12:00:00", "2026-03-09 12:00:00", "2026-03-06 09:05:00", "2026-03-10 09:05:00"},
		{"two days in one file", "2026-03-03 10:00:00", "2026-03-04 10:00:00", "2026-03-03 09:05:00", "2026-03-05 09:05:00"},
		{"over new year", "2025-12-31 10:00:00", "2026-01-01 00:30:00", "2025-12-31 09:05:00", "2026-01-01 09:05:00"},
	} {
		got, err := clearingPeriod(at(tt.first), at(tt.last))
		if err != nil || !got.From.Equal(at(tt.from)) || !got.To.Equal(at(tt.to)) {
			t.Errorf("%s: %s to %s, %v, want %s to %s", tt.name, got.From.In(Bishkek()), got.To.In(Bishkek()), err, tt.from, tt.to)
		}
	}
	if _, err := clearingPeriod(at("2026-01-01 00:00:00"), at("2026-02-01 00:00:01")); !errors.Is(err, ErrNoPeriod) {
		t.Errorf("rows of more than a month: %v, want %v", err, ErrNoPeriod)
	}
}
