package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"elkart.kg/trade/payments"
	"elkart.kg/trade/store"
)

// closeEverybodysDays is what happens at midnight where days close by
// themselves: once for outlets that were never closed, whose whole history is
// counted; once a day later, when each was paid once more; and once another day
// later, when nothing happened.
func closeEverybodysDays(ctx context.Context, b bench, s *store.Store, pool *pgxpool.Pool, o reportsOptions, evening time.Time) ([]reportsResult, error) {
	if o.closings == 0 {
		return nil, nil
	}
	day := payments.Merchant{TimeZone: "Asia/Bishkek"}.DayOf(evening)
	var now time.Time
	service := &payments.Service{Store: s, Now: func() time.Time { return now }, Log: b.log}
	if _, err := pool.Exec(ctx, `UPDATE merchants SET close_days = true WHERE id <= 100000 + $1::int`, o.closings); err != nil {
		return nil, fmt.Errorf("bench: who closes: %w", err)
	}
	var lines []reportsResult
	closed := 0
	for i, stage := range []string{"closings_first", "closings", "closings_quiet"} {
		if stage == "closings" {
			args := []any{o.closings, o.closings, day.To.Add(time.Hour), 20 * time.Hour, o.history + o.payments}
			if _, err := pool.Exec(ctx, fillPayments, args...); err != nil {
				return nil, fmt.Errorf("bench: fill in another day: %w", err)
			}
		}
		now = day.To.Add(time.Duration(i) * 24 * time.Hour).Add(time.Minute)
		took, err := timed(func() error { return service.CloseDays(ctx) })
		if err != nil {
			return nil, fmt.Errorf("bench: close days: %w", err)
		}
		r := reportsResult{Stage: stage, Merchants: o.closings, Payments: o.payments, MS: ms(took), PerSecond: float64(o.closings) / took.Seconds()}
		before := closed
		var counted, there int
		err = pool.QueryRow(ctx, `
			SELECT (SELECT count(*) FROM closings), (SELECT COALESCE(sum(taken), 0)::bigint FROM closings),
				(SELECT count(*) FROM payments WHERE receipt IS NOT NULL AND merchant_id <= 100000 + $1::int)`, o.closings).
			Scan(&closed, &counted, &there)
		if err != nil {
			return nil, fmt.Errorf("bench: count closings: %w", err)
		}
		r.Reports = closed - before
		if counted != there || stage == "closings" && r.Reports != o.closings || stage == "closings_quiet" && r.Reports != 0 {
			r.Errors = 1
		}
		lines = append(lines, r)
	}
	return lines, nil
}
