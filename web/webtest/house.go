package webtest

import (
	"crypto/sha256"
	"fmt"
	"testing"

	"delfi/internal/account"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/contribution"
	"delfi/internal/consultation/draft"
	"delfi/internal/consultation/feedback/archive"
	"delfi/internal/consultation/steering"
	"delfi/internal/consultation/tabulation"
	"delfi/internal/demo"
	"delfi/internal/ledger"
	"delfi/internal/notify"
	"delfi/internal/panel"
	"delfi/internal/platform/job"
	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
	"delfi/internal/pseudonym"
	"delfi/internal/report"
)

// House is every service on a database of its own.
type House struct {
	DB            *postgres.DB
	Jobs          *job.Queue
	Accounts      *account.Service
	Record        *ledger.Service
	Panel         *panel.Service
	Drafts        *draft.Service
	Consultations *steering.Service
	Contributions *contribution.Service
	Ballots       *ballot.Service
	Tabulation    *tabulation.Service
	Archive       *archive.Service
	Reports       *report.Service
	Bridge        *pseudonym.Service
	Folder        string // of the keys, wrapped
	Codes         int    // tried per minute and address on sites; 0 as in production

	keys pseudonym.Keys
	url  string // of the database
	demo *demo.Demonstration
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
	h := build(t, open(t, url, opts...), keys).at(url)
	h.Folder = folder
	return h
}

// Beside builds the services once more on the same database and keys, with
// connections of their own, as a second server process does.
func (h *House) Beside(t testing.TB, opts ...postgres.Option) *House {
	t.Helper()
	return build(t, open(t, h.url, opts...), h.keys).at(h.url)
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

// build wires the services as the server does.
func build(t testing.TB, db *postgres.DB, keys pseudonym.Keys) *House {
	t.Helper()
	h := &House{DB: db, keys: keys, Accounts: account.New(db, keys), Record: ledger.New(db, keys, ledger.Options{})}
	var err error
	if h.Jobs, err = job.New(db); err != nil {
		t.Fatal(err)
	}
	bridge := pseudonym.New(db, keys)
	h.Bridge = bridge
	h.Panel = panel.New(db, h.Accounts, bridge)
	h.Drafts = draft.New(db, h.Accounts)
	h.Consultations = steering.New(db, h.Jobs, h.Drafts, h.Record, bridge, h.Panel, notify.New(db, h.Jobs, h.Accounts, nil, "http://delfi.test"))
	h.Contributions = contribution.New(db, h.Jobs, h.Consultations, bridge, h.Record)
	h.Ballots = ballot.New(db, h.Consultations, bridge, h.Record)
	h.Tabulation = tabulation.New(db, h.Jobs, h.Consultations, bridge, h.Record)
	h.Archive = archive.New(db)
	h.Reports = report.New(db, h.Jobs, h.Consultations, h.Tabulation, h.Archive, h.Contributions, h.Record)
	h.Consultations.OnPublish(h.Reports.Store)
	return h
}

// Play seeds the demonstration: its people, and a consultation in each stage.
func (h *House) Play(t testing.TB) *House {
	t.Helper()
	staff := make([]account.Claims, 0, len(cast))
	for _, p := range cast {
		staff = append(staff, p.claims())
	}
	h.demo = demo.New(h.DB, func(db *postgres.DB) (demo.Services, error) {
		at := build(t, db, h.keys)
		return demo.Services{Accounts: at.Accounts, Panel: at.Panel, Drafts: at.Drafts, Consultations: at.Consultations,
			Contributions: at.Contributions, Ballots: at.Ballots, Archive: at.Archive, Jobs: at.Jobs}, nil
	}, staff)
	if err := h.demo.Seed(t.Context(), func(string) {}); err != nil {
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
