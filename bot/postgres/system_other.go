//go:build unix && !linux

package postgres

import "syscall"

const (
	// maxSocketPath is the BSDs' and macOS' sockaddr_un less the final zero.
	maxSocketPath = 103
	hasNamespaces = false
	// needsGuard: no Pdeathsig here; see guard.go.
	needsGuard = true
)

func addSystemAttributes(*syscall.SysProcAttr, identity) {}
