package private

import (
	"context"

	"delfi/internal/platform/postgres"
)

// createDatabase makes the database of Delfi, unless it is there. CREATE
// DATABASE runs outside transactions, and nobody else is about to make it: the
// caller holds the folder's lock.
func createDatabase(ctx context.Context, db *postgres.DB) error {
	var there bool
	err := db.Pool().GetContext(ctx, &there, `
		SELECT EXISTS (
			SELECT FROM pg_database
			WHERE datname = $1
		)`, Database)
	if err != nil || there {
		return err
	}
	_, err = db.Pool().ExecContext(ctx, `CREATE DATABASE `+Database)
	return err
}
