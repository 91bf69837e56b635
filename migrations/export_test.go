package migrations

import (
	"context"

	"delfi/internal/platform/postgres"
)

// UpTo applies the migrations up to a number, for a test of the next one.
func UpTo(ctx context.Context, db *postgres.DB, number int64) error {
	p, err := provider(db.Pool().DB)
	if err != nil {
		return err
	}
	_, err = p.UpTo(ctx, number)
	return err
}
