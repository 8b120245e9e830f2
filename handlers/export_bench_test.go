package handlers

import (
	"context"
	"encoding/csv"
	"io"
	"runtime"
	"strconv"
	"testing"
	"time"

	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// BenchmarkStatement writes 100,000 lines in each format, and, for comparison,
// the same lines by the bare CSV writer. kept-MB is what is in memory at the
// end beyond what was there before: it must not grow with the lines.
func BenchmarkStatement(b *testing.B) {
	const lines = 100_000
	o := payments.Operation{
		Kind: payments.OperationPayment, OutletID: 1, Outlet: "Кафе «Ала-Тоо»", Amount: 1250_50, Fee: 11_25,
		Comment: "2 самсы, чай", OperatorID: "8f14e45f-ceea-467f-a0e6-8d3c2f9c1b2a", Cashier: "Айбек",
	}
	begin := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	each := func(_ context.Context, line func(payments.Operation) error) error {
		for i := range lines {
			o.Receipt, o.At = int64(i+1), begin.Add(time.Duration(i)*time.Second)
			if err := line(o); err != nil {
				return err
			}
		}
		return nil
	}
	measured := func(b *testing.B, write func() error) {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		for b.Loop() {
			if err := write(); err != nil {
				b.Fatal(err)
			}
		}
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(int64(after.HeapInuse)-int64(before.HeapInuse))/(1<<20), "kept-MB")
		b.ReportMetric(float64(b.N*lines)/b.Elapsed().Seconds(), "lines/s")
	}
	b.Run("bare", func(b *testing.B) {
		measured(b, func() error {
			out := csv.NewWriter(io.Discard)
			return each(b.Context(), func(o payments.Operation) error {
				return out.Write([]string{
					o.At.Format(time.DateTime), string(o.Kind), strconv.FormatInt(o.Receipt, 10), strconv.FormatInt(int64(o.Amount), 10),
					strconv.FormatInt(int64(o.Fee), 10), o.Outlet, o.Comment, o.Cashier, o.OperatorID,
				})
			})
		})
	})
	c, err := locales.New()
	if err != nil {
		b.Fatal(err)
	}
	bot := &Bot{catalog: c, now: time.Now}
	for _, format := range payments.ExportFormats() {
		b.Run(string(format), func(b *testing.B) {
			st := sampleStatement(format)
			st.Each = each
			dir := b.TempDir()
			measured(b, func() error {
				_, _, err := bot.WriteExport(b.Context(), st, dir, func(int) {})
				return err
			})
		})
	}
}
