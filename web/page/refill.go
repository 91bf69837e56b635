package page

import (
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"

	"delfi/internal/fault"
	"delfi/web/i18n"
	"delfi/web/page/refill"
)

// A form that somebody sends when their session is over is stored (web/page/refill). When the
// same person has signed in again, the page on which the form stands comes filled in;
// nothing is done before they send it again.
//
//	post ─ 401 ─► row, cookie {secret, owner, page, action} ─► sign-in ─► the page, filled in
//	                └─ an hour · another person · sent again: the cookie goes

// Drawn names the field that a page's script fills with random bytes at each sending.
// A stored form has none: it is drawn anew when the form is sent again.
const Drawn = "part"

// refillKind is the kind of the cookies of stored forms.
const refillKind = "refill"

// storedForm is the cookie of a stored form.
type storedForm struct {
	Secret string
	Owner  uuid.UUID
	From   string // the page that its form stands on, without language
	Action string // path that it was sent to, without language
}

// storeForm stores the form that was sent; false when it cannot be: nobody known sent it,
// it is none, or there is no room.
func (a *App) storeForm(q *Request) bool {
	owner := q.owner()
	if a.forms == nil || owner == uuid.Nil || q.program() {
		return false
	}
	form, err := q.Form()
	if err != nil || len(form.values) == 0 {
		return false
	}
	values := maps.Clone(form.values)
	values.Del(Drawn)
	stored := storedForm{Owner: owner, Action: q.R.URL.EscapedPath()}
	_, stored.From = i18n.Split(q.back())
	if stored.Secret, err = a.forms.Put(q.Context(), a.clients.Address(q.R).String(), values, q.Now); err != nil {
		a.logFailure(q, "a form could not be stored", err)
	}
	if stored.Secret == "" {
		return false
	}
	// One for each action: the same form sent twice is one.
	sum := sha256.Sum256([]byte(stored.Action))
	return q.Cookies.Seal(refillKind, base64.RawURLEncoding.EncodeToString(sum[:6]), stored, refill.Lifetime) == nil
}

// back is the page to return to after signing in, language included: the page whose
// form was sent, or the nearest one above its address.
func (q *Request) back() string {
	if q.reads() {
		return q.URL(q.CurrentPath())
	}
	if from, err := url.Parse(q.R.Referer()); err == nil && q.own(from.Host) && from.Path != "" {
		if at := q.Local(from.RequestURI()); at == from.RequestURI() {
			return at
		}
	}
	return q.URL(q.above())
}

// own tells whether a host is ours, as the request names it or as people know it.
func (q *Request) own(host string) bool { return host == q.R.Host || host == q.app.host }

// above is the nearest path at or above the request's that can be read.
func (q *Request) above() string {
	path := q.R.URL.EscapedPath()
	for len(path) > 1 {
		if r, _ := q.app.table.find(http.MethodGet, path); r != nil {
			return path
		}
		path = path[:max(strings.LastIndexByte(path, '/'), 0)]
	}
	return "/"
}

// storedForms are the cookies of stored forms that the browser has, by name.
func (q *Request) storedForms() map[string]storedForm {
	var out map[string]storedForm
	for _, name := range q.Cookies.Sealed(refillKind) {
		var f storedForm
		if !q.Cookies.Peek(refillKind, name, &f) {
			q.Cookies.DeleteSealed(refillKind, name)
			continue
		}
		if out == nil {
			out = map[string]storedForm{}
		}
		out[name] = f
	}
	return out
}

// forgetForm forgets the stored form of an action that is being sent again, for it arrived.
func (q *Request) forgetForm() {
	for name, f := range q.storedForms() {
		if f.Action == q.R.URL.EscapedPath() {
			q.Cookies.DeleteSealed(refillKind, name)
		}
	}
}

// refilled returns a page with the words that were typed on it before the reader signed
// in again, or the page as it is. Words of somebody else are forgotten.
func (q *Request) refilled(page []byte) []byte {
	if !q.Actor.SignedIn() || q.app == nil || q.app.forms == nil || !q.reads() {
		return page
	}
	for name, f := range q.storedForms() {
		if f.Owner != q.Actor.Account {
			q.Cookies.DeleteSealed(refillKind, name)
			continue
		}
		if f.From != q.CurrentPath() {
			continue
		}
		values, err := q.app.forms.Find(q.Context(), f.Secret)
		if err != nil {
			q.app.logFailure(q, "a stored form cannot be read", err)
		}
		if values == nil {
			q.Cookies.DeleteSealed(refillKind, name)
			continue
		}
		q.private = true
		filled, err := q.formAt(f.Action, values).Fill(page, q.refillWords("ui.refill.back"))
		if err != nil {
			q.app.logFailure(q, "a stored form cannot be shown", err)
			continue
		}
		page = filled
	}
	return page
}

// formAt is a form of the page at the request's address, sent to a path without language.
func (q *Request) formAt(action string, values url.Values) refill.Form {
	return refill.Form{Page: q.URL(q.CurrentPath()), Action: q.URL(action), Values: values}
}

// refillWords are those of a page that was filled in, for the reason that a key names.
func (q *Request) refillWords(key string) refill.Words {
	return refill.Words{Notice: q.T(key), Left: q.T("ui.refill.left")}
}

// signInAgain answers somebody who must sign in, again or at all. What they sent is
// stored. A look at the provider shows nothing, so that they are sent there at once; of the
// rest a page says what happened.
func (a *App) signInAgain(q *Request, f *fault.Fault) error {
	q.fresh = f.Code == "fresh"
	if q.reads() {
		return q.Leave(q.signInURL(f.Code))
	}
	kept := a.storeForm(q)
	if f.Code == "look" && kept {
		return q.Leave(q.signInURL(f.Code))
	}
	if kept {
		c := *f
		c.Code += "_kept"
		f = &c
	}
	return a.show(q, http.StatusUnauthorized, f)
}

// signInURL leads to signing in of a kind ("look", "fresh"; any other is an ordinary
// one) and back.
func (q *Request) signInURL(kind string) string {
	at := q.URL("/sign-in") + "?next=" + url.QueryEscape(q.back())
	if slices.Contains([]string{"look", "fresh"}, kind) {
		at += "&" + kind + "=1"
	}
	return at
}
