package handlers

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/documents"
)

// inBars writes a chart as a line a bar.
func inBars(c documents.Chart) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s / %s / %s %s %d\n", c.Title, c.Note, c.Top, c.Middle, c.Scale)
	for _, bar := range c.Bars {
		fmt.Fprintf(&b, "%2s %d %s\n", bar.Label, bar.Value, bar.Called)
	}
	return b.String()
}

func TestChartsInWords(t *testing.T) {
	c := catalog(t)
	day := sampleReport(payments.ReportDaily)
	day.Merchant.Name = hostileName
	for i := range day.Bars {
		day.Bars[i].Takings = payments.Takings{}
	}
	day.Bars[9].Takings, day.Bars[14].Takings = payments.Takings{Count: 3, Total: 12_550_99}, payments.Takings{Count: 1, Total: 100}
	long := day
	long.Outlet = 2
	long.Period = day.Merchant.Dates(20250101, 20261231, evening)
	long.Bars = nil
	for i := range 24 {
		long.Bars = append(long.Bars, payments.Bar{From: time.Date(2025, time.Month(1+i), 1, 0, 0, 0, 0, time.UTC), Takings: payments.Takings{Count: 1, Total: payments.Money(i) * 1_000_000_00}})
	}
	week := day
	week.Period, week.Bars = day.Merchant.Period(payments.ReportWeekly, friday, evening), nil
	for i := range 7 {
		week.Bars = append(week.Bars, payments.Bar{From: day.Period.From.AddDate(0, 0, i-4)})
	}
	for _, l := range locales.Languages() {
		p := c.Printer(l.Code)
		golden(t, "documents/chart."+l.Code+".txt", inBars(ChartData(p, day))+inBars(ChartData(p, long))+inBars(ChartData(p, week)))
	}
}

func TestScalesEndAtRoundSums(t *testing.T) {
	for m, want := range map[payments.Money]payments.Money{
		0: 1_00, 1: 1_00, 1_00: 1_00, 1_01: 2_00, 3_00: 5_00, 6_00: 10_00, 12_550_99: 20_000_00, 20_000_01: 50_000_00, 1 << 50: 20_000_000_000_000_00,
	} {
		if got := roundUp(m); got != want {
			t.Errorf("%d: %d, want %d", m, got, want)
		}
	}
}
