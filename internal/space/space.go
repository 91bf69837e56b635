package space

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/platform/postgres"
)

// Phase says whether people may write in a space.
type Phase string

// The phases.
const (
	Planned Phase = "planned" // the consultation is a draft
	Open    Phase = "open"
	Closed  Phase = "closed"
)

// Naming is the kind of name under which people write in a space.
type Naming string

// Alias is a name like "Tiglio 27", the same for one person in one space and
// never in two (docs/RECORD.md §1).
const Alias Naming = "alias"

// Space is a ground to write on.
type Space struct {
	ID             uuid.UUID
	Administration uuid.UUID
	Phase          Phase
	Naming         Naming
}

// Scope is the part of its administration that roles in the space hold in.
func (sp Space) Scope() account.Scope { return account.Scope(sp.ID) }

// New makes a planned space of an administration in the caller's transaction.
func New(ctx context.Context, tx *postgres.Tx, administration uuid.UUID, naming Naming) (Space, error) {
	sp := Space{ID: uuid.New(), Administration: administration, Phase: Planned, Naming: naming}
	return sp, insert(ctx, tx, sp)
}

// Begin opens a planned space for writing.
func Begin(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	return turn(ctx, tx, id, Planned, Open)
}

// Close ends the writing in an open space; again it does nothing.
func Close(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	return turn(ctx, tx, id, Open, Closed)
}

// Drop deletes a planned space, in which nobody has written, and the roles held in it.
func Drop(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	if gone, err := drop(ctx, tx, id); err != nil || !gone {
		return err
	}
	return account.EndScope(ctx, tx, account.Scope(id))
}

// Find gives a space; fault.NotFound when there is none.
func Find(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (Space, error) {
	return find(ctx, tx, id)
}

// InAdministration lists the spaces of an administration.
func InAdministration(ctx context.Context, tx *postgres.Tx, administration uuid.UUID) ([]uuid.UUID, error) {
	return of(ctx, tx, administration)
}

// After lists n spaces at most by id, those after one; uuid.Nil for the first.
func After(ctx context.Context, tx *postgres.Tx, id uuid.UUID, n int) ([]uuid.UUID, error) {
	return after(ctx, tx, id, n)
}
