package page

import (
	"bytes"
	"net/http"
	"testing"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
	"delfi/internal/pseudonym"
)

// keysOf is a key store of the test's own.
func keysOf(t *testing.T) account.Keys {
	t.Helper()
	keys, err := pseudonym.NewFileKeys(t.TempDir(), bytes.Repeat([]byte{1}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// entrance is a house on a database, with an address that signs somebody in.
func entrance(t *testing.T, db *postgres.DB, keys account.Keys, id uuid.UUID) *house {
	t.Helper()
	h := newHouse(t, Options{DB: db, Secret: bytes.Repeat([]byte{7}, 32)})
	t.Cleanup(h.app.Close)
	h.app.opts.Actors = account.New(db, keys)
	h.serve(Get("/sign", Public, Shared, func(q *Request) error {
		if err := q.SignIn(id); err != nil {
			return err
		}
		return q.Redirect("/")
	}))
	h.serve(Get("/out", Public, Shared, func(q *Request) error {
		if err := q.SignOut(); err != nil {
			return err
		}
		return q.Redirect("/")
	}))
	h.serve(Get("/office", Public, Shared, func(q *Request) error {
		return q.Render(http.StatusOK, text("%s holds %d", q.Actor.Name, len(q.Actor.Grants)))
	}))
	return h
}

func enter(t *testing.T, accounts *account.Service, c account.Claims) uuid.UUID {
	t.Helper()
	c.Issuer, c.Subject = "urn:test", "anna"
	id, err := accounts.SignIn(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// Who signed in costs one round trip before the page's own: the session, in one
// prepared statement without a transaction, with word that nothing has changed about
// anybody. Nothing is written.
func TestASignedInRequestCostsOneRoundTrip(t *testing.T) {
	w := testdb.NewWire(t)
	db := w.DB(t)
	keys := keysOf(t)
	accounts := account.New(db, keys)
	h := entrance(t, db, keys, enter(t, accounts, account.Claims{Name: "Anna"}))
	signedIn := from(h.get("/sign"))
	home := func(want string) func() {
		return func() {
			t.Helper()
			if got := h.get("/", signedIn); got.Code != http.StatusOK || got.Body.String() != want {
				t.Fatalf("%d %s", got.Code, got.Body)
			}
		}
	}
	home(`home it "Anna" []`)()
	if n := w.Trips(home(`home it "Anna" []`)); n != 1 {
		t.Errorf("a signed-in request costs %d round trips, want 1", n)
	}
	if n := w.Trips(func() { h.get("/") }); n != 0 {
		t.Errorf("a stranger's costs %d", n)
	}
	// Before its hour a new name is nobody's.
	enter(t, accounts, account.Claims{Name: "Anna V."})
	if n := w.Trips(home(`home it "Anna" []`)); n != 1 {
		t.Errorf("while a new name waits: %d", n)
	}
	if err := accounts.Hour(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := w.Trips(home(`home it "Anna V." []`)); n > 3 {
		t.Errorf("after a new name: %d", n)
	}
	if n := w.Trips(home(`home it "Anna V." []`)); n != 1 {
		t.Errorf("and then: %d", n)
	}
}

// A role that is given or taken, a name that changes and a session that ends hold in
// every server with the next request: nothing must be heard for it, so that nothing
// can be missed.
func TestWhatChangesAboutSomebodyHoldsInEveryServerAtOnce(t *testing.T) {
	db := testdb.New(t)
	keys := keysOf(t)
	accounts := account.New(db, keys)
	if _, err := accounts.Found(t.Context(), account.Administration{Slug: "riva", Name: "Riva"}); err != nil {
		t.Fatal(err)
	}
	office := account.Claims{Name: "Anna", Groups: []string{"riva/moderator", "riva/council"}}
	id := enter(t, accounts, office)
	one, other := entrance(t, db, keys, id), entrance(t, db, keys, id)
	signedIn := from(one.get("/sign"))
	both := func(want string) {
		t.Helper()
		for i, h := range []*house{one, other, one, other} {
			if got := h.get("/office", signedIn).Body.String(); got != want {
				t.Errorf("server %d: %q, want %q", i%2, got, want)
			}
		}
	}
	both("Anna holds 2")
	office.Groups = office.Groups[:1]
	enter(t, accounts, office)
	both("Anna holds 1")
	office.Groups = nil
	enter(t, accounts, office)
	both("Anna holds 0")
	office.Groups = []string{"riva/moderator"}
	enter(t, accounts, office)
	both("Anna holds 1")
	if _, err := db.Pool().Exec(`DELETE FROM civic.administration`); err != nil { // its roles go along
		t.Fatal(err)
	}
	both("Anna holds 0")
	office.Name, office.Groups = "Anna Maria", nil
	enter(t, accounts, office)
	if err := accounts.Hour(t.Context()); err != nil {
		t.Fatal(err)
	}
	both("Anna Maria holds 0")
	// A change that is rolled back has not been.
	tx, err := db.Pool().Begin()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(`DELETE FROM civic.account`); err != nil {
		t.Fatal(err)
	}
	both("Anna Maria holds 0")
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	both("Anna Maria holds 0")
	other.get("/out", signedIn)
	both(" holds 0")

	signedIn = from(one.get("/sign"))
	both("Anna Maria holds 0")
	if _, err := db.Pool().Exec(`DELETE FROM civic.account`); err != nil {
		t.Fatal(err)
	}
	both(" holds 0")
}
