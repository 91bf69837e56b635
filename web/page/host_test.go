package page

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// A name of somebody else's that leads to our address reaches nothing, and every answer
// has the headers, static files and health included.
func TestOnlyTheSitesOwnNameIsAnswered(t *testing.T) {
	h := newHouse(t, Options{BaseURL: "https://delfi.example.it", Forwarded: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
	t.Cleanup(h.app.Close)
	empty := Raw(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	h.serve(Get("/", Program, NoStore, empty), Get("/me", Program, NoStore, empty), Get("/static/*", Asset, Immutable, empty), Get("/healthz", Probe, NoStore, empty), Get("/readyz", Probe, NoStore, empty))
	ask := func(path, host, from string, headers ...string) *httptest.ResponseRecorder {
		t.Helper()
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Host, r.RemoteAddr = host, from+":4000"
		for i := 0; i+1 < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		w := httptest.NewRecorder()
		h.site.ServeHTTP(w, r)
		if w.Header().Get("Content-Security-Policy") == "" || w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s of %s lacks headers: %v", path, host, w.Header())
		}
		return w
	}
	for _, host := range []string{"delfi.example.it", "DELFI.example.IT", "delfi.example.it:443", "delfi.example.it."} {
		if got := ask("/", host, "203.0.113.8"); got.Code != http.StatusNoContent {
			t.Errorf("%s: %d", host, got.Code)
		}
	}
	for _, host := range []string{"evil.example", "evil.example:443", "delfi.example.it.evil.example", "delfi.example.it:8080", "127.0.0.1:8080", "", "delfi.example.it@evil.example"} {
		got := ask("/me", host, "203.0.113.8")
		if asset := ask("/static/x", host, "203.0.113.8"); asset.Code != http.StatusMisdirectedRequest {
			t.Errorf("%s, an asset: %d", host, asset.Code)
		}
		if got.Code != http.StatusMisdirectedRequest || !strings.Contains(got.Body.String(), "Questo indirizzo non è quello del sito") {
			t.Errorf("%s: %d %s", host, got.Code, got.Body)
		}
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		if got := ask(path, "10.1.2.3:8080", "203.0.113.8"); got.Code != http.StatusNoContent {
			t.Errorf("%s: %d", path, got.Code)
		}
	}
	// A proxy in front that is believed says the name, or has looked at it.
	if got := ask("/", "127.0.0.1:8080", "10.0.0.1"); got.Code != http.StatusNoContent {
		t.Errorf("through a proxy: %d", got.Code)
	}
	if got := ask("/", "127.0.0.1:8080", "10.0.0.1", "X-Forwarded-Host", "evil.example"); got.Code != http.StatusMisdirectedRequest {
		t.Errorf("through a proxy that was asked by another name: %d", got.Code)
	}
	if got := ask("/", "127.0.0.1:8080", "203.0.113.8", "X-Forwarded-Host", "delfi.example.it"); got.Code != http.StatusMisdirectedRequest {
		t.Errorf("a stranger says that it is a proxy: %d", got.Code)
	}
}

// X-Forwarded-For that nobody believes is told at most once an hour.
func TestAForwardedForThatIsNotBelievedIsToldOnceAnHour(t *testing.T) {
	h := newHouse(t, Options{})
	t.Cleanup(h.app.Close)
	var ahead time.Duration
	h.app.clients.Now = func() time.Time { return time.Now().Add(ahead) }
	ask := func() int {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("X-Forwarded-For", "203.0.113.8")
		h.app.clients.Address(r)
		return strings.Count(h.log.String(), "X-Forwarded-For")
	}
	ask()
	if n := ask(); n != 1 {
		t.Errorf("told %d times", n)
	}
	ahead = 61 * time.Minute
	if n := ask(); n != 2 {
		t.Errorf("an hour later told %d times", n)
	}
}

// Codes have a limit of their own: who signs in uses up nobody's.
func TestCodesAndSignInsAreCountedApart(t *testing.T) {
	h := newHouse(t, Options{SignIns: 2, Codes: 1})
	t.Cleanup(h.app.Close)
	done := func(*Request) error { return nil }
	h.serve(Get("/in", Public, Shared, done, LimitSignIns))
	h.serve(Get("/code", AnsweringByCode, NoStore, done, LimitCodes))
	for i, want := range []int{200, 200, 429} {
		if got := h.get("/in"); got.Code != want {
			t.Errorf("sign-in %d: %d", i, got.Code)
		}
	}
	for i, want := range []int{200, 429} {
		if got := h.get("/code"); got.Code != want {
			t.Errorf("code %d: %d", i, got.Code)
		}
	}
}
