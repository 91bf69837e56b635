package panel

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/platform/postgres"
)

// moveFigures stores how many people each panel has by group, rounded down to a multiple
// of step. A figure that does not move is not written.
func moveFigures(ctx context.Context, tx *postgres.Tx, step int) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.panel_figure AS f (consultation, grp, people)
		SELECT consultation, grp, (sum(people) / $1)::integer * $1
		FROM (
			SELECT consultation, grp, count(*) AS people
			FROM civic.enrolment
			GROUP BY consultation, grp
			UNION ALL
			SELECT consultation, grp, people
			FROM civic.departed) AS everyone
		GROUP BY consultation, grp
		ORDER BY consultation, grp
		ON CONFLICT ON CONSTRAINT panel_figure_pkey
		DO UPDATE SET people = excluded.people
		WHERE f.people <> excluded.people`, step)
	return err
}

func findFigures(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) (map[string]int, error) {
	return scanPeople(tx.QueryxContext(ctx, `
		SELECT grp, people
		FROM civic.panel_figure
		WHERE consultation = $1`, consultation))
}
