package main

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"elkart.kg/trade/payments"
)

// process is one more process of a world, on the same database.
type process struct {
	app   *app
	cfg   config
	stop  context.CancelFunc
	ended chan error
}

// another starts one on addresses of its own.
func (w *world) another() *process {
	w.t.Helper()
	p := &process{cfg: w.cfg, ended: make(chan error, 1)}
	p.cfg.listenAddr, p.cfg.adminAddr = "127.0.0.1:0", "127.0.0.1:0"
	on, err := listen(w.t.Context(), p.cfg)
	if err != nil {
		w.t.Fatal(err)
	}
	p.cfg.listenAddr, p.cfg.adminAddr = on.public.Addr().String(), on.admin.Addr().String()
	if p.app, err = wire(w.t.Context(), p.cfg, w.pool, w.log, extras{now: w.now, pace: -1}); err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	p.stop = cancel
	go func() { p.ended <- p.app.run(ctx, on, nil) }()
	return p
}

// await waits until something is so.
func (w *world) await(what string, so func() bool) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), hangs)
	defer cancel()
	for !so() {
		// It happens in another process or in the server: there is no signal.
		select {
		case <-ctx.Done():
			w.t.Fatalf("%s: %v", what, ctx.Err())
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// says lets the merchant write, and waits for what the program makes of it.
func (w *world) says(desk payments.Desk, text, answer string) {
	w.t.Helper()
	before := w.messages(answer)
	if _, err := w.Telegram.SendText(int64(desk.Person.ID), text); err != nil {
		w.t.Fatal(err)
	}
	w.await(answer, func() bool { return w.messages(answer) == before+1 })
	if err := w.settle(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	if got := w.messages(answer); got != before+1 {
		w.t.Errorf("%q: %d answers with %q, want 1", text, got-before, answer)
	}
}

func status(t *testing.T, method, address string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, bytes.NewReader([]byte(`{"update_id":1}`)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Telegram-Bot-Api-Secret-Token", "s3cret")
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}

// Two processes on one database: both take payments, one talks, each message
// goes out once; when the one that talks ends, the other goes on where it was.
func TestTakeOver(t *testing.T) {
	w := newWorld(t, func(c *config) { c.webhookSecret = "s3cret" })
	desk := w.merchant()
	second := w.another()
	w.says(desk, "500 кофе", "500 сом")
	w.await("the second answers", func() bool { return status(t, "GET", "http://"+second.cfg.adminAddr+"/readyz") == http.StatusOK })
	if got := status(t, "GET", "http://"+second.cfg.adminAddr+"/leadz"); got != http.StatusServiceUnavailable {
		t.Errorf("the second says that it leads: %d", got)
	}
	if got := status(t, "GET", "http://"+w.cfg.adminAddr+"/leadz"); got != http.StatusOK {
		t.Errorf("the first says that it does not lead: %d", got)
	}
	// The second is the one that the operator calls.
	if err := w.Operator.SetPSP("http://" + second.cfg.listenAddr); err != nil {
		t.Fatal(err)
	}
	paid, err := w.Operator.Pay(t.Context(), desk.Static.URI, 55_00)
	if err != nil || paid.Status != 50 {
		t.Fatalf("payment through the second: %+v, %v", paid, err)
	}
	w.await("the first tells of it", func() bool { return w.messages("55 сом") > 0 })
	if err := w.settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := w.messages("55 сом"); got != 1 {
		t.Errorf("%d messages of one payment", got)
	}

	// The first ends, and the second goes on with what nobody handled.
	w.stop()
	if _, err := w.Telegram.SendText(int64(desk.Person.ID), "600 чай"); err != nil {
		t.Fatal(err)
	}
	w.app = second.app
	w.stop = func() {
		second.stop()
		if err := <-second.ended; err != nil {
			t.Errorf("the second ended with: %v", err)
		}
		w.stop = func() {}
	}
	w.await("the second answers in the chat", func() bool { return w.messages("600 сом") == 1 })
	w.says(desk, "700", "700 сом")
	if got := status(t, "GET", "http://"+second.cfg.adminAddr+"/leadz"); got != http.StatusOK {
		t.Errorf("the second says that it does not lead: %d", got)
	}
	http.DefaultClient.CloseIdleConnections()
}

// Telegram's call to a process that stands by is refused, to come again.
func TestStandbyRefusesTheWebhook(t *testing.T) {
	w := newWorld(t, func(c *config) { c.webhook, c.webhookSecret = true, "s3cret" })
	w.merchant()
	second := w.another()
	w.await("the second answers", func() bool { return status(t, "GET", "http://"+second.cfg.adminAddr+"/readyz") == http.StatusOK })
	if got := status(t, "POST", "http://"+second.cfg.listenAddr+"/telegram/webhook"); got != http.StatusServiceUnavailable {
		t.Errorf("a webhook's call to the second: %d, want 503", got)
	}
	second.stop()
	if err := <-second.ended; err != nil {
		t.Errorf("the second ended with: %v", err)
	}
	http.DefaultClient.CloseIdleConnections()
}

// leader is the server's number for the connection that holds the lead; 0: none.
func (w *world) leader() (pid int) {
	w.t.Helper()
	err := w.pool.QueryRow(w.t.Context(), `
		SELECT l.pid FROM pg_locks l, hashtextextended('lead of ' || current_schema(), 0) key
		WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
			AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
			AND l.classid::bigint = (key >> 32) & 4294967295 AND l.objid::bigint = key & 4294967295`).Scan(&pid)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		w.t.Fatal(err)
	}
	return pid
}

// cut breaks the connection that holds the lead.
func (w *world) cut(pid int) {
	w.t.Helper()
	var was bool
	if err := w.pool.QueryRow(w.t.Context(), `SELECT pg_terminate_backend($1)`, pid).Scan(&was); err != nil || !was {
		w.t.Fatalf("cut connection %d: %t, %v", pid, was, err)
	}
}

// The database goes and comes back: who led alone leads on.
func TestLeadIsTakenAgain(t *testing.T) {
	w := newWorld(t)
	desk := w.merchant()
	before := w.leader()
	w.cut(before)
	w.await("the lead is held again", func() bool { pid := w.leader(); return pid != 0 && pid != before })
	w.says(desk, "500 кофе", "500 сом")
}

// queueFor lets a connection wait for a lock that the program holds. It has the
// lock as soon as the channel speaks.
func (w *world) queueFor(key string) (*pgxpool.Conn, <-chan error) {
	w.t.Helper()
	conn, err := w.pool.Acquire(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(conn.Release)
	waits := make(chan error, 1)
	go func() {
		_, err := conn.Exec(w.t.Context(), `SELECT pg_advisory_lock(hashtextextended(`+key+`, 0))`)
		waits <- err
	}()
	w.await("the rival waits", func() bool {
		var waiting bool
		err := w.pool.QueryRow(w.t.Context(), `SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND pid = $1)`,
			conn.Conn().PgConn().PID()).Scan(&waiting)
		return err == nil && waiting
	})
	return conn, waits
}

const leadKey = `'lead of ' || current_schema()`

// Whoever was away while another took the lead ends: two that talk would send
// everything twice.
func TestOvertaken(t *testing.T) {
	w := newWorld(t)
	w.merchant()
	rival, waits := w.queueFor(leadKey)
	w.cut(w.leader())
	if err := <-waits; err != nil {
		t.Fatal(err)
	}
	if err := w.ended(); !errors.Is(err, errOvertaken) {
		t.Errorf("the program ended with %v, want %v", err, errOvertaken)
	}
	if _, err := rival.Exec(t.Context(), `SELECT pg_advisory_unlock_all()`); err != nil {
		t.Fatal(err)
	}
}

// A connection that broke without the server's knowing holds the lead for a
// while: nobody else does.
func TestOwnConnectionIsNoRival(t *testing.T) {
	w := newWorld(t)
	desk := w.merchant()
	name, named := w.queueFor("'" + w.app.presence.id + "'")
	lead, led := w.queueFor(leadKey)
	before := w.leader()
	w.cut(before)
	for _, waits := range []<-chan error{named, led} {
		if err := <-waits; err != nil {
			t.Fatal(err)
		}
	}
	w.await("the program looks at the lead", func() bool {
		var looked bool
		err := w.pool.QueryRow(t.Context(), `
			SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle'
				AND pid <> $1 AND query LIKE '%pg_try_advisory_lock(%lead of%' AND query NOT LIKE '%pg_stat_activity%')`, before).Scan(&looked)
		return err == nil && looked
	})
	for _, ghost := range []*pgxpool.Conn{name, lead} {
		if _, err := ghost.Exec(t.Context(), `SELECT pg_advisory_unlock_all()`); err != nil {
			t.Fatal(err)
		}
	}
	w.await("the lead is held again", func() bool { return w.leader() != 0 })
	w.says(desk, "500 кофе", "500 сом")
}

// The database goes and comes back for all: who led leads on, and who stood by
// stands by, so that nobody has to end.
func TestLeadStaysWhereItWas(t *testing.T) {
	w := newWorld(t)
	desk := w.merchant()
	second := w.another()
	w.await("the second answers", func() bool { return status(t, "GET", "http://"+second.cfg.adminAddr+"/readyz") == http.StatusOK })
	for range 3 {
		before := w.leader()
		var cut int
		if err := w.pool.QueryRow(t.Context(), `
			SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid()
				AND query LIKE '%pg_try_advisory_lock(%lead of%' AND query NOT LIKE '%pg_stat_activity%'`).Scan(&cut); err != nil || cut != 2 {
			t.Fatalf("cut %d connections, want 2: %v", cut, err)
		}
		w.await("the lead is held again", func() bool { pid := w.leader(); return pid != 0 && pid != before })
		w.await("both are there again", func() bool {
			var present int
			err := w.pool.QueryRow(t.Context(), `
				SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle'
					AND query LIKE '%pg_try_advisory_lock(%lead of%' AND query NOT LIKE '%pg_stat_activity%'`).Scan(&present)
			return err == nil && present == 2
		})
		if got := status(t, "GET", "http://"+second.cfg.adminAddr+"/leadz"); got != http.StatusServiceUnavailable {
			t.Fatalf("the second has taken the lead: %d", got)
		}
	}
	w.says(desk, "500 кофе", "500 сом")
	second.stop()
	if err := <-second.ended; err != nil {
		t.Errorf("the second ended with: %v", err)
	}
	http.DefaultClient.CloseIdleConnections()
}
