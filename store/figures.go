package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"elkart.kg/trade/payments"
)

// The figures of every hour and of every day of UTC are kept beside the rows
// they add up, by triggers, in the transaction that changes such a row (table
// figures). So a span is the sum of its whole days, of the whole hours at their
// edges and, where it begins or ends within an hour, of the rows of that hour:
// what it costs does not grow with what came in. A merchant's days begin and end
// at whole hours of UTC, unless their zone is half an hour off.

// Lengths of the spans whose figures are kept.
const (
	hour     = time.Hour
	utcDay   = 24 * time.Hour
	hourSize = 1 // figures.hours
	daySize  = 24
)

// Figures counts what happened in a span; see payments.Reader.
func (q queries) Figures(ctx context.Context, of payments.FiguresOf) (payments.Figures, error) {
	args := pgx.NamedArgs{"merchant": of.MerchantID, "outlets": outletsOrNull(of.Outlets)}
	var parts []string
	add := func(span payments.Day, sql func(from, to string) string) {
		if span.From.Before(span.To) {
			from, to := fmt.Sprintf("from%d", len(parts)), fmt.Sprintf("to%d", len(parts))
			args[from], args[to] = span.From, span.To
			parts = append(parts, sql("@"+from, "@"+to))
		}
	}
	p := cutSpan(of.Day)
	for _, span := range p.rows {
		add(span, happenedSQL)
	}
	for _, span := range p.hours {
		add(span, keptSQL(hourSize))
	}
	add(p.days, keptSQL(daySize))
	if len(parts) == 0 {
		return payments.Figures{}, nil
	}
	r, err := one[figuresRow](ctx, q.db, `
		SELECT COALESCE(sum(taken), 0)::bigint AS taken, COALESCE(sum(taken_total), 0)::bigint AS taken_total,
			COALESCE(sum(reversed), 0)::bigint AS reversed, COALESCE(sum(reversed_total), 0)::bigint AS reversed_total,
			COALESCE(sum(refunded), 0)::bigint AS refunded, COALESCE(sum(refunded_total), 0)::bigint AS refunded_total,
			COALESCE(sum(fees), 0)::bigint AS fees
		FROM (`+strings.Join(parts, " UNION ALL ")+`) parts`, args)
	return r.figures(), err
}

// keptSQL reads figures that are kept.
func keptSQL(size int) func(from, to string) string {
	return func(from, to string) string {
		return fmt.Sprintf(`
			SELECT taken, taken_total, reversed, reversed_total, refunded, refunded_total, fees FROM figures
			WHERE merchant_id = @merchant AND hours = %d AND at >= %s AND at < %s
				AND (@outlets::bigint[] IS NULL OR outlet_id = ANY (@outlets))`, size, from, to)
	}
}

// happenedSQL adds up rows. Each part goes by its own index and reads the
// merchant's rows of the span alone.
func happenedSQL(from, to string) string {
	return strings.NewReplacer("@from", from, "@to", to).Replace(`
		SELECT taken.count AS taken, taken.total AS taken_total, reversed.count AS reversed, reversed.total AS reversed_total,
			refunded.count AS refunded, refunded.total AS refunded_total, taken.fees - reversed.fees AS fees
		FROM (
			SELECT count(*) AS count, COALESCE(sum(amount), 0)::bigint AS total, COALESCE(sum(fee), 0)::bigint AS fees
			FROM payments
			WHERE merchant_id = @merchant AND (@outlets::bigint[] IS NULL OR outlet_id = ANY (@outlets))
				AND receipt IS NOT NULL AND final_at >= @from AND final_at < @to
		) taken, (
			SELECT count(*) AS count, COALESCE(sum(amount), 0)::bigint AS total, COALESCE(sum(fee), 0)::bigint AS fees
			FROM payments
			WHERE merchant_id = @merchant AND (@outlets::bigint[] IS NULL OR outlet_id = ANY (@outlets))
				AND reversed_at >= @from AND reversed_at < @to
		) reversed, (
			SELECT count(*) AS count, COALESCE(sum(r.amount), 0)::bigint AS total
			FROM refunds r JOIN payments p ON p.id = r.payment_id
			WHERE r.merchant_id = @merchant AND (@outlets::bigint[] IS NULL OR p.outlet_id = ANY (@outlets))
				AND r.state = 'succeeded' AND r.final_at >= @from AND r.final_at < @to
		) refunded`)
}

// spanParts are the parts of a span by where their figures come from. Some of
// them may be empty, or end before they begin.
type spanParts struct {
	rows, hours [2]payments.Day
	days        payments.Day
}

// cutSpan cuts a span into whole days, whole hours and the rest.
func cutSpan(span payments.Day) spanParts {
	whole := inner(span, hour)
	if !whole.From.Before(whole.To) {
		return spanParts{rows: [2]payments.Day{span}}
	}
	p := spanParts{rows: [2]payments.Day{{From: span.From, To: whole.From}, {From: whole.To, To: span.To}}, days: inner(whole, utcDay)}
	if !p.days.From.Before(p.days.To) {
		p.hours[0], p.days = whole, payments.Day{}
		return p
	}
	p.hours = [2]payments.Day{{From: whole.From, To: p.days.From}, {From: p.days.To, To: whole.To}}
	return p
}

// inner is the part of a span that begins and ends at multiples of a length, in
// UTC.
func inner(span payments.Day, length time.Duration) payments.Day {
	begins := span.From.Truncate(length)
	if begins.Before(span.From) {
		begins = begins.Add(length)
	}
	return payments.Day{From: begins, To: span.To.Truncate(length)}
}

// outletsOrNull makes of none the NULL that stands for all.
func outletsOrNull(ids []payments.OutletID) []int64 {
	var all []int64
	for _, id := range ids {
		all = append(all, int64(id))
	}
	return all
}
