package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// programs runs an installation's programs as an identity, in the data
// directory.
type programs struct {
	install   installation
	as        identity
	dir       string
	lookupEnv func(string) (string, bool)
}

func (p programs) command(name string, args ...string) *exec.Cmd {
	//nolint:noctx // the server outlives its start; output stops the others in order
	cmd := exec.Command(p.install.program(name), args...)
	cmd.Dir = p.dir
	cmd.SysProcAttr = p.as.attributes()
	// Nothing else of our environment goes in: it holds secrets, which other
	// processes of the same user could read from /proc, and PG* variables and
	// locales that would change what the programs do.
	cmd.Env = []string{"LC_ALL=C", "TZ=UTC"}
	for _, name := range []string{"PATH", "LD_LIBRARY_PATH", "TMPDIR"} {
		if value, ok := p.lookupEnv(name); ok {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	return cmd
}

// output runs a program to its end, or until ctx ends, and returns what it
// printed.
func (p programs) output(ctx context.Context, name string, args ...string) (string, error) {
	var out bytes.Buffer
	cmd := p.command(name, args...)
	cmd.Stdout, cmd.Stderr = &out, &out
	running, err := launch(cmd)
	if err != nil {
		return "", err
	}
	select {
	case <-running.ended:
	case <-ctx.Done():
		// The whole group: initdb's children, too. initdb removes what it made.
		_ = syscall.Kill(-running.pid, syscall.SIGINT)
		<-running.ended
		return "", ctx.Err()
	}
	if !running.state().Success() {
		return out.String(), fmt.Errorf("%s: %s (%v)", name, lastFault(out.String()), running.state())
	}
	return out.String(), nil
}

// probe tells whether programs run at all as this identity and in this folder.
func (p programs) probe(ctx context.Context) error {
	_, err := p.output(ctx, "postgres", "--version")
	return err
}

// initialise makes a new cluster beside its place and moves it there, so that
// pgdata is whole or not there at all.
func initialise(ctx context.Context, p programs, volatile bool) error {
	unfinished := filepath.Join(p.dir, "pgdata.new")
	// Only an initdb that was broken off leaves it: no server ever ran in it.
	if err := os.RemoveAll(unfinished); err != nil {
		return fmt.Errorf("remove the remains of a broken-off start: %w", err)
	}
	args := []string{"-D", unfinished, "-U", userName, "-E", "UTF8", "--locale=C",
		"--data-checksums", "-A", "trust", "--no-instructions"}
	if volatile {
		args = append(args, "--no-sync")
	}
	if _, err := p.output(ctx, "initdb", args...); err != nil {
		return fmt.Errorf("make a new cluster in %s: %w", p.dir, err)
	}
	// An empty pgdata may stand there; rename does not replace it everywhere.
	if err := os.Remove(dataPath(p.dir)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("put the new cluster in place: %w", err)
	}
	if err := os.Rename(unfinished, dataPath(p.dir)); err != nil {
		return fmt.Errorf("put the new cluster in place: %w", err)
	}
	return syncDir(p.dir)
}

// syncDir makes the rename survive a power failure.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync %s: %w", dir, err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("sync %s: %w", dir, err)
	}
	return nil
}

// lastFault is the line of a program's output that says what went wrong. A full
// disk is the cause of whatever is said after it.
func lastFault(output string) string {
	lines := strings.Split(strings.TrimSpace(output), "\n")
	if full := slices.IndexFunc(lines, func(line string) bool { return strings.Contains(line, "No space left on device") }); full >= 0 {
		lines = lines[:full+1]
	}
	for i := len(lines) - 1; i >= 0; i-- {
		for _, mark := range []string{"FATAL:", "PANIC:", "error:"} {
			if _, text, ok := strings.Cut(lines[i], mark); ok {
				return strings.TrimSpace(text)
			}
		}
	}
	return strings.TrimSpace(lines[len(lines)-1])
}
