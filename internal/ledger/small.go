package ledger

import (
	"fmt"
	"io"
	"os"
	"syscall"
)

// smallMost bounds a file of a state, in bytes: a key, or a checkpoint with its lines.
const smallMost = 64 << 10

// readSmall reads a regular file of a bounded length. It blocks on nothing: a pipe or a
// device in its place is refused.
func readSmall(path string) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: is no regular file", path)
	}
	text, err := io.ReadAll(io.LimitReader(f, smallMost+1))
	if err != nil {
		return nil, err
	}
	if len(text) > smallMost {
		return nil, fmt.Errorf("%s: is longer than %d bytes", path, smallMost)
	}
	return text, nil
}
