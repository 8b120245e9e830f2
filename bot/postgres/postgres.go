// Package postgres starts a private PostgreSQL in a data directory, for
// people who have not set up a server of their own: one folder, no port, no
// password, gone when the program is gone.
//
// It launches the machine's own PostgreSQL programs and downloads nothing. It
// never deletes, re-initialises or upgrades existing data: whatever it cannot
// open it leaves alone and says what a person can do. One process runs the
// cluster; short-lived tools may join it. It knows nothing of
// merchants or payments, and is never started when DATABASE_URL is set; that
// choice is the caller's.
//
// In the data directory: pgdata (the cluster), run (the socket), elkart.lock
// (held while a program uses the directory) and postgres.log.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	userName     = "app"
	databaseName = "elkart"

	// busyFor is how long a start waits for a previous server to be gone: its
	// process stays visible for some seconds after kill -9.
	busyFor = 30 * time.Second
	// stopFor is how long Stop waits for SIGINT to work before SIGQUIT.
	stopFor = 30 * time.Second
	// quitFor is how long SIGQUIT may take; PostgreSQL itself kills its
	// processes after 5 s.
	quitFor = 10 * time.Second
	// joinFor is how long another process's server may take to answer.
	joinFor = 5 * time.Second
)

// Config says where the cluster lives and how it is found.
type Config struct {
	// Dir is the data directory (DATA_DIR). It is made absolute, created if
	// missing, and closed to other users (0700).
	Dir string
	// Log gets one line when the server is up and a few when starting takes
	// long; nil means silence. The server's own log is Dir/postgres.log.
	Log *slog.Logger
	// LookupEnv gives PG_BIN (the folder of PostgreSQL's programs) and PATH;
	// nil means os.LookupEnv.
	LookupEnv func(string) (string, bool)
	// Volatile turns fsync off, for tests only: a power failure may then
	// destroy the cluster. It is refused for a directory that has data.
	Volatile bool

	busyFor time.Duration // 0: the constant of that name
}

// Cluster is a running PostgreSQL that belongs to this process. It ends with
// Stop, or when this process ends in whatever way, kill -9 included.
type Cluster struct {
	dir     string
	install installation
	socket  socketDir
	lock    *os.File
	server  *process

	stopping atomic.Bool
	done     chan error    // for Done: at most one value, then closed
	released chan struct{} // closed when the server is gone and its lock released
}

// Start initialises the cluster if the directory has none, starts it, and
// returns when the database accepts connections; after a crash that includes
// recovery, however long it takes. ctx bounds the start, not the server's
// life. An error is one line that says what to do; nothing is left running.
func Start(ctx context.Context, cfg Config) (*Cluster, error) {
	cfg.fillIn()
	dir, err := prepareDir(cfg.Dir)
	if err != nil {
		return nil, err
	}
	lock, err := lockDir(dir)
	if err != nil {
		return nil, err
	}
	c := &Cluster{dir: dir, lock: lock, done: make(chan error, 1), released: make(chan struct{})}
	if err := c.start(ctx, cfg); err != nil {
		c.socket.remove()
		unlock(lock)
		return nil, err
	}
	go c.watch()
	cfg.Log.Info("PostgreSQL is embedded; set DATABASE_URL for production",
		"version", c.Version(), "dir", dir)
	return c, nil
}

// URL is the connection string of the database "elkart" for pgx and libpq, as
// user "app" over the Unix socket.
func (c *Cluster) URL() string { return c.socket.url(databaseName) }

// Version is the server's version, such as "15.18".
func (c *Cluster) Version() string { return c.install.version }

// Dir is the absolute data directory.
func (c *Cluster) Dir() string { return c.dir }

// Bin is the folder of the PostgreSQL programs in use.
func (c *Cluster) Bin() string { return c.install.bin }

// Done yields one error if PostgreSQL ends without Stop, which the program
// cannot survive; after Stop it is closed without a value.
func (c *Cluster) Done() <-chan error { return c.done }

// Stop ends the server: SIGINT, which breaks off open transactions, and after
// 30 seconds, or when ctx ends, SIGQUIT, after which the next start recovers.
// Close the connection pool first. A second Stop waits for the first.
func (c *Cluster) Stop(ctx context.Context) error {
	c.stopping.Store(true)
	c.server.signal(syscall.SIGINT)
	patience := time.NewTimer(stopFor)
	defer patience.Stop()
	select {
	case <-c.released:
		return nil
	case <-ctx.Done():
	case <-patience.C:
	}
	c.server.signal(syscall.SIGQUIT)
	last := time.NewTimer(quitFor)
	defer last.Stop()
	select {
	case <-c.released:
		return errors.New("PostgreSQL did not stop in time and was made to; it recovers at the next start")
	case <-last.C:
		return fmt.Errorf("PostgreSQL (process %d) does not stop; see %s", c.server.pid, logPath(c.dir))
	}
}

func (c *Cluster) start(ctx context.Context, cfg Config) error {
	data, err := inspectData(c.dir)
	if err != nil {
		return err
	}
	if cfg.Volatile && data.exists() {
		return fmt.Errorf("%s holds data, which is never run without fsync: use an empty folder", c.dir)
	}
	if c.install, err = find(ctx, cfg.LookupEnv, installFolders(), data); err != nil {
		return err
	}
	programs := programs{install: c.install, dir: c.dir, lookupEnv: cfg.LookupEnv}
	if programs.as, err = chooseIdentity(ctx, programs, data); err != nil {
		return err
	}
	if programs.as.dropped {
		if err := handOver(ctx, programs, data); err != nil {
			return err
		}
	}
	if !data.exists() {
		if err := initialise(ctx, programs, cfg.Volatile); err != nil {
			return err
		}
	}
	if c.socket, err = makeSocketDir(filepath.Join(c.dir, "run"), programs.as); err != nil {
		return err
	}
	c.server, err = serve(ctx, programs, c.socket, cfg)
	return err
}

// watch owns the running server: it alone says how it ended and releases what
// was held for it.
func (c *Cluster) watch() {
	<-c.server.ended
	c.socket.remove()
	unlock(c.lock)
	if !c.stopping.Load() {
		c.done <- fmt.Errorf("PostgreSQL ended by itself (%v); see %s", c.server.state(), logPath(c.dir))
	}
	close(c.done)
	close(c.released)
}
