package postgres_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"elkart.kg/trade/bot/postgres"
)

func TestChoiceOfPrograms(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		env     map[string]string // values are relative to the test's folder
		folders []string
		install map[string]string // folder: what its postgres --version says
		links   map[string]string // link: target
		data    int
		want    string   // folder
		refused []string // parts of the message
	}{
		"none": {
			refused: []string{"no PostgreSQL server is installed", "install", "PG_BIN", "DATABASE_URL"},
		},
		"newest of several, by number": {
			folders: []string{"lib/*/bin"},
			install: map[string]string{"lib/9/bin": "9.6.24", "lib/15/bin": "15.18 (Debian 15.18-0)", "lib/101/bin": "101beta1", "lib/17/bin": "17.2"},
			want:    "lib/101/bin",
		},
		"PATH before a newer one": {
			env:     map[string]string{"PATH": "usr"},
			folders: []string{"lib/*/bin"},
			install: map[string]string{"usr": "15.1", "lib/17/bin": "17.2"},
			want:    "usr",
		},
		"too old on PATH, good elsewhere": {
			env:     map[string]string{"PATH": "usr"},
			folders: []string{"lib/*/bin"},
			install: map[string]string{"usr": "14.9", "lib/16/bin": "16.2"},
			want:    "lib/16/bin",
		},
		"too old": {
			folders: []string{"lib/*/bin"},
			install: map[string]string{"lib/13/bin": "13.4"},
			refused: []string{"PostgreSQL 15 or newer", "13.4", "DATABASE_URL"},
		},
		"a link on PATH to where initdb is, too": {
			env:     map[string]string{"PATH": "usr"},
			install: map[string]string{"lib/15/bin": "15.18"},
			links:   map[string]string{"usr/postgres": "lib/15/bin/postgres"},
			want:    "lib/15/bin",
		},
		"the version that wrote the data, not the newest": {
			folders: []string{"lib/*/bin"},
			install: map[string]string{"lib/15/bin": "15.18", "lib/17/bin": "17.2"},
			data:    15, want: "lib/15/bin",
		},
		"only another version than the data's": {
			folders: []string{"lib/*/bin"},
			install: map[string]string{"lib/15/bin": "15.18", "lib/17/bin": "17.2"},
			data:    16, refused: []string{"/d/pgdata was written by PostgreSQL 16", "17.2", "15.18", "version 16", "nothing was changed"},
		},
		"data and no programs": {
			data: 16, refused: []string{"written by PostgreSQL 16", "none is installed", "DATABASE_URL"},
		},
		"PG_BIN before all": {
			env:     map[string]string{"PG_BIN": "own", "PATH": "usr"},
			install: map[string]string{"own": "16.1", "usr": "17.2"},
			want:    "own",
		},
		"PG_BIN without programs is not passed over": {
			env:     map[string]string{"PG_BIN": "own", "PATH": "usr"},
			install: map[string]string{"usr": "17.2"},
			refused: []string{"PG_BIN=", "own"},
		},
		"PG_BIN of another version than the data's": {
			env:     map[string]string{"PG_BIN": "own", "PATH": "usr"},
			install: map[string]string{"own": "17.1", "usr": "16.2"},
			data:    16, refused: []string{"written by PostgreSQL 16", "17.1", "PG_BIN"},
		},
		"a program that is something else": {
			folders: []string{"lib/*/bin"},
			install: map[string]string{"lib/15/bin": "hello\nthere"},
			refused: []string{"no PostgreSQL server is installed"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			root, err := filepath.EvalSymlinks(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			for folder, version := range c.install {
				script := fmt.Sprintf("#!/bin/sh\ncat <<'.'\npostgres (PostgreSQL) %s\n.\n", version)
				if strings.Contains(version, "\n") {
					script = "#!/bin/sh\necho hello\n"
				}
				write(t, filepath.Join(root, folder, "postgres"), script, 0o700)
				write(t, filepath.Join(root, folder, "initdb"), script, 0o700)
			}
			for link, target := range c.links {
				if err := os.MkdirAll(filepath.Dir(filepath.Join(root, link)), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.Symlink(filepath.Join(root, target), filepath.Join(root, link)); err != nil {
					t.Fatal(err)
				}
			}
			var folders []string
			for _, folder := range c.folders {
				folders = append(folders, filepath.Join(root, folder))
			}
			env := func(name string) (string, bool) {
				value, ok := c.env[name]
				return filepath.Join(root, value), ok
			}
			bin, err := postgres.FindBin(t.Context(), env, folders, c.data)
			if c.refused != nil {
				if err == nil {
					t.Fatalf("it took %s", bin)
				}
				wantAll(t, err.Error(), c.refused...)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if want := filepath.Join(root, c.want); bin != want {
				t.Errorf("took %s, want %s", bin, want)
			}
		})
	}
}

// initdb on a full disk says that it cannot undo what it did, too, and says it
// last.
func TestFullDiskIsTheReason(t *testing.T) {
	t.Parallel()
	bin := t.TempDir()
	if err := os.Chmod(bin, 0o755); err != nil { //nolint:gosec // whoever the programs run as
		t.Fatal(err)
	}
	write(t, filepath.Join(bin, "postgres"), "#!/bin/sh\necho 'postgres (PostgreSQL) 15.1'\n", 0o755)
	write(t, filepath.Join(bin, "initdb"), `#!/bin/sh
echo 'running bootstrap script ... 2026-11-29 10:50:20.025 UTC [8492] FATAL:  could not extend file "base/1/2691": No space left on device'
echo '2026-11-29 10:50:20.025 UTC [8492] HINT:  Check free disk space.'
echo '2026-11-29 10:50:20.025 UTC [8492] PANIC:  cannot abort transaction 1, it was already committed'
echo 'child process exited with exit code 134'
exit 1
`, 0o755)
	env := func(name string) (string, bool) {
		if name == "PG_BIN" {
			return bin, true
		}
		return os.LookupEnv(name)
	}
	wantAll(t, refusal(t, postgres.Config{Dir: tempDir(t), LookupEnv: env}), "No space left on device")
}

func TestWrongPGBINIsAnError(t *testing.T) {
	t.Parallel()
	env := func(name string) (string, bool) {
		if name == "PG_BIN" {
			return "/nowhere", true
		}
		return os.LookupEnv(name)
	}
	wantAll(t, refusal(t, postgres.Config{Dir: tempDir(t), LookupEnv: env}), "PG_BIN=/nowhere")
}
