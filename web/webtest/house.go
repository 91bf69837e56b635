package webtest

import (
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"testing"

	"delfi/internal/account"
	"delfi/internal/app"
	"delfi/internal/demo"
	"delfi/internal/platform/blob"
	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
	"delfi/internal/pseudonym"
)

// House is every service on a database of its own.
type House struct {
	*app.App
	Folder string // of the keys, wrapped
	Codes  int    // tried per minute and address on sites; 0 as in production

	keys     pseudonym.Keys
	files    blob.Store
	url      string // of the database
	invented *demo.Demonstration
}

// The demonstration's consultations by what they are in.
const (
	Announced = "orari-biblioteche"
	Gathering = "alberi-nei-viali"
	Answering = "piazza-della-pomposa" // second answer round open
	Published = "strade-scolastiche"
)

// Open builds the house on a fresh migrated database, without any data.
func Open(t testing.TB, opts ...postgres.Option) *House {
	t.Helper()
	master, folder := sha256.Sum256([]byte(t.Name())), t.TempDir()
	keys, err := pseudonym.NewFileKeys(folder, master[:])
	if err != nil {
		t.Fatal(err)
	}
	url := testdb.URL(t)
	h := build(t, open(t, url, opts...), keys, stored(t, folder)).at(url)
	h.Folder = folder
	return h
}

// On builds the house on a migrated database and on keys that a test has made.
func On(t testing.TB, url string, keys pseudonym.Keys) *House {
	t.Helper()
	return build(t, open(t, url), keys, stored(t, t.TempDir())).at(url)
}

// stored keeps files beneath a folder.
func stored(t testing.TB, folder string) blob.Store {
	t.Helper()
	files, err := blob.NewFolder(filepath.Join(folder, "files"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// Beside builds the services once more on the same database and keys, with
// connections of their own, as a second server process does.
func (h *House) Beside(t testing.TB, opts ...postgres.Option) *House {
	t.Helper()
	return build(t, open(t, h.url, opts...), h.keys, h.files).at(h.url)
}

// open opens the database at url for as long as t runs.
func open(t testing.TB, url string, opts ...postgres.Option) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), url, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() }) // a test may have closed it, to see the site without one
	return db
}

func (h *House) at(url string) *House {
	h.url = url
	return h
}

// build builds the services as the server does.
func build(t testing.TB, db *postgres.DB, keys pseudonym.Keys, files blob.Store) *House {
	t.Helper()
	a, err := app.New(app.Options{DB: db, Keys: keys, Files: files, BaseURL: "http://delfi.test"})
	if err != nil {
		t.Fatal(err)
	}
	return &House{App: a, keys: keys, files: files}
}

// Play seeds the demonstration: its people, and a consultation in each stage.
func (h *House) Play(t testing.TB) *House {
	t.Helper()
	staff := make([]account.Claims, 0, len(cast))
	for _, p := range cast {
		staff = append(staff, p.claims())
	}
	h.invented = demo.New(h.DB, func(db *postgres.DB) (demo.Services, error) {
		return build(t, db, h.keys, h.files).Demo(), nil
	}, staff)
	if err := h.invented.Seed(t.Context(), func(string) {}); err != nil {
		t.Fatal(err)
	}
	return h
}

// person is somebody whom a test can be.
type person struct {
	subject, name string
	groups        []string
}

// cast are the people of the demonstration's two administrations.
var cast = []person{
	{"giulia", "Giulia Bortolotti", []string{"riva/administrator"}},
	{"marta", "Marta Gibellini", []string{"riva/moderator"}},
	{"davide", "Davide Lancellotti", []string{"riva/moderator"}},
	{"paolo", "Paolo Sighinolfi", []string{"riva/facilitator"}},
	{"teresa", "Teresa Malagoli", []string{"riva/council"}},
	{"anna", "Anna Vandelli", nil},
	{"karim", "Karim Haddad", nil},
	{"lucia", "Lucia Ferraboschi", nil},
	{"sergio", "Sergio Bondi", nil},
	{"elena", "Elena Barbolini", []string{"borgo/administrator"}},
	{"nicola", "Nicola Roncaglia", []string{"borgo/moderator"}},
	{"ivan", "Ivan Tassi", nil},
}

// claims are what a provider would tell about a person.
func (p person) claims() account.Claims {
	return account.Claims{Issuer: "http://provider.test", Subject: p.subject, Name: p.name, Email: p.subject + "@posta.example", Groups: p.groups}
}

// Person gives the actor of one of the cast ("anna"), whose account is made at the
// first call.
func (h *House) Person(t testing.TB, subject string) account.Actor {
	t.Helper()
	for _, p := range cast {
		if p.subject != subject {
			continue
		}
		id, err := h.Accounts.SignIn(t.Context(), p.claims())
		if err != nil {
			t.Fatal(err)
		}
		actor, err := h.Accounts.Actor(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return actor
	}
	t.Fatalf("nobody is called %q", subject)
	return account.Actor{}
}

// Panelist gives the actor of the n-th of the demonstration's synthetic panel, who
// answered in the rounds that are over.
func (h *House) Panelist(t testing.TB, n int) account.Actor {
	t.Helper()
	subject := fmt.Sprintf("panel-%03d", n)
	id, err := h.Accounts.SignIn(t.Context(), account.Claims{Issuer: "urn:delfi:demonstration", Subject: subject, Name: "Panel " + subject, Email: subject + "@example.org"})
	if err != nil {
		t.Fatal(err)
	}
	actor, err := h.Accounts.Actor(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return actor
}
