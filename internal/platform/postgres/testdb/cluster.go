package testdb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/private"
)

// startLimit bounds the wait for the cluster; initdb takes most of it.
const startLimit = 60 * time.Second

// cluster is this process's hold on the shared cluster.
type cluster struct {
	admin *postgres.DB // its maintenance database
	users *os.File     // locked shared for the life of the process

	once sync.Once // the template
	name string
	err  error
}

// url addresses a database of the cluster.
func (c *cluster) url(name string) string {
	return strings.Replace(readAddress(), "/postgres?", "/"+name+"?", 1)
}

// shared is the one hold of this process, taken at the first call.
var shared = sync.OnceValues(attach)

// base is the folder of the shared cluster's things, one per user of the machine and tree.
// The user who runs Postgres must be able to reach it, which a TMPDIR of root's
// own may prevent.
func base() string {
	dir := os.TempDir()
	if private.Reachable(dir) != nil {
		dir = "/tmp"
	}
	return filepath.Join(dir, "delfi-testdb-"+strconv.Itoa(os.Geteuid())+"-"+private.Kind())
}

// The files in base.
func usersFile() string   { return filepath.Join(base(), "users") }   // who uses the cluster
func startFile() string   { return filepath.Join(base(), "start") }   // who is starting it
func addressFile() string { return filepath.Join(base(), "address") } // where it answers
func failureFile() string { return filepath.Join(base(), "failure") } // why it does not
func parentFolder() string {
	return filepath.Join(base(), "parents") // the go commands whose tests used it
}
func dataFolder() string { return filepath.Join(base(), "data") }

// attach takes hold of the shared cluster, starting it if need be.
func attach() (*cluster, error) {
	c, err := func() (*cluster, error) {
		// The folder is passed through by the user who runs Postgres.
		if err := os.MkdirAll(parentFolder(), 0o711); err != nil {
			return nil, err
		}
		if err := os.Chmod(base(), 0o711); err != nil {
			return nil, err
		}
		users, err := lockFile(usersFile(), syscall.LOCK_SH)
		if err != nil {
			return nil, err
		}
		if err := noteParent(); err != nil {
			return nil, err
		}
		start, err := lockFile(startFile(), syscall.LOCK_EX)
		if err != nil {
			return nil, err
		}
		admin, err := connect()
		if err != nil {
			if err = startKeeper(); err == nil {
				admin, err = connect()
			}
		}
		if err := errors.Join(err, start.Close()); err != nil {
			return nil, err
		}
		return &cluster{admin: admin, users: users}, nil
	}()
	if err != nil {
		return nil, fmt.Errorf("testdb: %w", err)
	}
	return c, nil
}

// lockFile opens path and waits for its lock; closing it gives the lock back.
func lockFile(path string, how int) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), how); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// noteParent tells the keeper which go command runs this test: it will run more,
// with pauses between packages in which nobody holds the lock.
func noteParent() error {
	parent := os.Getppid()
	if !isGo(parent) {
		return nil
	}
	return os.WriteFile(filepath.Join(parentFolder(), strconv.Itoa(parent)), nil, 0o600)
}

// isGo tells whether process pid is a go command.
func isGo(pid int) bool {
	comm, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "comm"))
	return err == nil && strings.TrimSpace(string(comm)) == "go"
}

// readAddress is where the cluster answers, "" when none is said.
func readAddress() string {
	body, err := os.ReadFile(addressFile())
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(body))
}

// connect opens the maintenance database, if the cluster answers.
func connect() (*postgres.DB, error) {
	address := readAddress()
	if address == "" {
		return nil, errors.New("no cluster")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return postgres.Open(ctx, address)
}

// startKeeper runs this test binary again as the keeper and waits until the
// cluster answers. The caller holds the start lock.
func startKeeper() error {
	for _, path := range []string{addressFile(), failureFile()} {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), keeperVariable+"=1")
	// A session of its own, and none of our outputs: go test would wait for them.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() {
		// How it ended is said in the failure file.
		_ = cmd.Wait()
		close(ended)
	}()
	limit := time.After(startLimit)
	for {
		if readAddress() != "" {
			return nil
		}
		select {
		case <-ended:
			why, err := os.ReadFile(failureFile())
			if err != nil {
				return fmt.Errorf("the keeper ended without a word: %w", err)
			}
			return errors.New(string(why))
		case <-limit:
			return fmt.Errorf("no Postgres after %s", startLimit)
		case <-time.After(10 * time.Millisecond):
		}
	}
}
