package pseudonym

import (
	"context"
	"time"

	"github.com/google/uuid"

	"delfi/internal/platform/postgres"
)

// ending is a key that is marked destroyed.
type ending struct {
	consultation uuid.UUID
	scope        scope
}

// see stores when a process was last seen; within one minute it writes nothing.
func see(ctx context.Context, tx *postgres.Tx, process uuid.UUID, minute time.Time) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.process AS p (id, seen)
		VALUES ($1, $2)
		ON CONFLICT (id) DO UPDATE SET seen = excluded.seen
		WHERE p.seen < excluded.seen`,
		process, minute)
	return err
}

func forgetProcess(ctx context.Context, tx *postgres.Tx, process uuid.UUID) error {
	_, err := tx.ExecContext(ctx, `
		DELETE FROM civic.process
		WHERE id = $1`, process)
	return err
}

// processesSince counts the processes that were seen since.
func processesSince(ctx context.Context, tx *postgres.Tx, since time.Time) (n int, err error) {
	err = tx.GetContext(ctx, &n, `
		SELECT count(*)
		FROM civic.process
		WHERE seen >= $1`, since)
	return n, err
}

func forgetProcesses(ctx context.Context, tx *postgres.Tx, before time.Time) error {
	_, err := tx.ExecContext(ctx, `
		DELETE FROM civic.process
		WHERE seen < $1`, before)
	return err
}

// unconfirmed lists the destroyed keys whose end a process has not confirmed.
func unconfirmed(ctx context.Context, tx *postgres.Tx, process uuid.UUID) ([]ending, error) {
	rows, err := tx.QueryxContext(ctx, `
		SELECT k.consultation, k.scope
		FROM civic.key_check AS k
		WHERE k.destroyed AND NOT EXISTS (
			SELECT 1
			FROM civic.key_confirmed AS c
			WHERE c.consultation = k.consultation AND c.scope = k.scope AND c.process = $1)
		ORDER BY k.consultation, k.scope`,
		process)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []ending
	for rows.Next() {
		var e ending
		if err := rows.Scan(&e.consultation, &e.scope); err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, rows.Err()
}

func confirm(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, sc scope, process uuid.UUID) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.key_confirmed (consultation, scope, process)
		VALUES ($1, $2, $3)
		ON CONFLICT DO NOTHING`,
		consultation, string(sc), process)
	return err
}

// countEnd counts who confirmed the end of a key, and who of the known processes
// did not: those seen since still live, the others are not waited for.
func countEnd(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, sc scope, since time.Time) (End, error) {
	var e End
	err := tx.QueryRowxContext(ctx, `
		SELECT
			(SELECT count(*) FROM civic.key_confirmed WHERE consultation = $1 AND scope = $2),
			count(*) FILTER (WHERE p.seen >= $3),
			count(*) FILTER (WHERE p.seen < $3)
		FROM civic.process AS p
		WHERE NOT EXISTS (
			SELECT 1
			FROM civic.key_confirmed AS c
			WHERE c.consultation = $1 AND c.scope = $2 AND c.process = p.id)`,
		consultation, string(sc), since).Scan(&e.Processes, &e.Waiting, &e.Unconfirmed)
	return e, err
}
