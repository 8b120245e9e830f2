package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"runtime"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"elkart.kg/trade/bot/postgres"
	"elkart.kg/trade/store"
)

// guestPool is how many connections a tool takes of a server that it shares
// with a running program: what poolSize leaves of the 100 there are.
const guestPool = 8

// stopPostgres is how long the embedded server gets to stop.
const stopPostgres = 40 * time.Second

// database is a pool over the configured server, or over the embedded one.
type database struct {
	pool    *pgxpool.Pool
	cluster *postgres.Cluster // nil: DATABASE_URL, or a guest
	guest   *postgres.Guest   // nil: not in another process's embedded server
	where   string            // for people: version and place
}

// openDatabase connects to DATABASE_URL, or starts the embedded cluster in
// DATA_DIR, which nobody else may use. Close it when done.
func openDatabase(ctx context.Context, cfg config, env environment, log *slog.Logger) (*database, error) {
	if cfg.databaseURL != "" {
		return connect(ctx, &database{where: "PostgreSQL at DATABASE_URL"}, cfg.databaseURL, poolSize())
	}
	cluster, err := postgres.Start(ctx, embedded(cfg, env, log))
	if err != nil {
		return nil, err
	}
	return connect(ctx, &database{cluster: cluster, where: whereOf(cluster)}, cluster.URL(), poolSize())
}

// openForTool is openDatabase for a command that can work beside a running
// program: with the embedded cluster it joins that program's server. A program
// that serves is not stopped for the books' sake.
func openForTool(ctx context.Context, cfg config, env environment, log *slog.Logger) (*database, error) {
	if cfg.databaseURL != "" {
		return openDatabase(ctx, cfg, env, log)
	}
	cluster, guest, err := postgres.StartOrJoin(ctx, embedded(cfg, env, log))
	if err != nil {
		return nil, err
	}
	if guest == nil {
		return connect(ctx, &database{cluster: cluster, where: whereOf(cluster)}, cluster.URL(), poolSize())
	}
	where := fmt.Sprintf("PostgreSQL %s in %s (embedded; run by process %d)", guest.Version(), guest.Dir(), guest.Host())
	return connect(ctx, &database{guest: guest, where: where}, guest.URL(), guestPool)
}

// embedded are the settings of the cluster. Its own lines about itself are said
// in where, to the person at the terminal.
func embedded(cfg config, env environment, log *slog.Logger) postgres.Config {
	return postgres.Config{Dir: cfg.dataDir, Log: quieter(log), LookupEnv: env}
}

func whereOf(c *postgres.Cluster) string {
	return fmt.Sprintf("PostgreSQL %s in %s (embedded; set DATABASE_URL for production)", c.Version(), c.Dir())
}

// connect opens the pool; when that fails, whatever was started is stopped.
func connect(ctx context.Context, d *database, url string, size int32) (*database, error) {
	var err error
	if d.pool, err = store.Connect(ctx, url, size); err != nil {
		return nil, d.explain(errors.Join(err, d.close(ctx)))
	}
	return d, nil
}

// migrate brings the database up to date. Where it is another process's, that
// process has done so when it started; what is pending all the same belongs to
// a newer version of the program, and the old one is not to find its tables
// changed under its hands.
func (d *database) migrate(ctx context.Context) ([]store.Migration, error) {
	if d.guest == nil {
		return store.Migrate(ctx, d.pool)
	}
	all, err := store.Status(ctx, d.pool)
	if err != nil {
		return nil, err
	}
	pending := 0
	for _, m := range all {
		if !m.Applied {
			pending++
		}
	}
	if pending > 0 {
		return nil, fmt.Errorf("%d migrations are pending, and process %d works in %s without them: if it has only just started, try again in a moment; if it is an older version, stop it and start this one, which migrates by itself; nothing was changed",
			pending, d.guest.Host(), d.guest.Dir())
	}
	return nil, nil
}

// explain tells in one line why a tool broke off when the program whose server
// it had joined has ended.
func (d *database) explain(err error) error {
	if err == nil || d.guest == nil || !lostServer(err) {
		return err
	}
	return fmt.Errorf("process %d, which ran PostgreSQL in %s, has ended meanwhile: run the command again (%w)",
		d.guest.Host(), d.guest.Dir(), err)
}

// lostServer: PostgreSQL said that it was stopping (class 57P), or said nothing
// more.
func lostServer(err error) bool {
	var said *pgconn.PgError
	if errors.As(err, &said) {
		return strings.HasPrefix(said.Code, "57P")
	}
	var refused *pgconn.ConnectError
	var network *net.OpError
	return errors.As(err, &refused) || errors.As(err, &network) || errors.Is(err, io.ErrUnexpectedEOF)
}

// poolSize lets every core keep the database busy while others wait for the
// disk. The embedded server takes 100 connections.
func poolSize() int32 { return int32(min(80, 32+8*runtime.NumCPU())) }

// died returns a channel that speaks when the embedded server ends by itself;
// nil, which never speaks, with a server of one's own.
func (d *database) died() <-chan error {
	if d.cluster == nil {
		return nil
	}
	return d.cluster.Done()
}

// close closes the pool and stops the embedded server, even when ctx is over.
func (d *database) close(ctx context.Context) error {
	if d.pool != nil {
		d.pool.Close()
	}
	if d.cluster == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopPostgres)
	defer cancel()
	return d.cluster.Stop(ctx)
}
