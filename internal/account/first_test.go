package account_test

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres/testdb"
	"delfi/internal/pseudonym"
)

// wantField fails unless err is Invalid with that code at that field.
func wantField(t *testing.T, err error, name, code string) {
	t.Helper()
	var f *fault.Fault
	if !errors.As(err, &f) || f.Kind != fault.Invalid {
		t.Errorf("got %v, want %s: %s", err, name, code)
		return
	}
	for _, d := range f.Fields {
		if d.Name == name && d.Code == code {
			return
		}
	}
	t.Errorf("got %+v, want %s: %s", f.Fields, name, code)
}

// newServer is a service on a database without an administration.
func newServer(t *testing.T) town {
	t.Helper()
	db := testdb.New(t)
	keys, err := pseudonym.NewFileKeys(t.TempDir(), bytes.Repeat([]byte{1}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return town{Service: account.New(db, keys), t: t, db: db, keys: keys}
}

func (w town) firstRun() string {
	w.t.Helper()
	code, err := w.FirstRun(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return code
}

func (w town) open() bool {
	w.t.Helper()
	open, err := w.FirstOpen(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return open
}

var modena = account.Administration{Slug: "modena", Name: " Comune di Modena ", Address: "Piazza Grande 16", IPA: "C_F257", Mail: "urp@comune.modena.example"}

func TestTheFirstAdministrationComesWithTheCodeOfTheLastStart(t *testing.T) {
	w := newServer(t)
	giulia := w.enter("giulia", "modena/council")
	if w.open() {
		t.Error("open before any code was made")
	}
	_, err := w.FoundFirst(t.Context(), giulia, "", modena)
	wantKind(t, err, fault.NotFound)

	before := w.firstRun()
	code := w.firstRun()
	if !regexp.MustCompile(`^([0-9A-HJKMNP-TV-Z]{5}-){5}[0-9A-HJKMNP-TV-Z]{5}$`).MatchString(code) || code == before {
		t.Errorf("codes %q and %q", before, code)
	}
	var stored []byte
	if err := w.db.Pool().GetContext(t.Context(), &stored, `SELECT hash FROM civic.first_code`); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(stored, []byte(strings.ReplaceAll(code, "-", ""))) || len(stored) != 32 {
		t.Errorf("stored %q", stored)
	}
	for name, typed := range map[string]string{"none": "", "that of the start before": before, "a part of it": code[:29], "more than it": code + "0"} {
		t.Run(name, func(t *testing.T) {
			_, err := w.FoundFirst(t.Context(), giulia, typed, modena)
			wantField(t, err, "code", "first_code")
		})
	}
	_, err = w.FoundFirst(t.Context(), account.Actor{}, code, modena)
	wantKind(t, err, fault.Unauthenticated)
	_, err = w.FoundFirst(t.Context(), giulia, code, account.Administration{Slug: "desk", Mail: "urp"})
	for field, code := range map[string]string{"slug": "administration_reserved", "name": "required", "mail": "mail_form"} {
		wantField(t, err, field, code)
	}
	if !w.open() {
		t.Fatal("what was refused closed the page")
	}

	// As people type it.
	a, err := w.FoundFirst(t.Context(), giulia, " "+strings.ReplaceAll(strings.ToLower(code), "-", " ")+"\n", modena)
	if err != nil {
		t.Fatal(err)
	}
	if a.Name != "Comune di Modena" || a.IPA != "c_f257" {
		t.Errorf("made %+v", a)
	}
	if giulia, err = w.Actor(t.Context(), giulia.Account); err != nil || !giulia.Has(a.ID, account.Scope{}, account.Administrator) {
		t.Errorf("is no administrator: %+v, %v", giulia, err)
	}
	if w.open() || w.firstRun() != "" {
		t.Error("a code waits although there is an administration")
	}
	_, err = w.FoundFirst(t.Context(), giulia, code, account.Administration{Slug: "riva", Name: "Riva"})
	wantKind(t, err, fault.NotFound)
}

func TestAnyOtherFoundingEndsTheCode(t *testing.T) {
	for name, make := range map[string]func(town) error{
		"by the command line":        func(w town) error { _, err := w.Add(t.Context(), modena); return err },
		"by the demonstration":       func(w town) error { _, err := w.Found(t.Context(), modena); return err },
		"by a server that knew none": func(w town) error { w.firstRun(); return w.foundBehind() },
	} {
		t.Run(name, func(t *testing.T) {
			w := newServer(t)
			giulia, code := w.enter("giulia"), w.firstRun()
			if err := make(w); err != nil {
				t.Fatal(err)
			}
			if w.open() {
				t.Error("still open")
			}
			_, err := w.FoundFirst(t.Context(), giulia, code, account.Administration{Slug: "riva", Name: "Riva"})
			wantKind(t, err, fault.NotFound)
		})
	}
}

// foundBehind makes an administration beside a code, as two servers in one moment could.
func (w town) foundBehind() error {
	_, err := w.db.Pool().ExecContext(w.t.Context(), `INSERT INTO civic.administration (id, slug, name) VALUES ($1, 'modena', 'Modena')`, uuid.New())
	return err
}

func TestTwoWithTheCodeAtOnceMakeOneAdministration(t *testing.T) {
	w := newServer(t)
	code := w.firstRun()
	var all sync.WaitGroup
	made := make([]error, 4)
	for i := range made {
		who := w.enter(string(rune('a' + i)))
		all.Go(func() {
			_, made[i] = w.FoundFirst(t.Context(), who, code, account.Administration{Slug: string(rune('a' + i)), Name: "Comune"})
		})
	}
	all.Wait()
	n := 0
	for _, err := range made {
		if err == nil {
			n++
		} else {
			wantKind(t, err, fault.NotFound)
		}
	}
	if n != 1 {
		t.Errorf("%d administrations", n)
	}
}

func TestWhatAnAdministrationSaysOfItselfIsChecked(t *testing.T) {
	w := newTown(t)
	for _, c := range []struct {
		a           account.Administration
		field, code string
	}{
		{account.Administration{Slug: "Modena", Name: "x"}, "slug", "slug"},
		{account.Administration{Slug: "record", Name: "x"}, "slug", "administration_reserved"},
		{account.Administration{Slug: "first-run", Name: "x"}, "slug", "administration_reserved"},
		{account.Administration{Slug: strings.Repeat("a", 61), Name: "x"}, "slug", "too_long"},
		{account.Administration{Slug: "riva", Name: "x"}, "slug", "administration_taken"},
		{account.Administration{Slug: "modena", Name: " \t"}, "name", "required"},
		{account.Administration{Slug: "modena", Name: "Comune\u200b"}, "name", "not_one_line"},
		{account.Administration{Slug: "modena", Name: strings.Repeat("è", 201)}, "name", "too_long"},
		{account.Administration{Slug: "modena", Name: "x", Address: strings.Repeat("è", 301)}, "address", "too_long"},
		{account.Administration{Slug: "modena", Name: "x", IPA: "f"}, "ipa", "ipa_form"},
		{account.Administration{Slug: "modena", Name: "x", IPA: "c-f257"}, "ipa", "ipa_form"},
		{account.Administration{Slug: "modena", Name: "x", Mail: "URP <urp@x.example>"}, "mail", "mail_form"},
	} {
		_, err := w.Add(t.Context(), c.a)
		wantField(t, err, c.field, c.code)
	}
	if _, err := w.Add(t.Context(), account.Administration{Slug: "modena", Name: strings.Repeat("è", 200)}); err != nil {
		t.Error(err)
	}

	// What is left out stays, the slug too can change, and nothing half.
	name := func(name string) func(*account.Administration) {
		return func(a *account.Administration) { a.Name = name }
	}
	if _, err := w.Amend(t.Context(), "riva", func(a *account.Administration) { a.Slug, a.Address, a.IPA = "riva-nuova", "Via Emilia 1", "c_h330" }); err != nil {
		t.Fatal(err)
	}
	a, err := w.Amend(t.Context(), "riva-nuova", name("Comune di Riva"))
	want := account.Administration{ID: w.riva, Slug: "riva-nuova", Name: "Comune di Riva", Address: "Via Emilia 1", IPA: "c_h330"}
	if err != nil || a != want {
		t.Errorf("got %+v, %v", a, err)
	}
	_, err = w.Amend(t.Context(), "riva-nuova", func(a *account.Administration) { a.Slug = "borgo" })
	wantField(t, err, "slug", "administration_taken")
	_, err = w.Amend(t.Context(), "riva", name("x"))
	wantKind(t, err, fault.NotFound)
}
