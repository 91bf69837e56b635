package ballot

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/delphi"
	"delfi/internal/delphi/table"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
)

// Feedback gives the stored document of a released round (of a standing one: its
// last release); Conflict "not_released" while the round is not released,
// NotFound for a gather round.
func (s *Service) Feedback(ctx context.Context, id uuid.UUID, round int) (Feedback, error) {
	var f *Feedback
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		c, err := s.cons.ByID(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, r := range c.Rounds {
			if r.Number != round || r.Kind == delphi.Gather || r.State == consultation.RoundSkipped {
				continue
			}
			if r.State != consultation.RoundReleased {
				return fault.New(fault.Conflict, "not_released", "this round has no results yet")
			}
			f, _, err = findFeedback(ctx, tx, r.ID)
			return err
		}
		return nil
	})
	if err != nil {
		return Feedback{}, err
	}
	if f == nil {
		return Feedback{}, fault.New(fault.NotFound, "no_feedback", "this round has no results")
	}
	return *f, nil
}

// Stored is one stored feedback document with the hash of its bytes.
type Stored struct {
	Feedback
	Hash string
}

// Stored gives every feedback document of a consultation's released rounds, by
// round and release, in the caller's transaction: what the opinion is made of.
func (s *Service) Stored(ctx context.Context, tx *postgres.Tx, id uuid.UUID) ([]Stored, error) {
	documents, hashes, err := findFeedbacks(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	all := make([]Stored, len(documents))
	for n, f := range documents {
		all[n] = Stored{Feedback: f, Hash: hashes[n]}
	}
	return all, nil
}

// Closings gives the closings behind those documents, in their order: counts
// documents and tables, from which every figure can be computed again.
func (s *Service) Closings(ctx context.Context, tx *postgres.Tx, id uuid.UUID) ([]table.Closing, error) {
	return releasedClosings(ctx, tx, id)
}
