package tabulation

import (
	"context"

	"delfi/internal/platform/postgres"
)

// written counts a partition's rows, and tells whether some lie as they came: those that were
// written anew have the transaction that made their table.
func written(ctx context.Context, tx *postgres.Tx, part string) (rows int, fresh bool, err error) {
	err = tx.QueryRowxContext(ctx, `
		SELECT count(*), coalesce(bool_or(r.xmin::text <> c.xmin::text), false)
		FROM panel.`+part+` AS r
		CROSS JOIN pg_catalog.pg_class AS c
		WHERE c.oid = $1::regclass`, "panel."+part).Scan(&rows, &fresh)
	return rows, fresh, err
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
