package tabulation

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/platform/postgres"
)

// rewriteClosed writes a closed round's ballots and its panel anew in the order of
// their ids, in transactions that touch schema panel alone: neither place, nor xmin, nor a
// dead row tells any longer who came when. Drafts go.
//
// The copies are made piece by piece, each a short transaction, from the least id to the
// greatest, so that the pieces' xmin say no more than the ids do. Ballots of other rounds
// pass meanwhile; they block for the exchange of the tables alone, in which the few
// panelists who came during the copy follow. A server that dies leaves a copy that the
// job's next try drops; two servers at once continue one copy.
func (s *Service) rewriteClosed(ctx context.Context, consultation, round uuid.UUID) error {
	ballots, panel := ballotPart(round), panelistPart(consultation)
	there, horizon, err := s.beginCopies(ctx, ballots, panel, round, consultation)
	if err != nil || !there {
		return err
	}
	for done := false; !done; {
		err := s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
			var err error
			done, err = copyOn(ctx, tx, round, consultation)
			if err != nil || !done {
				return err
			}
			return exchange(ctx, tx, round, consultation, horizon)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// copyOn copies the next rows of both partitions; done when none are left, or when they were
// exchanged by another server or dropped with the consultation.
func copyOn(ctx context.Context, tx *postgres.Tx, round, consultation uuid.UUID) (done bool, err error) {
	ballots, panel := ballotPart(round), panelistPart(consultation)
	if err := lockPartitions(ctx, tx); err != nil {
		return false, err
	}
	if there, err := copiesExist(ctx, tx, ballots, panel); err != nil || !there {
		return true, err
	}
	n, err := copyBallots(ctx, tx, ballots, round)
	if err != nil || n > 0 {
		return false, err
	}
	n, err = copyPanelists(ctx, tx, panel, consultation)
	return n == 0, err
}

func copiesExist(ctx context.Context, tx *postgres.Tx, parts ...string) (bool, error) {
	for _, part := range parts {
		for _, name := range []string{part, copyOf(part)} {
			if there, err := relationExists(ctx, tx, name); err != nil || !there {
				return false, err
			}
		}
	}
	return true, nil
}

// exchange puts complete copies in the place of the partitions, under the lock under which
// they were found complete.
func exchange(ctx context.Context, tx *postgres.Tx, round, consultation uuid.UUID, horizon string) error {
	ballots, panel := ballotPart(round), panelistPart(consultation)
	if there, err := copiesExist(ctx, tx, ballots, panel); err != nil || !there {
		return err
	}
	if err := lockParents(ctx, tx); err != nil {
		return err
	}
	if err := catchUpPanelists(ctx, tx, panel, horizon); err != nil {
		return err
	}
	if err := swapCopy(ctx, tx, "ballot", ballots, round); err != nil {
		return err
	}
	return swapCopy(ctx, tx, "panelist", panel, consultation)
}

// beginCopies makes the empty copies, and gives the oldest transaction whose rows they may
// lack; false where the round has no ballots any more.
func (s *Service) beginCopies(ctx context.Context, ballots, panel string, round, consultation uuid.UUID) (there bool, horizon string, err error) {
	err = s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		if err := lockPartitions(ctx, tx); err != nil {
			return err
		}
		if there, err = relationExists(ctx, tx, ballots); err != nil || !there {
			return err
		}
		if err := makeCopy(ctx, tx, "ballot", ballots, inline, "round", round); err != nil {
			return err
		}
		if err := makeCopy(ctx, tx, "panelist", panel, "", "consultation", consultation); err != nil {
			return err
		}
		horizon, err = oldestXID(ctx, tx)
		return err
	})
	return there, horizon, err
}
