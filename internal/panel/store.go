package panel

import (
	"context"
	"database/sql"
	"errors"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"delfi/internal/platform/postgres"
)

// Heap is the table of enrolments: its rows are written anew each hour.
var Heap = postgres.Heap{Table: "civic.enrolment", Order: "consultation, account"}

// insertEnrolment enrols an account; false when it is enrolled already. A constraint that
// refused the second one would leave a line with the moment in Postgres' log.
func insertEnrolment(ctx context.Context, tx *postgres.Tx, consultation, account uuid.UUID, group, day string) (bool, error) {
	done, err := tx.ExecContext(ctx, `
		INSERT INTO civic.enrolment (consultation, account, grp, enrolled_on)
		VALUES ($1, $2, $3, $4)
		ON CONFLICT ON CONSTRAINT enrolment_pkey DO NOTHING`,
		consultation, account, group, day)
	if err != nil {
		return false, err
	}
	n, err := done.RowsAffected()
	return n == 1, err
}

// findGroups gives the groups of those accounts that are enrolled.
func findGroups(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, accounts []uuid.UUID) (map[uuid.UUID]string, error) {
	rows, err := tx.QueryxContext(ctx, `
		SELECT account, grp
		FROM civic.enrolment
		WHERE consultation = $1 AND account = ANY($2)`,
		consultation, pq.Array(accounts))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	groups := make(map[uuid.UUID]string, len(accounts))
	for rows.Next() {
		var account uuid.UUID
		var group string
		if err := rows.Scan(&account, &group); err != nil {
			return nil, err
		}
		groups[account] = group
	}
	return groups, rows.Err()
}

// countEnrolled counts people by group, those without accounts included, and those who
// left and took theirs along.
func countEnrolled(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) (map[string]int, error) {
	return scanPeople(tx.QueryxContext(ctx, `
		SELECT grp, sum(people)
		FROM (
			SELECT grp, count(*) AS people
			FROM civic.enrolment
			WHERE consultation = $1
			GROUP BY grp
			UNION ALL
			SELECT grp, people
			FROM civic.foreign_enrolment
			WHERE consultation = $1
			UNION ALL
			SELECT grp, people
			FROM civic.departed
			WHERE consultation = $1
		) AS everyone
		GROUP BY grp`,
		consultation))
}

func scanPeople(rows *sqlx.Rows, err error) (map[string]int, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	n := map[string]int{}
	for rows.Next() {
		var group string
		var people int
		if err := rows.Scan(&group, &people); err != nil {
			return nil, err
		}
		n[group] = people
	}
	return n, rows.Err()
}

func addForeign(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string, n int) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.foreign_enrolment AS f (consultation, grp, people)
		VALUES ($1, $2, $3)
		ON CONFLICT (consultation, grp) DO UPDATE SET people = f.people + excluded.people`,
		consultation, group, n)
	return err
}

func findMembers(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) ([]uuid.UUID, error) {
	var accounts []uuid.UUID
	err := tx.SelectContext(ctx, &accounts, `
		SELECT account
		FROM civic.enrolment
		WHERE consultation = $1
		ORDER BY account`,
		consultation)
	return accounts, err
}

// markIssued notes that a code was issued; false when it was noted before. The row is
// fresh again: where it lies now tells in which order codes were issued.
func markIssued(ctx context.Context, tx *postgres.Tx, consultation, account uuid.UUID) (bool, error) {
	if err := Heap.Share(ctx, tx); err != nil {
		return false, err
	}
	done, err := tx.ExecContext(ctx, `
		UPDATE civic.enrolment
		SET code_issued = true, fresh = true
		WHERE consultation = $1 AND account = $2 AND NOT code_issued`,
		consultation, account)
	if err != nil {
		return false, err
	}
	n, err := done.RowsAffected()
	return n == 1, err
}

func findIssued(ctx context.Context, tx *postgres.Tx, consultation, account uuid.UUID) (bool, error) {
	var issued bool
	err := tx.QueryRowxContext(ctx, `
		SELECT code_issued
		FROM civic.enrolment
		WHERE consultation = $1 AND account = $2`,
		consultation, account).Scan(&issued)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return issued, err
}

// refresh makes all enrolments of a consultation fresh again.
func refresh(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) error {
	if err := Heap.Share(ctx, tx); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `
		UPDATE civic.enrolment
		SET fresh = true
		WHERE consultation = $1 AND NOT fresh`, consultation)
	return err
}

// expel takes accounts off a panel.
func expel(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, accounts []uuid.UUID) error {
	_, err := tx.ExecContext(ctx, `
		DELETE FROM civic.enrolment
		WHERE consultation = $1 AND account = ANY($2)`, consultation, pq.Array(accounts))
	return err
}
