package e2e

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"net/url"
	"testing"

	"delfi/internal/platform/postgres/private"
	"delfi/internal/platform/postgres/testdb"
)

// cluster runs a Postgres on a data folder beside the servers that use it.
func cluster(t *testing.T, dir string) *private.Cluster {
	t.Helper()
	k, err := private.Start(t.Context(), private.Config{Data: dir, Fast: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := k.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return k
}

// A database that does not answer for a while takes no more than the places that are
// there: everybody else is told at once to come back, finished pages are read on, and
// when it answers again everything goes on, whoever waited included.
func TestASlowDatabaseHoldsUpNobodyElse(t *testing.T) {
	const people, places = 30, 4
	dir := data(t)
	c := found(t, dir, people)
	k := cluster(t, dir)
	database := k.URL(private.Database)
	l := testdb.Lay(t, database)
	s := c.serve(t, dir, "--database-url="+l.URL, "--max-work=4", "--max-wait=100ms")
	db, err := sql.Open("postgres", database)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, v := range c.voters { // one after the other: there are four places
		v.enter(t, s)
		v.post(t, busy+"/enrol", url.Values{"group": {"panel"}, "read": {"on"}})
	}
	before := delivered(t, db)
	kept := []string{"/help/privacy", busy}
	for _, path := range kept {
		if status, _ := s.get(t, path); status != http.StatusOK {
			t.Fatalf("%s: %d", path, status)
		}
	}

	l.Hold()
	read, sent := make(chan error, people), make(chan error, people)
	for _, v := range c.voters[:people/2] {
		go func() {
			_, err := v.ask(t.Context(), http.MethodGet, busyRound+"?all=1", nil)
			read <- err
		}()
	}
	for _, v := range c.voters[people/2:] {
		go func() { sent <- v.deliver(t, t.Context()) }()
	}
	for _, path := range append(kept, "/healthz") {
		if status, _ := s.get(t, path); status != http.StatusOK {
			t.Errorf("%s while the database says nothing: %d", path, status)
		}
	}
	// Nothing can be finished, so that all but those in work must be turned away.
	for _, all := range []chan error{read, sent} {
		for range people/2 - places {
			err := <-all
			var r *refusal
			if !errors.As(err, &r) || r.status != http.StatusServiceUnavailable || r.header.Get("Retry-After") == "" || r.page.Find("main h1").Length() != 1 {
				t.Errorf("while the database says nothing: %v", err)
			}
		}
	}
	if status, _ := s.get(t, "/readyz"); status != http.StatusServiceUnavailable {
		t.Errorf("ready without a database: %d", status)
	}
	if len(read) > 0 || len(sent) > 0 {
		t.Error("more were turned away than had no place")
	}
	l.Release()

	for _, all := range []chan error{read, sent} {
		for range places {
			if err := <-all; err != nil {
				t.Errorf("who waited in work: %v", err)
			}
		}
	}
	if n := delivered(t, db) - before; n != places {
		t.Errorf("%d were acknowledged, %d ballots are stored", places, n)
	}
	s.ready(t)
	for _, v := range c.voters {
		if err := v.deliver(t, t.Context()); err != nil {
			t.Errorf("%s, when the database answers again: %v", v.name, err)
		}
	}
	if n := delivered(t, db) - before; n != people {
		t.Errorf("%d were acknowledged, %d ballots are stored", people, n)
	}
}
