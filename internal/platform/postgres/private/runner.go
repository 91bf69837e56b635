package private

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// runner is the user as whom Postgres runs: ourselves, or, since Postgres
// refuses root, somebody without rights.
type runner struct {
	name     string
	uid, gid uint32
	dropped  bool // not ourselves
}

// currentRunner picks the runner: whoever we are, or for root the user postgres,
// else nobody. The user must exist in passwd: initdb looks its own name up.
func currentRunner() (runner, error) {
	if os.Geteuid() != 0 {
		return runner{name: strconv.Itoa(os.Geteuid()), uid: uint32(os.Geteuid()), gid: uint32(os.Getegid())}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(err1, err2); err != nil {
			return runner{}, fmt.Errorf("private cluster: user %s: %w", name, err)
		}
		return runner{name: name, uid: uint32(uid), gid: uint32(gid), dropped: true}, nil
	}
	return runner{}, errors.New("private cluster: Postgres refuses to run as root, and there is neither a user postgres nor a user nobody; run Delfi as an ordinary user or set DATABASE_URL")
}

// attributes are those of a process of the runner's that dies with this one.
// The caller keeps the forking thread alive: the signal follows the thread, not
// the process. A group of its own keeps the terminal's Ctrl-C away from Postgres,
// which must outlive the jobs that are being finished.
func (r runner) attributes() *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGINT}
	if r.dropped {
		a.Credential = &syscall.Credential{Uid: r.uid, Gid: r.gid}
	}
	return a
}

// own gives path to the runner.
func (r runner) own(path string) error {
	if !r.dropped {
		return nil
	}
	if err := os.Lchown(path, int(r.uid), int(r.gid)); err != nil {
		return fmt.Errorf("private cluster: %w", err)
	}
	return nil
}

// owns tells whether the runner owns what info describes.
func (r runner) owns(info os.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && st.Uid == r.uid
}

// barrier finds the first folder on the way to path that is closed to the
// runner, or "". What does not exist yet is taken as open. Groups beyond the
// runner's own are not looked at: they are dropped.
func (r runner) barrier(path string) (string, error) {
	if !r.dropped {
		return "", nil
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	// Along the real way: a link's own mode says nothing.
	way, err := realpath(path)
	if err != nil {
		return "", err
	}
	var up []string
	for at := way; ; at = filepath.Dir(at) {
		up = append(up, at)
		if at == "/" {
			break
		}
	}
	for i := len(up) - 1; i >= 0; i-- {
		info, err := os.Stat(up[i])
		if errors.Is(err, os.ErrNotExist) {
			return "", nil
		}
		if err != nil {
			return "", err
		}
		st, ok := info.Sys().(*syscall.Stat_t)
		if !ok || !info.IsDir() {
			continue
		}
		bit := os.FileMode(0o001)
		switch {
		case st.Uid == r.uid:
			bit = 0o100
		case st.Gid == r.gid:
			bit = 0o010
		}
		if info.Mode().Perm()&bit == 0 {
			return up[i], nil
		}
	}
	return "", nil
}

// realpath resolves links in the part of path that exists.
func realpath(path string) (string, error) {
	rest := ""
	for at := path; ; at = filepath.Dir(at) {
		real, err := filepath.EvalSymlinks(at)
		if err == nil {
			return filepath.Join(real, rest), nil
		}
		if !errors.Is(err, os.ErrNotExist) || at == "/" {
			return "", err
		}
		rest = filepath.Join(filepath.Base(at), rest)
	}
}

// Reachable tells whether the user that would run the private cluster can reach
// folder, and if not, says in words who is stopped where.
func Reachable(folder string) error {
	r, err := currentRunner()
	if err != nil {
		return err
	}
	at, err := r.barrier(folder)
	if err != nil {
		return fmt.Errorf("private cluster: %w", err)
	}
	if at != "" {
		return fmt.Errorf("private cluster: user %s, who runs Postgres in root's stead, cannot pass through %s; choose another data folder", r.name, at)
	}
	return nil
}
