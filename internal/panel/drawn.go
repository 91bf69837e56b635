package panel

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/platform/postgres"
)

// Admit tells in the transaction of an enrolment whether the actor may enter a group: nil for
// a group that is not drawn by lot, and for who was drawn.
type Admit func(ctx context.Context, tx *postgres.Tx, actor account.Actor, consultation uuid.UUID, group string) error

// Draws sets who tells whether somebody was drawn: the draws, at start. Until then no group
// counts as drawn.
func (s *Service) Draws(admit Admit) { s.drawn = admit }

// everybody is Admit where nobody is drawn.
func everybody(context.Context, *postgres.Tx, account.Actor, uuid.UUID, string) error { return nil }
