package report

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"delfi/internal/platform/postgres"
	"delfi/internal/report/schema"
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

// summaries gives the summaries of the newest versions, as their documents have them.
func summaries(ctx context.Context, tx *postgres.Tx) (map[uuid.UUID]schema.Summary, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT DISTINCT ON (consultation) consultation, summary
		FROM civic.opinion
		ORDER BY consultation, version DESC`)
	if err != nil {
		return nil, fmt.Errorf("summaries: %w", err)
	}
	defer rows.Close()
	out := map[uuid.UUID]schema.Summary{}
	for rows.Next() {
		var id uuid.UUID
		var text string
		if err := rows.Scan(&id, &text); err != nil {
			return nil, fmt.Errorf("summaries: %w", err)
		}
		var s schema.Summary
		if err := json.Unmarshal([]byte(text), &s); err != nil {
			return nil, fmt.Errorf("summary of opinion %s: %w", id, err)
		}
		out[id] = s
	}
	return out, rows.Err()
}

// insertOpinion keeps a version; those before it keep their hashes alone.
func insertOpinion(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, version int, document []byte, summary, hash string) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.opinion (consultation, version, document, summary, hash, published_at)
		VALUES ($1, $2, $3, $4, $5, $6)`,
		consultation, version, string(document), summary, hash, tx.Now)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		UPDATE civic.opinion
		SET document = ''
		WHERE consultation = $1 AND version < $2`,
		consultation, version)
	if err != nil || version == 1 {
		return err
	}
	return postgres.Compact(ctx, tx, "civic.opinion") // a later version may lack what was removed
}
