package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// oldestMajor is the oldest PostgreSQL the program's SQL is tested with.
const oldestMajor = 15

// installation is a folder with PostgreSQL's programs.
type installation struct {
	bin     string
	version string // "15.18"
	major   int
}

func (i installation) program(name string) string { return filepath.Join(i.bin, name) }

func (i installation) String() string { return i.version + " in " + i.bin }

// find chooses the installation: for existing data the major version that
// wrote it, for new data the one on PATH, else the newest. PG_BIN overrides
// the search, not the conditions.
func find(ctx context.Context, lookupEnv func(string) (string, bool), folders []string, data dataState) (installation, error) {
	found, err := installations(ctx, lookupEnv, folders)
	if err == nil {
		err = ctx.Err() // else "no PostgreSQL" could only mean that we stopped looking
	}
	if err != nil {
		return installation{}, err
	}
	if data.exists() {
		return forData(found, data)
	}
	for _, i := range found {
		if i.major >= oldestMajor {
			return i, nil
		}
	}
	if len(found) > 0 {
		return installation{}, fmt.Errorf("PostgreSQL %d or newer is needed, found only %v: %s, or set DATABASE_URL",
			oldestMajor, found[0], installHint())
	}
	return installation{}, fmt.Errorf("no PostgreSQL server is installed: %s, or set PG_BIN to the folder of its programs, or set DATABASE_URL to a server that runs already",
		installHint())
}

// forData never offers another major version: it could not open the data.
func forData(found []installation, data dataState) (installation, error) {
	for _, i := range found {
		if i.major == data.major && i.major >= oldestMajor {
			return i, nil
		}
	}
	if data.major < oldestMajor {
		return installation{}, fmt.Errorf("%s was written by PostgreSQL %d, and %d or newer is needed: move it with pg_upgrade or pg_dump, or set DATA_DIR to a new folder, or set DATABASE_URL",
			data.path, data.major, oldestMajor)
	}
	have := "none is installed"
	if len(found) > 0 {
		have = "only " + joinInstallations(found) + " is installed"
	}
	return installation{}, fmt.Errorf("%s was written by PostgreSQL %d, and %s: install version %d or set PG_BIN to the folder of its programs, or move the data with pg_upgrade or pg_dump, or set DATA_DIR to a new folder, or set DATABASE_URL; nothing was changed",
		data.path, data.major, have, data.major)
}

// installations lists what is there, best for new data first: PATH in its
// order, then the other folders, newest first.
func installations(ctx context.Context, lookupEnv func(string) (string, bool), folders []string) ([]installation, error) {
	if bin, ok := lookupEnv("PG_BIN"); ok && bin != "" {
		i, err := inspectFolder(ctx, bin)
		if err != nil {
			return nil, fmt.Errorf("PG_BIN=%s is not a folder of PostgreSQL's programs: %w", bin, err)
		}
		return []installation{i}, nil
	}
	var found []installation
	add := func(to []installation, folder string) []installation {
		i, err := inspectFolder(ctx, folder)
		if err != nil || slices.Contains(found, i) || slices.Contains(to, i) {
			return to // a folder without PostgreSQL is the usual case
		}
		return append(to, i)
	}
	path, _ := lookupEnv("PATH")
	for _, folder := range filepath.SplitList(path) {
		if filepath.IsAbs(folder) {
			found = add(found, folder)
		}
	}
	var others []installation
	for _, pattern := range folders {
		matches, err := filepath.Glob(pattern)
		if err != nil {
			return nil, fmt.Errorf("folder pattern %s: %w", pattern, err)
		}
		for _, folder := range matches {
			others = add(others, folder)
		}
	}
	slices.SortStableFunc(others, func(a, b installation) int { return b.major - a.major })
	return append(found, others...), nil
}

// installFolders are where packages put the server's programs without putting
// them on PATH: Debian and Ubuntu, Red Hat, Alpine, Homebrew, Postgres.app.
func installFolders() []string {
	return []string{
		"/usr/lib/postgresql/*/bin",
		"/usr/pgsql-*/bin",
		"/usr/libexec/postgresql*",
		"/opt/homebrew/opt/postgresql*/bin",
		"/usr/local/opt/postgresql*/bin",
		"/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
		"/Applications/Postgres.app/Contents/Versions/*/bin",
	}
}

// inspectFolder follows symbolic links to where all programs stand together.
func inspectFolder(ctx context.Context, folder string) (installation, error) {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return installation{}, err
	}
	real, err := filepath.EvalSymlinks(filepath.Join(folder, "postgres"))
	if err != nil {
		return installation{}, err
	}
	for _, bin := range []string{filepath.Dir(real), folder} {
		if _, err := os.Stat(filepath.Join(bin, "initdb")); err != nil {
			continue
		}
		version, major, err := programVersion(ctx, filepath.Join(bin, "postgres"))
		if err != nil {
			return installation{}, err
		}
		return installation{bin: bin, version: version, major: major}, nil
	}
	return installation{}, errors.New("it has postgres but no initdb")
}

// programVersion reads `postgres (PostgreSQL) 15.18 (Debian …)`, also
// "17beta1" and, of old, "9.6.24".
func programVersion(ctx context.Context, program string) (string, int, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, program, "--version").Output()
	if err != nil {
		return "", 0, fmt.Errorf("%s --version: %w", program, err)
	}
	match := regexp.MustCompile(`\(PostgreSQL\) ((\d+)\S*)`).FindStringSubmatch(string(out))
	if match == nil {
		return "", 0, fmt.Errorf("%s --version says %q", program, strings.TrimSpace(string(out)))
	}
	major, err := strconv.Atoi(match[2])
	return match[1], major, err
}

func installHint() string {
	if runtime.GOOS == "darwin" {
		return "brew install postgresql@17"
	}
	return "apt-get install postgresql"
}

func joinInstallations(list []installation) string {
	texts := make([]string, len(list))
	for i, one := range list {
		texts[i] = one.String()
	}
	return strings.Join(texts, ", ")
}
