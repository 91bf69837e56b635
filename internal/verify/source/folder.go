package source

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"

	"delfi/internal/unzip"
)

// Folder gives the regular files beneath a folder. Links, pipes and devices are faults:
// none of them is part of a record, and opening them may lead elsewhere or never end.
func Folder(path string) (fs.FS, io.Closer, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, nil, err
	}
	return folder{root}, root, nil
}

type folder struct{ root *os.Root }

// Open opens a regular file or a folder, without following links.
func (f folder) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	parts := strings.Split(name, "/")
	for n := range parts {
		info, err := f.root.Lstat(strings.Join(parts[:n+1], "/"))
		if err != nil {
			return nil, err
		}
		if !info.IsDir() && (n < len(parts)-1 || !info.Mode().IsRegular()) {
			return nil, Irregular(name)
		}
	}
	return regular(name, func(flag int) (*os.File, error) { return f.root.OpenFile(name, flag, 0) }, true)
}

// ReadDir lists a folder, of no more names than a record may have.
func (f folder) ReadDir(name string) ([]fs.DirEntry, error) {
	file, err := f.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	dir, ok := file.(fs.ReadDirFile)
	if !ok {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: errors.ErrUnsupported}
	}
	found, err := dir.ReadDir(Most.Listed + 1)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if len(found) > Most.Listed {
		return nil, &Fault{File: name, What: "the folder holds more names than a record may have", Found: fmt.Sprintf("more than %d", Most.Listed), Expected: fmt.Sprintf("at most %d", Most.Listed)}
	}
	slices.SortFunc(found, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return found, nil
}

func Irregular(name string) *Fault {
	return &Fault{File: name, What: "this is no regular file: a record has no links, pipes or devices"}
}

// regular opens what another program cannot make wait: a pipe is opened without
// waiting for its writer, and refused.
func regular(name string, open func(flag int) (*os.File, error), folders bool) (*os.File, error) {
	file, err := open(os.O_RDONLY | syscall.O_NONBLOCK)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() && (!folders || !info.IsDir()) {
		err = Irregular(name)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// ReadFile reads a regular file of at most so many bytes, which a person named.
func ReadFile(path string, most int64) ([]byte, error) {
	file, err := regular(path, func(flag int) (*os.File, error) { return os.OpenFile(path, flag, 0) }, false)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return upToBytes(path, file, most)
}

func upToBytes(name string, file io.Reader, most int64) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(file, most+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if int64(len(text)) > most {
		return nil, fmt.Errorf("%s: the file is longer than %d bytes", name, most)
	}
	return text, nil
}

// Newest gives the checkpoint as it stands, to find out whether the log has grown; nil
// where there is none.
func Newest(record fs.FS) ([]byte, error) {
	file, err := record.Open("checkpoint")
	if Absent(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return upToBytes("checkpoint", file, Most.Small)
}

// Archive gives the files of a .zip; one whose list is too long is an error.
func Archive(path string) (fs.FS, io.Closer, error) {
	file, err := regular(path, func(flag int) (*os.File, error) { return os.OpenFile(path, flag, 0) }, false)
	if err != nil {
		return nil, nil, err
	}
	info, err := file.Stat()
	if err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	z, err := unzip.Reader(file, info.Size(), Most.Listed)
	if err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	return archive{z}, file, nil
}

// archive is a .zip whose folders can be listed.
type archive struct{ *zip.Reader }

// ReadDir lists a folder.
func (a archive) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(a.Reader, name) }
