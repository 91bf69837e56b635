package tabulation

import (
	"context"
	"database/sql"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"delfi/internal/platform/postgres"
	"delfi/internal/pseudonym"
)

// steady keeps ballots from being written anew while they are read. It is the first
// statement of a transaction that reads them beside other things: rows of a table
// that was exchanged are invisible to a snapshot older than the exchange, and this
// statement alone takes its lock before there is a snapshot.
func steady(ctx context.Context, tx *postgres.Tx) error {
	_, err := tx.ExecContext(ctx, `LOCK TABLE panel.ballot, panel.panelist IN ACCESS SHARE MODE`)
	return err
}

// eachBallot streams the ballots that count, as they lie: nothing that is made of
// them may depend on that. Blobs lie in their rows' order, and fetched in another
// each would be sought for.
func eachBallot(ctx context.Context, tx *postgres.Tx, consultation, round uuid.UUID, visit visitor) error {
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
func scanBallots(rows *sqlx.Rows, visit visitor) error {
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
