package web_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"delfi/internal/account"
	"delfi/internal/app"
	"delfi/internal/login"
	"delfi/internal/login/devidp"
	"delfi/internal/platform/postgres"
	"delfi/web"
	"delfi/web/page"
	"delfi/web/ui"
	"delfi/web/webtest"
)

// siteSecret is what the servers of a site have in common.
var siteSecret = bytes.Repeat([]byte{7}, 32)

// server is one server process: the whole site on a real listener.
type server struct {
	url string
	app *page.App
}

// provide starts the built-in provider for every server of a test.
func provide(t *testing.T) *devidp.Provider {
	t.Helper()
	p, err := devidp.New(devidp.Demonstration()).Start(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// serve starts a server process on a house's services.
func serve(t *testing.T, h *webtest.House, p *devidp.Provider, change ...func(*web.Options)) *server {
	t.Helper()
	return serveWith(t, h, p, page.Options{Posts: 100000, SignIns: 100000, Log: slog.New(slog.DiscardHandler)}, change...)
}

// serveWith is serve with settings and a log of the test's.
func serveWith(t *testing.T, h *webtest.House, p *devidp.Provider, settings page.Options, change ...func(*web.Options)) *server {
	t.Helper()
	listener := httptest.NewUnstartedServer(nil)
	s := &server{url: "http://" + listener.Listener.Addr().String()}
	p.Allow(s.url + "/sign-in/callback")
	client, err := login.New(login.Options{Issuer: p.Issuer(), ClientID: devidp.ClientID, ClientSecret: p.Secret(), RedirectURL: s.url + "/sign-in/callback"})
	if err != nil {
		t.Fatal(err)
	}
	log := settings.Log
	settings.BaseURL, settings.DB, settings.Actors, settings.Secret, settings.ErrorPage = s.url, h.DB, h.Accounts, siteSecret, ui.ErrorPage
	settings.FormAction, settings.Changes = []string{p.Issuer()}, h.Changes
	s.app = page.New(settings)
	o := h.App.Site(app.SiteOptions{Pages: s.app, Login: client, Log: log})
	o.Account.BaseURL, o.Record.BaseURL = s.url, s.url
	for _, c := range change {
		c(&o)
	}
	handler, err := web.New(o)
	if err != nil {
		t.Fatal(err)
	}
	listener.Config.Handler = handler
	listener.Start()
	t.Cleanup(func() { listener.Close(); s.app.Close() })
	return s
}

// answer is what a reader got.
type answer struct {
	status int
	header http.Header
	body   string
}

// reader is a browser, or a program that reads: redirects followed, nothing unpacked.
type reader struct{ *http.Client }

func newReader(t *testing.T) reader {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return reader{&http.Client{Jar: jar, Timeout: time.Minute, Transport: &http.Transport{DisableCompression: true}}}
}

func (r reader) do(t *testing.T, req *http.Request) answer {
	t.Helper()
	res, err := r.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, string(b)}
}

func (r reader) get(t *testing.T, address string, headers ...string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	return r.do(t, req)
}

func (r reader) post(t *testing.T, address string, form url.Values) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r.do(t, req)
}

// eventually waits for what another process brings about.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for range 2000 {
		if holds() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("never: %s", what)
}

// public are the pages that somebody who has not signed in reads.
var public = []string{
	"/", "/help/how-it-works", "/help/protection", "/help/accessibility", "/help/privacy",
	"/consultations/" + webtest.Announced + "/", "/consultations/" + webtest.Gathering + "/", "/consultations/" + webtest.Answering + "/",
	"/consultations/" + webtest.Answering + "/rounds/2", "/record", "/record/" + webtest.Answering,
	"/consultations/" + webtest.Published + "/opinion", "/consultations/" + webtest.Published + "/opinion.json", "/record/" + webtest.Published,
}

// TestCachedPages walks the whole site twice: what comes from the cache is what was
// drawn, and holds nothing of anybody.
func TestCachedPages(t *testing.T) {
	h := webtest.Open(t).Play(t)
	provider := provide(t)
	now := time.Now() // stands still at the other server, whose pages grow no older
	s, other := serve(t, h, provider), serve(t, h.Beside(t, postgres.WithClock(func() time.Time { return now })), provider)
	for _, app := range []*page.App{s.app, other.app} {
		eventually(t, "the cache is connected", func() bool {
			newReader(t).get(t, s.url+"/help/privacy")
			newReader(t).get(t, other.url+"/help/privacy")
			return app.Cache().Stats().Pages > 0
		})
	}
	t.Run("every public page is kept and holds nothing of a person", func(t *testing.T) { everyPage(t, s) })
	t.Run("who signed in never gets a kept page", func(t *testing.T) { signedIn(t, s) })
	t.Run("an act drops what it changes in every process", func(t *testing.T) { invalidation(t, h, s, other) })
	t.Run("a session is the same in every process", func(t *testing.T) { oneSession(t, s, other) })
}

func everyPage(t *testing.T, s *server) {
	for _, lang := range []string{"", "/en"} {
		for _, path := range public {
			path = lang + path
			if lang != "" && path == "/en/" {
				path = "/en"
			}
			drawn := newReader(t).get(t, s.url+path)
			before := s.app.Cache().Stats().Hits
			kept := newReader(t).get(t, s.url+path)
			if drawn.status != 200 || s.app.Cache().Stats().Hits != before+1 {
				t.Errorf("%s: %d, and is not kept", path, drawn.status)
				continue
			}
			if kept.body != drawn.body {
				t.Errorf("%s: what is kept is not what was drawn", path)
			}
			for _, a := range []answer{drawn, kept} {
				if a.header.Get("Set-Cookie") != "" || a.header.Get("Cache-Control") != "no-cache" || a.header.Get("Content-Security-Policy") == "" {
					t.Errorf("%s: headers %v", path, a.header)
				}
				if strings.Contains(a.body, "delfi_session") || strings.Contains(a.body, "dlf-flash") || strings.Contains(a.body, "/sign-out") {
					t.Errorf("%s holds something of a person", path)
				}
			}
			packed := newReader(t).get(t, s.url+path, "Accept-Encoding", "gzip")
			z, err := gzip.NewReader(strings.NewReader(packed.body))
			if err != nil {
				t.Errorf("%s: %v", path, err)
				continue
			}
			if b, err := io.ReadAll(z); err != nil || string(b) != drawn.body {
				t.Errorf("%s: compressed it is another page: %v", path, err)
			}
			if again := newReader(t).get(t, s.url+path, "If-None-Match", packed.header.Get("ETag")); again.status != http.StatusNotModified || again.body != "" {
				t.Errorf("%s: asked again: %d", path, again.status)
			}
		}
	}
}

// signIn goes the whole way through the provider as one of its people.
func (r reader) signIn(t *testing.T, s *server, subject string) {
	t.Helper()
	if a := r.get(t, s.url+"/sign-in?as="+subject); a.status != 200 || !strings.Contains(a.body, "/sign-out") {
		t.Fatalf("signing in as %s: %d", subject, a.status)
	}
}

func signedIn(t *testing.T, s *server) {
	anna := newReader(t)
	anna.signIn(t, s, "anna")
	for _, path := range public {
		newReader(t).get(t, s.url+path) // it is cached now
		before := s.app.Cache().Stats()
		got := anna.get(t, s.url+path)
		after := s.app.Cache().Stats()
		if got.header.Get("ETag") != "" || after.Hits != before.Hits || after.Misses != before.Misses {
			t.Errorf("%s: Anna got the page of everyone", path)
		}
		if strings.HasPrefix(got.header.Get("Content-Type"), "text/html") && !strings.Contains(got.body, "Anna Vandelli") {
			t.Errorf("%s: not Anna's own page", path)
		}
		if strings.Contains(newReader(t).get(t, s.url+path).body, "Anna Vandelli") {
			t.Errorf("%s: a stranger reads who Anna is", path)
		}
	}
	out := anna.post(t, s.url+"/sign-out", nil)
	if out.status != 200 {
		t.Errorf("signing out: %d", out.status)
	}
}

// version is what a page's forms say that it shows.
func version(body string) string {
	_, rest, _ := strings.Cut(body, `name="version" value="`)
	text, _, _ := strings.Cut(rest, `"`)
	return text
}

func invalidation(t *testing.T, h *webtest.House, s, other *server) {
	slug := "/consultations/" + webtest.Answering + "/"
	elsewhere := "/consultations/" + webtest.Published + "/opinion"
	read := func(at *server) string { return newReader(t).get(t, at.url+slug).body }
	const reason = "Verifichiamo un errore nel testo"
	for _, at := range []*server{s, other} {
		newReader(t).get(t, at.url+elsewhere)
		if strings.Contains(read(at), reason) {
			t.Fatal("suspended before the act")
		}
	}
	giulia := newReader(t)
	giulia.signIn(t, s, "giulia")
	if a := giulia.post(t, s.url+"/desk/"+webtest.Answering+"/suspend", url.Values{"reason": {reason}, "version": {version(giulia.get(t, s.url+"/desk/"+webtest.Answering+"/suspend").body)}}); a.status != 200 {
		t.Fatalf("suspending: %d", a.status)
	}
	h.Settle(t) // consultations are some milliseconds behind; the page is not
	if !strings.Contains(read(s), reason) {
		t.Error("after the act its own process shows the old page")
	}
	eventually(t, "the other process shows the new page", func() bool { return strings.Contains(read(other), reason) })
	// An act that no request did, as a job does.
	hits := other.app.Cache().Stats().Hits
	if newReader(t).get(t, other.url+elsewhere); other.app.Cache().Stats().Hits != hits+1 {
		t.Error("a page about another consultation was dropped too")
	}
	if err := h.Consultations.Resume(t.Context(), h.Person(t, "giulia"), webtest.Answering); err != nil {
		t.Fatal(err)
	}
	for _, at := range []*server{s, other} {
		eventually(t, "resumed everywhere", func() bool { return !strings.Contains(read(at), reason) })
	}
}

func oneSession(t *testing.T, s, other *server) {
	karim := newReader(t) // a browser's cookies know the host, not the port
	karim.signIn(t, s, "karim")
	if !strings.Contains(karim.get(t, other.url+"/").body, "Karim Haddad") {
		t.Fatal("signed in on one server, a stranger on the other")
	}
	if a := karim.post(t, other.url+"/sign-out", nil); strings.Contains(a.body, "Karim Haddad") {
		t.Error("not signed out")
	}
	if strings.Contains(karim.get(t, s.url+"/").body, "Karim Haddad") {
		t.Error("signed out on one server, signed in on the other")
	}
}

// Two servers whose clocks pass a deadline at once close the round once.
func TestADeadlineClosesOnceWhateverTheServers(t *testing.T) {
	t.Parallel()
	h := webtest.Open(t).Play(t)
	c, err := h.Consultations.Find(t.Context(), account.Actor{}, webtest.Answering)
	if err != nil {
		t.Fatal(err)
	}
	deadline := c.Rounds[2].Deadline
	later := postgres.WithClock(func() time.Time { return deadline.Add(time.Minute) })
	var both sync.WaitGroup
	failed := make([]error, 2)
	for i := range failed {
		server := h.Beside(t, later)
		both.Go(func() { failed[i] = server.Jobs.Drain(t.Context()) })
	}
	both.Wait()
	if err := errors.Join(failed...); err != nil {
		t.Fatal(err)
	}
	entries, err := h.Record.Of(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	closed, told := 0, 0
	for _, e := range entries {
		if e.Target != "round 3" {
			continue
		}
		switch e.Type {
		case "round_closed":
			closed++
		case "feedback":
			told++
		}
	}
	if closed != 1 || told != 1 {
		t.Errorf("closed %d times, feedback %d times", closed, told)
	}
}
