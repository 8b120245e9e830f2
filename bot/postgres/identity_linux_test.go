package postgres_test

import (
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"elkart.kg/trade/bot/postgres"
)

// allIDs maps every user of the machine to itself: a namespace that has its
// own limits and, apart from them, changes nothing.
const allIDs = 65535

func TestRootBelowItsOwnFolder(t *testing.T) {
	t.Parallel()
	needRoot(t)
	dir := filepath.Join(t.TempDir(), "data") // below a 0700 folder, like /root
	if !namespacesAllowed() {
		wantAll(t, refusal(t, postgres.Config{Dir: dir}), unreachable(dir)...)
		return
	}
	c := start(t, dir)
	query[int](t, c.URL(), "SELECT 1")
	if uid := ownerOf(t, filepath.Join(dir, "pgdata")); uid != 0 {
		t.Errorf("pgdata belongs to %d, want 0", uid)
	}
	if inside := read(t, "/proc/"+strconv.Itoa(serverPID(t, dir))+"/uid_map"); strings.Fields(inside)[0] != "65534" {
		t.Errorf("the server sees itself as %s", inside)
	}
}

func TestRootWithoutNamespacesDropsToAnotherUser(t *testing.T) {
	t.Parallel()
	needRoot(t)
	dir := filepath.Join(tempDir(t), "data")
	h := startHelper(t, dir, withoutNamespaces)
	remember(t, h.url(t))
	want := droppedUID(t)
	for _, path := range []string{dir, dir + "/pgdata", dir + "/run", "/proc/" + strconv.Itoa(serverPID(t, dir))} {
		if uid := ownerOf(t, path); uid != want {
			t.Errorf("%s belongs to %d, want %d", path, uid, want)
		}
	}

	t.Run("and kill -9 of us stops the server as cleanly", func(t *testing.T) {
		h.kill()
		h = startHelper(t, dir, withoutNamespaces)
		recall(t, h.url(t))
		log := read(t, dir+"/postgres.log")
		wantAll(t, log, "received fast shutdown request")
		if strings.Contains(log, "not properly shut down") {
			t.Errorf("the data needed recovery:\n%s", log)
		}
		h.stop(t)
	})
	t.Run("and the data stays theirs when namespaces come back", func(t *testing.T) {
		recall(t, start(t, dir).URL())
		if uid := ownerOf(t, dir+"/pgdata"); uid != want {
			t.Errorf("pgdata belongs to %d, want %d", uid, want)
		}
	})
}

func TestDataMadeInANamespaceIsHandedOver(t *testing.T) {
	t.Parallel()
	needRoot(t)
	dir := filepath.Join(tempDir(t), "data")
	c := start(t, dir)
	remember(t, c.URL())
	stop(t, c)
	h := startHelper(t, dir, withoutNamespaces)
	recall(t, h.url(t))
	h.stop(t)
}

func TestRootWithoutNamespacesBelowItsOwnFolder(t *testing.T) {
	t.Parallel()
	needRoot(t)
	dir := filepath.Join(t.TempDir(), "data")
	h := startHelper(t, dir, withoutNamespaces)
	wantAll(t, h.answer, append(unreachable(dir), "refused")...)
}

func unreachable(dir string) []string {
	return []string{"cannot reach " + dir, "DATA_DIR", "/var/lib/elkart", "ordinary user"}
}

func TestOrdinaryUser(t *testing.T) {
	t.Parallel()
	needRoot(t) // to become one; started by one, all other tests are this test
	parent := tempDir(t)
	program := filepath.Join(parent, "program")
	write(t, program, read(t, os.Args[0]), 0o755)
	home := filepath.Join(parent, "home")
	if err := os.Mkdir(home, 0o700); err != nil {
		t.Fatal(err)
	}
	nobody := lookup(t, "nobody")
	if err := os.Chown(home, nobody, nobody); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(home, "data")
	h := startHelper(t, dir, func(cmd *exec.Cmd) {
		cmd.Path, cmd.Dir = program, home
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(nobody), Gid: uint32(nobody)}}
	})
	remember(t, h.url(t))
	h.kill()
	// Root does not take the data over.
	recall(t, start(t, dir).URL())
	if uid := ownerOf(t, dir+"/pgdata"); uid != nobody {
		t.Errorf("pgdata belongs to %d, want %d", uid, nobody)
	}
}

func TestOrdinaryUserDoesNotTouchDataOfOthers(t *testing.T) {
	t.Parallel()
	needRoot(t)
	parent := tempDir(t)
	program := filepath.Join(parent, "program")
	write(t, program, read(t, os.Args[0]), 0o755)
	nobody := lookup(t, "nobody")
	dir := filepath.Join(parent, "data")
	write(t, dir+"/pgdata/PG_VERSION", "15\n", 0o600)
	if err := os.Chown(dir, nobody, nobody); err != nil {
		t.Fatal(err)
	}
	h := startHelper(t, dir, func(cmd *exec.Cmd) {
		cmd.Path, cmd.Dir = program, parent
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(nobody), Gid: uint32(nobody)}}
	})
	wantAll(t, h.answer, "refused", "belongs to user 0", "user "+strconv.Itoa(nobody), "chown")
}

// namespacesAllowed: containers and chroots often forbid them. The tests then
// show that, too, is handled.
func namespacesAllowed() bool {
	cmd := exec.Command("true")
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 65534, HostID: 0, Size: 1}},
	}
	return cmd.Run() == nil
}

// withoutNamespaces puts the helper where it cannot make user namespaces, by
// the same limit (ENOSPC) that administrators set, unless it cannot anyway.
func withoutNamespaces(cmd *exec.Cmd) {
	if !namespacesAllowed() {
		return
	}
	cmd.Env = append(cmd.Env, helperBlocksNamespaces+"=1")
	same := []syscall.SysProcIDMap{{ContainerID: 0, HostID: 0, Size: allIDs}}
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:                 syscall.CLONE_NEWUSER,
		UidMappings:                same,
		GidMappings:                same,
		GidMappingsEnableSetgroups: true,
		Credential:                 &syscall.Credential{},
	}
}

// needRoot: these tests become other users. CI runs as root, so that they run.
func needRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() == 0 {
		return
	}
	if os.Getenv("CI") != "" {
		t.Fatal("CI has to run this test as root")
	}
	t.Skip("only root can become another user")
}

// droppedUID is the user that root's PostgreSQL becomes here.
func droppedUID(t *testing.T) int {
	t.Helper()
	if _, err := user.Lookup("postgres"); err != nil {
		return lookup(t, "nobody")
	}
	return lookup(t, "postgres")
}

func lookup(t *testing.T, name string) int {
	t.Helper()
	account, err := user.Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	uid, err := strconv.Atoi(account.Uid)
	if err != nil {
		t.Fatal(err)
	}
	return uid
}
