package page

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/a-h/templ"

	"delfi/internal/account"
	"delfi/web/cookie"
	"delfi/web/i18n"
	"delfi/web/page/download"
	"delfi/web/page/form"
)

// Request is one request, with who asks and in which language. Templates reach
// it by From. It belongs to one goroutine.
type Request struct {
	i18n.Printer // in the reader's language, at the instant of the request

	W     http.ResponseWriter
	R     *http.Request
	Actor account.Actor // the zero Actor when signed out

	Cookies cookie.Jar

	app     *App
	visit   *visit
	seen    time.Time  // when the session was last marked as used
	stale   bool       // the roles of who asks were not looked at for too long, and are left out
	fresh   bool       // signing in must be a fresh one
	private bool       // the answer holds something of its reader, or is an error's
	whole   bool       // the answer's length is that of every state of what it tells
	unread  error      // why the form cannot be read
	file    *form.File // that came with the form; nil without one, or before Form
	stands  string     // path and query of the page of the form that was sent; "" for the nearest above
	flashes []string   // keys of words to show once
	links   bool       // the page has links to it in other languages
	made    func()     // of a Download: gives back its place among those that are made
}

type contextKey int

const (
	requestKey contextKey = iota
	visitKey
)

// From gives the request that a template is rendered for; outside of one (a
// golden test) it is an Italian reader's who has not signed in.
func From(ctx context.Context) *Request {
	if q, ok := ctx.Value(requestKey).(*Request); ok {
		return q
	}
	r, _ := http.NewRequest(http.MethodGet, "/", nil) // a constant address: cannot fail
	return &Request{R: r, visit: visitOf(ctx), Printer: i18n.Printer{Lang: i18n.Languages[0], Now: time.Now()}}
}

// With puts q in ctx for templates; the app does so, tests of components may.
func With(ctx context.Context, q *Request) context.Context {
	return context.WithValue(ctx, requestKey, q)
}

// outside makes a request that has no session (yet).
func (a *App) outside(w http.ResponseWriter, r *http.Request) *Request {
	q := &Request{W: w, Printer: i18n.PrinterFor(i18n.FromContext(r.Context()), a.now()), app: a, visit: visitOf(r.Context())}
	if q.visit.route.Privacy == Program {
		q.Printer = i18n.PrinterFor("en", q.Now)
	}
	q.R = r.WithContext(With(r.Context(), q))
	q.Cookies = cookie.Jar{W: w, R: q.R, Now: q.Now, Secure: a.secure, Sealer: a.sealer}
	q.flashes = flashes(r)
	return q
}

func (a *App) now() time.Time {
	if a.opts.DB == nil {
		return time.Now().UTC()
	}
	return a.opts.DB.Now()
}

// reads tells whether the request only reads (Wrap made a GET of each HEAD).
func (q *Request) reads() bool { return q.R.Method == http.MethodGet }

// Context is the request's, with q in it.
func (q *Request) Context() context.Context { return q.R.Context() }

// Param gives a parameter of the route, e.g. "slug".
func (q *Request) Param(name string) string { return q.visit.params.URLParam(name) }

// Query gives the first value of a query parameter.
func (q *Request) Query(name string) string { return q.R.URL.Query().Get(name) }

// Path is where the reader is, without language and query.
func (q *Request) Path() string { return q.R.URL.Path }

// CurrentPath is where the reader is, without language, with the query.
func (q *Request) CurrentPath() string {
	if q.R.URL.RawQuery == "" {
		return q.R.URL.EscapedPath()
	}
	return q.R.URL.EscapedPath() + "?" + q.R.URL.RawQuery
}

// SignInURL leads to signing in and back to where the reader is.
func (q *Request) SignInURL() string {
	if q.fresh {
		return q.signInURL("fresh")
	}
	return q.signInURL("")
}

// DemoBar is the demonstration's bar, or nil.
func (q *Request) DemoBar() templ.Component {
	if q.app == nil || q.app.opts.DemoBar == nil {
		return nil
	}
	return q.app.opts.DemoBar(q)
}

// Render draws c to a buffer, so that a failure has its own page, then sends it.
func (q *Request) Render(status int, c templ.Component) error {
	b := lend()
	defer giveBack(b)
	if err := c.Render(q.Context(), b); err != nil {
		return fmt.Errorf("render: %w", err)
	}
	if len(q.flashes) > 0 {
		q.Cookies.Delete(flashCookie)
	}
	q.W.Header().Set("Content-Language", q.Lang)
	body := q.withSwitch(status, q.refilled(b.Bytes()))
	if q.shared() {
		body = bytes.Clone(body) // the cache may keep it
	}
	return q.Bytes(status, "text/html; charset=utf-8", body)
}

// buffers are those in which pages were drawn: a form is large, and growing a new
// one for each was a good part of what a form cost.
var buffers sync.Pool

// largeBuffer is from where on a buffer is left to the collector: one page of
// thousands of statements must not lie about for good.
const largeBuffer = 1 << 20

func lend() *bytes.Buffer {
	if b, ok := buffers.Get().(*bytes.Buffer); ok {
		return b
	}
	return new(bytes.Buffer)
}

func giveBack(b *bytes.Buffer) {
	if b.Cap() <= largeBuffer {
		b.Reset()
		buffers.Put(b)
	}
}

// Bytes sends a finished body. On a Shared route it goes to a reader without a session
// with an ETag, for it is the same for all of them; nothing stores any other: who signed in
// leaves nothing of theirs on a shared computer.
func (q *Request) Bytes(status int, contentType string, body []byte) error {
	h := q.W.Header()
	h.Set("Content-Type", contentType)
	h.Set("Cache-Control", noStoreControl)
	if q.whole {
		h.Set("Cache-Control", noStoreControl+", no-transform")
	}
	if q.shared() && status == http.StatusOK {
		sum := sha256.Sum256(body)
		core := base64.RawURLEncoding.EncodeToString(sum[:18])
		if e := q.app.store(q, core, body); e != nil {
			if _, err := e.Serve(q.W, q.R); err != nil {
				return download.NewGone(err)
			}
			return nil
		}
		h.Set("Cache-Control", "no-cache")
		h.Set("ETag", `"`+core+`"`)
		if strings.Contains(q.R.Header.Get("If-None-Match"), core) {
			q.W.WriteHeader(http.StatusNotModified)
			return nil
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	return q.write(status, body)
}

// OneLength forbids whatever stands before the server to compress the answer: it tells
// something of its reader, in the length that it would have in every other state.
func (q *Request) OneLength() { q.private, q.whole = true, true }

// shared reports whether the answer is the same for everyone in this language: a read of a
// Shared route by someone without a session, with no words to show once.
func (q *Request) shared() bool {
	if q.visit.route.Cache != Shared || !q.reads() {
		return false
	}
	_, err := q.R.Cookie(q.app.sessionCookie())
	return err != nil && !q.private && len(q.flashes) == 0
}

// Redirect sends the reader to a path of ours, with 303: after a post the next
// request is a read.
func (q *Request) Redirect(path string) error { return q.Leave(q.URL(path)) }

// Leave sends the reader to an address as it stands (with its language, or at
// the identity provider), with 303.
func (q *Request) Leave(address string) error {
	q.W.Header().Set("Cache-Control", "no-store")
	http.Redirect(q.W, q.R, address, http.StatusSeeOther)
	return nil
}

// MayLead tells whether a form of ours may end at an address: at ourselves, or
// at an origin of Options.FormAction. A browser stops elsewhere without a word.
func (q *Request) MayLead(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	return u.Host == "" || slices.Contains(q.app.opts.FormAction, u.Scheme+"://"+u.Host)
}

const flashCookie = "delfi_flash"

// Flash shows the words of key once, on the next page. They travel in a cookie
// and not in the session: a write beside a ballot's would join the two by their
// transactions' order.
func (q *Request) Flash(key string) { q.Cookies.Set(flashCookie, key, 60) }

// Flashes are the keys of words to show on this page.
func (q *Request) Flashes() []string { return q.flashes }

// flashes reads only keys that have words: a cookie can be forged, words cannot.
func flashes(r *http.Request) []string {
	c, err := r.Cookie(flashCookie)
	if err != nil || !i18n.Known(c.Value) {
		return nil
	}
	return []string{c.Value}
}
