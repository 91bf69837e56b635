package tabulation

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"delfi/internal/platform/postgres"
	"delfi/internal/pseudonym"
)

// ballotVersions visits the versions of the rows of a round's ballots. Every row of
// Postgres has them, and its blob, which is elsewhere, is not looked at.
func ballotVersions(ctx context.Context, tx *postgres.Tx, round uuid.UUID, visit func(pseudonym.Panelist, version) error) error {
	rows, err := tx.QueryxContext(ctx, `
		SELECT panelist, xmin, ctid
		FROM panel.ballot
		WHERE round = $1 AND sealed IS NOT NULL`,
		round)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id, xmin, ctid sql.RawBytes
		if err := rows.Scan(&id, &xmin, &ctid); err != nil {
			return err
		}
		v, err := parseVersion(xmin, ctid)
		if err != nil {
			return err
		}
		if err := visit(pseudonym.Panelist(id), v); err != nil {
			return err
		}
	}
	return rows.Err()
}

// parseVersion reads an xid and a ctid, "(page,line)", as Postgres writes them.
func parseVersion(xmin, ctid []byte) (version, error) {
	var numbers [3]uint32
	n := 0
	for _, text := range [][]byte{xmin, {','}, ctid} {
		for _, c := range text {
			switch {
			case c >= '0' && c <= '9':
				numbers[n] = numbers[n]*10 + uint32(c-'0')
			case c == ',' && n < 2:
				n++
			}
		}
	}
	if n != 2 {
		return version{}, fmt.Errorf("a row lies at %q", ctid)
	}
	return version{xid: numbers[0], page: numbers[1], line: uint16(numbers[2])}, nil
}

// someBallots is eachBallot for some panelists.
func someBallots(ctx context.Context, tx *postgres.Tx, consultation, round uuid.UUID, ids [][]byte, visit visitor) error {
	rows, err := tx.QueryxContext(ctx, `
		SELECT b.panelist, p.grp, b.sealed
		FROM panel.ballot AS b
		JOIN panel.panelist AS p ON p.consultation = $1 AND p.id = b.panelist
		WHERE b.round = $2 AND b.panelist = ANY($3) AND b.sealed IS NOT NULL`,
		consultation, round, pq.ByteaArray(ids))
	if err != nil {
		return err
	}
	return scanBallots(rows, visit)
}
