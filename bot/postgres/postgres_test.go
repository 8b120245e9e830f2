package postgres_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"elkart.kg/trade/bot/postgres"
)

func TestNewClusterIsPrivateAndDurable(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(tempDir(t), "data")
	c := start(t, dir)
	settings := map[string]string{}
	for _, name := range []string{"listen_addresses", "fsync", "synchronous_commit", "full_page_writes",
		"data_checksums", "server_encoding", "TimeZone", "unix_socket_permissions", "log_error_verbosity"} {
		settings[name] = query[string](t, c.URL(), "SELECT current_setting('"+name+"')")
	}
	want := map[string]string{"listen_addresses": "", "fsync": "on", "synchronous_commit": "on",
		"full_page_writes": "on", "data_checksums": "on", "server_encoding": "UTF8", "TimeZone": "UTC",
		"unix_socket_permissions": "0700", "log_error_verbosity": "terse"}
	if diff := cmp.Diff(want, settings); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
	got := query[string](t, c.URL(), "SELECT current_user || '@' || current_database()")
	if got != "app@elkart" {
		t.Errorf("connected as %s, want app@elkart", got)
	}
	if version := query[string](t, c.URL(), "SHOW server_version"); !strings.HasPrefix(version, c.Version()) {
		t.Errorf("Version() = %s, the server says %s", c.Version(), version)
	}
	for _, path := range []string{dir, filepath.Join(dir, "run"), filepath.Join(dir, "pgdata")} {
		if m := mode(t, path); m != 0o700 {
			t.Errorf("%s has mode %o, want 700", path, m)
		}
	}
	if m := mode(t, filepath.Join(dir, "postgres.log")); m != 0o600 {
		t.Errorf("the log has mode %o, want 600", m)
	}
}

func TestDataSurvivesStopAndStart(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	c := start(t, dir)
	remember(t, c.URL())
	stop(t, c)
	recall(t, start(t, dir).URL())
	if log := read(t, filepath.Join(dir, "postgres.log")); strings.Contains(log, "recovery in progress") {
		t.Errorf("an ordinary stop needed recovery:\n%s", log)
	}
}

func TestStartSaysWhatItStarted(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	dir := tempDir(t)
	c, err := postgres.Start(t.Context(), postgres.Config{Dir: dir, Log: slog.New(slog.NewTextHandler(&out, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer stop(t, c)
	if n := strings.Count(out.String(), "\n"); n != 1 {
		t.Errorf("%d lines, want 1: %s", n, &out)
	}
	wantAll(t, out.String(), c.Version(), dir, "embedded", "DATABASE_URL")
}

func TestStopEndsDoneWithoutAnError(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	c := start(t, dir)
	conn, err := pgx.Connect(t.Context(), c.URL())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Begin(t.Context()); err != nil { // must not hold it up
		t.Fatal(err)
	}
	stop(t, c)
	if err, ok := <-c.Done(); ok {
		t.Errorf("Done yields %v after Stop", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "pgdata", "postmaster.pid")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the server still runs: %v", err)
	}
	stop(t, c) // a second time
}

func TestStopQuitsAServerThatHangs(t *testing.T) {
	t.Parallel() // PostgreSQL takes 5 s to lose its own patience
	c := start(t, tempDir(t))
	remember(t, c.URL())
	conn, err := pgx.Connect(t.Context(), c.URL())
	if err != nil {
		t.Fatal(err)
	}
	hanging := int(conn.PgConn().PID())
	if err := syscall.Kill(hanging, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	impatient, cancel := context.WithCancel(t.Context())
	cancel()
	err = c.Stop(impatient)
	if err == nil {
		t.Fatal("Stop hides that the server had to be made to stop")
	}
	wantAll(t, err.Error(), "recovers at the next start")
	recall(t, start(t, c.Dir()).URL())
}

func TestDoneTellsThatTheServerDied(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	c := start(t, dir)
	remember(t, c.URL())
	killServer(t, dir)
	err, ok := <-c.Done()
	if !ok || err == nil {
		t.Fatal("Done is closed without an error")
	}
	wantAll(t, err.Error(), "ended by itself", "killed", filepath.Join(dir, "postgres.log"))
	stop(t, c)
	// Its lock is free and its orphans, which hold the shared memory for a
	// moment, are waited for.
	recall(t, start(t, dir).URL())
}

func TestSecondStarterIsRefused(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	c := start(t, dir)
	remember(t, c.URL())
	wantAll(t, refusal(t, postgres.Config{Dir: dir}), "another process uses "+dir, strconv.Itoa(os.Getpid()), "DATA_DIR")
	recall(t, c.URL())
}

func TestUnusualPaths(t *testing.T) {
	t.Parallel()
	for name, folder := range map[string]string{
		"spaces and Unicode":       "Менин маалыматтарым ☕ +1",
		"quotes and shell signs":   `a"b'c$HOME;d&e%20f\g`,
		"a comma":                  "one,two",
		"a space at the end":       "end ",
		"too long for a socket":    strings.Repeat("long", 30),
		"one byte too long for it": "", // filled in below
	} {
		t.Run(name, func(t *testing.T) {
			parent := tempDir(t)
			if folder == "" {
				folder = strings.Repeat("x", 108-len(filepath.Join(parent, "/run/.s.PGSQL.5432"))-1)
			}
			dir := filepath.Join(parent, folder)
			c := start(t, dir)
			remember(t, c.URL())
			u, err := url.Parse(c.URL())
			if err != nil {
				t.Fatal(err)
			}
			socket := u.Query().Get("host")
			if m := mode(t, socket); m != 0o700 {
				t.Errorf("the socket's folder has mode %o", m)
			}
			temporary := !strings.HasPrefix(socket, dir)
			if want := strings.Contains(folder, ",") || len(filepath.Join(dir, "run/.s.PGSQL.5432")) > 107; temporary != want {
				t.Errorf("temporary socket folder: %v, want %v (%s)", temporary, want, socket)
			}
			stop(t, c)
			if _, err := os.Stat(socket); temporary && !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the temporary folder of the socket is left: %v", err)
			}
			recall(t, start(t, dir).URL())
		})
	}
}

func TestTemporarySocketFolderIsNotTakenFromOthers(t *testing.T) {
	dir := filepath.Join(tempDir(t), "one,two")
	temp := tempDir(t)
	t.Setenv("TMPDIR", temp)
	c := start(t, dir)
	u, err := url.Parse(c.URL())
	if err != nil {
		t.Fatal(err)
	}
	socket := u.Query().Get("host")
	stop(t, c)
	elsewhere := tempDir(t)
	if err := os.Symlink(elsewhere, socket); err != nil { // as another user could in /tmp
		t.Fatal(err)
	}
	wantAll(t, refusal(t, postgres.Config{Dir: dir}), socket, "not ours")
}

func TestServerGetsNoSecretsFromTheEnvironment(t *testing.T) {
	t.Setenv("CARD_KEYS", "secret-of-ours")
	t.Setenv("PGDATA", "/nowhere")
	t.Setenv("PGPORT", "1")
	dir := tempDir(t)
	start(t, dir)
	environment := read(t, "/proc/"+strconv.Itoa(serverPID(t, dir))+"/environ")
	for _, name := range []string{"secret-of-ours", "PGPORT", "CARD_KEYS"} {
		if strings.Contains(environment, name) {
			t.Errorf("the server's environment has %s", name)
		}
	}
}

func TestVolatileIsForNewDataOnly(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	c := start(t, dir)
	stop(t, c)
	wantAll(t, refusal(t, postgres.Config{Dir: dir, Volatile: true}), dir, "without fsync")
}

func TestEndOfContextEndsTheStart(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := postgres.Start(ctx, postgres.Config{Dir: dir}); !errors.Is(err, context.Canceled) {
		t.Fatalf("err = %v, want context.Canceled", err)
	}
	start(t, dir) // nothing is in the way
}
