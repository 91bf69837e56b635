package pseudonym

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/platform/postgres"
)

// AddDeparted keeps the mark of somebody who left a panel (Mark), until its key ends.
func AddDeparted(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, mark []byte) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.departed_mark (consultation, mark)
		VALUES ($1, $2)
		ON CONFLICT DO NOTHING`,
		consultation, mark)
	return err
}

// AnyDeparted tells whether anybody has left a panel.
func AnyDeparted(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) (bool, error) {
	var some bool
	err := tx.QueryRowxContext(ctx, `
		SELECT EXISTS (SELECT 1 FROM civic.departed_mark WHERE consultation = $1)`,
		consultation).Scan(&some)
	return some, err
}

// Departed tells whether the person of a mark has left a panel.
func Departed(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, mark []byte) (bool, error) {
	var there bool
	err := tx.QueryRowxContext(ctx, `
		SELECT EXISTS (SELECT 1 FROM civic.departed_mark WHERE consultation = $1 AND mark = $2)`,
		consultation, mark).Scan(&there)
	return there, err
}

// forgetDeparted drops the marks of people who left, which mean nothing without the key.
func forgetDeparted(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) error {
	_, err := tx.ExecContext(ctx, `
		DELETE FROM civic.departed_mark
		WHERE consultation = $1`, consultation)
	return err
}
