package space

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
)

func insert(ctx context.Context, tx *postgres.Tx, sp Space) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.space (id, administration, phase, naming)
		VALUES ($1, $2, $3, $4)`,
		sp.ID, sp.Administration, sp.Phase, sp.Naming)
	if err != nil {
		return fmt.Errorf("space: %w", err)
	}
	return nil
}

// turn moves a space from one phase to another; one in any other phase stays.
func turn(ctx context.Context, tx *postgres.Tx, id uuid.UUID, from, to Phase) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE civic.space
		SET phase = $3
		WHERE id = $1 AND phase = $2`, id, from, to)
	if err != nil {
		return fmt.Errorf("space %s: %w", to, err)
	}
	return nil
}

// drop deletes a planned space, and tells whether there was one.
func drop(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (bool, error) {
	done, err := tx.ExecContext(ctx, `
		DELETE FROM civic.space
		WHERE id = $1 AND phase = 'planned'`, id)
	if err != nil {
		return false, fmt.Errorf("drop space: %w", err)
	}
	n, err := done.RowsAffected()
	return n == 1, err
}

func find(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (Space, error) {
	var sp Space
	err := tx.QueryRowContext(ctx, `
		SELECT id, administration, phase, naming
		FROM civic.space
		WHERE id = $1`, id).Scan(&sp.ID, &sp.Administration, &sp.Phase, &sp.Naming)
	if errors.Is(err, sql.ErrNoRows) {
		return Space{}, fault.New(fault.NotFound, "not_found", "there is no such space")
	}
	if err != nil {
		return Space{}, fmt.Errorf("space: %w", err)
	}
	return sp, nil
}

func of(ctx context.Context, tx *postgres.Tx, administration uuid.UUID) ([]uuid.UUID, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT id
		FROM civic.space
		WHERE administration = $1
		ORDER BY id`, administration)
	if err != nil {
		return nil, fmt.Errorf("space: list: %w", err)
	}
	defer rows.Close()
	var out []uuid.UUID
	for rows.Next() {
		var id uuid.UUID
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("space: list: %w", err)
		}
		out = append(out, id)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("space: list: %w", err)
	}
	return out, nil
}

func after(ctx context.Context, tx *postgres.Tx, id uuid.UUID, n int) ([]uuid.UUID, error) {
	var out []uuid.UUID
	err := tx.SelectContext(ctx, &out, `
		SELECT id
		FROM civic.space
		WHERE id > $1
		ORDER BY id
		LIMIT $2`, id, n)
	if err != nil {
		return nil, fmt.Errorf("spaces: %w", err)
	}
	return out, nil
}
