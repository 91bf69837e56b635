package application_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/delphi/protocol"
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

// ground is one consultation with three groups of declared membership, "architects", "engineers"
// and "jurists", and an open one.
type ground struct {
	*testing.T
	db     *postgres.DB
	dir    string // of the keys
	keys   pseudonym.Keys
	s      *application.Service
	panel  *panel.Service
	jobs   *job.Queue
	id     uuid.UUID
	open   bool
	now    time.Time
	by     account.OfficeID // the secretary
	own    uuid.UUID        // their account
	people int              // accounts so far
}

func newGround(t *testing.T) *ground {
	t.Helper()
	g := &ground{T: t, id: uuid.New(), open: true, now: time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC), by: account.OfficeID(uuid.New()), own: uuid.New()}
	g.db = testdb.NewAt(t, func() time.Time { return g.now })
	g.dir = filepath.Join(t.TempDir(), "keys")
	keys, err := pseudonym.NewFileKeys(g.dir, bytes.Repeat([]byte{1}, 32))
	g.must(err)
	g.keys = keys
	g.jobs, err = job.New(g.db)
	g.must(err)
	pseudonyms := pseudonym.New(g.db, keys)
	g.s = application.New(g.db, keys)
	g.panel = panel.New(g.db, account.New(g.db, keys), pseudonyms, roll.New(g.db, keys), invitation.New(g.db, keys), g.s)
	g.panel.Work(g.jobs)
	g.panel.Ask(func(context.Context, *postgres.Tx, uuid.UUID) (panel.Terms, error) {
		return panel.Terms{Open: g.open, Groups: []string{"architects", "engineers", "jurists", "residents"}, Staff: []account.OfficeID{g.by}, Ways: map[string]panel.Way{
			"architects": {Access: protocol.AccessDeclared, Asks: protocol.AsksNumber}, "engineers": {Access: protocol.AccessDeclared, Asks: protocol.AsksName},
			"jurists": {Access: protocol.AccessDeclared, Asks: protocol.AsksWords},
		}}, nil
	})
	g.act(func(ctx context.Context, tx *postgres.Tx) error {
		if err := pseudonyms.Prepare(ctx, tx, g.id, pseudonym.SealedKey); err != nil {
			return err
		}
		return g.s.Open(ctx, tx, g.id, "architects", "engineers", "jurists")
	})
	return g
}

func (g *ground) must(err error) {
	g.Helper()
	if err != nil {
		g.Fatal(err)
	}
}

func (g *ground) act(do func(ctx context.Context, tx *postgres.Tx) error) {
	g.Helper()
	g.must(g.db.Transact(g.Context(), do))
}

// somebody is a new person who signed in.
func (g *ground) somebody() account.Actor {
	g.people++
	return account.Actor{Account: uuid.New(), Name: fmt.Sprintf("Persona %d", g.people)}
}

func (g *ground) applies(who account.Actor, group, name, detail string) error {
	return g.panel.Apply(g.Context(), who, g.id, group, application.Applicant{Name: name, Detail: detail})
}

// find is a page of a group's applications.
func (g *ground) find(group string, q application.Query) (out application.Found) {
	g.Helper()
	g.act(func(ctx context.Context, tx *postgres.Tx) (err error) {
		out, err = g.s.Find(ctx, tx, g.id, group, q)
		return err
	})
	return out
}

// of are the applications of a group in some states.
func (g *ground) of(group string, states ...application.State) (all []application.Application) {
	g.Helper()
	for _, state := range states {
		all = append(all, g.find(group, application.Query{State: state}).List...)
	}
	return all
}

func (g *ground) decides(group string, act application.Act, reason string, ids ...uuid.UUID) (done application.Done, err error) {
	err = g.db.Transact(g.Context(), func(ctx context.Context, tx *postgres.Tx) (err error) {
		done, err = g.s.Decide(ctx, tx, g.id, group, ids, act, reason, account.Actor{Account: g.own, Office: g.by})
		return err
	})
	return done, err
}

// decided does an act about the application of a name that the act fits.
func (g *ground) decided(act application.Act, name, reason string) {
	g.Helper()
	for _, a := range g.of("architects", application.Waiting, application.Admitted) {
		if a.Name == name && act.Applies(a.State) {
			done, err := g.decides("architects", act, reason, a.ID)
			if g.must(err); done != (application.Done{N: 1}) {
				g.Fatalf("%s %s: %+v", act, name, done)
			}
			return
		}
	}
	g.Fatalf("%s has no application to %s", name, act)
}

// refused checks a fault by its code, or by that of its only field.
func (g *ground) refused(err error, code string) {
	g.Helper()
	var f *fault.Fault
	switch {
	case !errors.As(err, &f):
	case f.Code == code, len(f.Fields) == 1 && f.Fields[0].Name+":"+f.Fields[0].Code == code:
		return
	}
	g.Errorf("got %v, want %s", err, code)
}

// recorded are the numbers that the record lacks.
func (g *ground) recorded() (out map[string]int) {
	g.Helper()
	g.act(func(ctx context.Context, tx *postgres.Tx) (err error) {
		out, err = g.s.Record(ctx, tx, g.id)
		return err
	})
	return out
}

// TestWhoIsAdmittedEnrols, in their group, and nobody else; who was refused reads why and
// applies again; a revocation lets nobody in and takes nobody off the panel.
func TestWhoIsAdmittedEnrols(t *testing.T) {
	g := newGround(t)
	anna, bea, carla := g.somebody(), g.somebody(), g.somebody()
	enrols := func(who account.Actor) error { return g.panel.Enrol(t.Context(), who, g.id, "architects") }

	g.refused(enrols(anna), "declared_needed")
	g.refused(g.applies(account.Actor{}, "architects", "Anna", "12"), "sign_in")
	g.refused(g.applies(account.Actor{Account: uuid.New(), Office: g.by}, "architects", "Sara", "1"), "staff_cannot_enrol")
	g.refused(g.applies(anna, "residents", "Anna", ""), "no_declared_group")
	g.refused(g.applies(anna, "architects", "Anna Vandelli", " "), "detail:required")
	g.refused(g.applies(anna, "architects", strings.Repeat("a", application.NameMost+1), "12"), "name:too_long")
	g.must(g.applies(anna, "architects", " Anna  Vandelli", "A 123"))
	g.refused(g.applies(anna, "engineers", "Anna Vandelli", ""), "application_waits")
	g.refused(enrols(anna), "declared_waiting")

	// Of two with one number, each is shown beside the other; case and points tell none apart.
	g.now = g.now.AddDate(0, 0, -1)
	g.must(g.applies(bea, "architects", "Bea Rossi", "a-123"))
	g.now = g.now.AddDate(0, 0, 1)
	waiting := g.of("architects", application.Waiting)
	if len(waiting) != 2 || waiting[0].Name != "Bea Rossi" || waiting[1].Detail != "A 123" || waiting[0].Alike != 1 || waiting[1].Alike != 1 {
		t.Fatalf("those who wait longest come first: %+v", waiting)
	}
	if len(g.of("engineers", application.States...)) != 0 {
		t.Error("another group has them")
	}

	_, err := g.decides("architects", application.Refuse, "  ", waiting[0].ID)
	g.refused(err, "reason:required")
	_, err = g.decides("engineers", application.Admit, "", waiting[0].ID)
	g.refused(err, "application_changed")
	_, err = g.decides("architects", application.Revoke, "Errore.", waiting[0].ID)
	g.refused(err, "application_changed")
	g.decided(application.Admit, "Anna  Vandelli", "")
	// Pressed twice, and beside one that is not there.
	if done, err := g.decides("architects", application.Admit, "", waiting[1].ID, uuid.New()); err != nil || done != (application.Done{N: 1, Other: 1}) {
		t.Errorf("%+v, %v", done, err)
	}
	// Words are no number: the same ones tell nothing.
	diana := g.somebody()
	for _, who := range []account.Actor{diana, g.somebody()} {
		g.must(g.applies(who, "jurists", "Diana Galli", "Dal 2010."))
	}
	if all := g.of("jurists", application.Waiting); len(all) != 2 || all[0].Alike+all[1].Alike != 0 {
		t.Errorf("words are compared as a number: %+v", all)
	}
	// A secretary decides about nobody's application but others'.
	g.must(g.applies(account.Actor{Account: g.own}, "architects", "Sara", "1"))
	sara := g.of("architects", application.Waiting)
	_, err = g.decides("architects", application.Admit, "", sara[0].ID, sara[1].ID)
	g.refused(err, "application_own")
	g.must(g.panel.Withdraw(t.Context(), account.Actor{Account: g.own, Office: g.by}, g.id, sara[slices.IndexFunc(sara, func(a application.Application) bool { return a.Name == "Sara" })].ID))
	g.decided(application.Refuse, "Bea Rossi", "Il numero è di un'altra persona.")
	g.refused(g.applies(anna, "architects", "Anna", "1"), "application_admitted")
	g.refused(g.panel.Enrol(t.Context(), anna, g.id, "engineers"), "declared_needed")
	g.must(enrols(anna))
	g.refused(g.applies(anna, "engineers", "Anna", ""), "already_enrolled")
	g.refused(enrols(bea), "declared_refused")
	standing, err := g.panel.Stand(t.Context(), bea, g.id, "architects")
	if own := standing.Declared.Own; err != nil || len(own) != 1 || own[0].Reason != "Il numero è di un'altra persona." || own[0].Decider != g.by || own[0].Decided.Format(time.DateOnly) != "2026-03-10" {
		t.Errorf("bea reads %+v, %v", own, err)
	}

	// Again, with another number, while enrolment is open; what waits can be taken back.
	g.must(g.applies(bea, "architects", "Bea Rossi", "B 77"))
	mine := func(who account.Actor) application.Application {
		all, err := g.panel.Applications(t.Context(), who)
		g.must(err)
		return all[g.id][0]
	}
	g.refused(g.panel.Withdraw(t.Context(), anna, g.id, mine(bea).ID), "no_application")
	g.must(g.panel.Withdraw(t.Context(), bea, g.id, mine(bea).ID))
	g.refused(g.panel.Withdraw(t.Context(), bea, g.id, mine(bea).ID), "no_application")
	g.open = false
	g.refused(g.applies(bea, "architects", "Bea Rossi", "B 77"), "enrolment_closed")
	g.open = true
	g.must(g.applies(bea, "architects", "Bea Rossi", "B 77"))
	g.decided(application.Admit, "Bea Rossi", "")

	// Revoked: of who is in and of who is not alike.
	g.must(g.applies(carla, "architects", "Carla Neri", "C 1"))
	g.decided(application.Admit, "Carla Neri", "")
	g.decided(application.Revoke, "Anna  Vandelli", "Non è iscritta.")
	g.decided(application.Revoke, "Carla Neri", "Non è iscritta.")
	g.refused(enrols(carla), "declared_revoked")
	if group, err := g.panel.Group(t.Context(), anna, g.id); err != nil || group != "architects" {
		t.Errorf("anna is in %q, %v", group, err)
	}
	g.must(enrols(bea))

	// Admissions of one person count once.
	g.must(g.applies(carla, "architects", "Carla Neri", "C 1"))
	g.decided(application.Admit, "Carla Neri", "")
	if got := g.recorded(); fmt.Sprint(got) != "map[architects:3 engineers:0 jurists:0]" {
		t.Errorf("recorded %v", got)
	}
	if got := g.recorded(); len(got) != 0 {
		t.Errorf("recorded again %v", got)
	}
	for range 3 {
		g.decided(application.Revoke, "Carla Neri", "No.")
		g.must(g.applies(carla, "architects", "Carla Neri", "C 1"))
		g.decided(application.Admit, "Carla Neri", "")
	}
	g.decided(application.Revoke, "Carla Neri", "No.")
	g.refused(g.applies(carla, "architects", "Carla Neri", "C 1"), "application_often")
}

// TestOfTwoApplicationsAtOnceOneWaits, and what is kept ends with the panel.
func TestOfTwoApplicationsAtOnceOneWaits(t *testing.T) {
	g := newGround(t)
	anna := g.somebody()
	results := make([]error, 6)
	var all sync.WaitGroup
	for i := range results {
		all.Go(func() { results[i] = g.applies(anna, []string{"architects", "engineers"}[i%2], "Anna", "1") })
	}
	all.Wait()
	in := 0
	for _, err := range results {
		if err == nil {
			in++
			continue
		}
		g.refused(err, "application_waits")
	}
	if in != 1 {
		t.Errorf("%d applications of one person wait", in)
	}
	g.must(g.jobs.Do(t.Context(), panel.End{Consultation: g.id}))
	g.must(g.jobs.Do(t.Context(), panel.End{Consultation: g.id}))
	if _, err := g.keys.Read(t.Context(), "application-"+g.id.String()); fault.KindOf(err) != fault.Conflict {
		t.Errorf("the key is left: %v", err)
	}
	var left int
	g.must(g.db.Pool().Get(&left, `SELECT (SELECT count(*) FROM civic.application) + (SELECT count(*) FROM civic.application_list)`))
	if left != 0 {
		t.Errorf("%d rows are left", left)
	}
	g.refused(g.applies(anna, "architects", "Anna", "1"), "application_closed")
}

// tables gives every row of every table as text, with what Postgres keeps of its writing.
func (g *ground) tables() map[string][]string {
	g.Helper()
	var names []string
	g.must(g.db.Pool().Select(&names, `
		SELECT format('%I.%I', schemaname, tablename)
		FROM pg_tables
		WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`))
	out := map[string][]string{}
	for _, table := range names {
		var rows []string
		g.must(g.db.Pool().Select(&rows, `SELECT xmin::text || ' ' || xmax::text || ' ' || ctid::text || ' ' || t::text FROM `+table+` AS t ORDER BY ctid`))
		out[table] = rows
	}
	return out
}

// TestAKeyThatIsGoneBlocksNobody: where the key of other applications was lost or destroyed, an
// account's own are read and forgotten elsewhere; at start what lies under a destroyed one ends.
func TestAKeyThatIsGoneBlocksNobody(t *testing.T) {
	g := newGround(t)
	anna := g.somebody()
	lost, destroyed := uuid.New(), uuid.New()
	for _, id := range []uuid.UUID{lost, destroyed} {
		g.act(func(ctx context.Context, tx *postgres.Tx) error {
			if err := g.s.Open(ctx, tx, id, "architects"); err != nil {
				return err
			}
			return g.s.Apply(ctx, tx, id, "architects", anna.Account, application.Applicant{Name: "Anna"}, protocol.AsksName)
		})
	}
	g.must(g.applies(anna, "architects", "Anna", "1"))
	if all, err := g.panel.Applications(t.Context(), anna); err != nil || len(all) != 3 {
		t.Fatalf("%v, %v", all, err)
	}
	g.must(os.Remove(filepath.Join(g.dir, "application-"+lost.String()+".key")))
	g.must(g.keys.Destroy(t.Context(), "application-"+destroyed.String()))
	all, err := g.panel.Applications(t.Context(), anna)
	if err != nil || len(all) != 1 || len(all[g.id]) != 1 {
		t.Errorf("anna reads %v, %v", all, err)
	}
	g.act(func(ctx context.Context, tx *postgres.Tx) error { return g.s.Forget(ctx, tx, anna.Account) })
	left := func() (ids []string) {
		g.must(g.db.Pool().Select(&ids, `SELECT consultation::text FROM civic.application ORDER BY consultation`))
		return ids
	}
	want := []string{lost.String(), destroyed.String()}
	slices.Sort(want)
	if got := left(); !slices.Equal(got, want) {
		t.Errorf("%v are left of %v", got, want)
	}
	for range 2 {
		g.must(g.s.Join(t.Context()))
	}
	if got := left(); !slices.Equal(got, []string{lost.String()}) {
		t.Errorf("%v are left after a start", got)
	}
}

// TestAListIsReadByThePage: as many as there are, each once, in the order of their days, with
// words as without.
func TestAListIsReadByThePage(t *testing.T) {
	g := newGround(t)
	const people = application.PerPage + 3
	for i := range people {
		name := fmt.Sprintf("Persona %02d", i)
		if i%2 == 0 {
			name += " Pari"
		}
		g.must(g.applies(g.somebody(), "architects", name, fmt.Sprint(i/2)))
		if i == 20 {
			g.now = g.now.AddDate(0, 0, 1)
		}
	}
	seen := map[string]bool{}
	var days []string
	for n := range 2 {
		found := g.find("architects", application.Query{State: application.Waiting, Page: n + 1})
		if found.Page != n+1 || found.Pages != 2 || len(found.List) != []int{application.PerPage, 3}[n] {
			t.Errorf("page %d: %d of %d with %d", n+1, found.Page, found.Pages, len(found.List))
		}
		for _, a := range found.List {
			seen[a.Name] = true
			days = append(days, a.Since.Format(time.DateOnly))
			if other := 1; a.Name == fmt.Sprintf("Persona %02d Pari", people-1) && a.Alike != 0 || a.Name != fmt.Sprintf("Persona %02d Pari", people-1) && a.Alike != other {
				t.Errorf("%s has its number in %d others", a.Name, a.Alike)
			}
		}
	}
	if len(seen) != people || !slices.IsSorted(days) || days[0] == days[people-1] {
		t.Errorf("%d people of %d, on %v", len(seen), people, days)
	}
	for _, one := range []struct {
		words       string
		page        int
		n, at, last int
	}{
		{"", 9, 3, 2, 2}, {"pari", 1, 27, 1, 1}, {"PERSONA", 9, 3, 2, 2}, {"persona", 1, application.PerPage, 1, 2}, {"pari 07", 1, 0, 1, 1}, {"persona 07", 0, 1, 1, 1},
	} {
		found := g.find("architects", application.Query{State: application.Waiting, Words: one.words, Page: one.page})
		if len(found.List) != one.n || found.Page != one.at || found.Pages != one.last {
			t.Errorf("%q, page %d: %d on page %d of %d", one.words, one.page, len(found.List), found.Page, found.Pages)
		}
	}
}

// TestWhoLeavesInTheSameMomentIsNotAdmitted: nor counted.
func TestWhoLeavesInTheSameMomentIsNotAdmitted(t *testing.T) {
	g := newGround(t)
	anna := g.somebody()
	g.must(g.applies(anna, "architects", "Anna", "1"))
	id := g.of("architects", application.Waiting)[0].ID
	decided := make(chan error, 1)
	g.act(func(ctx context.Context, tx *postgres.Tx) error {
		if err := g.s.Forget(ctx, tx, anna.Account); err != nil {
			return err
		}
		go func() {
			_, err := g.decides("architects", application.Admit, "", id)
			decided <- err
		}()
		for blocked := false; !blocked; {
			err := tx.GetContext(ctx, &blocked, `
				SELECT EXISTS (
					SELECT FROM pg_locks
					WHERE NOT granted AND transactionid = pg_current_xact_id()::xid)`)
			if err != nil {
				return err
			}
		}
		return nil
	})
	g.refused(<-decided, "application_changed")
	if got := g.recorded()["architects"]; got != 0 {
		t.Errorf("%d admissions are counted", got)
	}
}

// TestACopyOfTheDatabaseTellsNoApplicant: no name, number or reason lies in a table, nothing
// joins an application with an account, enrolling touches no row of an application, and the hour
// writes all anew in the order of ids.
func TestACopyOfTheDatabaseTellsNoApplicant(t *testing.T) {
	g := newGround(t)
	var secrets []string
	people := make([]account.Actor, 12)
	for i := range people {
		people[i] = g.somebody()
		name, number, reason := "zq"+strings.ToLower(rand.Text()[:12]), "zq"+strings.ToLower(rand.Text()[:12]), "zq"+strings.ToLower(rand.Text()[:12])
		secrets = append(secrets, name, number)
		g.must(g.applies(people[i], "architects", name, number))
		if i%3 == 0 {
			secrets = append(secrets, reason)
			g.decided(application.Refuse, name, reason)
			continue
		}
		g.decided(application.Admit, name, "")
	}
	told := func(body string) int {
		return len(slices.DeleteFunc(slices.Clone(secrets), func(s string) bool {
			return !strings.Contains(body, s) && !strings.Contains(body, fmt.Sprintf("%x", s))
		}))
	}
	before := g.tables()
	for i, who := range people {
		if i%3 != 0 && i%2 == 0 {
			g.must(g.panel.Enrol(t.Context(), who, g.id, "architects"))
		}
	}
	after := g.tables()
	for _, table := range []string{"civic.application", "civic.application_list", "civic.outbox"} {
		if !slices.Equal(before[table], after[table]) {
			t.Errorf("an enrolment is seen in %s", table)
		}
	}
	if len(after["civic.enrolment"]) != 4 || len(after["civic.application"]) != 12 {
		t.Fatalf("%d enrolments of %d applications", len(after["civic.enrolment"]), len(after["civic.application"]))
	}
	for table, rows := range after {
		body := strings.Join(rows, "\n")
		if n := told(body); n > 0 {
			t.Errorf("%s tells %d secrets", table, n)
		}
		for _, who := range people {
			if strings.HasPrefix(table, "civic.application") && (strings.Contains(body, who.Account.String()) || strings.Contains(body, strings.ReplaceAll(who.Account.String(), "-", ""))) {
				t.Errorf("%s names an account", table)
			}
		}
	}
	if told(strings.Join(secrets, " ")) != len(secrets) {
		t.Error("the search finds nothing")
	}
	g.must(g.jobs.Do(t.Context(), panel.Hour{}))
	var inOrder []string
	var written int
	g.must(g.db.Pool().Select(&inOrder, `SELECT id::text FROM civic.application ORDER BY ctid`))
	g.must(g.db.Pool().Get(&written, `SELECT count(DISTINCT xmin::text) FROM civic.application`))
	if !slices.IsSorted(inOrder) || written != 1 {
		t.Errorf("applications lie in the order of coming, by %d transactions", written)
	}
	for i, who := range people {
		if own, err := g.panel.Applications(t.Context(), who); err != nil || len(own[g.id]) != 1 || own[g.id][0].Name != g.named(i, secrets) {
			t.Errorf("%d has %+v, %v", i, own, err)
		}
	}
	// Who leaves the site takes theirs along.
	g.act(func(ctx context.Context, tx *postgres.Tx) error { return g.s.Forget(ctx, tx, people[5].Account) })
	if n := len(g.of("architects", application.States...)); n != 11 {
		t.Errorf("%d applications are left", n)
	}
}

// named is the name of one of the people, among the secrets.
func (g *ground) named(i int, secrets []string) string {
	at := 0
	for n := range i {
		if at += 2; n%3 == 0 {
			at++
		}
	}
	return secrets[at]
}
