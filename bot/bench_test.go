package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"elkart.kg/trade/bot/postgres/pgtest"
	"elkart.kg/trade/store"
)

// measure runs the command over a database and returns its lines.
func measure(t *testing.T, databaseURL string, args ...string) (lines []map[string]any, said string, err error) {
	t.Helper()
	env := map[string]string{"DATABASE_URL": databaseURL, "DATA_DIR": t.TempDir()}
	var out, talk bytes.Buffer
	lookup := func(name string) (string, bool) { v, ok := env[name]; return v, ok }
	err = run(t.Context(), append([]string{"bench"}, args...), lookup, streams{in: strings.NewReader(""), out: &out, err: &talk})
	for decoder := json.NewDecoder(&out); ; {
		var line map[string]any
		if e := decoder.Decode(&line); errors.Is(e, io.EOF) {
			return lines, talk.String(), err
		} else if e != nil {
			t.Fatalf("output is not JSON: %v", e)
		}
		lines = append(lines, line)
	}
}

// The whole measurement, tiny: every stage gives its line, nothing fails, and
// nothing is left in the database or in the process.
func TestBenchFlows(t *testing.T) {
	ignore := goleak.IgnoreCurrent()
	database := pgtest.New(t)
	lines, said, err := measure(t, database, "flows", "--seconds", "0.3", "--merchants", "3", "--concurrency", "4", "--rate", "20", "--jobs")
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	calls := map[string]int{"signatures": 1, "bare": 1, "service": 5, "http": 5, "rate": 5}
	var stages []string
	for _, line := range lines {
		stage := line["stage"].(string)
		stages = append(stages, stage)
		if line["errors"] != 0.0 {
			t.Errorf("%s: %v errors", stage, line["errors"])
		}
		if stage == "summary" {
			// Which of the two is greater only a measurement of some length can tell.
			if line["ratio"].(float64) <= 0 || line["ratio_without_signatures"].(float64) <= 0 {
				t.Errorf("ratios %v and %v", line["ratio"], line["ratio_without_signatures"])
			}
			if line["payments_succeeded"].(float64) < 16+6 { // the warm-up and the rate alone
				t.Errorf("%v payments succeeded", line["payments_succeeded"])
			}
			continue
		}
		if got := line["calls"].(map[string]any); len(got) != calls[stage] || got["each"].(map[string]any)["p99_ms"].(float64) <= 0 {
			t.Errorf("%s: calls %v, want %d", stage, got, calls[stage])
		}
		if stage == "rate" && line["done"] != 6.0 { // 0.3 s, 20 a second
			t.Errorf("%v flows at a fixed rate, want 6", line["done"])
		}
		if told, _ := line["told"].(map[string]any); calls[stage] == 5 && (told == nil || told["failed"] != 0.0) {
			t.Errorf("%s: told %v", stage, told)
		}
	}
	if diff := cmp.Diff(stages, []string{"signatures", "bare", "service", "http", "rate", "summary"}); diff != "" {
		t.Errorf("stages (-got +want):\n%s", diff)
	}
	nothingLeft(t, database)
	goleak.VerifyNone(t, ignore)
}

// nothingLeft demands that a measurement has cleared up after itself.
func nothingLeft(t *testing.T, database string) {
	t.Helper()
	pool, err := store.Connect(t.Context(), database, 1)
	if err != nil {
		t.Fatal(err)
	}
	var left int
	err = pool.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'bench%') + (SELECT count(*) FROM people)`).Scan(&left)
	pool.Close()
	if err != nil || left != 0 {
		t.Errorf("%d things left in the database, %v", left, err)
	}
}

// The figures of everybody and the reports, tiny. How they compare only a
// measurement of some size can tell.
func TestBenchReports(t *testing.T) {
	lines, said, err := measure(t, pgtest.New(t), "reports", "--merchants", "1200", "--payments", "5000", "--history", "3000", "--rounds", "2", "--closings", "40", "--sent", "20")
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	var stages []string
	for _, line := range lines {
		stages = append(stages, line["stage"].(string))
		if ms, timed := line["ms"].(float64); line["errors"] != 0.0 || timed && ms <= 0 {
			t.Errorf("%v", line)
		}
	}
	if diff := cmp.Diff(stages, []string{"sending", "bare", "figures", "reports", "closings_first", "closings", "closings_quiet", "summary"}); diff != "" {
		t.Errorf("stages (-got +want):\n%s", diff)
	}
}

func TestBenchIsRefused(t *testing.T) {
	empty, used := pgtest.New(t), pgtest.New(t)
	pool, err := store.Connect(t.Context(), used, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if _, err := pool.Exec(t.Context(), `INSERT INTO people (id, name, username, suggested, created_at) VALUES (1, 'a', '', '', now())`); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, database, want string
		args                 []string
	}{
		{"somebody's database", used, "not empty", []string{"flows", "--seconds", "0.1"}},
		{"somebody's database, history", used, "not empty", []string{"history", "--rows", "2000", "--large", "1000"}},
		{"fewer rows than merchants need", empty, "usage: bench history", []string{"history", "--rows", "500"}},
		{"no rounds", empty, "usage: bench history", []string{"history", "--rounds", "0"}},
		{"unknown flag of history", empty, "usage: bench history", []string{"history", "--row", "1"}},
		{"nothing named", empty, "flows", nil},
		{"unheard of", empty, `unknown "flow"`, []string{"flow"}},
		{"unknown flag", empty, "usage: bench flows", []string{"flows", "--second", "1"}},
		{"no time", empty, "usage: bench flows", []string{"flows", "--seconds", "0"}},
		{"not a number", empty, "usage: bench flows", []string{"flows", "--seconds", "NaN"}},
		{"reports of nobody", empty, "usage: bench reports", []string{"reports", "--merchants", "0"}},
		{"reports in somebody's database", used, "not empty", []string{"reports", "--merchants", "1", "--payments", "1"}},
		{"nobody at work", empty, "usage: bench flows", []string{"flows", "--concurrency", "0"}},
		{"unknown stage", empty, "no stage warp", []string{"flows", "--seconds", "0.1", "--merchants", "1", "--stages", "warp"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			lines, _, err := measure(t, tt.database, tt.args...)
			if err == nil || !strings.Contains(err.Error(), tt.want) || len(lines) > 0 {
				t.Errorf("%d lines, error %v, want one with %q", len(lines), err, tt.want)
			}
		})
	}
}

// At a fixed rate flows are due at their moments, however long others take: what
// waits for a worker is counted as waiting.
func TestFixedRateHidesNoStall(t *testing.T) {
	const flows = 20
	var mu sync.Mutex
	var dues []time.Time
	stalled := make(chan struct{})
	l := load{workers: 2, life: time.Minute, rate: 10_000, limit: flows, flow: func(_ context.Context, _, number int, due time.Time, calls *callTimes) error {
		if number == 0 {
			<-stalled
		}
		mu.Lock()
		defer mu.Unlock()
		dues = append(dues, due)
		calls.note(flowCalls-1, due)
		if len(dues) == flows-1 {
			close(stalled)
		}
		if number == 7 {
			return errors.New("a fault")
		}
		return nil
	}}
	s := l.run(t.Context())
	if s.flows != flows-1 || s.failed != 1 || s.firstErr == nil {
		t.Errorf("%d done, %d failed, %v", s.flows, s.failed, s.firstErr)
	}
	first := dues[flows-1] // the stalled one came in last
	for i, due := range dues[:flows-1] {
		if want := time.Duration(i+1) * 100 * time.Microsecond; due.Sub(first) != want {
			t.Errorf("flow %d was due after %v, want %v", i+1, due.Sub(first), want)
		}
	}
	if longest := latencyOf(s.calls[flowCalls-1]).Max; longest < 1.9 {
		t.Errorf("longest wait %v ms, want what the stall took", longest)
	}
}

func TestLatencies(t *testing.T) {
	times := make([]time.Duration, 200)
	for i := range times {
		times[i] = time.Duration(200-i) * time.Millisecond
	}
	for _, tt := range []struct {
		times []time.Duration
		want  latency
	}{
		{nil, latency{}},
		{times[:1], latency{200, 200, 200, 200}},
		{times, latency{100, 190, 198, 200}},
	} {
		if diff := cmp.Diff(latencyOf(tt.times), tt.want); diff != "" {
			t.Errorf("%d times (-got +want):\n%s", len(tt.times), diff)
		}
	}
}
