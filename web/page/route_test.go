package page

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/platform/postgres/testdb"
)

func nothing(*Request) error { return nil }

// A row whose columns contradict each other stops the start.
func TestARowThatContradictsItselfIsRefused(t *testing.T) {
	right := []Route{
		Get("/", Public, Shared, nothing), Get("/me", Personal, NoStore, nothing, SignedIn), Post("/me", Personal, nothing, SignedIn, Fresh),
		Get("/sign-in", Session, NoStore, nothing, LimitSignIns), Get("/ballot", Answering, Shared, nothing), Post("/ballot", Answering, nothing, SignedIn),
		Post("/code", AnsweringByCode, nothing, LimitCodes), Get("/tile/*", Program, Immutable, nothing), Get("/zip", Program, Spooled, nothing),
		Get("/static/*", Asset, Immutable, nothing), Get("/healthz", Probe, NoStore, nothing),
	}
	if err := checkAll(right); err != nil {
		t.Fatal(err)
	}
	for why, wrong := range map[string]Route{
		"neither read nor sent":          {Method: http.MethodPut, Pattern: "/a", Privacy: Public, Cache: NoStore, Handler: nothing},
		"not the one address":            Get("/a/", Public, Shared, nothing),
		"no handler":                     Get("/a", Public, Shared, nil),
		"no privacy class":               Get("/a", 0, NoStore, nothing),
		`cache class "" does not go`:     Get("/a", Public, 0, nothing),
		`class "shared" does not go`:     Get("/a", Personal, Shared, nothing, SignedIn),
		`class "revalidated" does not`:   Get("/a", Public, Revalidated, nothing),
		`class "no-store" does not go`:   Get("/a", Asset, NoStore, nothing),
		"answer to a post":               {Method: http.MethodPost, Pattern: "/a", Privacy: Public, Cache: Shared, Handler: nothing},
		"personal routes, and no public": Get("/a", Personal, NoStore, nothing),
		"for people who signed in":       Get("/a", Public, Shared, nothing, SignedIn),
		"without a session nobody":       Get("/a", AnsweringByCode, NoStore, nothing, SignedIn),
		"fresh only of":                  Post("/a", Answering, nothing, Fresh),
		"listed twice":                   Get("/", Public, NoStore, nothing),
	} {
		if err := checkAll(append(right, wrong)); err == nil || !strings.Contains(err.Error(), why) || !strings.Contains(err.Error(), wrong.String()) {
			t.Errorf("%s %q: %v, want %q", wrong, wrong.Privacy, err, why)
		}
	}
}

// A room whose services are not all there stops the start.
func TestAMissingServiceIsNamed(t *testing.T) {
	type services struct {
		Accounts Actors
		Mail     *http.Client
		BaseURL  string
	}
	err := Complete("post office", services{BaseURL: "http://delfi.test"})
	if err == nil || !strings.Contains(err.Error(), "post office: service Accounts is missing") || !strings.Contains(err.Error(), "Mail") || strings.Contains(err.Error(), "BaseURL") {
		t.Error(err)
	}
	if err := Complete("post office", services{&house{}, &http.Client{}, "http://delfi.test"}); err != nil {
		t.Error(err)
	}
}

// metered is a meter that lists its observations.
type metered []string

func (m *metered) Observe(route string, answering bool, status int, _ time.Duration) {
	*m = append(*m, strings.Join([]string{route, map[bool]string{true: "answering", false: "told"}[answering], http.StatusText(status)}, " "))
}

func (m *metered) Hit(string, bool, int) {}

// The access log has a line of every request to a page or a program, and nothing in it of a
// person; of answering routes it has none, whatever their status and whatever method they
// are asked by.
func TestALineOfTheAccessLog(t *testing.T) {
	var log bytes.Buffer
	m := &metered{}
	h := newHouse(t, Options{Meter: m, MaxBody: 1000})
	h.app.opts.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	broken := func(*Request) error { panic("a bug") }
	act := func(q *Request) error { return q.Redirect("/") }
	h.serve(Post("/consultations/{slug}", Public, act), Get("/file", Program, NoStore, nothing), Post("/ballot/{n}", Answering, act), Get("/broken", Answering, NoStore, broken),
		Post("/code", AnsweringByCode, act), Get("/static/*", Asset, Immutable, nothing), Get("/healthz", Probe, NoStore, nothing))
	w := h.post("/consultations/piazza?secret=1", map[string][]string{"item": {"7"}}, header("User-Agent", "Telltale/1.0"), func(r *http.Request) { r.RemoteAddr = "198.51.100.7:4444" })
	line := log.String()
	for _, personal := range []string{"198.51.100.7", "Telltale", "piazza", "secret", "item"} {
		if strings.Contains(line, personal) {
			t.Errorf("the log says %q: %s", personal, line)
		}
	}
	if strings.Count(line, "\n") != 1 || !strings.Contains(line, "status=303") || !strings.Contains(line, "route=/consultations/{slug}") || !strings.Contains(line, "ms=") || !strings.Contains(line, w.Header().Get("X-Request-Id")) {
		t.Errorf("the log does not say what was answered: %s", line)
	}
	for path, line := range map[string]string{"/file": "route=/file status=200", "/nowhere": "route=/* status=404", "/static/x": "", "/healthz": ""} {
		log.Reset()
		if h.get(path); strings.Contains(log.String(), "msg=request ") != (line != "") || !strings.Contains(log.String(), line) {
			t.Errorf("%s: %s", path, log.String())
		}
	}
	log.Reset()
	long := map[string][]string{"x": {strings.Repeat("x", 2000)}}
	for path, want := range map[string]int{"/ballot/1": 303, "/code": 303, "/broken": 405} {
		if w := h.post(path, nil); w.Code != want {
			t.Errorf("%s: %d", path, w.Code)
		}
		if w := h.post("/en"+path, long); w.Code != 413 {
			t.Errorf("%s, too long: %d", path, w.Code)
		}
		if w := h.get(path); w.Code != map[string]int{"/broken": 500}[path]+map[bool]int{true: 405}[path != "/broken"] {
			t.Errorf("reading %s: %d", path, w.Code)
		}
	}
	h.get("/ballot/%ff")
	if log.Len() > 0 {
		t.Errorf("people answer, and the log says\n%s", &log)
	}
	for _, told := range *m {
		if answering := strings.Contains(told, "ballot") || strings.Contains(told, "code") || strings.Contains(told, "broken"); answering != strings.Contains(told, " answering ") {
			t.Errorf("the meter is told %q", told)
		}
	}
	h.app.opts.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn}))
	if h.get("/"); log.Len() > 0 {
		t.Errorf("a log of warnings says %s", &log)
	}
}

// Each cache class has the Cache-Control that it promises, whatever the handler sends.
func TestEachCacheClassHasItsCacheControl(t *testing.T) {
	h := newHouse(t, Options{DB: testdb.New(t)})
	t.Cleanup(h.app.Close)
	send := func(q *Request) error { return q.Public("text/plain", q.Query("final") != "", []byte("body")) }
	page := func(q *Request) error { return q.Render(200, text("body")) }
	h.serve(Get("/shared", Public, Shared, page), Get("/none", Public, NoStore, page), Get("/ballot", Answering, Shared, page), Get("/code", AnsweringByCode, NoStore, page),
		Get("/revalidated", Program, Revalidated, send), Get("/immutable", Program, Immutable, send), Get("/unstored", Program, NoStore, send))
	session := header("Cookie", h.app.sessionCookie()+"=x")
	const revalidated = "public, no-cache"
	for _, c := range []struct {
		path, want, signedIn string
	}{
		{"/shared", "no-cache", "no-store"}, {"/ballot", "no-cache", "no-store"}, {"/none", "no-store", "no-store"}, {"/code", "no-store", "no-store"},
		{"/revalidated", revalidated, revalidated}, {"/revalidated?final=1", revalidated, revalidated}, {"/immutable", revalidated, revalidated},
		{"/immutable?final=1", "public, max-age=31536000, immutable", "public, max-age=31536000, immutable"}, {"/unstored", "no-store", "no-store"},
	} {
		if got := h.get(c.path).Header().Get("Cache-Control"); got != c.want {
			t.Errorf("%s: %q, want %q", c.path, got, c.want)
		}
		if got := h.get(c.path, session).Header().Get("Cache-Control"); got != c.signedIn {
			t.Errorf("%s with a session: %q, want %q", c.path, got, c.signedIn)
		}
	}
}

// Routes outside the sessions see nobody, whoever's browser asks.
func TestASessionIsReadWhereTheRouteSaysSo(t *testing.T) {
	h := newHouse(t, Options{DB: testdb.New(t)})
	t.Cleanup(h.app.Close)
	id := uuid.New()
	h.actors[id] = account.Actor{Account: id, Name: "Anna"}
	name := func(q *Request) error { return q.Render(200, text("%q", q.Actor.Name)) }
	h.serve(Get("/sign", Session, NoStore, func(q *Request) error {
		if err := q.SignIn(id); err != nil {
			return err
		}
		return q.Redirect("/")
	}), Get("/public", Public, Shared, name), Get("/answering", Answering, Shared, name), Get("/personal", Personal, NoStore, name, SignedIn),
		Get("/code", AnsweringByCode, NoStore, name), Get("/program", Program, NoStore, name), Get("/asset", Asset, Immutable, name))
	signedIn := from(h.get("/sign"))
	for path, want := range map[string]string{"/public": "Anna", "/answering": "Anna", "/personal": "Anna", "/code": "", "/program": "", "/asset": ""} {
		if got := h.get(path, signedIn); got.Body.String() != `"`+want+`"` || len(got.Result().Cookies()) > 0 {
			t.Errorf("%s: %s %v", path, got.Body, got.Result().Cookies())
		}
	}
}

// An address has one row, by its method, and its parameters.
func TestFind(t *testing.T) {
	h := newHouse(t, Options{})
	h.serve(Get("/record/{slug}", Public, Shared, nothing), Post("/record/cosignatures", Program, nothing), Get("/record/{slug}.zip", Program, Spooled, nothing), Get("/record/{slug}/*", Program, Spooled, nothing))
	for _, c := range []struct{ method, path, pattern, slug string }{
		{"GET", "/record/piazza", "/record/{slug}", "piazza"}, {"GET", "/en/record/piazza.zip", "/record/{slug}.zip", "piazza"},
		{"GET", "/record/piazza/a/b", "/record/{slug}/*", "piazza"}, {"POST", "/record/cosignatures", "/record/cosignatures", ""},
		{"GET", "/record/cosignatures", "/record/{slug}", "cosignatures"}, {"POST", "/record/piazza", "", ""}, {"GET", "/en", "/", ""}, {"FETCH", "/", "", ""},
	} {
		pattern, param := h.app.Find(c.method, c.path)
		if pattern != c.pattern || pattern != "" && param("slug") != c.slug {
			t.Errorf("%s %s: %q, %q", c.method, c.path, pattern, param("slug"))
		}
	}
	w := h.ask(httptest.NewRequest("FETCH", "http://delfi.test/record/cosignatures", nil))
	if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("%d, allowed %q", w.Code, w.Header().Get("Allow"))
	}
}
