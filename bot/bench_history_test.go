package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/goleak"

	"elkart.kg/trade/bot/postgres/pgtest"
	"elkart.kg/trade/payments"
	"elkart.kg/trade/store"
)

// The whole measurement, tiny: every question gives its line, and nothing is
// left in the database or in the process.
func TestBenchHistory(t *testing.T) {
	ignore := goleak.IgnoreCurrent()
	database := pgtest.New(t)
	lines, said, err := measure(t, database, "history", "--rows", "2000", "--large", "1000", "--small", "200", "--rounds", "2")
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	want := len(questions()) + 2 // the bare one, and the summary
	if len(lines) != want {
		t.Errorf("%d lines, want %d", len(lines), want)
	}
	for _, line := range lines {
		if line["question"] == "summary" {
			if line["worst_ratio"].(float64) <= 0 || line["worst_p99_ms"].(float64) <= 0 {
				t.Errorf("summary %v", line)
			}
		} else if line["payments"] != 2000.0 || line["ratio"].(float64) <= 0 || line["large"].(map[string]any)["p99_ms"].(float64) <= 0 {
			t.Errorf("line %v", line)
		}
	}
	nothingLeft(t, database)
	goleak.VerifyNone(t, ignore)
}

// statements notes what is asked of the database.
type statements struct {
	mu  sync.Mutex
	all []pgx.TraceQueryStartData
}

func (s *statements) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, data)
	return ctx
}

func (s *statements) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// plan is a node of a statement's plan.
type plan struct {
	Type      string   `json:"Node Type"`
	Relation  string   `json:"Relation Name"`
	Index     string   `json:"Index Name"`
	Condition string   `json:"Index Cond"`
	Actual    float64  `json:"Actual Rows"`
	Loops     float64  `json:"Actual Loops"`
	Removed   float64  `json:"Rows Removed by Filter"`
	Rechecked float64  `json:"Rows Removed by Index Recheck"`
	Plans     []plan   `json:"Plans"`
	SortKey   []string `json:"Sort Key"`
}

// crowded is a table in which one merchant has most of the payments; the
// server knows its figures.
func crowded(t *testing.T, c crowd) (*payments.Service, *pgxpool.Pool, *statements) {
	t.Helper()
	pool, err := store.Connect(t.Context(), pgtest.New(t), 4)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	c.until = time.Now()
	c.since = c.until.AddDate(-1, 0, 0)
	if err := c.fill(t.Context(), pool, func(string, ...any) {}); err != nil {
		t.Fatal(err)
	}
	seen := &statements{}
	cfg := pool.Config()
	cfg.ConnConfig.Tracer = seen
	traced, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(traced.Close)
	s, err := store.New(traced)
	if err != nil {
		t.Fatal(err)
	}
	return &payments.Service{Store: s, Now: time.Now, TimeZone: "Asia/Bishkek"}, pool, seen
}

// No question and no combination of what a history can be narrowed to reads the
// whole table or a whole merchant: every statement goes by an index, and what is
// read of it does not grow with what is there.
func TestHistoryPlans(t *testing.T) {
	t.Parallel()
	service, pool, seen := crowded(t, crowd{rows: 30_000, large: 25_000, small: 1000})
	known := make(map[string]bool)
	look := func(name string, owner int64, ask payments.HistoryAsk) {
		seen.all = nil
		if _, err := service.History(t.Context(), payments.PersonID(owner+1), ask); err != nil {
			t.Fatal(err)
		}
		for _, asked := range seen.all {
			// The same statement may go another way with another merchant or search.
			key := fmt.Sprint(owner, ask.SearchID, asked.SQL)
			if !known[key] {
				checkPlan(t, pool, name, asked)
			}
			known[key] = true
		}
	}
	h := historyBench{pool: pool, service: service, random: newRandom()}
	for owner := range int64(2) {
		a, err := h.asker(t.Context(), owner)
		if err != nil {
			t.Fatal(err)
		}
		search := func(text string) payments.SearchID {
			id, err := service.KeepSearch(t.Context(), a.person, text)
			if err != nil {
				t.Fatal(err)
			}
			return id
		}
		for _, question := range questions() {
			ask := question.ask(a)
			if question.find != nil {
				ask.SearchID = search(question.find(a))
			}
			look(question.name, owner, ask)
		}
		searches := []payments.SearchID{0, search("500"), search("~500"), search("10-100000"), search("чай самса"), search("500 медовик"), search("op1-9e3779b1")}
		for _, kind := range payments.HistoryKinds() {
			for n := range 16 {
				ask := payments.HistoryAsk{Kind: kind}
				if n&1 > 0 {
					ask.OutletID = payments.OutletID(owner*crowdOutlets + 2)
				}
				if n&2 > 0 {
					ask.SellerID = 12
				}
				if n&4 > 0 {
					ask.LinkID = payments.LinkID(owner*crowdLinks + 1)
				}
				if n&8 > 0 {
					ask.From, ask.Order = a.at, payments.OldestFirst
				}
				for _, ask.SearchID = range searches {
					look(fmt.Sprintf("%+v", ask), owner, ask)
				}
			}
		}
	}
	if len(known) < 200 {
		t.Errorf("only %d statements were looked at", len(known))
	}
}

// Each index is needed by a question whose answer lies far back: where it is
// lost, the check above fails, or far more rows are read.
func TestHistoryPlansMissALostIndex(t *testing.T) {
	service, pool, seen := crowded(t, crowd{rows: 30_000, large: 25_000, small: 1000})
	for _, sql := range []string{
		`UPDATE payments SET outlet_id = 1, link_id = 1, seller_id = 12, amount = 2500 WHERE merchant_id = $1`,
		`UPDATE payments SET link_id = 4 WHERE merchant_id = $1 AND receipt < 2000`,
		`UPDATE payments SET outlet_id = 2, seller_id = 11, amount = 50100 WHERE merchant_id = $1 AND receipt IN (
			SELECT receipt FROM payments WHERE merchant_id = $1 AND receipt IS NOT NULL ORDER BY final_at LIMIT 15)`,
	} {
		if _, err := pool.Exec(t.Context(), sql, crowdFirst); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := pool.Exec(t.Context(), `VACUUM ANALYZE payments`); err != nil {
		t.Fatal(err)
	}
	a, err := historyBench{pool: pool, service: service, random: newRandom()}.asker(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	const index, constraint = `DROP INDEX `, `ALTER TABLE %s DROP CONSTRAINT `
	for _, lost := range []struct {
		name, drop string
		ask        payments.HistoryAsk
		find       string
	}{
		{name: "payments_taken", drop: index},
		{name: "payments_taken_outlet", drop: index, ask: payments.HistoryAsk{OutletID: 2}},
		{name: "payments_taken_link", drop: index, ask: payments.HistoryAsk{LinkID: 4}},
		{name: "payments_taken_seller", drop: index, ask: payments.HistoryAsk{SellerID: 11}},
		{name: "payments_taken_sum", drop: index, find: "501"},
		{name: "payments_ended", drop: index, ask: payments.HistoryAsk{Kind: payments.HistoryEnded}},
		{name: "payments_open", drop: index, ask: payments.HistoryAsk{Kind: payments.HistoryOpen}},
		{name: "payments_reversed", drop: index, ask: payments.HistoryAsk{Kind: payments.HistoryReversed}},
		{name: "payments_operator_tail", drop: index, find: a.id[len(a.id)-8:]},
		{name: "payments_receipt", drop: fmt.Sprintf(constraint, "payments"), find: fmt.Sprintf("№%d", a.receipt)},
		{name: "refunds_done", drop: index, ask: payments.HistoryAsk{Kind: payments.HistoryRefunded}},
		{name: "payment_words_pkey", drop: fmt.Sprintf(constraint, "payment_words"), find: "медовика"},
		{name: "figures_pkey", drop: fmt.Sprintf(constraint, "figures"), ask: payments.HistoryAsk{Period: payments.HistoryMonth}},
	} {
		if lost.find != "" {
			if lost.ask.SearchID, err = service.KeepSearch(t.Context(), a.person, lost.find); err != nil {
				t.Fatal(err)
			}
		}
		seen.all = nil
		if _, err := service.History(t.Context(), a.person, lost.ask); err != nil {
			t.Fatal(err)
		}
		var with, without looked
		for _, asked := range seen.all {
			with.add(lookAt(t, pool, "", asked))
			without.add(lookAt(t, pool, lost.drop+lost.name, asked))
		}
		if len(with.faults) > 0 || len(without.faults) == 0 && without.rows < with.rows*3/2+50 {
			t.Errorf("%s: %d rows and %v with it, %d rows and %v without", lost.name, with.rows, with.faults, without.rows, without.faults)
		}
	}
}

// most is how many rows a statement may read: the depth of a shelf, looked up
// and held against a word; a hundred of each of some sums. The merchant has five
// times as many.
const most = 5_000

func checkPlan(t *testing.T, pool *pgxpool.Pool, question string, asked pgx.TraceQueryStartData) {
	t.Helper()
	if l := lookAt(t, pool, "", asked); len(l.faults) > 0 {
		t.Errorf("%s: %s\n%s\n%s", question, strings.Join(l.faults, "; "), asked.SQL, l.plan)
	}
}

// looked is what a statement's plan comes to.
type looked struct {
	faults []string // what grows with what is there
	rows   int      // read
	plan   []byte
}

func (l *looked) add(m looked) {
	l.faults, l.rows = append(l.faults, m.faults...), l.rows+m.rows
}

// lookAt runs a statement, after a change of the tables that is undone.
func lookAt(t *testing.T, pool *pgxpool.Pool, change string, asked pgx.TraceQueryStartData) (l looked) {
	t.Helper()
	if !strings.Contains(asked.SQL, "payments") && !strings.Contains(asked.SQL, "figures") {
		return l
	}
	tx, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(t.Context()) }()
	// Of a table that fits into memory the server may well read all; in one of
	// ten million rows it never would.
	if _, err := tx.Exec(t.Context(), `SET LOCAL enable_seqscan = off; SET LOCAL random_page_cost = 1.1; `+change); err != nil {
		t.Fatal(err)
	}
	if err := tx.QueryRow(t.Context(), "EXPLAIN (ANALYZE, FORMAT JSON) "+asked.SQL, asked.Args...).Scan(&l.plan); err != nil {
		t.Fatalf("%v\n%s", err, asked.SQL)
	}
	var explained []struct{ Plan plan }
	if err := json.Unmarshal(l.plan, &explained); err != nil {
		t.Fatal(err)
	}
	explained[0].Plan.walk(func(p plan) {
		rows := (p.Actual + p.Removed + p.Rechecked) * max(p.Loops, 1)
		if p.Relation != "" {
			l.rows += int(rows)
		}
		switch {
		case !slices.Contains([]string{"payments", "payment_words", "refunds", "figures"}, p.Relation):
		case p.Type == "Seq Scan":
			l.faults = append(l.faults, "reads all of "+p.Relation)
		case strings.Contains(p.Type, "Scan") && p.Condition == "" && p.Type != "Bitmap Heap Scan":
			l.faults = append(l.faults, "reads all of "+p.Index)
		case rows > most:
			l.faults = append(l.faults, fmt.Sprintf("reads %.0f rows of %s by %s", rows, p.Relation, p.Index))
		}
		if strings.Contains(p.Type, "Sort") && rows > most {
			l.faults = append(l.faults, fmt.Sprintf("sorts %.0f rows by %q", rows, p.SortKey))
		}
	})
	return l
}

func (p plan) walk(f func(plan)) {
	f(p)
	for _, part := range p.Plans {
		part.walk(f)
	}
}

// What is rare among very many is found all the same, in steps that say how far
// the search has come; and none of it is lost or found twice.
func TestRareThingsAreFoundInSteps(t *testing.T) {
	t.Parallel()
	service, pool, _ := crowded(t, crowd{rows: 12_000, large: 10_000, small: 1000})
	ctx := t.Context()
	if _, err := pool.Exec(ctx, `
		UPDATE payments SET outlet_id = 2 WHERE merchant_id = $1 AND seller_id = 11 AND receipt IN (
			SELECT receipt FROM payments WHERE merchant_id = $1 AND seller_id = 11 AND receipt IS NOT NULL ORDER BY final_at LIMIT 15)`, crowdFirst); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(ctx, `UPDATE payments SET outlet_id = 1 WHERE merchant_id = $1 AND seller_id = 11 AND outlet_id <> 2`, crowdFirst); err != nil {
		t.Fatal(err)
	}
	var want int
	if err := pool.QueryRow(ctx, `SELECT count(*) FROM payments WHERE merchant_id = $1 AND seller_id = 11 AND outlet_id = 2 AND receipt IS NOT NULL`,
		crowdFirst).Scan(&want); err != nil || want < 15 {
		t.Fatalf("%d, %v", want, err)
	}
	found := make(map[payments.PaymentID]bool)
	stopped := 0
	for ask := (payments.HistoryAsk{OutletID: 2, SellerID: 11}); ; {
		page, err := service.History(ctx, 1, ask)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Entries {
			if found[e.Payment.ID] {
				t.Errorf("payment %d comes twice", e.Payment.ID)
			}
			found[e.Payment.ID] = true
		}
		if !page.LookedTo.IsZero() {
			stopped++
			if page.Counted {
				t.Error("a search that stopped on its way knows how much there is")
			}
		}
		if page.Older.IsZero() {
			break
		}
		ask.From = page.Older
	}
	if len(found) != want || stopped == 0 {
		t.Errorf("found %d of %d, stopped %d times", len(found), want, stopped)
	}
}
