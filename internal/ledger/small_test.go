package ledger

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A file of a witness' state that is a pipe, a folder or without end is refused, not
// waited for nor held in memory; so is what a server keeps of its own log.
func TestFilesOfAStateAreBounded(t *testing.T) {
	spoilt := map[string]func(path string) error{
		"a pipe":          func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"a folder":        func(path string) error { return os.Mkdir(path, 0o700) },
		"without an end":  func(path string) error { return os.Symlink("/dev/zero", path) },
		"a file too long": func(path string) error { return os.WriteFile(path, []byte(strings.Repeat("a", smallMost+1)), 0o600) },
	}
	silent := func(context.Context, string) ([]byte, error) { return nil, errors.New("nobody is asked") }
	for what, spoil := range spoilt {
		for _, name := range []string{"witness.key", "log.key", "checkpoint"} {
			dir := t.TempDir()
			path := filepath.Join(dir, name)
			if err := spoil(path); err != nil {
				t.Fatal(err)
			}
			if _, err := readSmall(path); err == nil || !strings.Contains(err.Error(), path) {
				t.Errorf("%s, %s: %v", name, what, err)
			}
			w := Witness{Name: "garante.test", Dir: dir, Trust: true, Fetch: silent}
			if _, _, err := w.Look(t.Context()); err == nil || name != "checkpoint" && !strings.Contains(err.Error(), path) {
				t.Errorf("a look with %s %s: %v", name, what, err)
			}
		}
	}
	if _, err := readSmall(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}
