package consultation

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/platform/postgres"
)

// Steers lists the announced and running consultations whose staff the actor is:
// who steers one cannot leave before somebody else does.
func (s *Service) Steers(ctx context.Context, actor account.Actor) ([]Consultation, error) {
	var out []Consultation
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		ids, err := steeredBy(ctx, tx, actor.Account)
		if err != nil || len(ids) == 0 {
			return err
		}
		out, err = wholes(ctx, tx, ids)
		return err
	})
	return out, err
}

// Some gives consultations by id.
func (s *Service) Some(ctx context.Context, ids []uuid.UUID) ([]Consultation, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var out []Consultation
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		out, err = wholes(ctx, tx, ids)
		return err
	})
	return out, err
}
