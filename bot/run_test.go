package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"elkart.kg/trade/bot/demo"
	"elkart.kg/trade/bot/demo/telegram"
	"elkart.kg/trade/bot/postgres/pgtest"
	"elkart.kg/trade/payments/operator"
)

// call runs the program as main would.
func call(ctx context.Context, t *testing.T, env map[string]string, args ...string) (out string, err error) {
	t.Helper()
	t.Chdir(t.TempDir())
	var stdout, stderr syncBuffer
	err = run(ctx, args, envOf(env), streams{in: strings.NewReader(""), out: &stdout, err: &stderr})
	return stdout.String(), err
}

func TestUsage(t *testing.T) {
	for _, c := range []struct {
		args []string
		code int
		text string
	}{
		{[]string{"dance"}, 2, "unknown command"},
		{[]string{"serve", "now"}, 2, "no arguments"},
		{[]string{"demo", "--nothing"}, 2, "demo"},
		{[]string{"migrate", "down"}, 2, "up or status"},
		{[]string{"serve"}, 1, "TELEGRAM_BOT_TOKEN"},
		{nil, 1, "TELEGRAM_BOT_TOKEN"},
		{[]string{"elqr", "decode", "nonsense"}, 1, ""},
	} {
		_, err := call(t.Context(), t, nil, c.args...)
		if err == nil || exitCode(err) != c.code || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%q: %v, exit code %d, want %d and %q", c.args, err, exitCode(err), c.code, c.text)
		}
	}
	for _, args := range [][]string{{"help"}, {"--help"}, {"serve", "--help"}, {"demo", "--help"}, {"migrate", "-h"}, {"bench", "--help"}} {
		if out, err := call(t.Context(), t, nil, args...); err != nil || !strings.Contains(out, "elqr decode") {
			t.Errorf("%v says %q, %v", args, out, err)
		}
	}
}

func TestMigrate(t *testing.T) {
	env := map[string]string{"DATABASE_URL": pgtest.New(t)}
	if out, err := call(t.Context(), t, env, "migrate"); err != nil || !strings.Contains(out, "up to date") {
		t.Errorf("migrate: %v, %q", err, out)
	}
	out, err := call(t.Context(), t, env, "migrate", "status")
	if err != nil || !strings.Contains(out, "applied  00001_people.sql") || strings.Contains(out, "pending") {
		t.Errorf("migrate status: %v, %q", err, out)
	}
	if strings.Contains(out, env["DATABASE_URL"]) {
		t.Errorf("the database's address stands in %q", out)
	}
}

// An address that is taken is named with what to do.
func TestAddressTaken(t *testing.T) {
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	_, err = call(t.Context(), t, map[string]string{"LISTEN_ADDR": taken.Addr().String()}, "demo")
	if err == nil || !strings.Contains(err.Error(), "LISTEN_ADDR") || !strings.Contains(err.Error(), "another program") {
		t.Errorf("a taken address: %v", err)
	}
}

// hangs is how long a test may take that does not hang; a busy machine is slow.
const hangs = 5 * time.Minute

// The demo as a person starts it, on the embedded database: it says where the
// page is, the seeded merchant finds their main screen and the day's report
// there, and Ctrl-C ends it cleanly.
func TestDemo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out := &watched{found: make(chan string, 1)}
	ended := make(chan error, 1)
	dir := t.TempDir()
	t.Chdir(t.TempDir())
	go func() {
		env := envOf(map[string]string{"LISTEN_ADDR": "127.0.0.1:0", "ADMIN_ADDR": "127.0.0.1:0", "DATA_DIR": dir,
			"PATH": os.Getenv("PATH"), "PG_BIN": os.Getenv("PG_BIN")})
		ended <- run(ctx, []string{"demo", "--seed"}, env, streams{in: strings.NewReader(""), out: out, err: &syncBuffer{}})
	}()
	select {
	case address := <-out.found:
		if page, err := get(t.Context(), address); err != nil || !strings.Contains(page, "<html") {
			t.Errorf("the page: %v", err)
		}
		for _, line := range []string{"Жаңы төлөм", "Түшүм:"} {
			if err := awaitInChat(t.Context(), address, demo.People()[0].ID, line); err != nil {
				t.Errorf("the seeded chat has no %q: %v", line, err)
			}
		}
	case err := <-ended:
		t.Fatalf("the demo ended: %v", err)
	case <-time.After(hangs):
		t.Fatalf("the demo says only %q", out.String())
	}
	http.DefaultClient.CloseIdleConnections()
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("the demo ended with: %v", err)
	}
}

// Ctrl-C while it is starting ends it as cleanly as later.
func TestStopWhileStarting(t *testing.T) {
	for _, moment := range []string{"", "Filling"} {
		t.Run(moment, func(t *testing.T) {
			t.Chdir(t.TempDir())
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			out := writerFunc(func(p []byte) (int, error) {
				if strings.Contains(string(p), moment) {
					cancel()
				}
				return len(p), nil
			})
			if moment == "" {
				cancel()
			}
			env := envOf(map[string]string{"LISTEN_ADDR": "127.0.0.1:0", "ADMIN_ADDR": "127.0.0.1:0", "DATA_DIR": t.TempDir(),
				"DATABASE_URL": pgtest.New(t)})
			if err := run(ctx, []string{"demo", "--seed"}, env, streams{in: strings.NewReader(""), out: out, err: &syncBuffer{}}); err != nil {
				t.Errorf("ended with: %v", err)
			}
		})
	}
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// awaitInChat waits until a person's chat on the demo's page has a text.
func awaitInChat(ctx context.Context, address string, person int64, text string) error {
	ctx, cancel := context.WithTimeout(ctx, hangs)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("%s/demo/events?user=%d", address, person), nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	lines := bufio.NewReader(answer.Body)
	for {
		line, err := lines.ReadString('\n')
		if err != nil || strings.Contains(line, text) {
			return err
		}
	}
}

// watched is a buffer that reports the first address written to it.
type watched struct {
	syncBuffer
	found chan string
}

func (w *watched) Write(p []byte) (int, error) {
	n, err := w.syncBuffer.Write(p)
	for word := range strings.FieldsSeq(w.String()) {
		if strings.HasPrefix(word, "http://") {
			select {
			case w.found <- word:
			default:
			}
		}
	}
	return n, err
}

// childEnv tells a copy of the test binary to be the program.
const childEnv = "ELKART_TEST_CHILD"

// The program is killed between taking a payment and telling of it: the next
// start tells, once.
func TestKilledAfterThePayment(t *testing.T) {
	w := newWorld(t)
	desk := w.merchant()
	// The database's jobs are held back as if the process had died before it
	// came to them.
	if err := w.app.queue.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Operator.Pay(t.Context(), desk.Static.URI, 432_10); err != nil {
		t.Fatal(err)
	}
	if got := w.messages("432,10"); got != 0 {
		t.Fatalf("%d messages while nothing works jobs", got)
	}
	w.restart()
	if err := w.settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := w.messages("432,10"); got != 1 {
		t.Errorf("%d messages after the restart, want 1", got)
	}
}

// What a killed process had begun is taken up at the next start, not when the
// queue itself notices.
func TestJobsOfAKilledProcess(t *testing.T) {
	w := newWorld(t)
	desk := w.merchant()
	if err := w.app.queue.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Operator.Pay(t.Context(), desk.Static.URI, 654_30); err != nil {
		t.Fatal(err)
	}
	if _, err := w.pool.Exec(t.Context(), `
		UPDATE river_job SET state = 'running', attempted_at = now(), attempt = 1, attempted_by = ARRAY['killed']
		WHERE kind = 'fanout' AND state = 'available'`); err != nil {
		t.Fatal(err)
	}
	w.restart()
	if err := w.settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := w.messages("654,30"); got != 1 {
		t.Errorf("%d messages after the restart, want 1", got)
	}
}

// Telegram hangs while the program is told to stop: it stops all the same,
// without an error, and tells at the next start.
func TestStopWhileTelegramHangs(t *testing.T) {
	w := newWorld(t)
	desk := w.merchant()
	w.Telegram.Fault(telegram.Fault{Method: "sendMessage", Times: -1, Kind: telegram.Timeout()})
	if _, err := w.Operator.Pay(t.Context(), desk.Static.URI, 765_40); err != nil {
		t.Fatal(err)
	}
	for hanging := 0; hanging == 0; {
		if err := w.pool.QueryRow(t.Context(), `SELECT count(*) FROM river_job WHERE kind = 'notice' AND state = 'running'`).Scan(&hanging); err != nil {
			t.Fatal(err)
		}
	}
	w.stop() // fails the test if the program ends with an error
	w.Telegram.ClearFaults()
	w.restart()
	if _, err := w.pool.Exec(t.Context(), `UPDATE river_job SET scheduled_at = now(), state = 'available' WHERE kind = 'notice' AND state = 'retryable'`); err != nil {
		t.Fatal(err)
	}
	if err := w.settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := w.messages("765,40"); got != 1 {
		t.Errorf("%d messages after the restart, want 1", got)
	}
}

// outlivedDir is a folder in which a database server may still be stopping when
// the test ends.
func outlivedDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "elkart-kill")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for deadline := time.Now().Add(20 * time.Second); os.RemoveAll(dir) != nil; {
			if time.Now().After(deadline) {
				t.Errorf("%s cannot be removed: the server does not stop", dir)
				return
			}
		}
	})
	return dir
}

// kill -9 of the whole program while it serves: the embedded database goes
// with it, and the next start finds everything that was answered.
func TestKillNine(t *testing.T) {
	if dir := os.Getenv(childEnv); dir != "" {
		env := envOf(map[string]string{"LISTEN_ADDR": "127.0.0.1:0", "ADMIN_ADDR": "127.0.0.1:0", "DATA_DIR": dir, "PATH": os.Getenv("PATH")})
		err := run(context.Background(), []string{"demo"}, env, streams{in: os.Stdin, out: os.Stdout, err: os.Stderr})
		t.Fatalf("the child ended: %v", err)
	}
	dir := outlivedDir(t)
	for range 2 {
		out := &watched{found: make(chan string, 1)}
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKillNine$")
		child.Env = append(os.Environ(), childEnv+"="+dir)
		child.Stdout, child.Stderr = out, out
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		select {
		case address := <-out.found:
			if _, err := get(t.Context(), address+"/demo/state"); err != nil {
				t.Errorf("the page's state: %v", err)
			}
		case <-time.After(time.Minute):
			t.Errorf("the child says only:\n%s", out.String())
		}
		if err := child.Process.Signal(syscall.SIGKILL); err != nil {
			t.Error(err)
		}
		var killed *exec.ExitError
		if err := child.Wait(); !errors.As(err, &killed) {
			t.Errorf("the killed child: %v", err)
		}
	}
	http.DefaultClient.CloseIdleConnections()
}

// Telegram is away when the program starts: payments are taken all the same,
// and told when it is back.
func TestTelegramAwayAtTheStart(t *testing.T) {
	w := newWorld(t)
	desk := w.merchant()
	address := w.cfg.telegramURL
	w.cfg.telegramURL = "http://127.0.0.1:1"
	w.restart()
	if paid, err := w.Operator.Pay(t.Context(), desk.Static.URI, 55_00); err != nil || paid.Status != 50 {
		t.Errorf("payment while Telegram is away: %+v, %v", paid, err)
	}
	w.cfg.telegramURL = address
	w.restart()
	if _, err := w.pool.Exec(t.Context(), `UPDATE river_job SET scheduled_at = now(), state = 'available' WHERE state IN ('retryable', 'scheduled') AND kind = 'notice'`); err != nil {
		t.Fatal(err)
	}
	if err := w.settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := w.messages("55 сом"); got != 1 {
		t.Errorf("%d messages when Telegram is back, want 1", got)
	}
}

// The same story with Telegram calling us.
func TestWebhook(t *testing.T) {
	w := newWorld(t, func(c *config) { c.webhook, c.webhookSecret = true, "s3cret" })
	w.merchant()
	address := w.cfg.publicURL + "/telegram/webhook"
	for name, change := range map[string]func(*http.Request){
		"no secret":    func(r *http.Request) { r.Header.Del("X-Telegram-Bot-Api-Secret-Token") },
		"wrong secret": func(r *http.Request) { r.Header.Set("X-Telegram-Bot-Api-Secret-Token", "guess") },
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, bytes.NewReader([]byte(`{"update_id":1}`)))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Telegram-Bot-Api-Secret-Token", "s3cret")
		change(req)
		answer, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: %d, want 401", name, answer.StatusCode)
		}
	}
}

// A token that Telegram does not know ends the start with its name, without
// its value.
func TestUnknownToken(t *testing.T) {
	w := newWorld(t)
	cfg := w.cfg
	cfg.token = operator.NewSecret(demo.Token + "x")
	_, err := wire(t.Context(), cfg, w.pool, w.log, extras{})
	if err == nil || !strings.Contains(err.Error(), "TELEGRAM_BOT_TOKEN") || strings.Contains(err.Error(), "demo-token") {
		t.Errorf("an unknown token: %v", err)
	}
}
