package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
)

const (
	// minVersion is the oldest server_version_num that Delfi works with.
	minVersion = 150000
	// maxOpen bounds the pool: sixteen connections were the knee of the curve on
	// two cores, and leave room under Postgres' own default of a hundred.
	maxOpen = 16
	// attempts bounds the retries of one transaction; a sixth collision in a row
	// means contention that waiting does not cure.
	attempts = 6
)

// DB is a pool of connections to one database, with the clock by which its
// transactions are dated.
type DB struct {
	pool  *sqlx.DB
	conns connector
	url   string // for the listener; may hold a password
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
// url is a postgres:// address or a libpq keyword string. Errors never repeat
// it, since it may hold a password.
func Open(ctx context.Context, url string, opts ...Option) (*DB, error) {
	cfg, err := pq.NewConfig(url)
	if err != nil {
		return nil, errors.New("postgres: the database address cannot be read; it should look like postgres://user:password@host/name")
	}
	// Sessions speak UTC, so that instants come back as they were stored, and
	// keep parameters out of the server's log even where its own configuration
	// would let them in (docs/RECORD.md §2.4).
	if cfg.Runtime == nil {
		cfg.Runtime = map[string]string{}
	}
	cfg.Runtime["timezone"] = "UTC"
	// A look-up in a partitioned table takes longer to plan than to do. What reads a
	// whole round is one partition whatever the values, and joins no more than two.
	cfg.Runtime["plan_cache_mode"] = "force_generic_plan"
	cfg.Runtime["log_parameter_max_length_on_error"] = "0"
	if cfg.ApplicationName == "" {
		cfg.ApplicationName = "delfi"
	}
	conns := connector{config: cfg, of: new(pool)}
	pool := sqlx.NewDb(sql.OpenDB(conns), "postgres")
	pool.SetMaxOpenConns(maxOpen)
	pool.SetMaxIdleConns(maxOpen)
	// Connections are renewed so that a cache of statements never outlives a
	// change of the server by long.
	pool.SetConnMaxLifetime(30 * time.Minute)

	db := &DB{pool: pool, conns: conns, url: url, clock: time.Now}
	for _, o := range opts {
		o(db)
	}
	var version int
	first, cancel := context.WithTimeout(ctx, 2*connecting)
	defer cancel()
	if err := pool.GetContext(first, &version, `SELECT current_setting('server_version_num')::int`); err != nil {
		if first.Err() != nil && ctx.Err() == nil && !errors.Is(err, ErrSilent) {
			err = fmt.Errorf("%w: %w", ErrSilent, err)
		}
		return nil, errors.Join(fmt.Errorf("postgres: connect: %w", err), pool.Close())
	}
	if version < minVersion {
		return nil, errors.Join(fmt.Errorf("postgres: the server is version %d; Delfi needs 15 or newer", version/10000), pool.Close())
	}
	return db, nil
}

// With gives a DB on the same pool with other options (another clock).
func (db *DB) With(opts ...Option) *DB {
	c := *db
	for _, o := range opts {
		o(&c)
	}
	return &c
}

// Transact runs fn in one transaction: commits when it returns nil, rolls back
// on error and panic, and tries again on 40001 and 40P01 (fn must be repeatable).
// It runs at READ COMMITTED; what must not change meanwhile is locked by fn. Inside
// another transaction of the same database it fails, as Read and ReadOne do: fn uses
// the transaction that it was given.
func (db *DB) Transact(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	return db.retry(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted}, fn)
}

// Read runs fn in a read-only transaction at REPEATABLE READ: everything that
// fn reads was true at one moment.
func (db *DB) Read(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	return db.retry(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}, fn)
}

// ReadOne runs fn for the one statement that it reads with: one sees one moment by
// itself, and without BEGIN and COMMIT it costs one round trip and not three. A
// second statement and one that gives no rows fail; what writes and gives rows is
// not caught, and is for Transact.
func (db *DB) ReadOne(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	return db.retry(ctx, &sql.TxOptions{Isolation: sql.IsolationLevel(readingOne), ReadOnly: true}, fn)
}

// retry repeats once while the server asks for it.
func (db *DB) retry(ctx context.Context, opts *sql.TxOptions, fn func(ctx context.Context, tx *Tx) error) error {
	at := caller()
	if err := db.conns.of.free(ctx, at); err != nil {
		return err
	}
	ctx = within(ctx, db.conns.of, at)
	for n := 1; ; n++ {
		err := db.once(ctx, opts, fn)
		if err == nil || n == attempts || !repeatable(err) {
			return db.Silenced(err)
		}
		// A random pause parts two transactions that collided in step.
		pause := time.Duration(n*n)*2*time.Millisecond + rand.N(5*time.Millisecond)
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(pause):
		}
	}
}

// once runs fn in one transaction of its own.
func (db *DB) once(ctx context.Context, opts *sql.TxOptions, fn func(ctx context.Context, tx *Tx) error) (err error) {
	inner, err := db.pool.BeginTxx(ctx, opts)
	if err != nil {
		return fmt.Errorf("postgres: begin: %w", err)
	}
	done := false
	defer func() {
		if done {
			return
		}
		// Also on panic, which goes on by itself after this.
		if back := inner.Rollback(); back != nil && !errors.Is(back, sql.ErrTxDone) && ctx.Err() == nil {
			err = errors.Join(err, fmt.Errorf("postgres: roll back: %w", back))
		}
	}()
	if err := fn(ctx, &Tx{Tx: inner, Now: db.Now()}); err != nil {
		return err
	}
	if err := inner.Commit(); err != nil {
		return fmt.Errorf("postgres: commit: %w", err)
	}
	done = true
	return nil
}

// repeatable tells whether the same transaction may succeed when run again.
func repeatable(err error) bool {
	var e *pq.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code {
	case "40001", "40P01": // serialization_failure, deadlock_detected
		return true
	case "0A000":
		// Another server migrated a table under a prepared statement; conn.go has
		// forgotten the statement, and the next attempt prepares it anew.
		return stale(e)
	}
	return false
}

// stale tells whether e says that a prepared statement's columns have changed.
func stale(e *pq.Error) bool {
	return e.Code == "0A000" && strings.Contains(e.Message, "cached plan must not change result type")
}

// Ping tells whether the server answers.
func (db *DB) Ping(ctx context.Context) error { return db.pool.PingContext(ctx) }

// Pool gives the sqlx pool to the libraries that want one (sessions, River, goose).
func (db *DB) Pool() *sqlx.DB { return db.pool }

// Now is the clock's instant, UTC, whole microseconds (what Postgres can store).
func (db *DB) Now() time.Time { return db.clock().UTC().Truncate(time.Microsecond) }

// Close closes the pool.
func (db *DB) Close() error { return db.pool.Close() }

// Constraint names the constraint that err violated, or "".
func Constraint(err error) string {
	var e *pq.Error
	if !errors.As(err, &e) || e.Code.Class() != "23" {
		return ""
	}
	return e.Constraint
}
