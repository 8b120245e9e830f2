package postgres

import (
	"context"
	"errors"
	"time"
)

// The waits and searches that tests cannot reach through Start.

// GiveUpAfter shortens the wait for a previous server.
func GiveUpAfter(cfg Config, d time.Duration) Config {
	cfg.busyFor = d
	return cfg
}

// FindBin searches the given folders for data of a major version (0: none).
func FindBin(ctx context.Context, env func(string) (string, bool), folders []string, major int) (string, error) {
	i, err := find(ctx, env, folders, dataState{path: "/d/pgdata", major: major})
	return i.bin, err
}

// Guard is what stands in for Pdeathsig outside Linux.
type Guard struct{ *guard }

func StartGuard(pid int) (Guard, error) {
	g, err := startGuard(pid)
	return Guard{g}, err
}

func (g Guard) Dismiss() { g.dismiss() }

// Die does what the kernel does to the guard's input when we die.
func (g Guard) Die() error {
	return errors.Join(g.stdin.Close(), g.cmd.Wait())
}
