package panel

import (
	"context"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"delfi/internal/platform/postgres"
)

func findEnrolments(ctx context.Context, tx *postgres.Tx, account uuid.UUID) ([]Enrolment, error) {
	return enrolments(tx.QueryxContext(ctx, `
		SELECT consultation, grp, enrolled_on, code_issued
		FROM civic.enrolment
		WHERE account = $1
		ORDER BY enrolled_on DESC, consultation`, account))
}

func deleteEnrolments(ctx context.Context, tx *postgres.Tx, account uuid.UUID) ([]Enrolment, error) {
	return enrolments(tx.QueryxContext(ctx, `
		DELETE FROM civic.enrolment
		WHERE account = $1
		RETURNING consultation, grp, enrolled_on, code_issued`, account))
}

func enrolments(rows *sqlx.Rows, err error) ([]Enrolment, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []Enrolment
	for rows.Next() {
		var e Enrolment
		if err := rows.Scan(&e.Consultation, &e.Group, &e.Day, &e.CodeIssued); err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, rows.Err()
}

func addDeparted(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.departed AS d (consultation, grp, people)
		VALUES ($1, $2, 1)
		ON CONFLICT (consultation, grp) DO UPDATE SET people = d.people + 1`,
		consultation, group)
	return err
}

// takeDeparted counts people of a group no more who had left it before.
func takeDeparted(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string, people int) error {
	_, err := tx.ExecContext(ctx, `
		WITH less AS (
			UPDATE civic.departed
			SET people = people - $3
			WHERE consultation = $1 AND grp = $2 AND people > $3)
		DELETE FROM civic.departed
		WHERE consultation = $1 AND grp = $2 AND people <= $3`, consultation, group, people)
	return err
}
