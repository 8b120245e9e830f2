package postgres

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// socketDir is the folder of the server's Unix socket. Who can enter it can
// use the database, so it is always 0700.
type socketDir struct {
	path      string
	temporary bool
}

const socketName = ".s.PGSQL.5432"

// makeSocketDir prefers the given folder. A socket's path is limited to some
// hundred bytes, and pgx and PostgreSQL take a comma for the end of a name: then
// it is a temporary folder. Its name is computed, so that one left by kill -9 is found
// again and not left for ever.
func makeSocketDir(preferred string, as identity) (socketDir, error) {
	dir := socketDir{path: preferred}
	if !usableForSocket(preferred) {
		sum := sha256.Sum256([]byte(preferred))
		name := "elkart-" + hex.EncodeToString(sum[:8])
		dir = socketDir{path: filepath.Join(os.TempDir(), name), temporary: true}
		if !usableForSocket(dir.path) {
			dir.path = filepath.Join("/tmp", name)
		}
	}
	err := os.Mkdir(dir.path, 0o700)
	if errors.Is(err, fs.ErrExist) {
		err = dir.claim(as)
	}
	if err == nil && as.dropped {
		err = os.Chown(dir.path, as.owner.uid, as.owner.gid)
	}
	if err != nil {
		return socketDir{}, fmt.Errorf("folder for the database's socket: %w", err)
	}
	return dir, nil
}

// claim takes over an existing folder unless it is someone else's: in a common
// temporary folder anyone can have made it, or a symbolic link of that name.
func (d socketDir) claim(as identity) error {
	info, err := os.Lstat(d.path)
	if err != nil {
		return err
	}
	uid := ownerOf(info).uid
	if !info.IsDir() || uid != os.Geteuid() && uid != as.owner.uid {
		return fmt.Errorf("%s is not ours (user %d): remove it, or set DATA_DIR to a shorter path", d.path, uid)
	}
	return os.Chmod(d.path, 0o700)
}

// remove deletes a temporary folder; PostgreSQL has removed its socket by then,
// unless it was killed.
func (d socketDir) remove() {
	if d.temporary {
		_ = os.RemoveAll(d.path) // the next start uses or removes it again
	}
}

func (d socketDir) url(database string) string {
	query := url.Values{"host": {d.path}, "port": {"5432"}, "sslmode": {"disable"}}
	u := url.URL{
		Scheme: "postgres",
		User:   url.User(userName),
		Path:   "/" + database,
		// libpq does not read + as a space.
		RawQuery: strings.ReplaceAll(query.Encode(), "+", "%20"),
	}
	return u.String()
}

func usableForSocket(dir string) bool {
	return len(filepath.Join(dir, socketName)) <= maxSocketPath && !strings.Contains(dir, ",")
}
