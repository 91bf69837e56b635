package ballot

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"delfi/internal/postgres"
	"delfi/internal/pseudonym"
)

// row is one ballot as it lies in the table: two blobs, either nil.
type row struct{ sealed, draft []byte }

// lockBallots lets one transaction at a time work on each ballot, also while it
// has no row. Ids come in ascending order, so that two batches never wait for
// each other in a circle.
func lockBallots(ctx context.Context, tx *postgres.Tx, round uuid.UUID, ids [][]byte) error {
	_, err := tx.ExecContext(ctx, `
		SELECT pg_advisory_xact_lock(hashtextextended(encode(id, 'hex'), hashtextextended($1::text, 0)))
		FROM unnest($2::bytea[]) WITH ORDINALITY AS asked (id, place)
		ORDER BY place`,
		round.String(), pq.ByteaArray(ids))
	return err
}

// findBallots gives the rows that there are among some ballots of a round.
func findBallots(ctx context.Context, tx *postgres.Tx, round uuid.UUID, ids [][]byte) (map[pseudonym.Panelist]row, error) {
	rows, err := tx.QueryxContext(ctx, `
		SELECT panelist, sealed, draft
		FROM panel.ballot
		WHERE round = $1 AND panelist = ANY($2)`,
		round, pq.ByteaArray(ids))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := make(map[pseudonym.Panelist]row, len(ids))
	for rows.Next() {
		var id []byte
		var b row
		if err := rows.Scan(&id, &b.sealed, &b.draft); err != nil {
			return nil, err
		}
		found[pseudonym.Panelist(id)] = b
	}
	return found, rows.Err()
}

// steady keeps ballots from being written anew while they are read. It is the first
// statement of a transaction that reads them beside other things: rows of a table
// that was exchanged are invisible to a snapshot older than the exchange, and this
// statement alone takes its lock before there is a snapshot.
func steady(ctx context.Context, tx *postgres.Tx) error {
	_, err := tx.ExecContext(ctx, `LOCK TABLE panel.ballot, panel.panelist IN ACCESS SHARE MODE`)
	return err
}

// ballotsOf gives a panelist's rows of some rounds, by round.
func ballotsOf(ctx context.Context, tx *postgres.Tx, p pseudonym.Panelist, rounds ...uuid.UUID) (map[uuid.UUID]row, error) {
	asked := make([]string, len(rounds))
	for i, r := range rounds {
		asked[i] = r.String()
	}
	found, err := tx.QueryxContext(ctx, `
		SELECT round, sealed, draft
		FROM panel.ballot
		WHERE round = ANY($1::uuid[]) AND panelist = $2`,
		pq.StringArray(asked), p[:])
	if err != nil {
		return nil, err
	}
	defer found.Close()
	out := make(map[uuid.UUID]row, len(rounds))
	for found.Next() {
		var round uuid.UUID
		var b row
		if err := found.Scan(&round, &b.sealed, &b.draft); err != nil {
			return nil, err
		}
		out[round] = b
	}
	return out, found.Err()
}

// seated is a row beside whose it is.
type seated struct {
	seat pseudonym.Seat
	row  row
}

// saveBallots writes rows in the order in which they are given: that of ids.
func saveBallots(ctx context.Context, tx *postgres.Tx, round uuid.UUID, rows []seated) error {
	if len(rows) == 0 {
		return nil
	}
	ids, sealed, drafts := make([][]byte, len(rows)), make([][]byte, len(rows)), make([][]byte, len(rows))
	for i, r := range rows {
		ids[i], sealed[i], drafts[i] = r.seat.Panelist[:], r.row.sealed, r.row.draft
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO panel.ballot (round, panelist, sealed, draft)
		SELECT $1, panelist, nullif(sealed, ''), nullif(draft, '') -- an array of the driver's holds no NULL
		FROM unnest($2::bytea[], $3::bytea[], $4::bytea[]) AS written (panelist, sealed, draft)
		ON CONFLICT (round, panelist) DO UPDATE
		SET sealed = excluded.sealed, draft = excluded.draft`,
		round, pq.ByteaArray(ids), pq.ByteaArray(sealed), pq.ByteaArray(drafts))
	return err
}

// bearPanelists writes the panelists' own rows, in the order of ids.
func bearPanelists(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, rows []seated) error {
	if len(rows) == 0 {
		return nil
	}
	ids, groups := make([][]byte, len(rows)), make([]string, len(rows))
	for i, r := range rows {
		ids[i], groups[i] = r.seat.Panelist[:], r.seat.Group
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO panel.panelist (consultation, id, grp)
		SELECT $1, id, grp
		FROM unnest($2::bytea[], $3::text[]) AS born (id, grp)
		ON CONFLICT (consultation, id) DO NOTHING`,
		consultation, pq.ByteaArray(ids), pq.StringArray(groups))
	return err
}

// eachBallot streams the ballots that count, as they lie: nothing that is made of
// them may depend on that. Blobs lie in their rows' order, and fetched in another
// each would be sought for.
func eachBallot(ctx context.Context, tx *postgres.Tx, consultation, round uuid.UUID, visit taker) error {
	rows, err := tx.QueryxContext(ctx, `
		SELECT b.panelist, p.grp, b.sealed
		FROM panel.ballot AS b
		JOIN panel.panelist AS p ON p.consultation = $1 AND p.id = b.panelist
		WHERE b.round = $2 AND b.sealed IS NOT NULL`,
		consultation, round)
	if err != nil {
		return err
	}
	return scanBallots(rows, visit)
}

// scanBallots reads ballots from rows of (panelist, group, sealed).
func scanBallots(rows *sqlx.Rows, visit taker) error {
	defer rows.Close()
	groups := map[string]string{} // one string for all who are of a group
	for rows.Next() {
		var id, group, sealed sql.RawBytes
		if err := rows.Scan(&id, &group, &sealed); err != nil {
			return err
		}
		of, known := groups[string(group)]
		if !known {
			of = string(group)
			groups[of] = of
		}
		if err := visit(pseudonym.Panelist(id), of, sealed); err != nil {
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
// table in the order of ids; swap puts it in the old one's place. Blobs that fit a
// page lie beside their ids, since they are not changed any more: writing each into
// a second table, with an index, takes three times as long.
func rewriteBallots(ctx context.Context, tx *postgres.Tx, part string) error {
	_, err := tx.ExecContext(ctx, `
		LOCK TABLE panel.`+part+` IN SHARE MODE;
		CREATE TABLE panel.`+part+`_new (LIKE panel.ballot INCLUDING ALL) WITH (toast_tuple_target = 8160);
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
