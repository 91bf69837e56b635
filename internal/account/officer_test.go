package account_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/platform/postgres"
)

// of gives the actor behind an account as the database has it.
func (w town) of(a account.Actor) account.Actor {
	w.t.Helper()
	got, err := w.Actor(w.t.Context(), a.Account)
	if err != nil {
		w.t.Fatal(err)
	}
	return got
}

// born is how many officers a reader of the database finds who holds the two tables against
// each other as their rows lie: the account of the n-th officer is the n-th.
func (w town) born(people []account.Actor) (right int) {
	w.t.Helper()
	list := func(query string) (out []string) {
		w.t.Helper()
		if err := w.db.Pool().Select(&out, query); err != nil {
			w.t.Fatal(err)
		}
		return out
	}
	accounts := list(`SELECT id::text FROM civic.account ORDER BY xmin::text::bigint, ctid`)
	offices := list(`SELECT officer::text FROM civic.role ORDER BY xmin::text::bigint, ctid`)
	again := list(`SELECT id::text FROM civic.officer ORDER BY xmin::text::bigint, ctid`)
	if len(accounts) != len(people) || len(offices) != len(people) || len(again) != len(people) {
		w.t.Fatalf("%d accounts, %d roles and %d officers of %d people", len(accounts), len(offices), len(again), len(people))
	}
	for _, p := range people {
		at := slices.Index(accounts, p.Account.String())
		if offices[at] == p.Office.String() || again[at] == p.Office.String() {
			right++
		}
	}
	return right
}

// People who come with a role in their first sign-in: their offices and accounts are born in
// one order, and lie in none after the hour.
func TestTheOrderOfRowsDoesNotNameOfficers(t *testing.T) {
	w := newTown(t)
	const people = 40
	var all []account.Actor
	for i := range people {
		all = append(all, w.enter(fmt.Sprint("officer ", i), "riva/moderator"))
	}
	if right := w.born(all); right != people {
		t.Fatalf("the attack fails by itself: %d of %d", right, people)
	}
	// Two orders of random ids agree in more than 15 of 40 places once in 10¹¹ times.
	if err := w.db.Reorder(t.Context(), account.Heaps...); err != nil {
		t.Fatal(err)
	}
	if right := w.born(all); right > 15 {
		t.Errorf("%d of %d officers are named by the order of rows", right, people)
	}
	for _, p := range all {
		if got, err := w.Actor(t.Context(), p.Account); err != nil || got.Office != p.Office || len(got.Grants) != 1 {
			t.Errorf("%+v, %v", got, err)
		}
	}
}

// No transaction writes an account and an office: rows of one number would be one person's.
func TestNoTransactionWritesAnAccountAndAnOffice(t *testing.T) {
	w := newTown(t)
	anna, bruno := w.enter("anna", "riva/moderator", "borgo/council"), w.enter("bruno")
	if _, err := w.GrantRole(t.Context(), "riva", account.Facilitator, account.Scope{}, bruno.Account.String()); err != nil {
		t.Fatal(err)
	}
	common := func() (n int) {
		t.Helper()
		if err := w.db.Pool().Get(&n, `
			SELECT count(*)
			FROM civic.account AS a
			JOIN (SELECT xmin::text FROM civic.officer UNION ALL SELECT xmin::text FROM civic.role) AS o ON o.xmin = a.xmin::text`); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := common(); n != 0 {
		t.Errorf("%d rows of accounts and offices have a transaction in common", n)
	}
	if _, err := w.db.Pool().Exec(`
		WITH a AS (UPDATE civic.account SET fresh = true WHERE id = $1)
		UPDATE civic.officer SET fresh = true WHERE id = $2`, anna.Account, uuid.UUID(anna.Office)); err != nil {
		t.Fatal(err)
	}
	if n := common(); n != 1 {
		t.Fatalf("the attack fails by itself: %d rows", n)
	}
}

// An office survives the exchange of the key, also of one that is cut off, on servers that
// have not heard of it; it goes with the account.
func TestAnOfficeSurvivesTheExchangeOfTheKey(t *testing.T) {
	w, folder := townIn(t)
	var people []account.Actor
	for i := range 20 {
		people = append(people, w.enter(fmt.Sprint("officer ", i), "riva/moderator"))
	}
	other := account.New(w.db, keysIn(t, folder, 1))
	same := func(when string) {
		t.Helper()
		for _, s := range []*account.Service{w.Service, other} {
			for i, p := range people {
				if got, err := s.Actor(t.Context(), p.Account); err != nil || got.Office != p.Office || len(got.Grants) != 1 {
					t.Fatalf("%s: %+v, %v", when, got, err)
				}
				if got, err := s.Officer(t.Context(), p.Office); err != nil || got.Account != p.Account {
					t.Fatalf("%s: %+v, %v", when, got, err)
				}
				// One who signs in again and is remembered.
				claims := account.Claims{Issuer: "https://login.example", Subject: fmt.Sprint("officer ", i), Name: fmt.Sprint("OFFICER ", i), Email: fmt.Sprint("officer ", i, "@riva.example"), Municipality: "Riva", Groups: []string{"riva/moderator"}}
				if id, err := s.SignIn(t.Context(), claims); err != nil || id != p.Account {
					t.Fatalf("%s: %s, %v", when, id, err)
				}
			}
			list, err := s.Holders(t.Context(), "riva")
			if err != nil || len(list) != len(people) {
				t.Fatalf("%s: %d hold a role, %v", when, len(list), err)
			}
		}
	}
	same("before")
	marks := func() (out []string) {
		t.Helper()
		if err := w.db.Pool().Select(&out, `SELECT encode(mark, 'hex') FROM civic.officer UNION ALL SELECT encode(sealed, 'hex') FROM civic.officer`); err != nil {
			t.Fatal(err)
		}
		return out
	}
	former := marks()
	if err := account.Begin(w.Service, t.Context()); err != nil {
		t.Fatal(err)
	}
	same("begun")
	if _, _, err := account.Piece(w.Service, t.Context(), uuid.Nil); err != nil {
		t.Fatal(err)
	}
	same("accounts are rewritten")
	if _, _, err := account.Reseal(w.Service, t.Context(), uuid.Nil); err != nil {
		t.Fatal(err)
	}
	same("officers are rewritten")
	if err := w.Rotate(t.Context(), func(int) {}); err != nil {
		t.Fatal(err)
	}
	same("ended")
	for _, mark := range marks() {
		if slices.Contains(former, mark) {
			t.Error("an officer lies under the former key")
		}
	}
	if err := w.db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error { return w.Delete(ctx, tx, people[0].Account) }); err != nil {
		t.Fatal(err)
	}
	var left int
	if err := w.db.Pool().Get(&left, `SELECT count(*) FROM civic.officer o FULL JOIN civic.role r ON r.officer = o.id WHERE $1 IN (o.id, r.officer)`, uuid.UUID(people[0].Office)); err != nil || left != 0 {
		t.Errorf("%d rows of who left, %v", left, err)
	}
	if again := w.enter("officer 0", "riva/moderator"); again.Office == people[0].Office {
		t.Error("who comes back is known again by the office")
	}
}

// A role that another server takes away while the key is exchanged is gone, and one that
// stays is seen, at the very next request.
func TestWhatOneServerLearnsOfAKeyIsNoRoleLost(t *testing.T) {
	w, folder := townIn(t)
	other := account.New(w.db, keysIn(t, folder, 1))
	anna := w.enter("anna")
	if _, err := w.GrantRole(t.Context(), "riva", account.Council, account.Scope{}, anna.Account.String()); err != nil {
		t.Fatal(err)
	}
	if _, err := other.Actor(t.Context(), anna.Account); err != nil { // it has the former key open
		t.Fatal(err)
	}
	if err := account.Begin(w.Service, t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, _, err := account.Reseal(w.Service, t.Context(), uuid.Nil); err != nil {
		t.Fatal(err)
	}
	// A sign-in that says nothing new remembers the actor as it was read.
	claims := account.Claims{Issuer: "https://login.example", Subject: "anna", Name: "ANNA", Email: "anna@riva.example", Municipality: "Riva"}
	for range 2 {
		if id, err := other.SignIn(t.Context(), claims); err != nil || id != anna.Account {
			t.Fatalf("%s, %v", id, err)
		}
	}
	var at account.Edition
	if err := w.db.Pool().Get(&at, `SELECT number FROM civic.edition`); err != nil {
		t.Fatal(err)
	}
	if got, err := other.ActorAt(t.Context(), anna.Account, at); err != nil || len(got.Grants) != 1 || got.Office != w.of(anna).Office {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := other.RevokeRole(t.Context(), "riva", account.Council, account.Scope{}, anna.Account.String()); err != nil {
		t.Error(err)
	}
	if got := w.of(anna); len(got.Grants) != 0 {
		t.Errorf("%+v", got)
	}
}

// Who held an office when the tables had accounts keeps it; the accounts are encrypted once.
func TestOfficersInClearAreSealedOnce(t *testing.T) {
	w := newTown(t)
	anna := w.enter("anna", "riva/moderator")
	// As migration 0230 leaves it.
	if _, err := w.db.Pool().Exec(`
		WITH gone AS (DELETE FROM civic.officer RETURNING id)
		INSERT INTO civic.officer_unsealed (id, account)
		SELECT id, $1 FROM gone`, anna.Account); err != nil {
		t.Fatal(err)
	}
	if got := w.of(anna); got.Office != (account.OfficeID{}) {
		t.Fatalf("%+v", got)
	}
	for range 2 {
		if err := w.SealOfficers(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.of(anna); got.Office != anna.Office || len(got.Grants) != 1 {
		t.Errorf("%+v", got)
	}
	var clear int
	if err := w.db.Pool().Get(&clear, `SELECT count(*) FROM civic.officer_unsealed`); err != nil || clear != 0 {
		t.Errorf("%d stand in clear, %v", clear, err)
	}
}
