package library

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"syscall"

	"delfi/internal/fault"
	"delfi/internal/library/clean"
)

// Upload is a file as it arrives.
type Upload struct {
	Name string    // as its owner has it; its end says the type, and it is not stored
	Body io.Reader // read at most once, and no further than needed
}

// grown is by how much a file may be longer without its names: its parts are compressed anew.
const grown = 1 << 20

// store looks into a file and stores it. What arrives lies in a file without a name until
// it has been looked into. The blob has no row yet: blob.Use finds it in the act's
// transaction, and a sweep leaves it for an hour.
func (s *Service) store(ctx context.Context, u Upload) (File, error) {
	kind, err := clean.ByName(u.Name)
	if err != nil {
		return File{}, err
	}
	tmp, size, err := received(ctx, u.Body)
	if err != nil {
		return File{}, err
	}
	defer tmp.Close()
	f := File{Type: kind}
	out, in := io.Pipe()
	cleaned := make(chan error, 1)
	go func() {
		var err error
		defer func() {
			// A file that its reader was not made for ends its own upload, and no server.
			if found := recover(); found != nil {
				err = fmt.Errorf("library: look into a file: %v\n%s", found, debug.Stack())
			}
			cleaned <- err
			_ = in.CloseWithError(err) // never fails
		}()
		f.Removed, err = clean.Clean(kind, tmp, size, in)
	}()
	d, n, err := s.files.Put(ctx, out, MaxFile+grown)
	_ = out.CloseWithError(err) // a cleaner that still writes ends
	bad := <-cleaned
	if bad != nil && fault.KindOf(bad) == fault.Invalid {
		return File{}, bad
	}
	if fault.KindOf(err) == fault.TooLarge {
		return File{}, tooLarge()
	}
	if err != nil {
		return File{}, err
	}
	f.Digest, f.Size = d, n
	return f, nil
}

// received copies what arrives to a file that has no name.
func received(ctx context.Context, body io.Reader) (_ *os.File, size int64, err error) {
	tmp, err := os.CreateTemp("", "delfi-upload-")
	if err != nil {
		return nil, 0, fmt.Errorf("library: receive: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, tmp.Close())
		}
	}()
	if err := os.Remove(tmp.Name()); err != nil {
		return nil, 0, fmt.Errorf("library: receive: %w", err)
	}
	size, err = io.Copy(tmp, io.LimitReader(body, MaxFile+1))
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return nil, 0, fault.New(fault.Unavailable, "no_room_for_file", "there is no room for the file now").Because(err)
	case err != nil:
		return nil, 0, fmt.Errorf("library: receive: %w", err)
	case size > MaxFile:
		return nil, 0, tooLarge()
	}
	return tmp, size, ctx.Err()
}

func tooLarge() error {
	return refused("file_too_large", fmt.Sprintf("has more than %d megabytes: make it smaller, or add a link to it", MaxFile>>20), map[string]any{"max": MaxFile >> 20})
}
