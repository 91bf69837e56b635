package account

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"delfi/internal/postgres"
)

func profile(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (Profile, error) {
	var p Profile
	err := tx.QueryRowxContext(ctx, `
		SELECT a.name, a.email, a.municipality, a.language, (SELECT count(*) FROM civic.outbox AS o WHERE o.account = a.id)
		FROM civic.account AS a
		WHERE a.id = $1`, id).Scan(&p.Name, &p.Email, &p.Municipality, &p.Language, &p.Letters)
	if err != nil {
		return p, fmt.Errorf("profile: %w", err)
	}
	rows, err := tx.QueryxContext(ctx, `
		SELECT b.name, r.role
		FROM civic.role AS r
		JOIN civic.administration AS b ON b.id = r.administration
		WHERE r.account = $1
		ORDER BY b.name, r.role`, id)
	if err != nil {
		return p, fmt.Errorf("profile: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var o Office
		if err := rows.Scan(&o.Administration, &o.Role); err != nil {
			return p, fmt.Errorf("profile: %w", err)
		}
		p.Offices = append(p.Offices, o)
	}
	return p, rows.Err()
}

func identity(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (issuer, subject string, err error) {
	err = tx.QueryRowxContext(ctx, `
		SELECT issuer, subject
		FROM civic.account
		WHERE id = $1`, id).Scan(&issuer, &subject)
	return issuer, subject, err
}

// remove deletes an account; roles and notices go with it.
func remove(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	if _, err := tx.ExecContext(ctx, `
		DELETE FROM civic.account
		WHERE id = $1`, id); err != nil {
		return fmt.Errorf("remove account: %w", err)
	}
	return nil
}
