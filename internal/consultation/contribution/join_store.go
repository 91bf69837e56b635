package contribution

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"delfi/internal/platform/postgres"
)

// rest puts a contribution into an item without an act of moderation, and admits it.
func rest(ctx context.Context, tx *postgres.Tx, contribution, item uuid.UUID) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.lineage (contribution, item, act)
		VALUES ($1, $2, NULL)`, contribution, item)
	if err != nil {
		return fmt.Errorf("contribution: rest: %w", err)
	}
	_, err = tx.ExecContext(ctx, `
		UPDATE civic.contribution
		SET state = 'admitted'
		WHERE id = $1`, contribution)
	if err != nil {
		return fmt.Errorf("contribution: admit: %w", err)
	}
	return nil
}

// rested gives those of some contributions that are in an item without an act of moderation.
func rested(ctx context.Context, tx *postgres.Tx, contributions []uuid.UUID) ([]uuid.UUID, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT contribution
		FROM civic.lineage
		WHERE contribution = ANY($1::uuid[]) AND act IS NULL`, pq.Array(ids(contributions)))
	return found(rows, err, "rested")
}

// unrest takes the contributions out of an item that are in it without an act of
// moderation, and gives them.
func unrest(ctx context.Context, tx *postgres.Tx, item uuid.UUID) ([]uuid.UUID, error) {
	rows, err := tx.QueryContext(ctx, `
		DELETE FROM civic.lineage
		WHERE item = $1 AND act IS NULL
		RETURNING contribution`, item)
	return found(rows, err, "unrest")
}
