package pagecache

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

func newTestCache() *Cache {
	c := New(Options{
		Now: time.Now, Cacheable: func(*http.Request) bool { return true },
		Header: func(http.Header) {}, Hit: func(string, int) {},
	})
	c.SetConnected(true)
	return c
}

// Readers can invent addresses, not memory.
func TestACacheIsBounded(t *testing.T) {
	c := newTestCache()
	put := func(path string, body []byte) {
		f, _ := c.join(path)
		c.put(f, &Entry{until: time.Now().Add(time.Hour), plain: newEncoding(body, path)})
		f.end()
	}
	for i := range maxPages + 1000 {
		put(fmt.Sprint("/small/", i), []byte("x"))
	}
	if s := c.Stats(); s.Pages != maxPages {
		t.Errorf("%d pages", s.Pages)
	}
	body := make([]byte, 3<<20)
	for i := range 100 {
		put(fmt.Sprint("/large/", i), body)
	}
	if s := c.Stats(); s.Bytes > maxBytes || s.Pages == 0 {
		t.Errorf("%+v", s)
	}
	before := c.Stats().Pages
	put("/huge", make([]byte, maxPageBytes+1))
	if c.find("/huge") != nil || c.Stats().Pages != before {
		t.Error("a page above the bound is cached")
	}
	c.Invalidate("")
	if s := c.Stats(); s.Pages != 0 || s.Bytes != 0 {
		t.Errorf("after an invalidation of everything: %+v", s)
	}
	if len(c.flights) != 0 {
		t.Errorf("%d flights never end", len(c.flights))
	}
}
