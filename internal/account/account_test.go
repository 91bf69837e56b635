package account_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/account/sessions"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
	"delfi/internal/pseudonym"
)

// town is a service with two administrations.
type town struct {
	*account.Service
	t           *testing.T
	db          *postgres.DB
	keys        pseudonym.Keys
	riva, borgo uuid.UUID
}

func newTown(t *testing.T) town {
	t.Helper()
	w := newServer(t)
	for slug, id := range map[string]*uuid.UUID{"riva": &w.riva, "borgo": &w.borgo} {
		a, err := w.Found(t.Context(), account.Administration{Slug: slug, Name: "Comune di " + slug})
		if err != nil {
			t.Fatal(err)
		}
		*id = a.ID
	}
	return w
}

// enter signs somebody in and gives the actor.
func (w town) enter(subject string, groups ...string) account.Actor {
	w.t.Helper()
	id, err := w.SignIn(w.t.Context(), account.Claims{
		Issuer: "https://login.example", Subject: subject, Name: strings.ToUpper(subject), Email: subject + "@riva.example",
		Municipality: "Riva", Groups: groups,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	a, err := w.Actor(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

func wantKind(t *testing.T, err error, want fault.Kind) {
	t.Helper()
	if err == nil || fault.KindOf(err) != want {
		t.Errorf("got %v, want kind %d", err, want)
	}
}

func TestRolesAreWhatTheProviderSaysOfEachAdministration(t *testing.T) {
	w := newTown(t)
	got := w.enter("marta", "riva/moderator", "borgo/council", "riva/moderator", "modena/moderator", "riva/mayor", "riva/participant", "urp", "")
	want := account.Actor{Account: got.Account, Office: got.Office, Name: "MARTA", Municipality: "Riva", Grants: []account.Grant{{Administration: w.riva, Role: account.Moderator}, {Administration: w.borgo, Role: account.Council}}}
	if d := cmp.Diff(want, got, cmpopts.SortSlices(func(a, b account.Grant) bool { return a.Role < b.Role })); d != "" {
		t.Error(d)
	}
	if !got.Has(w.riva, account.Scope{}, account.Moderator) || got.Has(w.borgo, account.Scope{}, account.Moderator) || !got.Staff(w.riva, account.Scope{}) || got.Staff(w.borgo, account.Scope{}) {
		t.Error("a role of one administration is taken for another's")
	}
	if !got.Has(w.borgo, account.Scope{}, account.Participant) || (account.Actor{}).Has(w.borgo, account.Scope{}, account.Participant) {
		t.Error("participants are those who signed in")
	}

	again := w.enter("marta", "riva/facilitator")
	if d := cmp.Diff([]account.Grant{{Administration: w.riva, Role: account.Facilitator}}, again.Grants); d != "" || again.Account != got.Account {
		t.Errorf("after the provider changed its mind: %s", d)
	}
}

func TestSubjectMeansNothingWithoutItsIssuer(t *testing.T) {
	w := newTown(t)
	one := w.enter("marta")
	other, err := w.SignIn(t.Context(), account.Claims{Issuer: "https://elsewhere.example", Subject: "marta"})
	if err != nil {
		t.Fatal(err)
	}
	if other == one.Account {
		t.Error("two providers' people share an account")
	}
	for _, c := range []account.Claims{{Issuer: "x"}, {Subject: "x"}} {
		if _, err := w.SignIn(t.Context(), c); err == nil {
			t.Errorf("%+v signed in", c)
		}
	}
}

// A sign-in stands before the ballot that follows it in the order of
// transactions: it must leave no mark on the account's row.
func TestSignInThatBringsNothingNewWritesNothing(t *testing.T) {
	w := newTown(t)
	first := w.enter("marta", "riva/moderator")
	marks := func() string {
		var out string
		err := w.db.Pool().GetContext(t.Context(), &out, `
			SELECT string_agg(mark, ' ')
			FROM (
				SELECT a.xmin::text || '/' || a.xmax::text || '/' || a.ctid::text AS mark FROM civic.account a
				UNION ALL
				SELECT r.xmin::text || '/' || r.xmax::text || '/' || r.ctid::text FROM civic.role r) marks`)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	before := marks()
	w.enter("marta", "riva/moderator")
	if after := marks(); after != before {
		t.Errorf("rows were touched: %s, then %s", before, after)
	}
	if _, err := w.SignIn(t.Context(), account.Claims{Issuer: "https://login.example", Subject: "marta", Name: "Marta G.", Language: "en"}); err != nil {
		t.Fatal(err)
	}
	if a, err := w.Actor(t.Context(), first.Account); err != nil || a.Name != "MARTA" || len(a.Grants) != 0 {
		t.Errorf("roles hold at once, a name waits: %+v, %v", a, err)
	}
	if after := strings.Fields(marks())[0]; after != strings.Fields(before)[0] {
		t.Errorf("the account's row was touched: %s, then %s", before, after)
	}
	if err := w.Hour(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a, err := w.Actor(t.Context(), first.Account); err != nil || a.Name != "Marta G." {
		t.Errorf("what is new was not stored: %+v, %v", a, err)
	}
}

func TestTwoFirstSignInsAtOnceMakeOneAccount(t *testing.T) {
	w := newTown(t)
	ids := make([]uuid.UUID, 6)
	var group sync.WaitGroup
	for i := range ids {
		group.Go(func() {
			id, err := w.SignIn(t.Context(), account.Claims{Issuer: "https://login.example", Subject: "anna", Name: "Anna", Groups: []string{"riva/council"}})
			if err != nil {
				t.Error(err)
			}
			ids[i] = id
		})
	}
	group.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Errorf("accounts %v", ids)
		}
	}
}

func TestNamesOfOthersAreMadeSafeToKeep(t *testing.T) {
	w := newTown(t)
	id, err := w.SignIn(t.Context(), account.Claims{
		Issuer: "https://login.example", Subject: "odd", Name: "  An\x00na\n\xff" + strings.Repeat("a", 300), Email: "a\x00@b",
	})
	if err != nil {
		t.Fatal(err)
	}
	a, err := w.Actor(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Name) != 200 || !strings.HasPrefix(a.Name, "Anna aaaa") {
		t.Errorf("name %q", a.Name)
	}
}

func TestPeopleOfAnAdministrationAreInvisibleToOthers(t *testing.T) {
	w := newTown(t)
	administrator := w.enter("giulia", "riva/administrator")
	w.enter("paolo", "riva/moderator", "riva/facilitator", "borgo/moderator")
	w.enter("marta", "riva/moderator")
	w.enter("elena", "borgo/moderator")

	got, err := w.People(t.Context(), administrator, w.riva, account.Scope{}, account.Moderator)
	if err != nil {
		t.Fatal(err)
	}
	want := []account.Person{
		{Name: "MARTA", Email: "marta@riva.example", Roles: []account.Role{account.Moderator}},
		{Name: "PAOLO", Email: "paolo@riva.example", Roles: []account.Role{account.Facilitator, account.Moderator}},
	}
	if d := cmp.Diff(want, got, cmpopts.IgnoreFields(account.Person{}, "ID")); d != "" {
		t.Error(d)
	}
	for who, tc := range map[string]struct {
		actor account.Actor
		kind  fault.Kind
	}{
		"signed out":                             {account.Actor{}, fault.NotFound},
		"a citizen":                              {w.enter("anna"), fault.NotFound},
		"another administration's administrator": {w.enter("ivo", "borgo/administrator"), fault.NotFound},
		"its moderator":                          {w.enter("marta", "riva/moderator"), fault.Forbidden},
		"its facilitator":                        {w.enter("ugo", "riva/facilitator"), fault.Forbidden},
		"its council":                            {w.enter("teresa", "riva/council"), fault.Forbidden},
	} {
		people, err := w.People(t.Context(), tc.actor, w.riva, account.Scope{}, account.Moderator)
		if err == nil || fault.KindOf(err) != tc.kind || people != nil {
			t.Errorf("%s sees %v, %v", who, people, err)
		}
	}
	_, err = w.People(t.Context(), administrator, w.riva, account.Scope{}, account.Participant)
	wantKind(t, err, fault.Invalid) // participants are nobody's list
	_, err = w.People(t.Context(), administrator, uuid.New(), account.Scope{}, account.Moderator)
	wantKind(t, err, fault.NotFound)
}

func TestActorThatIsGoneIsNotFound(t *testing.T) {
	w := newTown(t)
	_, err := w.Actor(t.Context(), uuid.New())
	wantKind(t, err, fault.NotFound)
}

func TestActorNeedsADatabaseThatAnswers(t *testing.T) {
	w := newTown(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.Actor(ctx, uuid.New()); err == nil || fault.KindOf(err) != fault.Internal {
		t.Errorf("got %v", err)
	}
	if a := w.enter("marta"); !a.SignedIn() {
		t.Error("a failure was remembered")
	}
}

func TestFoundCreatesOnceAndRenames(t *testing.T) {
	w := newTown(t)
	again, err := w.Found(t.Context(), account.Administration{Slug: "riva", Name: " Comune di Riva d’Arno ", Address: "Piazza Grande 16"})
	if err != nil {
		t.Fatal(err)
	}
	if again.ID != w.riva {
		t.Error("the same slug became another administration")
	}
	all, err := w.Administrations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []account.Administration{
		{ID: w.riva, Slug: "riva", Name: "Comune di Riva d’Arno", Address: "Piazza Grande 16"},
		{ID: w.borgo, Slug: "borgo", Name: "Comune di borgo"},
	}
	if d := cmp.Diff(want, all, cmpopts.SortSlices(func(a, b account.Administration) bool { return a.Slug > b.Slug })); d != "" {
		t.Error(d)
	}
	for _, bad := range []account.Administration{{Slug: "Riva", Name: "x"}, {Slug: "", Name: "x"}, {Slug: "a/b", Name: "x"}, {Slug: "-a", Name: "x"}, {Slug: "modena", Name: " "}} {
		_, err := w.Found(t.Context(), bad)
		wantKind(t, err, fault.Invalid)
	}
	if _, err := w.Found(t.Context(), account.Administration{Slug: "lago", Name: "Comune\ndi Lago", Address: "Via\u200b 1"}); fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), "name: must be one line") || !strings.Contains(err.Error(), "address: must be one line") {
		t.Errorf("two lines: %v", err)
	}
}

func TestAddresseesHaveTheLanguageTheySignedInWith(t *testing.T) {
	w := newTown(t)
	it := w.enter("anna").Account
	en, err := w.SignIn(t.Context(), account.Claims{Issuer: "https://login.example", Subject: "olga", Name: "Olga", Email: "o@x.example", Language: "en"})
	if err != nil {
		t.Fatal(err)
	}
	w.enter("karim")
	var got []account.Addressee
	err = w.db.Read(t.Context(), func(ctx context.Context, tx *postgres.Tx) (err error) {
		got, err = w.Addressees(ctx, tx, []uuid.UUID{en, it, uuid.New()})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []account.Addressee{
		{Account: it, Name: "ANNA", Email: "anna@riva.example", Language: "it"},
		{Account: en, Name: "Olga", Email: "o@x.example", Language: "en"},
	}
	if d := cmp.Diff(want, got, cmpopts.SortSlices(func(a, b account.Addressee) bool { return a.Name < b.Name })); d != "" {
		t.Error(d)
	}
}

// Many sign in at once, some of them twice with one session: each row is there when it
// is said to be, whole, and is found by its name alone.
func TestSessionsOfACrowdAreStoredEachForItself(t *testing.T) {
	db := testdb.New(t)
	sessions, ctx := sessions.New(db), t.Context()
	until := time.Now().Add(time.Hour)
	var all sync.WaitGroup
	for i := range 300 {
		all.Go(func() {
			name, data := fmt.Sprint("session ", i/2), []byte(fmt.Sprint("sealed \x00\xff", i/2))
			if err := sessions.Put(ctx, name, data, until); err != nil {
				t.Error(err)
			}
			row, found, err := sessions.Find(ctx, name)
			if err != nil || !found || !bytes.Equal(row.Data, data) {
				t.Errorf("%s: %q, %v, %v", name, row.Data, found, err)
			}
			if _, found, err := sessions.Find(ctx, name+"x"); found || err != nil {
				t.Errorf("%sx: %v, %v", name, found, err)
			}
		})
	}
	all.Wait()
	if err := sessions.Put(ctx, "session 7", []byte("other"), until); err != nil {
		t.Fatal(err)
	}
	if err := sessions.Put(ctx, "over", []byte("x"), time.Now().Add(-time.Second)); err != nil {
		t.Fatal(err)
	}
	if row, found, err := sessions.Find(ctx, "session 7"); err != nil || !found || string(row.Data) != "other" {
		t.Errorf("written again: %q, %v, %v", row.Data, found, err)
	}
	if _, found, err := sessions.Find(ctx, "over"); found || err != nil {
		t.Errorf("over: %v, %v", found, err)
	}
	if err := sessions.Delete(ctx, "session 7"); err != nil {
		t.Fatal(err)
	}
	if _, found, err := sessions.Find(ctx, "session 7"); found || err != nil {
		t.Errorf("deleted: %v, %v", found, err)
	}
}

// A session's row does not wait for the disk; what the same connection writes after it
// does.
func TestOnlySessionsDoNotWaitForTheDisk(t *testing.T) {
	db := testdb.New(t)
	pool := db.Pool()
	pool.SetMaxOpenConns(1)
	for _, statement := range []string{
		`SET synchronous_commit = on`, // the tests' cluster waits for nothing
		`CREATE TABLE public.seen (how text)`,
		`CREATE FUNCTION public.look() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.seen VALUES (current_setting('synchronous_commit')); RETURN NULL; END $$`,
		`CREATE TRIGGER look AFTER INSERT ON public.sessions FOR EACH ROW EXECUTE FUNCTION public.look()`,
	} {
		if _, err := pool.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := sessions.New(db).Put(t.Context(), "one", []byte("x"), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.ExecContext(t.Context(), `INSERT INTO public.seen VALUES (current_setting('synchronous_commit'))`); err != nil {
		t.Fatal(err)
	}
	var seen string
	if err := pool.GetContext(t.Context(), &seen, `SELECT string_agg(how, ' then ') FROM public.seen`); err != nil {
		t.Fatal(err)
	}
	if seen != "off then on" {
		t.Errorf("written with synchronous_commit %s", seen)
	}
}
