package page

import (
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// The shelf's bounds, whatever readers ask for.
const (
	shelfPages = 4096
	shelfBytes = 64 << 20
	pageBytes  = 4 << 20 // a larger one is not kept
)

// shelf holds kept pages by address, language included. While it is not on it
// holds none: nobody would say what changed.
type shelf struct {
	on                  atomic.Bool
	hits, misses, drops atomic.Int64

	mu      sync.RWMutex
	edition uint64 // one more with each drop: what was drawn before is not put after
	pages   map[string]*kept
	bytes   int
	flights map[string]*flight
}

func newShelf() *shelf {
	return &shelf{pages: map[string]*kept{}, flights: map[string]*flight{}}
}

// flight is the drawing of one page, for which others wait.
type flight struct {
	shelf   *shelf
	path    string
	edition uint64
	done    chan struct{}
	once    sync.Once
}

// land lets the waiting go on; also early, when the answer begins to be sent: it
// may be long, and is then none to keep.
func (f *flight) land() {
	f.once.Do(func() {
		f.shelf.mu.Lock()
		delete(f.shelf.flights, f.path)
		f.shelf.mu.Unlock()
		close(f.done)
	})
}

// landing is the writer of a flight's answer.
type landing struct {
	http.ResponseWriter
	flight *flight
}

func (l landing) WriteHeader(status int) {
	l.flight.land()
	l.ResponseWriter.WriteHeader(status)
}

func (l landing) Write(b []byte) (int, error) {
	l.flight.land()
	return l.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController.
func (l landing) Unwrap() http.ResponseWriter { return l.ResponseWriter }

// find gives the page of an address, nil if none is fresh.
func (s *shelf) find(path string, now time.Time) *kept {
	s.mu.RLock()
	p := s.pages[path]
	s.mu.RUnlock()
	if p == nil || !now.Before(p.until) {
		return nil
	}
	return p
}

// former gives the page of an address, fresh or not.
func (s *shelf) former(path string) *kept {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.pages[path]
}

// board gives the flight to an address, and whether it is the caller's to make.
func (s *shelf) board(path string) (f *flight, first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f, ok := s.flights[path]; ok {
		return f, false
	}
	f = &flight{shelf: s, path: path, edition: s.edition, done: make(chan struct{})}
	s.flights[path] = f
	return f, true
}

// put places the page that a flight brought, unless something changed meanwhile.
func (s *shelf) put(f *flight, p *kept) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.on.Load() || f.edition != s.edition || p.size() > pageBytes {
		return
	}
	s.remove(f.path)
	for other := range s.pages { // in a random order
		if len(s.pages) < shelfPages && s.bytes+p.size() <= shelfBytes {
			break
		}
		s.remove(other)
	}
	s.pages[f.path] = p
	s.bytes += p.size()
}

// remove takes a page away; the lock is held.
func (s *shelf) remove(path string) {
	if p, ok := s.pages[path]; ok {
		delete(s.pages, path)
		s.bytes -= p.size()
	}
}

// drop takes away what a change of subject may show on: its own pages and those
// that are about none. "" takes everything.
func (s *shelf) drop(subject string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.edition++
	s.drops.Add(1)
	for path, p := range s.pages {
		if subject == "" || p.subject == "" || p.subject == subject {
			s.remove(path)
		}
	}
}

// open says whether pages may be kept from now on; nothing stays from before.
func (s *shelf) open(on bool) {
	s.on.Store(on)
	s.drop("")
}

func (s *shelf) figures() Kept {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return Kept{Hits: s.hits.Load(), Misses: s.misses.Load(), Drops: s.drops.Load(), Pages: len(s.pages), Bytes: s.bytes}
}
