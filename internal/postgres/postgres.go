package postgres

import (
	"context"
	"time"

	"github.com/jmoiron/sqlx"
)

// DB is a pool of connections to one database, with the clock by which its
// transactions are dated.
type DB struct {
	pool  *sqlx.DB
	clock func() time.Time
}

// Tx is one transaction. Now is its only instant (UTC, whole microseconds).
type Tx struct {
	*sqlx.Tx
	Now time.Time
}

// Option changes how a DB is opened.
type Option func(*DB)

// WithClock sets the clock: tests and the demonstration move it.
func WithClock(clock func() time.Time) Option { return func(db *DB) { db.clock = clock } }

// Open connects to url and checks that the server answers and is ≥ 15.
func Open(ctx context.Context, url string, opts ...Option) (*DB, error) { panic("unwritten") }

// With gives a DB on the same pool with other options (another clock).
func (db *DB) With(opts ...Option) *DB { panic("unwritten") }

// Transact runs fn in one transaction: commits when it returns nil, rolls back
// on error and panic, and tries again on 40001 and 40P01 (fn must be repeatable).
func (db *DB) Transact(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	panic("unwritten")
}

// Read runs fn in a read-only transaction at REPEATABLE READ.
func (db *DB) Read(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	panic("unwritten")
}

// Ping tells whether the server answers.
func (db *DB) Ping(ctx context.Context) error { panic("unwritten") }

// Pool gives the sqlx pool to the libraries that want one (sessions, River, goose).
func (db *DB) Pool() *sqlx.DB { return db.pool }

// Now is the clock's instant, UTC, whole microseconds.
func (db *DB) Now() time.Time { return db.clock().UTC().Truncate(time.Microsecond) }

// Close closes the pool.
func (db *DB) Close() error { return db.pool.Close() }

// Constraint names the constraint that err violated, or "".
func Constraint(err error) string { panic("unwritten") }
