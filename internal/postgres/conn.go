package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"

	"github.com/lib/pq"
)

// maxPrepared bounds the statements kept per connection. The product's own SQL
// is literal and stays far below; lists of varying length make the rest.
const maxPrepared = 400

// connector opens lib/pq connections that remember their prepared statements.
// database/sql cannot do this by itself inside a transaction: its DB.Prepare
// takes a second connection, and a full pool would then wait for itself.
type connector struct{ inner driver.Connector }

func (c connector) Driver() driver.Driver { return c.inner.Driver() }

func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	raw, err := c.inner.Connect(ctx)
	if err != nil {
		return nil, err
	}
	inner, ok := raw.(pqConn)
	if !ok {
		return nil, errors.Join(errors.New("postgres: lib/pq's connection lacks a method that is relied upon"), raw.Close())
	}
	return &conn{pqConn: inner, prepared: make(map[string]pqStmt)}, nil
}

// pqConn is what a lib/pq connection can do.
type pqConn interface {
	driver.Conn
	driver.ConnPrepareContext
	driver.ConnBeginTx
	driver.QueryerContext
	driver.ExecerContext
	driver.Pinger
	driver.NamedValueChecker
	driver.SessionResetter
	driver.Validator
}

// pqStmt is what a lib/pq statement can do.
type pqStmt interface {
	driver.Stmt
	driver.StmtQueryContext
	driver.StmtExecContext
}

// conn is one connection with the statements prepared on it, by their text.
// database/sql never uses a connection from two goroutines at once.
type conn struct {
	pqConn
	prepared map[string]pqStmt
	reading  bool // rows of a prepared statement are still open
	glance   int  // statements that a Glance may still run, plus one; 0 outside of one
}

// glancing marks, among sql.TxOptions, a "transaction" that Postgres is not told of.
// No isolation level of ours has this value.
const glancing = driver.IsolationLevel(sql.LevelLinearizable)

// errGlance is a fault of the caller's: without a transaction two statements would
// see two moments, and a write would stand although the use case fails.
var errGlance = errors.New("postgres: a glance is one statement that reads")

// BeginTx begins a transaction, or, for a Glance, nothing.
func (c *conn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	if opts.Isolation != glancing {
		return c.pqConn.BeginTx(ctx, opts)
	}
	c.glance = 2
	return glance{c}, nil
}

// glance ends without a word to the server.
type glance struct{ conn *conn }

func (g glance) Commit() error   { g.conn.glance = 0; return nil }
func (g glance) Rollback() error { g.conn.glance = 0; return nil }

// spend counts a statement of a Glance; outside of one it does nothing.
func (c *conn) spend() error {
	switch c.glance {
	case 0:
		return nil
	case 1:
		return errGlance
	}
	c.glance--
	return nil
}

// errReading is lib/pq's own answer to overlapping queries, given here for
// prepared statements too, where it would otherwise lose its place.
var errReading = errors.New("postgres: the rows of an earlier query are still being read on this connection")

// QueryContext prepares what has parameters; what has none may hold several
// statements, which cannot be prepared, unless it is a Glance's.
func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if c.reading {
		return nil, errReading
	}
	if err := c.spend(); err != nil {
		return nil, err
	}
	if len(args) == 0 && c.glance == 0 {
		return c.pqConn.QueryContext(ctx, query, args)
	}
	st, err := c.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := st.QueryContext(ctx, args)
	if err != nil {
		return nil, c.checked(query, err)
	}
	c.reading = true
	return &reading{Rows: rows, conn: c, query: query}, nil
}

// ExecContext is QueryContext for statements without rows.
func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if c.reading {
		return nil, errReading
	}
	if c.glance != 0 {
		return nil, errGlance
	}
	if len(args) == 0 {
		return c.pqConn.ExecContext(ctx, query, args)
	}
	st, err := c.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	res, err := st.ExecContext(ctx, args)
	return res, c.checked(query, err)
}

// statement finds the prepared statement of query, or prepares it.
func (c *conn) statement(ctx context.Context, query string) (pqStmt, error) {
	if st, ok := c.prepared[query]; ok {
		return st, nil
	}
	if len(c.prepared) >= maxPrepared {
		// Any one will do: the map's order is random, and what is used often
		// comes back at once.
		for old, st := range c.prepared {
			delete(c.prepared, old)
			if err := st.Close(); err != nil {
				return nil, err
			}
			break
		}
	}
	raw, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	st, ok := raw.(pqStmt)
	if !ok {
		return nil, errors.Join(errors.New("postgres: lib/pq's statement lacks a method that is relied upon"), raw.Close())
	}
	c.prepared[query] = st
	return st, nil
}

// checked forgets the statement of query when err says that its plan is stale.
// It is left to the server to drop it with the connection: inside a failed
// transaction nothing can be closed.
func (c *conn) checked(query string, err error) error {
	var e *pq.Error
	if errors.As(err, &e) && stale(e) {
		delete(c.prepared, query)
	}
	return err
}

// reading is the rows of a prepared statement; it tells its connection when
// they have been read.
type reading struct {
	driver.Rows
	conn  *conn
	query string
}

func (r *reading) Next(dest []driver.Value) error {
	return r.conn.checked(r.query, r.Rows.Next(dest))
}

func (r *reading) Close() error {
	r.conn.reading = false
	return r.Rows.Close()
}
