package tabulation

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/platform/postgres"
)

// copyOf names the table into which a closed round's rows are copied.
func copyOf(part string) string { return part + "_copy" }

// makeCopy makes an empty copy of a partition, in the place of one that a server left when
// it died. Its check is that of the partition: attached with it, the rows are not read again.
func makeCopy(ctx context.Context, tx *postgres.Tx, parent, part, with, key string, id uuid.UUID) error {
	_, err := tx.ExecContext(ctx, `
		DROP TABLE IF EXISTS panel.`+copyOf(part)+`;
		CREATE TABLE panel.`+copyOf(part)+` (LIKE panel.`+parent+` INCLUDING ALL) `+with+`;
		ALTER TABLE panel.`+copyOf(part)+` ADD CONSTRAINT part_check CHECK (`+key+` = '`+id.String()+`')`)
	return err
}

// oldestXID is the oldest transaction that may still write what the present one does not
// see.
func oldestXID(ctx context.Context, tx *postgres.Tx) (string, error) {
	var xid string
	err := tx.QueryRowxContext(ctx, `SELECT pg_snapshot_xmin(pg_current_snapshot())::xid::text`).Scan(&xid)
	return xid, err
}

// copyBallots copies the next 30 MB or so of a closed round's ballots, without drafts. The
// round, which all rows have, lets the key give them in their order: without it each piece
// would read and sort them all.
func copyBallots(ctx context.Context, tx *postgres.Tx, part string, round uuid.UUID) (int, error) {
	done, err := tx.ExecContext(ctx, `
		INSERT INTO panel.`+copyOf(part)+` (round, panelist, sealed, draft)
		SELECT round, panelist, sealed, NULL
		FROM panel.`+part+`
		WHERE round = $1 AND sealed IS NOT NULL AND panelist > coalesce((
			SELECT panelist
			FROM panel.`+copyOf(part)+`
			WHERE round = $1
			ORDER BY panelist DESC
			LIMIT 1), '')
		ORDER BY panelist
		LIMIT 10000`, round)
	if err != nil {
		return 0, err
	}
	n, err := done.RowsAffected()
	return int(n), err
}

// copyPanelists copies the next panelists, in the key's order as ballots are.
func copyPanelists(ctx context.Context, tx *postgres.Tx, part string, consultation uuid.UUID) (int, error) {
	done, err := tx.ExecContext(ctx, `
		INSERT INTO panel.`+copyOf(part)+` (consultation, id, grp)
		SELECT consultation, id, grp
		FROM panel.`+part+`
		WHERE consultation = $1 AND id > coalesce((
			SELECT id
			FROM panel.`+copyOf(part)+`
			WHERE consultation = $1
			ORDER BY id DESC
			LIMIT 1), '')
		ORDER BY id
		LIMIT 50000`, consultation)
	if err != nil {
		return 0, err
	}
	n, err := done.RowsAffected()
	return int(n), err
}

// catchUpPanelists gives the copy who came since its beginning, found by their age, and
// takes out who left; a million rows are passed in some tenths of a second.
func catchUpPanelists(ctx context.Context, tx *postgres.Tx, part, horizon string) error {
	if _, err := tx.ExecContext(ctx, `
		INSERT INTO panel.`+copyOf(part)+` (consultation, id, grp)
		SELECT consultation, id, grp
		FROM panel.`+part+`
		WHERE age(xmin) <= age('`+horizon+`'::xid)
		ORDER BY id
		ON CONFLICT (consultation, id) DO NOTHING`); err != nil {
		return err
	}
	var left bool
	if err := tx.QueryRowxContext(ctx, `
		SELECT (SELECT count(*) FROM panel.`+copyOf(part)+`) > (SELECT count(*) FROM panel.`+part+`)`).Scan(&left); err != nil || !left {
		return err
	}
	_, err := tx.ExecContext(ctx, `
		DELETE FROM panel.`+copyOf(part)+` AS c
		WHERE NOT EXISTS (SELECT 1 FROM panel.`+part+` AS p WHERE p.consultation = c.consultation AND p.id = c.id)`)
	return err
}

// swapCopy puts a copy in the place of its partition.
func swapCopy(ctx context.Context, tx *postgres.Tx, parent, part string, id uuid.UUID) error {
	if err := replacePartition(ctx, tx, parent, part, copyOf(part), id); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `ALTER TABLE panel.`+part+` DROP CONSTRAINT part_check`)
	return err
}
