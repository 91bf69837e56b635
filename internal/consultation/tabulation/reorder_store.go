package tabulation

import (
	"context"

	"delfi/internal/platform/postgres"
)

// written counts a partition's rows and the transactions that wrote them.
func written(ctx context.Context, tx *postgres.Tx, part string) (rows, authors int, err error) {
	err = tx.QueryRowxContext(ctx, `
		SELECT count(*), count(DISTINCT xmin::text)
		FROM panel.`+part).Scan(&rows, &authors)
	return rows, authors, err
}

// rewriteOpen copies an open round's ballots, drafts included, into a new table in the
// order of ids.
func rewriteOpen(ctx context.Context, tx *postgres.Tx, part, with string) error {
	_, err := tx.ExecContext(ctx, `
		CREATE TABLE panel.`+part+`_new (LIKE panel.ballot INCLUDING ALL) `+with+`;
		INSERT INTO panel.`+part+`_new (round, panelist, sealed, draft)
		SELECT round, panelist, sealed, draft
		FROM panel.`+part+`
		ORDER BY panelist`)
	return err
}
