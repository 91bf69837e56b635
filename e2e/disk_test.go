package e2e

import (
	"database/sql"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
)

// The disk is full in the middle of people who deliver: whoever is told so has no
// ballot more than before, whoever had a receipt keeps it, pages are read on, and as
// soon as there is room ballots go on, with the same server.
func TestAFullDiskLosesNoAcknowledgedBallot(t *testing.T) {
	const people, room = 16, 320 << 20
	dir := data(t)
	c := found(t, dir, people)
	s := serveInRoom(t, dir, room, c.flags()...)
	c.provider.Allow(s.URL + "/sign-in/callback")
	db, err := sql.Open("postgres", "postgres://delfi@/delfi?"+url.Values{"host": {s.inside("run")}, "port": {"5432"}, "sslmode": {"disable"}}.Encode())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	before := delivered(t, db)
	c.enrol(t, s)
	// The write-ahead log gets a segment of its own first: what is full is where rows
	// lie, not where they are announced.
	if _, err := db.ExecContext(t.Context(), `CHECKPOINT; SELECT pg_switch_wal()`); err != nil {
		t.Fatal(err)
	}
	each(c.voters, func(v *voter) {
		if err := v.deliver(t, t.Context()); err != nil {
			t.Errorf("%s, while there is room: %v", v.name, err)
		}
	})

	empty := s.fill(t)
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
	if n := strings.Count(s.log.String(), "(53100)"); n == 0 {
		t.Errorf("%d were refused, but not since the disk is full:\n%s", refused.Load(), s.log)
	}
	for _, path := range []string{"/healthz", busy} {
		if status, _ := s.get(t, path); status != http.StatusOK {
			t.Errorf("%s on a full disk: %d", path, status)
		}
	}
	each(c.voters, func(v *voter) { v.compare(t, "the disk was full") })
	if n := delivered(t, db) - before; n != people {
		t.Errorf("%d people hold a receipt, %d ballots are stored", people, n)
	}

	empty()
	each(c.voters, func(v *voter) {
		if err := v.deliver(t, t.Context()); err != nil {
			t.Errorf("%s, when there is room again: %v", v.name, err)
		}
		v.compare(t, "room was made")
	})
	if n := delivered(t, db) - before; n != people {
		t.Errorf("%d people hold a receipt, %d ballots are stored", people, n)
	}
}
