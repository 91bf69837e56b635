package page

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"delfi/internal/fault"
	"delfi/web/i18n"
	"delfi/web/session"
)

// A form that somebody sends when their session is over is put by: sealed under a
// secret that their browser alone keeps, in a row that says nothing (web/session). When the
// same person has signed in again, the page on which the form stands comes filled in;
// nothing is done before they send it again.
//
//	post ─ 401 ─► row, cookie {secret, owner, page, action} ─► sign-in ─► the page, filled in
//	                └─ an hour · another person · sent again: the cookie goes

const (
	typedKind = "typed"
	typedFor  = time.Hour
	// typedAMinute bounds the forms from one address, typedAnHour the bytes of all.
	typedAMinute, typedAnHour = 20, 64 << 20
	// typedLeast is the least size of a row: whether a form was long is its owner's own.
	typedLeast = 4 << 10
	// typedMost bounds what a stored form grows to when it is opened.
	typedMost = 8 << 20
)

// Drawn names the field that a page's script fills with random bytes at each sending.
// A form that is put by holds none: it is drawn anew when the form is sent again.
const Drawn = "part"

// typedNote is what a browser holds of a form that was put by.
type typedNote struct {
	Secret string
	Owner  uuid.UUID
	From   string // the page that its form stands on, without language
	Action string // path that it was sent to, without language
}

// putBy keeps the form that was sent; false when it cannot be: nobody known sent it,
// it is none, or there is no room.
func (a *App) putBy(q *Request) bool {
	owner := q.owner()
	if a.rows == nil || owner == uuid.Nil || q.program() {
		return false
	}
	form, err := q.Form()
	if err != nil || len(form.values) == 0 || !a.typedPace.Allow(a.clients.Address(q.R).String()) {
		return false
	}
	values := maps.Clone(form.values)
	values.Del(Drawn)
	packed, err := packTyped(values)
	if err != nil || !a.typedRoom.Take(len(packed), typedAnHour, q.Now) {
		return false
	}
	note := typedNote{Secret: rand.Text(), Owner: owner, Action: q.R.URL.EscapedPath()}
	_, note.From = i18n.Split(q.back())
	name, box, err := session.Key("typed " + note.Secret)
	if err != nil {
		return false
	}
	if err := a.rows.Put(q.Context(), name, box.Seal(nil, nil, packed, []byte(name)), q.Now.Add(typedFor).Add(time.Hour).Truncate(time.Hour)); err != nil {
		a.unsaid(q, "a form could not be put by", err)
		return false
	}
	// One for each action: the same form sent twice is one.
	sum := sha256.Sum256([]byte(note.Action))
	return q.Cookies.Seal(typedKind, base64.RawURLEncoding.EncodeToString(sum[:6]), note, typedFor) == nil
}

// packTyped writes values down in a length that tells little.
func packTyped(values url.Values) ([]byte, error) {
	plain, err := json.Marshal(values)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(plain) // neither can fail on a buffer
	_ = z.Close()
	size := typedLeast
	for size < b.Len() {
		size *= 2
	}
	return append(b.Bytes(), make([]byte, size-b.Len())...), nil
}

func unpackTyped(b []byte) (url.Values, error) {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	z.Multistream(false) // what follows is padding
	plain, err := io.ReadAll(io.LimitReader(z, typedMost))
	if err != nil {
		return nil, err
	}
	var values url.Values
	err = json.Unmarshal(plain, &values)
	return values, err
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

// typedNotes are the notes that the browser holds, by name.
func (q *Request) typedNotes() map[string]typedNote {
	var out map[string]typedNote
	for _, name := range q.Cookies.Sealed(typedKind) {
		var n typedNote
		if !q.Cookies.Peek(typedKind, name, &n) {
			q.Cookies.DeleteSealed(typedKind, name)
			continue
		}
		if out == nil {
			out = map[string]typedNote{}
		}
		out[name] = n
	}
	return out
}

// sentAgain forgets what was put by of the form that is being sent, for it arrived.
func (q *Request) sentAgain() {
	for name, n := range q.typedNotes() {
		if n.Action == q.R.URL.EscapedPath() {
			q.Cookies.DeleteSealed(typedKind, name)
		}
	}
}

// restored gives a page with the words that were typed on it before the reader signed
// in again, or the page as it is. Words of somebody else are forgotten.
func (q *Request) restored(page []byte) []byte {
	if !q.Actor.SignedIn() || q.app == nil || q.app.rows == nil || !q.reads() {
		return page
	}
	for name, n := range q.typedNotes() {
		if n.Owner != q.Actor.Account {
			q.Cookies.DeleteSealed(typedKind, name)
			continue
		}
		if n.From != q.CurrentPath() {
			continue
		}
		values, err := q.app.takeTyped(q.Context(), n)
		if err != nil {
			q.app.unsaid(q, "a form that was put by cannot be read", err)
		}
		if values == nil {
			q.Cookies.DeleteSealed(typedKind, name)
			continue
		}
		q.private = true
		filled, err := fill(page, q, q.URL(n.Action), values, "ui.typed.back")
		if err != nil {
			q.app.unsaid(q, "a form that was put by cannot be shown", err)
			continue
		}
		page = filled
	}
	return page
}

// takeTyped reads a form that was put by; nil when it is gone.
func (a *App) takeTyped(ctx context.Context, n typedNote) (url.Values, error) {
	name, box, err := session.Key("typed " + n.Secret)
	if err != nil {
		return nil, err
	}
	row, found, err := a.rows.Find(ctx, name)
	if err != nil || !found {
		return nil, err
	}
	packed, err := box.Open(nil, nil, row.Data, []byte(name))
	if err != nil {
		return nil, fmt.Errorf("a form that was put by was altered: %w", err)
	}
	return unpackTyped(packed)
}

// signInAgain answers somebody who must sign in, again or at all. What they sent is put
// by. A look at the provider shows nothing, so that they are sent there at once; of the
// rest a page says what happened.
func (a *App) signInAgain(q *Request, f *fault.Fault) error {
	q.fresh = f.Code == "fresh"
	if q.reads() {
		return q.Leave(q.signInURL(f.Code))
	}
	kept := a.putBy(q)
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
