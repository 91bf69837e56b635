package job

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"delfi/internal/platform/postgres"
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

// waiting counts the jobs that are due and not begun.
func waiting(ctx context.Context, db *postgres.DB) (int, error) {
	var n int
	err := db.Pool().GetContext(ctx, &n, `
		SELECT count(*)
		FROM queue.river_job
		WHERE state IN ('available', 'scheduled', 'retryable')
		  AND scheduled_at <= $1`, db.Now())
	if err != nil {
		return 0, fmt.Errorf("jobs waiting: %w", err)
	}
	return n, nil
}

// beaconClass sets the beacons' advisory locks apart from others ("delf").
const beaconClass = 0x64656c66

// lock burns the beacon of a worker on one connection, for as long as that lives.
func lock(ctx context.Context, conn *sql.Conn, id string) error {
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock($1::int, hashtext($2))`, beaconClass, id); err != nil {
		return fmt.Errorf("job: beacon: %w", err)
	}
	return nil
}

// unlock puts it out.
func unlock(ctx context.Context, conn *sql.Conn, id string) error {
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_unlock($1::int, hashtext($2))`, beaconClass, id); err != nil {
		return fmt.Errorf("job: beacon: %w", err)
	}
	return nil
}

// abandoned lets every job be taken again whose worker's beacon is out. pg_locks
// shows a lock's two keys as unsigned classid and objid, with objsubid 2.
func abandoned(ctx context.Context, tx *postgres.Tx) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE queue.river_job j
		SET state = 'available'
		WHERE j.state = 'running'
		  AND NOT EXISTS (
			SELECT 1
			FROM pg_locks l
			JOIN pg_database d ON d.oid = l.database
			WHERE l.locktype = 'advisory'
			  AND d.datname = current_database()
			  AND l.classid = $1::bigint::oid
			  AND l.objsubid = 2
			  AND l.objid = (hashtext(j.attempted_by[array_upper(j.attempted_by, 1)])::bigint & 4294967295)::oid
		  )`, beaconClass)
	if err != nil {
		return fmt.Errorf("job: abandoned: %w", err)
	}
	return nil
}

// due lets every job be taken whose instant has come.
func due(ctx context.Context, tx *postgres.Tx) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE queue.river_job
		SET state = 'available'
		WHERE id IN (
			SELECT id
			FROM queue.river_job
			WHERE state IN ('scheduled', 'retryable')
			  AND scheduled_at <= $1
			FOR UPDATE SKIP LOCKED
		)`, tx.Now)
	if err != nil {
		return fmt.Errorf("job: due: %w", err)
	}
	return nil
}

// claimed is a job that Drain has taken.
type claimed struct {
	ID   int64  `db:"id"`
	Kind string `db:"kind"`
	Args []byte `db:"args"`
}

// claim takes the job that has been due the longest; the zero job when none is.
func claim(ctx context.Context, tx *postgres.Tx, by string) (claimed, error) {
	var j claimed
	err := tx.GetContext(ctx, &j, `
		UPDATE queue.river_job
		SET state = 'running', attempt = attempt + 1, attempted_at = $1, attempted_by = array_append(attempted_by, $2)
		WHERE id = (
			SELECT id
			FROM queue.river_job
			WHERE state IN ('available', 'scheduled', 'retryable')
			  AND scheduled_at <= $1
			ORDER BY scheduled_at, id
			LIMIT 1
			FOR UPDATE SKIP LOCKED
		)
		RETURNING id, kind, args`, tx.Now, by)
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
