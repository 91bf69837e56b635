package lifecycle

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/platform/postgres"
)

// Minority reads a consultation's; the zero one where nobody wrote anything.
func Minority(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (consultation.Minority, error) {
	var row struct {
		Draft   string       `db:"draft"`
		Text    string       `db:"text"`
		ShownAt sql.NullTime `db:"shown_at"`
		Reason  string       `db:"reason"`
	}
	err := tx.GetContext(ctx, &row, `
		SELECT draft, text, shown_at, reason
		FROM civic.minority
		WHERE consultation = $1`, id)
	if errors.Is(err, sql.ErrNoRows) {
		return consultation.Minority{}, nil
	}
	if err != nil {
		return consultation.Minority{}, fmt.Errorf("minority: %w", err)
	}
	return consultation.Minority{Draft: row.Draft, Text: row.Text, ShownAt: row.ShownAt.Time, Reason: row.Reason}, nil
}

func SaveMinority(ctx context.Context, tx *postgres.Tx, id uuid.UUID, m consultation.Minority) error {
	shown := sql.Null[time.Time]{V: m.ShownAt, Valid: !m.ShownAt.IsZero()}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.minority (consultation, draft, text, shown_at, reason)
		VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (consultation) DO UPDATE
		SET draft = excluded.draft, text = excluded.text, shown_at = excluded.shown_at, reason = excluded.reason`,
		id, m.Draft, m.Text, shown, m.Reason)
	if err != nil {
		return fmt.Errorf("minority: %w", err)
	}
	return nil
}

// RedactMinority stores a report from which words were removed: they go from the file too.
func RedactMinority(ctx context.Context, tx *postgres.Tx, id uuid.UUID, m consultation.Minority) error {
	if err := SaveMinority(ctx, tx, id, m); err != nil {
		return err
	}
	return postgres.Compact(ctx, tx, "civic.minority")
}
