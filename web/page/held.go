package page

import (
	"net/http"

	"delfi/web/i18n"
)

// Apart makes a page of h that lies outside the sessions: none is read, none is
// written, and q.Actor is nobody whatever cookie comes along. Ballots that are
// reached by a code lie there, so that no line of ours ever sees the code and the
// account of one request together (docs/RECORD.md §1). They are quiet. It must run beneath Wrap.
func (a *App) Apart(h Handler, guards ...Guard) Quiet {
	return Quiet{func(w http.ResponseWriter, r *http.Request) {
		q := a.outside(w, r)
		q.NoStore() // what is read with a code is its holder's own
		if err := a.pass(q, h, guards); err != nil {
			a.exit(q, err)
		}
	}}
}

// heldCookie is what a browser holds for pages under one path. Over https it has
// the prefix by which a browser refuses one that came unencrypted.
func (q *Request) heldCookie() string {
	if q.app != nil && q.app.secure {
		return "__Secure-delfi_held"
	}
	return "delfi_held"
}

// Hold lets the browser hold a value for the pages at path and beneath it, in every
// language, until it is closed. No script and no other site's form gets at it.
func (q *Request) Hold(path, value string) { q.hold(path, value, 0) }

// Drop makes the browser forget what it holds for path.
func (q *Request) Drop(path string) { q.hold(path, "", -1) }

func (q *Request) hold(path, value string, seconds int) {
	for _, lang := range i18n.Languages {
		c := q.cookie(q.heldCookie(), value, seconds)
		c.Path, c.SameSite = i18n.Path(lang, path), http.SameSiteStrictMode
		http.SetCookie(q.W, c)
	}
}

// Held gives what the browser holds for this page; "" when nothing.
func (q *Request) Held() string {
	c, err := q.R.Cookie(q.heldCookie())
	if err != nil {
		return ""
	}
	return c.Value
}
