package page

import (
	"bytes"
	"net/http"
	"testing"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/postgres"
	"delfi/internal/postgres/testdb"
)

// entrance is a house on a database, with an address that signs somebody in.
func entrance(t *testing.T, db *postgres.DB, id uuid.UUID) *house {
	t.Helper()
	h := newHouse(t, Options{DB: db, Secret: bytes.Repeat([]byte{7}, 32)})
	t.Cleanup(h.kernel.Close)
	h.kernel.opts.Actors = account.New(db)
	h.Get("/sign", h.kernel.Handle(func(q *Request) error {
		if err := q.SignIn(id); err != nil {
			return err
		}
		return q.Redirect("/")
	}))
	h.Get("/out", h.kernel.Handle(func(q *Request) error {
		if err := q.SignOut(); err != nil {
			return err
		}
		return q.Redirect("/")
	}))
	h.Get("/office", h.kernel.Handle(func(q *Request) error {
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
	accounts := account.New(db)
	h := entrance(t, db, enter(t, accounts, account.Claims{Name: "Anna"}))
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
	// What nobody remembers of an account leaves everybody remembered.
	enter(t, accounts, account.Claims{Name: "Anna", Email: "anna@riva.example", Language: "en"})
	home(`home it "Anna" []`)()
	if n := w.Trips(home(`home it "Anna" []`)); n != 1 {
		t.Errorf("after a new e-mail address: %d", n)
	}
	enter(t, accounts, account.Claims{Name: "Anna V."})
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
	accounts := account.New(db)
	if _, err := accounts.Found(t.Context(), account.Administration{Slug: "riva", Name: "Riva"}); err != nil {
		t.Fatal(err)
	}
	office := account.Claims{Name: "Anna", Groups: []string{"riva/moderator", "riva/council"}}
	id := enter(t, accounts, office)
	one, other := entrance(t, db, id), entrance(t, db, id)
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
	for _, c := range []struct{ change, want string }{
		{`DELETE FROM civic.administration`, "Anna holds 0"}, // its roles go along
		{`UPDATE civic.account SET name = 'Anna Maria'`, "Anna Maria holds 0"},
	} {
		if _, err := db.Pool().Exec(c.change); err != nil {
			t.Fatal(err)
		}
		both(c.want)
	}
	// A change that is rolled back has not been.
	tx, err := db.Pool().Begin()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(`UPDATE civic.account SET name = 'Nobody'`); err != nil {
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
