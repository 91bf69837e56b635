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

func secretariesOf(ctx context.Context, tx *postgres.Tx, ids ...uuid.UUID) (map[uuid.UUID][]Member, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT space, grp, officer, place, name, office, since, until
		FROM civic.secretary
		WHERE space = ANY ($1)
		ORDER BY space, place`, pq.Array(ids))
	if err != nil {
		return nil, fmt.Errorf("secretaries: %w", err)
	}
	defer rows.Close()
	out := map[uuid.UUID][]Member{}
	for rows.Next() {
		var id uuid.UUID
		m := Member{Role: office.Secretary}
		var until sql.NullTime
		if err := rows.Scan(&id, &m.Group, (*uuid.UUID)(&m.ID), &m.Place, &m.Name, &m.Office, &m.Since, &until); err != nil {
			return nil, fmt.Errorf("secretaries: %w", err)
		}
		if m.Since = m.Since.UTC(); until.Valid {
			m.Until = until.Time.UTC()
		}
		out[id] = append(out[id], m)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("secretaries: %w", err)
	}
	return out, nil
}

func insertSecretary(ctx context.Context, tx *postgres.Tx, id uuid.UUID, m Member) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.secretary (space, grp, place, officer, name, office, since)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		id, m.Group, m.Place, uuid.UUID(m.ID), m.Name, m.Office, m.Since.Format(time.DateOnly))
	if err != nil {
		return fmt.Errorf("appoint secretary: %w", err)
	}
	return nil
}

// endSecretary sets the day on which a secretary serves no more.
func endSecretary(ctx context.Context, tx *postgres.Tx, id uuid.UUID, m Member) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE civic.secretary
		SET until = $3
		WHERE space = $1 AND place = $2`, id, m.Place, m.Until.Format(time.DateOnly))
	if err != nil {
		return fmt.Errorf("end service: %w", err)
	}
	return nil
}

func dropSecretary(ctx context.Context, tx *postgres.Tx, id uuid.UUID, place int) error {
	_, err := tx.ExecContext(ctx, `
		DELETE FROM civic.secretary
		WHERE space = $1 AND place = $2`, id, place)
	if err != nil {
		return fmt.Errorf("drop secretary: %w", err)
	}
	return nil
}
