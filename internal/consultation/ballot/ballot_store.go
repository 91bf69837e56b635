package ballot

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"delfi/internal/postgres"
	"delfi/internal/pseudonym"
)

// row is one ballot as it lies in the table: two blobs, either nil.
type row struct{ sealed, draft []byte }

// lockBallot lets one request at a time work on one ballot, also while it has no row.
func lockBallot(ctx context.Context, tx *postgres.Tx, round uuid.UUID, p pseudonym.Panelist) error {
	_, err := tx.ExecContext(ctx, `
		SELECT pg_advisory_xact_lock(hashtextextended(encode($2::bytea, 'hex'), hashtextextended($1::text, 0)))`,
		round.String(), p[:])
	return err
}

// findBallot gives a ballot's row; an empty one when there is none.
func findBallot(ctx context.Context, tx *postgres.Tx, round uuid.UUID, p pseudonym.Panelist) (row, error) {
	var b row
	err := tx.QueryRowxContext(ctx, `
		SELECT sealed, draft
		FROM panel.ballot
		WHERE round = $1 AND panelist = $2`,
		round, p[:]).Scan(&b.sealed, &b.draft)
	if errors.Is(err, sql.ErrNoRows) {
		return row{}, nil
	}
	return b, err
}

func saveBallot(ctx context.Context, tx *postgres.Tx, round uuid.UUID, p pseudonym.Panelist, b row) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO panel.ballot (round, panelist, sealed, draft)
		VALUES ($1, $2, $3, $4)
		ON CONFLICT (round, panelist) DO UPDATE
		SET sealed = excluded.sealed, draft = excluded.draft`,
		round, p[:], b.sealed, b.draft)
	return err
}

func bearPanelist(ctx context.Context, tx *postgres.Tx, seat pseudonym.Seat) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO panel.panelist (consultation, id, grp)
		VALUES ($1, $2, $3)
		ON CONFLICT (consultation, id) DO NOTHING`,
		seat.Consultation, seat.Panelist[:], seat.Group)
	return err
}

// eachBallot streams the ballots that count, in the order of panelists' ids.
func eachBallot(ctx context.Context, tx *postgres.Tx, consultation, round uuid.UUID, visit func(p pseudonym.Panelist, group string, sealed []byte) error) error {
	rows, err := tx.QueryxContext(ctx, `
		SELECT b.panelist, p.grp, b.sealed
		FROM panel.ballot AS b
		JOIN panel.panelist AS p ON p.consultation = $1 AND p.id = b.panelist
		WHERE b.round = $2 AND b.sealed IS NOT NULL
		ORDER BY b.panelist`,
		consultation, round)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id, sealed sql.RawBytes
		var group string
		if err := rows.Scan(&id, &group, &sealed); err != nil {
			return err
		}
		if err := visit(pseudonym.Panelist(id), group, sealed); err != nil {
			return err
		}
	}
	return rows.Err()
}

// countBallots counts the ballots that count.
func countBallots(ctx context.Context, tx *postgres.Tx, round uuid.UUID) (int, error) {
	var n int
	err := tx.QueryRowxContext(ctx, `
		SELECT count(*)
		FROM panel.ballot
		WHERE round = $1 AND sealed IS NOT NULL`,
		round).Scan(&n)
	return n, err
}

// missingPartition tells whether an insert found no partition for its row.
func missingPartition(err error) bool {
	var e *pq.Error
	// 23514 is check_violation; a real CHECK has a name, a missing partition none.
	return errors.As(err, &e) && e.Code == "23514" && e.Constraint == ""
}

// ballotPart and panelistPart name partitions: fixed words and hex digits, which
// is why they may stand in DDL.
func ballotPart(round uuid.UUID) string { return "ballot_" + hex.EncodeToString(round[:]) }
func panelistPart(consultation uuid.UUID) string {
	return "panelist_" + hex.EncodeToString(consultation[:])
}

// partition makes a partition of parent for one id unless it is there. It is
// attached instead of created in place because that takes the weaker lock, which
// lets other rounds' ballots pass.
func partition(ctx context.Context, tx *postgres.Tx, parent, part string, id uuid.UUID) error {
	there, err := relationExists(ctx, tx, part)
	if err != nil || there {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		CREATE TABLE panel.`+part+` (LIKE panel.`+parent+` INCLUDING ALL);
		ALTER TABLE panel.`+parent+` ATTACH PARTITION panel.`+part+` FOR VALUES IN ('`+id.String()+`')`)
	return err
}

func relationExists(ctx context.Context, tx *postgres.Tx, part string) (bool, error) {
	var there bool
	err := tx.QueryRowxContext(ctx, `SELECT to_regclass('panel.' || $1) IS NOT NULL`, part).Scan(&there)
	return there, err
}

// lockPartitions lets one transaction at a time make or remake partitions.
func lockPartitions(ctx context.Context, tx *postgres.Tx) error {
	_, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('panel partitions', 0))`)
	return err
}

// rewriteBallots copies a closed round's ballots, without drafts, into a new
// table in the order of ids; swap puts it in the old one's place.
func rewriteBallots(ctx context.Context, tx *postgres.Tx, part string) error {
	_, err := tx.ExecContext(ctx, `
		LOCK TABLE panel.`+part+` IN SHARE MODE;
		CREATE TABLE panel.`+part+`_new (LIKE panel.ballot INCLUDING ALL);
		INSERT INTO panel.`+part+`_new (round, panelist, sealed, draft)
		SELECT round, panelist, sealed, NULL
		FROM panel.`+part+`
		WHERE sealed IS NOT NULL
		ORDER BY panelist`)
	return err
}

func rewritePanelists(ctx context.Context, tx *postgres.Tx, part string) error {
	_, err := tx.ExecContext(ctx, `
		CREATE TABLE panel.`+part+`_new (LIKE panel.panelist INCLUDING ALL);
		INSERT INTO panel.`+part+`_new (consultation, id, grp)
		SELECT consultation, id, grp
		FROM panel.`+part+`
		ORDER BY id`)
	return err
}

func swapPartition(ctx context.Context, tx *postgres.Tx, parent, part string, id uuid.UUID) error {
	_, err := tx.ExecContext(ctx, `
		DROP TABLE panel.`+part+`;
		ALTER TABLE panel.`+part+`_new RENAME TO `+part+`;
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
	_, err := tx.ExecContext(ctx, `DROP TABLE IF EXISTS panel.`+part)
	return err
}
