package draft

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"delfi/internal/account"
	"delfi/internal/consultation/draft/form"
	"delfi/internal/platform/postgres"
)

// holders gives, of the accounts in ids, those who hold an office in the administration,
// with their roles as they are now.
func holders(ctx context.Context, tx *postgres.Tx, administration uuid.UUID, ids []uuid.UUID) (map[uuid.UUID]form.Person, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT r.account, r.role
		FROM civic.role r
		WHERE r.administration = $1 AND r.account = ANY($2)
		ORDER BY r.account, r.role`, administration, pq.Array(ids))
	if err != nil {
		return nil, fmt.Errorf("holders: %w", err)
	}
	defer rows.Close()
	out := map[uuid.UUID]form.Person{}
	for rows.Next() {
		var id uuid.UUID
		var role account.Role
		if err := rows.Scan(&id, &role); err != nil {
			return nil, fmt.Errorf("holders: %w", err)
		}
		out[id] = form.Person{Roles: append(slices.Clip(out[id].Roles), role)}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("holders: %w", err)
	}
	return out, nil
}
