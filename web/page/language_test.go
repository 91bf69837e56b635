package page

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"delfi/web/i18n"
)

func TestLanguageOfAnAddress(t *testing.T) {
	h := newHouse(t, Options{})
	var seen *Request
	page := func(q *Request) error { seen = q; return q.Redirect(q.Path()) }
	h.serve(Get("/help/{page}", Public, Shared, page), Get("/energy", Public, Shared, page))
	for path, want := range map[string]struct{ lang, path, to, other string }{
		"/help/privacy":    {"it", "/help/privacy", "/help/privacy", "/en/help/privacy?lang=en"},
		"/en/help/privacy": {"en", "/help/privacy", "/en/help/privacy", "/en/help/privacy?lang=en"},
		"/energy":          {"it", "/energy", "/energy", "/en/energy?lang=en"},
		"/en/help/a?b=c":   {"en", "/help/a", "/en/help/a", "/en/help/a?b=c&lang=en"},
	} {
		w := h.get(path)
		if seen.Lang != want.lang || seen.Path() != want.path || w.Header().Get("Location") != want.to || seen.Switch("en") != want.other {
			t.Errorf("%s: %q %q to %q, switch %q", path, seen.Lang, seen.Path(), w.Header().Get("Location"), seen.Switch("en"))
		}
	}
}

func TestHomeGoesOnceToTheBrowsersWish(t *testing.T) {
	h := newHouse(t, Options{})
	english := header("Accept-Language", "en-GB,en;q=0.9,it;q=0.5")
	if w := h.get("/", english); w.Code != http.StatusFound || w.Header().Get("Location") != "/en/" {
		t.Errorf("English: %d %q", w.Code, w.Header().Get("Location"))
	}
	for name, change := range map[string]func(*http.Request){
		"Italian":         header("Accept-Language", "it-IT,it;q=0.9,en;q=0.5"),
		"Italian rather":  header("Accept-Language", "en;q=0.3,it"),
		"neither":         header("Accept-Language", "fr"),
		"no wish":         func(*http.Request) {},
		"an unread wish":  header("Accept-Language", ";;;"),
		"chosen before":   func(r *http.Request) { english(r); r.AddCookie(&http.Cookie{Name: i18n.Cookie, Value: "it"}) },
		"a forged choice": func(r *http.Request) { r.AddCookie(&http.Cookie{Name: i18n.Cookie, Value: "xx"}) },
	} {
		if w := h.get("/", change); w.Code != http.StatusOK {
			t.Errorf("%s: %d to %q", name, w.Code, w.Header().Get("Location"))
		}
	}
	if w := h.get("/en/", header("Accept-Language", "it")); w.Code != http.StatusOK || !strings.HasPrefix(w.Body.String(), "home en") {
		t.Errorf("an English address asked by an Italian browser: %d %s", w.Code, w.Body)
	}
}

func TestChosenLanguageIsRemembered(t *testing.T) {
	h := newHouse(t, Options{})
	w := h.get("/en/?lang=it&a=b")
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/?a=b" {
		t.Fatalf("%d to %q", w.Code, w.Header().Get("Location"))
	}
	if w := h.get("/", from(w), header("Accept-Language", "en")); w.Code != http.StatusOK {
		t.Errorf("bounced back to %q", w.Header().Get("Location"))
	}
	for _, path := range []string{"//evil.example/?lang=en", "/en//evil.example/?lang=it", `/\evil.example/?lang=it`} {
		r := httptest.NewRequest(http.MethodGet, "http://delfi.test/", nil)
		r.URL.Path, r.URL.RawQuery, _ = strings.Cut(path, "?")
		if to := h.ask(r).Header().Get("Location"); strings.HasPrefix(to, "//") || strings.HasPrefix(to, `/\`) || strings.HasPrefix(to, "/%5C") {
			t.Errorf("%s leads to another site: %q", path, to)
		}
	}
}

func TestOnlyPagesOfThisSiteAreReturnedTo(t *testing.T) {
	h := newHouse(t, Options{})
	nothing := func(*Request) error { return nil }
	h.serve(Get("/sign-in", Session, NoStore, nothing), Get("/sign-in/callback", Session, NoStore, nothing), Post("/sign-out", Session, nothing))
	q := h.app.outside(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
	for next, want := range map[string]string{
		"/consultations/zone-30?item=3": "/consultations/zone-30?item=3",
		"/en/":                          "/en/",
		"/a%20b":                        "/a%20b",
		"/a#b":                          "/a",
		"":                              "/",
		"consultations":                 "/",
		"https://evil.example/":         "/",
		"//evil.example/":               "/",
		"///evil.example/":              "/",
		`/\evil.example/`:               "/",
		`\\evil.example/`:               "/",
		"/\t/evil.example/":             "/",
		"/\n/evil.example/":             "/",
		"/%2F/evil.example":             "/",
		"javascript:alert(1)":           "/",
		"http:evil.example":             "/",
		"//user@evil.example/":          "/",
		"/sign-in?next=/sign-in":        "/",
		"/en/sign-in/callback?code=x":   "/",
		"/sign-out":                     "/",
		"/sign-information":             "/sign-information",
	} {
		if got := q.Local(next); got != want {
			t.Errorf("Local(%q) = %q, want %q", next, got, want)
		}
	}
}

func TestDatesAreRomesInTheReadersLanguage(t *testing.T) {
	it := &Request{Printer: i18n.Printer{Lang: "it", Now: time.Date(2026, 4, 1, 8, 0, 0, 0, time.UTC)}}
	en := &Request{Printer: i18n.Printer{Lang: "en", Now: it.Now}}
	deadline := time.Date(2026, 4, 20, 21, 59, 0, 0, time.UTC) // 23:59 in Rome's summer
	winter := time.Date(2026, 12, 31, 23, 30, 0, 0, time.UTC)  // already 2027 in Rome
	for _, tc := range []struct{ got, want string }{
		{it.Moment(deadline), "lunedì 20 aprile alle 23:59"},
		{en.Moment(deadline), "Monday 20 April at 23:59"},
		{it.Day(winter), "venerdì 1º gennaio 2027"},
		{en.Day(winter), "Friday 1 January 2027"},
		{it.Date(deadline), "20 aprile 2026"},
		{en.Date(deadline), "20 April 2026"},
		{it.Stamp(deadline), "2026-04-20T23:59:00+02:00"},
		{it.Number(1234), "1234"}, {it.Number(12345), "12.345"}, {en.Number(1234), "1,234"},
		{en.Number(-1234567), "−1,234,567"}, {it.Number(0), "0"},
	} {
		if tc.got != tc.want {
			t.Errorf("%q, want %q", tc.got, tc.want)
		}
	}
	for t0, want := range map[time.Time]int{
		deadline: 19, it.Now: 0,
		time.Date(2026, 4, 1, 22, 30, 0, 0, time.UTC): 1,  // half past midnight in Rome
		time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC): -4, // across the change of hour
	} {
		if got := it.Days(t0); got != want {
			t.Errorf("Days(%s) = %d, want %d", t0, got, want)
		}
	}
}

// Each page has one address: one with a slash at its end leads there, in its language,
// with what was asked, and never to another site.
func TestASlashAtTheEndLeadsToThePage(t *testing.T) {
	h := newHouse(t, Options{})
	page := func(q *Request) error { return q.Render(http.StatusOK, text("page")) }
	for _, pattern := range []string{"/help/{page}", "/files/*", "/record", "/record/{slug}"} {
		h.serve(Get(pattern, Public, Shared, page))
	}
	h.serve(Post("/help/{page}", Public, page))
	for _, tc := range []struct {
		method, path string
		status       int
		to           string
	}{
		{http.MethodGet, "/help/privacy/", 301, "/help/privacy"},
		{http.MethodHead, "/help/privacy/", 301, "/help/privacy"},
		{http.MethodPost, "/help/privacy/", 308, "/help/privacy"},
		{http.MethodPut, "/help/privacy/", 308, "/help/privacy"},
		{http.MethodGet, "/en/help/privacy/?a=b&c=%2F", 301, "/en/help/privacy?a=b&c=%2F"},
		{http.MethodGet, "/help/privacy///", 301, "/help/privacy"},
		{http.MethodGet, "/help/a%20b/", 301, "/help/a%20b"},
		{http.MethodGet, "/record/", 301, "/record"},
		{http.MethodGet, "/en/record/", 301, "/en/record"},
		{http.MethodGet, "/record/piazza/", 301, "/record/piazza"},
		{http.MethodGet, "/files/a/b/", 301, "/files/a/b"},
		{http.MethodGet, "/help/privacy", 200, ""},
		{http.MethodGet, "/record", 200, ""},
		{http.MethodGet, "/en/", 200, ""},
		{http.MethodGet, "/nothing/", 404, ""},
	} {
		r := httptest.NewRequest(tc.method, "http://delfi.test"+tc.path, nil)
		if w := h.ask(r); w.Code != tc.status || w.Header().Get("Location") != tc.to {
			t.Errorf("%s %s: %d to %q", tc.method, tc.path, w.Code, w.Header().Get("Location"))
		}
	}
	h.serve(Get("/{anything}/*", Public, Shared, page), Get("/*", Public, Shared, page))
	for _, path := range []string{"//evil.example/", "///evil.example//", `/\evil.example/`, `/\/evil.example/`, "/en//evil.example/", "/%2F/evil.example/", "//evil.example/%2e%2e/"} {
		r := httptest.NewRequest(http.MethodGet, "http://delfi.test/", nil)
		r.URL.Path, r.URL.RawPath = strings.ReplaceAll(path, "%2F", "/"), ""
		to := h.ask(r).Header().Get("Location")
		at, err := r.URL.Parse(to)
		if err != nil || at.Host != "delfi.test" || strings.HasPrefix(strings.ReplaceAll(to, `\`, "/"), "//") {
			t.Errorf("%s leads to another site: %q", path, to)
		}
	}
}
