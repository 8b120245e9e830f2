package postgres

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
)

// process is a child that is always waited for.
type process struct {
	pid   int
	cmd   *exec.Cmd
	ended chan struct{}
}

// launch starts the command and returns when it runs.
func launch(cmd *exec.Cmd) (*process, error) {
	p := &process{cmd: cmd, ended: make(chan struct{})}
	started := make(chan error)
	go p.run(started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	p.pid = cmd.Process.Pid
	return p, nil
}

// run keeps its thread for as long as the child lives, because Pdeathsig means
// the death of the thread that started the child, and Go ends idle threads.
func (p *process) run(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	dismiss, err := p.start()
	started <- err
	if err != nil {
		return
	}
	_ = p.cmd.Wait() // state tells it
	dismiss()
	close(p.ended)
}

// start starts the child and, where it is needed, its guard.
func (p *process) start() (dismiss func(), err error) {
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	if !needsGuard {
		return func() {}, nil
	}
	g, err := startGuard(p.cmd.Process.Pid)
	if err != nil {
		p.signal(syscall.SIGINT)
		_ = p.cmd.Wait() // its end is all that matters
		return nil, err
	}
	return g.dismiss, nil
}

// signal is lost on a process that has ended, as it should be.
func (p *process) signal(sig syscall.Signal) { _ = p.cmd.Process.Signal(sig) }

func (p *process) hasEnded() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// state is how the process ended; only after ended.
func (p *process) state() *os.ProcessState { return p.cmd.ProcessState }
