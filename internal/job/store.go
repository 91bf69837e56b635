package job

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"delfi/internal/postgres"
)

// waits tells whether an equal job waits for the same instant.
func waits(ctx context.Context, tx *postgres.Tx, kind string, args []byte, at time.Time) (bool, error) {
	var found bool
	err := tx.GetContext(ctx, &found, `
		SELECT EXISTS (
			SELECT 1
			FROM queue.river_job
			WHERE kind = $1
			  AND args = $2::jsonb
			  AND scheduled_at = $3
			  AND state IN ('available', 'scheduled', 'retryable')
		)`, kind, string(args), at)
	if err != nil {
		return false, fmt.Errorf("job %s: %w", kind, err)
	}
	return found, nil
}

// claimed is a job that Drain has taken.
type claimed struct {
	ID   int64  `db:"id"`
	Kind string `db:"kind"`
	Args []byte `db:"args"`
}

// claim takes the job that has been due the longest; the zero job when none is.
func claim(ctx context.Context, tx *postgres.Tx) (claimed, error) {
	var j claimed
	err := tx.GetContext(ctx, &j, `
		UPDATE queue.river_job
		SET state = 'running', attempt = attempt + 1, attempted_at = $1
		WHERE id = (
			SELECT id
			FROM queue.river_job
			WHERE state IN ('available', 'scheduled', 'retryable')
			  AND scheduled_at <= $1
			ORDER BY scheduled_at, id
			LIMIT 1
			FOR UPDATE SKIP LOCKED
		)
		RETURNING id, kind, args`, tx.Now)
	if errors.Is(err, sql.ErrNoRows) {
		return claimed{}, nil
	}
	if err != nil {
		return claimed{}, fmt.Errorf("job: claim: %w", err)
	}
	return j, nil
}

// settle puts a job that Drain has worked away, or back for a later try.
func settle(ctx context.Context, tx *postgres.Tx, id int64, done bool) error {
	query := `
		UPDATE queue.river_job
		SET state = 'completed', finalized_at = $2
		WHERE id = $1`
	if !done {
		query = `
		UPDATE queue.river_job
		SET state = 'retryable', scheduled_at = $2
		WHERE id = $1`
	}
	if _, err := tx.ExecContext(ctx, query, id, tx.Now); err != nil {
		return fmt.Errorf("job: settle: %w", err)
	}
	return nil
}
