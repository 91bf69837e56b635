package download

import (
	"net/http"
	"net/netip"
	"runtime"
	"time"

	"delfi/web/middleware"
)

const (
	// Held is the length, in bytes, up to which an answer stays in memory; a longer one is
	// spooled to a file.
	Held = 128 << 10
	// makingTime bounds the reading of a large answer from the database.
	makingTime = 10 * time.Minute
	// written is what one write of a file sends, as package io copies.
	written = 32 << 10
)

// Limits bounds the answers that grow with a consultation or the record. They are made
// with places, and so connections, of their own: the rest of the pool stays free.
type Limits struct {
	Making  *middleware.Limiter
	Sending *middleware.Quota // large answers from their spool's first byte to their last
	Files   *middleware.Quota // bytes of spooled files
	Memory  *middleware.Quota // bytes of pages that wait for slow readers
	Window  time.Duration     // for Held bytes to be taken by a reader
}

// New gives the limits of a server.
func New() *Limits {
	return &Limits{
		// Half of the cores, and a quarter of the pool, at most; who waits holds nothing.
		Making:  middleware.NewLimiterWithQueue(min(4, max(1, runtime.GOMAXPROCS(0)/2)), 64, 10*time.Second),
		Sending: middleware.NewQuota(64, 8),
		Files:   middleware.NewQuota(4<<30, 2<<30),
		Memory:  middleware.NewQuota(256<<20, 64<<20),
		Window:  16 * time.Second, // 8 kB/s
	}
}

// Gone is a reader who left before the answer did.
type Gone struct{ error }

// NewGone says why.
func NewGone(err error) Gone { return Gone{err} }

func (g Gone) Unwrap() error { return g.error }

// Broken is an answer that broke off although its reader is there.
type Broken struct{ error }

func (b Broken) Unwrap() error { return b.error }

// Write sends a body from memory. How much of that waits for slow readers is bounded:
// a page has given back its place in work.
func (l *Limits) Write(w http.ResponseWriter, from netip.Addr, status int, body []byte) error {
	if len(body) > Held {
		if err := l.Memory.Take(from, int64(len(body))); err != nil {
			h := w.Header()
			for _, name := range []string{"Content-Length", "Content-Disposition", "ETag"} {
				h.Del(name)
			}
			return err
		}
		defer l.Memory.Give(from, int64(len(body)))
	}
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		return Gone{err}
	}
	return nil
}

// Paced gives each write its window.
func (l *Limits) Paced(w http.ResponseWriter) http.ResponseWriter {
	return &pacedWriter{w, http.NewResponseController(w), l.Window / (Held / written)}
}

type pacedWriter struct {
	http.ResponseWriter
	conn   *http.ResponseController
	window time.Duration
}

func (w *pacedWriter) Write(b []byte) (int, error) {
	_ = w.conn.SetWriteDeadline(time.Now().Add(w.window)) // a writer without one has no connection
	return w.ResponseWriter.Write(b)
}
