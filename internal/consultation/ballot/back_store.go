package ballot

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/platform/postgres"
	"delfi/internal/pseudonym"
)

func deleteBallot(ctx context.Context, tx *postgres.Tx, round uuid.UUID, p pseudonym.Panelist) error {
	_, err := tx.ExecContext(ctx, `
		DELETE FROM panel.ballot
		WHERE round = $1 AND panelist = $2`,
		round, p[:])
	return err
}

// deletePanelist removes a panelist that has no ballot left.
func deletePanelist(ctx context.Context, tx *postgres.Tx, seat pseudonym.Seat) error {
	_, err := tx.ExecContext(ctx, `
		DELETE FROM panel.panelist AS p
		WHERE p.consultation = $1 AND p.id = $2
		  AND NOT EXISTS (SELECT 1 FROM panel.ballot AS b WHERE b.panelist = p.id AND b.sealed IS NOT NULL)`,
		seat.Consultation, seat.Panelist[:])
	return err
}
