package ballot

import (
	"context"
	"database/sql"
	"encoding/hex"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"delfi/internal/consultation"
	"delfi/internal/platform/postgres"
	"delfi/internal/pseudonym"
)

// row is one ballot as it lies in the table: two blobs, either nil.
type row struct{ sealed, draft []byte }

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

// rounds are those of which somebody's own ballots are read: one, and the answering
// round before it, or uuid.Nil.
type rounds struct{ now, before uuid.UUID }

// own are one panelist's rows of two rounds; empty where there is none.
type own struct{ now, before row }

// ballotsOf gives some panelists' rows of two rounds.
func ballotsOf(ctx context.Context, tx *postgres.Tx, of rounds, panelists []pseudonym.Panelist) (map[pseudonym.Panelist]own, error) {
	ids := make([][]byte, len(panelists))
	for i := range panelists {
		ids[i] = panelists[i][:]
	}
	rows, err := tx.QueryxContext(ctx, `
		SELECT panelist, round = $1, sealed, draft
		FROM panel.ballot
		WHERE round IN ($1, $2) AND panelist = ANY($3)`,
		of.now, of.before, pq.ByteaArray(ids))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := make(map[pseudonym.Panelist]own, len(panelists))
	for rows.Next() {
		var id []byte
		var now bool
		var b row
		if err := rows.Scan(&id, &now, &b.sealed, &b.draft); err != nil {
			return nil, err
		}
		o := found[pseudonym.Panelist(id)]
		if now {
			o.now = b
		} else {
			o.before = b
		}
		found[pseudonym.Panelist(id)] = o
	}
	return found, rows.Err()
}

// seated is a row beside whose it is.
type seated struct {
	seat pseudonym.Seat
	row  row
	born bool // with it the panelist's own row
}

// saveBallots writes rows, and the panelists' own that are born with them, in the
// order in which they are given: that of ids. Blobs go in one piece that Postgres cuts,
// since it reads an array letter by letter.
func saveBallots(ctx context.Context, tx *postgres.Tx, round consultation.Round, rows []seated) error {
	if len(rows) == 0 {
		return nil
	}
	ids, groups, born := make([][]byte, len(rows)), make([]string, len(rows)), make([]bool, len(rows))
	var places [4][]int64 // where each one's blobs begin, from 1, and how long they are
	for k := range places {
		places[k] = make([]int64, 0, len(rows))
	}
	size := 0
	for _, r := range rows {
		size += len(r.row.sealed) + len(r.row.draft)
	}
	blobs := make([]byte, 0, size)
	for i, r := range rows {
		ids[i], groups[i], born[i] = r.seat.Panelist[:], r.seat.Group, r.born
		for k, blob := range [][]byte{r.row.sealed, r.row.draft} {
			places[2*k] = append(places[2*k], int64(len(blobs)+1))
			places[2*k+1] = append(places[2*k+1], int64(len(blob)))
			blobs = append(blobs, blob...)
		}
	}
	_, err := tx.ExecContext(ctx, `
		WITH written AS (
			SELECT *
			FROM unnest($3::bytea[], $4::text[], $5::bool[], $7::int[], $8::int[], $9::int[], $10::int[])
				AS written (panelist, grp, born, sealed_at, sealed, draft_at, draft)
		), ballots AS (
			INSERT INTO panel.ballot (round, panelist, sealed, draft)
			SELECT $1, panelist,
				CASE WHEN sealed > 0 THEN substring($6::bytea FROM sealed_at FOR sealed) END,
				CASE WHEN draft > 0 THEN substring($6::bytea FROM draft_at FOR draft) END
			FROM written
			ON CONFLICT (round, panelist) DO UPDATE
			SET sealed = excluded.sealed, draft = excluded.draft
		)
		INSERT INTO panel.panelist (consultation, id, grp)
		SELECT $2, panelist, grp
		FROM written
		WHERE born
		ON CONFLICT (consultation, id) DO NOTHING`,
		round.ID, round.Consultation, pq.ByteaArray(ids), pq.StringArray(groups), pq.BoolArray(born), blobs,
		pq.Int64Array(places[0]), pq.Int64Array(places[1]), pq.Int64Array(places[2]), pq.Int64Array(places[3]))
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

// ballotPart and panelistPart name partitions: fixed words and hex digits, which
// is why they may stand in DDL.
func ballotPart(round uuid.UUID) string { return "ballot_" + hex.EncodeToString(round[:]) }
func panelistPart(consultation uuid.UUID) string {
	return "panelist_" + hex.EncodeToString(consultation[:])
}

// beside lets blobs that fit a page lie in it beside their ids: writing each into a
// second table, with an index, costs several times as much.
const beside = "WITH (toast_tuple_target = 8160)"

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
		CREATE TABLE panel.`+part+`_new (LIKE panel.ballot INCLUDING ALL) `+beside+`;
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
