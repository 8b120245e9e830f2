package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Any number of processes may serve one database. All of them answer customers
// and the operator and do the jobs that move money. One of them leads: it alone
// talks to Telegram, because order in a chat and Telegram's limits are one bot's.
// The others stand by; when the lead is free, however it came to be so, one of
// them takes it and goes on with what the last one had kept.

// Pauses between two looks of a process at its locks: short at first, as the
// server may take a moment to see that the last process has ended.
const (
	firstLook = 50 * time.Millisecond
	lookEvery = time.Second
	lookTime  = 5 * time.Second // for a look, after which the connection is given up
	tidyEvery = 10              // looks, until the leader looks for jobs of ended processes again
)

// errOvertaken ends a process that led and was away from the database so long
// that another one leads now.
var errOvertaken = errors.New("another process has taken over the chat while this one was away from the database; start it again, and it stands by")

// presence is what other processes see of this one: a connection that holds the
// lock of its name and, in the one that leads, the lead. Both end with the
// connection, also when the process is killed.
type presence struct {
	pool  *pgxpool.Pool
	id    string
	log   *slog.Logger
	conn  *pgx.Conn     // nil while there is none
	yield bool          // the next look leaves the lead to who had it
	leads chan struct{} // closed once this process leads
}

// look takes what can be had of the two locks, on a new connection where the
// last one is gone, and reports which it has. Without the name the server still
// sees the connection before this one, which may hold the lead as well.
func (p *presence) look(ctx context.Context) (named, leads bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	if p.conn == nil || p.conn.IsClosed() {
		cfg := p.pool.Config().ConnConfig.Copy()
		// A machine that is cut off must not keep the lead for the hours that the server would wait by itself.
		cfg.RuntimeParams["tcp_keepalives_idle"] = "5"
		cfg.RuntimeParams["tcp_keepalives_interval"] = "2"
		cfg.RuntimeParams["tcp_keepalives_count"] = "3"
		if p.conn, err = pgx.ConnectConfig(ctx, cfg); err != nil {
			p.conn = nil
			return false, false, err
		}
	}
	err = p.conn.QueryRow(ctx, `
		SELECT pg_try_advisory_lock(hashtextextended($1, 0)),
			CASE WHEN $2 THEN false ELSE pg_try_advisory_lock(hashtextextended('lead of ' || current_schema(), 0)) END`, p.id, p.yield).Scan(&named, &leads)
	return named, leads, err
}

// rest waits for the next look, and reports whether there is to be one. A
// connection that breaks meanwhile ends the rest of who leads: the lead is free,
// and should be its own again.
func (p *presence) rest(stop context.Context, pause time.Duration, led bool) bool {
	ctx, cancel := context.WithTimeout(stop, pause)
	defer cancel()
	if led && p.conn != nil && !p.conn.IsClosed() {
		if _, err := p.conn.WaitForNotification(ctx); p.conn.IsClosed() && ctx.Err() == nil {
			p.log.WarnContext(ctx, "the connection that holds the lead is gone", "error", err)
			return true
		}
	}
	<-ctx.Done()
	return stop.Err() == nil
}

// keep looks again and again until ctx ends. Error: errOvertaken.
func (p *presence) keep(ctx context.Context) error {
	led, told := false, false
	for n, pause := 1, firstLook; ; n++ {
		named, leads, err := p.look(context.WithoutCancel(ctx)) // a query cut off would end the connection, and give the lead away too early
		switch {
		case err != nil:
			p.log.WarnContext(ctx, "no word from the database about who leads", "error", err)
		case led && !leads && named:
			return errOvertaken
		case led && !leads:
			p.log.WarnContext(ctx, "the database still sees the connection before this one")
		case leads && !led:
			led = true
			p.log.InfoContext(ctx, "this process leads: it talks to Telegram")
			close(p.leads)
		case !leads && pause == lookEvery && !told:
			told = true
			p.log.InfoContext(ctx, "another process talks to Telegram; this one stands by")
		}
		if led && err == nil && n%tidyEvery == 0 {
			p.tidy(ctx)
		}
		rest := pause
		if !led && (err != nil || p.yield) {
			rest = 2 * lookEvery
		}
		// Where the database was away from all, who led goes first: it has not to end then.
		p.yield = !led && err != nil
		if !p.rest(ctx, rest, led) {
			return nil
		}
		pause = min(2*pause, lookEvery)
	}
}

// tidy puts back what ended processes had begun.
func (p *presence) tidy(ctx context.Context) {
	n, err := reclaim(ctx, p.pool)
	if err != nil && ctx.Err() == nil {
		p.log.WarnContext(ctx, "jobs of ended processes are not put back", "error", err)
	}
	if n > 0 {
		p.log.InfoContext(ctx, "took up what an ended process had begun", "jobs", n)
	}
}

// isLead reports whether this process leads.
func (p *presence) isLead() bool {
	select {
	case <-p.leads:
		return true
	default:
		return false
	}
}

// leave gives the locks back.
func (p *presence) leave(ctx context.Context) {
	if p.conn != nil {
		_ = p.conn.Close(ctx)
	}
}

// whenLeading passes Telegram's calls on in the process that leads. The others
// refuse them: Telegram calls again, and the balancer may know better by then.
// They must not keep them for the leader: what is kept has its numbers masked.
func (p *presence) whenLeading(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !p.isLead() {
			w.Header().Set("Retry-After", "1")
			http.Error(w, "another process talks to Telegram", http.StatusServiceUnavailable)
			return
		}
		next.ServeHTTP(w, r)
	})
}
