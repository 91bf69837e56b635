package blob

import (
	"context"
	"fmt"

	"delfi/internal/platform/postgres"
)

// useLock is the advisory lock between rows that refer to blobs and sweeps.
const useLock = 0x64656c6669626c6f

// Use lets a transaction write rows that refer to the blob: it is there, and no sweep
// removes it before the transaction has ended. NotFound "no_blob" when it is gone.
func Use(ctx context.Context, tx *postgres.Tx, s Store, d Digest) error {
	if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock_shared($1)`, useLock); err != nil {
		return fmt.Errorf("blob: use: %w", err)
	}
	return s.Touch(ctx, d)
}

// Alone keeps transactions from Use until this one has ended: a sweep reads which blobs
// rows refer to, and removes the others.
func Alone(ctx context.Context, tx *postgres.Tx) error {
	if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, useLock); err != nil {
		return fmt.Errorf("blob: sweep: %w", err)
	}
	return nil
}
