package ballot

import (
	"context"
	"time"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/fault"
	"delfi/internal/postgres"
)

// board is what the papers of one round have in common, read once between two
// changes: its items, and the feedback document of the answering round before.
type board struct {
	consultation.Sheet
	before   *consultation.Round // nil in the first
	feedback *Feedback
	epoch    uint64
}

type boardKey struct {
	consultation uuid.UUID
	round        int
}

// board gives a round's board; NotFound when there is no such round.
func (s *Service) board(ctx context.Context, of uuid.UUID, round int) (board, error) {
	key := boardKey{consultation: of, round: round}
	epoch, told := s.cons.Epoch()
	if b, ok := s.boards.Load(key); ok && told && b.(board).epoch == epoch {
		return b.(board), nil
	}
	b := board{epoch: epoch}
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		var err error
		if b.Sheet, err = s.cons.Sheet(ctx, tx, of, round); err != nil {
			return err
		}
		if before, ok := previousAnswering(b.Consultation, b.Round); ok {
			b.before = &before
			b.feedback, _, err = findFeedback(ctx, tx, before.ID)
		}
		return err
	})
	if err != nil {
		return board{}, err
	}
	if told && b.Round.State == consultation.RoundOpen {
		s.boards.Store(key, b)
	}
	return b, nil
}

// takes tells whether the round takes answers at an instant, by the same rule as
// consultation's Locked, which is asked again before anything is written.
func (b board) takes(now time.Time) error {
	switch {
	case !b.Round.Answers():
		return noBallots()
	case b.Consultation.Suspended != nil:
		return fault.New(fault.Conflict, "suspended", "the consultation is suspended")
	case b.Round.State != consultation.RoundOpen || !now.Before(b.Round.Deadline):
		return fault.New(fault.Conflict, "round_closed", "this round is closed")
	}
	return nil
}

// rounds are those of which a paper shows one's own ballot.
func (b board) rounds() []uuid.UUID {
	if b.before == nil {
		return []uuid.UUID{b.Round.ID}
	}
	return []uuid.UUID{b.Round.ID, b.before.ID}
}
