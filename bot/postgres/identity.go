package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// identity is whom PostgreSQL's programs run as. They refuse to run as root;
// an ordinary user just runs them. For root there are two ways:
//
//   - namespace: a user namespace in which we look like "nobody" and are still
//     ourselves on the disk. It needs no second user and works under /root.
//   - dropped: setuid to another user, who then owns the data directory. For
//     machines that forbid namespaces.
type identity struct {
	namespace bool
	dropped   bool
	owner     owner // of files the programs make
}

// chooseIdentity keeps existing data with the user it belongs to, and for new
// data prefers the namespace.
func chooseIdentity(ctx context.Context, p programs, data dataState) (identity, error) {
	us := owner{uid: os.Geteuid(), gid: os.Getegid()}
	if us.uid != 0 {
		return identity{owner: us}, nil
	}
	if data.exists() && data.owner.uid != 0 {
		return identity{dropped: true, owner: data.owner}, nil
	}
	blocked := errors.New("only Linux has them")
	if hasNamespaces {
		p.as = identity{namespace: true, owner: us}
		if blocked = p.probe(ctx); blocked == nil {
			return p.as, nil
		}
	}
	if ctx.Err() != nil {
		return identity{}, ctx.Err()
	}
	for _, name := range []string{"postgres", "nobody"} {
		account, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.Atoi(account.Uid)
		gid, gidErr := strconv.Atoi(account.Gid)
		if err := errors.Join(uidErr, gidErr); err != nil {
			return identity{}, fmt.Errorf("user %s: %w", name, err)
		}
		return identity{dropped: true, owner: owner{uid, gid}}, nil
	}
	return identity{}, fmt.Errorf("PostgreSQL refuses to run as root, user namespaces are not to be had here (%w) and there is no user postgres or nobody: run as an ordinary user, or set DATABASE_URL", blocked)
}

// handOver gives the data directory, and data that root made in a namespace on
// another day, to the user PostgreSQL is to run as, and checks that this works
// and that the user can reach it.
func handOver(ctx context.Context, p programs, data dataState) error {
	to := p.as.owner
	if err := os.Chown(p.dir, to.uid, to.gid); err != nil {
		return cannotDrop(to, err)
	}
	if data.exists() && data.owner != to {
		err := filepath.WalkDir(data.path, func(path string, _ fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			return os.Lchown(path, to.uid, to.gid)
		})
		if err != nil {
			return cannotDrop(to, err)
		}
	}
	err := p.probe(ctx)
	if errors.Is(err, syscall.EACCES) {
		return fmt.Errorf("PostgreSQL refuses to run as root and has to run as user %d here, who cannot reach %s or %s: set DATA_DIR to a folder that others can pass to, such as /var/lib/elkart, or run as an ordinary user, or set DATABASE_URL",
			to.uid, p.dir, p.install.bin)
	}
	if err != nil && ctx.Err() == nil {
		return cannotDrop(to, err)
	}
	return ctx.Err()
}

func cannotDrop(to owner, why error) error {
	return fmt.Errorf("PostgreSQL refuses to run as root and cannot run as user %d here (%w): run as an ordinary user, or set DATABASE_URL", to.uid, why)
}

// attributes of a child process: a process group of its own, so that Ctrl-C
// reaches only us and the server is stopped in order.
func (id identity) attributes() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true}
	if id.dropped {
		attr.Credential = &syscall.Credential{Uid: uint32(id.owner.uid), Gid: uint32(id.owner.gid)}
	}
	addSystemAttributes(attr, id)
	return attr
}
