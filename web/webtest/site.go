package webtest

import (
	"bytes"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/app"
	"delfi/internal/login"
	"delfi/web"
	"delfi/web/page"
	"delfi/web/ui"
)

const origin = "http://delfi.test"

// Change alters a site's services before they are mounted, e.g. for one that a test knows.
type Change func(h *House, o *web.Options)

// Site is the whole site on a house's services, as a browser meets it.
type Site struct {
	Log     *bytes.Buffer // what the app logged
	Routes  []page.Route
	house   *House
	app     *page.App
	handler http.Handler
}

// Site serves every room of the site over the house.
func (h *House) Site(t testing.TB, changes ...Change) *Site {
	t.Helper()
	log := &bytes.Buffer{}
	s := h.SiteWith(t, page.Options{DB: h.DB, Log: slog.New(slog.NewTextHandler(log, nil))}, changes...)
	s.Log = log
	return s
}

// SiteWith is Site with settings of the test's.
func (h *House) SiteWith(t testing.TB, o page.Options, changes ...Change) *Site {
	t.Helper()
	o.BaseURL, o.Actors, o.Changes, o.ErrorPage, o.Posts, o.Codes = origin, h.Accounts, h.Changes, ui.ErrorPage, 100000, h.Codes
	o.Secret = []byte("every server of one site has the same")
	s := &Site{house: h, app: page.New(o)}
	t.Cleanup(s.app.Close)
	// Nobody answers there: signing in is web/account's to try, and a test takes the short way to a session.
	client, err := login.New(login.Options{Issuer: "http://127.0.0.1:1", ClientID: "delfi", ClientSecret: "secret", RedirectURL: origin + "/sign-in/callback"})
	if err != nil {
		t.Fatal(err)
	}
	options := h.App.Site(app.SiteOptions{Pages: s.app, Login: client, Log: o.Log})
	for _, change := range changes {
		change(h, &options)
	}
	if s.Routes, err = web.Routes(options); err != nil {
		t.Fatal(err)
	}
	s.Add(t)
	return s
}

// Add adds routes to the site's.
func (s *Site) Add(t testing.TB, routes ...page.Route) {
	t.Helper()
	s.Routes = append(s.Routes, routes...)
	var err error
	s.handler, err = s.app.Serve(append(slices.Clone(s.Routes), page.Get("/webtest/sign-in/{account}", page.Session, page.NoStore, func(q *page.Request) error {
		id, err := uuid.Parse(q.Param("account"))
		if err != nil {
			return err
		}
		level, _ := strconv.Atoi(q.Query("level")) // none is 0
		attested := account.Attested{FiscalCode: q.Query("code"), Born: q.Query("born"), Municipality: q.Query("municipality"), Level: level}
		if err := q.Enter(page.Entered{Account: id, Auth: q.Now, Attested: attested}); err != nil {
			return err
		}
		return q.Redirect("/")
	})))
	if err != nil {
		t.Fatal(err)
	}
}

// ServeHTTP answers a request that a test made itself.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Browser asks a site with its own cookies, like one person's.
type Browser struct {
	site    *Site
	cookies map[string]*http.Cookie
}

// Stranger is a browser that has not signed in.
func (s *Site) Stranger() *Browser { return &Browser{site: s, cookies: map[string]*http.Cookie{}} }

// As is a browser that an account signed in with; its provider attested what the actor has.
func (s *Site) As(t testing.TB, a account.Actor) *Browser {
	t.Helper()
	b := s.Stranger()
	attested := url.Values{"code": {a.Attested.FiscalCode}, "born": {a.Attested.Born}, "municipality": {a.Attested.Municipality}, "level": {strconv.Itoa(a.Attested.Level)}}
	if r := b.Get(t, "/webtest/sign-in/"+a.Account.String()+"?"+attested.Encode()); r.Status != http.StatusSeeOther {
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

// Get asks for a page, without the fragment of its address. Redirects are not followed.
func (b *Browser) Get(t testing.TB, path string) Response {
	t.Helper()
	path, _, _ = strings.Cut(path, "#")
	return b.Do(t, httptest.NewRequest(http.MethodGet, origin+path, nil))
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
	r := httptest.NewRequest(http.MethodPost, origin+path, strings.NewReader(form.Encode()))
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
	b.site.house.Settle(t)
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
