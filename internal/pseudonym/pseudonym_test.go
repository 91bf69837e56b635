package pseudonym

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/uuid"

	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
)

// prepared makes a service and a consultation whose keys exist.
func prepared(t *testing.T) (*postgres.DB, *Service, uuid.UUID) {
	t.Helper()
	db := testdb.New(t)
	keys, _ := newKeys(t)
	s, id := New(db, keys), uuid.New()
	prepare(t, db, s, id)
	return db, s, id
}

func prepare(t *testing.T, db *postgres.DB, s *Service, id uuid.UUID) {
	t.Helper()
	if err := tryPrepare(db, s, id); err != nil {
		t.Fatal(err)
	}
}

func tryPrepare(db *postgres.DB, s *Service, id uuid.UUID) error {
	return db.Transact(context.Background(), func(ctx context.Context, tx *postgres.Tx) error {
		return s.Prepare(ctx, tx, id, SealedKey)
	})
}

func codeOf(err error) string {
	var f *fault.Fault
	if errors.As(err, &f) {
		return f.Code
	}
	return ""
}

func TestAPersonIsOnePanelistInOneConsultationAndAStrangerInTheNext(t *testing.T) {
	ctx := context.Background()
	db, s, id := prepared(t)
	other := uuid.New()
	prepare(t, db, s, other)
	prepare(t, db, s, id) // repeatable: the keys stay

	person := uuid.New()
	a, err := s.Seat(ctx, id, person, "all")
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.Seat(ctx, id, person, "all")
	if err != nil || again != a {
		t.Errorf("the same person has another seat (%v)", err)
	}
	elsewhere, err := s.Seat(ctx, other, person, "all")
	if err != nil || elsewhere.Panelist == a.Panelist {
		t.Errorf("the panelist is the same in two consultations (%v)", err)
	}
	foreign, err := s.Foreign(ctx, id, "all", string(person[:]), "another", string(person[:]))
	if err != nil || foreign[0].Panelist == a.Panelist {
		t.Errorf("a foreign voter takes an account's seat (%v)", err)
	}
	if foreign[0] == foreign[1] || foreign[0] != foreign[2] {
		t.Error("of three foreign voters the first and the last are one")
	}
	alias, err := s.Alias(ctx, id, person)
	if err != nil || alias.ID == [16]byte(a.Panelist) {
		t.Errorf("alias and panelist are one number (%v)", err)
	}
}

func TestAProcessWithoutTheConsultationsKeyRefuses(t *testing.T) {
	ctx := context.Background()
	db, _, id := prepared(t)

	// A second server with a folder of its own: the key is not there.
	keys, _ := newKeys(t)
	lacking := New(db, keys)
	if _, err := lacking.Seat(ctx, id, uuid.New(), "all"); codeOf(err) != "key_missing" || fault.KindOf(err) != fault.Unavailable {
		t.Errorf("without the key: %v", err)
	}
	if err := tryPrepare(db, lacking, id); codeOf(err) != "key_missing" {
		t.Errorf("a lost key is made anew: %v", err)
	}
	// A third one holds another key under the same name.
	keys, _ = newKeys(t)
	differing := New(db, keys)
	if _, err := keys.Create(ctx, panelScope.name(id)); err != nil {
		t.Fatal(err)
	}
	if _, err := differing.Seat(ctx, id, uuid.New(), "all"); codeOf(err) != "key_differs" {
		t.Errorf("with another key: %v", err)
	}
	if _, err := differing.Safe(ctx, id); codeOf(err) != "key_differs" {
		t.Errorf("the safe opens with another key: %v", err)
	}
}

func TestTwoServersPreparingAtOnceAgreeOnOneKey(t *testing.T) {
	ctx := context.Background()
	db := testdb.New(t)
	keys, _ := newKeys(t)
	id := uuid.New()
	var both sync.WaitGroup
	for range 4 {
		both.Go(func() {
			if err := tryPrepare(db, New(db, keys), id); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	if _, err := New(db, keys).Seat(ctx, id, uuid.New(), "all"); err != nil {
		t.Error(err)
	}
}

func TestBeforePrepareAndAfterDestroyThereIsNoSeat(t *testing.T) {
	ctx := context.Background()
	db, s, id := prepared(t)
	if _, err := s.Seat(ctx, uuid.New(), uuid.New(), "all"); codeOf(err) != "no_panel" {
		t.Errorf("before: %v", err)
	}
	for range 2 { // repeatable
		if err := s.Destroy(ctx, id); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Seat(ctx, id, uuid.New(), "all"); codeOf(err) != "key_destroyed" || fault.KindOf(err) != fault.Conflict {
		t.Errorf("after: %v", err)
	}
	if err := tryPrepare(db, s, id); codeOf(err) != "key_destroyed" {
		t.Errorf("a destroyed key is made again: %v", err)
	}
	// What was written under aliases stays moderated.
	if _, err := s.Alias(ctx, id, uuid.New()); err != nil {
		t.Errorf("aliases ended with the panel: %v", err)
	}
}

func TestTheEndHoldsForAServerThatKeptACopyOfTheKey(t *testing.T) {
	ctx := context.Background()
	db, s, id := prepared(t)
	key, err := s.keys.Read(ctx, panelScope.name(id))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Destroy(ctx, id); err != nil {
		t.Fatal(err)
	}
	hoarder := New(db, kept(key))
	if _, err := hoarder.Safe(ctx, id); codeOf(err) != "key_destroyed" {
		t.Errorf("a copy of the key still opens the safe: %v", err)
	}
}

// kept is a key store that forgets nothing.
type kept []byte

func (k kept) Create(context.Context, string) ([]byte, error) { return append([]byte(nil), k...), nil }
func (k kept) Read(context.Context, string) ([]byte, error)   { return append([]byte(nil), k...), nil }
func (k kept) Destroy(context.Context, string) error          { return nil }
func (k kept) Destroyed(context.Context) ([]string, error)    { return nil, nil }

func TestClaimedNamesAreOneEachAndStay(t *testing.T) {
	ctx := context.Background()
	db, s, id := prepared(t)
	claim := func(who string) Alias {
		t.Helper()
		a, err := s.ForeignAlias(ctx, id, who)
		if err != nil {
			t.Fatal(err)
		}
		err = db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
			claimed, err := Claim(ctx, tx, id, []Alias{a})
			a = claimed[a.ID]
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	names := map[string]string{}
	for i := range 300 { // of about 12,000 two-digit names: some collide
		who := fmt.Sprint(i)
		a := claim(who)
		if owner, taken := names[a.Name]; taken {
			t.Fatalf("%q is both %s and %s", a.Name, owner, who)
		}
		names[a.Name] = who
	}
	for name, who := range names {
		if a := claim(who); a.Name != name {
			t.Fatalf("%q became %q", name, a.Name)
		}
	}
}

func TestWritersOfOneWishedNameGetTwoNames(t *testing.T) {
	ctx := context.Background()
	db, _, id := prepared(t)
	// Two ids that wish for one name, found by trying.
	seen := map[string][16]byte{}
	var pair [2]Alias
	for n := byte(0); pair[1].Name == ""; n++ {
		for m := range 256 {
			a := Alias{ID: [16]byte{n, byte(m)}}
			a.Name = candidate(a.ID, 0)
			if first, ok := seen[a.Name]; ok {
				pair = [2]Alias{{ID: first, Name: a.Name}, a}
				break
			}
			seen[a.Name] = a.ID
		}
	}
	var got [2]string
	err := db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		claimed, err := Claim(ctx, tx, id, []Alias{pair[1], pair[0], pair[1]})
		got = [2]string{claimed[pair[0].ID].Name, claimed[pair[1].ID].Name}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if got[0] == got[1] || got[0] == "" || got[1] == "" {
		t.Errorf("names: %q", got)
	}
}
