package lifecycle

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/platform/postgres"
)

// Overview is a page of an administration's own consultations.
type Overview struct {
	IDs   []uuid.UUID
	All   int // on every page
	Waits int // of them for its administrators
}

// Overseen gives a page of an administration's own consultations, drafts included, in one
// statement: first those in which its administrators act next, by the day on which that is
// due, then those in which others do, and last those that are over, the newest first.
// The order is that of consultation.Waits. A page beyond the last one is empty.
func Overseen(ctx context.Context, tx *postgres.Tx, administration uuid.UUID, limit, offset int) (Overview, error) {
	rows, err := tx.QueryContext(ctx, `
		WITH own AS (
			SELECT c.id, c.announced_at, c.stage = 'draft' AS draft,
				c.stage IN ('answered', 'withdrawn') AS over,
				s.since IS NOT NULL OR c.stage IN ('draft', 'published') OR c.stage = 'concluded' AND c.destroyed_at IS NOT NULL AS mine,
				CASE
					WHEN s.since IS NOT NULL THEN s.since
					WHEN c.stage IN ('draft', 'announced') THEN c.starts_at
					WHEN c.stage = 'running' THEN (
						SELECT min(CASE r.state
							WHEN 'planned' THEN r.planned_at
							WHEN 'closed' THEN r.closed_at + make_interval(days => $4)
							ELSE r.deadline END)
						FROM civic.round r
						WHERE r.consultation = c.id AND r.state IN ('open', 'closing', 'closed', 'planned'))
					WHEN c.stage = 'concluded' THEN c.concluded_at + make_interval(days => (c.protocol::jsonb #>> '{publication,within_days}')::integer)
					WHEN c.stage = 'published' AND m.reply_days > 0 THEN c.published_at + make_interval(days => m.reply_days)
					WHEN c.stage = 'published' AND c.protocol::jsonb #>> '{reply,unit}' = 'month' THEN c.published_at + make_interval(months => (c.protocol::jsonb #>> '{reply,n}')::integer)
					WHEN c.stage = 'published' THEN c.published_at + make_interval(days => (c.protocol::jsonb #>> '{reply,n}')::integer)
				END AS due
			FROM civic.consultation c
			LEFT JOIN civic.suspension s ON s.consultation = c.id AND s.until IS NULL
			LEFT JOIN civic.commitment m ON m.consultation = c.id
			WHERE c.administration = $1 AND c.origin_name IS NULL
		)
		SELECT id, count(*) OVER (), count(*) FILTER (WHERE mine) OVER ()
		FROM own
		ORDER BY over, mine DESC, draft, due NULLS LAST, announced_at DESC NULLS FIRST, id
		LIMIT $2 OFFSET $3`,
		administration, limit, offset, consultation.ExamineDays)
	if err != nil {
		return Overview{}, fmt.Errorf("overseen: %w", err)
	}
	defer rows.Close()
	var s Overview
	for rows.Next() {
		var id uuid.UUID
		if err := rows.Scan(&id, &s.All, &s.Waits); err != nil {
			return Overview{}, fmt.Errorf("overseen: %w", err)
		}
		s.IDs = append(s.IDs, id)
	}
	if err := rows.Err(); err != nil {
		return Overview{}, fmt.Errorf("overseen: %w", err)
	}
	return s, nil
}
