package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"elkart.kg/trade/payments"
)

// DayOfWork counts what a span brought the people who run the program. What the
// operator waited for longer than it does is an error, whatever we answered.
func (q queries) DayOfWork(ctx context.Context, span payments.Day) (d payments.DayOfWork, err error) {
	var median, slowest int64
	err = q.db.QueryRow(ctx, `
		SELECT taken.*, reversed.*, refunded.*, failed.*, calls.*,
			(SELECT count(*) FROM payments WHERE state = 'executing'),
			(SELECT count(*) FROM refunds WHERE state IN ('requested', 'sent') AND requested_at < @to),
			(SELECT count(*) FROM breaks WHERE closed_at IS NULL),
			(SELECT count(*) FROM breaks WHERE first_seen >= @from AND first_seen < @to),
			(SELECT count(*) FROM credits WHERE refused_at >= @from AND refused_at < @to),
			(SELECT COALESCE(sum(amount - withheld), 0)::bigint FROM credits WHERE state IN ('due', 'sent')),
			(SELECT count(*) FROM river_job WHERE state = 'discarded' AND finalized_at >= @from AND finalized_at < @to),
			(SELECT count(*) FROM reports WHERE done_at IS NULL)
		FROM
			(SELECT count(DISTINCT merchant_id), count(*), COALESCE(sum(amount), 0)::bigint
				FROM payments WHERE receipt IS NOT NULL AND final_at >= @from AND final_at < @to) taken,
			(SELECT count(*), COALESCE(sum(amount), 0)::bigint FROM payments WHERE reversed_at >= @from AND reversed_at < @to) reversed,
			(SELECT count(*), COALESCE(sum(amount), 0)::bigint
				FROM refunds WHERE state = 'succeeded' AND final_at >= @from AND final_at < @to) refunded,
			(SELECT count(*) FROM payments
				WHERE state IN ('failed', 'cancelled') AND executed_at IS NOT NULL AND final_at >= @from AND final_at < @to) failed,
			(SELECT count(*), count(*) FILTER (WHERE status >= 500 OR took_us > @limit),
				COALESCE(percentile_disc(0.5) WITHIN GROUP (ORDER BY took_us), 0),
				COALESCE(percentile_disc(0.99) WITHIN GROUP (ORDER BY took_us), 0)
				FROM operator_calls WHERE at >= @from AND at < @to) calls`,
		pgx.NamedArgs{"from": span.From, "to": span.To, "limit": payments.AnswerWithin.Microseconds()}).
		Scan(&d.Merchants, &d.Taken.Count, &d.Taken.Total, &d.Reversed.Count, &d.Reversed.Total, &d.Refunded.Count, &d.Refunded.Total,
			&d.Failed, &d.Calls, &d.Errors, &median, &slowest, &d.Unsettled, &d.Pending, &d.Breaks, &d.NewBreaks, &d.Refused, &d.Waiting, &d.Lost, &d.Unsent)
	d.Median, d.Slowest = time.Duration(median)*time.Microsecond, time.Duration(slowest)*time.Microsecond
	return d, err
}
