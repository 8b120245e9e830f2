package postgres_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"elkart.kg/trade/bot/postgres"
)

// Pdeathsig means the death of a thread, and the thread of the caller is not
// ours to keep.
func TestServerOutlivesTheThreadThatAskedForIt(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	type result struct {
		cluster *postgres.Cluster
		err     error
		thread  int
	}
	results := make(chan result)
	onOwnThread(func() {
		c, err := postgres.Start(context.Background(), postgres.Config{Dir: dir})
		results <- result{c, err, syscall.Gettid()}
	})
	r := <-results
	if r.err != nil {
		t.Fatal(r.err)
	}
	defer stop(t, r.cluster)
	poll := time.NewTicker(time.Millisecond)
	defer poll.Stop()
	for range poll.C {
		_, err := os.Stat("/proc/self/task/" + strconv.Itoa(r.thread))
		if errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	select {
	case err := <-r.cluster.Done():
		t.Errorf("the server ended with the thread: %v", err)
	default:
		query[int](t, r.cluster.URL(), "SELECT 1")
	}
}

// onOwnThread calls do on a thread that ends with it. The first thread of a
// process never ends in Go: whoever gets it looks for another while holding it.
func onOwnThread(do func()) {
	go func() {
		runtime.LockOSThread()
		if syscall.Gettid() != syscall.Getpid() {
			do()
			return
		}
		defer runtime.UnlockOSThread()
		finished := make(chan struct{})
		onOwnThread(func() {
			defer close(finished)
			do()
		})
		<-finished
	}()
}
