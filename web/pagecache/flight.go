package pagecache

import (
	"net/http"
	"sync"
)

// flight is the drawing of one page, on which requests for the same page block.
type flight struct {
	cache   *Cache
	path    string
	version uint64
	done    chan struct{}
	once    sync.Once
}

type flightKey struct{}

// join returns the flight of an address, and whether the caller is the one to draw.
func (c *Cache) join(path string) (f *flight, first bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f, ok := c.flights[path]; ok {
		return f, false
	}
	f = &flight{cache: c, path: path, version: c.version, done: make(chan struct{})}
	c.flights[path] = f
	return f, true
}

// end releases the blocked requests; also early, when the answer begins to be sent: it
// may be long, and is not cached then.
func (f *flight) end() {
	f.once.Do(func() {
		f.cache.mu.Lock()
		delete(f.cache.flights, f.path)
		f.cache.mu.Unlock()
		close(f.done)
	})
}

// flightWriter ends its flight when the answer begins.
type flightWriter struct {
	http.ResponseWriter
	flight *flight
}

func (w flightWriter) WriteHeader(status int) {
	w.flight.end()
	w.ResponseWriter.WriteHeader(status)
}

func (w flightWriter) Write(b []byte) (int, error) {
	w.flight.end()
	return w.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController.
func (w flightWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
