package steering

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/google/uuid"

	"delfi/internal/platform/postgres"
)

// importClass sets the holds of imports apart from other advisory locks ("deli").
const importClass = 0x64656c69

// hold takes the hold of an import on one connection, for as long as that lives.
func hold(ctx context.Context, conn *sql.Conn, id uuid.UUID) error {
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock($1::int, hashtext($2))`, importClass, id.String()); err != nil {
		return fmt.Errorf("hold import: %w", err)
	}
	return nil
}

func letGo(ctx context.Context, conn *sql.Conn, id uuid.UUID) error {
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_unlock($1::int, hashtext($2))`, importClass, id.String()); err != nil {
		return fmt.Errorf("let go of import: %w", err)
	}
	return nil
}

// unheld takes the hold of an import until the transaction ends; false when another has it.
func unheld(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (bool, error) {
	var taken bool
	if err := tx.GetContext(ctx, &taken, `SELECT pg_try_advisory_xact_lock($1::int, hashtext($2))`, importClass, id.String()); err != nil {
		return false, fmt.Errorf("hold import: %w", err)
	}
	return taken, nil
}
