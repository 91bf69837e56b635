package ledger

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"delfi/internal/postgres"
)

// sequencing is the advisory lock under which numbers are given ("delfi" in ASCII).
const sequencing = 0x64656c6669

func add(ctx context.Context, tx *postgres.Tx, e Entry) error {
	if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(sequencing)); err != nil {
		return fmt.Errorf("entry lock: %w", err)
	}
	// A statement of its own after the lock: at READ COMMITTED it sees what the
	// holder before us committed.
	_, err := tx.ExecContext(ctx, `
		INSERT INTO record.entry (sequence, consultation, type, role, name, kind, target, reason, body, minute)
		SELECT coalesce(max(sequence), 0) + 1, $1, $2, $3, $4, $5, $6, $7, $8, $9
		FROM record.entry`,
		e.Consultation, e.Type, e.Role, e.Name, e.Kind, e.Target, e.Reason, e.Body, e.Minute)
	if err != nil {
		return fmt.Errorf("entry %s/%s: %w", e.Type, e.Kind, err)
	}
	return nil
}

func of(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) ([]Entry, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT sequence, consultation, type, role, name, kind, target, reason, body, minute
		FROM record.entry
		WHERE consultation = $1
		ORDER BY sequence`, consultation)
	if err != nil {
		return nil, fmt.Errorf("entries: %w", err)
	}
	defer rows.Close()
	var out []Entry
	for rows.Next() {
		var e Entry
		if err := rows.Scan(&e.Sequence, &e.Consultation, &e.Type, &e.Role, &e.Name, &e.Kind, &e.Target, &e.Reason, &e.Body, &e.Minute); err != nil {
			return nil, fmt.Errorf("entries: %w", err)
		}
		e.Minute = e.Minute.UTC()
		out = append(out, e)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("entries: %w", err)
	}
	return out, nil
}
