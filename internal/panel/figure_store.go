package panel

import (
	"context"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

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

// findAllFigures gives the figures of several panels, each of all its groups.
func findAllFigures(ctx context.Context, tx *postgres.Tx, consultations []uuid.UUID) (map[uuid.UUID]int, error) {
	return scanPanels(tx.QueryxContext(ctx, `
		SELECT consultation, sum(people)
		FROM civic.panel_figure
		WHERE consultation = ANY($1)
		GROUP BY consultation`, pq.Array(consultations)))
}

// countAllEnrolled is countEnrolled for several panels, each of all its groups.
func countAllEnrolled(ctx context.Context, tx *postgres.Tx, consultations []uuid.UUID) (map[uuid.UUID]int, error) {
	return scanPanels(tx.QueryxContext(ctx, `
		SELECT consultation, sum(people)
		FROM (
			SELECT consultation, count(*) AS people
			FROM civic.enrolment
			WHERE consultation = ANY($1)
			GROUP BY consultation
			UNION ALL
			SELECT consultation, people
			FROM civic.foreign_enrolment
			WHERE consultation = ANY($1)
			UNION ALL
			SELECT consultation, people
			FROM civic.departed
			WHERE consultation = ANY($1)
		) AS everyone
		GROUP BY consultation`, pq.Array(consultations)))
}

func scanPanels(rows *sqlx.Rows, err error) (map[uuid.UUID]int, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	n := map[uuid.UUID]int{}
	for rows.Next() {
		var consultation uuid.UUID
		var people int
		if err := rows.Scan(&consultation, &people); err != nil {
			return nil, err
		}
		n[consultation] = people
	}
	return n, rows.Err()
}
