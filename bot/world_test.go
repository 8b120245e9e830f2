package main

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/goleak"

	"elkart.kg/trade/bot/demo"
	"elkart.kg/trade/bot/demo/telegram/chatscript"
	"elkart.kg/trade/bot/postgres/pgtest"
	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/operator"
	"elkart.kg/trade/store"
)

// world is the whole program over a fresh database, with the other side
// simulated, all over real HTTP.
type world struct {
	*demo.World
	t    *testing.T
	cfg  config
	pool *pgxpool.Pool
	log  *slog.Logger
	pace float64      // of what goes to Telegram, see extras
	skew atomic.Int64 // what the program's clock is ahead, in nanoseconds
	held atomic.Int64 // when the clock was stopped, in Unix nanoseconds; 0 while it goes

	app   *app
	stop  func()
	ended func() error    // waits for a program that ends by itself
	kept  map[string]kept // pictures that a script goes on with

	samples map[string]sample // messages that are to stay what they are
}

// Keys take long to make, and what they sign ends with the test.
var (
	pspSigns      = sync.OnceValue(newKey)
	operatorSigns = sync.OnceValue(newKey)
)

func newKey() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, operator.MinKeyBits)
	if err != nil {
		panic(err)
	}
	return key
}

// option changes the settings before the start.
type option func(*config)

// withoutPages is a trial without a PUBLIC_URL.
func withoutPages(c *config) { c.publicURL = "" }

// newWorld is for a test that runs alone.
func newWorld(t *testing.T, options ...option) *world {
	t.Helper()
	verifyNoLeaks(t)
	return newWorldBeside(t, options...)
}

// verifyNoLeaks fails a test that ends with goroutines which were not there
// before. Of tests in parallel none can tell whose they are: there it is for
// the test that they are all part of.
func verifyNoLeaks(t *testing.T) {
	t.Helper()
	ignore := goleak.IgnoreCurrent()
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		goleak.VerifyNone(t, ignore)
	})
}

// newWorldBeside is newWorld for one of several tests in parallel.
func newWorldBeside(t *testing.T, options ...option) *world {
	t.Helper()
	w := &world{t: t, pace: -1, kept: make(map[string]kept), samples: make(map[string]sample)}
	var logged syncBuffer
	w.log = slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("log of the program:\n%s", logged.String())
		}
	})
	var err error
	if w.World, err = demo.Start(demo.Config{Dir: t.TempDir(), Telegram: true, Operator: true, Now: w.now, Log: w.log,
		Patience: 20 * time.Second, // the race detector is slow
		PSPSigns: pspSigns(), OperatorSigns: operatorSigns(),
	}); err != nil {
		t.Fatal(err)
	}
	if w.pool, err = store.Connect(t.Context(), pgtest.New(t), 24); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"LISTEN_ADDR": "127.0.0.1:0", "ADMIN_ADDR": "127.0.0.1:0", "DATA_DIR": t.TempDir()}
	w.cfg, err = readConfig(func(name string) (string, bool) { v, ok := env[name]; return v, ok })
	if err != nil {
		t.Fatal(err)
	}
	ports, err := listen(w.t.Context(), w.cfg)
	if err != nil {
		t.Fatal(err)
	}
	here := "http://" + ports.public.Addr().String()
	w.cfg.listenAddr, w.cfg.adminAddr = ports.public.Addr().String(), ports.admin.Addr().String()
	simulate(&w.cfg, w.World, here)
	for _, o := range options {
		o(&w.cfg)
	}
	if err := w.Operator.SetPSP(here); err != nil {
		t.Fatal(err)
	}
	w.start(ports)
	t.Cleanup(func() {
		w.stop()
		w.balanced()
		if err := w.Close(); err != nil {
			t.Errorf("close the simulation: %v", err)
		}
		w.pool.Close()
	})
	return w
}

func (w *world) now() time.Time {
	now := time.Now()
	if held := w.held.Load(); held != 0 {
		now = time.Unix(0, held)
	}
	return now.Add(time.Duration(w.skew.Load()))
}

func (w *world) advance(d time.Duration) { w.skew.Add(int64(d)) }

// start wires and runs the program; stop ends it as Ctrl-C would.
func (w *world) start(p ports) {
	w.t.Helper()
	var err error
	if w.app, err = wire(w.t.Context(), w.cfg, w.pool, w.log, extras{now: w.now, pace: w.pace}); err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.app.run(ctx, p, nil) }()
	w.ended = func() error {
		defer cancel()
		w.stop = func() {}
		return <-ended
	}
	w.stop = func() {
		cancel()
		if err := w.ended(); err != nil {
			w.t.Errorf("the program ended with: %v", err)
		}
	}
}

// restart ends the program and starts it again on the same addresses.
func (w *world) restart() {
	w.t.Helper()
	w.stop()
	p, err := listen(w.t.Context(), w.cfg)
	if err != nil {
		w.t.Fatal(err)
	}
	w.start(p)
}

// settle returns when nothing is queued or running any more: no update, on its
// way or here, no job that is due.
func (w *world) settle(ctx context.Context) error {
	for quiet := 0; quiet < 2; {
		if err := w.app.chat.Idle(ctx); err != nil {
			return err
		}
		var open int
		err := w.pool.QueryRow(ctx, `
			SELECT (SELECT count(*) FROM river_job WHERE state IN ('available', 'running', 'retryable', 'pending')
				OR state = 'scheduled' AND scheduled_at <= now())
				+ (SELECT count(*) FROM updates WHERE done_at IS NULL)`).Scan(&open)
		if err != nil {
			return err
		}
		if open += w.Telegram.Undelivered(); open == 0 {
			quiet++
			continue
		}
		quiet = 0
		// The database is asked again; there is no signal for "nothing left".
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d updates and jobs are still open: %w", open, ctx.Err())
		case <-time.After(5 * time.Millisecond):
		}
	}
	return nil
}

// runner plays scripts in this world.
func (w *world) runner() *chatscript.Runner {
	return &chatscript.Runner{
		Server: w.Telegram, DecodeQR: decodeQR, CheckQR: checkQR, Settle: w.settle,
		Hooks: map[string]chatscript.Hook{
			"pay":      w.hookPay,
			"pay_late": w.hookPayLate,
			"twice":    w.hookTwice,
			"both":     w.hookBoth,
			"say":      w.hookSay,
			"scan":     w.hookScan,
			"scans":    w.hookScans,
			"limit":    w.hookLimit,
			"refused":  w.hookRefused,
			"hire":     w.hookHire,
			"join":     w.hookJoin,
			"credited": w.hookCredited,
			"inline":   w.hookInline,
			"page":     w.hookPage,
			"file":     w.hookFile,
			"printed":  w.hookPrinted,
			"credits":  w.hookCredits,
			"archive":  w.hookArchive,
			"sweep":    func(ctx context.Context, _ *chatscript.Session, _ string) error { return w.app.service.Sweep(ctx) },
			"card":     w.hookCard,
			"keep":     w.hookKeep,
			"show":     w.hookShow,
			"draw":     w.hookDraw,
			"type":     w.hookType,
			"album":    w.hookAlbum,
			"junk":     w.hookJunk,
			"reverse":  w.hookReverse,
			"until":    w.hookUntil,
			"reports":  w.hookReports,
			"same":     w.hookSame,
			"restart":  func(context.Context, *chatscript.Session, string) error { w.restart(); return nil },
			"stop_clock": func(context.Context, *chatscript.Session, string) error {
				w.held.Store(time.Now().UnixNano())
				return nil
			},
			"start_clock": func(context.Context, *chatscript.Session, string) error { w.held.Store(0); return nil },
			"settle":      func(ctx context.Context, _ *chatscript.Session, _ string) error { return w.settle(ctx) },
			"advance": func(_ context.Context, _ *chatscript.Session, args string) error {
				d, err := time.ParseDuration(args)
				w.advance(d)
				return err
			},
		},
	}
}

// hookPay pays the newest link: "500" for the sum asked, or what the payer
// enters at an open one.
func (w *world) hookPay(ctx context.Context, s *chatscript.Session, args string) error {
	if err := w.settle(ctx); err != nil {
		return err
	}
	sum, err := payments.ParseMoney(args)
	if err != nil {
		return err
	}
	var uri string
	err = w.pool.QueryRow(ctx, `
		SELECT uri FROM links WHERE created_by = $1 AND state = 'active' AND amount IN ($2, 0)
		ORDER BY amount DESC, id DESC LIMIT 1`, s.User.ID, sum).Scan(&uri)
	if err != nil {
		return fmt.Errorf("a link to pay %s with: %w", args, err)
	}
	paid, err := w.Operator.Pay(ctx, uri, int64(sum))
	if err != nil {
		return err
	}
	if paid.Status != int(payments.StatusSuccess) {
		return fmt.Errorf("payment ended with %d %s, steps %+v", paid.Status, paid.Message, paid.Steps)
	}
	return w.settle(ctx)
}

var cardForm = regexp.MustCompile(`http://[^ "]+/cards/[0-9A-Za-z]+`)

// hookCard fills the newest card form as a browser would.
func (w *world) hookCard(ctx context.Context, s *chatscript.Session, args string) error {
	if err := w.settle(ctx); err != nil {
		return err
	}
	messages := w.Telegram.Chat(s.User.ID).Messages
	for i := len(messages) - 1; i >= 0; i-- {
		for _, row := range messages[i].Buttons {
			for _, button := range row {
				if address := cardForm.FindString(button.URL); address != "" {
					return fillForm(ctx, address, args)
				}
			}
		}
	}
	return fmt.Errorf("no card form in the chat")
}

func fillForm(ctx context.Context, address, number string) error {
	page, err := get(ctx, address)
	if err != nil {
		return err
	}
	field := regexp.MustCompile(`<input[^>]*name="([^"]+)"[^>]*inputmode="numeric"|<input[^>]*inputmode="numeric"[^>]*name="([^"]+)"`).FindStringSubmatch(page)
	if field == nil {
		return fmt.Errorf("no number field in the form:\n%s", page)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(url.Values{field[1] + field[2]: {number}}.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("the card form answered %d:\n%s", answer.StatusCode, body)
	}
	return err
}

func get(ctx context.Context, address string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", err
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answered %d:\n%s", address, answer.StatusCode, body)
	}
	return string(body), err
}
