package source

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// Bounds are the most that a record may cost whoever checks it: a server that wants to
// be believed by nobody may serve a line without an end. The number of leaves needs no
// bound of its own, since the head of their table says how many there are.
type Bounds struct {
	Small    int64 // bytes of a checkpoint or a file of keys
	Document int64 // bytes of a file that is read whole
	Line     int   // bytes of an entry of the log
	Log      int64 // bytes of all entries
	Listed   int   // lines of a list, names beneath a folder
	Spoken   int   // consultations that the log speaks of
	Files    int   // that are read
	Total    int64 // bytes of all files
}

// Most are the bounds of a check that names none: a log of a million entries, and
// leaves of ten million people.
var Most = Bounds{
	Small: 64 << 10, Document: 128 << 20, Line: 4 << 20, Log: 512 << 20,
	Listed: 100_000, Spoken: 50_000, Files: 1_000_000, Total: 256 << 30,
}

// Unread is a file that could not be read to its end, which says nothing of the record.
type Unread struct {
	name string
	err  error
}

// Unreadable is the error of a file that could not be read to its end.
func Unreadable(name string, err error) error { return &Unread{name: name, err: err} }

func (u *Unread) Error() string { return u.name + ": " + u.err.Error() }
func (u *Unread) Unwrap() error { return u.err }

// Meter counts the bytes that are read of a record.
type Meter struct {
	total int64 // that may be read
	bytes int64 // read so far
}

// NewMeter gives a meter of a record of at most so many bytes.
func NewMeter(total int64) *Meter { return &Meter{total: total} }

// File bounds what is read of a file of the record.
func (m *Meter) File(f fs.File, name string, most int64) io.ReadCloser {
	return &metered{File: f, meter: m, name: name, most: most}
}

// metered is a file of which no more is read than its bound, and than all together.
type metered struct {
	fs.File
	meter *Meter
	name  string
	most  int64 // bytes that may still be read of it
}

// Read reads; the error of a file that is too long is a fault.
func (m *metered) Read(b []byte) (int, error) {
	if int64(len(b)) > m.most+1 {
		b = b[:m.most+1]
	}
	n, err := m.File.Read(b)
	m.most -= int64(n)
	m.meter.bytes += int64(n)
	switch {
	case m.most < 0:
		return 0, &Fault{File: m.name, What: "the file is longer than any of its kind may be"}
	case m.meter.bytes > m.meter.total:
		return 0, &Fault{File: m.name, What: fmt.Sprintf("the record is longer than the %d bytes that are read of one (--most)", m.meter.total)}
	case err != nil && !errors.Is(err, io.EOF):
		return n, Unreadable(m.name, err)
	}
	return n, err
}

// Line reads one LF-ended line of at most so many bytes, its end included; io.EOF
// after the last.
func Line(in *bufio.Reader, most int) ([]byte, error) {
	var whole []byte
	for {
		part, err := in.ReadSlice('\n')
		if len(whole)+len(part) > most {
			return nil, fmt.Errorf("the line is longer than %d bytes", most)
		}
		whole = append(whole, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return whole, err
		}
	}
}

// Absent says whether a file is not there.
func Absent(err error) bool { return errors.Is(err, fs.ErrNotExist) }
