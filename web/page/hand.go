package page

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/a-h/templ"
)

const (
	// handedFor is how long a page waits for the browser that is sent to it.
	handedFor = 10 * time.Second
	// The most pages that wait at once, and what they may take of memory; what does
	// not fit is drawn when it is asked for.
	handedPages, handedBytes = 8192, 64 << 20
)

// handed is a page that its reader was sent to, drawn by the post that sent them.
type handed struct {
	path  string // in its language
	route string // pattern, for counting
	body  []byte
	lang  string
	until time.Time
}

// hands are the pages that wait, at most one for each session, each for one request.
// Nothing of them is written down.
//
//	post ─► Hand ─► 303 ─► Front ─► the page, once
//	                 └─ another post, another server, ten seconds: drawn as ever
type hands struct {
	any   atomic.Bool // false: nobody needs to look
	mu    sync.Mutex
	pages map[[sha256.Size]byte]*handed // by a hash of the session's cookie
	line  []waiting                     // in the order of their ends; whoever was served may still stand in it
	bytes int
}

// waiting names a page and does not hold it: its bytes go with its reader.
type waiting struct {
	key   [sha256.Size]byte
	until time.Time
}

// put lets a page wait; what waited for the same session goes, and what is over.
func (h *hands) put(key [sha256.Size]byte, p *handed, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for len(h.line) > 0 && !now.Before(h.line[0].until) {
		if first := h.line[0]; h.waits(first) {
			h.remove(first.key)
		}
		h.line = h.line[1:]
	}
	h.remove(key)
	if len(h.line) >= handedPages && len(h.pages) <= handedPages/2 { // a crowd that is served at once
		h.line = slices.DeleteFunc(h.line, func(w waiting) bool { return !h.waits(w) })
	}
	if len(h.line) >= handedPages || h.bytes+len(p.body) > handedBytes {
		return
	}
	if h.pages == nil {
		h.pages = map[[sha256.Size]byte]*handed{}
	}
	h.pages[key], h.line = p, append(h.line, waiting{key, p.until})
	h.bytes += len(p.body)
	h.any.Store(true)
}

// waits tells whether a page in the line was not served yet; the lock is held.
func (h *hands) waits(w waiting) bool {
	p := h.pages[w.key]
	return p != nil && p.until.Equal(w.until)
}

// take gives the page that waits for a session at a path, and lets it wait no longer;
// nil when there is none.
func (h *hands) take(key [sha256.Size]byte, path string, now time.Time) *handed {
	h.mu.Lock()
	defer h.mu.Unlock()
	p := h.pages[key]
	if p == nil || p.path != path || !now.Before(p.until) {
		return nil
	}
	h.remove(key)
	return p
}

// drop takes away what waits for a session: it did something else meanwhile.
func (h *hands) drop(key [sha256.Size]byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.remove(key)
}

// remove takes a page away; the lock is held.
func (h *hands) remove(key [sha256.Size]byte) {
	if p, ok := h.pages[key]; ok {
		delete(h.pages, key)
		h.bytes -= len(p.body)
	}
	h.any.Store(len(h.pages) > 0)
}

// holder names the session of a request in memory; false when it has none.
func (k *Kernel) holder(r *http.Request) (key [sha256.Size]byte, ok bool) {
	c, err := r.Cookie(k.sessionCookie())
	if err != nil {
		return key, false
	}
	return sha256.Sum256([]byte(c.Value)), true
}

// Hand sends the reader to the page at path with 303, as Redirect does, and draws it
// now, from what the post has at hand: the browser's next request, if it is for that
// page, costs no session and no reading. The page must be what a reader of path would
// have drawn; route is path's pattern, for the count of requests.
func (q *Request) Hand(path, route string, page templ.Component) error {
	key, ok := q.kernel.holder(q.R)
	if !ok {
		return q.Redirect(path) // pages outside the sessions have nothing to be known by
	}
	at := *q
	at.flashes = nil
	at.R = q.R.WithContext(With(q.Context(), &at)) // a copy
	at.R.Method, at.R.URL = http.MethodGet, &url.URL{Path: path}
	b := lend()
	defer giveBack(b)
	if err := page.Render(at.Context(), b); err != nil {
		return fmt.Errorf("render: %w", err)
	}
	now := q.kernel.now()
	q.kernel.hands.put(key, &handed{path: q.URL(path), route: route, body: bytes.Clone(b.Bytes()), lang: q.Lang, until: now.Add(handedFor)}, now)
	return q.Redirect(path)
}

// handedTo gives the page that waits for this request, and takes it away from whoever
// does something else.
func (k *Kernel) handedTo(r *http.Request) *handed {
	if !k.hands.any.Load() {
		return nil
	}
	key, ok := k.holder(r)
	switch {
	case !ok || r.Method == http.MethodHead:
		return nil
	case r.Method != http.MethodGet:
		k.hands.drop(key)
		return nil
	case r.URL.RawQuery != "" || r.URL.RawPath != "":
		return nil
	}
	if _, err := r.Cookie(flashCookie); err == nil {
		return nil // there are words to show with it
	}
	return k.hands.take(key, r.URL.Path, k.now())
}

// serve answers with the page, as if it had been drawn for this request.
func (p *handed) serve(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", p.lang)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(p.body)))
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(p.body) // a reader that went away is no failure of ours
}
