package store

import (
	"context"
	"iter"
	"time"

	"github.com/jackc/pgx/v5"

	"elkart.kg/trade/payments"
)

const scheduleColumns = `
	s.merchant_id, s.person_id, s.kind, COALESCE(s.outlet_id, 0) AS outlet_id, s.hour, s.enabled, s.told,
	COALESCE(s.due_at, '0001-01-01T00:00:00Z') AS due_at, COALESCE(s.due_from, '0001-01-01T00:00:00Z') AS due_from,
	COALESCE(s.due_to, '0001-01-01T00:00:00Z') AS due_to, s.since`

// ReportSchedules returns what a member gets.
func (q queries) ReportSchedules(ctx context.Context, merchant payments.MerchantID, person payments.PersonID) ([]payments.ReportSchedule, error) {
	return many[payments.ReportSchedule](ctx, q.db,
		`SELECT `+scheduleColumns+` FROM report_schedules s WHERE s.merchant_id = $1 AND s.person_id = $2`, merchant, person)
}

// MerchantSchedules returns what all members of a merchant get.
func (t *tx) MerchantSchedules(ctx context.Context, merchant payments.MerchantID) ([]payments.ReportSchedule, error) {
	return many[payments.ReportSchedule](ctx, t.db,
		`SELECT `+scheduleColumns+` FROM report_schedules s WHERE s.merchant_id = $1 ORDER BY s.person_id, s.kind FOR NO KEY UPDATE`, merchant)
}

// ReportNothing reports whether a member is told that nothing happened.
func (q queries) ReportNothing(ctx context.Context, merchant payments.MerchantID, person payments.PersonID) (nothing bool, err error) {
	err = q.db.QueryRow(ctx, `
		SELECT COALESCE((SELECT report_nothing FROM members WHERE merchant_id = $1 AND person_id = $2), false)`, merchant, person).Scan(&nothing)
	return nothing, err
}

// SetReportNothing writes it.
func (t *tx) SetReportNothing(ctx context.Context, merchant payments.MerchantID, person payments.PersonID, told bool) error {
	return exec(ctx, t.db, `UPDATE members SET report_nothing = $3 WHERE merchant_id = $1 AND person_id = $2`, merchant, person, told)
}

// MarkSchedule writes all of a schedule.
func (t *tx) MarkSchedule(ctx context.Context, s payments.ReportSchedule) error {
	_, err := t.db.Exec(ctx, `
		INSERT INTO report_schedules (merchant_id, person_id, kind, outlet_id, hour, enabled, told, due_at, due_from, due_to, since)
		VALUES (@merchant, @person, @kind, NULLIF(@outlet::bigint, 0), @hour, @enabled, @told, @due_at, @due_from, @due_to, @since)
		ON CONFLICT (merchant_id, person_id, kind) DO UPDATE
		SET outlet_id = excluded.outlet_id, hour = excluded.hour, enabled = excluded.enabled, told = excluded.told,
			due_at = excluded.due_at, due_from = excluded.due_from, due_to = excluded.due_to`,
		pgx.NamedArgs{
			"merchant": s.MerchantID, "person": s.PersonID, "kind": s.Kind, "outlet": s.OutletID, "hour": s.Hour, "enabled": s.Enabled,
			"told": s.Told, "due_at": orNull(s.DueAt), "due_from": orNull(s.DueFrom), "due_to": orNull(s.DueTo), "since": s.Since,
		})
	return err
}

// MarkSchedules writes what is next of many schedules.
func (t *tx) MarkSchedules(ctx context.Context, all []payments.ReportSchedule) error {
	var merchants, people, told []int64
	var kinds []string
	var at, from, to []time.Time
	for _, s := range all {
		merchants, people, told = append(merchants, int64(s.MerchantID)), append(people, int64(s.PersonID)), append(told, int64(s.Told))
		kinds = append(kinds, string(s.Kind))
		at, from, to = append(at, s.DueAt), append(from, s.DueFrom), append(to, s.DueTo)
	}
	_, err := t.db.Exec(ctx, `
		UPDATE report_schedules s SET told = n.told, due_at = n.at, due_from = n.from_at, due_to = n.to_at
		FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::timestamptz[], $6::timestamptz[], $7::timestamptz[])
			AS n (merchant, person, kind, told, at, from_at, to_at)
		WHERE s.merchant_id = n.merchant AND s.person_id = n.person AND s.kind = n.kind`,
		merchants, people, kinds, told, at, from, to)
	return err
}

// LockNewSchedules returns schedules that are not reckoned yet; see
// payments.Tx.
func (t *tx) LockNewSchedules(ctx context.Context, limit int) ([]payments.DueReport, error) {
	return many[payments.DueReport](ctx, t.db, `
		SELECT `+scheduleColumns+`, m.time_zone, m.cutoff, false AS nothing
		FROM report_schedules s JOIN merchants m ON m.id = s.merchant_id
		WHERE s.due_at IS NULL
		ORDER BY s.merchant_id LIMIT $1 FOR NO KEY UPDATE OF s SKIP LOCKED`, limit)
}

// DueSpans returns what is due; see payments.Reader.
func (q queries) DueSpans(ctx context.Context, now time.Time) ([]payments.DueSpan, error) {
	return many[payments.DueSpan](ctx, q.db, `
		SELECT due_from AS from, due_to AS to, count(*) AS count
		FROM report_schedules WHERE enabled AND due_at <= $1
		GROUP BY due_from, due_to ORDER BY due_to, due_from`, now)
}

// LockDueReports returns schedules that are due; see payments.Tx.
func (t *tx) LockDueReports(ctx context.Context, now time.Time, span payments.DueSpan,
	merchant payments.MerchantID, person payments.PersonID, limit int,
) ([]payments.DueReport, error) {
	return many[payments.DueReport](ctx, t.db, `
		SELECT `+scheduleColumns+`, m.time_zone, m.cutoff, w.report_nothing AS nothing
		FROM report_schedules s
		JOIN merchants m ON m.id = s.merchant_id
		JOIN members w ON w.merchant_id = s.merchant_id AND w.person_id = s.person_id
		WHERE s.enabled AND s.due_from = @from AND s.due_to = @to AND s.due_at <= @now AND (s.merchant_id, s.person_id) > (@merchant, @person)
		ORDER BY s.merchant_id, s.person_id LIMIT @limit FOR NO KEY UPDATE OF s SKIP LOCKED`,
		pgx.NamedArgs{"from": span.From, "to": span.To, "now": now, "merchant": merchant, "person": person, "limit": limit})
}

// InsertReports keeps reports that became due; see payments.Tx.
func (t *tx) InsertReports(ctx context.Context, reports []payments.SentReport) ([]payments.SentReport, error) {
	var b struct {
		merchants, people, outlets, firsts         []int64
		kinds                                      []string
		from, to, due                              []time.Time
		done                                       []*time.Time
		taken, takenTotal, reversed, reversedTotal []int64
		refunded, refundedTotal, fees              []int64
	}
	for _, r := range reports {
		b.merchants, b.people = append(b.merchants, int64(r.MerchantID)), append(b.people, int64(r.PersonID))
		b.outlets, b.firsts, b.kinds = append(b.outlets, int64(r.OutletID)), append(b.firsts, int64(r.First)), append(b.kinds, string(r.Kind))
		b.from, b.to, b.due, b.done = append(b.from, r.From), append(b.to, r.To), append(b.due, r.DueAt), append(b.done, orNull(r.DoneAt))
		f := r.Figures
		b.taken, b.takenTotal = append(b.taken, int64(f.Taken.Count)), append(b.takenTotal, int64(f.Taken.Total))
		b.reversed, b.reversedTotal = append(b.reversed, int64(f.Reversed.Count)), append(b.reversedTotal, int64(f.Reversed.Total))
		b.refunded, b.refundedTotal = append(b.refunded, int64(f.Refunded.Count)), append(b.refundedTotal, int64(f.Refunded.Total))
		b.fees = append(b.fees, int64(f.Fees))
	}
	type made struct {
		ID         payments.ReportID
		MerchantID payments.MerchantID
		DoneAt     time.Time
	}
	rows, err := many[made](ctx, t.db, `
		INSERT INTO reports (merchant_id, person_id, kind, outlet_id, first, from_at, to_at, due_at, done_at,
			taken, taken_total, reversed, reversed_total, refunded, refunded_total, fees)
		SELECT merchant, person, kind, NULLIF(outlet, 0), first, from_at, to_at, due_at, done_at,
			taken, taken_total, reversed, reversed_total, refunded, refunded_total, fees
		FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::timestamptz[], $7::timestamptz[],
				$8::timestamptz[], $9::timestamptz[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[],
				$15::bigint[], $16::bigint[])
			AS r (merchant, person, kind, outlet, first, from_at, to_at, due_at, done_at,
				taken, taken_total, reversed, reversed_total, refunded, refunded_total, fees)
		ON CONFLICT ON CONSTRAINT reports_once DO NOTHING
		RETURNING id, merchant_id, COALESCE(done_at, '0001-01-01T00:00:00Z') AS done_at`,
		b.merchants, b.people, b.kinds, b.outlets, b.firsts, b.from, b.to, b.due, b.done,
		b.taken, b.takenTotal, b.reversed, b.reversedTotal, b.refunded, b.refundedTotal, b.fees)
	if err != nil {
		return nil, err
	}
	kept := make([]payments.SentReport, len(rows))
	for i, r := range rows {
		kept[i] = payments.SentReport{ID: r.ID, MerchantID: r.MerchantID, DoneAt: r.DoneAt}
	}
	return kept, nil
}

// figuresRow is figures as columns.
type figuresRow struct {
	Taken, Reversed, Refunded                int
	TakenTotal, ReversedTotal, RefundedTotal payments.Money
	Fees                                     payments.Money
}

func (r figuresRow) figures() payments.Figures {
	return payments.Figures{
		Taken:    payments.Takings{Count: r.Taken, Total: r.TakenTotal},
		Reversed: payments.Takings{Count: r.Reversed, Total: r.ReversedTotal},
		Refunded: payments.Takings{Count: r.Refunded, Total: r.RefundedTotal},
		Fees:     r.Fees,
	}
}

// SentReport returns a report that became due.
func (q queries) SentReport(ctx context.Context, merchant payments.MerchantID, id payments.ReportID) (payments.SentReport, error) {
	type row struct {
		ID                  payments.ReportID
		MerchantID          payments.MerchantID
		PersonID            payments.PersonID
		Kind                payments.ReportKind
		OutletID            payments.OutletID
		First               payments.Date
		FromAt, ToAt, DueAt time.Time
		DoneAt              time.Time
		figuresRow
	}
	r, err := one[row](ctx, q.db, `
		SELECT id, merchant_id, person_id, kind, COALESCE(outlet_id, 0) AS outlet_id, first, from_at, to_at, due_at,
			COALESCE(done_at, '0001-01-01T00:00:00Z') AS done_at,
			taken, taken_total, reversed, reversed_total, refunded, refunded_total, fees
		FROM reports WHERE merchant_id = $1 AND id = $2`, merchant, id)
	return payments.SentReport{
		ID: r.ID, MerchantID: r.MerchantID, PersonID: r.PersonID, Kind: r.Kind, OutletID: r.OutletID, First: r.First,
		From: r.FromAt, To: r.ToAt, DueAt: r.DueAt, Figures: r.figures(), DoneAt: r.DoneAt,
	}, err
}

// MarkReportDone notes that a report needs nothing more.
func (t *tx) MarkReportDone(ctx context.Context, merchant payments.MerchantID, id payments.ReportID, now time.Time) error {
	return exec(ctx, t.db, `UPDATE reports SET done_at = COALESCE(done_at, $3) WHERE merchant_id = $1 AND id = $2`, merchant, id, now)
}

// ForgetReports drops reports that were due before an instant. That a period
// was told stands in the schedule.
func (s *Store) ForgetReports(ctx context.Context, before time.Time) (int64, error) {
	tag, err := s.pool.Exec(ctx, `DELETE FROM reports WHERE due_at < $1`, before)
	return tag.RowsAffected(), err
}

// FiguresOfAllSQL is the one pass over a span, of everybody or, where $3 is not
// NULL, of some merchants. Each part goes by the moment of its own rows, so that
// nothing but the span is read.
const FiguresOfAllSQL = `
	SELECT merchant_id, outlet_id, count(*) AS taken, sum(amount)::bigint AS taken_total, 0 AS reversed, 0 AS reversed_total,
		0 AS refunded, 0 AS refunded_total, sum(fee)::bigint AS fees
	FROM payments
	WHERE receipt IS NOT NULL AND final_at >= $1 AND final_at < $2 AND ($3::bigint[] IS NULL OR merchant_id = ANY ($3))
	GROUP BY merchant_id, outlet_id
	UNION ALL
	SELECT merchant_id, outlet_id, 0, 0, count(*), sum(amount)::bigint, 0, 0, -sum(fee)::bigint
	FROM payments
	WHERE reversed_at >= $1 AND reversed_at < $2 AND ($3::bigint[] IS NULL OR merchant_id = ANY ($3))
	GROUP BY merchant_id, outlet_id
	UNION ALL
	SELECT r.merchant_id, p.outlet_id, 0, 0, 0, 0, count(*), sum(r.amount)::bigint, 0
	FROM refunds r JOIN payments p ON p.id = r.payment_id
	WHERE r.state = 'succeeded' AND r.final_at >= $1 AND r.final_at < $2 AND ($3::bigint[] IS NULL OR r.merchant_id = ANY ($3))
	GROUP BY r.merchant_id, p.outlet_id
	ORDER BY merchant_id`

// FiguresOfAll hands figures out as they come; see payments.Reader.
func (q queries) FiguresOfAll(ctx context.Context, span payments.Day) iter.Seq2[payments.OutletFigures, error] {
	return func(yield func(payments.OutletFigures, error) bool) {
		rows, err := q.db.Query(ctx, FiguresOfAllSQL, span.From, span.To, nil)
		if err != nil {
			yield(payments.OutletFigures{}, err)
			return
		}
		defer rows.Close()
		for rows.Next() {
			f, err := scanFigures(rows)
			if !yield(f, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(payments.OutletFigures{}, err)
		}
	}
}

// FiguresOfSome is FiguresOfAll for a few.
func (q queries) FiguresOfSome(ctx context.Context, span payments.Day, merchants []payments.MerchantID) ([]payments.OutletFigures, error) {
	rows, err := q.db.Query(ctx, FiguresOfAllSQL, span.From, span.To, merchants)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (payments.OutletFigures, error) { return scanFigures(row) })
}

func scanFigures(row interface{ Scan(...any) error }) (payments.OutletFigures, error) {
	var merchant, outlet int64
	var n [7]int64
	err := row.Scan(&merchant, &outlet, &n[0], &n[1], &n[2], &n[3], &n[4], &n[5], &n[6])
	f := figuresRow{
		Taken: int(n[0]), TakenTotal: payments.Money(n[1]), Reversed: int(n[2]), ReversedTotal: payments.Money(n[3]),
		Refunded: int(n[4]), RefundedTotal: payments.Money(n[5]), Fees: payments.Money(n[6]),
	}
	return payments.OutletFigures{
		MerchantID: payments.MerchantID(merchant), OutletID: payments.OutletID(outlet), Figures: f.figures(),
	}, err
}
