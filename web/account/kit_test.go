package account_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/app"
	"delfi/internal/login"
	"delfi/internal/login/devidp"
	"delfi/internal/platform/blob"
	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
	"delfi/internal/pseudonym"
	"delfi/web"
	"delfi/web/page"
)

// site is a real server with the room's routes and two pages, a real database,
// and the built-in provider on a listener of its own.
type site struct {
	t        *testing.T
	url      string
	db       *postgres.DB
	keys     pseudonym.Keys
	files    blob.Store
	provider *devidp.Provider
	accounts *account.Service
	base     string
	action   []string
	handler  atomic.Value   // of the process that answers now, an http.Handler
	issuer   *login.Options // of another provider than the built-in one; nil for that
	done     []string       // what forms did
}

// secret is what the site's processes have in common.
var secret = bytes.Repeat([]byte{7}, 32)

// public lets the site think that it has another address than its listener's.
func newSite(t *testing.T, public string) *site {
	t.Helper()
	return newSiteOn(t, testdb.New(t), public, true)
}

// newSiteOn says on which database, and whether forms may lead to the provider.
func newSiteOn(t *testing.T, db *postgres.DB, public string, leads bool) *site {
	t.Helper()
	provider, err := devidp.New(devidp.Demonstration()).Start(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	files, err := blob.NewFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	keys, err := pseudonym.NewFileKeys(t.TempDir(), secret)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(nil)
	s := &site{t: t, url: "http://" + server.Listener.Addr().String(), db: db, provider: provider, keys: keys, files: files, accounts: account.New(db, keys)}
	s.base = s.url
	if public != "" {
		s.base = public
	}
	provider.Allow(s.url + "/sign-in/callback")
	if leads {
		s.action = []string{provider.Issuer()}
	}
	s.handler.Store(s.process(secret, time.Now))
	at, err := url.Parse(s.base)
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Host = at.Host // as a proxy at the public address asks
		s.handler.Load().(http.Handler).ServeHTTP(w, r)
	})
	server.Start()
	t.Cleanup(func() {
		server.Close()
		if err := provider.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := s.accounts.Found(t.Context(), account.Administration{Slug: "riva", Name: "Comune di Riva d’Arno"}); err != nil {
		t.Fatal(err)
	}
	return s
}

// process is one server of the site.
func (s *site) process(secret []byte, clock func() time.Time) http.Handler {
	s.t.Helper()
	o := login.Options{Issuer: s.provider.Issuer(), ClientID: devidp.ClientID, ClientSecret: s.provider.Secret()}
	if s.issuer != nil {
		o = *s.issuer
	}
	o.RedirectURL, o.Log = s.url+"/sign-in/callback", slog.New(slog.DiscardHandler)
	client, err := login.New(o)
	if err != nil {
		s.t.Fatal(err)
	}
	db := s.db.With(postgres.WithClock(clock))
	services, err := app.New(app.Options{DB: db, Keys: s.keys, Files: s.files, BaseURL: s.url})
	if err != nil {
		s.t.Fatal(err)
	}
	pages := page.New(page.Options{
		BaseURL: s.base, DB: db, Actors: services.Accounts, Secret: secret, FormAction: s.action, Log: slog.New(slog.DiscardHandler),
	})
	s.t.Cleanup(pages.Close)
	routes, err := web.Routes(services.Site(app.SiteOptions{Pages: pages, Login: client, Log: slog.New(slog.DiscardHandler)}))
	if err != nil {
		s.t.Fatal(err)
	}
	routes = slices.DeleteFunc(routes, func(r page.Route) bool { return !strings.HasPrefix(r.Pattern, "/sign-") })
	who := func(q *page.Request) error {
		return q.Render(http.StatusOK, templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
			_, err := fmt.Fprintf(w, "<main>%s reads %s: %s %q holds %d</main>", q.Actor.Name, q.CurrentPath(), q.Lang, q.Flashes(), len(q.Actor.Grants))
			return err
		}))
	}
	form := func(q *page.Request) error {
		return q.Render(http.StatusOK, templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
			_, err := fmt.Fprintf(w, `<main>%s writes<form method="post" action="/form"><textarea name="words"></textarea></form></main>`, q.Actor.Name)
			return err
		}))
	}
	done := func(q *page.Request) error {
		form, err := q.Form()
		if err != nil {
			return err
		}
		s.done = append(s.done, q.Actor.Name+": "+form.Value("words"))
		return q.Redirect("/form")
	}
	handler, err := pages.Serve(append(routes,
		page.Get("/", page.Public, page.Shared, who),
		page.Get("/mine", page.Personal, page.NoStore, who, page.SignedIn),
		page.Get("/form", page.Personal, page.NoStore, form, page.SignedIn),
		page.Post("/form", page.Personal, done, page.SignedIn),
		page.Post("/form/act", page.Personal, done, page.SignedIn, page.Fresh),
	))
	if err != nil {
		s.t.Fatal(err)
	}
	return handler
}

// person is a browser: cookies, and redirects followed.
type person struct {
	s      *site
	client *http.Client
	body   string
	at     *url.URL
	status int
	trail  []*http.Response // what each redirect came with
}

func (s *site) person() *person {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return &person{s: s, client: &http.Client{Jar: jar, Timeout: 20 * time.Second}}
}

func (p *person) open(path string) *person { return p.do(http.MethodGet, path) }
func (p *person) post(path string) *person { return p.do(http.MethodPost, path) }

func (p *person) do(method, path string) *person {
	p.s.t.Helper()
	return p.sends(method, path, nil)
}

// sends is do with a form.
func (p *person) sends(method, path string, form url.Values) *person {
	p.s.t.Helper()
	if strings.HasPrefix(path, "/") {
		path = p.s.url + path
	}
	p.trail = nil
	p.client.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		p.trail = append(p.trail, r.Response)
		return nil
	}
	r, err := http.NewRequestWithContext(p.s.t.Context(), method, path, strings.NewReader(form.Encode()))
	if err != nil {
		p.s.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := p.client.Do(r)
	if err != nil {
		p.s.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		p.s.t.Fatal(err)
	}
	p.body, p.at, p.status = string(b), res.Request.URL, res.StatusCode
	p.trail = append(p.trail, res)
	return p
}

// stopAt follows redirects until one leads to a path of the site, and gives its address.
func (p *person) stopAt(path, before string) *url.URL {
	p.s.t.Helper()
	var found *url.URL
	p.client.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if r.URL.Path == before && strings.HasPrefix(r.URL.String(), p.s.url) {
			found = r.URL
			return http.ErrUseLastResponse
		}
		return nil
	}
	res, err := p.client.Get(p.s.url + path)
	if err != nil {
		p.s.t.Fatal(err)
	}
	res.Body.Close()
	if found == nil {
		p.s.t.Fatalf("%s did not lead to %s", path, before)
	}
	return found
}

func (p *person) session() string {
	u, err := url.Parse(p.s.url)
	if err != nil {
		p.s.t.Fatal(err)
	}
	for _, c := range p.client.Jar.Cookies(u) {
		if c.Name == "delfi_session" {
			return c.Value
		}
	}
	return ""
}

func (p *person) plant(token string) {
	u, err := url.Parse(p.s.url)
	if err != nil {
		p.s.t.Fatal(err)
	}
	p.client.Jar.SetCookies(u, []*http.Cookie{{Name: "delfi_session", Value: token, Path: "/"}})
}

func (p *person) wants(status int, holds string) {
	p.s.t.Helper()
	if p.status != status || !strings.Contains(p.body, holds) {
		p.s.t.Errorf("at %s: %d %s; want %d with %q", p.at, p.status, p.body, status, holds)
	}
}

// actor signs somebody in through the provider and gives what they may do.
func (s *site) actor(subject string) account.Actor {
	s.t.Helper()
	s.person().open("/sign-in?as=" + subject)
	a, err := s.accounts.Actor(s.t.Context(), s.account(subject))
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

// carrier is a jar that brings back everything everywhere.
type carrier map[string]*http.Cookie

func (c carrier) SetCookies(_ *url.URL, cookies []*http.Cookie) {
	for _, cookie := range cookies {
		if cookie.MaxAge < 0 {
			delete(c, cookie.Name)
			continue
		}
		c[cookie.Name] = cookie
	}
}

func (c carrier) Cookies(*url.URL) []*http.Cookie { return slices.Collect(maps.Values(c)) }

// account is the account of somebody who signed in before, in Italian.
func (s *site) account(subject string) uuid.UUID {
	s.t.Helper()
	for _, p := range s.provider.People() {
		if p.Subject != subject {
			continue
		}
		id, err := s.accounts.SignIn(s.t.Context(), account.Claims{Issuer: s.provider.Issuer(), Subject: subject, Name: p.Name, Email: p.Email, Municipality: p.Municipality, Groups: p.Groups})
		if err != nil {
			s.t.Fatal(err)
		}
		return id
	}
	s.t.Fatalf("nobody is called %s", subject)
	return uuid.Nil
}
