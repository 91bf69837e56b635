package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	_ "github.com/lib/pq" // the driver that the limits are measured with
)

// bareDB opens a pool that keeps n connections, with nothing of ours around lib/pq.
func bareDB(url string, n int) (*sql.DB, error) {
	db, err := sql.Open("postgres", url)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db, nil
}

// bareSessions is how many rows the bare handler reads among.
const bareSessions = 10000

// bareTables makes the tables that the limits are measured on: a session and a
// ballot as long as Delfi's, and nothing else.
func bareTables(ctx context.Context, db *sql.DB, session, ballot int) error {
	_, err := db.ExecContext(ctx, fmt.Sprintf(`
		CREATE SCHEMA IF NOT EXISTS bare;
		DROP TABLE IF EXISTS bare.session, bare.ballot;
		CREATE TABLE bare.session (token text PRIMARY KEY, data bytea NOT NULL, expiry timestamptz NOT NULL);
		CREATE TABLE bare.ballot (round uuid NOT NULL, voter bytea NOT NULL, sealed bytea NOT NULL, PRIMARY KEY (round, voter));
		ALTER TABLE bare.ballot ALTER COLUMN sealed SET STORAGE EXTERNAL;
		INSERT INTO bare.session (token, data, expiry)
		SELECT 's' || i, decode(repeat('5a', %[2]d), 'hex'), now() + interval '1 day' FROM generate_series(1, %[1]d) AS i;
		INSERT INTO bare.ballot (round, voter, sealed)
		SELECT '%[4]s', decode(lpad(to_hex(i), 32, '0'), 'hex'), decode(repeat('5a', %[3]d), 'hex') FROM generate_series(1, %[1]d) AS i;
		ANALYZE bare.session, bare.ballot`, bareSessions, session, ballot, bareRound))
	return err
}

// bareRound is a round for the bare ballots that are read.
const bareRound = "5d1f6a52-0c9e-4b6f-9d55-8f2c3a1b7e90"

// bareReads are the two reads of the bare answer form, prepared.
type bareReads struct{ session, ballot *sql.Stmt }

func prepareReads(ctx context.Context, db *sql.DB) (bareReads, error) {
	session, err := db.PrepareContext(ctx, `
		SELECT data
		FROM bare.session
		WHERE token = $1 AND expiry > now()`)
	if err != nil {
		return bareReads{}, err
	}
	ballot, err := db.PrepareContext(ctx, `
		SELECT sealed
		FROM bare.ballot
		WHERE round = $1 AND voter = decode(lpad(to_hex($2::int), 32, '0'), 'hex')`)
	return bareReads{session, ballot}, err
}

// read reads the session and the ballot of person n (1 …).
func (r bareReads) read(ctx context.Context, n int) error {
	var session, ballot []byte
	if err := r.session.QueryRowContext(ctx, fmt.Sprint("s", n)).Scan(&session); err != nil {
		return err
	}
	return r.ballot.QueryRowContext(ctx, bareRound, n).Scan(&ballot)
}

// writer is one connection that writes rows, each in a transaction of its own.
type writer struct {
	conn *sql.Conn
	stmt *sql.Stmt
}

func newWriters(ctx context.Context, db *sql.DB, n int, statement string) ([]writer, error) {
	out := make([]writer, n)
	for i := range out {
		conn, err := db.Conn(ctx)
		if err != nil {
			return nil, err
		}
		stmt, err := conn.PrepareContext(ctx, statement)
		if err != nil {
			return nil, err
		}
		out[i] = writer{conn, stmt}
	}
	return out, nil
}

func closeWriters(all []writer) error {
	var err error
	for _, w := range all {
		err = errors.Join(err, w.stmt.Close(), w.conn.Close())
	}
	return err
}

const (
	insertBallot  = `INSERT INTO bare.ballot (round, voter, sealed) VALUES ($1, $2, $3)`
	insertSession = `INSERT INTO bare.session (token, data, expiry) VALUES ($1, $2, $3)`
)

// write is one transaction: begin, the row, commit.
func (w writer) write(ctx context.Context, args ...any) error {
	if _, err := w.conn.ExecContext(ctx, `BEGIN`); err != nil {
		return err
	}
	if _, err := w.stmt.ExecContext(ctx, args...); err != nil {
		_, end := w.conn.ExecContext(ctx, `ROLLBACK`)
		return errors.Join(err, end)
	}
	_, err := w.conn.ExecContext(ctx, `COMMIT`)
	return err
}

// ballotBytes tells how long a sealed ballot of a round is.
func ballotBytes(ctx context.Context, db *sql.DB, round uuid.UUID) (n int, err error) {
	err = db.QueryRowContext(ctx, `
		SELECT octet_length(sealed)
		FROM panel.ballot
		WHERE round = $1 AND sealed IS NOT NULL
		LIMIT 1`, round.String()).Scan(&n)
	return n, err
}

// ballotsIn counts the ballots of a round that count.
func ballotsIn(ctx context.Context, db *sql.DB, round uuid.UUID) (n int, err error) {
	err = db.QueryRowContext(ctx, `
		SELECT count(*)
		FROM panel.ballot
		WHERE round = $1 AND sealed IS NOT NULL`, round.String()).Scan(&n)
	return n, err
}

// sessions counts the sessions, and tells how long one is.
func sessions(ctx context.Context, db *sql.DB) (n, size int, err error) {
	err = db.QueryRowContext(ctx, `
		SELECT count(*), coalesce(max(octet_length(data)), 0)
		FROM public.sessions`).Scan(&n, &size)
	return n, size, err
}

// worked gives when the last finished job of a kind was begun and ended; false
// while none of them has.
func worked(ctx context.Context, db *sql.DB, kind string, after time.Time) (time.Duration, bool, error) {
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

// shown tells how long after the beginning of its closing a round's feedback was
// public; what the job does besides comes after.
func shown(ctx context.Context, db *sql.DB, kind string, round uuid.UUID, after time.Time) (time.Duration, error) {
	var seconds float64
	err := db.QueryRowContext(ctx, `
		SELECT extract(epoch FROM r.released_at - j.attempted_at)
		FROM civic.round AS r, queue.river_job AS j
		WHERE r.id = $1 AND j.kind = $2 AND j.state = 'completed' AND j.attempted_at >= $3
		ORDER BY j.finalized_at DESC
		LIMIT 1`, round.String(), kind, after).Scan(&seconds)
	return time.Duration(seconds * float64(time.Second)), err
}

// settings are what of the database's settings a reader must know.
func settings(ctx context.Context, db *sql.DB) (version, shown string, err error) {
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

// widen lets more connections in at the next start of the cluster.
func widen(ctx context.Context, db *sql.DB, connections int) error {
	_, err := db.ExecContext(ctx, fmt.Sprintf(`ALTER SYSTEM SET max_connections = %d`, connections))
	return err
}

// cloneDatabase copies a database that nobody is connected to.
func cloneDatabase(ctx context.Context, db *sql.DB, from, to string) error {
	_, err := db.ExecContext(ctx, fmt.Sprintf(`CREATE DATABASE %s TEMPLATE %s STRATEGY FILE_COPY`, to, from))
	return err
}

func dropDatabase(ctx context.Context, db *sql.DB, name string) error {
	_, err := db.ExecContext(ctx, fmt.Sprintf(`DROP DATABASE %s WITH (FORCE)`, name))
	return err
}

// calm writes what waits to be written, so that one case does not pay for another.
func calm(ctx context.Context, db *sql.DB) error {
	_, err := db.ExecContext(ctx, `CHECKPOINT`)
	return err
}

// bareCopy writes n rows as long as a published leaf to a file of the database's
// own machine, as CSV.
func bareCopy(ctx context.Context, db *sql.DB, n int, path string) error {
	_, err := db.ExecContext(ctx, fmt.Sprintf(`
		CREATE TABLE IF NOT EXISTS bare.leaf AS
		SELECT i AS place, sha256(i::text::bytea) AS leaf, (i %% 9 + 1)::text AS value FROM generate_series(1, %d) AS i;
		COPY (SELECT place, encode(leaf, 'hex'), value FROM bare.leaf) TO '%s' WITH (FORMAT csv)`, n, strings.ReplaceAll(path, "'", "''")))
	return err
}
