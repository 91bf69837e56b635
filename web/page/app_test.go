package page

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/fault"
	"delfi/web/i18n"
)

// house is a app with a few pages, without a database.
type house struct {
	t      testing.TB
	app    *App
	site   http.Handler
	routes []Route
	log    *bytes.Buffer
	actors map[uuid.UUID]account.Actor
}

func (h *house) ActorAt(_ context.Context, id uuid.UUID, _ account.Edition) (account.Actor, error) {
	a, ok := h.actors[id]
	if !ok {
		return a, fault.New(fault.NotFound, "no_account", "there is no such account")
	}
	return a, nil
}

func text(format string, args ...any) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := fmt.Fprintf(w, format, args...)
		return err
	})
}

func newHouse(t *testing.T, o Options) *house {
	t.Helper()
	h := &house{t: t, log: &bytes.Buffer{}, actors: map[uuid.UUID]account.Actor{}}
	o.Actors = h
	if o.BaseURL == "" {
		o.BaseURL = "http://delfi.test"
	}
	o.Log = slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelWarn})) // without access lines
	h.app = New(o)
	h.serve(Get("/", Public, Shared, func(q *Request) error {
		return q.Render(http.StatusOK, text("home %s %q %q", q.Lang, q.Actor.Name, q.Flashes()))
	}))
	return h
}

// serve adds rows to the table of the house, or puts them in the place of those of the same name.
func (h *house) serve(routes ...Route) {
	h.t.Helper()
	h.routes = append(slices.DeleteFunc(h.routes, func(old Route) bool {
		return slices.ContainsFunc(routes, func(r Route) bool { return r.String() == old.String() })
	}), routes...)
	site, err := h.app.Serve(h.routes)
	if err != nil {
		h.t.Fatal(err)
	}
	h.site = site
}

// listen serves the house on a listener, under the name that it has.
func (h *house) listen() *httptest.Server {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Host = h.app.host
		h.site.ServeHTTP(w, r)
	}))
	server.Config.MaxHeaderBytes = 64 << 10 // as web.Server
	server.Start()
	return server
}

// fails adds a page that fails with err.
func (h *house) fails(path string, err error) {
	handler := func(*Request) error { return err }
	h.serve(Get(path, Public, NoStore, handler), Post(path, Public, handler))
}

func (h *house) ask(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.site.ServeHTTP(w, r)
	return w
}

func (h *house) get(path string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "http://delfi.test"+path, nil)
	for _, c := range change {
		c(r)
	}
	return h.ask(r)
}

func (h *house) post(path string, form url.Values, change ...func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "http://delfi.test"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, c := range change {
		c(r)
	}
	return h.ask(r)
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func from(w *httptest.ResponseRecorder) func(*http.Request) {
	return func(r *http.Request) {
		for _, c := range w.Result().Cookies() {
			if c.MaxAge >= 0 {
				r.AddCookie(c)
			}
		}
	}
}

// Each kind of fault has its status, and a page in both languages that says
// what to do next; an operator's cause is never on it.
func TestEveryFaultHasItsPage(t *testing.T) {
	secret := errors.New("pq: relation panel.ballot")
	for kind, want := range map[fault.Kind]int{
		fault.Internal: 500, fault.Invalid: 422, fault.Forbidden: 403, fault.NotFound: 404,
		fault.Conflict: 409, fault.TooLarge: 413, fault.Unavailable: 503,
	} {
		h := newHouse(t, Options{})
		h.fails("/x", fault.New(kind, "no_page", "in English").Because(secret))
		for lang, path := range map[string]string{"it": "/x", "en": "/en/x"} {
			w := h.get(path)
			if w.Code != want {
				t.Errorf("%s %d: status %d", lang, want, w.Code)
			}
			for _, part := range []string{"title", "next"} {
				if text := i18n.Words(lang, fmt.Sprintf("status.%d.%s", want, part)); !strings.Contains(w.Body.String(), text) {
					t.Errorf("%s %d: does not say %q:\n%s", lang, want, text, w.Body)
				}
			}
			if strings.Contains(w.Body.String(), "ballot") {
				t.Errorf("%s %d: shows the cause", lang, want)
			}
			if got := w.Header().Get("Cache-Control"); got != "no-store" {
				t.Errorf("%s %d: Cache-Control %q", lang, want, got)
			}
		}
	}
}

func TestFailureIsLoggedOnceWithItsCauseAndNothingPersonal(t *testing.T) {
	h := newHouse(t, Options{})
	h.serve(Get("/consultations/{slug}", Public, Shared, func(*Request) error { return errors.New("disk full") }))
	w := h.get("/consultations/zone-30?answer=7", header("X-Forwarded-For", "198.51.100.7"))
	text := h.log.String()
	if strings.Count(text, "disk full") != 1 || !strings.Contains(text, "/consultations/{slug}") {
		t.Errorf("logged %q", text)
	}
	if id := w.Header().Get("X-Request-Id"); id == "" || !strings.Contains(text, id) {
		t.Errorf("request %q is not the log's: %s", id, text)
	}
	for _, personal := range []string{"zone-30", "answer", "198.51", "192.0.2"} {
		if strings.Contains(text, personal) {
			t.Errorf("the log holds %q: %s", personal, text)
		}
	}
	h.log.Reset()
	h.fails("/closed", fault.New(fault.Conflict, "no_page", "closed"))
	if h.get("/closed"); h.log.Len() != 0 {
		t.Errorf("a person's own fault is in the operator's log: %s", h.log)
	}
}

func TestPanicAndFailedDrawingHaveAPage(t *testing.T) {
	h := newHouse(t, Options{})
	h.serve(Get("/panics", Public, Shared, func(*Request) error { panic("boom") }))
	h.serve(Get("/draws", Public, Shared, func(q *Request) error {
		return q.Render(http.StatusOK, templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
			if _, err := io.WriteString(w, "half a page"); err != nil {
				return err
			}
			return errors.New("boom")
		}))
	}))
	for _, path := range []string{"/en/panics", "/en/draws"} {
		w := h.get(path)
		if w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), i18n.Words("en", "status.500.title")) {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
		if strings.Contains(w.Body.String(), "half a page") || strings.Contains(w.Body.String(), "boom") {
			t.Errorf("%s shows what it should not: %s", path, w.Body)
		}
		if !strings.Contains(h.log.String(), "boom") {
			t.Errorf("%s: not logged", path)
		}
	}
}

func TestReaderIsSentToSignInAndBack(t *testing.T) {
	h := newHouse(t, Options{})
	handler := func(*Request) error { return nil }
	h.serve(Get("/form", Personal, NoStore, handler, SignedIn), Post("/form", Personal, handler, SignedIn))
	w := h.get("/en/form?item=3")
	if got, want := w.Header().Get("Location"), "/en/sign-in?next="+url.QueryEscape("/en/form?item=3"); w.Code != http.StatusSeeOther || got != want {
		t.Errorf("%d to %q, want %q", w.Code, got, want)
	}
	if w := h.post("/form", nil); w.Code != http.StatusUnauthorized {
		t.Errorf("a post answers %d: it would be lost on the way to sign in", w.Code)
	}
}

func TestSignInLinkOfAPostLeadsToTheFormsPage(t *testing.T) {
	h := newHouse(t, Options{})
	var link string
	h.serve(Post("/save", Public, func(q *Request) error { link = q.SignInURL(); return q.Redirect("/") }))
	for referer, want := range map[string]string{
		"http://delfi.test/en/form?item=3": "/en/form?item=3",
		"http://evil.example/form":         "/",
		"":                                 "/",
	} {
		h.post("/save", nil, header("Referer", referer))
		if want = "/sign-in?next=" + url.QueryEscape(want); link != want {
			t.Errorf("from %q: %q, want %q", referer, link, want)
		}
	}
}

func TestPagesThatAreNotThere(t *testing.T) {
	h := newHouse(t, Options{})
	h.fails("/x", nil)
	if w := h.get("/nowhere"); w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), i18n.Words("it", "status.404.title")) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := h.ask(httptest.NewRequest(http.MethodDelete, "http://delfi.test/x", nil)); w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD, POST" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestHeadIsGetWithoutABody(t *testing.T) {
	h := newHouse(t, Options{})
	server := h.listen()
	defer server.Close()
	res, err := http.Head(server.URL + "/en/")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK || len(b) != 0 || res.ContentLength <= 0 || res.Header.Get("ETag") == "" {
		t.Errorf("%d, %d of %d bytes, ETag %q, %v", res.StatusCode, len(b), res.ContentLength, res.Header.Get("ETag"), err)
	}
}

func TestPostFromAnotherSiteIsRefused(t *testing.T) {
	h := newHouse(t, Options{})
	done := 0
	handler := func(q *Request) error { done++; return q.Redirect("/") }
	h.serve(Get("/act", Public, NoStore, handler), Post("/act", Public, handler))
	for name, change := range map[string]func(*http.Request){
		"another site":         header("Sec-Fetch-Site", "cross-site"),
		"a sister subdomain":   header("Sec-Fetch-Site", "same-site"),
		"another origin":       header("Origin", "https://evil.example"),
		"an origin that hides": header("Origin", "null"),
	} {
		w := h.post("/en/act", nil, change)
		if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), i18n.Words("en", "fault.foreign_origin")) {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	if done != 0 {
		t.Fatalf("%d acts were carried out", done)
	}
	for name, change := range map[string]func(*http.Request){
		"this site":   header("Sec-Fetch-Site", "same-origin"),
		"this origin": header("Origin", "http://delfi.test"),
		"no browser":  func(*http.Request) {},
	} {
		if w := h.post("/act", nil, change); w.Code != http.StatusSeeOther {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
	if w := h.get("/act", header("Sec-Fetch-Site", "cross-site")); w.Code != http.StatusSeeOther {
		t.Errorf("a link from another site: %d", w.Code)
	}
}

func TestHeadersForbidWhatNoPageNeeds(t *testing.T) {
	for _, base := range []string{"http://delfi.test", "https://delfi.test"} {
		h := newHouse(t, Options{BaseURL: base, FormAction: []string{"https://login.example.it"}})
		got := h.get("/").Header()
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; frame-ancestors 'none'; form-action 'self' https://login.example.it; base-uri 'none'; object-src 'none'",
			"X-Content-Type-Options":  "nosniff",
			"X-Frame-Options":         "DENY",
			"Referrer-Policy":         "same-origin",
		} {
			if got.Get(name) != want {
				t.Errorf("%s: %s is %q", base, name, got.Get(name))
			}
		}
		if has := got.Get("Strict-Transport-Security") != ""; has != strings.HasPrefix(base, "https") {
			t.Errorf("%s: Strict-Transport-Security %q", base, got.Get("Strict-Transport-Security"))
		}
	}
}

func TestPageWithoutASessionIsTheSameForAllAndHasAnETag(t *testing.T) {
	h := newHouse(t, Options{})
	h.serve(Get("/receipt", Public, NoStore, func(q *Request) error { return q.Render(200, text("receipt")) }))
	w := h.get("/")
	tag := w.Header().Get("ETag")
	if tag == "" || w.Header().Get("Cache-Control") != "no-cache" || len(w.Result().Cookies()) != 0 {
		t.Fatalf("ETag %q, headers %v", tag, w.Header())
	}
	if w := h.get("/", header("If-None-Match", tag)); w.Code != http.StatusNotModified || w.Body.Len() != 0 {
		t.Errorf("asked again: %d %s", w.Code, w.Body)
	}
	withSession := func(r *http.Request) { r.AddCookie(&http.Cookie{Name: h.app.sessionCookie(), Value: "x"}) }
	if w := h.get("/", withSession, header("If-None-Match", tag)); w.Code != http.StatusOK || w.Header().Get("ETag") != "" {
		t.Errorf("with a session: %d, ETag %q", w.Code, w.Header().Get("ETag"))
	}
	if w := h.get("/receipt"); w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("ETag") != "" {
		t.Errorf("a receipt may be kept: %v", w.Header())
	}
}

func TestFlashIsShownOnceAndCannotBeForged(t *testing.T) {
	h := newHouse(t, Options{})
	h.serve(Post("/act", Public, func(q *Request) error { q.Flash("flash.signed_out"); return q.Redirect("/") }))
	w := h.get("/", from(h.post("/act", nil)))
	if !strings.Contains(w.Body.String(), "flash.signed_out") {
		t.Errorf("not shown: %s", w.Body)
	}
	if w.Header().Get("ETag") != "" {
		t.Error("a page with words to show once may be kept")
	}
	c := w.Result().Cookies()
	if len(c) != 1 || c[0].Name != flashCookie || c[0].MaxAge >= 0 {
		t.Errorf("is shown twice: cookies %v", c)
	}
	forged := func(r *http.Request) { r.AddCookie(&http.Cookie{Name: flashCookie, Value: "You have won"}) }
	if w := h.get("/", forged); strings.Contains(w.Body.String(), "won") {
		t.Errorf("forged words are shown: %s", w.Body)
	}
}

func TestLimitsPerMinute(t *testing.T) {
	h := newHouse(t, Options{Posts: 3, SignIns: 2, Forwarded: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}})
	h.serve(Post("/act", Public, func(q *Request) error { return q.Redirect("/") }))
	h.serve(Get("/begin", Public, Shared, func(q *Request) error { return q.Redirect("/") }, LimitSignIns))
	one := header("X-Forwarded-For", "203.0.113.1, 198.51.100.1")
	for i := range 4 {
		want := http.StatusSeeOther
		if i == 3 {
			want = http.StatusTooManyRequests
		}
		if w := h.post("/act", nil, one); w.Code != want {
			t.Errorf("post %d: %d, want %d", i, w.Code, want)
		}
	}
	// What a client writes into the header does not make it another client.
	if w := h.post("/act", nil, header("X-Forwarded-For", "203.0.113.99, 198.51.100.1")); w.Code != http.StatusTooManyRequests {
		t.Errorf("escaped its limit: %d", w.Code)
	}
	if w := h.post("/act", nil, header("X-Forwarded-For", "198.51.100.2")); w.Code != http.StatusSeeOther {
		t.Errorf("somebody else pays: %d", w.Code)
	}
	for i, want := range []int{303, 303, 429} {
		if w := h.get("/begin", one); w.Code != want {
			t.Errorf("sign-in %d: %d, want %d", i, w.Code, want)
		}
	}
}
