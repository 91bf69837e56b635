package tabulation

import (
	"context"

	"delfi/internal/consultation"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
)

// maxReordered is how many ballots of an open round are written anew each hour at most.
// Everybody waits meanwhile, so a round with more keeps its rows as they came until
// it closes; the order of so many tells little, and what they hold tells nothing.
const maxReordered = 20_000

// reorder writes an open round's ballots and its panel anew in the order of their
// ids, drafts included, in one transaction that touches schema panel alone: who
// copies the database then reads from place, xmin and dead rows no more than who came
// within the last hour. Nothing is done when nobody came, or the round takes no
// answers any more: it keeps the round from closing meanwhile, since who counts
// must not meet a table that is being exchanged.
func (s *Service) reorder(ctx context.Context, round consultation.Round) error {
	err := s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		if _, err := lifecycle.ShareRound(ctx, tx, round.Consultation, round.Number); err != nil {
			return err
		}
		if err := lockPartitions(ctx, tx); err != nil {
			return err
		}
		part, panel := ballotPart(round.ID), panelistPart(round.Consultation)
		there, err := relationExists(ctx, tx, part)
		if err != nil || !there {
			return err
		}
		rows, voted, err := written(ctx, tx, part)
		if err != nil || rows > maxReordered {
			return err
		}
		// One who came alone keeps no row as it came, neither of the round nor of the panel.
		if _, came, err := written(ctx, tx, panel); err != nil || !voted && !came {
			return err
		}
		// Before the copy, not after it as at the closing: ballots of this round may
		// be under way, and one that waited for its partition would hold the parent.
		if err := lockParents(ctx, tx); err != nil {
			return err
		}
		if err := rewriteOpen(ctx, tx, part, storage(round)); err != nil {
			return err
		}
		if err := rewritePanelists(ctx, tx, panel); err != nil {
			return err
		}
		if err := swapPartition(ctx, tx, "ballot", part, round.ID); err != nil {
			return err
		}
		return swapPartition(ctx, tx, "panelist", panel, round.Consultation)
	})
	if fault.KindOf(err) == fault.Conflict {
		return nil // closed or suspended: its rows are written anew at the closing
	}
	return err
}
