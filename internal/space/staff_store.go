package space

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"delfi/internal/account/office"
	"delfi/internal/platform/postgres"
)

// dismiss deletes the staff that a planned space was to have.
func dismiss(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	_, err := tx.ExecContext(ctx, `
		DELETE FROM civic.staff
		WHERE space = $1`, id)
	if err != nil {
		return fmt.Errorf("dismiss staff: %w", err)
	}
	return nil
}

func appoint(ctx context.Context, tx *postgres.Tx, id uuid.UUID, m Member) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.staff (space, officer, role, place, name, office, since)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		id, uuid.UUID(m.ID), m.Role, m.Place, m.Name, m.Office, m.Since.Format(time.DateOnly))
	if err != nil {
		return fmt.Errorf("appoint staff: %w", err)
	}
	return nil
}

// end sets the day on which a member serves no more.
func end(ctx context.Context, tx *postgres.Tx, id uuid.UUID, m Member) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE civic.staff
		SET until = $3
		WHERE space = $1 AND place = $2`, id, m.Place, m.Until.Format(time.DateOnly))
	if err != nil {
		return fmt.Errorf("end service: %w", err)
	}
	return nil
}

func staffOf(ctx context.Context, tx *postgres.Tx, ids ...uuid.UUID) (map[uuid.UUID][]Member, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT space, officer, role, place, name, office, since, until
		FROM civic.staff
		WHERE space = ANY($1)
		ORDER BY space, place`, pq.Array(ids))
	if err != nil {
		return nil, fmt.Errorf("staff: %w", err)
	}
	defer rows.Close()
	out := map[uuid.UUID][]Member{}
	for rows.Next() {
		var id uuid.UUID
		var m Member
		var until sql.NullTime
		if err := rows.Scan(&id, (*uuid.UUID)(&m.ID), &m.Role, &m.Place, &m.Name, &m.Office, &m.Since, &until); err != nil {
			return nil, fmt.Errorf("staff: %w", err)
		}
		if m.Since = m.Since.UTC(); until.Valid {
			m.Until = until.Time.UTC()
		}
		out[id] = append(out[id], m)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("staff: %w", err)
	}
	return out, nil
}

func servedBy(ctx context.Context, tx *postgres.Tx, who office.ID, day time.Time) ([]uuid.UUID, error) {
	var out []uuid.UUID
	err := tx.SelectContext(ctx, &out, `
		SELECT space
		FROM civic.staff
		WHERE officer = $1 AND (until IS NULL OR until > $2)
		UNION
		SELECT space
		FROM civic.secretary
		WHERE officer = $1 AND (until IS NULL OR until > $2)
		ORDER BY space`, uuid.UUID(who), day.Format(time.DateOnly))
	if err != nil {
		return nil, fmt.Errorf("served spaces: %w", err)
	}
	return out, nil
}
