package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"elkart.kg/trade/bot/postgres"
	"elkart.kg/trade/store"
)

// stopPostgres is how long the embedded server gets to stop.
const stopPostgres = 40 * time.Second

// database is a pool over the configured server, or over the embedded one.
type database struct {
	pool    *pgxpool.Pool
	cluster *postgres.Cluster // nil: DATABASE_URL
	where   string            // for people: version and place
}

// openDatabase connects to DATABASE_URL, or starts the embedded cluster in
// DATA_DIR. Close it when done.
func openDatabase(ctx context.Context, cfg config, env environment, log *slog.Logger) (*database, error) {
	d := &database{where: "PostgreSQL at DATABASE_URL"}
	url := cfg.databaseURL
	if url == "" {
		// Its own line about that is said in where, to the person at the terminal.
		cluster, err := postgres.Start(ctx, postgres.Config{Dir: cfg.dataDir, Log: quieter(log), LookupEnv: env})
		if err != nil {
			return nil, err
		}
		d.cluster, url = cluster, cluster.URL()
		d.where = fmt.Sprintf("PostgreSQL %s in %s (embedded; set DATABASE_URL for production)", cluster.Version(), cluster.Dir())
	}
	var err error
	if d.pool, err = store.Connect(ctx, url, poolSize()); err != nil {
		return nil, errors.Join(err, d.close(ctx))
	}
	return d, nil
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
