package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"elkart.kg/trade/payments"
	"elkart.kg/trade/store"
)

const reportsUsage = `usage: bench reports [--merchants 100000] [--payments 1000000] [--history 0] [--rounds 5] [--closings 0] [--sent 0]
  --payments N  of the day that is reported
  --history N   payments of the days before it
  --closings N  merchants whose days close by themselves
  --sent N      of the reports, at the pace of an emulated Telegram`

// reportsOptions are the flags of "bench reports".
type reportsOptions struct{ merchants, payments, history, rounds, closings, sent int }

func parseReportsOptions(args []string) (o reportsOptions, err error) {
	flags := flag.NewFlagSet("bench reports", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.IntVar(&o.merchants, "merchants", 100_000, "")
	flags.IntVar(&o.payments, "payments", 1_000_000, "")
	flags.IntVar(&o.history, "history", 0, "")
	flags.IntVar(&o.rounds, "rounds", 5, "")
	flags.IntVar(&o.closings, "closings", 0, "")
	flags.IntVar(&o.sent, "sent", 0, "")
	if err := flags.Parse(args); err != nil {
		return o, usageError(fmt.Sprintf("bench reports: %s\n%s", strings.Join(strings.Fields(err.Error()), " "), reportsUsage))
	}
	if flags.NArg() > 0 || o.merchants < 1 || o.merchants > 1_000_000 || o.payments < 1 || o.payments > 20_000_000 ||
		o.history < 0 || o.history > 100_000_000 || o.rounds < 1 || o.closings < 0 || o.closings > o.merchants || o.sent < 0 || o.sent > o.merchants {
		return o, usageError("bench reports: wrong argument\n" + reportsUsage)
	}
	return o, nil
}

// bareAggregate is the least that the figures of a day can cost: one statement
// that adds up each outlet's payments.
const bareAggregate = `
	SELECT merchant_id, outlet_id, count(*), sum(amount), sum(fee) FROM payments
	WHERE receipt IS NOT NULL AND final_at >= $1 AND final_at < $2 GROUP BY merchant_id, outlet_id`

// reportsResult is a line of standard output. Times are of the fastest round:
// what slows one down is somebody else.
type reportsResult struct {
	Stage     string  `json:"stage"`
	Merchants int     `json:"merchants"`
	Payments  int     `json:"payments"`
	Rounds    int     `json:"rounds,omitempty"`
	MS        float64 `json:"ms"`
	MedianMS  float64 `json:"median_ms,omitempty"`
	HeapMB    float64 `json:"heap_mb,omitempty"` // the most that was in use, sampled
	Errors    int     `json:"errors"`            // figures that are wrong
	Ratio     float64 `json:"ratio,omitempty"`   // of the summary: figures to bare
	Reports   int     `json:"reports,omitempty"` // put down, or days closed
	PerSecond float64 `json:"per_second,omitempty"`
}

// benchReports measures the figures of everybody's day in one pass against the
// bare aggregate, in turn, and then the making of everybody's reports.
func benchReports(ctx context.Context, b bench, args []string) (err error) {
	o, err := parseReportsOptions(args)
	if err != nil {
		return err
	}
	db, err := openScratch(ctx, b)
	if err != nil {
		return err
	}
	defer func() {
		if closed := db.close(context.WithoutCancel(ctx)); err == nil {
			err = closed
		}
	}()
	s, err := store.New(db.pool)
	if err != nil {
		return err
	}
	b.say("filling in %d merchants, %d payments of a day and %d before it …", o.merchants, o.payments, o.history)
	m := payments.Merchant{TimeZone: "Asia/Bishkek"}
	evening := time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC) // nine o'clock
	day := payments.Day{From: m.DayOf(evening).From, To: evening}
	if err := fillReports(ctx, db.pool, o, day); err != nil {
		return err
	}
	var bare, pass []time.Duration
	var heap uint64
	wrong := 0
	for round := range o.rounds + 1 { // the first warms up
		took, err := timed(func() error { return drain(ctx, db.pool, day) })
		if err != nil {
			return err
		}
		var sum payments.Figures
		ours, err := timed(func() error {
			n := 0
			for f, err := range s.FiguresOfAll(ctx, day) {
				if err != nil {
					return err
				}
				sum = sum.Plus(f.Figures)
				if n++; n%20_000 == 0 {
					heap = max(heap, heapInUse())
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("bench: figures of all: %w", err)
		}
		if sum.Taken.Count != o.payments {
			wrong++
		}
		if round > 0 {
			bare, pass = append(bare, took), append(pass, ours)
		}
	}
	line := func(stage string, all []time.Duration) reportsResult {
		slices.Sort(all)
		return reportsResult{
			Stage: stage, Merchants: o.merchants, Payments: o.payments, Rounds: o.rounds, MS: ms(all[0]), MedianMS: ms(all[len(all)/2]),
		}
	}
	figures := line("figures", pass)
	figures.HeapMB, figures.Errors = float64(heap)/(1<<20), wrong
	made, err := makeEverybodysReports(ctx, b, s, db.pool, o, evening)
	if err != nil {
		return err
	}
	if o.sent > 0 {
		sent, err := sendReports(ctx, b, db, o, evening)
		if err != nil {
			return err
		}
		if err := b.result(sent); err != nil {
			return err
		}
		made.Errors = max(made.Errors, sent.Errors)
	}
	closed, err := closeEverybodysDays(ctx, b, s, db.pool, o, evening)
	if err != nil {
		return err
	}
	summary := reportsResult{Stage: "summary", Merchants: o.merchants, Payments: o.payments, MS: figures.MS, Errors: wrong + made.Errors}
	bareLine := line("bare", bare)
	summary.Ratio = figures.MS / bareLine.MS
	lines := append([]reportsResult{bareLine, figures, made}, closed...)
	for _, r := range lines {
		summary.Errors = max(summary.Errors, r.Errors)
	}
	for _, r := range append(lines, summary) {
		if err := b.result(r); err != nil {
			return err
		}
	}
	return nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func heapInUse() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse
}

func timed(do func() error) (time.Duration, error) {
	runtime.GC()
	begin := time.Now()
	err := do()
	return time.Since(begin), err
}

// drain runs the bare aggregate and takes its rows from the line.
func drain(ctx context.Context, pool *pgxpool.Pool, day payments.Day) error {
	rows, err := pool.Query(ctx, bareAggregate, day.From, day.To)
	if err != nil {
		return fmt.Errorf("bench: bare aggregate: %w", err)
	}
	defer rows.Close()
	for rows.Next() { //nolint:revive // nothing is to be done with them
	}
	return rows.Err()
}

// makeEverybodysReports is what happens at nine in the evening, up to the
// queue.
func makeEverybodysReports(ctx context.Context, b bench, s *store.Store, pool *pgxpool.Pool, o reportsOptions, evening time.Time) (reportsResult, error) {
	now := evening.Add(-12 * time.Hour)
	service := &payments.Service{Store: s, Now: func() time.Time { return now }, Log: b.log}
	if err := service.MakeReports(ctx); err != nil { // reckons, on the morning of the day
		return reportsResult{}, fmt.Errorf("bench: reckon: %w", err)
	}
	now = evening
	runtime.GC()
	var heap uint64
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		ticker := time.NewTicker(20 * time.Millisecond)
		defer ticker.Stop()
		for {
			select {
			case <-stop:
				return
			case <-ticker.C:
				heap = max(heap, heapInUse())
			}
		}
	}()
	took, err := timed(func() error { return service.MakeReports(ctx) })
	close(stop)
	<-done
	if err != nil {
		return reportsResult{}, fmt.Errorf("bench: make reports: %w", err)
	}
	r := reportsResult{Stage: "reports", Merchants: o.merchants, Payments: o.payments, MS: ms(took), HeapMB: float64(heap) / (1 << 20)}
	var jobs, counted int
	err = pool.QueryRow(ctx, `
		SELECT (SELECT count(*) FROM reports), (SELECT count(*) FROM river_job WHERE kind = 'send_report'),
			(SELECT COALESCE(sum(taken), 0)::bigint FROM reports)`).Scan(&r.Reports, &jobs, &counted)
	if err != nil {
		return r, fmt.Errorf("bench: count reports: %w", err)
	}
	if r.Reports != o.merchants || jobs != o.merchants || counted != o.payments {
		r.Errors = 1
	}
	r.PerSecond = float64(r.Reports) / took.Seconds()
	return r, nil
}

// fillReports writes merchants with one outlet each, and payments spread over
// them and over the day.
func fillReports(ctx context.Context, pool *pgxpool.Pool, o reportsOptions, day payments.Day) error {
	length := day.To.Sub(day.From)
	for _, step := range []struct {
		sql  string
		args []any
	}{
		{`INSERT INTO people (id, name, username, suggested, created_at) SELECT i, 'A', '', 'ky', $2 FROM generate_series(1, $1::int) i`, []any{o.merchants, day.From}},
		{`INSERT INTO merchants (name, time_zone, created_at) SELECT 'M', 'Asia/Bishkek', $2 FROM generate_series(1, $1::int)`, []any{o.merchants, day.From}},
		{`INSERT INTO outlets (merchant_id, name, category, mcc, address, created_by, create_key, created_at)
			SELECT id, 'o', 'cafe', 5812, '', id - 100000, 'k', $1 FROM merchants`, []any{day.From}},
		{`INSERT INTO links (merchant_id, outlet_id, kind, state, code, amount, min, max, comment, uri, created_by, created_at)
			SELECT merchant_id, id, 'static', 'active', 'C' || id, 0, 1, 9, '', '', merchant_id - 100000, $1 FROM outlets`, []any{day.From}},
		{`INSERT INTO members (merchant_id, person_id, role, created_at) SELECT id, id - 100000, 'owner', $1 FROM merchants`, []any{day.From}},
		{`ALTER TABLE payments DISABLE TRIGGER USER`, nil},
		{fillPayments, []any{o.history, o.merchants, day.From.Add(-30 * 24 * time.Hour), 30 * 24 * time.Hour, 0}},
		{fillPayments, []any{o.payments, o.merchants, day.From, length, o.history}},
		{`SELECT figures_refill()`, nil},
		{`ALTER TABLE payments ENABLE TRIGGER USER`, nil},
		{`ANALYZE`, nil},
	} {
		if _, err := pool.Exec(ctx, step.sql, step.args...); err != nil {
			return fmt.Errorf("bench: fill in: %w", err)
		}
	}
	// What a database has after a day: rows all visible, ranges summarised.
	if _, err := pool.Exec(ctx, `VACUUM ANALYZE payments`); err != nil {
		return fmt.Errorf("bench: tidy up: %w", err)
	}
	return nil
}

// fillPayments writes $1 payments of $2 merchants over a time, numbered from $5
// on. They come in the order of time, as they do.
const fillPayments = `
	INSERT INTO payments (merchant_id, outlet_id, link_id, once, operator_id, psp_transaction_id, receipt_id, type, customer, amount,
		beneficiary_name, comment, state, receipt, receipt_key, fingerprint, created_at, executed_at, final_at, fee)
	SELECT l.merchant_id, l.outlet_id, l.id, false, 'o' || n, 'p' || n, '', 20, 1, 5000 + n % 100000,
		'', '', 'succeeded', n, 'k' || n, '', at, at, at, n % 50
	FROM (
		SELECT i + $5::bigint AS n, (i * 7919) % $2::bigint AS merchant, $3::timestamptz + $4::interval * (i::float8 / ($1::bigint + 1)) AS at
		FROM generate_series(1, $1::bigint) i
	) x JOIN links l ON l.merchant_id = 100001 + x.merchant ORDER BY n`
