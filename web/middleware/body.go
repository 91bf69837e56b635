package middleware

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

// firstRead is the memory that is first taken for a body.
const firstRead = 4 << 10

// Bodies reads requests' bodies into bounded memory. It is safe for concurrent use.
type Bodies struct {
	Stages []Stage
	Rate   MinRate
}

// Stage is the memory of bodies up to a length. Each has a quota of its own, so that
// large bodies take nothing of the small ones' memory: a ballot fits in the first or the
// second.
type Stage struct {
	UpTo int64 // 0 of the last: what is accepted at all
	*Quota
}

// MinRate is the least rate of a sender: so many bytes in each window, all in a time.
type MinRate struct {
	Bytes       int
	Window, All time.Duration
}

// NewBodies makes the memory of all bodies together that arrive or are at work: the bytes
// that came, not those announced. The least rate is far below what a form takes on a bad
// line.
func NewBodies() *Bodies {
	return &Bodies{
		Stages: []Stage{
			{firstRead, NewQuota(16<<20, 4<<20)},
			{64 << 10, NewQuota(16<<20, 4<<20)},
			{0, NewQuota(32<<20, 8<<20)},
		},
		Rate: MinRate{Bytes: 16 << 10, Window: 15 * time.Second, All: time.Minute},
	}
}

// Memory is what one body holds; Release gives it back.
type Memory struct {
	bodies *Bodies
	from   netip.Addr
	stage  int
	bytes  int64
}

// grow takes more bytes, in the stage of the new length, and gives back those of the
// stage before.
func (m *Memory) grow(more int64) error {
	stages := m.bodies.Stages
	n, at := m.bytes+more, m.stage
	for at < len(stages)-1 && n > stages[at].UpTo {
		at++
	}
	if at == m.stage {
		if err := stages[at].Take(m.from, more); err != nil {
			return err
		}
		m.bytes = n
		return nil
	}
	if err := stages[at].Take(m.from, n); err != nil {
		return err
	}
	m.Release()
	m.stage, m.bytes = at, n
	return nil
}

// Release gives everything back.
func (m *Memory) Release() {
	if m.bytes > 0 {
		m.bodies.Stages[m.stage].Give(m.from, m.bytes)
		m.bytes = 0
	}
}

// pacer moves the deadline of a connection as long as its sender keeps the least rate.
type pacer struct {
	MinRate
	conn *http.ResponseController
	end  time.Time // zero until the first deadline
	due  int       // bytes until the next
}

// received counts bytes, and gives the sender another window when it has earned it.
func (p *pacer) received(n int) {
	p.due -= n
	if !p.end.IsZero() && p.due > 0 {
		return
	}
	now := time.Now()
	if p.end.IsZero() {
		p.end = now.Add(p.All)
	}
	until := now.Add(p.Window)
	if until.After(p.end) {
		until = p.end
	}
	p.due = p.Bytes
	_ = p.conn.SetReadDeadline(until) // a writer without one has no connection
}

// stop takes the deadline away: while the request is at work the server reads on, to
// notice a client that leaves.
func (p *pacer) stop() {
	if !p.end.IsZero() {
		_ = p.conn.SetReadDeadline(time.Time{}) // as above
	}
}

// Pace gives a body that is read as it arrives: its sender loses the connection below the
// least rate. The answer is given as long as the body, and a minute.
func (r MinRate) Pace(w http.ResponseWriter, body io.ReadCloser) io.ReadCloser {
	p := &pacer{MinRate: r, conn: http.NewResponseController(w)}
	_ = p.conn.SetWriteDeadline(time.Now().Add(r.All + time.Minute)) // a writer without one has no connection
	return paced{body, p}
}

type paced struct {
	io.ReadCloser
	pacer *pacer
}

func (p paced) Read(b []byte) (int, error) {
	if p.pacer.end.IsZero() {
		p.pacer.received(0)
	}
	n, err := p.ReadCloser.Read(b)
	switch {
	case err == nil:
		p.pacer.received(n)
	case errors.Is(err, io.EOF):
		p.pacer.stop()
	}
	return n, err
}

// Read reads a body before the request takes a place at work: a slow sender holds none,
// of the memory no more than it has sent, and the connection no longer than the least
// rate allows. The caller releases the memory, also after an error.
func (b *Bodies) Read(w http.ResponseWriter, r *http.Request, from netip.Addr) (*Memory, error) {
	m := &Memory{bodies: b, from: from}
	if r.Body == nil || r.Body == http.NoBody {
		return m, nil
	}
	p := pacer{MinRate: b.Rate, conn: http.NewResponseController(w)}
	var body []byte
	for {
		if len(body) == cap(body) {
			more := max(firstRead, cap(body)) // twice as much each time
			if body == nil && 0 < r.ContentLength && r.ContentLength < firstRead {
				more = int(r.ContentLength) + 1 // the end is seen by reading beyond it
			}
			if err := m.grow(int64(more)); err != nil {
				return m, err
			}
			body = append(make([]byte, 0, cap(body)+more), body...)
		}
		n, err := r.Body.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return m, ReadError(err)
		}
		p.received(n)
	}
	p.stop()
	r.Body = io.NopCloser(bytes.NewReader(body))
	return m, nil
}

// ReadError says why a body could not be read.
func ReadError(err error) error {
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return TooLarge(large.Limit).Because(err)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return Refusal{http.StatusRequestTimeout, fault.New(fault.Unavailable, "slow", "the form arrived too slowly").Because(err)}
	}
	return BadForm("the form cannot be read")
}
