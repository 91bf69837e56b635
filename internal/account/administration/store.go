package administration

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"delfi/internal/platform/postgres"
)

// All gives every administration, by name.
func All(ctx context.Context, tx *postgres.Tx) ([]Administration, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT id, slug, name, address, ipa, mail
		FROM civic.administration
		ORDER BY name, slug`)
	if err != nil {
		return nil, fmt.Errorf("administrations: %w", err)
	}
	defer rows.Close()
	var out []Administration
	for rows.Next() {
		var a Administration
		if err := rows.Scan(&a.ID, &a.Slug, &a.Name, &a.Address, &a.IPA, &a.Mail); err != nil {
			return nil, fmt.Errorf("administrations: %w", err)
		}
		out = append(out, a)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("administrations: %w", err)
	}
	return out, nil
}

// Find gives the administration of a slug; NotFound when there is none.
func Find(ctx context.Context, tx *postgres.Tx, slug string) (Administration, error) {
	return scan(tx.QueryRowContext(ctx, `
		SELECT id, slug, name, address, ipa, mail
		FROM civic.administration
		WHERE slug = $1`, slug))
}

func lock(ctx context.Context, tx *postgres.Tx, slug string) (Administration, error) {
	return scan(tx.QueryRowContext(ctx, `
		SELECT id, slug, name, address, ipa, mail
		FROM civic.administration
		WHERE slug = $1
		FOR UPDATE`, slug))
}

func scan(row *sql.Row) (Administration, error) {
	var a Administration
	err := row.Scan(&a.ID, &a.Slug, &a.Name, &a.Address, &a.IPA, &a.Mail)
	if errors.Is(err, sql.ErrNoRows) {
		return Administration{}, None()
	}
	if err != nil {
		return Administration{}, fmt.Errorf("find administration: %w", err)
	}
	return a, nil
}

// found inserts or rewrites by slug; the id that stands wins.
func found(ctx context.Context, tx *postgres.Tx, a Administration) (Administration, error) {
	if a.ID == uuid.Nil {
		a.ID = uuid.New()
	}
	err := tx.QueryRowContext(ctx, `
		INSERT INTO civic.administration (id, slug, name, address, ipa, mail)
		VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT ON CONSTRAINT administration_slug
		DO UPDATE SET name = excluded.name, address = excluded.address, ipa = excluded.ipa, mail = excluded.mail
		RETURNING id`,
		a.ID, a.Slug, a.Name, a.Address, a.IPA, a.Mail).Scan(&a.ID)
	if err != nil {
		return Administration{}, fmt.Errorf("found %s: %w", a.Slug, err)
	}
	return a, nil
}

func insert(ctx context.Context, tx *postgres.Tx, a Administration) (Administration, error) {
	a.ID = uuid.New()
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.administration (id, slug, name, address, ipa, mail)
		VALUES ($1, $2, $3, $4, $5, $6)`,
		a.ID, a.Slug, a.Name, a.Address, a.IPA, a.Mail)
	if postgres.Constraint(err) == "administration_slug" {
		return Administration{}, slugTaken()
	}
	if err != nil {
		return Administration{}, fmt.Errorf("insert administration: %w", err)
	}
	return a, nil
}

func update(ctx context.Context, tx *postgres.Tx, a Administration) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE civic.administration
		SET slug = $2, name = $3, address = $4, ipa = $5, mail = $6
		WHERE id = $1`,
		a.ID, a.Slug, a.Name, a.Address, a.IPA, a.Mail)
	if postgres.Constraint(err) == "administration_slug" {
		return slugTaken()
	}
	if err != nil {
		return fmt.Errorf("update administration: %w", err)
	}
	return nil
}

// anyone tells whether this server has an administration.
func anyone(ctx context.Context, tx *postgres.Tx) (bool, error) {
	var any bool
	err := tx.QueryRowContext(ctx, `
		SELECT EXISTS (SELECT FROM civic.administration)`).Scan(&any)
	if err != nil {
		return false, fmt.Errorf("any administration: %w", err)
	}
	return any, nil
}
