package pagecache

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// The bounds of a cache, whatever readers ask for.
const (
	maxPages     = 4096
	maxBytes     = 64 << 20
	maxPageBytes = 8 << 20 // a larger page is not cached
)

// Options are what a cache asks of the site around it. All are needed.
type Options struct {
	Now       func() time.Time
	Cacheable func(*http.Request) bool       // whether the request's answer is the same for everybody
	Header    func(http.Header)              // sets the headers that every answer has
	Hit       func(route string, status int) // receives each answer from the cache
}

// Cache caches finished pages by address, language included. It is safe for concurrent use.
type Cache struct {
	Options
	connected           atomic.Bool
	hits, misses, drops atomic.Int64

	mu      sync.RWMutex
	version uint64 // one more with each invalidation: what was drawn before is not stored after
	entries map[string]*Entry
	bytes   int
	flights map[string]*flight
}

// New makes an empty cache. Nothing is cached before SetConnected(true).
func New(o Options) *Cache {
	return &Cache{Options: o, entries: map[string]*Entry{}, flights: map[string]*flight{}}
}

// Lookup answers from the cache before anything else is done for a request. It stands
// around the whole site.
func (c *Cache) Lookup(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c.connected.Load() && c.Cacheable(r) {
			if e := c.find(r.URL.Path); e != nil {
				c.serve(e, w, r)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// SingleFlight runs one request at a time for each page that can be cached; others for the
// same page block until its answer begins. It stands around what draws pages.
func (c *Cache) SingleFlight(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !c.connected.Load() || !c.Cacheable(r) {
			next.ServeHTTP(w, r)
			return
		}
		f, first := c.join(r.URL.Path)
		if first {
			defer f.end()
			next.ServeHTTP(flightWriter{w, f}, r.WithContext(context.WithValue(r.Context(), flightKey{}, f)))
			return
		}
		select {
		case <-f.done:
		case <-r.Context().Done():
			return
		}
		if e := c.find(r.URL.Path); e != nil {
			c.serve(e, w, r)
			return
		}
		next.ServeHTTP(w, r) // its answer was not cached
	})
}

// Store caches the page that the request of ctx drew, and returns the entry to answer
// with; nil if the request is not the one whose answer may be cached.
func (c *Cache) Store(ctx context.Context, p Page) *Entry {
	f, ok := ctx.Value(flightKey{}).(*flight)
	if !ok {
		return nil
	}
	e := newEntry(p, c.Now(), c.former(f.path))
	c.put(f, e)
	c.misses.Add(1)
	return e
}

// InFlight reports whether the request of ctx is one whose answer may be cached.
func InFlight(ctx context.Context) bool {
	_, ok := ctx.Value(flightKey{}).(*flight)
	return ok
}

// Invalidate removes the pages about subject and those about none; "" removes all.
func (c *Cache) Invalidate(subject string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.version++
	c.drops.Add(1)
	for path, e := range c.entries {
		if subject == "" || e.subject == "" || e.subject == subject {
			c.remove(path)
		}
	}
}

// SetConnected says whether notifications of changes arrive. Nothing stays from before.
func (c *Cache) SetConnected(connected bool) {
	c.connected.Store(connected)
	c.Invalidate("")
}

// Connected reports what SetConnected said last.
func (c *Cache) Connected() bool { return c.connected.Load() }

// Stats are a cache's figures: Hits, Misses and Invalidations since the start, Pages and
// Bytes at this moment.
type Stats struct {
	Hits, Misses, Invalidations int64
	Pages, Bytes                int
}

// Stats returns the figures.
func (c *Cache) Stats() Stats {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return Stats{Hits: c.hits.Load(), Misses: c.misses.Load(), Invalidations: c.drops.Load(), Pages: len(c.entries), Bytes: c.bytes}
}

// serve answers with an entry and the headers that every answer has.
func (c *Cache) serve(e *Entry, w http.ResponseWriter, r *http.Request) {
	c.Header(w.Header())
	c.hits.Add(1)
	status, _ := e.Serve(w, r) // a reader that went away is no failure of the server
	c.Hit(e.route, status)
}

// find returns the entry of an address, nil if none is fresh.
func (c *Cache) find(path string) *Entry {
	e := c.former(path)
	if e == nil || !c.Now().Before(e.until) {
		return nil
	}
	return e
}

// former returns the entry of an address, fresh or not.
func (c *Cache) former(path string) *Entry {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.entries[path]
}

// put stores the entry that a flight drew, unless something changed meanwhile.
func (c *Cache) put(f *flight, e *Entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.connected.Load() || f.version != c.version || e.size() > maxPageBytes {
		return
	}
	c.remove(f.path)
	for other := range c.entries { // in a random order
		if len(c.entries) < maxPages && c.bytes+e.size() <= maxBytes {
			break
		}
		c.remove(other)
	}
	c.entries[f.path] = e
	c.bytes += e.size()
}

// remove removes an entry; the lock is held.
func (c *Cache) remove(path string) {
	if e, ok := c.entries[path]; ok {
		delete(c.entries, path)
		c.bytes -= e.size()
	}
}
