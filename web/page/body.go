package page

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"os"
	"time"

	"delfi/internal/fault"
)

// bodyRead is the room that is first made for a body.
const bodyRead = 4 << 10

// stage is the memory of bodies up to a length. Each has a quota of its own, so that
// large bodies take nothing of the small ones' room: a ballot fits in the first or the
// second.
type stage struct {
	upTo int64 // 0 of the last: what is accepted at all
	*quota
}

// newStages gives the room of all bodies together that arrive or are in work: the bytes
// that came, not those announced.
func newStages() []stage {
	return []stage{
		{bodyRead, newQuota(16<<20, 4<<20)},
		{64 << 10, newQuota(16<<20, 4<<20)},
		{0, newQuota(32<<20, 8<<20)},
	}
}

// pace is the least rate of a sender: so many bytes in each window, all in a time.
type pace struct {
	bytes       int
	window, all time.Duration
}

// slowest is far below what a form takes on a bad line.
var slowest = pace{bytes: 16 << 10, window: 15 * time.Second, all: time.Minute}

// room is the memory that one body holds.
type room struct {
	app   *App
	from  netip.Addr
	stage int
	bytes int64
}

// grow takes more bytes, in the stage of the new length, and gives back those of the
// stage before.
func (m *room) grow(more int64) error {
	stages := m.app.bodies
	n, at := m.bytes+more, m.stage
	for at < len(stages)-1 && n > stages[at].upTo {
		at++
	}
	if at == m.stage {
		if err := stages[at].take(m.from, more); err != nil {
			return err
		}
		m.bytes = n
		return nil
	}
	if err := stages[at].take(m.from, n); err != nil {
		return err
	}
	m.leave()
	m.stage, m.bytes = at, n
	return nil
}

// leave gives everything back.
func (m *room) leave() {
	if m.bytes > 0 {
		m.app.bodies[m.stage].give(m.from, m.bytes)
		m.bytes = 0
	}
}

// hurry moves the deadline of a connection as long as its sender keeps pace.
type hurry struct {
	pace
	conn *http.ResponseController
	end  time.Time // zero until the first deadline
	due  int       // bytes until the next
}

// came counts bytes, and gives the sender another window when it has earned it.
func (h *hurry) came(n int) {
	h.due -= n
	if !h.end.IsZero() && h.due > 0 {
		return
	}
	now := time.Now()
	if h.end.IsZero() {
		h.end = now.Add(h.all)
	}
	until := now.Add(h.window)
	if until.After(h.end) {
		until = h.end
	}
	h.due = h.bytes
	_ = h.conn.SetReadDeadline(until) // a writer without one has no connection
}

// over takes the deadline away: while the request is in work the server reads on, to
// notice a client that leaves.
func (h *hurry) over() {
	if !h.end.IsZero() {
		_ = h.conn.SetReadDeadline(time.Time{}) // as above
	}
}

// gather reads a body before the request takes a place in work: a slow sender holds
// none, of the memory no more than it has sent, and the connection no longer than its
// pace allows. The caller gives the room back, also after an error.
func (a *App) gather(w http.ResponseWriter, r *http.Request) (*room, error) {
	m := &room{app: a}
	if r.Body == nil || r.Body == http.NoBody {
		return m, nil
	}
	m.from = a.address(r)
	h := hurry{pace: a.pace, conn: http.NewResponseController(w)}
	var b []byte
	for {
		if len(b) == cap(b) {
			more := max(bodyRead, cap(b)) // twice as much each time
			if b == nil && 0 < r.ContentLength && r.ContentLength < bodyRead {
				more = int(r.ContentLength) + 1 // the end is seen by reading beyond it
			}
			if err := m.grow(int64(more)); err != nil {
				return m, err
			}
			b = append(make([]byte, 0, cap(b)+more), b...)
		}
		n, err := r.Body.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return m, unread(err)
		}
		h.came(n)
	}
	h.over()
	r.Body = io.NopCloser(bytes.NewReader(b))
	return m, nil
}

// unread says why a body could not be read.
func unread(err error) error {
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return tooLarge(large.Limit).Because(err)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return refusal{http.StatusRequestTimeout, fault.New(fault.Unavailable, "slow", "the form arrived too slowly").Because(err)}
	}
	return badForm("the form cannot be read")
}
