package space

import (
	"bytes"
	"context"
	"testing"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
	"delfi/internal/pseudonym"
)

// TestSpaceOpensAndCloses once, whoever says so how often.
func TestSpaceOpensAndCloses(t *testing.T) {
	db := testdb.New(t)
	riva, err := account.New(db, nil).Found(t.Context(), account.Administration{Slug: "riva", Name: "Comune di Riva d’Arno"})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		made, err := New(ctx, tx, riva.ID, Alias)
		if err != nil {
			return err
		}
		phase := func(want Phase) {
			t.Helper()
			if got, err := Find(ctx, tx, made.ID); err != nil || got.Phase != want || got.Administration != riva.ID || got.Naming != Alias {
				t.Errorf("found %+v, %v; wants %s", got, err, want)
			}
		}
		for _, step := range []struct {
			do   func(context.Context, *postgres.Tx, uuid.UUID) error
			then Phase
		}{{Close, Planned}, {Begin, Open}, {Begin, Open}, {Drop, Open}, {Close, Closed}, {Close, Closed}, {Begin, Closed}, {Drop, Closed}} {
			if err := step.do(ctx, tx, made.ID); err != nil {
				return err
			}
			phase(step.then)
		}
		if _, err := Find(ctx, tx, uuid.New()); fault.KindOf(err) != fault.NotFound {
			t.Errorf("a space that is not: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestADroppedSpaceTakesItsRolesAlong, and those of no other space.
func TestADroppedSpaceTakesItsRolesAlong(t *testing.T) {
	db := testdb.New(t)
	keys, err := pseudonym.NewFileKeys(t.TempDir(), bytes.Repeat([]byte{1}, 32))
	if err != nil {
		t.Fatal(err)
	}
	accounts := account.New(db, keys)
	if _, err := accounts.Found(t.Context(), account.Administration{Slug: "riva", Name: "Comune di Riva d’Arno"}); err != nil {
		t.Fatal(err)
	}
	all, err := accounts.Administrations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	id, err := accounts.SignIn(t.Context(), account.Claims{Issuer: "https://login.example", Subject: "marta"})
	if err != nil {
		t.Fatal(err)
	}
	var spaces []Space
	if err := db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		spaces = nil
		for range 2 {
			sp, err := New(ctx, tx, all[0].ID, Alias)
			if err != nil {
				return err
			}
			spaces = append(spaces, sp)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for _, scope := range []account.Scope{{}, spaces[0].Scope(), spaces[1].Scope()} {
		if _, err := accounts.GrantRole(t.Context(), "riva", account.Moderator, scope, "marta"); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		return Drop(ctx, tx, spaces[0].ID)
	}); err != nil {
		t.Fatal(err)
	}
	a, err := accounts.Actor(t.Context(), id)
	if err != nil || len(a.Grants) != 2 || !a.Grants[0].Scope.Whole() || a.Grants[1].Scope != spaces[1].Scope() {
		t.Errorf("%+v, %v", a.Grants, err)
	}
}
