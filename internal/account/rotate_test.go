package account_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
	"delfi/internal/pseudonym"
)

// wantCode fails unless err is an Unavailable fault of a code.
func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	var f *fault.Fault
	if !errors.As(err, &f) || f.Kind != fault.Unavailable || f.Code != code {
		t.Errorf("got %v, want %s", err, code)
	}
}

func keysIn(t *testing.T, folder string, master byte) account.Keys {
	t.Helper()
	keys, err := pseudonym.NewFileKeys(folder, bytes.Repeat([]byte{master}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// townIn is a town whose keys lie in a folder that the test knows.
func townIn(t *testing.T) (town, string) {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "keys")
	w := newTown(t)
	w.Service = account.New(w.db, keysIn(t, folder, 1))
	return w, folder
}

func TestAProcessWithAnotherKeyRefuses(t *testing.T) {
	w, folder := townIn(t)
	anna := w.enter("anna")
	for name, tc := range map[string]struct {
		keys account.Keys
		code string
	}{
		"an empty folder":    {keysIn(t, t.TempDir(), 1), "identity_key_missing"},
		"another master key": {keysIn(t, folder, 2), "identity_key_differs"},
		"another key":        {swapped{}, "identity_key_differs"},
	} {
		t.Run(name, func(t *testing.T) {
			other := account.New(w.db, tc.keys)
			wantCode(t, other.Unlock(t.Context()), tc.code)
			_, err := other.SignIn(t.Context(), account.Claims{Issuer: "https://login.example", Subject: "anna", Name: "ANNA"})
			wantCode(t, err, tc.code)
			_, err = other.Actor(t.Context(), anna.Account)
			wantCode(t, err, tc.code)
			_, err = other.GrantRole(t.Context(), "riva", account.Council, account.Scope{}, "anna@riva.example")
			wantCode(t, err, tc.code)
		})
	}
	if err := account.New(w.db, keysIn(t, folder, 1)).Unlock(t.Context()); err != nil {
		t.Errorf("the right key: %v", err)
	}
}

// swapped is a key store with another key under every name.
type swapped struct{}

func (swapped) Create(context.Context, string) ([]byte, error) { return make([]byte, 32), nil }
func (swapped) Read(context.Context, string) ([]byte, error)   { return make([]byte, 32), nil }
func (swapped) Destroy(context.Context, string) error          { return nil }

func TestACiphertextInAnotherRowIsRefused(t *testing.T) {
	w, _ := townIn(t)
	anna, bruno := w.enter("anna"), w.enter("bruno")
	for name, change := range map[string]string{
		"moved":   `UPDATE civic.account AS a SET sealed = b.sealed FROM civic.account AS b WHERE a.id = $1 AND b.id = $2`,
		"altered": `UPDATE civic.account SET sealed = set_byte(sealed, 100, 255 - get_byte(sealed, 100)) WHERE id IN ($1, $2)`,
	} {
		if _, err := w.db.Pool().Exec(change, anna.Account, bruno.Account); err != nil {
			t.Fatal(err)
		}
		_, err := w.Actor(t.Context(), anna.Account)
		var f *fault.Fault
		if !errors.As(err, &f) || f.Code != "identity_moved" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSealedRowsAreOfFewLengthsAndNeverAlike(t *testing.T) {
	w, _ := townIn(t)
	for i := range 5 {
		_, err := w.SignIn(t.Context(), account.Claims{Issuer: "https://login.example", Subject: fmt.Sprint(i), Name: "Anna" + string(bytes.Repeat([]byte("a"), 15*i)), Email: "anna@riva.example"})
		if err != nil {
			t.Fatal(err)
		}
	}
	var lengths, different int
	if err := w.db.Pool().QueryRow(`SELECT count(DISTINCT octet_length(sealed)), count(DISTINCT sealed) FROM civic.account`).Scan(&lengths, &different); err != nil {
		t.Fatal(err)
	}
	if lengths != 1 || different != 5 {
		t.Errorf("%d lengths, %d different", lengths, different)
	}
	_, err := w.SignIn(t.Context(), account.Claims{Issuer: "https://login.example", Subject: string(bytes.Repeat([]byte("x"), 5000))})
	if err == nil {
		t.Error("a subject of any length is kept")
	}
}

// Two parts that touch are not one other pair.
func TestWhereTheIssuerEndsMatters(t *testing.T) {
	w, _ := townIn(t)
	one, err := w.SignIn(t.Context(), account.Claims{Issuer: "https://a", Subject: "bc"})
	if err != nil {
		t.Fatal(err)
	}
	other, err := w.SignIn(t.Context(), account.Claims{Issuer: "https://ab", Subject: "c"})
	if err != nil {
		t.Fatal(err)
	}
	if one == other {
		t.Error("they share an account")
	}
}

func (w town) crowd(n int) []uuid.UUID {
	w.t.Helper()
	out := make([]uuid.UUID, n)
	var all sync.WaitGroup
	for i := range out {
		all.Go(func() { out[i] = w.enter(fmt.Sprint("citizen", i)).Account })
	}
	all.Wait()
	return out
}

func (w town) held() []account.Held {
	w.t.Helper()
	all, err := w.Held(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

func TestRotationRewritesEverythingAndDestroysTheFormerKey(t *testing.T) {
	w, folder := townIn(t)
	ids := w.crowd(20)
	news := account.Claims{Issuer: "https://login.example", Subject: "citizen3", Name: "Later"}
	if _, err := w.SignIn(t.Context(), news); err != nil {
		t.Fatal(err)
	}
	if err := w.Leave(t.Context(), account.Actor{Account: ids[5]}); err != nil {
		t.Fatal(err)
	}
	before := w.held()
	if len(before) != 1 || !before[0].Current || before[0].Rows != 22 {
		t.Fatalf("%+v", before)
	}
	other := account.New(w.db, keysIn(t, folder, 1)) // a server that runs meanwhile
	if _, err := other.Actor(t.Context(), ids[0]); err != nil {
		t.Fatal(err)
	}
	if err := w.Rotate(t.Context(), func(int) {}); err != nil {
		t.Fatal(err)
	}
	after := w.held()
	if len(after) != 1 || !after[0].Current || after[0].Rows != 22 || after[0].Name == before[0].Name {
		t.Fatalf("%+v", after)
	}
	if _, err := keysIn(t, folder, 1).Read(t.Context(), before[0].Name); err == nil {
		t.Error("the former key is still there")
	}
	for _, s := range []*account.Service{w.Service, other, account.New(w.db, keysIn(t, folder, 1))} {
		for i, id := range ids {
			same, err := s.SignIn(t.Context(), account.Claims{Issuer: "https://login.example", Subject: fmt.Sprint("citizen", i), Name: fmt.Sprint("CITIZEN", i), Email: fmt.Sprintf("citizen%d@riva.example", i), Municipality: "Riva"})
			if err != nil || i != 3 && same != id {
				t.Fatalf("citizen %d is %s, was %s: %v", i, same, id, err)
			}
		}
		if h, err := s.GrantRole(t.Context(), "riva", account.Council, account.Scope{}, "Citizen7@riva.example"); err != nil || h.Account != ids[7] {
			t.Errorf("found by address: %+v, %v", h, err)
		}
	}
	p, err := w.Profile(t.Context(), account.Actor{Account: ids[5]})
	if err != nil || !p.Leaves {
		t.Errorf("who leaves: %+v, %v", p, err)
	}
}

// A rotation is cut off after its first piece; servers go on under both keys; the next
// call ends it with the key that the first one made.
func TestARotationThatWasCutOffGoesOn(t *testing.T) {
	w, folder := townIn(t)
	ids := w.crowd(700)
	if err := account.Begin(w.Service, t.Context()); err != nil {
		t.Fatal(err)
	}
	n, _, err := account.Piece(w.Service, t.Context(), uuid.Nil)
	if err != nil || n != 500 {
		t.Fatalf("%d, %v", n, err)
	}
	half := w.held()
	if len(half) != 2 || half[0].Rows != 500 || half[1].Rows != 200 {
		t.Fatalf("%+v", half)
	}
	one, two := account.New(w.db, keysIn(t, folder, 1)), account.New(w.db, keysIn(t, folder, 1))
	done, stop := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			s := []*account.Service{one, two}[i%2]
			who := i % len(ids)
			id, err := s.SignIn(context.WithoutCancel(t.Context()), account.Claims{Issuer: "https://login.example", Subject: fmt.Sprint("citizen", who), Name: fmt.Sprint("Anew", i), Email: fmt.Sprintf("citizen%d@riva.example", who)})
			if err != nil || id != ids[who] {
				t.Errorf("citizen %d signs in as %s: %v", who, id, err)
				return
			}
			if _, err := s.SignIn(context.WithoutCancel(t.Context()), account.Claims{Issuer: "https://login.example", Subject: fmt.Sprint("new", i/2)}); err != nil {
				t.Error(err)
				return
			}
			if _, err := s.Actor(context.WithoutCancel(t.Context()), ids[who]); err != nil {
				t.Error(err)
				return
			}
		}
	}()
	if err := w.Rotate(t.Context(), func(int) {}); err != nil {
		t.Error(err)
	}
	close(stop)
	<-done
	after := w.held()
	if len(after) != 1 || after[0].Name != half[0].Name {
		t.Errorf("%+v, then %+v", half, after)
	}
	var people, lost int
	err = w.db.Pool().QueryRow(`SELECT count(*), count(*) FILTER (WHERE key <> (SELECT id FROM civic.identity_key)) FROM civic.account`).Scan(&people, &lost)
	if err != nil || lost != 0 {
		t.Errorf("%d of %d lie under a key that is gone: %v", lost, people, err)
	}
	// Nobody has two accounts.
	for i := range 10 {
		if id, err := one.SignIn(t.Context(), account.Claims{Issuer: "https://login.example", Subject: fmt.Sprint("citizen", i)}); err != nil || id != ids[i] {
			t.Errorf("citizen %d is %s: %v", i, id, err)
		}
	}
	if err := one.Hour(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestTheLastSignInWinsOnTwoServers(t *testing.T) {
	w, folder := townIn(t)
	anna := w.enter("anna")
	other := account.New(w.db, keysIn(t, folder, 1))
	say := func(s *account.Service, name string) {
		t.Helper()
		if id, err := s.SignIn(t.Context(), account.Claims{Issuer: "https://login.example", Subject: "anna", Name: name, Email: "anna@riva.example", Municipality: "Riva"}); err != nil || id != anna.Account {
			t.Fatalf("%s, %v", id, err)
		}
	}
	waiting := func() (n int) {
		t.Helper()
		if err := w.db.Pool().Get(&n, `SELECT count(*) FROM civic.waiting`); err != nil {
			t.Fatal(err)
		}
		return n
	}
	say(w.Service, "First")
	say(other, "Second")
	if p, err := w.Profile(t.Context(), anna); err != nil || p.Name != "Second" || waiting() != 1 {
		t.Errorf("her own page says %+v, %v; %d wait", p, err, waiting())
	}
	say(w.Service, "ANNA") // as it is stored
	var servers sync.WaitGroup
	for _, s := range []*account.Service{w.Service, other} {
		servers.Go(func() {
			if err := s.Hour(context.WithoutCancel(t.Context())); err != nil {
				t.Error(err)
			}
		})
	}
	servers.Wait()
	if a, err := w.Actor(t.Context(), anna.Account); err != nil || a.Name != "ANNA" || waiting() != 0 {
		t.Errorf("%+v, %v; %d wait", a, err, waiting())
	}
	// A server that is cut off before its end has done nothing, and the next does it.
	say(other, "Third")
	broken := fmt.Errorf("cut off")
	err := w.db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		if _, err := tx.Exec(`DELETE FROM civic.waiting`); err != nil {
			return err
		}
		return broken
	})
	if !errors.Is(err, broken) {
		t.Fatal(err)
	}
	if err := w.Hour(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a, err := other.Actor(t.Context(), anna.Account); err != nil || a.Name != "Third" {
		t.Errorf("%+v, %v", a, err)
	}
}

// Nobody sees in what waits whom it is about, nor whether it is a name or a leaving.
func TestWhatWaitsLooksAllAlike(t *testing.T) {
	w, _ := townIn(t)
	anna, bruno := w.enter("anna"), w.enter("bruno")
	if _, err := w.SignIn(t.Context(), account.Claims{Issuer: "https://login.example", Subject: "anna", Name: "A"}); err != nil {
		t.Fatal(err)
	}
	if err := w.Leave(t.Context(), bruno); err != nil {
		t.Fatal(err)
	}
	var rows []struct {
		Token, Sealed []byte
		Length        int
	}
	if err := w.db.Pool().Select(&rows, `SELECT token, sealed, octet_length(sealed) AS length FROM civic.waiting`); err != nil || len(rows) != 2 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, r := range rows {
		if r.Length != rows[0].Length || bytes.Contains(r.Sealed, anna.Account[:4]) || bytes.Contains(r.Sealed, bruno.Account[:4]) {
			t.Error("a row tells what it is, or whose")
		}
	}
}

// A rotation that ends in the middle of a piece, again and again, and two at once, while
// people sign in on two servers: nobody is refused, nobody has two accounts, and one key
// is left.
func TestRotationsThatAreStoppedAgainAndAgain(t *testing.T) {
	const people = 5000
	w, folder := townIn(t)
	ids := w.crowd(people)
	servers := []*account.Service{account.New(w.db, keysIn(t, folder, 1)), account.New(w.db, keysIn(t, folder, 1))}
	stop := make(chan struct{})
	var entering sync.WaitGroup
	for n, s := range servers {
		entering.Go(func() {
			for i := n; ; i += 2 {
				select {
				case <-stop:
					return
				default:
				}
				who := i * 37 % people
				id, err := s.SignIn(context.WithoutCancel(t.Context()), account.Claims{Issuer: "https://login.example", Subject: fmt.Sprint("citizen", who), Name: fmt.Sprint("Anew", i)})
				if err != nil || id != ids[who] {
					t.Errorf("citizen %d signs in as %s: %v", who, id, err)
					return
				}
			}
		})
	}
	for stopped := range 4 {
		ctx, cancel := context.WithCancel(t.Context())
		err := servers[stopped%2].Rotate(ctx, func(rows int) {
			if rows >= 500*(stopped+1) {
				go cancel() // somewhere in the next piece
			}
		})
		cancel()
		if err != nil && !errors.Is(err, context.Canceled) && ctx.Err() == nil {
			t.Errorf("stopped %d times: %v", stopped, err)
		}
	}
	var rotating sync.WaitGroup
	for _, s := range servers { // the second finds the rotation done, or makes one of its own
		rotating.Go(func() {
			if err := s.Rotate(t.Context(), func(int) {}); err != nil {
				t.Error(err)
			}
		})
	}
	rotating.Wait()
	close(stop)
	entering.Wait()
	if err := servers[0].Rotate(t.Context(), func(int) {}); err != nil {
		t.Error(err)
	}
	var all, lost int
	err := w.db.Pool().QueryRow(`SELECT count(*), count(*) FILTER (WHERE key <> (SELECT id FROM civic.identity_key)) FROM civic.account`).Scan(&all, &lost)
	if err != nil || all != people || lost != 0 || len(w.held()) != 1 {
		t.Errorf("%d accounts, %d under a key that is gone, keys %+v: %v", all, lost, w.held(), err)
	}
	if err := servers[1].Hour(t.Context()); err != nil {
		t.Error(err)
	}
}
