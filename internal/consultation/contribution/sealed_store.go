package contribution

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"delfi/internal/platform/postgres"
	"delfi/internal/pseudonym"
)

// sealedTable names the table of a round's sealed contributions: a fixed word and hex
// digits, which is why it may stand in a statement.
func sealedTable(round uuid.UUID) string { return "sealed_" + hex.EncodeToString(round[:]) }

// createSealed makes a round's table.
func createSealed(ctx context.Context, tx *postgres.Tx, round uuid.UUID) error {
	_, err := tx.ExecContext(ctx, `CREATE TABLE civic.`+sealedTable(round)+` (LIKE civic.sealed INCLUDING ALL)`)
	if err != nil {
		return fmt.Errorf("synthesis: make room: %w", err)
	}
	return nil
}

// dropSealed drops a round's table: its file goes, and no dead row stays anywhere.
func dropSealed(ctx context.Context, tx *postgres.Tx, round uuid.UUID) error {
	_, err := tx.ExecContext(ctx, `DROP TABLE IF EXISTS civic.`+sealedTable(round))
	if err != nil {
		return fmt.Errorf("synthesis: drop sealed: %w", err)
	}
	return nil
}

// findSealed gives an author's blob; nil when there is none.
func findSealed(ctx context.Context, tx *postgres.Tx, round uuid.UUID, author pseudonym.Author) ([]byte, error) {
	var blob []byte
	err := tx.QueryRowxContext(ctx, `
		SELECT blob
		FROM civic.`+sealedTable(round)+`
		WHERE author = $1`, author[:]).Scan(&blob)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("synthesis: find sealed: %w", err)
	}
	return blob, nil
}

// noTable tells whether a statement met a table that a closing has dropped.
func noTable(err error) bool {
	var e *pq.Error
	return errors.As(err, &e) && e.Code == "42P01" // undefined_table
}

// putSealed stores an author's blob in the place of the one before.
func putSealed(ctx context.Context, tx *postgres.Tx, round uuid.UUID, author pseudonym.Author, blob []byte) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.`+sealedTable(round)+` (author, blob)
		VALUES ($1, $2)
		ON CONFLICT (author) DO UPDATE SET blob = excluded.blob`, author[:], blob)
	if err != nil {
		return fmt.Errorf("synthesis: put sealed: %w", err)
	}
	return nil
}

// eachSealed visits every author's blob of a round.
func eachSealed(ctx context.Context, tx *postgres.Tx, round uuid.UUID, visit func(pseudonym.Author, []byte) error) error {
	rows, err := tx.QueryContext(ctx, `
		SELECT author, blob
		FROM civic.`+sealedTable(round)+`
		ORDER BY author`)
	if err != nil {
		return fmt.Errorf("synthesis: read sealed: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var author, blob sql.RawBytes
		if err := rows.Scan(&author, &blob); err != nil {
			return fmt.Errorf("synthesis: read sealed: %w", err)
		}
		if err := visit(pseudonym.Author(author), blob); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("synthesis: read sealed: %w", err)
	}
	return nil
}

// countSealed counts a round's authors, and the transactions that wrote their rows.
func countSealed(ctx context.Context, tx *postgres.Tx, round uuid.UUID) (authors, writers int, err error) {
	err = tx.QueryRowxContext(ctx, `
		SELECT count(*), count(DISTINCT xmin::text)
		FROM civic.`+sealedTable(round)).Scan(&authors, &writers)
	if err != nil {
		return 0, 0, fmt.Errorf("synthesis: count sealed: %w", err)
	}
	return authors, writers, nil
}

// rewriteSealed writes a round's rows anew in the order of their ids, in a table that
// takes the place of theirs.
func rewriteSealed(ctx context.Context, tx *postgres.Tx, round uuid.UUID) error {
	table := sealedTable(round)
	_, err := tx.ExecContext(ctx, `
		CREATE TABLE civic.`+table+`_new (LIKE civic.sealed INCLUDING ALL);
		INSERT INTO civic.`+table+`_new (author, blob)
		SELECT author, blob
		FROM civic.`+table+`
		ORDER BY author;
		DROP TABLE civic.`+table+`;
		ALTER TABLE civic.`+table+`_new RENAME TO `+table)
	if err != nil {
		return fmt.Errorf("synthesis: rewrite sealed: %w", err)
	}
	return nil
}

// addContributions stores pending contributions in the given order.
func addContributions(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, list []Contribution) error {
	const most = 1000 // in one statement: a few megabytes
	for len(list) > 0 {
		part := list[:min(most, len(list))]
		list = list[len(part):]
		aliases, bodies, languages := make([][]byte, len(part)), make([]string, len(part)), make([]string, len(part))
		which := make([]uuid.UUID, len(part))
		for i, c := range part {
			which[i], aliases[i], bodies[i], languages[i] = c.ID, c.Alias.ID[:], c.Body, c.Language
		}
		_, err := tx.ExecContext(ctx, `
			INSERT INTO civic.contribution (id, consultation, alias, body, language)
			SELECT id, $1, alias, body, language
			FROM unnest($2::uuid[], $3::bytea[], $4::text[], $5::text[]) WITH ORDINALITY AS c (id, alias, body, language, place)
			ORDER BY place`,
			consultation, pq.Array(ids(which)), pq.ByteaArray(aliases), pq.StringArray(bodies), pq.StringArray(languages))
		if err != nil {
			return fmt.Errorf("synthesis: add contributions: %w", err)
		}
	}
	return nil
}
