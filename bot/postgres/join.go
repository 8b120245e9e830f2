package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// InUseError: another process holds the data directory.
type InUseError struct {
	Dir string
	PID string // of the process, as it wrote it down; empty in its first moment
}

func (e *InUseError) Error() string {
	return fmt.Sprintf("another process uses %s (process %s): stop it, or set DATA_DIR to another folder", e.Dir, e.PID)
}

// Guest is a cluster that another process of this program runs. It ends when
// that process does; nothing of it is ours to stop.
type Guest struct {
	dir, version string
	host         int
	socket       socketDir
}

// URL is the connection string, as Cluster.URL.
func (g *Guest) URL() string { return g.socket.url(databaseName) }

// Version is the server's version, such as "15.18".
func (g *Guest) Version() string { return g.version }

// Dir is the absolute data directory.
func (g *Guest) Dir() string { return g.dir }

// Host is the process that runs the cluster.
func (g *Guest) Host() int { return g.host }

// StartOrJoin is Start for tools that can work beside a running program: where
// another process of ours runs the cluster, it is joined instead of refused.
// One of the two results is nil. A process that is just starting is waited for,
// and one that is just ending, whose place is then taken.
func StartOrJoin(ctx context.Context, cfg Config) (*Cluster, *Guest, error) {
	cfg.fillIn()
	deadline := time.Now().Add(cfg.busyFor)
	for told := false; ; {
		cluster, err := Start(ctx, cfg)
		var inUse *InUseError
		if !errors.As(err, &inUse) {
			return cluster, nil, err
		}
		guest, why := join(ctx, inUse)
		if why == nil {
			return nil, guest, nil
		}
		if time.Now().After(deadline) {
			return nil, nil, fmt.Errorf("another process uses %s (process %s), but its PostgreSQL cannot be reached (%w): try again when it runs, or stop it; see %s",
				inUse.Dir, inUse.PID, why, logPath(inUse.Dir))
		}
		if !told {
			told = true
			cfg.Log.Info("waiting for the PostgreSQL of another process", "dir", inUse.Dir, "process", inUse.PID)
		}
		select {
		case <-ctx.Done():
			return nil, nil, fmt.Errorf("wait for the PostgreSQL of process %s: %w", inUse.PID, ctx.Err())
		case <-time.After(retryEvery):
		}
	}
}

func (cfg *Config) fillIn() {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.LookupEnv == nil {
		cfg.LookupEnv = os.LookupEnv
	}
	if cfg.busyFor == 0 {
		cfg.busyFor = busyFor
	}
}

// join connects to the server that postmaster.pid tells of. The file alone
// proves nothing: kill -9 leaves one behind that says "ready", which the next
// start finds. Nor does an answer: it may come from a server without our
// database yet.
func join(ctx context.Context, inUse *InUseError) (*Guest, error) {
	host, err := strconv.Atoi(inUse.PID)
	if err != nil {
		return nil, errors.New("it has just started")
	}
	status, err := readStatus(inUse.Dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, errors.New("it is starting or ending")
	}
	if err != nil {
		return nil, err
	}
	if !status.ready || !filepath.IsAbs(status.socket) {
		return nil, errors.New("it is starting, recovering or ending")
	}
	guest := &Guest{dir: inUse.Dir, host: host, socket: socketDir{path: status.socket}}
	ctx, cancel := context.WithTimeout(ctx, joinFor)
	defer cancel()
	conn, err := pgx.Connect(ctx, guest.URL())
	if err != nil {
		return nil, errors.New(strings.ReplaceAll(err.Error(), "\n", " "))
	}
	defer func() { _ = conn.Close(ctx) }() // nothing is lost with it
	var data string
	err = conn.QueryRow(ctx, `SELECT split_part(current_setting('server_version'), ' ', 1), current_setting('data_directory')`).
		Scan(&guest.version, &data)
	if err != nil {
		return nil, fmt.Errorf("ask its version: %w", err)
	}
	// A temporary folder for sockets can have come into other hands since.
	if !sameFile(data, dataPath(inUse.Dir)) {
		return nil, fmt.Errorf("the server at %s has its data in %s", status.socket, data)
	}
	return guest, nil
}

func sameFile(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	two, err := os.Stat(b)
	return err == nil && os.SameFile(one, two)
}
