package e2e

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/lib/pq"

	"delfi/internal/platform/postgres/private"
)

// writers is how many people deliver at once.
const writers = inhabitants

// Two kills of server and Postgres at random instants, while 64 people deliver
// ballots: every acknowledged ballot is there, none is there twice, and the mark
// that a person was shown is the one that they find after signing in again.
func TestKillLosesNoAcknowledgedBallot(t *testing.T) {
	dir := data(t)
	c := found(t, dir, writers)
	s := c.serve(t, dir)
	before := ballots(t, dir)
	c.enrol(t, s)
	for kill := range 2 {
		var acknowledged atomic.Int64
		writing, halt := context.WithCancel(t.Context())
		var all sync.WaitGroup
		for _, v := range c.voters {
			all.Go(func() { v.write(t, writing, &acknowledged) })
		}
		// However slow the machine: some have delivered, many are at it.
		for began := time.Now(); acknowledged.Load() < writers/4 && time.Since(began) < time.Minute; {
			time.Sleep(5 * time.Millisecond)
		}
		time.Sleep(rand.N(1500 * time.Millisecond))
		pg := postmaster(t, dir)
		if err := errors.Join(s.cmd.Process.Kill(), syscall.Kill(pg, syscall.SIGKILL)); err != nil {
			t.Fatal(err)
		}
		halt()
		all.Wait()
		gone(t, s.cmd.Process.Pid)
		gone(t, pg)

		s = c.serve(t, dir)
		stored, least, most := ballots(t, dir)-before, 0, 0
		for _, v := range c.voters {
			if v.given > 0 {
				least++
			}
			if v.given > 0 || v.sent != nil {
				most++
			}
		}
		if least == 0 {
			t.Fatalf("kill %d came before anybody had delivered", kill)
		}
		if stored < least || stored > most {
			t.Errorf("kill %d: %d ballots are stored; %d people were told so, %d had sent one", kill, stored, least, most)
		}
		each(c.voters, func(v *voter) {
			v.enter(t, s)
			v.compare(t, fmt.Sprint("kill ", kill))
		})
	}
}

// ballots counts the delivered ballots of every open round, and fails when a
// person has two in one.
func ballots(t *testing.T, dir string) int {
	t.Helper()
	cluster, err := private.Start(t.Context(), private.Config{Data: dir, Borrow: true})
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("postgres", cluster.URL(private.Database))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	return delivered(t, db)
}

// delivered is ballots by a connection.
func delivered(t *testing.T, db *sql.DB) int {
	t.Helper()
	var all, different int
	err := db.QueryRowContext(t.Context(), `
		SELECT count(*), count(DISTINCT (b.round, b.panelist))
		FROM panel.ballot AS b
		WHERE b.sealed IS NOT NULL AND b.round IN (SELECT id FROM civic.round WHERE state = 'open')`).Scan(&all, &different)
	if err != nil || all != different {
		t.Fatalf("%d ballots of %d people: %v", all, different, err)
	}
	return all
}

// write delivers one ballot after the other until the server is gone. Before the
// kill nothing may fail.
func (v *voter) write(t *testing.T, ctx context.Context, acknowledged *atomic.Int64) {
	for {
		if err := v.deliver(t, ctx); err != nil {
			v.ended(t, ctx, err)
			return
		}
		acknowledged.Add(1)
	}
}

// ended tells a connection that the kill cut from an answer that should not be.
func (v *voter) ended(t *testing.T, ctx context.Context, err error) {
	var cut *url.Error
	if ctx.Err() == nil && !errors.As(err, &cut) && !errors.Is(err, io.ErrUnexpectedEOF) && !strings.Contains(err.Error(), "503") {
		t.Errorf("%s: %v", v.name, err)
	}
}
