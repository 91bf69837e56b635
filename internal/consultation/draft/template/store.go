package template

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"delfi/internal/consultation/draft/form"
	"delfi/internal/platform/postgres"
)

// lock lets one template of an administration be saved at a time.
func lock(ctx context.Context, tx *postgres.Tx, administration uuid.UUID) error {
	if _, err := tx.ExecContext(ctx, `
		SELECT pg_advisory_xact_lock(hashtextextended('draft_template ' || $1::text, 0))`, administration); err != nil {
		return fmt.Errorf("template: lock: %w", err)
	}
	return nil
}

func insert(ctx context.Context, tx *postgres.Tx, t Template) error {
	document, err := t.Form.Document()
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `
		INSERT INTO civic.draft_template (id, administration, name, form)
		VALUES ($1, $2, $3, $4)`, t.ID, t.Administration, t.Name, document); err != nil {
		return fmt.Errorf("template: insert: %w", err)
	}
	return nil
}

func list(ctx context.Context, tx *postgres.Tx, administration uuid.UUID) ([]Template, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT id, administration, name, form
		FROM civic.draft_template
		WHERE administration = $1
		ORDER BY name`, administration)
	if err != nil {
		return nil, fmt.Errorf("template: list: %w", err)
	}
	defer rows.Close()
	var all []Template
	for rows.Next() {
		t, err := scan(rows.Scan)
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("template: list: %w", err)
	}
	return all, nil
}

func find(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (Template, error) {
	t, err := scan(tx.QueryRowContext(ctx, `
		SELECT id, administration, name, form
		FROM civic.draft_template
		WHERE id = $1`, id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return t, errGone
	}
	return t, err
}

func scan(row func(...any) error) (Template, error) {
	var t Template
	var document string
	if err := row(&t.ID, &t.Administration, &t.Name, &document); err != nil {
		return t, fmt.Errorf("template: read: %w", err)
	}
	var err error
	t.Form, err = form.Parse(document)
	return t, err
}

func remove(ctx context.Context, tx *postgres.Tx, administration, id uuid.UUID) error {
	if _, err := tx.ExecContext(ctx, `
		DELETE FROM civic.draft_template
		WHERE administration = $1
		AND id = $2`, administration, id); err != nil {
		return fmt.Errorf("template: remove: %w", err)
	}
	return nil
}
