package testdb

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"delfi/internal/platform/postgres/private"
)

const (
	// keeperVariable makes a test binary the keeper instead of running its tests.
	keeperVariable = "DELFI_TESTDB_KEEPER"
	// idle is how long nobody may use the cluster before it is stopped.
	idle = 2 * time.Second
	look = 250 * time.Millisecond
)

// init runs before the tests of any binary that imports this package: when the
// binary was started as the keeper, it is one, and never comes back.
func init() {
	if os.Getenv(keeperVariable) == "" {
		return
	}
	if err := keep(); err != nil {
		// The only way to speak to whoever started us; if that fails, they say
		// that we ended without a word.
		_ = os.WriteFile(failureFile(), []byte(strings.ReplaceAll(err.Error(), "\n", "; ")), 0o600)
		os.Exit(1)
	}
	os.Exit(0)
}

// keep runs the cluster until nobody needs it.
func keep() error {
	// Whatever the folder holds belongs to a cluster that died with its keeper.
	if err := os.RemoveAll(dataFolder()); err != nil {
		return err
	}
	ctx := context.Background()
	cluster, err := private.Start(ctx, private.Config{Data: dataFolder(), Fast: true})
	if err != nil {
		return err
	}
	// Written beside and renamed: a reader finds nothing or all.
	tmp := addressFile() + ".new"
	if err := os.WriteFile(tmp, []byte(cluster.URL("postgres")), 0o600); err != nil {
		return errors.Join(err, cluster.Stop(ctx))
	}
	if err := os.Rename(tmp, addressFile()); err != nil {
		return errors.Join(err, cluster.Stop(ctx))
	}
	lock, err := unused(cluster.Done())
	if err != nil {
		return errors.Join(err, cluster.Stop(ctx))
	}
	if lock == nil {
		// Postgres is gone under its users: what they make of the folder from
		// now on is for the next keeper.
		return nil
	}
	// The lock is held until everything is gone: who comes now waits, then
	// starts anew.
	return errors.Join(os.Remove(addressFile()), cluster.Stop(ctx), os.RemoveAll(dataFolder()), lock.Close())
}

// unused waits until nobody uses the cluster and nobody is about to, and gives
// the exclusive lock that says so; nil when the cluster has gone by itself.
func unused(gone <-chan struct{}) (*os.File, error) {
	last := time.Now()
	for {
		select {
		case <-gone:
			return nil, nil
		case <-time.After(look):
		}
		f, err := lockFile(usersFile(), syscall.LOCK_EX|syscall.LOCK_NB)
		if err != nil && !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, err
		}
		expected, errParents := parents()
		if errParents != nil {
			return nil, errParents
		}
		switch {
		case err != nil || expected:
			last = time.Now()
		case time.Since(last) >= idle:
			return f, nil
		}
		if err == nil {
			if err := f.Close(); err != nil {
				return nil, err
			}
		}
	}
}

// parents tells whether a go command whose tests used the cluster still runs,
// and forgets those that do not.
func parents() (bool, error) {
	entries, err := os.ReadDir(parentFolder())
	if err != nil {
		return false, err
	}
	any := false
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err == nil && isGo(pid) {
			any = true
			continue
		}
		if err := os.Remove(filepath.Join(parentFolder(), e.Name())); err != nil && !errors.Is(err, os.ErrNotExist) {
			return false, err
		}
	}
	return any, nil
}
