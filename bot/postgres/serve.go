package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	pollEvery   = 20 * time.Millisecond
	retryEvery  = 200 * time.Millisecond
	tellEvery   = 10 * time.Second
	databaseFor = time.Minute
	maxLogBytes = 10 << 20
)

// errBusy: a previous server of this directory still seems to run.
var errBusy = errors.New("the directory is in use")

// serve starts the server until it stays up. A server that was killed leaves a
// process entry and a postmaster.pid for some seconds; PostgreSQL knows best
// when that is over, so we ask it again and never touch its file.
func serve(ctx context.Context, p programs, socket socketDir, cfg Config) (*process, error) {
	if err := turnLog(logPath(p.dir)); err != nil {
		return nil, err
	}
	deadline := time.Now().Add(cfg.busyFor)
	for {
		server, err := serveOnce(ctx, p, socket, cfg)
		if err == nil {
			return server, nil
		}
		if !errors.Is(err, errBusy) {
			return nil, err
		}
		if time.Now().After(deadline) {
			return nil, fmt.Errorf("%w: %s", err, busyAdvice(p.dir))
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for the previous PostgreSQL of %s: %w", p.dir, ctx.Err())
		case <-time.After(retryEvery):
		}
	}
}

func serveOnce(ctx context.Context, p programs, socket socketDir, cfg Config) (_ *process, err error) {
	logFile, err := os.OpenFile(logPath(p.dir), os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL's log: %w", err)
	}
	defer func() { err = errors.Join(err, logFile.Close()) }()
	start, err := logFile.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL's log: %w", err)
	}
	cmd := p.command("postgres", serverArgs(p.dir, socket, cfg.Volatile)...)
	cmd.Stdout, cmd.Stderr = logFile, logFile
	server, err := launch(cmd)
	if err != nil {
		return nil, err
	}
	err = waitReady(ctx, server, p.dir, cfg.Log)
	if err == nil {
		err = ensureDatabase(ctx, socket)
	}
	if err == nil {
		return server, nil
	}
	if server.hasEnded() {
		return nil, explainEnd(server, logFile, start)
	}
	server.signal(syscall.SIGINT)
	<-server.ended
	return nil, err
}

func serverArgs(dir string, socket socketDir, volatile bool) []string {
	settings := []string{
		"listen_addresses=",
		"port=5432", // part of the socket's name
		"unix_socket_directories=" + socket.path,
		"unix_socket_permissions=0700",
		"log_destination=stderr",
		"logging_collector=off",
		"log_line_prefix=%m [%p] ",
		"log_timezone=UTC",
		"timezone=UTC",
		// Without it the DETAIL of a violated constraint writes whole rows,
		// people's data, into the log.
		"log_error_verbosity=terse",
	}
	if volatile {
		settings = append(settings, "fsync=off", "synchronous_commit=off", "full_page_writes=off",
			"max_connections=300") // parallel tests, each with its pool
	}
	args := []string{"-D", dataPath(dir)}
	for _, setting := range settings {
		args = append(args, "-c", setting)
	}
	return args
}

// waitReady returns when our own server accepts connections, as it says in
// postmaster.pid. Asking by connecting would fill the log with refusals, and
// the orphan of a killed program may answer on the same socket for a moment.
func waitReady(ctx context.Context, server *process, dir string, log *slog.Logger) error {
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	tell := time.NewTicker(tellEvery)
	defer tell.Stop()
	for {
		if status, _ := readStatus(dir); status.pid == server.pid && status.ready {
			return nil
		}
		select {
		case <-server.ended:
			return errors.New("PostgreSQL ended while starting")
		case <-ctx.Done():
			return fmt.Errorf("wait for PostgreSQL: %w", ctx.Err())
		case <-tell.C:
			log.Info("PostgreSQL is still starting, perhaps recovering from a crash", "log", logPath(dir))
		case <-poll.C:
		}
	}
}

// ensureDatabase connects, and creates the database unless it is there.
func ensureDatabase(ctx context.Context, socket socketDir) error {
	ctx, cancel := context.WithTimeout(ctx, databaseFor)
	defer cancel()
	conn, err := pgx.Connect(ctx, socket.url("postgres"))
	if err != nil {
		return fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }() // nothing is lost with it
	var exists bool
	err = conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", databaseName).Scan(&exists)
	if err == nil && !exists {
		_, err = conn.Exec(ctx, "CREATE DATABASE "+databaseName)
	}
	if err != nil {
		return fmt.Errorf("create database %s: %w", databaseName, err)
	}
	return nil
}

// explainEnd finds the reason in what this server wrote to its log.
func explainEnd(server *process, logFile *os.File, start int64) error {
	const enough = 64 << 10
	text := make([]byte, enough)
	n, err := logFile.ReadAt(text, start)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("PostgreSQL's log: %w", err)
	}
	reason := lastFault(string(text[:n]))
	// PostgreSQL's words (miscinit.c, sysv_shmem.c); LC_ALL=C keeps them English.
	if strings.HasPrefix(reason, "lock file ") || strings.Contains(reason, "shared memory block") {
		return fmt.Errorf("PostgreSQL did not start: %w (%s)", errBusy, reason)
	}
	return fmt.Errorf("PostgreSQL did not start: %s (%v); see %s", reason, server.state(), logFile.Name())
}

// busyAdvice names the process that PostgreSQL takes for a running server. It
// can be a stranger who got the number of a dead one, as in a container whose
// processes always have the same numbers.
func busyAdvice(dir string) string {
	file := filepath.Join(dataPath(dir), "postmaster.pid")
	status, err := readStatus(dir)
	if err != nil {
		return fmt.Sprintf("look at %s and at what runs", file)
	}
	return fmt.Sprintf("if process %d (see ps -p %d) is a PostgreSQL, stop it; if not, delete %s by hand and start again",
		status.pid, status.pid, file)
}

// serverStatus is what postmaster.pid says.
type serverStatus struct {
	pid    int
	socket string // the folder of its socket
	ready  bool
}

// readStatus reads the first line, the process, the fifth, the folder of the
// socket, and the eighth, the state (LOCK_FILE_LINE_… in PostgreSQL's
// pidfile.h). A file that is just being written has fewer.
func readStatus(dir string) (serverStatus, error) {
	text, err := os.ReadFile(filepath.Join(dataPath(dir), "postmaster.pid"))
	if err != nil {
		return serverStatus{}, err
	}
	lines := strings.Split(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(lines[0]))
	status := serverStatus{pid: pid}
	if len(lines) > 7 {
		status.socket = lines[4]
		status.ready = strings.TrimSpace(lines[7]) == "ready"
	}
	return status, err
}

// turnLog keeps the log of a long life within bounds: one old file, one new.
func turnLog(path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil && info.Size() > maxLogBytes {
		err = os.Rename(path, path+".1")
	}
	if err != nil {
		return fmt.Errorf("PostgreSQL's log: %w", err)
	}
	return nil
}
