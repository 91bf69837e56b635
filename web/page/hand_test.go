package page

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"delfi/internal/account"
	"delfi/internal/postgres/testdb"
)

// counter is a house where a post leads to a page that counts how often it was drawn.
type counter struct {
	*house
	site  http.Handler
	clock *time.Time
	drawn int
	hits  []string
}

func newCounter(t *testing.T) *counter {
	t.Helper()
	now := time.Now()
	db := testdb.NewAt(t, func() time.Time { return now })
	c := &counter{clock: &now}
	accounts := account.New(db, keysOf(t))
	id := enter(t, accounts, account.Claims{Name: "Anna"})
	c.house = newHouse(t, Options{DB: db, Hit: func(route string, _ bool, status int) { c.hits = append(c.hits, fmt.Sprint(route, " ", status)) }})
	t.Cleanup(c.kernel.Close)
	c.kernel.opts.Actors = accounts
	c.Get("/sign", c.kernel.Handle(func(q *Request) error {
		if err := q.SignIn(id); err != nil {
			return err
		}
		return q.Redirect("/")
	}))
	c.Route("/things/{n}", func(r chi.Router) {
		r.Get("/", c.kernel.Handle(func(q *Request) error {
			q.NoStore()
			return q.Render(http.StatusOK, text("thing %s of %s in %s, drawn for its reader", q.Param("n"), q.Actor.Name, q.Lang))
		}))
		r.Post("/", c.kernel.Handle(func(q *Request) error {
			c.drawn++
			return q.Hand("/things/"+q.Param("n")+"/", "/things/{n}/", text("thing %s of %s in %s, drawn by its post", q.Param("n"), q.Actor.Name, q.Lang))
		}))
	})
	c.Post("/sign-out", c.kernel.Handle(func(q *Request) error {
		if err := q.SignOut(); err != nil {
			return err
		}
		return q.Redirect("/")
	}))
	c.site = c.kernel.Front(c.kernel.Wrap(c.Mux))
	return c
}

func (c *counter) do(method, path string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://delfi.test"+path, nil)
	for _, f := range change {
		f(r)
	}
	w := httptest.NewRecorder()
	c.site.ServeHTTP(w, r)
	return w
}

// The page that a post leads to is drawn once, by the post, and given once.
func TestAHandedPageIsGivenOnceToItsReader(t *testing.T) {
	c := newCounter(t)
	anna, other := from(c.do("GET", "/sign")), from(c.do("GET", "/sign"))
	for _, lang := range []string{"it", "en"} {
		at := prefixed(lang, "/things/7/")
		w := c.do("POST", at, anna)
		if w.Code != http.StatusSeeOther || w.Header().Get("Location") != at {
			t.Fatalf("%d %q", w.Code, w.Header().Get("Location"))
		}
		// Whoever else asks, and for whatever else, gets what is drawn for them.
		for _, who := range []func(*http.Request){other, func(*http.Request) {}} {
			if w := c.do("GET", at, who); strings.Contains(w.Body.String(), "post") {
				t.Errorf("to another session: %s", w.Body)
			}
		}
		for _, path := range []string{prefixed(lang, "/things/8/"), at + "?x=1"} {
			if w := c.do("GET", path, anna); strings.Contains(w.Body.String(), "post") {
				t.Errorf("%s: %s", path, w.Body)
			}
		}
		if w := c.do("HEAD", at, anna); w.Code != http.StatusOK {
			t.Errorf("HEAD: %d", w.Code)
		}
		if w := c.do("GET", at, anna, func(r *http.Request) { r.AddCookie(&http.Cookie{Name: flashCookie, Value: "flash.signed_out"}) }); strings.Contains(w.Body.String(), "post") {
			t.Errorf("with words to show: %s", w.Body)
		}
		w = c.do("GET", at, anna)
		if want := "thing 7 of Anna in " + lang + ", drawn by its post"; w.Code != http.StatusOK || w.Body.String() != want {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		for name, want := range map[string]string{"Cache-Control": "no-store", "Content-Language": lang, "Content-Type": "text/html; charset=utf-8", "X-Frame-Options": "DENY"} {
			if got := w.Header().Get(name); got != want {
				t.Errorf("%s: %q", name, got)
			}
		}
		if w := c.do("GET", at, anna); !strings.Contains(w.Body.String(), "for its reader") {
			t.Errorf("the second time: %s", w.Body)
		}
	}
	if c.drawn != 2 || fmt.Sprint(c.hits) != "[/things/{n}/ 200 /things/{n}/ 200]" {
		t.Errorf("drawn %d times, counted %v", c.drawn, c.hits)
	}
}

// Whatever a session does next, and time, make the page be drawn as ever; nothing of
// it stays.
func TestAHandedPageDoesNotWaitForLong(t *testing.T) {
	c := newCounter(t)
	anna := from(c.do("GET", "/sign"))
	for name, next := range map[string]func(){
		"another post": func() { c.do("POST", "/nowhere", anna) },
		"time":         func() { *c.clock = c.clock.Add(handedFor) },
	} {
		c.do("POST", "/things/7/", anna)
		next()
		if w := c.do("GET", "/things/7/", anna); !strings.Contains(w.Body.String(), "for its reader") {
			t.Errorf("after %s: %s", name, w.Body)
		}
	}
	c.do("POST", "/things/7/", anna)
	c.do("POST", "/things/8/", anna)
	if w := c.do("GET", "/things/7/", anna); !strings.Contains(w.Body.String(), "for its reader") {
		t.Errorf("of the post before the last: %s", w.Body)
	}
	c.do("POST", "/sign-out", anna)
	if w := c.do("GET", "/things/8/", anna); strings.Contains(w.Body.String(), "Anna") {
		t.Errorf("after signing out: %s", w.Body)
	}
	h := &c.kernel.hands
	if len(h.pages) != 0 || h.bytes != 0 || h.any.Load() {
		t.Errorf("%d pages wait, of %d bytes", len(h.pages), h.bytes)
	}
	// Without a session there is nothing to know the reader by.
	if w := c.do("POST", "/things/7/"); w.Code != http.StatusSeeOther || len(h.pages) != 0 {
		t.Errorf("%d, and %d pages wait", w.Code, len(h.pages))
	}
}

// However many deliver at once, what waits has a bound, and the sum is right.
func TestHandedPagesAreBounded(t *testing.T) {
	var h hands
	now := time.Now()
	key := func(i int) (k [32]byte) { return [32]byte(append([]byte(fmt.Sprintf("%08d", i)), make([]byte, 24)...)) }
	var all sync.WaitGroup
	for g := range 4 {
		all.Go(func() {
			for i := range handedPages {
				k := key(g*handedPages + i)
				h.put(k, &handed{path: "/", body: make([]byte, 100), until: now.Add(handedFor)}, now)
				if i%3 == 0 {
					h.take(k, "/", now)
				}
			}
		})
	}
	all.Wait()
	if len(h.line) > handedPages || len(h.pages) > handedPages || h.bytes != 100*len(h.pages) {
		t.Errorf("%d pages, %d in line, %d bytes", len(h.pages), len(h.line), h.bytes)
	}
	large := func(i int) {
		h.put(key(i), &handed{path: "/", body: make([]byte, handedBytes/2+1), until: now.Add(3 * handedFor)}, now.Add(2*handedFor))
	}
	large(0)
	large(1)
	if len(h.pages) != 1 || len(h.line) != 1 {
		t.Errorf("after their time %d pages wait, %d in line", len(h.pages), len(h.line))
	}
	h.put(key(2), &handed{path: "/", until: now.Add(9 * handedFor)}, now.Add(8*handedFor))
	if h.bytes != 0 || len(h.pages) != 1 {
		t.Errorf("%d bytes in %d pages", h.bytes, len(h.pages))
	}
}

// Whoever was served takes no room: however long a crowd delivers and reads, each is
// handed their page.
func TestACrowdThatIsServedKeepsNobodyFromBeingHandedTo(t *testing.T) {
	var h hands
	now := time.Now()
	for i := range 3 * handedPages {
		key := [32]byte([]byte(fmt.Sprintf("%032d", i)))
		h.put(key, &handed{path: "/", body: make([]byte, 10_000), until: now.Add(handedFor)}, now)
		if h.take(key, "/", now) == nil {
			t.Fatalf("the %d. is not handed to", i)
		}
	}
	if len(h.line) > handedPages || h.bytes != 0 {
		t.Errorf("%d in line, %d bytes", len(h.line), h.bytes)
	}
}
