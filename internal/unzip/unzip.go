// Package unzip opens archives of strangers. It exists because the list of an archive is
// read into memory before any of its files is: ten megabytes can list two hundred
// thousand empty ones, which take ten times as much.
package unzip

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
)

// Names is how many bytes the list of an archive may have.
const Names = 16 << 20

// ErrList is the error of an archive whose list is too long.
var ErrList = errors.New("the archive lists more files than are read of one")

// Reader gives the files of an archive that lists at most so many. How much a file
// unpacks to is bounded by who reads it.
func Reader(file io.ReaderAt, size int64, most int) (*zip.Reader, error) {
	l := &list{file: file, size: size, bytes: Names, files: most}
	z, err := zip.NewReader(l, size)
	if l.err != nil {
		return nil, l.err
	}
	if err != nil {
		return nil, err
	}
	if len(z.File) > most {
		return nil, ErrList
	}
	l.over = true
	return z, nil
}

// list is an archive of which no more is read, until its list is, than that may have.
type list struct {
	file  io.ReaderAt
	size  int64
	bytes int64 // that may be read
	files int   // that may be listed
	begun int   // files so far, in the run of bytes that is being read
	next  int64 // byte after that run
	over  bool
	err   error
}

// header begins the line of a file in the list.
var header = []byte("PK\x01\x02")

// ReadAt reads.
func (l *list) ReadAt(b []byte, at int64) (int, error) {
	n, err := l.file.ReadAt(b, at)
	if l.over {
		return n, err
	}
	// The end of the archive is looked for first, in bytes up to its last that may hold what
	// lies in files; the list is read after it, by the page.
	if at != l.next {
		l.begun = 0
	}
	l.next = at + int64(n)
	l.bytes -= int64(n)
	if at+int64(len(b)) < l.size {
		l.begun += bytes.Count(b[:n], header)
	}
	if l.bytes < 0 || l.begun > l.files {
		l.err = ErrList
		return 0, l.err
	}
	return n, err
}
