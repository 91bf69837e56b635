package lifecycle

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/google/uuid"

	"delfi/internal/platform/postgres"
)

// publicItems lists the items that a page for everybody shows: those that a released round
// asked, in the words of the last; of a published consultation all, in their last words.
func publicItems(ctx context.Context, tx *postgres.Tx, of uuid.UUID, published bool) ([]publicItem, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT i.id, i.number, v.text, coalesce(r.number, 0), r.released_at
		FROM civic.item i
		LEFT JOIN LATERAL (
			SELECT r.number, r.released_at, f.version
			FROM civic.round_item f
			JOIN civic.round r ON r.id = f.round
			WHERE f.item = i.id AND r.state = 'released'
			ORDER BY r.number DESC
			LIMIT 1) r ON true
		JOIN civic.item_version v ON v.item = i.id AND v.version = CASE WHEN $2 THEN i.version ELSE r.version END
		WHERE i.consultation = $1
		ORDER BY i.number`, of, published)
	if err != nil {
		return nil, fmt.Errorf("public items: %w", err)
	}
	defer rows.Close()
	var out []publicItem
	for rows.Next() {
		var it publicItem
		var released sql.NullTime
		if err := rows.Scan(&it.id, &it.number, &it.text, &it.round, &released); err != nil {
			return nil, fmt.Errorf("public items: %w", err)
		}
		it.released = utc(released)
		out = append(out, it)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("public items: %w", err)
	}
	return out, nil
}
