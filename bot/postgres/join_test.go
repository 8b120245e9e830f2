package postgres_test

import (
	"context"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"elkart.kg/trade/bot/postgres"
)

func TestGuestWorksBesideTheProgram(t *testing.T) {
	t.Parallel()
	for name, folder := range map[string]string{
		"its socket in the data directory": "data",
		"its socket in a temporary folder": strings.Repeat("long", 30),
		"a path with spaces":               "Менин маалыматтарым +1",
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(tempDir(t), folder)
			h := startHelper(t, dir, nil)
			remember(t, h.url(t))
			guest := join(t, postgres.Config{Dir: dir})
			recall(t, guest.URL())
			if guest.Host() != h.cmd.Process.Pid || guest.Dir() != dir || guest.Version() == "" {
				t.Errorf("the guest is in %s with process %d, version %q", guest.Dir(), guest.Host(), guest.Version())
			}
			wantAll(t, refusal(t, postgres.Config{Dir: dir}), "another process uses")
			recall(t, h.url(t))
			h.stop(t)
		})
	}
}

func TestToolAloneStartsTheServer(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(t *testing.T, h *helper, dir string){
		"after an orderly end":        func(t *testing.T, h *helper, _ string) { h.stop(t) },
		"after kill -9 of us":         func(_ *testing.T, h *helper, _ string) { h.kill() },
		"after kill -9 of everything": func(t *testing.T, h *helper, dir string) { killServer(t, dir); h.kill() },
	} {
		t.Run(name, func(t *testing.T) {
			dir := tempDir(t)
			h := startHelper(t, dir, nil)
			remember(t, h.url(t))
			leave(t, h, dir)
			cluster, guest, err := postgres.StartOrJoin(t.Context(), postgres.Config{Dir: dir})
			if err != nil || guest != nil {
				t.Fatalf("joined %v, error %v", guest, err)
			}
			defer stop(t, cluster)
			recall(t, cluster.URL())
		})
	}
}

// kill -9 leaves a postmaster.pid that says "ready". The program that starts
// next holds the directory some time before it has a server.
func TestPostmasterPIDOfAKilledServerIsNotBelieved(t *testing.T) {
	t.Parallel()
	killed := func(t *testing.T) (dir string, lock *os.File) {
		dir = tempDir(t)
		h := startHelper(t, dir, nil)
		remember(t, h.url(t))
		killServer(t, dir)
		h.kill()
		return dir, hold(t, dir)
	}
	t.Run("and the program that starts is named", func(t *testing.T) {
		dir, lock := killed(t)
		defer func() { _ = lock.Close() }()
		_, _, err := postgres.StartOrJoin(t.Context(), postgres.GiveUpAfter(postgres.Config{Dir: dir}, 300*time.Millisecond))
		if err == nil || strings.Contains(err.Error(), "\n") {
			t.Fatalf("want one line, got %q", err)
		}
		wantAll(t, err.Error(), "another process uses "+dir, "process "+strconv.Itoa(os.Getpid()), "cannot be reached", "postgres.log")
	})
	t.Run("and the program that starts is waited for", func(t *testing.T) {
		dir, lock := killed(t)
		// The program gives up its start when we have begun to wait.
		cluster, _, err := postgres.StartOrJoin(t.Context(), postgres.Config{Dir: dir, Log: onWaiting(func() { _ = lock.Close() })})
		if err != nil {
			t.Fatal(err)
		}
		defer stop(t, cluster)
		recall(t, cluster.URL())
	})
}

func TestGuestWaitsForAServerThatStarts(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	lock := hold(t, dir)
	var host *postgres.Cluster
	guest := join(t, postgres.Config{Dir: dir, Log: onWaiting(func() {
		_ = lock.Close()
		host = start(t, dir) // a new cluster, by initdb
	})})
	query[int](t, guest.URL(), "SELECT 1")
	if guest.URL() != host.URL() {
		t.Errorf("the guest is at %s, want %s", guest.URL(), host.URL())
	}
}

func TestGuestIsNotLedAstrayByAnotherServer(t *testing.T) {
	t.Parallel()
	dir, other := tempDir(t), tempDir(t)
	stop(t, start(t, dir))
	start(t, other)
	foreign := read(t, filepath.Join(other, "pgdata", "postmaster.pid"))
	write(t, filepath.Join(dir, "pgdata", "postmaster.pid"), foreign, 0o600)
	lock := hold(t, dir)
	defer func() { _ = lock.Close() }()
	_, _, err := postgres.StartOrJoin(t.Context(), postgres.GiveUpAfter(postgres.Config{Dir: dir}, 300*time.Millisecond))
	if err == nil {
		t.Fatal("it joined another cluster")
	}
	wantAll(t, err.Error(), "has its data in "+other)
}

func TestEndOfContextEndsTheWaitForAnother(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	lock := hold(t, dir)
	defer func() { _ = lock.Close() }()
	ctx, cancel := context.WithCancel(t.Context())
	_, _, err := postgres.StartOrJoin(ctx, postgres.Config{Dir: dir, Log: onWaiting(cancel)})
	if err == nil || ctx.Err() == nil {
		t.Fatalf("error %v", err)
	}
	wantAll(t, err.Error(), "process "+strconv.Itoa(os.Getpid()), "context canceled")
}

// A tool that somebody else calls is told whose folder it is, and a tool that
// root calls beside a program of an ordinary user works.
func TestGuestsOfOtherUsers(t *testing.T) {
	t.Parallel()
	needRoot(t)
	parent := tempDir(t)
	program := filepath.Join(parent, "program")
	write(t, program, read(t, os.Args[0]), 0o755)
	nobody := lookup(t, "nobody")
	home := filepath.Join(parent, "home")
	if err := os.Mkdir(home, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(home, nobody, nobody); err != nil {
		t.Fatal(err)
	}
	asNobody := func(cmd *exec.Cmd) {
		cmd.Path, cmd.Dir = program, parent
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(nobody), Gid: uint32(nobody)}}
		cmd.Env = append(cmd.Env, helperJoins+"=yes")
	}
	t.Run("root", func(t *testing.T) {
		dir := filepath.Join(home, "data")
		h := startHelper(t, dir, asNobody)
		remember(t, h.url(t))
		recall(t, join(t, postgres.Config{Dir: dir}).URL())
		h.stop(t)
	})
	t.Run("another", func(t *testing.T) {
		dir := filepath.Join(parent, "roots")
		start(t, dir)
		h := startHelper(t, dir, asNobody)
		wantAll(t, h.answer, "refused", dir+" belongs to user 0 and we are user "+strconv.Itoa(nobody))
	})
}

func join(t *testing.T, cfg postgres.Config) *postgres.Guest {
	t.Helper()
	cluster, guest, err := postgres.StartOrJoin(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if cluster != nil {
		stop(t, cluster)
		t.Fatal("it started a server of its own")
	}
	return guest
}

// hold takes the directory as a program does that has no server yet.
func hold(t *testing.T, dir string) *os.File {
	t.Helper()
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	lock, err := os.OpenFile(filepath.Join(dir, "elkart.lock"), os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err == nil {
		err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX)
	}
	if err == nil {
		_, err = lock.WriteString(strconv.Itoa(os.Getpid()) + "\n")
	}
	if err != nil {
		t.Fatal(err)
	}
	return lock
}

// onWaiting is a log that does something when a tool begins to wait.
func onWaiting(do func()) *slog.Logger { return slog.New(waiting{slog.DiscardHandler, do}) }

type waiting struct {
	slog.Handler
	do func()
}

func (w waiting) Enabled(context.Context, slog.Level) bool { return true }

func (w waiting) Handle(_ context.Context, r slog.Record) error {
	if strings.Contains(r.Message, "waiting for") {
		w.do()
	}
	return nil
}
