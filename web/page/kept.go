package page

import (
	"bytes"
	"compress/gzip"
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/go-chi/chi/v5"

	"delfi/internal/platform/postgres"
	"delfi/web/i18n"
)

const (
	// keptAge is the greatest age of a kept page: pages tell days, deadlines and
	// counts, which change without an act.
	keptAge = 10 * time.Second
	// keptChannel is where the database says which page changed (migration 0080).
	keptChannel = "delfi_pages"
)

// kept is a finished page, the same for everyone in its language. Nothing in it
// changes once it stands on the shelf: its header values are shared by all answers.
type kept struct {
	subject string // the route's {slug}: whose change drops it; "" for any change
	route   string // pattern, for counting
	until   time.Time
	core    string // the ETag without quotes, of both forms
	plain   form
	packed  form // gzip; its body is nil where that would not be shorter
	vary    []string
	kind    []string // Content-Type
	lang    []string // Content-Language; nil for what is in none
}

// form is a page's body as it travels, with the headers that differ.
type form struct {
	body        []byte
	length, tag []string
}

var (
	noCache = []string{"no-cache"}
	gzipped = []string{"gzip"}
)

// newKept finishes a page. old is what stood on the shelf before, or nil: equal
// bytes need not be compressed again.
func newKept(q *Request, contentType, core string, body []byte, old *kept) *kept {
	h := q.W.Header()
	p := &kept{
		subject: chi.URLParam(q.R, "slug"), route: route(q.R), until: q.Now.Add(keptAge), core: core,
		vary: []string{strings.Join(append(h.Values("Vary"), "Accept-Encoding"), ", ")}, kind: []string{contentType}, lang: h["Content-Language"],
	}
	if old != nil && old.core == core {
		p.plain, p.packed = old.plain, old.packed
		return p
	}
	p.plain = newForm(body, core)
	if small := pack(body); len(small) < len(body) {
		p.packed = newForm(small, core+"-gzip")
	}
	return p
}

func newForm(body []byte, tag string) form {
	return form{body: body, length: []string{strconv.Itoa(len(body))}, tag: []string{`"` + tag + `"`}}
}

func pack(body []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	// Neither can fail on a buffer.
	_, _ = z.Write(body)
	_ = z.Close()
	return out.Bytes()
}

// size is about what the page takes of memory, in bytes.
func (p *kept) size() int { return len(p.plain.body) + len(p.packed.body) + 1024 }

// serve answers with the page, or with 304, and gives the status.
func (p *kept) serve(w http.ResponseWriter, r *http.Request) (int, error) {
	h := w.Header()
	f := &p.plain
	h["Vary"] = p.vary
	if p.packed.body != nil && accepts(r) {
		f = &p.packed
	}
	h["Cache-Control"], h["Etag"] = noCache, f.tag
	if asked := r.Header["If-None-Match"]; len(asked) > 0 && strings.Contains(asked[0], p.core) {
		w.WriteHeader(http.StatusNotModified)
		return http.StatusNotModified, nil
	}
	if f == &p.packed {
		h["Content-Encoding"] = gzipped
	}
	h["Content-Type"], h["Content-Length"] = p.kind, f.length
	if p.lang != nil {
		h["Content-Language"] = p.lang
	}
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return http.StatusOK, nil
	}
	if _, err := w.Write(f.body); err != nil {
		return http.StatusOK, gone{err}
	}
	return http.StatusOK, nil
}

// accepts tells whether gzip may be sent. Whoever refuses it says so with q=0.
func accepts(r *http.Request) bool {
	for _, line := range r.Header["Accept-Encoding"] {
		_, after, ok := strings.Cut(line, "gzip")
		if !ok {
			continue
		}
		quality, _, _ := strings.Cut(after, ",")
		_, worth, weighed := strings.Cut(quality, "q=")
		return !weighed || strings.Trim(worth, " 0.") != ""
	}
	return false
}

// keepable tells whether a request is of those that all get the same answer. One
// with a query is not: nobody shall fill the shelf by inventing queries. The home
// page is only where it does not send its reader to another language.
func (k *Kernel) keepable(r *http.Request) bool {
	if _, path := i18n.Split(r.URL.Path); signing(path) {
		return false // nobody waits for another's round trip
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead || r.URL.RawQuery != "" || r.URL.RawPath != "" {
		return false
	}
	if len(r.Header["Cookie"]) > 0 {
		if _, err := r.Cookie(k.sessionCookie()); err == nil {
			return false
		}
		if _, err := r.Cookie(flashCookie); err == nil {
			return false
		}
	}
	return r.URL.Path != "/" || i18n.Preferred(r) == i18n.Languages[0]
}

// Front answers what is kept before anything else is done for a request: no session,
// no route, no line of the log. It stands around the whole site.
func (k *Kernel) Front(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if k.shelf.on.Load() && k.keepable(r) {
			if p := k.shelf.find(r.URL.Path, k.now()); p != nil {
				k.give(p, w, r)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// Once lets one request at a time draw a page that can be kept; who asks for the
// same meanwhile waits for it. It stands around what draws pages.
func (k *Kernel) Once(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !k.shelf.on.Load() || !k.keepable(r) {
			next.ServeHTTP(w, r)
			return
		}
		f, first := k.shelf.board(r.URL.Path)
		if first {
			defer f.land()
			ctx := context.WithValue(r.Context(), flightKey, f)
			next.ServeHTTP(landing{w, f}, r.WithContext(ctx))
			return
		}
		select {
		case <-f.done:
		case <-r.Context().Done():
			return
		}
		if p := k.shelf.find(r.URL.Path, k.now()); p != nil {
			k.give(p, w, r)
			return
		}
		next.ServeHTTP(w, r) // it was no page to keep
	})
}

// give serves a kept page with the headers that every page has.
func (k *Kernel) give(p *kept, w http.ResponseWriter, r *http.Request) {
	k.head(w)
	k.shelf.hits.Add(1)
	status, _ := p.serve(w, r) // a reader that went away is no failure of ours
	k.hit(p.route, status)
}

// head sets what every answer's headers have.
func (k *Kernel) head(w http.ResponseWriter) {
	h := w.Header()
	for name, value := range k.fixed {
		h[name] = value
	}
}

// hit counts a page that no room drew for its request.
func (k *Kernel) hit(route string, status int) {
	if k.opts.Hit != nil {
		k.opts.Hit(route, k.IsQuietRoute(route), status)
	}
}

// keep puts a page that was just drawn on the shelf, if its request is the one that
// may, and gives it for serving; nil if not.
func (k *Kernel) keep(q *Request, contentType, core string, body []byte) *kept {
	f, ok := q.Context().Value(flightKey).(*flight)
	// Whoever began a session with this very page gets it alone.
	if !ok || len(q.W.Header()["Set-Cookie"]) > 0 || k.sessions.Status(q.Context()) != scs.Unmodified {
		return nil
	}
	p := newKept(q, contentType, core, body, f.shelf.former(f.path))
	f.shelf.put(f, p)
	k.shelf.misses.Add(1)
	return p
}

// acted drops what is kept here after an act of office, whose author looks at the
// public page with the next click; other servers hear of it from the database, and
// so does this one of acts by others.
func (k *Kernel) acted(q *Request) {
	if q.R.Method == http.MethodPost && len(q.Actor.Grants) > 0 {
		k.shelf.drop("")
	}
}

// listen keeps pages while the database tells what changes them.
func (k *Kernel) listen(ctx context.Context) {
	err := k.opts.DB.Listen(ctx, keptChannel, postgres.Ear{
		Up:    func() { k.shelf.open(true) },
		Lost:  func() { k.shelf.open(false) },
		Heard: k.shelf.drop,
	})
	k.shelf.open(false)
	if err != nil {
		k.opts.Log.Error("pages are not kept", "error", err)
	}
}

// tell logs how many pages were served from the shelf, for they have no lines of
// their own: one line a minute, if there were any.
func (k *Kernel) tell(ctx context.Context) {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for told := int64(0); ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if now := k.shelf.hits.Load(); now > told {
				k.opts.Log.Info("kept pages served", "n", now-told)
				told = now
			}
		}
	}
}

// Kept is what the shelf has done and holds, for whoever watches the server.
type Kept struct {
	Hits, Misses, Drops int64
	Pages, Bytes        int
}

// Kept gives the shelf's figures.
func (k *Kernel) Kept() Kept { return k.shelf.figures() }
