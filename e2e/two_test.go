package e2e

import (
	"database/sql"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"delfi/internal/platform/postgres/private"
)

// Two server processes on one database are one site: sessions, ballots, what each
// keeps in memory and in its page cache, and what one had begun when it was killed.
func TestTwoServersAreOneSite(t *testing.T) {
	const people = 12
	dir := data(t)
	c := found(t, dir, people)
	database := cluster(t, dir).URL(private.Database)
	db, err := sql.Open("postgres", database)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	a, b := c.serve(t, dir, "--database-url="+database), c.serve(t, dir, "--database-url="+database)
	before := delivered(t, db)
	page := func(s *site, path string) string {
		t.Helper()
		_, body := s.get(t, path)
		return body
	}
	refused := func(v *voter, status int, when string) {
		t.Helper()
		var r *refusal
		if err := v.deliver(t, t.Context()); !errors.As(err, &r) || r.status != status {
			t.Errorf("%s delivers %s: %v, want %d", v.name, when, err, status)
		}
		v.sent, v.told = nil, false
	}

	// Sessions, enrolments and ballots: begun on the one, gone on with on the other.
	c.enrol(t, a)
	each(c.voters, func(v *voter) {
		v.deliverOn(t, b)
		v.compareOn(t, a, "a delivery on the other server")
		v.deliverOn(t, a)
		v.compareOn(t, b, "another on this one")
	})
	if n := delivered(t, db) - before; n != people {
		t.Errorf("%d people delivered on two servers, %d ballots are stored", people, n)
	}
	left := c.voters[0]
	left.site = a
	left.post(t, "/sign-out", nil)
	left.site = b
	if p, err := left.ask(t.Context(), http.MethodGet, "/", nil); err != nil || strings.Contains(p.Text(), left.name) {
		t.Errorf("signed out on one server, signed in on the other: %v", err)
	}

	// One person on both at once: the ballot that stands is the same on both.
	each(c.voters[1:], func(v *voter) {
		at := []*voter{{name: v.name, address: v.address, site: a, browser: v.browser}, {name: v.name, address: v.address, site: b, browser: v.browser}}
		each(at, func(v *voter) {
			if _, err := v.ask(t.Context(), http.MethodPost, busyRound, paper("deliver")); err != nil {
				t.Error(err)
			}
		})
		var marks [2]string
		for i, v := range at {
			p, err := v.ask(t.Context(), http.MethodGet, busyRound+"/receipt", nil)
			if err != nil {
				t.Error(err)
				return
			}
			marks[i] = markOn(p)
		}
		if marks[0] == "" || marks[0] != marks[1] {
			t.Errorf("%s finds the mark %q on one server and %q on the other", v.name, marks[0], marks[1])
		}
	})
	if n := delivered(t, db) - before; n != people {
		t.Errorf("%d people delivered on two servers at once, %d ballots are stored", people, n)
	}

	// What a server keeps: consultation, round's paper, public page.
	const reason = "Verifichiamo un errore nel testo"
	giulia, paolo := &voter{name: "giulia", address: "10.0.1.1"}, &voter{name: "paolo", address: "10.0.1.2"}
	giulia.enter(t, a)
	paolo.enter(t, a)
	v := c.voters[1]
	v.deliverOn(t, b)
	if strings.Contains(page(b, busy), reason) {
		t.Fatal("suspended before the act")
	}
	giulia.steer(t, "/suspend", url.Values{"reason": {reason}})
	refused(v, http.StatusConflict, "on the other server after a suspension")
	eventually(t, "the other server's public page tells of the suspension", func() bool { return strings.Contains(page(b, busy), reason) })
	giulia.steer(t, "/resume", url.Values{})
	eventually(t, "the other server's public page tells of the end", func() bool { return !strings.Contains(page(b, busy), reason) })
	v.deliverOn(t, b)

	// A closing that a server had begun is ended by the other, once.
	paolo.steer(t, "/rounds/3/close", url.Values{"reason": {"hanno risposto tutti"}})
	if err := a.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	refused(v, http.StatusConflict, "after the closing")
	count := func(kind string) (n int) {
		t.Helper()
		err := db.QueryRowContext(t.Context(), `
			SELECT count(*)
			FROM record.entry
			WHERE type = $1 AND consultation = (SELECT id FROM civic.consultation WHERE slug = 'piazza-della-pomposa')`, kind).Scan(&n)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	eventually(t, "the feedback on the second answer round", func() bool { return count("feedback") == 2 })
	if n := count("round_closed"); n != 2 {
		t.Errorf("two answer rounds were closed, %d times", n)
	}
	eventually(t, "the server that is left shows it", func() bool { return strings.Contains(page(b, busyRound), "<svg") })
}

// deliverOn delivers on a server, with the session of whichever it began on.
func (v *voter) deliverOn(t *testing.T, s *site) {
	v.site = s
	if err := v.deliver(t, t.Context()); err != nil {
		t.Errorf("%s: %v", v.name, err)
	}
}

func (v *voter) compareOn(t *testing.T, s *site, after string) {
	v.site = s
	v.compare(t, after)
}

// eventually waits for what another process brings about.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for range 600 {
		if holds() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("never: %s", what)
}

// steer acts on what the desk shows now.
func (v *voter) steer(t *testing.T, act string, form url.Values) {
	t.Helper()
	const desk = "/desk/piazza-della-pomposa"
	shown, err := v.ask(t.Context(), http.MethodGet, desk+act, nil)
	if err != nil {
		t.Fatal(err)
	}
	form.Set("version", shown.Find("input[name=version]").First().AttrOr("value", ""))
	v.post(t, desk+act, form)
}
