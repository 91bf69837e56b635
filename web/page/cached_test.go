package page

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/fault"
	"delfi/internal/platform/changes"
	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
	"delfi/web/i18n"
)

// keeper is a house that keeps pages, with one page that counts how often it was drawn.
type keeper struct {
	*house
	drawn atomic.Int64
}

const filler = "la stessa pagina per chi legge in questa lingua, "

// received is a hub that receives the changes of a database for as long as t runs.
func received(t testing.TB, db *postgres.DB) *changes.Hub {
	hub := changes.New(db)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- hub.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return hub
}

func newKeeper(t *testing.T, db *postgres.DB) *keeper {
	t.Helper()
	k := &keeper{house: newHouse(t, Options{DB: db, Changes: received(t, db)})}
	t.Cleanup(k.app.Close)
	k.serve(Get("/pages/{slug}", Public, Shared, func(q *Request) error {
		n := k.drawn.Add(1)
		return q.Render(http.StatusOK, text("drawn %d in %s: %s", n, q.Lang, strings.Repeat(filler, 50)))
	}))
	eventually(t, "the cache is connected", func() bool { return k.app.Cache().Connected() })
	return k
}

func (k *keeper) ask(method, path string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://delfi.test"+path, nil)
	for _, c := range change {
		c(r)
	}
	w := httptest.NewRecorder()
	k.site.ServeHTTP(w, r)
	return w
}

func (k *keeper) get(path string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	return k.ask(http.MethodGet, path, change...)
}

// eventually waits for what another goroutine or process brings about.
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

func TestAKeptPageIsDrawnOnceAndIsTheSameInEachForm(t *testing.T) {
	k := newKeeper(t, testdb.New(t))
	first := k.get("/pages/a")
	plain := k.get("/pages/a")
	if k.drawn.Load() != 1 || plain.Body.String() != first.Body.String() || !strings.Contains(plain.Body.String(), "drawn 1 in it") {
		t.Fatalf("drawn %d times: %s", k.drawn.Load(), plain.Body)
	}
	packed := k.get("/pages/a", header("Accept-Encoding", "br, gzip;q=0.8"))
	z, err := gzip.NewReader(packed.Body)
	if err != nil || packed.Header().Get("Content-Encoding") != "gzip" {
		t.Fatalf("not compressed: %v %v", err, packed.Header())
	}
	if b, err := io.ReadAll(z); err != nil || !bytes.Equal(b, plain.Body.Bytes()) {
		t.Errorf("compressed it is another page: %v", err)
	}
	for _, refused := range []string{"", "br", "gzip;q=0", "br, gzip; q=0.0, deflate"} {
		if w := k.get("/pages/a", header("Accept-Encoding", refused)); w.Header().Get("Content-Encoding") != "" {
			t.Errorf("compressed for who says %q", refused)
		}
	}
	if plain.Header().Get("ETag") == packed.Header().Get("ETag") {
		t.Error("two forms have one strong ETag")
	}
	for _, tag := range []string{plain.Header().Get("ETag"), packed.Header().Get("ETag")} {
		if w := k.get("/pages/a", header("If-None-Match", tag)); w.Code != http.StatusNotModified || w.Body.Len() != 0 {
			t.Errorf("asked again with %s: %d", tag, w.Code)
		}
	}
	if w := k.ask(http.MethodHead, "/pages/a"); w.Code != 200 || w.Body.Len() != 0 || w.Header().Get("Content-Length") != fmt.Sprint(plain.Body.Len()) {
		t.Errorf("HEAD: %d, %d bytes, %v", w.Code, w.Body.Len(), w.Header())
	}
	if got := k.get("/en/pages/a").Body.String(); !strings.Contains(got, "drawn 2 in en") {
		t.Errorf("in English: %.30s", got)
	}
	for _, name := range []string{"Content-Security-Policy", "X-Content-Type-Options", "Cache-Control", "Content-Type", "Content-Language", "Vary"} {
		if plain.Header().Get(name) == "" || plain.Header().Get(name) != first.Header().Get(name) {
			t.Errorf("%s is %q drawn and %q kept", name, first.Header().Get(name), plain.Header().Get(name))
		}
	}
	if f := k.app.Cache().Stats(); f.Pages != 2 || f.Misses != 2 || f.Hits < 9 || f.Bytes <= 0 {
		t.Errorf("figures %+v", f)
	}
}

// Whatever a person brings or would leave in a page keeps it out of the cache, and
// what is cached is not for them.
func TestNothingOfAPersonIsKeptNorIsAnythingKeptForAPerson(t *testing.T) {
	k := newKeeper(t, testdb.New(t))
	k.serve(Get("/session", Public, Shared, func(q *Request) error {
		if err := q.SignIn(uuid.New()); err != nil {
			return err
		}
		return q.Render(200, text("begun"))
	}))
	k.serve(Get("/cookie", Public, Shared, func(q *Request) error { q.Flash("flash.signed_out"); return q.Render(200, text("cookie")) }))
	k.serve(Get("/secret", Public, NoStore, func(q *Request) error { return q.Render(200, text("receipt")) }))
	k.fails("/missing", fault.New(fault.NotFound, "no_page", "no"))
	k.fails("/broken", errors.New("broken"))
	for _, path := range []string{"/session", "/cookie", "/secret", "/missing", "/broken", "/nowhere", "/pages/a?item=3", "/pages/a?x", "/pages/%61%2Fb", "/pages/a/"} {
		for range 2 {
			k.get(path)
		}
	}
	session := func(r *http.Request) { r.AddCookie(&http.Cookie{Name: k.app.sessionCookie(), Value: "x"}) }
	flash := func(r *http.Request) { r.AddCookie(&http.Cookie{Name: flashCookie, Value: "flash.signed_out"}) }
	for _, who := range []func(*http.Request){session, flash} {
		k.get("/pages/a", who)
	}
	if f := k.app.Cache().Stats(); f.Pages != 0 || f.Hits != 0 {
		t.Errorf("kept: %+v", f)
	}
	k.get("/pages/a")
	drawn := k.drawn.Load()
	for name, who := range map[string]func(*http.Request){"a session": session, "words to show once": flash} {
		if w := k.get("/pages/a", who); w.Header().Get("ETag") != "" {
			t.Errorf("with %s the answer is the kept one", name)
		}
	}
	if got := k.drawn.Load(); got != drawn+2 {
		t.Errorf("drawn %d times for two people", got-drawn)
	}
	if w := k.get("/pages/a", func(r *http.Request) { r.AddCookie(&http.Cookie{Name: i18n.Cookie, Value: "en"}) }); k.drawn.Load() != drawn+2 || w.Code != 200 {
		t.Error("a chosen language alone makes a person")
	}
}

// The home page sends a reader to the language that the browser wishes, kept or not.
func TestTheKeptHomePageIsForThoseWhoWishItsLanguage(t *testing.T) {
	k := newKeeper(t, testdb.New(t))
	for range 2 {
		if w := k.get("/", header("Accept-Language", "it")); w.Code != 200 || !strings.Contains(w.Header().Get("Vary"), "Accept-Language") {
			t.Errorf("%d %v", w.Code, w.Header())
		}
		if w := k.get("/", header("Accept-Language", "en")); w.Code != http.StatusFound {
			t.Errorf("who wishes English gets %d", w.Code)
		}
	}
}

func TestAPageIsDrawnForOneWhileTheOthersWait(t *testing.T) {
	k := newKeeper(t, testdb.New(t))
	begun, on := make(chan bool), make(chan bool)
	var drawn atomic.Int64
	k.serve(Get("/slow", Public, Shared, func(q *Request) error {
		drawn.Add(1)
		begun <- true
		<-on
		return q.Render(200, text("slow %s", strings.Repeat(filler, 10)))
	}))
	var all sync.WaitGroup
	ask := func() {
		if w := k.get("/slow"); w.Code != 200 || !strings.HasPrefix(w.Body.String(), "slow") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
	all.Go(ask)
	<-begun
	for range 20 {
		all.Go(ask)
	}
	on <- true // a second drawing would wait at begun for ever
	all.Wait()
	if drawn.Load() != 1 {
		t.Errorf("drawn %d times", drawn.Load())
	}
}

// A page about one thing goes when that thing changes, in every process; a page that
// was being drawn at that moment is not kept.
func TestAChangeDropsItsPagesInEveryProcess(t *testing.T) {
	url := testdb.URL(t)
	open := func() *postgres.DB {
		db, err := postgres.Open(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		return db
	}
	db := open()
	one, two := newKeeper(t, db), newKeeper(t, open())
	both := []*keeper{one, two}
	for _, k := range both {
		for _, path := range []string{"/", "/pages/a", "/pages/b"} {
			k.get(path)
		}
	}
	if _, err := db.Pool().Exec(`SELECT pg_notify('delfi_changes', 'consultation a')`); err != nil {
		t.Fatal(err)
	}
	for i, k := range both {
		eventually(t, "the pages about a are gone", func() bool { return k.app.Cache().Stats().Pages == 1 })
		if drawn := k.drawn.Load(); !strings.Contains(k.get("/pages/b").Body.String(), "drawn 2") || k.drawn.Load() != drawn {
			t.Errorf("process %d dropped the page about b", i)
		}
		if !strings.Contains(k.get("/pages/a").Body.String(), "drawn 3") {
			t.Errorf("process %d shows the old page about a", i)
		}
	}
	one.serve(Get("/changes", Public, Shared, func(q *Request) error {
		one.app.Cache().Invalidate("elsewhere")
		return q.Render(200, text("of before"))
	}))
	pages := one.app.Cache().Stats().Pages
	one.get("/changes")
	if got := one.app.Cache().Stats().Pages; got > pages {
		t.Error("a page that was drawn before the change is kept after it")
	}
}

// Disconnected, nothing is cached; connected again, nothing stays from before.
func TestNothingIsKeptWhileNobodyTellsWhatChanges(t *testing.T) {
	db := testdb.New(t)
	k := newKeeper(t, db)
	k.get("/pages/a")
	k.app.Cache().SetConnected(false)
	for range 3 {
		k.get("/pages/a")
	}
	if f := k.app.Cache().Stats(); f.Pages != 0 || k.drawn.Load() != 4 {
		t.Errorf("disconnected: %+v, drawn %d times", f, k.drawn.Load())
	}
	k.app.Cache().SetConnected(true)
	k.get("/pages/a")
	drops := k.app.Cache().Stats().Invalidations
	if _, err := db.Pool().Exec(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query ILIKE 'LISTEN%' AND datname = current_database()`); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the loss is noticed and mended", func() bool { return k.app.Cache().Stats().Invalidations >= drops+2 && k.app.Cache().Connected() })
	if f := k.app.Cache().Stats(); f.Pages != 0 {
		t.Errorf("after a loss: %+v", f)
	}
}

func TestAKeptPageGrowsOld(t *testing.T) {
	var ahead atomic.Int64
	db := testdb.NewAt(t, func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) })
	k := newKeeper(t, db)
	k.get("/pages/a")
	ahead.Store(int64(time.Minute))
	if got := k.get("/pages/a").Body.String(); !strings.Contains(got, "drawn 2") {
		t.Errorf("after its age: %.20s", got)
	}
}
