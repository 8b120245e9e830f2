package postgres

import "syscall"

const (
	// maxSocketPath is sockaddr_un's 108 bytes less the final zero.
	maxSocketPath = 107
	// hasNamespaces: the kernel can have them; whether it lets us is tried.
	hasNamespaces = true
	// needsGuard: the kernel itself tells the server of our death (Pdeathsig).
	needsGuard = false
)

// nobodyID is what we look like inside the namespace: anything but 0.
const nobodyID = 65534

// addSystemAttributes has the kernel send SIGINT, a fast clean shutdown, when
// the thread that started the child dies; see process.run for the thread. The
// kernel forgets the request when a process changes its user or gains
// capabilities, but Go makes it after setuid, and exec in the namespace only
// loses capabilities.
func addSystemAttributes(attr *syscall.SysProcAttr, id identity) {
	attr.Pdeathsig = syscall.SIGINT
	if id.namespace {
		attr.Cloneflags = syscall.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: nobodyID, HostID: id.owner.uid, Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: nobodyID, HostID: id.owner.gid, Size: 1}}
	}
}
