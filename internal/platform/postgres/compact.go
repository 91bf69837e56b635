package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/lib/pq"
)

// Compact notes that tables held what nobody shall read any more: dead rows of people's
// acts, words that were removed. CompactDue drops it. VACUUM alone would free the room of
// dead rows and leave their bytes in it, with who wrote them when.
func Compact(ctx context.Context, tx *Tx, tables ...string) error {
	for _, t := range tables {
		if _, err := tx.ExecContext(ctx, `
			INSERT INTO civic.compaction (tbl, since)
			VALUES ($1, pg_current_xact_id())
			ON CONFLICT ON CONSTRAINT compaction_pkey
			DO UPDATE SET since = excluded.since`, t); err != nil {
			return fmt.Errorf("note that %s is to be compacted: %w", t, err)
		}
	}
	return nil
}

// ErrInUse is of a table that others used each time it was tried.
var ErrInUse = errors.New("a dump or another long transaction reads it: what it held lies in its file until it is compacted")

// A table that is in use is waited for a moment, since everybody waits behind, and tried
// again after a pause.
const (
	compactTries = 5
	compactWait  = "400ms"
	compactPause = time.Second
)

// CompactDue writes the tables that were noted into new files, indexes included, and drops
// the old files; each is locked meanwhile. Rows that
// somebody's snapshot still needs come along, and the table stays noted. So does one that is
// in use: ErrInUse.
//
//	Compact ── noted ──CompactDue, hourly──▶ a new file
func (db *DB) CompactDue(ctx context.Context) error {
	var due []string
	if err := db.pool.SelectContext(ctx, &due, `SELECT tbl FROM civic.compaction ORDER BY tbl`); err != nil {
		return fmt.Errorf("tables to compact: %w", err)
	}
	var errs []error
	for _, t := range due {
		if err := db.compact(ctx, t); err != nil {
			errs = append(errs, fmt.Errorf("compact %s: %w", t, err))
		}
	}
	return errors.Join(errs...)
}

func (db *DB) compact(ctx context.Context, table string) (err error) {
	// Before it is written: a snapshot that is not younger than the note sees what is to go. A
	// note that a dump brought along may have a number that is to come.
	var since string
	var needed bool
	err = db.pool.QueryRowxContext(ctx, `
		SELECT since::text, since < pg_snapshot_xmax(pg_current_snapshot()) AND EXISTS (
			SELECT
			FROM pg_stat_activity
			WHERE (datname = current_database() OR datname IS NULL) AND age(backend_xmin) >= age(since::xid)
			UNION ALL
			SELECT
			FROM pg_replication_slots
			WHERE age(xmin) >= age(since::xid))
		FROM civic.compaction
		WHERE tbl = $1`, table).Scan(&since, &needed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // somebody else has compacted it meanwhile
	}
	if err != nil {
		return err
	}
	conn, err := db.pool.Connx(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	var alone bool
	if err := conn.GetContext(ctx, &alone, `SELECT pg_try_advisory_lock(hashtextextended('compact ' || $1, 0))`, table); err != nil || !alone {
		return err // another server or job compacts it
	}
	defer func() {
		_, failed := conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock(hashtextextended('compact ' || $1, 0))`, table)
		err = errors.Join(err, failed)
	}()
	if _, err := conn.ExecContext(ctx, `SET lock_timeout = '`+compactWait+`'`); err != nil {
		return err
	}
	defer func() {
		_, failed := conn.ExecContext(context.WithoutCancel(ctx), `RESET lock_timeout`)
		err = errors.Join(err, failed)
	}()
	for try := 1; ; try++ {
		_, err := conn.ExecContext(ctx, `VACUUM (FULL) `+table)
		if err == nil {
			break
		}
		if !lockTimeout(err) {
			return err
		}
		if try == compactTries {
			return ErrInUse
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(compactPause):
		}
	}
	if needed {
		return nil
	}
	_, err = conn.ExecContext(ctx, `
		DELETE FROM civic.compaction
		WHERE tbl = $1 AND since = $2::xid8`, table, since)
	return err
}

// lockTimeout tells whether a lock was not granted in time.
func lockTimeout(err error) bool {
	var e *pq.Error
	return errors.As(err, &e) && e.Code == "55P03"
}
