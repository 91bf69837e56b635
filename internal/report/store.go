package report

import (
	"context"
	"database/sql"
	"errors"

	"github.com/google/uuid"

	"delfi/internal/postgres"
)

func insertOpinion(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, version int, document []byte, hash string) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.opinion (consultation, version, document, hash, published_at)
		VALUES ($1, $2, $3, $4, $5)`,
		consultation, version, string(document), hash, tx.Now)
	return err
}

// findOpinion gives the latest version's bytes; nil when there is none.
func findOpinion(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) ([]byte, error) {
	var document string
	err := tx.QueryRowxContext(ctx, `
		SELECT document
		FROM civic.opinion
		WHERE consultation = $1
		ORDER BY version DESC
		LIMIT 1`,
		consultation).Scan(&document)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return []byte(document), err
}
