package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
)

// BallotBytes tells how long a sealed ballot of a round is.
func BallotBytes(ctx context.Context, db *sql.DB, round uuid.UUID) (n int, err error) {
	err = db.QueryRowContext(ctx, `
		SELECT octet_length(sealed)
		FROM panel.ballot
		WHERE round = $1 AND sealed IS NOT NULL
		LIMIT 1`, round.String()).Scan(&n)
	return n, err
}

// BallotsIn counts the ballots of a round that count.
func BallotsIn(ctx context.Context, db *sql.DB, round uuid.UUID) (n int, err error) {
	err = db.QueryRowContext(ctx, `
		SELECT count(*)
		FROM panel.ballot
		WHERE round = $1 AND sealed IS NOT NULL`, round.String()).Scan(&n)
	return n, err
}

// Sessions counts the sessions, and tells how long one is.
func Sessions(ctx context.Context, db *sql.DB) (n, size int, err error) {
	err = db.QueryRowContext(ctx, `
		SELECT count(*), coalesce(max(octet_length(data)), 0)
		FROM public.sessions`).Scan(&n, &size)
	return n, size, err
}

// Worked gives when the last finished job of a kind was begun and ended; false
// while none of them has.
func Worked(ctx context.Context, db *sql.DB, kind string, after time.Time) (time.Duration, bool, error) {
	var seconds float64
	err := db.QueryRowContext(ctx, `
		SELECT extract(epoch FROM finalized_at - attempted_at)
		FROM queue.river_job
		WHERE kind = $1 AND state = 'completed' AND attempted_at >= $2
		ORDER BY finalized_at DESC
		LIMIT 1`, kind, after).Scan(&seconds)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	return time.Duration(seconds * float64(time.Second)), err == nil, err
}

// Shown tells how long after the beginning of its closing a round's feedback was
// public; what the job does besides comes after.
func Shown(ctx context.Context, db *sql.DB, kind string, round uuid.UUID, after time.Time) (time.Duration, error) {
	var seconds float64
	err := db.QueryRowContext(ctx, `
		SELECT extract(epoch FROM r.released_at - j.attempted_at)
		FROM civic.round AS r, queue.river_job AS j
		WHERE r.id = $1 AND j.kind = $2 AND j.state = 'completed' AND j.attempted_at >= $3
		ORDER BY j.finalized_at DESC
		LIMIT 1`, round.String(), kind, after).Scan(&seconds)
	return time.Duration(seconds * float64(time.Second)), err
}

// Settings are what of the database's settings a reader must know.
func Settings(ctx context.Context, db *sql.DB) (version, shown string, err error) {
	if err := db.QueryRowContext(ctx, `SELECT current_setting('server_version')`).Scan(&version); err != nil {
		return "", "", err
	}
	var parts []string
	for _, name := range []string{"fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_wal_size", "wal_sync_method"} {
		var v string
		if err := db.QueryRowContext(ctx, `SELECT current_setting($1)`, name).Scan(&v); err != nil {
			return "", "", err
		}
		parts = append(parts, name+" "+v)
	}
	return version, strings.Join(parts, ", "), nil
}

// Widen lets more connections in at the next start of the cluster.
func Widen(ctx context.Context, db *sql.DB, connections int) error {
	_, err := db.ExecContext(ctx, fmt.Sprintf(`ALTER SYSTEM SET max_connections = %d`, connections))
	return err
}

// Clone copies a database that nobody is connected to.
func Clone(ctx context.Context, db *sql.DB, from, to string) error {
	_, err := db.ExecContext(ctx, fmt.Sprintf(`CREATE DATABASE %s TEMPLATE %s STRATEGY FILE_COPY`, to, from))
	return err
}

func Drop(ctx context.Context, db *sql.DB, name string) error {
	_, err := db.ExecContext(ctx, fmt.Sprintf(`DROP DATABASE %s WITH (FORCE)`, name))
	return err
}

// Calm writes what waits to be written, so that one case does not pay for another.
func Calm(ctx context.Context, db *sql.DB) error {
	_, err := db.ExecContext(ctx, `CHECKPOINT`)
	return err
}
