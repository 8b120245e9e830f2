package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"elkart.kg/trade/payments"
	"elkart.kg/trade/store"
)

// historyOptions are the flags of "bench history".
type historyOptions struct {
	rows, large, small, rounds int
}

const historyUsage = `usage: bench history [--rows 2000000] [--large 200000] [--small 1000] [--rounds 200]
  --rows N    payments of all merchants
  --large N   payments of the largest
  --small N   payments of the one it is compared with, and of each of the others
  --rounds N  how often each question is asked of both`

func parseHistoryOptions(args []string) (o historyOptions, err error) {
	flags := flag.NewFlagSet("bench history", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.IntVar(&o.rows, "rows", 2_000_000, "")
	flags.IntVar(&o.large, "large", 200_000, "")
	flags.IntVar(&o.small, "small", 1000, "")
	flags.IntVar(&o.rounds, "rounds", 200, "")
	if err := flags.Parse(args); err != nil {
		return o, usageError(fmt.Sprintf("bench history: %s\n%s", strings.Join(strings.Fields(err.Error()), " "), historyUsage))
	}
	if flags.NArg() > 0 || o.small < 100 || o.large < o.small || o.rows < o.large+o.small || o.rows > 1_000_000_000 || o.rounds < 1 {
		return o, usageError("bench history: wrong argument\n" + historyUsage)
	}
	return o, nil
}

// historyResult is one line of output: a question asked of both merchants.
type historyResult struct {
	Bench    string  `json:"bench"`
	Question string  `json:"question"`
	Payments int     `json:"payments"` // in the table
	Large    latency `json:"large"`    // of the merchant with the most
	Small    latency `json:"small"`
	Ratio    float64 `json:"ratio"`      // of the medians, large to small
	ToBare   float64 `json:"bare_ratio"` // of the large one's median to that of one bare indexed query
}

// historySummary is the last line.
type historySummary struct {
	Bench    string  `json:"bench"`
	Question string  `json:"question"` // "summary"
	Worst    float64 `json:"worst_ratio"`
	WorstP99 float64 `json:"worst_p99_ms"` // of the large merchant
	Load     string  `json:"load_average"`
}

// question is a page that is asked for again and again, each time another.
type question struct {
	name string
	ask  func(a asker) payments.HistoryAsk
	find func(a asker) string // a search that ask is limited to; nil: none
}

// asker is one of the two merchants.
type asker struct {
	person  payments.PersonID
	number  int64 // of the merchant among all, from 0
	at      payments.Position
	receipt int64
	id      string // of the operator
}

// benchHistory measures pages and searches of a merchant with many payments
// against those of one with few, in the same table and run.
func benchHistory(ctx context.Context, b bench, args []string) (err error) {
	o, err := parseHistoryOptions(args)
	if err != nil {
		return err
	}
	db, err := openScratch(ctx, b)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close(ctx)) }()
	until := time.Now()
	c := crowd{rows: o.rows, large: o.large, small: o.small, since: until.AddDate(-1, 0, 0), until: until}
	if err := c.fill(ctx, db.pool, b.say); err != nil {
		return err
	}
	s, err := store.New(db.pool)
	if err != nil {
		return err
	}
	h := historyBench{bench: b, o: o, pool: db.pool, service: &payments.Service{Store: s, Now: time.Now, TimeZone: b.cfg.timeZone}}
	return h.run(ctx)
}

// historyBench is one run of the command.
type historyBench struct {
	bench
	o       historyOptions
	pool    *pgxpool.Pool
	service *payments.Service
	random  *rand.Rand
}

func (h historyBench) run(ctx context.Context) error {
	h.random = newRandom()
	bare, err := h.bare(ctx)
	if err != nil {
		return err
	}
	sum := historySummary{Bench: "history", Question: "summary"}
	for _, q := range questions() {
		r, err := h.measure(ctx, q)
		if err != nil {
			return fmt.Errorf("bench: %s: %w", q.name, err)
		}
		r.Ratio, r.ToBare = r.Large.P50/r.Small.P50, r.Large.P50/bare.P50
		sum.Worst, sum.WorstP99 = max(sum.Worst, r.Ratio), max(sum.WorstP99, r.Large.P99)
		if err := h.result(r); err != nil {
			return err
		}
	}
	sum.Load = loadAverage()
	return h.result(sum)
}

// bare is one query that reads eleven rows of an index, the least that a page
// can be.
func (h historyBench) bare(ctx context.Context) (latency, error) {
	var times []time.Duration
	for range h.o.rounds {
		began := time.Now()
		_, err := h.pool.Exec(ctx, `
			SELECT id, final_at FROM payments WHERE merchant_id = $1 AND receipt IS NOT NULL
			ORDER BY final_at DESC, id DESC LIMIT 11`, crowdFirst)
		if err != nil {
			return latency{}, fmt.Errorf("bench: bare: %w", err)
		}
		times = append(times, time.Since(began))
	}
	l := latencyOf(times)
	return l, h.result(historyResult{Bench: "history", Question: "bare", Payments: h.o.rows, Large: l, Small: l, Ratio: 1, ToBare: 1})
}

// measure asks both merchants in turn, so that what else the machine does falls
// on both.
func (h historyBench) measure(ctx context.Context, q question) (historyResult, error) {
	var times [2][]time.Duration
	for round := range h.o.rounds + h.o.rounds/10 + 1 {
		for i := range times {
			a, err := h.asker(ctx, int64(i))
			if err != nil {
				return historyResult{}, err
			}
			var search payments.SearchID
			if q.find != nil {
				if search, err = h.service.KeepSearch(ctx, a.person, q.find(a)); err != nil {
					return historyResult{}, err
				}
			}
			ask := q.ask(a)
			ask.SearchID = search
			began := time.Now()
			if _, err := h.service.History(ctx, a.person, ask); err != nil {
				return historyResult{}, err
			}
			if round > h.o.rounds/10 { // the first ones warm up
				times[i] = append(times[i], time.Since(began))
			}
		}
	}
	return historyResult{
		Bench: "history", Question: q.name, Payments: h.o.rows, Large: latencyOf(times[0]), Small: latencyOf(times[1]),
	}, nil
}

// asker is a merchant with a payment of theirs to ask about.
func (h historyBench) asker(ctx context.Context, number int64) (asker, error) {
	a := asker{person: payments.PersonID(number + 1), number: number}
	const day = 24 * time.Hour // there is a payment of the last month, however few the merchant has
	since := time.Now().Add(-30*day - time.Duration(h.random.Int64N(int64(330*day))))
	err := h.pool.QueryRow(ctx, `
		SELECT final_at, id, receipt, operator_id FROM payments
		WHERE merchant_id = $1 AND receipt IS NOT NULL AND final_at > $2 ORDER BY final_at, id LIMIT 1`, crowdFirst+number, since).
		Scan(&a.at.At, &a.at.ID, &a.receipt, &a.id)
	return a, err
}

// questions are all that a person can ask.
func questions() []question {
	type askOf = payments.HistoryAsk
	plain := func(ask askOf) func(asker) askOf { return func(asker) askOf { return ask } }
	text := func(s string) func(asker) string { return func(asker) string { return s } }
	outlet := func(a asker) payments.OutletID { return payments.OutletID(a.number*crowdOutlets + 1) }
	link := func(a asker) payments.LinkID { return payments.LinkID(a.number*crowdLinks + crowdOutlets + 1) }
	return []question{
		{name: "first page", ask: plain(askOf{})},
		{name: "a page", ask: func(a asker) askOf { return askOf{From: a.at} }},
		{name: "the page before", ask: func(a asker) askOf { return askOf{From: a.at, Order: payments.OldestFirst} }},
		{name: "today", ask: plain(askOf{Period: payments.HistoryToday})},
		{name: "this month", ask: plain(askOf{Period: payments.HistoryMonth})},
		{name: "outlet", ask: func(a asker) askOf { return askOf{OutletID: outlet(a), From: a.at} }},
		{name: "seller", ask: func(a asker) askOf { return askOf{SellerID: 11, From: a.at} }},
		{name: "link", ask: func(a asker) askOf { return askOf{LinkID: link(a), From: a.at} }},
		{name: "seller at an outlet", ask: func(a asker) askOf { return askOf{SellerID: 11, OutletID: outlet(a)} }},
		{name: "seller at an outlet where they sell nothing", ask: func(a asker) askOf { return askOf{SellerID: 11, OutletID: outlet(a) + 1} }},
		{name: "reversed", ask: func(a asker) askOf { return askOf{Kind: payments.HistoryReversed, From: a.at} }},
		{name: "refunded", ask: func(a asker) askOf { return askOf{Kind: payments.HistoryRefunded, From: a.at} }},
		{name: "not completed", ask: func(a asker) askOf { return askOf{Kind: payments.HistoryEnded, From: a.at} }},
		{name: "in process", ask: plain(askOf{Kind: payments.HistoryOpen})},
		{name: "find a sum", ask: plain(askOf{}), find: text("500")},
		{name: "find a sum that is not there", ask: plain(askOf{}), find: text("501,01")},
		{name: "find about a sum", ask: plain(askOf{}), find: text("~500")},
		{name: "find a receipt", ask: plain(askOf{}), find: func(a asker) string { return fmt.Sprintf("№%d", a.receipt) }},
		{name: "find an operator's id", ask: plain(askOf{}), find: func(a asker) string { return a.id }},
		{name: "find the end of one", ask: plain(askOf{}), find: func(a asker) string { return a.id[len(a.id)-8:] }},
		{name: "find a word", ask: plain(askOf{}), find: text("самсы")},
		{name: "find a rare word", ask: plain(askOf{}), find: text("медовика")},
		{name: "find two words", ask: plain(askOf{}), find: text("чай самса")},
		{name: "find words that never meet", ask: plain(askOf{}), find: text("чай лагман")},
		{name: "find a sum by a word", ask: func(a asker) askOf { return askOf{OutletID: outlet(a)} }, find: text("500 кофе")},
		{name: "find in a day", ask: plain(askOf{Period: payments.HistoryYesterday}), find: text("кофе")},
	}
}

// newRandom is the same chance in every run.
func newRandom() *rand.Rand { return rand.New(rand.NewPCG(14, 1)) }
