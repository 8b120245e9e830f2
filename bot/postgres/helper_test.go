package postgres_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"

	"elkart.kg/trade/bot/postgres"
)

// helperDir makes the test binary a program that starts the cluster there and
// waits: tests need one to kill, and ones that run as somebody else.
const helperDir = "ELKART_TEST_HELPER_DIR"

// helperBlocksNamespaces makes that program forbid user namespaces to itself.
const helperBlocksNamespaces = "ELKART_TEST_HELPER_BLOCKS_NAMESPACES"

// helperJoins makes it a tool, which joins a server that another runs.
const helperJoins = "ELKART_TEST_HELPER_JOINS"

func TestMain(m *testing.M) {
	if dir := os.Getenv(helperDir); dir != "" {
		os.Exit(helperMain(dir))
	}
	goleak.VerifyTestMain(m)
}

// helperMain prints "ready URL" or "refused REASON", and stops the cluster at
// the end of its input.
func helperMain(dir string) int {
	ctx := context.Background()
	if os.Getenv(helperBlocksNamespaces) != "" {
		if err := os.WriteFile("/proc/sys/user/max_user_namespaces", []byte("0"), 0o644); err != nil {
			fmt.Println("cannot block namespaces:", err)
			return 1
		}
	}
	var cluster *postgres.Cluster
	var err error
	if os.Getenv(helperJoins) != "" {
		cluster, _, err = postgres.StartOrJoin(ctx, postgres.Config{Dir: dir})
	} else {
		cluster, err = postgres.Start(ctx, postgres.Config{Dir: dir})
	}
	if err != nil {
		fmt.Println("refused", err)
		return 1
	}
	fmt.Println("ready", cluster.URL())
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		fmt.Println("input:", err)
	}
	if err := cluster.Stop(ctx); err != nil {
		fmt.Println("stop:", err)
		return 1
	}
	return 0
}

// helper is a running helperMain.
type helper struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	answer string // "ready …" or "refused …"
}

func startHelper(t *testing.T, dir string, change func(*exec.Cmd)) *helper {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), helperDir+"="+dir)
	cmd.Stderr = os.Stderr
	if change != nil {
		change(cmd)
	}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	h := &helper{cmd: cmd, stdin: stdin}
	t.Cleanup(func() { h.kill() })
	h.answer, err = bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatalf("the helper said nothing: %v", err)
	}
	h.answer = strings.TrimSpace(h.answer)
	return h
}

func (h *helper) url(t *testing.T) string {
	t.Helper()
	url, ok := strings.CutPrefix(h.answer, "ready ")
	if !ok {
		t.Fatalf("the helper did not start: %s", h.answer)
	}
	return url
}

// kill is kill -9; later calls do nothing.
func (h *helper) kill() {
	_ = h.cmd.Process.Kill()
	_ = h.cmd.Wait()
}

// stop ends the helper in order.
func (h *helper) stop(t *testing.T) {
	t.Helper()
	if err := h.stdin.Close(); err != nil {
		t.Fatal(err)
	}
	if err := h.cmd.Wait(); err != nil {
		t.Errorf("helper: %v", err)
	}
}

func start(t *testing.T, dir string) *postgres.Cluster {
	t.Helper()
	c, err := postgres.Start(t.Context(), postgres.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, c) })
	return c
}

func stop(t *testing.T, c *postgres.Cluster) {
	t.Helper()
	if err := c.Stop(context.Background()); err != nil {
		t.Error(err)
	}
}

// tempDir can be passed by every user, unlike t.TempDir: where the machine
// forbids namespaces, root's server runs as another user.
func tempDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "elkart-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// refusal is the message of a start that must fail.
func refusal(t *testing.T, cfg postgres.Config) string {
	t.Helper()
	c, err := postgres.Start(t.Context(), cfg)
	if err == nil {
		stop(t, c)
		t.Fatal("it started")
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("the message has more than one line: %q", err)
	}
	return err.Error()
}

func wantAll(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q lacks %q", text, part)
		}
	}
}

func query[T any](t *testing.T, url, sql string) T {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	rows, err := conn.Query(t.Context(), sql)
	if err != nil {
		t.Fatal(err)
	}
	value, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[T])
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return value
}

// remember commits a row that a later recall must find.
func remember(t *testing.T, url string) {
	t.Helper()
	query[int](t, url, "SELECT 1")
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if _, err := conn.Exec(t.Context(), "CREATE TABLE kept AS SELECT 42 AS n"); err != nil {
		t.Fatal(err)
	}
}

func recall(t *testing.T, url string) {
	t.Helper()
	if n := query[int](t, url, "SELECT n FROM kept"); n != 42 {
		t.Errorf("n = %d, want 42", n)
	}
}

func serverPID(t *testing.T, dir string) int {
	t.Helper()
	line, _, _ := strings.Cut(read(t, filepath.Join(dir, "pgdata", "postmaster.pid")), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func killServer(t *testing.T, dir string) {
	t.Helper()
	if err := syscall.Kill(serverPID(t, dir), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func write(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

func mode(t *testing.T, path string) os.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

func ownerOf(t *testing.T, path string) int {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return int(info.Sys().(*syscall.Stat_t).Uid)
}
