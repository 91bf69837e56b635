package lifecycle

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/platform/postgres"
)

func InsertSuspension(ctx context.Context, tx *postgres.Tx, id uuid.UUID, reason string) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.suspension (consultation, since, reason)
		VALUES ($1, $2, $3)`, id, tx.Now, reason)
	if err != nil {
		return fmt.Errorf("suspension: %w", err)
	}
	return nil
}

func EndSuspension(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE civic.suspension
		SET until = $2
		WHERE consultation = $1 AND until IS NULL`, id, tx.Now)
	if err != nil {
		return fmt.Errorf("end of suspension: %w", err)
	}
	return nil
}

// suspendedDays counts the days of the suspensions that ended.
func SuspendedDays(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (int, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT since, until
		FROM civic.suspension
		WHERE consultation = $1 AND until IS NOT NULL
		ORDER BY since`, id)
	if err != nil {
		return 0, fmt.Errorf("suspended days: %w", err)
	}
	defer rows.Close()
	days := 0
	for rows.Next() {
		var since, until time.Time
		if err := rows.Scan(&since, &until); err != nil {
			return 0, fmt.Errorf("suspended days: %w", err)
		}
		days += consultation.WholeDays(until.Sub(since))
	}
	if err := rows.Err(); err != nil {
		return 0, fmt.Errorf("suspended days: %w", err)
	}
	return days, nil
}
