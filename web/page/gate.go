package page

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"delfi/internal/fault"
)

// queueing is the length of the queue for each place in work.
const queueing = 4

// gate lets a bounded number of requests work, a bounded number wait for a short
// time, and turns the rest away at once: above what a server can do, slower answers
// for everyone would help nobody.
type gate struct {
	work, queue chan struct{}
	wait        time.Duration
	shed        atomic.Int64
}

func newGate(work int, wait time.Duration) *gate {
	return &gate{work: make(chan struct{}, work), queue: make(chan struct{}, queueing*work), wait: wait}
}

// enter takes a place in work, which leave gives back; false if there is none in time.
func (g *gate) enter(ctx context.Context) bool {
	select {
	case g.work <- struct{}{}:
		return true
	default:
	}
	select {
	case g.queue <- struct{}{}:
	default:
		return false
	}
	defer func() { <-g.queue }()
	late := time.NewTimer(g.wait)
	defer late.Stop()
	select {
	case g.work <- struct{}{}:
		return true
	case <-late.C:
	case <-ctx.Done():
	}
	return false
}

func (g *gate) leave() { <-g.work }

// Pressure is how full a gate is.
type Pressure struct {
	Working, Waiting int
	Shed             int64 // turned away, since the start
}

func (g *gate) pressure() Pressure { return Pressure{len(g.work), len(g.queue), g.shed.Load()} }

// Reading gives how full the gate of those who read is.
func (a *App) Reading() Pressure { return a.reads.pressure() }

// Acting gives how full the gate of those who send something is. It moves when
// somebody answers: docs/RECORD.md §2.5, holds for whatever shows it.
func (a *App) Acting() Pressure { return a.acts.pressure() }

// admit lets a request work when there is a place. Readers and those who send
// something have places of their own: a crowd that reads keeps nobody from answering.
func (a *App) admit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g := a.acts
		if r.Method == http.MethodGet {
			g = a.reads
		} else {
			room, err := a.gather(w, r)
			defer room.leave()
			if err != nil {
				w.Header().Set("Connection", "close") // the rest of the body is not awaited
				a.refuse(w, r, g, err)
				return
			}
		}
		if !g.enter(r.Context()) {
			a.refuse(w, r, g, errBusy)
			return
		}
		ctx, cancel := context.WithCancelCause(r.Context())
		defer cancel(nil)
		late := time.AfterFunc(a.opts.Patience, func() { cancel(errLate) })
		defer late.Stop()
		p := &place{ResponseWriter: w, gate: g, late: late}
		defer p.leave()
		next.ServeHTTP(p, r.WithContext(ctx))
	})
}

var (
	errBusy = fault.New(fault.Unavailable, "busy", "more people are here than the server can serve at once")
	errLate = errors.New("the answer took too long")
)

// refuse answers without having begun anything.
func (a *App) refuse(w http.ResponseWriter, r *http.Request, g *gate, err error) {
	q := a.outside(w, r)
	if !errors.Is(err, errBusy) {
		a.exit(q, err)
		return
	}
	if r.Context().Err() != nil {
		return // left while waiting
	}
	g.shed.Add(1)
	a.shedding(g == a.reads)
	w.Header().Set("Retry-After", "5")
	if err := a.show(q, http.StatusServiceUnavailable, errBusy); err != nil && !left(q, err) {
		a.unsaid(q, "error page", err)
	}
}

// shedding logs that readers are turned away, at most every ten seconds: a line for
// each would be work too. Of those who send something it says nothing: the line
// would have a time.
func (a *App) shedding(reader bool) {
	now, told := time.Now().Unix(), a.shedTold.Load()
	if reader && now-told >= 10 && a.shedTold.CompareAndSwap(told, now) {
		a.opts.Log.Warn("more requests than the server can serve: some are turned away", "shed", a.reads.shed.Load())
	}
}

// place is a place in work, and the writer of an answer that must begin in time. The
// place is given back when the answer begins: sending it takes as long as its reader.
type place struct {
	http.ResponseWriter
	gate *gate
	late *time.Timer
	left bool
}

func (p *place) leave() {
	if !p.left {
		p.left = true
		p.gate.leave()
	}
}

func (p *place) WriteHeader(status int) {
	p.late.Stop()
	p.leave()
	p.ResponseWriter.WriteHeader(status)
}

func (p *place) Write(b []byte) (int, error) {
	p.late.Stop()
	p.leave()
	return p.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController.
func (p *place) Unwrap() http.ResponseWriter { return p.ResponseWriter }
