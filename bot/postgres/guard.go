package postgres

import (
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"syscall"
)

// guardScript waits for a line on its standard input. The end of the input
// instead of a line means that we are dead: the kernel has closed our end.
const guardScript = `read -r _ || kill -INT "$1"`

// guard stops a process when we die, where the kernel has no Pdeathsig: a
// shell that outlives us by one signal.
type guard struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
}

func startGuard(pid int) (*guard, error) {
	//nolint:noctx // its whole sense is to outlive whoever called
	cmd := exec.Command("/bin/sh", "-c", guardScript, "sh", strconv.Itoa(pid))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stdin, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return nil, fmt.Errorf("guard of PostgreSQL: %w", err)
	}
	return &guard{cmd: cmd, stdin: stdin}, nil
}

// dismiss sends the shell away when the process has ended.
func (g *guard) dismiss() {
	_, _ = io.WriteString(g.stdin, "\n") // fails only if the shell is gone already
	_ = g.cmd.Wait()
}
