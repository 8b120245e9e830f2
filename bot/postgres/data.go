package postgres

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"unicode"
)

const lockName = "elkart.lock"

func dataPath(dir string) string { return filepath.Join(dir, "pgdata") }
func logPath(dir string) string  { return filepath.Join(dir, "postgres.log") }

// dataState is what stands at pgdata before anything is done.
type dataState struct {
	path  string
	major int // the version that wrote it; 0: there is no data yet
	owner owner
}

func (d dataState) exists() bool { return d.major != 0 }

// owner is a user of the machine, by number.
type owner struct{ uid, gid int }

func ownerOf(info fs.FileInfo) owner {
	stat := info.Sys().(*syscall.Stat_t) // always, on the systems this builds for
	return owner{uid: int(stat.Uid), gid: int(stat.Gid)}
}

// prepareDir makes the data directory absolute, existing and private. A folder
// that is open to others and already holds someone's files is refused rather
// than closed: DATA_DIR=/tmp must not make /tmp private.
func prepareDir(dir string) (string, error) {
	if dir == "" {
		return "", errors.New("DATA_DIR is empty: set it to a folder for the database")
	}
	if strings.ContainsFunc(dir, unicode.IsControl) {
		return "", fmt.Errorf("DATA_DIR %q has a line break or control character: choose another folder", dir)
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("DATA_DIR %s: %w", dir, err)
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return "", fmt.Errorf("create DATA_DIR: %w", err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("create DATA_DIR: %w", err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return "", fmt.Errorf("DATA_DIR: %w", err)
	}
	if !info.IsDir() {
		return "", fmt.Errorf("DATA_DIR %s is not a folder", dir)
	}
	if uid := os.Geteuid(); uid != 0 && uid != ownerOf(info).uid {
		return "", fmt.Errorf("DATA_DIR %s belongs to user %d and we are user %d: run as that user, or give it away with chown -R, or choose another folder",
			dir, ownerOf(info).uid, uid)
	}
	if info.Mode().Perm()&0o077 == 0 {
		return dir, nil
	}
	ours, err := isOurs(dir)
	if err != nil {
		return "", fmt.Errorf("DATA_DIR: %w", err)
	}
	if !ours {
		return "", fmt.Errorf("DATA_DIR %s is open to other users and holds other files: choose an empty folder, or close it with chmod 700", dir)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return "", fmt.Errorf("close DATA_DIR to other users: %w", err)
	}
	return dir, nil
}

// isOurs: empty, or used by this program before.
func isOurs(dir string) (bool, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return false, err
	}
	for _, entry := range entries {
		if entry.Name() == lockName {
			return true, nil
		}
	}
	return len(entries) == 0, nil
}

// lockDir keeps a second program out for as long as the file is open. The
// kernel releases it when we die, so it is never stale.
func lockDir(dir string) (*os.File, error) {
	file, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock DATA_DIR: %w", err)
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		holder, _ := os.ReadFile(file.Name())
		_ = file.Close() // only read
		return nil, &InUseError{Dir: dir, PID: strings.TrimSpace(string(holder))}
	}
	if err == nil {
		err = file.Truncate(0)
	}
	if err == nil {
		_, err = file.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", file.Name(), err), file.Close())
	}
	return file, nil
}

// unlock does not leave it to Close, which waits for every copy of the
// descriptor: a child that another goroutine is just starting has one until its
// exec.
func unlock(file *os.File) {
	_ = syscall.Flock(int(file.Fd()), syscall.LOCK_UN)
	_ = file.Close() // nothing was written since it was taken
}

// inspectData tells data from no data, and refuses whatever is neither: a
// folder we do not understand is never written to.
func inspectData(dir string) (dataState, error) {
	state := dataState{path: dataPath(dir)}
	info, err := os.Stat(state.path)
	if errors.Is(err, fs.ErrNotExist) {
		if target, err := os.Readlink(state.path); err == nil {
			return state, fmt.Errorf("%s points to %s, which is missing: is its disk mounted?", state.path, target)
		}
		return state, nil
	}
	if err != nil {
		return state, fmt.Errorf("data: %w", err)
	}
	if !info.IsDir() {
		return state, fmt.Errorf("%s is not a folder: move it away, or set DATA_DIR to another folder", state.path)
	}
	state.owner = ownerOf(info)
	if uid := os.Geteuid(); uid != 0 && uid != state.owner.uid {
		return state, fmt.Errorf("%s belongs to user %d and we are user %d: run as that user, or give it away with chown -R, or set DATA_DIR to another folder",
			state.path, state.owner.uid, uid)
	}
	text, err := os.ReadFile(filepath.Join(state.path, "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		entries, err := os.ReadDir(state.path)
		if err != nil {
			return state, fmt.Errorf("data: %w", err)
		}
		if len(entries) > 0 {
			return state, fmt.Errorf("%s is not empty and has no PG_VERSION, so it is not a PostgreSQL cluster or a damaged one: move it away, or set DATA_DIR to another folder; nothing was changed", state.path)
		}
		return state, nil
	}
	if err != nil {
		return state, fmt.Errorf("data: %w", err)
	}
	state.major, err = strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || state.major <= 0 {
		return state, fmt.Errorf("%s/PG_VERSION holds %q, which is no version this program can use: set DATA_DIR to another folder, or set DATABASE_URL; nothing was changed",
			state.path, strings.TrimSpace(string(text)))
	}
	return state, nil
}
