package download

import (
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"time"

	"delfi/internal/fault"
	"delfi/web/middleware"
)

// Spool holds an answer back until it is whole: a short one in memory, a long one in a
// file that has no name.
type Spool struct {
	limits *Limits
	w      http.ResponseWriter
	from   netip.Addr
	sum    hash.Hash
	held   []byte
	file   *os.File
	size   int64 // of the file
}

// Spool begins an answer to a reader at an address.
func (l *Limits) Spool(w http.ResponseWriter, from netip.Addr) *Spool {
	return &Spool{limits: l, w: w, from: from, sum: sha256.New()}
}

func (s *Spool) Write(b []byte) (int, error) {
	s.sum.Write(b)
	if len(s.held)+len(b) > Held {
		if err := s.spill(s.held); err != nil {
			return 0, err
		}
		s.held = s.held[:0]
		if len(b) > Held {
			return len(b), s.spill(b)
		}
	}
	s.held = append(s.held, b...)
	return len(b), nil
}

// spill writes to the file.
func (s *Spool) spill(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	d := s.limits
	if s.file == nil {
		if err := s.open(); err != nil {
			return err
		}
	}
	if err := d.Files.Take(s.from, int64(len(b))); err != nil {
		return err
	}
	s.size += int64(len(b))
	if _, err := s.file.Write(b); err != nil {
		return noRoom(err)
	}
	return nil
}

// open makes the file of an answer that is large, and gives it the time of one.
func (s *Spool) open() error {
	if err := s.limits.Sending.Take(s.from, 1); err != nil {
		return err
	}
	f, err := os.CreateTemp("", "delfi-spool-")
	if err != nil {
		s.limits.Sending.Give(s.from, 1)
		return noRoom(err)
	}
	s.file = f
	if err := os.Remove(f.Name()); err != nil {
		return noRoom(err)
	}
	if p := middleware.PlaceOf(s.w); p != nil {
		p.Extend(makingTime)
	}
	// The server would give up reading the connection, and with it the request.
	c := http.NewResponseController(s.w)
	if err := errors.Join(c.SetReadDeadline(time.Time{}), c.SetWriteDeadline(time.Now().Add(makingTime+time.Minute))); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return Gone{err}
	}
	return nil
}

func noRoom(err error) error {
	return fault.New(fault.Unavailable, "no_room", "there is no room for so large an answer now").Because(err)
}

// Sum is the digest of what was written.
func (s *Spool) Sum() []byte { return s.sum.Sum(nil) }

// Send sends the answer, and each piece within a window. It returns Broken when the rest
// cannot be read: the status is gone already.
func (s *Spool) Send() error {
	s.w.Header().Set("Content-Length", strconv.FormatInt(s.size+int64(len(s.held)), 10))
	if s.file == nil {
		return s.limits.Write(s.w, s.from, http.StatusOK, s.held)
	}
	if err := s.spill(s.held); err != nil {
		s.w.Header().Del("Content-Length")
		return err
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return noRoom(err)
	}
	s.w.WriteHeader(http.StatusOK)
	conn := http.NewResponseController(s.w)
	for piece := slices.Grow(s.held[:0], Held)[:Held]; ; {
		n, err := s.file.Read(piece)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return Broken{err}
		}
		if err := conn.SetWriteDeadline(time.Now().Add(s.limits.Window)); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return Gone{err}
		}
		if _, err := s.w.Write(piece[:n]); err != nil {
			return Gone{err}
		}
	}
}

// Close gives everything back.
func (s *Spool) Close() {
	if s.file == nil {
		return
	}
	d := s.limits
	d.Files.Give(s.from, s.size)
	d.Sending.Give(s.from, 1)
	_ = s.file.Close() // it has no name: nothing stays
}
