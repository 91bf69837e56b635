package administration

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"delfi/internal/platform/postgres"
)

func putFirstCode(ctx context.Context, tx *postgres.Tx, hash []byte) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.first_code (hash)
		VALUES ($1)
		ON CONFLICT ON CONSTRAINT first_code_pkey
		DO UPDATE SET hash = excluded.hash`, hash)
	if err != nil {
		return fmt.Errorf("put first code: %w", err)
	}
	return nil
}

// firstOpen tells whether a code waits, and no administration is there.
func firstOpen(ctx context.Context, tx *postgres.Tx) (bool, error) {
	var open bool
	err := tx.QueryRowContext(ctx, `
		SELECT EXISTS (SELECT FROM civic.first_code) AND NOT EXISTS (SELECT FROM civic.administration)`).Scan(&open)
	if err != nil {
		return false, fmt.Errorf("first open: %w", err)
	}
	return open, nil
}

// lockFirstCode gives the hash of the code that waits, nil when none does. Two at once
// use it one after the other.
func lockFirstCode(ctx context.Context, tx *postgres.Tx) ([]byte, error) {
	var hash []byte
	err := tx.QueryRowContext(ctx, `
		SELECT hash
		FROM civic.first_code
		FOR UPDATE`).Scan(&hash)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("first code: %w", err)
	}
	return hash, nil
}

func dropFirstCode(ctx context.Context, tx *postgres.Tx) error {
	if _, err := tx.ExecContext(ctx, `
		DELETE FROM civic.first_code`); err != nil {
		return fmt.Errorf("drop first code: %w", err)
	}
	return nil
}
