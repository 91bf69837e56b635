package bare

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	_ "github.com/lib/pq" // the driver that the limits are measured with
)

// Open opens a pool that keeps n connections, with nothing of ours around lib/pq.
func Open(url string, n int) (*sql.DB, error) {
	db, err := sql.Open("postgres", url)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db, nil
}

// Sessions is how many rows the bare handler reads among.
const Sessions = 10000

// MakeTables makes the tables that the limits are measured on: a session and a
// ballot as long as Delfi's, and nothing else.
func MakeTables(ctx context.Context, db *sql.DB, session, ballot int) error {
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
		ANALYZE bare.session, bare.ballot`, Sessions, session, ballot, Round))
	return err
}

// Round is a round for the bare ballots that are read.
const Round = "5d1f6a52-0c9e-4b6f-9d55-8f2c3a1b7e90"

// reads are the two reads of the bare answer form, prepared.
type reads struct{ session, ballot *sql.Stmt }

func prepareReads(ctx context.Context, db *sql.DB) (reads, error) {
	session, err := db.PrepareContext(ctx, `
		SELECT data
		FROM bare.session
		WHERE token = $1 AND expiry > now()`)
	if err != nil {
		return reads{}, err
	}
	ballot, err := db.PrepareContext(ctx, `
		SELECT sealed
		FROM bare.ballot
		WHERE round = $1 AND voter = decode(lpad(to_hex($2::int), 32, '0'), 'hex')`)
	return reads{session, ballot}, err
}

// read reads the session and the ballot of person n (1 …).
func (r reads) read(ctx context.Context, n int) error {
	var session, ballot []byte
	if err := r.session.QueryRowContext(ctx, fmt.Sprint("s", n)).Scan(&session); err != nil {
		return err
	}
	return r.ballot.QueryRowContext(ctx, Round, n).Scan(&ballot)
}

// Writer is one connection that writes rows, each in a transaction of its own.
type Writer struct {
	conn *sql.Conn
	stmt *sql.Stmt
}

func NewWriters(ctx context.Context, db *sql.DB, n int, statement string) ([]Writer, error) {
	out := make([]Writer, n)
	for i := range out {
		conn, err := db.Conn(ctx)
		if err != nil {
			return nil, err
		}
		stmt, err := conn.PrepareContext(ctx, statement)
		if err != nil {
			return nil, err
		}
		out[i] = Writer{conn, stmt}
	}
	return out, nil
}

func CloseWriters(all []Writer) error {
	var err error
	for _, w := range all {
		err = errors.Join(err, w.stmt.Close(), w.conn.Close())
	}
	return err
}

const (
	InsertBallot  = `INSERT INTO bare.ballot (round, voter, sealed) VALUES ($1, $2, $3)`
	InsertSession = `INSERT INTO bare.session (token, data, expiry) VALUES ($1, $2, $3)`
)

// Write is one transaction: begin, the row, commit.
func (w Writer) Write(ctx context.Context, args ...any) error {
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

// Copy writes n rows as long as a published leaf to a file of the database's
// own machine, as CSV.
func Copy(ctx context.Context, db *sql.DB, n int, path string) error {
	_, err := db.ExecContext(ctx, fmt.Sprintf(`
		CREATE TABLE IF NOT EXISTS bare.leaf AS
		SELECT i AS place, sha256(i::text::bytea) AS leaf, (i %% 9 + 1)::text AS value FROM generate_series(1, %d) AS i;
		COPY (SELECT place, encode(leaf, 'hex'), value FROM bare.leaf) TO '%s' WITH (FORMAT csv)`, n, strings.ReplaceAll(path, "'", "''")))
	return err
}
