package webtest

import (
	"testing"

	"delfi/internal/apptest"
	"delfi/internal/platform/postgres"
	"delfi/internal/pseudonym"
)

// House is a world with its site.
type House struct {
	*apptest.World
	Codes int // tried per minute and address on sites; 0 as in production
}

// Protocol documents of every kind of answer.
const (
	SeveralKinds = apptest.SeveralKinds
	Estimates    = apptest.Estimates
	Ordering     = apptest.Ordering
)

// The demonstration's consultations by what they are in.
const (
	Announced = "orari-biblioteche"
	Gathering = "alberi-nei-viali"
	Answering = "piazza-della-pomposa" // second answer round open
	Published = "strade-scolastiche"
)

// Open builds the house on a fresh migrated database, without any data.
func Open(t testing.TB, opts ...postgres.Option) *House {
	t.Helper()
	return &House{World: apptest.New(t, apptest.Pool, apptest.Database(opts...))}
}

// On builds the house on a migrated database and on keys that a test has made.
func On(t testing.TB, url string, keys pseudonym.Keys) *House {
	t.Helper()
	return &House{World: apptest.New(t, apptest.Pool, apptest.On(url, keys))}
}

// Beside builds the services once more on the same database and keys, with
// connections of their own, as a second server process does.
func (h *House) Beside(t testing.TB, opts ...postgres.Option) *House {
	t.Helper()
	return &House{World: h.World.Beside(t, apptest.Pool, apptest.Database(opts...))}
}

// Play seeds the demonstration: its people, and a consultation in each stage.
func (h *House) Play(t testing.TB) *House {
	t.Helper()
	h.World.Play(t)
	return h
}
