package tabulation

import (
	"context"

	"delfi/internal/consultation"
	"delfi/internal/delphi"
	"delfi/internal/platform/postgres"
)

// makeRoom makes the partitions of a round's ballots and of its panel as the round
// opens: made at the first ballot, their rows in the catalogue would tell when it came,
// and the failed insert would leave a line in Postgres' log.
func makeRoom(ctx context.Context, tx *postgres.Tx, r consultation.Round) error {
	if err := lockPartitions(ctx, tx); err != nil {
		return err
	}
	if err := partition(ctx, tx, "ballot", ballotPart(r.ID), storage(r), r.ID); err != nil {
		return err
	}
	return partition(ctx, tx, "panelist", panelistPart(r.Consultation), "", r.Consultation)
}

// lying says where the blobs of an open round lie.
func storage(r consultation.Round) string {
	if r.Kind == delphi.StandingKind {
		return "" // its releases look for what changed, and pass over all blobs
	}
	return inline
}
