package ballot

import (
	"context"

	"delfi/internal/consultation/lifecycle"
	"delfi/internal/delphi"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
	"delfi/internal/pseudonym"
)

// TakeBack removes a seat's ballot and draft of an open round, and the panelist with
// its last ballot. Nothing happens when there is none. Conflict "round_closed" once
// the round has closed (tables cannot change), "standing" in a standing round, whose
// figures are out already. Like every ballot it writes schema panel alone.
func (s *Service) TakeBack(ctx context.Context, seat pseudonym.Seat, round int) error {
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		r, err := lifecycle.ShareRound(ctx, tx, seat.Consultation, round, lockOf(seat, round))
		if err != nil {
			return err
		}
		if r.Kind == delphi.StandingKind {
			return fault.New(fault.Conflict, "standing", "answers of a standing round are counted already, and stay")
		}
		if err := deleteBallot(ctx, tx, r.ID, seat.Panelist); err != nil {
			return err
		}
		return deletePanelist(ctx, tx, seat)
	})
}
