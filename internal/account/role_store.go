package account

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"delfi/internal/account/office"
	"delfi/internal/platform/postgres"
)

// claims gives the roles that an officer holds because the provider says so.
func claims(ctx context.Context, tx *postgres.Tx, who office.ID) ([]Grant, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT administration, role, scope
		FROM civic.role
		WHERE officer = $1 AND claimed`, uuid.UUID(who))
	if err != nil {
		return nil, fmt.Errorf("claims: %w", err)
	}
	defer rows.Close()
	var out []Grant
	for rows.Next() {
		var g Grant
		if err := rows.Scan(&g.Administration, &g.Role, (*uuid.UUID)(&g.Scope)); err != nil {
			return nil, fmt.Errorf("claims: %w", err)
		}
		out = append(out, g)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("claims: %w", err)
	}
	return out, nil
}

// lockRole gives the sources of a role, which nobody else changes until the transaction
// ends; none when it is not held.
func lockRole(ctx context.Context, tx *postgres.Tx, who office.ID, g Grant) (source, error) {
	var s source
	err := tx.QueryRowContext(ctx, `
		SELECT claimed, granted
		FROM civic.role
		WHERE officer = $1 AND administration = $2 AND role = $3 AND scope = $4
		FOR UPDATE`,
		uuid.UUID(who), g.Administration, g.Role, uuid.UUID(g.Scope)).Scan(&s.claimed, &s.granted)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return s, fmt.Errorf("lock role: %w", err)
	}
	return s, nil
}

func removeRole(ctx context.Context, tx *postgres.Tx, who office.ID, g Grant) error {
	_, err := tx.ExecContext(ctx, `
		DELETE FROM civic.role
		WHERE officer = $1 AND administration = $2 AND role = $3 AND scope = $4`,
		uuid.UUID(who), g.Administration, g.Role, uuid.UUID(g.Scope))
	if err != nil {
		return fmt.Errorf("remove role: %w", err)
	}
	return nil
}

func setSource(ctx context.Context, tx *postgres.Tx, who office.ID, g Grant, s source) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE civic.role
		SET claimed = $5, granted = $6, fresh = true
		WHERE officer = $1 AND administration = $2 AND role = $3 AND scope = $4`,
		uuid.UUID(who), g.Administration, g.Role, uuid.UUID(g.Scope), s.claimed, s.granted)
	if err != nil {
		return fmt.Errorf("set role: %w", err)
	}
	return nil
}

func addClaimed(ctx context.Context, tx *postgres.Tx, who office.ID, g Grant) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.role (officer, administration, role, scope, claimed, granted)
		VALUES ($1, $2, $3, $4, true, false)
		ON CONFLICT ON CONSTRAINT role_pkey
		DO UPDATE SET claimed = true, fresh = true`,
		uuid.UUID(who), g.Administration, g.Role, uuid.UUID(g.Scope))
	if err != nil {
		return fmt.Errorf("add claimed role: %w", err)
	}
	return nil
}

// addGranted grants a role, and tells whether the provider claims it too.
func addGranted(ctx context.Context, tx *postgres.Tx, who office.ID, g Grant) (claimed bool, err error) {
	err = tx.QueryRowContext(ctx, `
		INSERT INTO civic.role (officer, administration, role, scope, claimed, granted)
		VALUES ($1, $2, $3, $4, false, true)
		ON CONFLICT ON CONSTRAINT role_pkey
		DO UPDATE SET granted = true, fresh = true
		RETURNING claimed`,
		uuid.UUID(who), g.Administration, g.Role, uuid.UUID(g.Scope)).Scan(&claimed)
	if err != nil {
		return false, fmt.Errorf("add granted role: %w", err)
	}
	return claimed, nil
}

// holdings gives the roles of the administration of a slug, or of all, in no order, and
// the rows of their people among the officers.
func holdings(ctx context.Context, tx *postgres.Tx, slug string) ([]Holding, []sealed, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT b.slug, r.role, r.scope, o.id, o.key, o.sealed, r.claimed, r.granted
		FROM civic.role r
		JOIN civic.administration b ON b.id = r.administration
		JOIN civic.officer o ON o.id = r.officer
		WHERE $1 = '' OR b.slug = $1`, slug)
	if err != nil {
		return nil, nil, fmt.Errorf("holdings: %w", err)
	}
	defer rows.Close()
	var out []Holding
	var who []sealed
	for rows.Next() {
		var h Holding
		var id, key uuid.UUID
		var blob []byte
		if err := rows.Scan(&h.Administration, &h.Role, (*uuid.UUID)(&h.Scope), &id, &key, &blob, &h.Claimed, &h.Granted); err != nil {
			return nil, nil, fmt.Errorf("holdings: %w", err)
		}
		out, who = append(out, h), append(who, sealedRow(id, key, blob))
	}
	if err := rows.Err(); err != nil {
		return nil, nil, fmt.Errorf("holdings: %w", err)
	}
	return out, who, nil
}

// rolesOf gives, of the officers in ids, the roles that they hold in a part of an
// administration or in the whole.
func rolesOf(ctx context.Context, tx *postgres.Tx, administration uuid.UUID, scope Scope, ids []office.ID) (map[office.ID][]Role, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT DISTINCT officer, role
		FROM civic.role
		WHERE administration = $1 AND scope IN ($2, $3) AND officer = ANY ($4::uuid[])
		ORDER BY officer, role`, administration, uuid.Nil, uuid.UUID(scope), pq.Array(texts(ids)))
	if err != nil {
		return nil, fmt.Errorf("roles of officers: %w", err)
	}
	defer rows.Close()
	out := map[office.ID][]Role{}
	for rows.Next() {
		var id uuid.UUID
		var role Role
		if err := rows.Scan(&id, &role); err != nil {
			return nil, fmt.Errorf("roles of officers: %w", err)
		}
		out[office.ID(id)] = append(out[office.ID(id)], role)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("roles of officers: %w", err)
	}
	return out, nil
}

// endScope removes the roles held in a part of an administration.
func endScope(ctx context.Context, tx *postgres.Tx, scope Scope) error {
	_, err := tx.ExecContext(ctx, `
		DELETE FROM civic.role
		WHERE scope = $1 AND scope <> $2`, uuid.UUID(scope), uuid.Nil)
	if err != nil {
		return fmt.Errorf("end roles of a scope: %w", err)
	}
	return nil
}
