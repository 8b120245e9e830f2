package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"elkart.kg/trade/bot/demo"
	"elkart.kg/trade/bot/demo/telegram"
	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/payments/operator"
)

// sendingResult is how many reports went out, and how long people who were
// talking to the bot waited meanwhile for Telegram to have their answers.
type sendingResult struct {
	Stage     string  `json:"stage"`
	Reports   int     `json:"reports"`
	Messages  int     `json:"messages"` // that Telegram took, answers included
	Refused   int     `json:"refused"`  // with 429
	Seconds   float64 `json:"seconds"`
	PerSecond float64 `json:"per_second"`
	Hundred   float64 `json:"minutes_for_100000"`
	Answers   int     `json:"answers"`
	Answer    latency `json:"answer_ms"` // the way to Telegram included
	Errors    int     `json:"errors"`
}

// Sending is measured against an emulated Telegram with its limits, from which
// every answer takes its time.
const (
	telegramAway  = 300 * time.Millisecond
	answerEvery   = 150 * time.Millisecond
	talkingPeople = 200
)

// sendReports is what happens after the reports are put down: the program's own
// queue, pace and pictures send some of them, while people talk to it.
func sendReports(ctx context.Context, b bench, db *scratch, o reportsOptions, evening time.Time) (r sendingResult, err error) {
	r = sendingResult{Stage: "sending", Reports: o.sent}
	counted := &refusals{}
	counted.next = telegram.New(telegram.Config{Token: demo.Token, RateLimits: true})
	defer counted.next.Close()
	for id := range int64(o.sent + talkingPeople) {
		counted.next.AddUser(telegram.User{ID: id + 1, FirstName: "A", LanguageCode: "ky"})
		if _, err := counted.next.SendText(id+1, "/start"); err != nil { // bots may not write first
			return r, fmt.Errorf("bench: %w", err)
		}
	}
	counted.next.Fault(telegram.Fault{Times: -1, Kind: telegram.Slow(telegramAway)})
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return r, fmt.Errorf("bench: %w", err)
	}
	server := &http.Server{Handler: counted, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	defer func() {
		closed := server.Close()
		if served := <-ended; !errors.Is(served, http.ErrServerClosed) {
			closed = errors.Join(closed, served)
		}
		err = errors.Join(err, closed)
	}()

	t := &trade{app: &app{cfg: b.cfg, log: b.log}}
	if err := t.makeKeys(db.dir); err != nil {
		return r, err
	}
	cfg := t.app.cfg
	cfg.token, cfg.telegramURL = operator.NewSecret(demo.Token), "http://"+listener.Addr().String()
	cfg.operatorURL, cfg.pspID, cfg.pspToken, cfg.creditURL = "http://127.0.0.1:9", "bench", operator.NewSecret("bench"), ""
	a, err := wire(ctx, cfg, db.pool, b.log, extras{now: func() time.Time { return evening }})
	if err != nil {
		return r, fmt.Errorf("bench: %w", err)
	}
	if _, err := db.pool.Exec(ctx, `
		DELETE FROM river_job WHERE kind = 'send_report' AND (args->>'merchant_id')::bigint > 100000 + $1::int`, o.sent); err != nil {
		return r, fmt.Errorf("bench: which are sent: %w", err)
	}
	b.say("sending %d reports at Telegram's pace …", o.sent)
	begin := time.Now()
	if err := a.queue.Start(context.WithoutCancel(ctx)); err != nil {
		return r, fmt.Errorf("bench: start the job queue: %w", err)
	}
	if err := tell(a.queue); err != nil {
		return r, errors.Join(err, a.queue.Stop(context.WithoutCancel(ctx)))
	}
	waits, err := answerWhile(ctx, a.sender, o.sent, func() (bool, error) {
		var left int
		err := db.pool.QueryRow(ctx, `SELECT count(*) FROM river_job WHERE kind = 'send_report' AND state <> 'completed'`).Scan(&left)
		return left > 0, err
	})
	took := time.Since(begin)
	if err := errors.Join(err, a.queue.Stop(context.WithoutCancel(ctx))); err != nil {
		return r, fmt.Errorf("bench: send reports: %w", err)
	}
	for id := range int64(o.sent) {
		pictures := 0
		for _, m := range counted.next.Chat(id + 1).Messages {
			if m.FromBot {
				pictures++
			}
		}
		if pictures != 1 {
			r.Errors++
		}
		r.Messages += pictures
	}
	r.Messages += len(waits)
	r.Refused, r.Answers, r.Answer = int(counted.times.Load()), len(waits), latencyOf(waits)
	r.Seconds, r.PerSecond = took.Seconds(), float64(o.sent)/took.Seconds()
	r.Hundred = 100_000 / r.PerSecond / 60
	return r, nil
}

// answerWhile answers somebody every so often as long as there is work, and
// returns how long each answer was under way.
func answerWhile(ctx context.Context, s *chat.Sender, after int, work func() (bool, error)) ([]time.Duration, error) {
	ticker := time.NewTicker(answerEvery)
	defer ticker.Stop()
	var waits []time.Duration
	for i := 0; ; i++ {
		more, err := work()
		if err != nil || !more {
			return waits, err
		}
		begin := time.Now()
		if _, err := s.Send(ctx, chat.ChatID(after+1+i%talkingPeople), chat.Screen{Text: "ok"}); err != nil {
			return waits, err
		}
		waits = append(waits, time.Since(begin))
		select {
		case <-ctx.Done():
			return waits, ctx.Err()
		case <-ticker.C:
		}
	}
}

// refusals counts what Telegram refused for coming too fast.
type refusals struct {
	next  *telegram.Server
	times atomic.Int64
}

func (r *refusals) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	r.next.ServeHTTP(&statusKeeper{ResponseWriter: w, r: r}, q)
}

type statusKeeper struct {
	http.ResponseWriter
	r *refusals
}

// WriteHeader looks at the status.
func (k *statusKeeper) WriteHeader(status int) {
	if status == http.StatusTooManyRequests {
		k.r.times.Add(1)
	}
	k.ResponseWriter.WriteHeader(status)
}
