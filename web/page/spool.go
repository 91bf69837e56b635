package page

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"net/netip"
	"os"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"time"

	"delfi/internal/fault"
	"delfi/web/middleware"
)

const (
	// heldBytes is the length up to which an answer stays in memory; a longer one is
	// spooled to a file.
	heldBytes = 128 << 10
	// makingTime bounds the reading of a large answer from the database.
	makingTime = 10 * time.Minute
)

// downloads bounds the answers that grow with a consultation or the record. They are
// made with places, and so connections, of their own: the rest of the pool stays free.
//
//	Spooled ─► place among readers given back ─► making (few) ─► Stream: spool ─► sent, nothing held
type downloads struct {
	making  *middleware.Limiter
	sending *middleware.Quota // large answers from their spool's first byte to their last
	spooled *middleware.Quota // bytes of files
	memory  *middleware.Quota // bytes of pages that wait for slow readers
	window  time.Duration     // for heldBytes to be taken by a reader
}

func newDownloads() *downloads {
	return &downloads{
		// Half of the cores, and a quarter of the pool, at most; who waits holds nothing.
		making:  middleware.NewLimiterWithQueue(min(4, max(1, runtime.GOMAXPROCS(0)/2)), 64, 10*time.Second),
		sending: middleware.NewQuota(64, 8),
		spooled: middleware.NewQuota(4<<30, 2<<30),
		memory:  middleware.NewQuota(256<<20, 64<<20),
		window:  16 * time.Second, // 8 kB/s
	}
}

// spooled runs the handler of a Spooled route, with a place among the answers that are
// made in place of one at work. The handler ends in Stream.
func (a *App) spooled(q *Request) error {
	if p := middleware.PlaceOf(q.W); p != nil {
		p.Release()
	}
	making := a.downloads.making
	if !making.Acquire(q.Context()) {
		if err := q.Context().Err(); err != nil {
			return err
		}
		q.W.Header().Set("Retry-After", "10")
		return middleware.ErrBusy
	}
	q.made = sync.OnceFunc(making.Release)
	defer q.made()
	return q.visit.route.Handler(q)
}

// Stream sends what write writes, when all of it is there: its failure is told with a
// status, and write never waits for a reader. A reader that takes less than the least
// rate is cut. name, if any, is the file that a browser stores it under. The route is a
// Spooled one.
func (q *Request) Stream(contentType, name string, write func(w io.Writer) error) error {
	if q.made == nil {
		return fmt.Errorf("stream: %s is no spooled route", q.visit.route)
	}
	s := &spool{q: q, from: q.app.clients.Address(q.R), sum: sha256.New()}
	defer s.close()
	if err := write(s); err != nil {
		return err
	}
	q.made()
	if name != "" {
		q.W.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name))
	}
	tag := base64.RawURLEncoding.EncodeToString(s.sum.Sum(nil)[:18])
	if !q.Fresh(contentType, tag, false) {
		return nil
	}
	return s.send(q.app.downloads.window)
}

// spool holds an answer back until it is whole: a short one in memory, a long one in a
// file that has no name.
type spool struct {
	q    *Request
	from netip.Addr
	sum  hash.Hash
	held []byte
	file *os.File
	size int64 // of the file
}

func (s *spool) Write(b []byte) (int, error) {
	s.sum.Write(b)
	if len(s.held)+len(b) > heldBytes {
		if err := s.spill(s.held); err != nil {
			return 0, err
		}
		s.held = s.held[:0]
		if len(b) > heldBytes {
			return len(b), s.spill(b)
		}
	}
	s.held = append(s.held, b...)
	return len(b), nil
}

// spill writes to the file.
func (s *spool) spill(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	d := s.q.app.downloads
	if s.file == nil {
		if err := s.open(); err != nil {
			return err
		}
	}
	if err := d.spooled.Take(s.from, int64(len(b))); err != nil {
		return err
	}
	s.size += int64(len(b))
	if _, err := s.file.Write(b); err != nil {
		return noRoom(err)
	}
	return nil
}

// open makes the file of an answer that is large, and gives it the time of one.
func (s *spool) open() error {
	if err := s.q.app.downloads.sending.Take(s.from, 1); err != nil {
		return err
	}
	f, err := os.CreateTemp("", "delfi-spool-")
	if err != nil {
		s.q.app.downloads.sending.Give(s.from, 1)
		return noRoom(err)
	}
	s.file = f
	if err := os.Remove(f.Name()); err != nil {
		return noRoom(err)
	}
	if p := middleware.PlaceOf(s.q.W); p != nil {
		p.Extend(makingTime)
	}
	// The server would give up reading the connection, and with it the request.
	c := http.NewResponseController(s.q.W)
	if err := errors.Join(c.SetReadDeadline(time.Time{}), c.SetWriteDeadline(time.Now().Add(makingTime+time.Minute))); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return gone{err}
	}
	return nil
}

func noRoom(err error) error {
	return fault.New(fault.Unavailable, "no_room", "there is no room for so large an answer now").Because(err)
}

// send sends the answer, and each piece within a window.
func (s *spool) send(window time.Duration) error {
	s.q.W.Header().Set("Content-Length", strconv.FormatInt(s.size+int64(len(s.held)), 10))
	if s.file == nil {
		return s.q.write(http.StatusOK, s.held)
	}
	if err := s.spill(s.held); err != nil {
		s.q.W.Header().Del("Content-Length")
		return err
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return noRoom(err)
	}
	s.q.W.WriteHeader(http.StatusOK)
	conn := http.NewResponseController(s.q.W)
	for piece := slices.Grow(s.held[:0], heldBytes)[:heldBytes]; ; {
		n, err := s.file.Read(piece)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			s.q.app.log(s.q, http.StatusInternalServerError, err)
			panic(http.ErrAbortHandler) // the status is gone already: what breaks off must not look whole
		}
		if err := conn.SetWriteDeadline(time.Now().Add(window)); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return gone{err}
		}
		if _, err := s.q.W.Write(piece[:n]); err != nil {
			return gone{err}
		}
	}
}

// close gives everything back.
func (s *spool) close() {
	if s.file == nil {
		return
	}
	d := s.q.app.downloads
	d.spooled.Give(s.from, s.size)
	d.sending.Give(s.from, 1)
	_ = s.file.Close() // it has no name: nothing stays
}

// write sends a body from memory. How much of that waits for slow readers is bounded:
// a page has given back its place in work.
func (q *Request) write(status int, body []byte) error {
	if len(body) > heldBytes {
		memory, from := q.app.downloads.memory, q.app.clients.Address(q.R)
		if err := memory.Take(from, int64(len(body))); err != nil {
			h := q.W.Header()
			for _, name := range []string{"Content-Length", "Content-Disposition", "ETag"} {
				h.Del(name)
			}
			return err
		}
		defer memory.Give(from, int64(len(body)))
	}
	q.W.WriteHeader(status)
	if _, err := q.W.Write(body); err != nil {
		return gone{err}
	}
	return nil
}
