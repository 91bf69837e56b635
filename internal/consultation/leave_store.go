package consultation

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/platform/postgres"
)

func steeredBy(ctx context.Context, tx *postgres.Tx, account uuid.UUID) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	err := tx.SelectContext(ctx, &ids, `
		SELECT c.id
		FROM civic.consultation AS c
		WHERE c.stage IN ('announced', 'running')
		  AND EXISTS (SELECT 1 FROM civic.staff AS s WHERE s.consultation = c.id AND s.account = $1)
		ORDER BY c.id`, account)
	return ids, err
}
