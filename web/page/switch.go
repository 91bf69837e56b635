package page

import (
	"bytes"
	"context"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"delfi/web/i18n"
	"delfi/web/middleware"
	"delfi/web/page/refill"
)

// A link to the other language would lose what was typed, and a page that answers a form
// has no address at which it can be read in it. Where somebody types, the switch is a button
// of the form: the form is sent with all that stands in it, nothing is done, and the page of
// the form comes filled in. Nothing is stored, and no text is in an address.
//
//	get of a form, ──► page with the button ─ post with the language ─► no handler:
//	post ─ 422, 409    the form's page is read anew in that language, and filled in

const (
	// SwitchClass marks the link that switches the language.
	SwitchClass = "dlf-switch"
	// switchField carries the language, switchAt the address of the form's page.
	switchField, switchAt = "in_language", "at"
)

// StandsAt names the address at which the form that was sent stands, for a page that
// answers it; without it that is the nearest address above its own that can be read.
func (q *Request) StandsAt(path string) { q.stands = path }

// standing is that address, without language.
func (q *Request) standing() string {
	if q.stands != "" {
		return q.stands
	}
	return q.above()
}

// Switch is the link that shows this page in another language and remembers it. Of the
// answer to a form it is the page of the form; where something was typed, switchable
// makes a button of it.
func (q *Request) Switch(lang string) string {
	q.links = true
	at := *q.R.URL
	if !q.reads() {
		if to, err := url.Parse(q.standing()); err == nil {
			at = *to
		}
	}
	values := at.Query()
	values.Set("lang", lang)
	return i18n.Path(lang, at.EscapedPath()) + "?" + values.Encode()
}

// switched gives the language in which a form was asked for by its switch.
func (q *Request) switched() (string, bool) {
	if q.reads() {
		return "", false
	}
	form, err := q.Form()
	if err != nil { // the handler says so
		return "", false
	}
	lang := form.Value(switchField)
	return lang, i18n.IsReading(lang)
}

// inLanguage answers a form that was sent by its switch: nothing is done.
func (a *App) inLanguage(q *Request, lang string) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	values := maps.Clone(form.values)
	values.Del(switchField)
	values.Del(Drawn)
	q.stands = q.Local(q.Query(switchAt))
	_, q.stands = i18n.Split(q.stands)
	http.SetCookie(q.W, middleware.LanguageCookie(a.secure, lang))
	got := a.readAnew(q)
	for _, c := range got.header.Values("Set-Cookie") {
		q.W.Header().Add("Set-Cookie", c)
	}
	q.private = true
	q.W.Header().Set("Content-Language", q.Lang)
	page, err := q.formAt(q.R.URL.EscapedPath(), values).Fill(got.body.Bytes(), q.refillWords("ui.refill.language"))
	if err != nil {
		return err
	}
	if page, err = q.switchable(page, values); err != nil {
		return err
	}
	return q.Bytes(got.status, "text/html; charset=utf-8", page)
}

// answered is a page that was drawn for another one. It holds a page of at most
// answeredMost bytes: an address may be that of a download, which is as long as the record.
type answered struct {
	header http.Header
	status int
	body   bytes.Buffer
	none   bool   // the answer is no page
	stop   func() // ends the request of an answer that is none
}

const answeredMost = 8 << 20

func (d *answered) Header() http.Header    { return d.header }
func (d *answered) WriteHeader(status int) { d.status = status }
func (d *answered) Write(b []byte) (int, error) {
	if !strings.HasPrefix(d.header.Get("Content-Type"), "text/html") || d.body.Len()+len(b) > answeredMost {
		d.none = true
		d.stop()
		return 0, context.Canceled
	}
	return d.body.Write(b)
}

// readAnew draws the page of the form that was sent, in the language of the request; it
// follows where that page leads, as a browser does. In the place of an address at which
// no page is it draws the first one of the site.
func (a *App) readAnew(q *Request) *answered {
	at := q.standing()
	for range 3 {
		ctx, stop := context.WithCancel(q.Context())
		got := &answered{header: http.Header{}, status: http.StatusOK, stop: stop}
		r := q.R.Clone(ctx)
		r.Method, r.Body, r.ContentLength, r.PostForm, r.Form = http.MethodGet, http.NoBody, 0, nil, nil
		r.Header.Del("Content-Type")
		r.Header.Del("If-None-Match")
		to, err := url.Parse(at)
		if err != nil {
			to = &url.URL{Path: "/"}
		}
		r.URL, r.RequestURI = to, to.RequestURI()
		v := a.table.visits(r, http.MethodGet)
		v.id, v.inner = q.visit.id, true
		a.route(got, r.WithContext(context.WithValue(ctx, visitKey, v)))
		stop()
		switch leads := got.header.Get("Location"); {
		case got.none:
			at = "/"
		case leads == "":
			return got
		default:
			_, at = i18n.Split(q.Local(leads))
		}
	}
	return &answered{header: http.Header{}, status: http.StatusOK}
}

// switchable returns the answer to a form with its switch as a button of that form.
func (q *Request) switchable(page []byte, values url.Values) ([]byte, error) {
	return q.formAt(q.R.URL.EscapedPath(), values).Button(page, q.switching(func(string) string { return q.R.URL.Path }, q.standing()), Drawn)
}

// switching sends a form in a language to a path, for the page at an address.
func (q *Request) switching(path func(action string) string, at string) refill.Switch {
	return refill.Switch{Class: SwitchClass, Field: switchField, Action: func(action, lang string) string {
		to := url.URL{Path: i18n.Path(lang, path(action)), RawQuery: url.Values{switchAt: {at}}.Encode()}
		return to.String()
	}}
}

// offered returns a page that is read with its switch.
func (q *Request) offered(page []byte) ([]byte, error) {
	return refill.Offer(page, q.switching(func(action string) string {
		here := *q.R.URL
		to, err := here.Parse(action)
		if err != nil {
			return here.Path
		}
		_, path := i18n.Split(to.Path)
		return path
	}, q.CurrentPath()))
}

// withSwitch returns a page with its switch. Where somebody must sign in, what was sent is
// not shown again: the next reader may be another one. A page that is drawn for the answer to
// another form gets the switch of that form.
func (q *Request) withSwitch(status int, page []byte) []byte {
	if q.app == nil || q.visit.inner || status == http.StatusUnauthorized {
		return page
	}
	var switching []byte
	var err error
	if q.reads() {
		if !q.links { // its switch is a button of its own form already
			return page
		}
		switching, err = q.offered(page)
	} else {
		var form Form
		if form, err = q.Form(); err != nil {
			return page
		}
		switching, err = q.switchable(page, form.values)
	}
	if err != nil {
		q.app.logFailure(q, "a page cannot switch its language", err)
		return page
	}
	return switching
}
