package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"elkart.kg/trade/bot/postgres"
	"elkart.kg/trade/store"
)

// The tools work beside a program that runs on the embedded database, and
// leave it running. What would hurt that program is refused.
func TestToolsBesideARunningProgram(t *testing.T) {
	dir := t.TempDir()
	host, err := postgres.Start(t.Context(), postgres.Config{Dir: dir, Volatile: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = host.Stop(context.Background()) }()
	pool, err := store.Connect(t.Context(), host.URL(), 2)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	env := map[string]string{"DATA_DIR": dir, "LISTEN_ADDR": "127.0.0.1:0", "ADMIN_ADDR": "127.0.0.1:0",
		"PATH": os.Getenv("PATH"), "PG_BIN": os.Getenv("PG_BIN")}
	tool := func(args ...string) (string, error) { return call(t.Context(), t, env, args...) }
	pid := strconv.Itoa(os.Getpid())

	if out, err := tool("migrate", "status"); err != nil || !strings.Contains(out, "pending  00001_people.sql") || !strings.Contains(out, "run by process "+pid) {
		t.Errorf("the status of a new database: %v\n%s", err, out)
	}
	file := filepath.Join(t.TempDir(), "empty.json")
	if err := os.WriteFile(file, []byte("[]"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"migrate"}, {"reconcile", "--breaks"}, {"reconcile", file}} {
		_, err := tool(args...)
		if err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "migrations are pending, and process "+pid) {
			t.Errorf("%v under a program without the migrations: %v", args, err)
		}
	}
	if _, err := store.Migrate(t.Context(), pool); err != nil {
		t.Fatal(err)
	}
	if out, err := tool("migrate"); err != nil || !strings.Contains(out, "up to date") {
		t.Errorf("migrate: %v\n%s", err, out)
	}
	if out, err := tool("migrate", "status"); err != nil || strings.Contains(out, "pending") {
		t.Errorf("the status: %v\n%s", err, out)
	}
	if out, err := tool("reconcile", "--breaks"); err != nil || !strings.Contains(out, "no break is open") {
		t.Errorf("reconcile --breaks: %v\n%s", err, out)
	}
	if _, err := tool("demo"); err == nil || !strings.Contains(err.Error(), "another process uses "+dir) {
		t.Errorf("a second program: %v", err)
	}
	if err := pool.Ping(t.Context()); err != nil {
		t.Errorf("the program has lost its database: %v", err)
	}
}

// The program ends while a file is being reconciled: one line says so, and
// nothing of the file is kept.
func TestProgramEndsUnderAReconciliation(t *testing.T) {
	dir := t.TempDir()
	cfg := postgres.Config{Dir: dir}
	host, err := postgres.Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	pool, err := store.Connect(t.Context(), host.URL(), 2)
	if err != nil {
		t.Fatal(err)
	}
	_, err = store.Migrate(t.Context(), pool)
	pool.Close()
	if err != nil {
		t.Fatal(err)
	}
	env := envOf(map[string]string{"DATA_DIR": dir, "PATH": os.Getenv("PATH"), "PG_BIN": os.Getenv("PG_BIN")})
	from, feed := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- run(t.Context(), []string{"reconcile", "-"}, env, streams{in: from, out: io.Discard, err: io.Discard})
	}()
	const row = `{"transaction_id":"one","transaction_type":"20","amount":100,"executed_time":"2026-03-02 10:00:00","created":"2026-03-02 10:00:00"}`
	if _, err := io.WriteString(feed, "["+row); err != nil { // returns when the command has read it
		t.Fatal(err)
	}
	if err := host.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = io.WriteString(feed, "]"); _ = feed.Close() }()
	err = <-ended
	if err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "which ran PostgreSQL in "+dir+", has ended meanwhile: run the command again") {
		t.Errorf("want one line that says what to do, got %v", err)
	}
	t.Chdir(t.TempDir())
	var out syncBuffer
	if err := run(t.Context(), []string{"reconcile", "--breaks"}, env, streams{out: &out, err: io.Discard}); err != nil || !strings.Contains(out.String(), "no break is open") {
		t.Errorf("afterwards: %v\n%s", err, out.String())
	}
}
