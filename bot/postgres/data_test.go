package postgres_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/bot/postgres"
)

func TestForeignDataIsLeftAlone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lay  func(t *testing.T, dir string)
		want []string
	}{
		"of an older major version": {
			lay:  func(t *testing.T, dir string) { write(t, dir+"/pgdata/PG_VERSION", "13\n", 0o600) },
			want: []string{"written by PostgreSQL 13", "15 or newer", "pg_upgrade", "DATA_DIR", "DATABASE_URL"},
		},
		"of a newer major version": {
			lay:  func(t *testing.T, dir string) { write(t, dir+"/pgdata/PG_VERSION", "99\n", 0o600) },
			want: []string{"written by PostgreSQL 99", "only ", "install version 99", "PG_BIN", "DATA_DIR", "DATABASE_URL"},
		},
		"of a version before 10": {
			lay:  func(t *testing.T, dir string) { write(t, dir+"/pgdata/PG_VERSION", "9.6\n", 0o600) },
			want: []string{"9.6", "DATA_DIR", "nothing was changed"},
		},
		"with an empty PG_VERSION": {
			lay:  func(t *testing.T, dir string) { write(t, dir+"/pgdata/PG_VERSION", "", 0o600) },
			want: []string{"PG_VERSION", "DATA_DIR"},
		},
		"that is no cluster": {
			lay:  func(t *testing.T, dir string) { write(t, dir+"/pgdata/photo.jpg", "x", 0o600) },
			want: []string{"not empty", "PG_VERSION", "DATA_DIR"},
		},
		"that is a file": {
			lay:  func(t *testing.T, dir string) { write(t, dir+"/pgdata", "x", 0o600) },
			want: []string{"not a folder", "DATA_DIR"},
		},
		"on a disk that is not mounted": {
			lay: func(t *testing.T, dir string) {
				if err := os.Symlink("/nowhere/pgdata", dir+"/pgdata"); err != nil {
					t.Fatal(err)
				}
			},
			want: []string{"/nowhere/pgdata", "missing"},
		},
		"with a version but nothing else": {
			lay:  func(t *testing.T, dir string) { write(t, dir+"/pgdata/PG_VERSION", installedMajor(t)+"\n", 0o600) },
			want: []string{"did not start", "postgres.log"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := tempDir(t)
			if err := os.Chmod(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			c.lay(t, dir)
			before := tree(t, dir)
			wantAll(t, refusal(t, postgres.Config{Dir: dir}), c.want...)
			if diff := cmp.Diff(before, tree(t, dir)); diff != "" {
				t.Errorf("the data changed (-before +after):\n%s", diff)
			}
		})
	}
}

func TestDataBehindASymbolicLinkIsUsed(t *testing.T) {
	t.Parallel()
	dir, disk := tempDir(t), tempDir(t)
	c := start(t, dir)
	remember(t, c.URL())
	stop(t, c)
	if err := os.Rename(filepath.Join(dir, "pgdata"), filepath.Join(disk, "pgdata")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(disk, "pgdata"), filepath.Join(dir, "pgdata")); err != nil {
		t.Fatal(err)
	}
	recall(t, start(t, dir).URL())
}

func TestBrokenOffInitialisationIsRepeated(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	write(t, dir+"/elkart.lock", "1\n", 0o600)
	write(t, dir+"/pgdata.new/PG_VERSION", "15\n", 0o600)
	if err := os.Mkdir(dir+"/pgdata", 0o700); err != nil { // empty: a folder made ready by hand
		t.Fatal(err)
	}
	query[int](t, start(t, dir).URL(), "SELECT 1")
	if _, err := os.Stat(dir + "/pgdata.new"); err == nil {
		t.Error("pgdata.new is left")
	}
}

func TestDataDirIsClosedOnlyIfItIsOurs(t *testing.T) {
	t.Parallel()
	t.Run("an empty open folder", func(t *testing.T) {
		dir := tempDir(t)
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		start(t, dir)
		if m := mode(t, dir); m != 0o700 {
			t.Errorf("mode %o, want 700", m)
		}
	})
	t.Run("an open folder with other files", func(t *testing.T) {
		dir := tempDir(t)
		write(t, dir+"/photo.jpg", "x", 0o644)
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		wantAll(t, refusal(t, postgres.Config{Dir: dir}), dir, "open to other users", "chmod 700")
		if m := mode(t, dir); m != 0o755 {
			t.Errorf("mode %o, want it untouched at 755", m)
		}
	})
}

func TestUnusableDataDirs(t *testing.T) {
	t.Parallel()
	file := filepath.Join(tempDir(t), "file")
	write(t, file, "x", 0o600)
	for name, c := range map[string]struct{ dir, want string }{
		"empty":           {"", "DATA_DIR is empty"},
		"a line break":    {tempDir(t) + "/a\nb", "line break"},
		"a file":          {file, "not a folder"},
		"below a file":    {file + "/data", "DATA_DIR"},
		"nowhere to make": {"/proc/data", "DATA_DIR"},
	} {
		t.Run(name, func(t *testing.T) {
			wantAll(t, refusal(t, postgres.Config{Dir: c.dir}), c.want)
		})
	}
}

func installedMajor(t *testing.T) string {
	t.Helper()
	c := start(t, tempDir(t))
	major, _, _ := strings.Cut(c.Version(), ".")
	return major
}

// tree is what stands below pgdata, with contents.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(filepath.Join(dir, "pgdata"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		switch {
		case entry.Type()&fs.ModeSymlink != 0:
			files[path], err = os.Readlink(path)
		case entry.IsDir():
			files[path] = "folder"
		default:
			files[path] = read(t, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
