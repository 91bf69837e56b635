package e2e

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// settled gives a town of a few whose server lies in a small room, how many ballots
// were delivered there before theirs, and its database.
func settled(t *testing.T) (_ *town, _ *site, _ *sql.DB, before int) {
	t.Helper()
	dir := data(t)
	c := found(t, dir, 16)
	s := serveInRoom(t, dir, 320<<20, c.flags(t)...)
	c.provider.Allow(s.URL + "/sign-in/callback")
	db := s.database(t)
	before = delivered(t, db)
	c.enrol(t, s)
	return c, s, db, before
}

// deliver has everybody deliver, which nothing may keep from being stored.
func (c *town) deliver(t *testing.T, when string) {
	t.Helper()
	each(c.voters, func(v *voter) {
		if err := v.deliver(t, t.Context()); err != nil {
			t.Errorf("%s, %s: %v", v.name, when, err)
		}
	})
}

// The disk is full in the middle of people who deliver: whoever is told so has no
// ballot more than before, whoever had a receipt keeps it, pages are read on, and as
// soon as there is room ballots go on, with the same server.
func TestAFullDiskLosesNoAcknowledgedBallot(t *testing.T) {
	c, s, db, before := settled(t)
	// The write-ahead log gets a segment of its own first: what is full is where rows
	// lie, not where they are announced.
	if _, err := db.ExecContext(t.Context(), `CHECKPOINT; SELECT pg_switch_wal()`); err != nil {
		t.Fatal(err)
	}
	c.deliver(t, "while there is room")

	empty := s.fill(t, 0)
	var refused atomic.Int64
	each(c.voters, func(v *voter) {
		// Rows that were given up leave gaps, which take some ballots more.
		for range 200 {
			err := v.deliver(t, t.Context())
			if err == nil {
				continue
			}
			refused.Add(1)
			var r *refusal
			if !errors.As(err, &r) || r.status != http.StatusServiceUnavailable || r.header.Get("Retry-After") == "" {
				t.Errorf("%s on a full disk: %v", v.name, err)
			} else if text := r.page.Find("main").Text(); r.page.Find("main h1").Length() != 1 || strings.Contains(text, "extend") || strings.Contains(text, "pq:") {
				t.Errorf("%s is told: %s", v.name, text)
			}
			v.sent, v.told = nil, false // refused: there must be nothing of it
			return
		}
		t.Errorf("%s: the disk is full, and every ballot finds room", v.name)
	})
	// Where people answer no line says why; what stops them stops everybody who writes.
	if _, err := db.ExecContext(t.Context(), `CREATE TABLE public.rows AS SELECT generate_series(1, 1000000)`); err == nil || !strings.Contains(err.Error(), "53100") {
		t.Errorf("%d were refused, but the disk is not full: %v", refused.Load(), err)
	}
	for line := range strings.Lines(s.log.String()) {
		// Jobs of the hour may have come due meanwhile, and say so under their kind.
		if strings.Contains(line, "(53100)") && !strings.Contains(line, `msg="job failed" kind=`) {
			t.Errorf("a line of somebody who answered: %s", line)
		}
	}
	if own := s.postgresLog(t); strings.Contains(own, "No space left") || strings.Contains(own, "ERROR") {
		t.Errorf("Postgres logs who answered: %s", own)
	}
	for _, path := range []string{"/healthz", busy} {
		if status, _ := s.get(t, path); status != http.StatusOK {
			t.Errorf("%s on a full disk: %d", path, status)
		}
	}
	each(c.voters, func(v *voter) { v.compare(t, "the disk was full") })
	if n := delivered(t, db) - before; n != len(c.voters) {
		t.Errorf("%d people hold a receipt, %d ballots are stored", len(c.voters), n)
	}

	empty()
	c.deliver(t, "when there is room again")
	each(c.voters, func(v *voter) { v.compare(t, "room was made") })
	if n := delivered(t, db) - before; n != len(c.voters) {
		t.Errorf("%d people hold a receipt, %d ballots are stored", len(c.voters), n)
	}
}

// The write-ahead log itself finds no room: Postgres ends at once, as it must, and when
// its recovery finds none either, so does the server, and says why. Whoever had a receipt
// has the same one when there is room and it is started again.
func TestAFullLogLosesNoAcknowledgedBallot(t *testing.T) {
	c, s, db, before := settled(t)
	c.deliver(t, "while there is room")

	// Less than a segment of the log, which has 16 MB: rows find room until it does not.
	empty := s.fill(t, 12<<20)
	writing, halt := context.WithTimeout(t.Context(), time.Minute)
	defer halt()
	var log sync.WaitGroup
	log.Go(func() {
		var err error
		for err == nil {
			_, err = db.ExecContext(writing, `SELECT pg_logical_emit_message(false, 'delfi', repeat('x', 100000))`)
		}
	})
	var acknowledged atomic.Int64
	each(c.voters, func(v *voter) { v.write(t, writing, &acknowledged) })
	log.Wait()
	if writing.Err() != nil {
		t.Fatal("the log is full, and every ballot finds room")
	}
	if acknowledged.Load() == 0 {
		t.Error("the log was full before anybody had delivered")
	}
	select {
	case err := <-s.done:
		s.done <- nil // which stop need not report
		_, text, _ := strings.Cut(s.log.String(), "\ndelfi: ")
		if err == nil || !strings.HasPrefix(text, "the private Postgres has ended") || !strings.Contains(text, "No space left on device") {
			t.Errorf("the server ended with %v, and said: %s", err, text)
		}
	case <-time.After(time.Minute):
		t.Fatal("Postgres found no room to recover, and the server did not end")
	}

	empty()
	after := data(t)
	s.carry(t, after)
	s = c.serve(t, after)
	each(c.voters, func(v *voter) {
		v.enter(t, s)
		v.compare(t, "the log was full")
	})
	if n := ballots(t, after) - before; n != len(c.voters) {
		t.Errorf("%d people hold a receipt, %d ballots are stored", len(c.voters), n)
	}
}
