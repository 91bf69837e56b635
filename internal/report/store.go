package report

import (
	"context"
	"database/sql"
	"errors"

	"github.com/google/uuid"

	"delfi/internal/postgres"
)

// stored is one version of an opinion as it lies; the zero value is none.
type stored struct {
	version  int
	document string
	hash     string
}

// latest gives the newest version.
func latest(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) (stored, error) {
	var s stored
	err := tx.QueryRowxContext(ctx, `
		SELECT version, document, hash
		FROM civic.opinion
		WHERE consultation = $1
		ORDER BY version DESC
		LIMIT 1`,
		consultation).Scan(&s.version, &s.document, &s.hash)
	if errors.Is(err, sql.ErrNoRows) {
		return stored{}, nil
	}
	return s, err
}

// insertOpinion keeps a version; those before it keep their hashes alone.
func insertOpinion(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, version int, document []byte, hash string) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.opinion (consultation, version, document, hash, published_at)
		VALUES ($1, $2, $3, $4, $5)`,
		consultation, version, string(document), hash, tx.Now)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		UPDATE civic.opinion
		SET document = ''
		WHERE consultation = $1 AND version < $2`,
		consultation, version)
	return err
}
