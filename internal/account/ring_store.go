package account

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"delfi/internal/platform/postgres"
)

// keyRow is what the database knows of a key of people's data.
type keyRow struct {
	id    uuid.UUID
	value []byte
	state keyState
}

// shareKeys keeps the keys as they are until the transaction ends.
func shareKeys(ctx context.Context, tx *postgres.Tx) error {
	if _, err := tx.ExecContext(ctx, `
		SELECT pg_advisory_xact_lock_shared(hashtextextended('keys of people', 0))`); err != nil {
		return fmt.Errorf("share keys: %w", err)
	}
	return nil
}

// lockKeys lets one transaction at a time change them, while nobody seals.
func lockKeys(ctx context.Context, tx *postgres.Tx) error {
	if _, err := tx.ExecContext(ctx, `
		SELECT pg_advisory_xact_lock(hashtextextended('keys of people', 0))`); err != nil {
		return fmt.Errorf("lock keys: %w", err)
	}
	return nil
}

// keyRows lists the keys, the current one first.
func keyRows(ctx context.Context, tx *postgres.Tx) ([]keyRow, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT id, value, state
		FROM civic.identity_key
		ORDER BY state <> 'current', id`)
	if err != nil {
		return nil, fmt.Errorf("identity keys: %w", err)
	}
	defer rows.Close()
	var out []keyRow
	for rows.Next() {
		var k keyRow
		if err := rows.Scan(&k.id, &k.value, &k.state); err != nil {
			return nil, fmt.Errorf("identity keys: %w", err)
		}
		out = append(out, k)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("identity keys: %w", err)
	}
	return out, nil
}

func insertKey(ctx context.Context, tx *postgres.Tx, k keyRow) error {
	if _, err := tx.ExecContext(ctx, `
		INSERT INTO civic.identity_key (id, value, state)
		VALUES ($1, $2, $3)`, k.id, k.value, k.state); err != nil {
		return fmt.Errorf("insert identity key: %w", err)
	}
	return nil
}

// newKeys counts the keys in use that are none of the given ones: by what stands under
// such a key nothing is found.
const newKeys = `(SELECT count(*) FROM civic.identity_key AS k WHERE k.state <> 'spent' AND k.id <> ALL ($2::uuid[]))`

// moveKeys gives the keys of one state another.
func moveKeys(ctx context.Context, tx *postgres.Tx, from, to keyState) error {
	if _, err := tx.ExecContext(ctx, `
		UPDATE civic.identity_key
		SET state = $2
		WHERE state = $1`, from, to); err != nil {
		return fmt.Errorf("move identity keys: %w", err)
	}
	return nil
}

func dropKey(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	if _, err := tx.ExecContext(ctx, `
		DELETE FROM civic.identity_key
		WHERE id = $1 AND state = 'spent'`, id); err != nil {
		return fmt.Errorf("drop identity key: %w", err)
	}
	return nil
}

// protected counts the rows that each key protects: accounts, officers and what waits.
func protected(ctx context.Context, tx *postgres.Tx) (map[uuid.UUID]int, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT key, count(*)
		FROM (
			SELECT key FROM civic.account
			UNION ALL
			SELECT key FROM civic.officer
			UNION ALL
			SELECT key FROM civic.waiting) AS held
		GROUP BY key`)
	if err != nil {
		return nil, fmt.Errorf("protected rows: %w", err)
	}
	defer rows.Close()
	out := map[uuid.UUID]int{}
	for rows.Next() {
		var id uuid.UUID
		var n int
		if err := rows.Scan(&id, &n); err != nil {
			return nil, fmt.Errorf("protected rows: %w", err)
		}
		out[id] = n
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("protected rows: %w", err)
	}
	return out, nil
}
