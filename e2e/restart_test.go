package e2e

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"delfi/internal/platform/postgres/private"
)

// A Postgres that restarts, and one of whose backends is killed, while 32 people deliver:
// the server stays, whoever cannot be served is told to come back (503), every
// acknowledged ballot is there and none is there twice. Afterwards all are served again.
func TestARestartOfPostgresLosesNoAcknowledgedBallot(t *testing.T) {
	const people = 32
	dir := data(t)
	c := found(t, dir, people)
	start := func() *private.Cluster { // as in production: a fast one gives up what it has just committed
		k, err := private.Start(t.Context(), private.Config{Data: dir})
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	k := start()
	t.Cleanup(func() { // after the server, which is started later
		if err := k.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	s := c.serve(t, dir, "--database-url="+k.URL(private.Database))
	c.enrol(t, s)
	db, err := sql.Open("postgres", k.URL(private.Database))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	before := delivered(t, db)
	for _, trouble := range []struct {
		name string
		make func()
	}{
		{"a backend is killed", func() {
			var pid int
			if err := db.QueryRowContext(t.Context(), `
				SELECT pid FROM pg_stat_activity
				WHERE application_name = 'delfi' AND backend_type = 'client backend' AND pid <> pg_backend_pid()
				ORDER BY query_start DESC LIMIT 1`).Scan(&pid); err != nil {
				t.Fatal(err)
			}
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
		}},
		{"restart", func() {
			if err := k.Stop(t.Context()); err != nil {
				t.Fatal(err)
			}
			k = start()
		}},
	} {
		var acknowledged atomic.Int64
		writing, halt := context.WithCancel(t.Context())
		var all sync.WaitGroup
		for _, v := range c.voters {
			all.Go(func() {
				for writing.Err() == nil {
					if err := v.deliver(t, t.Context()); err != nil {
						var r *refusal
						if !errors.As(err, &r) || r.status != http.StatusServiceUnavailable || r.header.Get("Retry-After") == "" {
							t.Errorf("%s: %s: %v", trouble.name, v.name, err)
						}
						return
					}
					acknowledged.Add(1)
				}
			})
		}
		for began := time.Now(); acknowledged.Load() < people/4 && time.Since(began) < time.Minute; {
			time.Sleep(5 * time.Millisecond)
		}
		trouble.make()
		halt()
		all.Wait()
		s.ready(t)
		stored, least, most := delivered(t, db)-before, 0, 0
		for _, v := range c.voters {
			if v.given > 0 {
				least++
			}
			if v.given > 0 || v.sent != nil {
				most++
			}
		}
		if least == 0 || stored < least || stored > most {
			t.Errorf("%s: %d ballots are stored; %d people were told so, %d had sent one", trouble.name, stored, least, most)
		}
		each(c.voters, func(v *voter) { v.compare(t, trouble.name) })
		each(c.voters, func(v *voter) {
			if err := v.deliver(t, t.Context()); err != nil {
				t.Errorf("after %s, %s: %v", trouble.name, v.name, err)
			}
		})
		if n := delivered(t, db) - before; n != people {
			t.Errorf("after %s: %d ballots of %d people", trouble.name, n, people)
		}
	}
}
