package postgres_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"elkart.kg/trade/bot/postgres"
)

func TestKillOfUsStopsTheServerCleanly(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	h := startHelper(t, dir, nil)
	remember(t, h.url(t))
	h.kill()
	recall(t, start(t, dir).URL()) // which waits until the old server is gone
	log := read(t, filepath.Join(dir, "postgres.log"))
	wantAll(t, log, "received fast shutdown request")
	if strings.Contains(log, "not properly shut down") {
		t.Errorf("the data needed recovery:\n%s", log)
	}
}

func TestKillOfEverythingIsRecoveredFrom(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	h := startHelper(t, dir, nil)
	remember(t, h.url(t))
	killServer(t, dir)
	h.kill()
	recall(t, start(t, dir).URL())
	wantAll(t, read(t, filepath.Join(dir, "postgres.log")), "not properly shut down", "automatic recovery in progress")
}

func TestOtherProgramIsNamed(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	h := startHelper(t, dir, nil)
	h.url(t)
	wantAll(t, refusal(t, postgres.Config{Dir: dir}),
		"another process uses "+dir, "process "+strconv.Itoa(h.cmd.Process.Pid))
	h.stop(t)
	start(t, dir)
}

func TestPostmasterPIDOfADeadProcessIsNoObstacle(t *testing.T) {
	t.Parallel()
	dir := stoppedCluster(t)
	dead := exec.Command("true")
	if err := dead.Run(); err != nil {
		t.Fatal(err)
	}
	claim(t, dir, dead.Process.Pid)
	recall(t, start(t, dir).URL())
}

func TestPostmasterPIDOfALiveProcess(t *testing.T) {
	t.Parallel()
	t.Run("that stays is explained and kept", func(t *testing.T) {
		dir := stoppedCluster(t)
		pid, _ := sleeper(t, dir)
		claim(t, dir, pid)
		text := refusal(t, postgres.GiveUpAfter(postgres.Config{Dir: dir}, 300*time.Millisecond))
		wantAll(t, text, "in use", "postmaster.pid", "process "+strconv.Itoa(pid), "by hand")
		if got := serverPID(t, dir); got != pid {
			t.Errorf("postmaster.pid was changed to %d", got)
		}
	})
	t.Run("that ends is waited for", func(t *testing.T) {
		dir := stoppedCluster(t)
		pid, end := sleeper(t, dir)
		claim(t, dir, pid)
		onLog(t, dir, `lock file "postmaster.pid" already exists`, end)
		recall(t, start(t, dir).URL())
	})
}

func TestOrphansOfAKilledServerAreWaitedFor(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	c := start(t, dir)
	remember(t, c.URL())
	conn, err := pgx.Connect(t.Context(), c.URL())
	if err != nil {
		t.Fatal(err)
	}
	orphan := int(conn.PgConn().PID())
	if err := syscall.Kill(orphan, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Kill(orphan, syscall.SIGKILL) }) // also if this test fails
	killServer(t, dir)
	if err := <-c.Done(); err == nil {
		t.Fatal("Done tells nothing")
	}
	onLog(t, dir, "pre-existing shared memory block", func() { _ = syscall.Kill(orphan, syscall.SIGKILL) })
	recall(t, start(t, dir).URL())
}

// onLog does something as soon as the server's log has the text, and fails the
// test if that never comes.
func onLog(t *testing.T, dir, text string, do func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	seen := make(chan bool)
	go func() {
		poll := time.NewTicker(5 * time.Millisecond)
		defer poll.Stop()
		for {
			log, _ := os.ReadFile(filepath.Join(dir, "postgres.log"))
			if strings.Contains(string(log), text) {
				do()
				seen <- true
				return
			}
			select {
			case <-ctx.Done():
				seen <- false
				return
			case <-poll.C:
			}
		}
	}()
	t.Cleanup(func() {
		cancel()
		if !<-seen {
			t.Errorf("the log never says %q", text)
		}
	})
}

func TestGuardStopsTheServerWhenWeDie(t *testing.T) {
	t.Parallel()
	for name, dismissed := range map[string]bool{"we die": false, "we are done with it": true} {
		t.Run(name, func(t *testing.T) {
			victim := exec.Command("sleep", "600")
			if err := victim.Start(); err != nil {
				t.Fatal(err)
			}
			defer func() { _ = victim.Process.Kill() }()
			guard, err := postgres.StartGuard(victim.Process.Pid)
			if err != nil {
				t.Fatal(err)
			}
			if dismissed {
				guard.Dismiss()
				if err := victim.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			} else {
				if err := guard.Die(); err != nil {
					t.Fatal(err)
				}
			}
			err = victim.Wait()
			want := "signal: interrupt"
			if dismissed {
				want = "signal: killed"
			}
			if err == nil || err.Error() != want {
				t.Errorf("the server ended with %v, want %s", err, want)
			}
		})
	}
}

// stoppedCluster is a data directory with a remembered row.
func stoppedCluster(t *testing.T) string {
	t.Helper()
	dir := tempDir(t)
	c := start(t, dir)
	remember(t, c.URL())
	stop(t, c)
	return dir
}

// claim writes the postmaster.pid that a killed server with this number leaves.
func claim(t *testing.T, dir string, pid int) {
	t.Helper()
	path := filepath.Join(dir, "pgdata", "postmaster.pid")
	write(t, path, strconv.Itoa(pid)+"\n"+filepath.Join(dir, "pgdata")+"\n1700000000\n5432\n"+dir+"/run\n\n", 0o600)
	if err := os.Chown(path, ownerOf(t, filepath.Join(dir, "pgdata")), -1); err != nil {
		t.Fatal(err)
	}
}

// sleeper is a process that has nothing to do with us, of the data's owner,
// and how to end it. PostgreSQL takes another user's process for no server.
func sleeper(t *testing.T, dir string) (pid int, end func()) {
	t.Helper()
	cmd := exec.Command("sleep", "600")
	if uid := ownerOf(t, filepath.Join(dir, "pgdata")); uid != os.Geteuid() {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid)}}
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	end = func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	t.Cleanup(end)
	return cmd.Process.Pid, end
}
