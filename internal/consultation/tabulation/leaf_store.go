package tabulation

import (
	"context"
	"database/sql"
	"fmt"
	"io"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"delfi/internal/ledger/leaf"
	"delfi/internal/platform/postgres"
)

// chunkLeaves is how many leaves lie in one row: some 100 KB, so that neither
// writing nor reading a table of any size holds much of it.
const chunkLeaves = 4096

// insertLeaves keeps a table's leaves, piece by piece.
func insertLeaves(ctx context.Context, tx *postgres.Tx, round uuid.UUID, table string, b leaf.Built) error {
	for from, chunk := 0, 0; from < b.N(); from, chunk = from+chunkLeaves, chunk+1 {
		if _, err := tx.ExecContext(ctx, `
			INSERT INTO civic.leaves (round, tbl, chunk, lines)
			VALUES ($1, $2, $3, $4)`,
			round, table, chunk, b.Lines(from, min(from+chunkLeaves, b.N()))); err != nil {
			return err
		}
	}
	return nil
}

// writeLeaves streams the lines of a table's leaves.
func writeLeaves(ctx context.Context, tx *postgres.Tx, round uuid.UUID, table string, w io.Writer) error {
	rows, err := tx.QueryxContext(ctx, `
		SELECT lines
		FROM civic.leaves
		WHERE round = $1 AND tbl = $2
		ORDER BY chunk`,
		round, table)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var lines sql.RawBytes
		if err := rows.Scan(&lines); err != nil {
			return err
		}
		if _, err := w.Write(lines); err != nil {
			return err
		}
	}
	return rows.Err()
}

// publicClosings lists the public closings of a consultation. The state of the round is
// asked for here, so that nothing of an open or closing one can be had.
func publicClosings(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) ([]Public, error) {
	rows, err := tx.QueryxContext(ctx, `
		SELECT r.id, r.number, c.tick, c.root IS NULL, c.salt <> '',
			ARRAY(SELECT t.id FROM civic.count_table AS t WHERE t.round = c.round AND t.tick = c.tick ORDER BY t.place)
		FROM civic.round AS r
		JOIN civic.closing AS c ON c.round = r.id
		WHERE r.consultation = $1 AND r.state = 'released'
		ORDER BY r.number, c.tick`,
		consultation)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Public
	for rows.Next() {
		var p Public
		var interim bool
		if err := rows.Scan(&p.id, &p.Round, &p.place, &interim, &p.Salted, (*pq.StringArray)(&p.Tables)); err != nil {
			return nil, err
		}
		if interim {
			p.Tick = p.place
		}
		out = append(out, p)
	}
	return out, rows.Err()
}

// paperText gives one document of a closing.
func paperText(ctx context.Context, tx *postgres.Tx, p Public, paper string) (string, error) {
	var text string
	err := tx.QueryRowxContext(ctx, `
		SELECT CASE $3
			WHEN 'items.json' THEN c.items
			WHEN 'counts.json' THEN c.counts
			WHEN 'feedback.json' THEN f.document
			WHEN 'tally' THEN c.tally
			WHEN 'heads' THEN c.heads
			WHEN 'superseded' THEN c.superseded
			WHEN 'salt' THEN c.salt
		END
		FROM civic.closing AS c
		JOIN civic.feedback AS f ON f.round = c.round AND f.tick = c.tick
		WHERE c.round = $1 AND c.tick = $2`,
		p.id, p.place, paper).Scan(&text)
	if err != nil {
		return "", fmt.Errorf("%s of round %d: %w", paper, p.Round, err)
	}
	return text, nil
}
