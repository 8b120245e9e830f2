package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"time"
)

// flowsOptions are the flags of "bench flows".
type flowsOptions struct {
	concurrency int
	seconds     float64
	merchants   int
	rate        float64
	rounds      int
	jobs        bool
	stages      string
	profile     string
}

func parseFlowsOptions(args []string) (o flowsOptions, err error) {
	flags := flag.NewFlagSet("bench flows", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.IntVar(&o.concurrency, "concurrency", 16, "")
	flags.Float64Var(&o.seconds, "seconds", 10, "")
	flags.IntVar(&o.merchants, "merchants", 200, "")
	flags.Float64Var(&o.rate, "rate", 0, "")
	flags.IntVar(&o.rounds, "rounds", 1, "")
	flags.BoolVar(&o.jobs, "jobs", false, "")
	flags.StringVar(&o.stages, "stages", allStages, "")
	flags.StringVar(&o.profile, "cpuprofile", "", "")
	if err := flags.Parse(args); err != nil {
		return o, usageError(fmt.Sprintf("bench flows: %s\n%s", strings.Join(strings.Fields(err.Error()), " "), flowsUsage))
	}
	if flags.NArg() > 0 || o.concurrency < 1 || o.concurrency > 1000 || o.merchants < 1 || o.merchants > 100_000 ||
		o.rounds < 1 || !(o.seconds > 0 && o.seconds <= 3600) || !(o.rate >= 0 && o.rate <= 100_000) {
		return o, usageError("bench flows: wrong argument\n" + flowsUsage)
	}
	return o, nil
}

const flowsUsage = `usage: bench flows [--concurrency 16] [--seconds 10] [--merchants 200] [--rounds 1] [--rate N] [--jobs] [--stages A,B] [--cpuprofile FILE]
  --rate N          also N flows a second that come whether or not the last are done
  --jobs            also do the jobs that payments put down, telling nobody
  --stages A,B      only these of signatures, bare, service, http
  --cpuprofile FILE of the calls over HTTP`

// The stages of a round. Their figures are comparable because they are taken in
// turn on the same machine, database and number of workers.
const (
	stageSign    = "signatures" // answers signed, with nothing else to do
	stageBare    = "bare"       // durable transactions of one statement
	stageService = "service"    // flows without HTTP, JSON and signatures
	stageHTTP    = "http"       // flows over HTTP, signed both ways
	stageRate    = "rate"       // the same at a fixed rate of arrival
)

const allStages = stageSign + "," + stageBare + "," + stageService + "," + stageHTTP

// signaturesPerFlow: each of the four answers is signed.
// commitsPerFlow: create, execute and update must be durable.
const (
	signaturesPerFlow = 4 // one less where the payee was asked about before
	commitsPerFlow    = 3
)

// rateLines are how many flows at a fixed rate may be open at once.
const rateLines = 256

// warmLines are how many lines warm a stage up.
const warmLines = 16

// stageResult is one line of output: one stage of one round.
type stageResult struct {
	Bench   string             `json:"bench"`
	Stage   string             `json:"stage"`
	Round   int                `json:"round"`
	Done    int                `json:"done"`
	Errors  int                `json:"errors"`
	Seconds float64            `json:"seconds"`
	Rate    float64            `json:"per_second"`
	Calls   map[string]latency `json:"calls"`
	Allocs  float64            `json:"allocs_each"`  // of this process, the sending side included
	Bytes   float64            `json:"bytes_each"`   // allocated
	CPU     float64            `json:"cpu_seconds"`  // of this process
	DB      float64            `json:"database_cpu"` // seconds, of the embedded PostgreSQL
	Machine float64            `json:"machine_cpu"`  // seconds, of all processes, strangers' included
	Cost    float64            `json:"cpu_ms_each"`  // ours and the database's: strangers hardly change it
	Load    string             `json:"load_average"` // of the last minute, before the stage
	Told    *toldResult        `json:"told,omitempty"`
}

// flowsBench is one run of the command.
type flowsBench struct {
	bench
	options flowsOptions
	db      *scratch
	trade   *trade
	round   int
	rates   map[string][]float64 // per second, by stage
	done    int                  // flows
	failed  int
}

// benchFlows measures whole payments: check, create, execute, update.
func benchFlows(ctx context.Context, b bench, args []string) (err error) {
	o, err := parseFlowsOptions(args)
	if err != nil {
		return err
	}
	f := &flowsBench{bench: b, options: o, rates: make(map[string][]float64)}
	if f.db, err = openScratch(ctx, b); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.db.close(ctx)) }()
	f.say("%s; %d cores; registering %d merchants", f.db.server.where, runtime.GOMAXPROCS(0), o.merchants)
	if err := makeBare(ctx, f.db.pool); err != nil {
		return err
	}
	if f.trade, err = openTrade(ctx, b, f.db, o.merchants); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.trade.close(ctx)) }()
	for f.round = 1; f.round <= o.rounds; f.round++ {
		if err := f.runRound(ctx); err != nil {
			return err
		}
	}
	return f.summarise(ctx)
}

// runRound does each stage once. Most warm up unmeasured, so that connections
// and prepared statements are there.
func (f *flowsBench) runRound(ctx context.Context) error {
	workers, life := f.options.concurrency, f.life()
	for _, stage := range strings.Split(f.options.stages, ",") {
		var err error
		switch stage {
		case stageSign:
			err = f.stage(ctx, stage, signLoad(f.trade.mine, runtime.GOMAXPROCS(0), max(life/5, f.warmUp())))
		case stageBare:
			bareLoad(f.db.pool, workers, f.warmUp()).run(ctx)
			err = f.stage(ctx, stage, bareLoad(f.db.pool, workers, life))
		case stageService:
			f.count(f.trade.serviceLoad(fmt.Sprintf("w%d-", f.round), workers, f.warmUp()).run(ctx))
			err = f.stage(ctx, stage, f.trade.serviceLoad(fmt.Sprintf("s%d-", f.round), workers, life))
		case stageHTTP:
			err = f.httpStage(ctx, stage, workers, f.mostFlows(ctx), 0)
		default:
			err = usageError("bench flows: no stage " + stage + "\n" + flowsUsage)
		}
		if err != nil {
			return err
		}
	}
	if f.options.rate > 0 {
		return f.httpStage(ctx, stageRate, rateLines, int(f.options.rate*f.life().Seconds()), f.options.rate)
	}
	return nil
}

// mostFlows is more flows than can be done over HTTP in a stage: answers have
// to be signed, and no more than that can be signed.
func (f *flowsBench) mostFlows(ctx context.Context) int {
	s := signLoad(f.trade.mine, runtime.GOMAXPROCS(0), f.warmUp()).run(ctx)
	perSecond := float64(s.flows) / s.wall.Seconds() / (signaturesPerFlow - 1)
	return int(1.2*perSecond*f.life().Seconds()) + f.options.concurrency
}

func (f *flowsBench) life() time.Duration {
	return time.Duration(f.options.seconds * float64(time.Second))
}

func (f *flowsBench) warmUp() time.Duration { return min(time.Second, f.life()/4) }

// httpStage signs the calls, warms up and lets them go.
func (f *flowsBench) httpStage(ctx context.Context, stage string, workers, n int, rate float64) error {
	// A few lines warm the program up: hundreds at once would be a load of
	// their own, and calls that come too late.
	warmers := min(workers, warmLines)
	warm := 4 * warmers
	f.say("round %d: signing the calls of %d flows before the clock starts", f.round, n)
	flows, err := f.trade.signFlows(ctx, fmt.Sprintf("%s%d-", stage, f.round), warm+n)
	if err != nil {
		return err
	}
	lines, err := f.trade.lines(ctx, workers)
	if err != nil {
		return err
	}
	defer hangUp(lines)
	warmLoad := f.trade.httpLoad(flows[:warm], lines[:warmers])
	warmLoad.life = time.Minute
	f.count(warmLoad.run(ctx))
	flows = flows[warm:]
	runtime.GC() // the signing's garbage is not the flows'

	measured := f.trade.httpLoad(flows, lines)
	measured.life, measured.rate = f.life(), rate
	stop, err := f.startProfile(stage)
	if err != nil {
		return err
	}
	return errors.Join(f.stage(ctx, stage, measured), stop())
}

// startProfile profiles the calls over HTTP if that was asked for.
func (f *flowsBench) startProfile(stage string) (stop func() error, err error) {
	if f.options.profile == "" || stage != stageHTTP {
		return func() error { return nil }, nil
	}
	file, err := os.Create(f.options.profile)
	if err != nil {
		return nil, fmt.Errorf("bench: profile: %w", err)
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return nil, errors.Join(fmt.Errorf("bench: profile: %w", err), file.Close())
	}
	return func() error { pprof.StopCPUProfile(); return file.Close() }, nil
}

// stage runs one stage and writes its line.
func (f *flowsBench) stage(ctx context.Context, name string, l load) (err error) {
	before := loadAverage()
	var jobs *nullJobs
	if f.options.jobs && (name == stageHTTP || name == stageRate || name == stageService) {
		if jobs, err = startNullJobs(ctx, f.db.pool, f.trade); err != nil {
			return err
		}
	}
	s := l.run(ctx)
	r := stageResult{
		Bench: "flows", Stage: name, Round: f.round, Done: s.flows, Errors: s.failed, Seconds: rounded(s.wall.Seconds(), 3),
		Rate: rounded(float64(s.flows)/s.wall.Seconds(), 1), Calls: make(map[string]latency),
		Allocs: rounded(float64(s.used.mallocs)/float64(max(1, s.flows)), 0), Bytes: rounded(float64(s.used.bytes)/float64(max(1, s.flows)), 0),
		CPU: rounded(s.used.cpu.Seconds(), 2), DB: rounded(s.used.children.Seconds(), 2), Machine: rounded(s.used.machine.Seconds(), 2),
		Cost: rounded((s.used.cpu+s.used.children).Seconds()*1000/float64(max(1, s.flows)), 3), Load: before,
	}
	if jobs != nil {
		if r.Told, err = jobs.stop(ctx); err != nil {
			return err
		}
	}
	for i, call := range []string{"check", "create", "execute", "update", "each"} {
		if len(s.calls[i]) > 0 {
			r.Calls[call] = latencyOf(s.calls[i])
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	f.rates[name] = append(f.rates[name], r.Rate)
	switch name {
	case stageService, stageHTTP, stageRate:
		f.count(s)
	default:
		if s.failed > 0 {
			return fmt.Errorf("bench: %s: %w", name, s.firstErr)
		}
	}
	f.say("round %d: %-10s %8.0f/s  p50 %.1f  p99 %.1f  max %.1f ms  %.2f ms of CPU each  %d errors", f.round, name, r.Rate,
		r.Calls["each"].P50, r.Calls["each"].P99, r.Calls["each"].Max, r.Cost, r.Errors)
	return f.result(r)
}

// count keeps how many flows went through; all of them must be in the database.
func (f *flowsBench) count(s spent) {
	f.done += s.flows
	f.failed += s.failed
	if s.firstErr != nil {
		f.say("a flow failed: %v", s.firstErr)
	}
}

// flowsSummary is the last line of output: medians over the rounds.
type flowsSummary struct {
	Bench        string  `json:"bench"`
	Stage        string  `json:"stage"`
	Rounds       int     `json:"rounds"`
	Cores        int     `json:"cores"`
	Concurrency  int     `json:"concurrency"`
	Merchants    int     `json:"merchants"`
	Signatures   float64 `json:"signatures_per_second"`
	SignCeiling  float64 `json:"flows_per_second_by_signing_alone"`
	KnownCeiling float64 `json:"flows_per_second_by_signing_alone_for_known_payees"` // whose answer to check was signed before
	BareCeiling  float64 `json:"flows_per_second_by_bare_transactions"`
	Service      float64 `json:"flows_per_second_without_signatures"`
	HTTP         float64 `json:"flows_per_second"`
	Ratio        float64 `json:"ratio"` // to bare transactions; 0 where a stage was left out
	ServiceRatio float64 `json:"ratio_without_signatures"`
	Succeeded    int     `json:"payments_succeeded"`
	Errors       int     `json:"errors"`
}

func (f *flowsBench) summarise(ctx context.Context) error {
	n, err := f.trade.succeeded(ctx, f.db)
	if err != nil {
		return err
	}
	s := flowsSummary{
		Bench: "flows", Stage: "summary", Rounds: f.options.rounds, Cores: runtime.GOMAXPROCS(0),
		Concurrency: f.options.concurrency, Merchants: f.options.merchants, Succeeded: n, Errors: f.failed,
		Signatures: median(f.rates[stageSign]), Service: median(f.rates[stageService]), HTTP: median(f.rates[stageHTTP]),
	}
	s.SignCeiling = rounded(s.Signatures/signaturesPerFlow, 1)
	s.KnownCeiling = rounded(s.Signatures/(signaturesPerFlow-1), 1)
	s.BareCeiling = rounded(median(f.rates[stageBare])/commitsPerFlow, 1)
	if s.BareCeiling > 0 {
		s.Ratio = rounded(s.HTTP/s.BareCeiling, 3)
		s.ServiceRatio = rounded(s.Service/s.BareCeiling, 3)
	}
	f.say("flows/s: %.0f over HTTP, %.0f without signatures and HTTP; bare transactions would do %.0f, signing alone %.0f",
		s.HTTP, s.Service, s.BareCeiling, s.KnownCeiling)
	if err := f.result(s); err != nil {
		return err
	}
	switch {
	case f.failed > 0:
		return fmt.Errorf("bench: %d flows failed", f.failed)
	case n != f.done:
		return fmt.Errorf("bench: %d flows went through and %d payments succeeded", f.done, n)
	}
	return nil
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

func rounded(v float64, digits int) float64 {
	p := math.Pow(10, float64(digits))
	return math.Round(v*p) / p
}
