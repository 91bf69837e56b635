package space

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/platform/postgres"
)

// Phase says whether people may write in a space.
type Phase string

// The phases.
const (
	Open   Phase = "open"
	Closed Phase = "closed"
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

// New makes an open space of an administration in the caller's transaction.
func New(ctx context.Context, tx *postgres.Tx, administration uuid.UUID, naming Naming) (Space, error) {
	sp := Space{ID: uuid.New(), Administration: administration, Phase: Open, Naming: naming}
	return sp, insert(ctx, tx, sp)
}

// Close ends the writing in a space; again it does nothing.
func Close(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	return turn(ctx, tx, id, Closed)
}

// Find gives a space; fault.NotFound when there is none.
func Find(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (Space, error) {
	return find(ctx, tx, id)
}

// Of lists the spaces of an administration.
func Of(ctx context.Context, tx *postgres.Tx, administration uuid.UUID) ([]uuid.UUID, error) {
	return of(ctx, tx, administration)
}
