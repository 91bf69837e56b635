package apptest

import (
	"crypto/sha256"
	"path/filepath"
	"testing"
	"time"

	"delfi/internal/app"
	"delfi/internal/demo"
	"delfi/internal/platform/blob"
	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
	"delfi/internal/pseudonym"
)

// World is every service on a database of its own.
type World struct {
	*app.App
	Clock  *Clock
	Keys   pseudonym.Keys
	Files  blob.Store
	Folder string // of the keys, wrapped; "" for keys of the test's
	URL    string // of the database

	caches *caches
}

// settings are how a world is made.
type settings struct {
	at   time.Time
	pool bool
	bare bool
	url  string
	keys pseudonym.Keys
	db   []postgres.Option
}

// Option changes how a world is made.
type Option func(*settings)

// At stops the world's clock at an instant of Rome's time, e.g. "2026-03-02 10:00".
func At(when string) Option { return func(s *settings) { s.at = Rome(when) } }

// Pool gives the world as many connections as the server has.
func Pool(s *settings) { s.pool = true }

// Uncached receives no notifications, so that nothing is cached and Settle writes nothing:
// for tests that look at what each request leaves in the database.
func Uncached(s *settings) { s.bare = true }

// On takes a migrated database and keys of the test's.
func On(url string, keys pseudonym.Keys) Option {
	return func(s *settings) { s.url, s.keys = url, keys }
}

// Database opens the database with options.
func Database(o ...postgres.Option) Option { return func(s *settings) { s.db = o } }

// New makes a world without any data.
func New(t testing.TB, o ...Option) *World {
	t.Helper()
	var s settings
	for _, option := range o {
		option(&s)
	}
	w := &World{Clock: &Clock{at: s.at}, Keys: s.keys, URL: s.url}
	var err error
	if w.Keys == nil {
		master := sha256.Sum256([]byte(t.Name()))
		w.Folder, w.URL = filepath.Join(t.TempDir(), "keys"), testdb.URL(t)
		if w.Keys, err = pseudonym.NewFileKeys(w.Folder, master[:]); err != nil {
			t.Fatal(err)
		}
	}
	if w.Files, err = blob.NewFolder(filepath.Join(t.TempDir(), "files")); err != nil {
		t.Fatal(err)
	}
	return w.wire(t, s)
}

// Beside makes the services once more on the same database and keys, with connections
// of their own, as a second server does; its clock is the world's unless Database says
// another.
func (w *World) Beside(t testing.TB, o ...Option) *World {
	t.Helper()
	var s settings
	for _, option := range o {
		option(&s)
	}
	other := *w
	return other.wire(t, s)
}

// wire opens the database for as long as t runs and makes the services.
func (w *World) wire(t testing.TB, s settings) *World {
	t.Helper()
	db, err := postgres.Open(t.Context(), w.URL, append([]postgres.Option{postgres.WithClock(w.Clock.Now)}, s.db...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() }) // a test may have closed it, to see the world without one
	if !s.pool {
		db.Pool().SetMaxOpenConns(1)
	}
	if w.App, err = app.New(w.options(db)); err != nil {
		t.Fatal(err)
	}
	w.caches = &caches{blocked: map[string]chan struct{}{}}
	if !s.bare {
		w.caches.listen(t, w.App)
	}
	return w
}

// options are what the services are built from.
func (w *World) options(db *postgres.DB) app.Options {
	return app.Options{DB: db, Keys: w.Keys, Files: w.Files, BaseURL: "http://delfi.test"}
}

// Play seeds the demonstration: its people, and a consultation in each stage.
func (w *World) Play(t testing.TB) {
	t.Helper()
	d := demo.New(w.DB, func(db *postgres.DB) (demo.Services, error) {
		moved, err := app.New(w.options(db))
		if err != nil {
			return demo.Services{}, err
		}
		return moved.Demo(), nil
	}, staff())
	if err := d.Seed(t.Context(), func(string) {}); err != nil {
		t.Fatal(err)
	}
}

// Pass moves the clock and works the jobs that become due.
func (w *World) Pass(t testing.TB, d time.Duration) {
	t.Helper()
	w.Clock.Add(d)
	w.Drain(t)
}

// Drain works the jobs that are due.
func (w *World) Drain(t testing.TB) {
	t.Helper()
	if err := w.Jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
}
