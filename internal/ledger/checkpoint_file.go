package ledger

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
)

// checkpointFile stores the last signed checkpoint outside the database, so that a backup
// of the database that is restored without it is found; path "" is memory alone.
type checkpointFile struct {
	path string
	mu   sync.Mutex
	last checkpoint
}

// read returns the stored checkpoint; an empty one before the first.
func (k *checkpointFile) read() (checkpoint, error) {
	if k.path == "" {
		k.mu.Lock()
		defer k.mu.Unlock()
		return k.last, nil
	}
	text, err := readSmall(k.path)
	if errors.Is(err, fs.ErrNotExist) {
		return checkpoint{}, nil
	}
	if err != nil {
		return checkpoint{}, fmt.Errorf("the stored checkpoint: %w", err)
	}
	c, err := parseCheckpoint(text)
	if err != nil {
		return checkpoint{}, fmt.Errorf("%s: %w", k.path, err)
	}
	return c, nil
}

// write stores c unless a later one of the same log is stored: another process on the same
// folder may have signed meanwhile. The file is whole before the checkpoint is shown.
func (k *checkpointFile) write(c checkpoint) error {
	if k.path == "" {
		k.mu.Lock()
		defer k.mu.Unlock()
		if k.last.Origin != c.Origin || k.last.Size < c.Size {
			k.last = c
		}
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(k.path), 0o700); err != nil {
		return fmt.Errorf("the stored checkpoint: %w", err)
	}
	guard, err := os.OpenFile(k.path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("the stored checkpoint: %w", err)
	}
	defer guard.Close() // which releases the lock
	if err := syscall.Flock(int(guard.Fd()), syscall.LOCK_EX); err != nil {
		return fmt.Errorf("the stored checkpoint: %w", err)
	}
	there, err := k.read()
	if err != nil {
		return err
	}
	if there.Origin == c.Origin && there.Size >= c.Size {
		return nil
	}
	return replace(k.path, c.note)
}

// replace writes a file whole or not at all, so that it survives a power cut.
func replace(path string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
