package contribution

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"delfi/internal/platform/postgres"
)

// removeBody deletes a contribution's words and says on what ground.
func removeBody(ctx context.Context, tx *postgres.Tx, id uuid.UUID, ground string) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE civic.contribution
		SET body = '', removed_for = $2
		WHERE id = $1`, id, ground)
	if err != nil {
		return fmt.Errorf("contribution: remove: %w", err)
	}
	return postgres.Compact(ctx, tx, "civic.contribution")
}
