package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"delfi/internal/fault"
	"delfi/internal/platform/cache"
)

// Folder keeps each blob in a file of its own, 0600 beneath a folder of 0700:
// "<dir>/ab/abcd…", by the first two figures of its digest. Servers of one site share it.
type Folder struct {
	dir     string
	checked *cache.Cache[Digest, fs.FileInfo] // files as they were when their bytes were hashed
}

const (
	// unfinished begins the names of files that are being written.
	unfinished = ".new-"
	// known bounds the files that are not hashed at each opening.
	known = 4096
)

// NewFolder keeps blobs in dir, which is made if it is not there.
func NewFolder(dir string) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("the folder of files: %w", err)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return nil, fmt.Errorf("the folder of files: %w", err)
	}
	return &Folder{dir: dir, checked: cache.New[Digest, fs.FileInfo](known)}, nil
}

func (f *Folder) path(d Digest) string {
	name := d.String()
	return filepath.Join(f.dir, name[:2], name)
}

// Put writes a temporary file, makes it durable and gives it its name: a blob is there
// whole or not at all, also after a crash. One that is there already is replaced by its
// equal, which mends a damaged one.
func (f *Folder) Put(ctx context.Context, r io.Reader, limit int64) (Digest, int64, error) {
	var d Digest
	tmp, err := os.CreateTemp(f.dir, unfinished) // 0600
	if err != nil {
		return d, 0, room(err)
	}
	defer func() { _ = os.Remove(tmp.Name()) }() // gone already when all went well
	n, sum, err := copyHashed(ctx, tmp, r, limit)
	if err == nil {
		err = tmp.Sync()
	}
	if err := errors.Join(err, tmp.Close()); err != nil {
		return d, 0, room(err)
	}
	copy(d[:], sum)
	path := f.path(d)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return d, 0, room(err)
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return d, 0, room(err)
	}
	return d, n, room(errors.Join(syncFolder(filepath.Dir(path)), syncFolder(f.dir)))
}

// copyHashed copies at most limit bytes, and gives their number and digest.
func copyHashed(ctx context.Context, w io.Writer, r io.Reader, limit int64) (int64, []byte, error) {
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(w, h), io.LimitReader(alive{ctx, r}, limit+1))
	if err == nil && n > limit {
		err = tooLarge(limit)
	}
	return n, h.Sum(nil), err
}

// alive reads as long as its context lasts.
type alive struct {
	ctx context.Context
	r   io.Reader
}

func (a alive) Read(b []byte) (int, error) {
	if err := a.ctx.Err(); err != nil {
		return 0, err
	}
	return a.r.Read(b)
}

// syncFolder makes the names in a folder durable.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// room turns a full disk into a fault.
func room(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fault.New(fault.Unavailable, "no_room_for_file", "there is no room for the file now").Because(err)
	}
	return err
}

// file is an open blob of a folder.
type file struct {
	*os.File
	size int64
}

// Size gives the blob's length in bytes.
func (f file) Size() int64 { return f.size }

// Open hashes the file, unless it is one that was hashed since it was written.
func (f *Folder) Open(ctx context.Context, d Digest) (_ Blob, err error) {
	in, info, err := f.open(d)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, in.Close())
		}
	}()
	if was, ok := f.checked.Get(d); ok && os.SameFile(was, info) && was.ModTime().Equal(info.ModTime()) && was.Size() == info.Size() {
		return file{in, info.Size()}, nil
	}
	h := sha256.New()
	if err := hashed(ctx, h, in); err != nil {
		return nil, err
	}
	if !bytes.Equal(h.Sum(nil), d[:]) {
		return nil, errDamaged.Because(fmt.Errorf("blob %s: its bytes have another digest", d))
	}
	f.checked.Put(d, info)
	return file{in, info.Size()}, nil
}

// open opens a regular file.
func (f *Folder) open(d Digest) (*os.File, fs.FileInfo, error) {
	in, err := os.OpenFile(f.path(d), os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, errNone
	}
	if err != nil {
		return nil, nil, err
	}
	info, err := in.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errDamaged.Because(fmt.Errorf("blob %s is no regular file", d))
	}
	if err != nil {
		return nil, nil, errors.Join(err, in.Close())
	}
	return in, info, nil
}

// hashed hashes a file from its beginning, and goes back there.
func hashed(ctx context.Context, h hash.Hash, in *os.File) error {
	if _, err := io.Copy(h, alive{ctx, in}); err != nil {
		return err
	}
	_, err := in.Seek(0, io.SeekStart)
	return err
}

// Touch sets the file's time.
func (f *Folder) Touch(_ context.Context, d Digest) error {
	now := time.Now()
	err := os.Chtimes(f.path(d), now, now)
	if errors.Is(err, fs.ErrNotExist) {
		return errNone
	}
	return err
}

// Sweep walks the folder. Files of other names are left alone.
func (f *Folder) Sweep(ctx context.Context, before time.Time, keep func(Digest) bool) (int, error) {
	swept := 0
	err := filepath.WalkDir(f.dir, func(path string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // another server was first
		}
		if err != nil || e.IsDir() || !e.Type().IsRegular() {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || !info.ModTime().Before(before) {
			return err
		}
		d, bad := Parse(e.Name())
		switch {
		case bad != nil && !strings.HasPrefix(e.Name(), unfinished):
			return nil
		case bad == nil && keep(d):
			return nil
		case bad == nil:
			swept++
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	})
	if err != nil {
		return swept, fmt.Errorf("blob: sweep: %w", err)
	}
	return swept, nil
}
