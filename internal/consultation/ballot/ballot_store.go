package ballot

import (
	"context"

	"github.com/google/uuid"
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
