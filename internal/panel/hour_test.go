package panel_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/fault"
	"delfi/internal/panel"
	"delfi/internal/panel/application"
	"delfi/internal/panel/invitation"
	"delfi/internal/panel/roll"
	"delfi/internal/platform/job"
	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
	"delfi/internal/pseudonym"
)

// yard is a consultation with a panel whose people have accounts, a queue, and a clock.
type yard struct {
	t          *testing.T
	mu         sync.Mutex
	now        time.Time
	db         *postgres.DB
	accounts   *account.Service
	keys       pseudonym.Keys
	pseudonyms *pseudonym.Service
	panel      *panel.Service
	jobs       *job.Queue
	id         uuid.UUID
	terms      panel.Terms
}

func newYard(t *testing.T) *yard {
	t.Helper()
	y := &yard{t: t, now: time.Date(2026, 3, 9, 18, 0, 0, 0, time.UTC), id: uuid.New(), terms: panel.Terms{Open: true, Groups: []string{"citizens", "architects"}}}
	y.db = testdb.NewAt(t, func() time.Time {
		y.mu.Lock()
		defer y.mu.Unlock()
		return y.now
	})
	keys, err := pseudonym.NewFileKeys(filepath.Join(t.TempDir(), "keys"), bytes.Repeat([]byte{1}, 32))
	y.must(err)
	y.keys = keys
	y.jobs, err = job.New(y.db)
	y.must(err)
	y.accounts, y.pseudonyms = account.New(y.db, keys), pseudonym.New(y.db, keys)
	y.panel = panel.New(y.db, y.accounts, y.pseudonyms, roll.New(y.db, keys), invitation.New(y.db, keys), application.New(y.db, keys))
	y.panel.Work(y.jobs)
	y.panel.Ask(func(context.Context, *postgres.Tx, uuid.UUID) (panel.Terms, error) { return y.terms, nil })
	y.must(y.db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		return y.pseudonyms.Prepare(ctx, tx, y.id, pseudonym.SealedKey)
	}))
	return y
}

func (y *yard) must(err error) {
	y.t.Helper()
	if err != nil {
		y.t.Fatal(err)
	}
}

func (y *yard) at(clock string) {
	y.t.Helper()
	now, err := time.Parse("2006-01-02 15:04", clock)
	y.must(err)
	y.mu.Lock()
	defer y.mu.Unlock()
	y.now = now
}

func (y *yard) hour() {
	y.t.Helper()
	y.must(y.jobs.Do(y.t.Context(), panel.Hour{}))
}

func (y *yard) person(n int) account.Actor {
	y.t.Helper()
	id, err := y.accounts.SignIn(y.t.Context(), account.Claims{Issuer: "https://login.example", Subject: fmt.Sprint("person ", n)})
	y.must(err)
	return account.Actor{Account: id}
}

// sit signs somebody in for the first time, enrols them, and writes under their alias.
func (y *yard) sit(n int) (account.Actor, pseudonym.Alias) {
	y.t.Helper()
	p := y.person(n)
	y.must(y.panel.Enrol(y.t.Context(), p, y.id, "citizens"))
	a, err := y.panel.Alias(y.t.Context(), p, y.id)
	y.must(err)
	y.must(y.db.Transact(y.t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		claimed, err := pseudonym.Claim(ctx, tx, y.id, []pseudonym.Alias{a})
		if err == nil {
			a = claimed[a.ID]
		}
		return err
	}))
	return p, a
}

func (y *yard) texts(query string) []string {
	y.t.Helper()
	var out []string
	y.must(y.db.Pool().Select(&out, query))
	return out
}

// linked is how many people are joined rightly with their aliases by an order.
func (y *yard) linked(of map[string]string, by string) int {
	y.t.Helper()
	people := y.texts(`SELECT account::text FROM civic.enrolment ORDER BY ` + by)
	aliases := y.texts(`SELECT encode(id, 'hex') FROM civic.alias ORDER BY ` + by)
	n := 0
	for i := range people {
		if of[people[i]] == aliases[i] {
			n++
		}
	}
	return n
}

// docs/RECORD.md §2.0: 40 people come one after the other, enrol and write.
func TestWhoEnrolsAndWritesInOneSittingIsNotJoined(t *testing.T) {
	y := newYard(t)
	of := map[string]string{}
	for n := range 40 {
		p, a := y.sit(n)
		of[p.Account.String()] = fmt.Sprintf("%x", a.ID)
	}
	ways := []string{"xmin::text::bigint, ctid", "ctid"}
	for _, by := range ways {
		if n := y.linked(of, by); n != 40 {
			t.Errorf("before the hour %s joins %d of 40: the attack fails by itself", by, n)
		}
	}
	y.hour()
	for _, by := range ways {
		if n := y.linked(of, by); n > 6 { // one is guessed on average
			t.Errorf("after the hour %s joins %d of 40", by, n)
		}
	}
	if xmin := y.texts(`
		SELECT DISTINCT xmin::text FROM civic.account
		UNION SELECT xmin::text FROM civic.enrolment
		UNION SELECT xmin::text FROM civic.alias`); len(xmin) != 1 {
		t.Errorf("the three tables were written by %d transactions", len(xmin))
	}
	// At its end all of a consultation's enrolments, of all hours, become one.
	for n := 40; n < 50; n++ {
		y.sit(n)
	}
	y.must(y.jobs.Do(t.Context(), panel.End{Consultation: y.id}))
	if xmin := y.texts(`SELECT DISTINCT xmin::text FROM civic.enrolment`); len(xmin) != 1 {
		t.Errorf("at the end enrolments are of %d transactions", len(xmin))
	}
	if ids := y.texts(`SELECT account::text FROM civic.enrolment ORDER BY ctid`); !slices.IsSorted(ids) {
		t.Error("at the end they do not lie in the order of their ids")
	}
}

// docs/RECORD.md §2.0: somebody comes alone in an hour, and enrols. Of two copies of the
// database the second shows who is new, but no transaction is theirs alone, nor did rows of
// theirs alone move; without the hour's work they share one with nobody.
func TestWhoComesAloneInAnHourIsOneOfMany(t *testing.T) {
	y := newYard(t)
	for n := range 20 {
		y.sit(n)
	}
	y.hour()
	alone := map[string]string{}
	lone := func() map[string]string {
		out := map[string]string{}
		for _, table := range []string{"civic.account", "civic.enrolment", "civic.alias"} {
			out[table] = y.texts(`SELECT string_agg(n::text, ' ' ORDER BY n) FROM (SELECT count(*) AS n FROM ` + table + ` GROUP BY xmin::text) AS every`)[0]
		}
		return out
	}
	before := y.texts(`SELECT account::text || xmin::text FROM civic.enrolment`)
	y.sit(20)
	for table, n := range lone() {
		if n != "1 20" {
			t.Errorf("%s has transactions of %s rows: the attack fails by itself", table, n)
		}
		alone[table] = "21"
	}
	y.hour()
	if got := lone(); !maps.Equal(got, alone) {
		t.Errorf("after the hour transactions have so many rows: %v", got)
	}
	for _, row := range y.texts(`SELECT account::text || xmin::text FROM civic.enrolment`) {
		if slices.Contains(before, row) {
			t.Error("an old row stays in its place, and tells which others moved")
		}
	}
}

// Sign-ins, enrolments, codes and texts go on while hours pass on two servers.
func TestHoursPassWhilePeopleCome(t *testing.T) {
	y := newYard(t)
	ctx := context.WithoutCancel(t.Context())
	var all sync.WaitGroup
	for w := range 6 {
		all.Go(func() {
			for n := range 12 {
				y.sit(100*w + n)
			}
		})
	}
	for range 2 {
		all.Go(func() {
			for range 10 {
				if err := y.jobs.Do(ctx, panel.Hour{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	y.hour()
	for _, table := range []string{"civic.account", "civic.enrolment", "civic.alias"} {
		if n := y.texts(`SELECT count(*)::text FROM ` + table); n[0] != "72" {
			t.Errorf("%s has %s rows", table, n[0])
		}
	}
}

// (f): who leaves is gone after the night, with all who leave; until then nothing of
// theirs has moved.
func TestLeaversGoTogetherAtNight(t *testing.T) {
	y := newYard(t)
	var people []account.Actor
	for n := range 12 {
		p, _ := y.sit(n)
		people = append(people, p)
	}
	y.hour()
	dump := func() string {
		return fmt.Sprint(y.texts(`SELECT id::text || xmin::text || xmax::text || ctid::text FROM civic.account ORDER BY 1`),
			y.texts(`SELECT account::text || xmin::text || xmax::text || ctid::text FROM civic.enrolment ORDER BY 1`))
	}
	before := dump()
	for _, p := range people[:5] {
		y.must(y.accounts.Leave(t.Context(), p))
	}
	if dump() != before {
		t.Error("pressing touched an account or an enrolment")
	}
	y.at("2026-03-10 01:59") // 02:59 in Rome
	y.hour()
	if n := len(y.texts(`SELECT id::text FROM civic.account`)); n != 12 {
		t.Errorf("%d accounts before three o'clock", n)
	}
	y.must(y.accounts.Stay(t.Context(), people[4]))
	y.at("2026-03-10 02:01")
	y.must(y.accounts.Leave(t.Context(), people[5])) // after three: the next night's
	// With one connection, a transaction within a transaction would never end.
	y.db.Pool().SetMaxOpenConns(1)
	y.hour()
	y.db.Pool().SetMaxOpenConns(16)
	left := y.texts(`SELECT id::text FROM civic.account`)
	for i, p := range people {
		if gone := !slices.Contains(left, p.Account.String()); gone != (i < 4) {
			t.Errorf("person %d: gone is %v", i, gone)
		}
	}
	if xmin := y.texts(`SELECT DISTINCT xmin::text FROM civic.departed_mark`); len(xmin) != 1 {
		t.Errorf("marks are of %d transactions", len(xmin))
	}
	if n := y.texts(`SELECT people::text FROM civic.departed`); len(n) != 1 || n[0] != "4" {
		t.Errorf("departed: %v", n)
	}
	// Who comes back is known again, with one connection too.
	y.db.Pool().SetMaxOpenConns(1)
	err := y.panel.Enrol(t.Context(), y.person(2), y.id, "citizens")
	want(t, err, fault.Conflict, "left_before")
	y.must(y.panel.Enrol(t.Context(), y.person(99), y.id, "citizens"))
}

// Without the rule two copies of the database name each leaver.
func TestLeavingAtOnceNamesTheLeaver(t *testing.T) {
	y := newYard(t)
	for n := range 6 {
		y.sit(n)
	}
	accounts := func() []string { return y.texts(`SELECT id::text FROM civic.account`) }
	for n := range 3 {
		before := accounts()
		p := y.person(n)
		y.must(y.db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
			return y.accounts.Delete(ctx, tx, p.Account)
		}))
		after := accounts()
		gone := slices.DeleteFunc(before, func(id string) bool { return slices.Contains(after, id) })
		if len(gone) != 1 || gone[0] != p.Account.String() {
			t.Errorf("the attack fails by itself: %v", gone)
		}
	}
}

// The clock changes: the night begins once.
func TestTheNightBeginsOnceWhenTheClockChanges(t *testing.T) {
	for _, c := range []struct{ asked, early, due string }{
		{"2026-03-28 22:30", "2026-03-29 00:59", "2026-03-29 01:00"}, // two o'clock becomes three
		{"2026-10-24 22:30", "2026-10-25 01:59", "2026-10-25 02:00"}, // three becomes two again
	} {
		y := newYard(t)
		y.at(c.asked)
		p, _ := y.sit(1)
		y.must(y.accounts.Leave(t.Context(), p))
		for _, at := range []struct {
			clock string
			left  int
		}{{c.early, 1}, {c.due, 0}} {
			y.at(at.clock)
			y.hour()
			if n := len(y.texts(`SELECT id::text FROM civic.account`)); n != at.left {
				t.Errorf("at %s UTC there are %d accounts, want %d", at.clock, n, at.left)
			}
		}
	}
}

// (h)
func TestTheNumberEnrolledMovesHourlyInStepsOfFive(t *testing.T) {
	y := newYard(t)
	shown := func() int {
		t.Helper()
		n, err := y.panel.Enrolled(t.Context(), y.id)
		y.must(err)
		if n.Exact != y.terms.Full {
			t.Errorf("exact: %v", n.Exact)
		}
		return n.People()
	}
	exact := func() (n int) {
		t.Helper()
		y.must(y.db.Read(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
			all, err := y.panel.Count(ctx, tx, y.id)
			n = all["citizens"] + all["architects"]
			return err
		}))
		return n
	}
	for n := range 12 {
		seen, real := shown(), exact()
		y.must(y.panel.Enrol(t.Context(), y.person(n), y.id, "citizens"))
		if shown() != seen {
			t.Error("somebody is seen to come")
		}
		if exact() != real+1 {
			t.Error("the exact number would not tell: the attack fails by itself")
		}
		if n == 6 {
			y.hour()
			if shown() != 5 {
				t.Errorf("7 people are shown as %d", shown())
			}
		}
	}
	y.hour()
	if shown() != 10 {
		t.Errorf("12 people are shown as %d", shown())
	}
	// A suspension ends: it shows nothing more.
	y.terms.Open = false
	if shown() != 10 {
		t.Errorf("while it is suspended: %d", shown())
	}
	y.terms.Full = true
	if shown() != 12 {
		t.Errorf("from the closing on: %d", shown())
	}
}

func TestASteppedNumberIsRoundedDown(t *testing.T) {
	for n, want := range map[int]int{0: 0, 4: 0, 5: 5, 9: 5, 10: 10, 104: 100} {
		if got := panel.Stepped(n); got != want {
			t.Errorf("%d is shown as %d, want %d", n, got, want)
		}
	}
}
