package webtest

import (
	"bytes"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/web/page"
	"delfi/web/ui"
)

const base = "http://delfi.test"

// Mount puts a room's routes on a router.
type Mount func(r chi.Router, app *page.App)

// Site is a room on an app, as a browser meets it.
type Site struct {
	Log     *bytes.Buffer // what the app logged
	handler http.Handler
	routes  chi.Router
}

// Site serves mounted routes over the house.
func (h *House) Site(t testing.TB, mount Mount) *Site {
	t.Helper()
	s := &Site{Log: &bytes.Buffer{}}
	app := page.New(page.Options{BaseURL: base, DB: h.DB, Actors: h.Accounts, ErrorPage: ui.ErrorPage,
		Secret: []byte("every server of one site has the same"), Posts: 100000, Codes: h.Codes, Log: slog.New(slog.NewTextHandler(s.Log, nil))})
	t.Cleanup(app.Close)
	r := chi.NewRouter()
	mount(r, app)
	s.routes = r
	if err := app.SetRoutes(r); err != nil {
		t.Fatal(err)
	}
	outer := chi.NewRouter()
	// Signing in is the login room's; a test takes the short way to a session.
	outer.Get("/webtest/sign-in/{account}", app.Handle(func(q *page.Request) error {
		id, err := uuid.Parse(q.Param("account"))
		if err != nil {
			return err
		}
		if err := q.SignIn(id); err != nil {
			return err
		}
		return q.Redirect("/")
	}))
	outer.NotFound(app.NotFound())
	outer.Mount("/", r)
	s.handler = app.Cache().Lookup(app.Wrap(outer))
	return s
}

// Browser asks a site with its own cookies, like one person's.
type Browser struct {
	site    *Site
	cookies map[string]*http.Cookie
}

// Stranger is a browser that has not signed in.
func (s *Site) Stranger() *Browser { return &Browser{site: s, cookies: map[string]*http.Cookie{}} }

// As is a browser that an account signed in with.
func (s *Site) As(t testing.TB, a account.Actor) *Browser {
	t.Helper()
	b := s.Stranger()
	if r := b.Get(t, "/webtest/sign-in/"+a.Account.String()); r.Status != http.StatusSeeOther {
		t.Fatalf("signing in as %s: %d", a.Name, r.Status)
	}
	return b
}

// Twin is a second tab of the same browser, with the cookies that it has by now.
func (b *Browser) Twin() *Browser { return &Browser{site: b.site, cookies: maps.Clone(b.cookies)} }

// At is the same browser, with the same cookies, before another server of the site.
func (b *Browser) At(s *Site) *Browser { return &Browser{site: s, cookies: b.cookies} }

// Response is an answer with its page parsed.
type Response struct {
	Status   int
	Header   http.Header
	Location string
	Body     string
	Page     *goquery.Document
}

// Get asks for a page. Redirects are not followed.
func (b *Browser) Get(t testing.TB, path string) Response {
	t.Helper()
	return b.Do(t, httptest.NewRequest(http.MethodGet, base+path, nil))
}

// Post sends a form, as a page of the site itself does.
func (b *Browser) Post(t testing.TB, path string, form url.Values) Response {
	t.Helper()
	r := Form(path, form)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.Do(t, r)
}

// Form makes the request of a form, for a test that adds headers of its own.
func Form(path string, form url.Values) *http.Request {
	r := httptest.NewRequest(http.MethodPost, base+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

// Do sends a request with the browser's cookies and keeps those it gets.
func (b *Browser) Do(t testing.TB, r *http.Request) Response {
	t.Helper()
	// A browser that wishes Italian: "/" is not sent elsewhere.
	if r.Header.Get("Accept-Language") == "" {
		r.Header.Set("Accept-Language", "it")
	}
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	b.site.handler.ServeHTTP(w, r)
	res := w.Result()
	for _, c := range res.Cookies() {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c
		}
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return Response{Status: res.StatusCode, Header: res.Header, Location: res.Header.Get("Location"), Body: string(body), Page: doc}
}

// Text is the text of what a selector finds, white space put right.
func (r Response) Text(selector string) string {
	return strings.Join(strings.Fields(r.Page.Find(selector).Text()), " ")
}

// Count counts what a selector finds.
func (r Response) Count(selector string) int { return r.Page.Find(selector).Length() }
