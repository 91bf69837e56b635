package testdb

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"testing"
	"time"

	"delfi/internal/platform/postgres"
	"delfi/migrations"
)

// New gives a fresh migrated database, gone when the test ends. Without a
// Postgres to be had the test fails at once and says what to run.
func New(t testing.TB) *postgres.DB {
	t.Helper()
	return NewAt(t, time.Now)
}

// NewAt is New with a clock that the test moves.
func NewAt(t testing.TB, clock func() time.Time) *postgres.DB {
	t.Helper()
	return open(t, URL(t), postgres.WithClock(clock))
}

// NewSingleAt is NewAt with a pool of one connection: a use case that takes a second
// one fails, since it would block those of other people.
func NewSingleAt(t testing.TB, clock func() time.Time) *postgres.DB {
	t.Helper()
	db := NewAt(t, clock)
	db.Pool().SetMaxOpenConns(1)
	return db
}

// URL makes a fresh migrated database and gives its address, for tests that open
// it several times or hand it to another process.
func URL(t testing.TB) string {
	t.Helper()
	return create(t, true)
}

// Empty makes a fresh database without anything in it and gives its address.
func Empty(t testing.TB) string {
	t.Helper()
	return create(t, false)
}

// open opens url for as long as t runs.
func open(t testing.TB, url string, opts ...postgres.Option) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), url, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return db
}

// create makes a database, from the template or empty, dropped when t ends.
func create(t testing.TB, migrated bool) string {
	t.Helper()
	c, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	source := "template0"
	if migrated {
		if source, err = c.template(); err != nil {
			t.Fatal(err)
		}
	}
	name := "test_" + random()
	// The test's own context may be over when it cleans up.
	ctx := context.WithoutCancel(t.Context())
	if err := cloneDatabase(ctx, c.admin, name, source); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := dropDatabase(ctx, c.admin, name); err != nil {
			t.Errorf("drop: %v", err)
		}
	})
	return c.url(name)
}

// template makes the migrated database that tests clone, once per shape.
func (c *cluster) template() (string, error) {
	c.once.Do(func() {
		c.name, c.err = func() (_ string, err error) {
			sum, err := migrations.Sum()
			if err != nil {
				return "", err
			}
			name := "template_" + sum[:16]
			ctx := context.Background()
			err = withLock(ctx, c.admin, name, func() error {
				there, err := databaseExists(ctx, c.admin, name)
				if err != nil || there {
					return err
				}
				// Made under another name: what has the name is whole.
				raw := "raw_" + random()
				if err := cloneDatabase(ctx, c.admin, raw, "template0"); err != nil {
					return err
				}
				db, err := postgres.Open(ctx, c.url(raw))
				if err != nil {
					return err
				}
				if err := errors.Join(migrations.Up(ctx, db), db.Close()); err != nil {
					return errors.Join(err, dropDatabase(ctx, c.admin, raw))
				}
				return sealTemplate(ctx, c.admin, raw, name)
			})
			return name, err
		}()
	})
	return c.name, c.err
}

// random is a name's random part.
func random() string {
	b := make([]byte, 8)
	if _, err := rand.Read(b); err != nil {
		panic(err) // documented never to happen
	}
	return hex.EncodeToString(b)
}
