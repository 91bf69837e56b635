package webtest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"delfi/internal/account"
)

// Route is one route as the battery tries it.
type Route struct {
	Method string
	Path   string // as a browser asks for it
	Form   url.Values
	// Open routes can be read by a stranger; the others send a reader to sign in and
	// back, and refuse a form with 401.
	Open bool
	// Program is an endpoint that knows no session and refuses with a problem document.
	Program bool
	Status  int // what a stranger gets from an open route; 0 is 200
	// Denied are people who may not, by name, with the status that each gets: a wrong
	// role (403), another administration (404).
	Denied map[string]Denial
}

// Denial is who is turned away, and how.
type Denial struct {
	Who    account.Actor
	Status int
}

// Guards drives every route through the battery: signed out, wrong role, other
// administration, foreign origin, broken database. someone is anybody who can sign in. It
// fails for a route of the room, which is every one beneath the paths under, that nobody
// listed.
func (h *House) Guards(t *testing.T, under []string, someone account.Actor, routes []Route, changes ...Change) {
	t.Helper()
	site := h.Site(t, changes...)
	broken := lost(t, changes)
	for _, r := range routes {
		t.Run(r.Method+" "+r.Path, func(t *testing.T) {
			t.Run("signed out", func(t *testing.T) { r.signedOut(t, site) })
			for name, d := range r.Denied {
				t.Run(name, func(t *testing.T) {
					got := r.ask(t, site.As(t, d.Who))
					if got.Status != d.Status {
						t.Errorf("%s got %d, wants %d: %s", name, got.Status, d.Status, got.Text("main h1"))
					}
					r.complete(t, got)
				})
			}
			if r.Method == http.MethodPost {
				t.Run("foreign origin", func(t *testing.T) { r.foreign(t, site.As(t, someone)) })
			}
			t.Run("broken database", func(t *testing.T) { r.down(t, broken) })
		})
	}
	t.Run("every route is tried", func(t *testing.T) { site.covered(t, under, routes) })
}

// ask sends the route's request from a browser.
func (r Route) ask(t *testing.T, b *Browser) Response {
	t.Helper()
	if r.Method == http.MethodPost {
		return b.Post(t, r.Path, r.Form)
	}
	return b.Get(t, r.Path)
}

// signedOut: an open page is the same for every stranger and says so with an ETag;
// any other sends a reader to sign in and back to the same page, and refuses a form.
func (r Route) signedOut(t *testing.T, s *Site) {
	got := r.ask(t, s.Stranger())
	switch {
	case r.Open:
		want := r.Status
		if want == 0 {
			want = http.StatusOK
		}
		if got.Status != want {
			t.Errorf("a stranger got %d, wants %d", got.Status, want)
		}
		if want == http.StatusOK && got.Header.Get("ETag") == "" && got.Header.Get("Cache-Control") != "no-store" {
			t.Error("an open page has neither ETag nor no-store")
		}
		if c := got.Header.Values("Set-Cookie"); len(c) > 0 {
			t.Errorf("reading set cookies: %v", c)
		}
	case r.Method == http.MethodPost:
		if got.Status != http.StatusUnauthorized {
			t.Errorf("a stranger's form got %d, wants 401", got.Status)
		}
		r.complete(t, got)
	default:
		if want := "/sign-in?next=" + url.QueryEscape(r.Path); got.Status != http.StatusSeeOther || got.Location != want {
			t.Errorf("a stranger got %d to %q, wants 303 to %q", got.Status, got.Location, want)
		}
	}
}

// foreign: a form that another site sends is refused, whoever's browser it is.
func (r Route) foreign(t *testing.T, b *Browser) {
	for name, header := range map[string][2]string{
		"fetch metadata": {"Sec-Fetch-Site", "cross-site"},
		"origin":         {"Origin", "https://evil.example"},
	} {
		req := Form(r.Path, r.Form)
		req.Header.Set(header[0], header[1])
		if got := b.Do(t, req); got.Status != http.StatusForbidden {
			t.Errorf("%s: got %d, wants 403", name, got.Status)
		}
	}
}

// down: without its database the site says so, in a page, and shows no cause.
func (r Route) down(t *testing.T, b *Browser) {
	got := r.ask(t, b)
	if got.Status != http.StatusServiceUnavailable {
		t.Errorf("got %d, wants 503", got.Status)
	}
	if strings.Contains(got.Body, "sql") || strings.Contains(got.Body, "pq:") {
		t.Errorf("the cause is shown:\n%s", got.Text("main"))
	}
	r.complete(t, got)
}

// complete: a refusal is a whole page with a heading and a way on; to a program, a
// problem document.
func (r Route) complete(t *testing.T, got Response) {
	if r.Program {
		var text struct{ Code, Detail string }
		if err := json.Unmarshal([]byte(got.Body), &text); err != nil || text.Code == "" || text.Detail == "" || got.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("status %d comes without a problem document: %s", got.Status, got.Body)
		}
		return
	}
	if got.Count("main h1") != 1 || got.Count("main a[href]") == 0 {
		t.Errorf("status %d comes without a heading or a way on: %q", got.Status, got.Text("main"))
	}
}

// lost is a browser with a session, on a site whose database is gone.
func lost(t *testing.T, changes []Change) *Browser {
	t.Helper()
	gone := Open(t)
	b := gone.Site(t, changes...).Stranger()
	if err := gone.DB.Close(); err != nil {
		t.Fatal(err)
	}
	b.cookies["delfi_session"] = &http.Cookie{Name: "delfi_session", Value: "somebody"}
	return b
}

// covered fails for a route of the room that the list leaves out.
func (s *Site) covered(t *testing.T, under []string, routes []Route) {
	for _, listed := range s.Routes {
		inRoom := slices.ContainsFunc(under, func(path string) bool { return listed.Pattern == path || strings.HasPrefix(listed.Pattern, path+"/") })
		tried := slices.ContainsFunc(routes, func(r Route) bool { return r.Method == listed.Method && fits(listed.Pattern, r.Path) })
		if inRoom && !tried {
			t.Errorf("no guard tries %s", listed)
		}
	}
}

// fits tells whether a path is one of a pattern's.
func fits(pattern, path string) bool {
	path, _, _ = strings.Cut(path, "?")
	want := strings.Split(strings.Trim(pattern, "/"), "/")
	got := strings.Split(strings.Trim(path, "/"), "/")
	if want[len(want)-1] == "*" && len(got) >= len(want) {
		want, got = want[:len(want)-1], got[:len(want)-1]
	}
	if len(want) != len(got) {
		return false
	}
	for i, w := range want {
		if w != got[i] && !(strings.HasPrefix(w, "{") && got[i] != "") {
			return false
		}
	}
	return true
}
