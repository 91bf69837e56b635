package middleware

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"
)

// queuePerPlace is the length of the queue for each place at work.
const queuePerPlace = 4

// Limiter bounds concurrency: so many requests at work, a bounded queue for a short time,
// and the rest rejected at once, for above what a server can do slower answers would help
// nobody. It is safe for concurrent use.
type Limiter struct {
	work, queue chan struct{}
	wait        time.Duration
	rejected    atomic.Int64
}

// NewLimiter makes a limiter of so many places, and a queue of four times as many.
func NewLimiter(places int, wait time.Duration) *Limiter {
	return NewLimiterWithQueue(places, queuePerPlace*places, wait)
}

// NewLimiterWithQueue makes a limiter with a queue of its own length.
func NewLimiterWithQueue(places, queue int, wait time.Duration) *Limiter {
	return &Limiter{work: make(chan struct{}, places), queue: make(chan struct{}, queue), wait: wait}
}

// Acquire takes a place, which Release gives back; false if none is free in time.
func (l *Limiter) Acquire(ctx context.Context) bool {
	select {
	case l.work <- struct{}{}:
		return true
	default:
	}
	select {
	case l.queue <- struct{}{}:
	default:
		return false
	}
	defer func() { <-l.queue }()
	late := time.NewTimer(l.wait)
	defer late.Stop()
	select {
	case l.work <- struct{}{}:
		return true
	case <-late.C:
	case <-ctx.Done():
	}
	return false
}

// Release gives a place back.
func (l *Limiter) Release() { <-l.work }

// Reject counts a request that got no place.
func (l *Limiter) Reject() { l.rejected.Add(1) }

// Load is how full a limiter is.
type Load struct {
	Working, Waiting int
	Rejected         int64 // since the start
}

// Load returns how full the limiter is.
func (l *Limiter) Load() Load { return Load{len(l.work), len(l.queue), l.rejected.Load()} }

// Place is a place at work, and the writer of an answer that must begin in time. The
// place is released when the answer begins: sending it takes as long as its reader.
type Place struct {
	http.ResponseWriter
	limiter  *Limiter
	deadline *Deadline
	released bool
}

// NewPlace makes the place that the caller has acquired; deadline is stopped when the
// answer begins.
func NewPlace(w http.ResponseWriter, l *Limiter, deadline *Deadline) *Place {
	return &Place{ResponseWriter: w, limiter: l, deadline: deadline}
}

// PlaceOf returns the place of the request that w answers; nil when it has none.
func PlaceOf(w http.ResponseWriter) *Place {
	for w != nil {
		if p, ok := w.(*Place); ok {
			return p
		}
		u, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return nil
		}
		w = u.Unwrap()
	}
	return nil
}

// Release gives the place back, once.
func (p *Place) Release() {
	if !p.released {
		p.released = true
		p.limiter.Release()
	}
}

// Extend moves the instant by which the answer must begin.
func (p *Place) Extend(d time.Duration) { p.deadline.Extend(d) }

// WriteHeader releases the place and begins the answer.
func (p *Place) WriteHeader(status int) {
	p.deadline.Stop()
	p.Release()
	p.ResponseWriter.WriteHeader(status)
}

// Write releases the place and begins or continues the answer.
func (p *Place) Write(b []byte) (int, error) {
	p.deadline.Stop()
	p.Release()
	return p.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController.
func (p *Place) Unwrap() http.ResponseWriter { return p.ResponseWriter }
