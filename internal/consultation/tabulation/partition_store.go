package tabulation

import (
	"context"
	"encoding/hex"

	"github.com/google/uuid"

	"delfi/internal/platform/postgres"
)

// ballotPart and panelistPart name partitions: fixed words and hex digits, which
// is why they may stand in DDL.
func ballotPart(round uuid.UUID) string { return "ballot_" + hex.EncodeToString(round[:]) }

func panelistPart(consultation uuid.UUID) string {
	return "panelist_" + hex.EncodeToString(consultation[:])
}

// beside lets blobs that fit a page lie in it beside their ids: writing each into a
// second table, with an index, costs several times as much.
const inline = "WITH (toast_tuple_target = 8160)"

// partition makes a partition of parent for one id unless it is there. It is
// attached instead of created in place because that takes the weaker lock, which
// lets other rounds' ballots pass.
func partition(ctx context.Context, tx *postgres.Tx, parent, part, with string, id uuid.UUID) error {
	there, err := relationExists(ctx, tx, part)
	if err != nil || there {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		CREATE TABLE panel.`+part+` (LIKE panel.`+parent+` INCLUDING ALL) `+with+`;
		ALTER TABLE panel.`+parent+` ATTACH PARTITION panel.`+part+` FOR VALUES IN ('`+id.String()+`')`)
	return err
}

// relationExists reads the catalogue's rows: a name looked up by to_regclass may be answered
// from a cache that is as old as the transaction, before its lock was granted.
func relationExists(ctx context.Context, tx *postgres.Tx, part string) (bool, error) {
	var there bool
	err := tx.QueryRowxContext(ctx, `
		SELECT EXISTS (
			SELECT 1
			FROM pg_catalog.pg_class AS c
			JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
			WHERE n.nspname = 'panel' AND c.relname = $1)`, part).Scan(&there)
	return there, err
}

// lockPartitions lets one transaction at a time make or remake partitions.
func lockPartitions(ctx context.Context, tx *postgres.Tx) error {
	_, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('panel partitions', 0))`)
	return err
}

// rewritePanelists copies a panel into a new table in the order of ids; swapPartition puts
// it in the old one's place.
func rewritePanelists(ctx context.Context, tx *postgres.Tx, part string) error {
	_, err := tx.ExecContext(ctx, `
		CREATE TABLE panel.`+part+`_new (LIKE panel.panelist INCLUDING ALL);
		INSERT INTO panel.`+part+`_new (consultation, id, grp)
		SELECT consultation, id, grp
		FROM panel.`+part+`
		ORDER BY id`)
	return err
}

// swapPartition puts part_new in the place of a partition.
func swapPartition(ctx context.Context, tx *postgres.Tx, parent, part string, id uuid.UUID) error {
	return replacePartition(ctx, tx, parent, part, part+"_new", id)
}

func replacePartition(ctx context.Context, tx *postgres.Tx, parent, part, by string, id uuid.UUID) error {
	_, err := tx.ExecContext(ctx, `
		DROP TABLE panel.`+part+`;
		ALTER TABLE panel.`+by+` RENAME TO `+part+`;
		ALTER TABLE panel.`+parent+` ATTACH PARTITION panel.`+part+` FOR VALUES IN ('`+id.String()+`')`)
	return err
}

// lockParents keeps ballots of all rounds out for the moment of a swap or drop.
// Ballots take the two in this order too. A wait is bounded, since everybody
// queues behind it; the job comes again.
func lockParents(ctx context.Context, tx *postgres.Tx) error {
	_, err := tx.ExecContext(ctx, `
		SET LOCAL lock_timeout = '3s';
		LOCK TABLE ONLY panel.ballot IN ACCESS EXCLUSIVE MODE;
		LOCK TABLE ONLY panel.panelist IN ACCESS EXCLUSIVE MODE`)
	return err
}

func dropPartition(ctx context.Context, tx *postgres.Tx, part string) error {
	_, err := tx.ExecContext(ctx, `DROP TABLE IF EXISTS panel.`+part+`, panel.`+copyOf(part))
	return err
}
