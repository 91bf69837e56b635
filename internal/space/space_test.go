package space

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
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
		if got, err := Find(ctx, tx, made.ID); err != nil || got != made || got.Phase != Open {
			t.Errorf("found %+v, %v; made %+v", got, err, made)
		}
		for range 2 {
			if err := Close(ctx, tx, made.ID); err != nil {
				return err
			}
		}
		if got, err := Find(ctx, tx, made.ID); err != nil || got.Phase != Closed {
			t.Errorf("found %+v, %v", got, err)
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
