package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lib/pq"
)

// maxPrepared bounds the statements kept per connection. The product's own SQL
// is literal and stays far below; lists of varying length make the rest.
const maxPrepared = 400

// connector opens lib/pq connections that remember their prepared statements.
// database/sql cannot do this by itself inside a transaction: its DB.Prepare
// takes a second connection, and a full pool would then wait for itself.
type connector struct {
	config pq.Config
	of     *pool
}

func (c connector) Driver() driver.Driver { return pq.Driver{} }

func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	lib, err := pq.NewConnectorConfig(c.config)
	if err != nil {
		return nil, err
	}
	var d dialer
	lib.Dialer(&d)
	outer := ctx
	ctx, cancel := context.WithTimeout(ctx, connecting)
	defer cancel()
	// lib/pq dials within ctx, and would then wait for a greeting without end.
	stop := context.AfterFunc(ctx, func() { cut(d.last.Load()) })
	raw, err := lib.Connect(ctx)
	if err != nil {
		if ctx.Err() != nil && outer.Err() == nil {
			err = fmt.Errorf("%w: no greeting within %s: %w", ErrSilent, connecting, err)
		}
		return nil, err
	}
	if !stop() {
		return nil, errors.Join(ctx.Err(), raw.Close())
	}
	inner, ok := raw.(pqConn)
	if !ok {
		return nil, errors.Join(errors.New("postgres: lib/pq's connection lacks a method that is relied upon"), raw.Close())
	}
	return &conn{pqConn: inner, of: c.of, wire: d.last.Load(), prepared: make(map[string]pqStmt)}, nil
}

// connecting is how long a server may take to greet who connects.
const connecting = 10 * time.Second

// dialer remembers what it dialled last, which lib/pq does not give: the connection
// itself, and later those by which it asks the server to cancel.
type dialer struct {
	net.Dialer
	last atomic.Pointer[net.Conn]
}

func (d *dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := d.Dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	d.last.Store(&c)
	if ctx.Err() != nil {
		cut(&c) // who wanted to could not know of it
	}
	return c, nil
}

// cut ends whatever is waited for on a wire; one that is closed needs none.
func cut(wire *net.Conn) {
	if wire != nil {
		_ = (*wire).SetDeadline(time.Unix(1, 0))
	}
}

// DialTimeout is there because lib/pq asks for it; it calls DialContext.
func (d *dialer) DialTimeout(network, address string, timeout time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return d.DialContext(ctx, network, address)
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
	of       *pool
	mark     *mark // of the transaction that runs on it; nil outside of one
	wire     *net.Conn
	leash    leash
	inside   bool // of a transaction, whose context it is tied to
	prepared map[string]pqStmt
	reading  bool // rows of a prepared statement are still open
	readOne  int  // statements that a ReadOne may still run, plus one; 0 outside of one
}

// readingOne marks, among sql.TxOptions, a "transaction" that Postgres is not told of.
// No isolation level of ours has this value.
const readingOne = driver.IsolationLevel(sql.LevelLinearizable)

// errOne is a fault of the caller's: without a transaction two statements would
// see two moments, and a write would stand although the use case fails.
var errOne = errors.New("postgres: a ReadOne is one statement that reads")

// BeginTx begins a transaction, or, for a ReadOne, nothing.
func (c *conn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	c.mark = c.of.mark(ctx)
	c.tie(ctx)
	c.inside = true
	if opts.Isolation == readingOne {
		c.readOne = 2
		return oneRead{c}, nil
	}
	tx, err := c.pqConn.BeginTx(ctx, opts)
	if err != nil {
		c.untie()
		return nil, err
	}
	return tied{tx, c}, nil
}

// Ping asks the server, within ctx.
func (c *conn) Ping(ctx context.Context) error {
	if err := c.strange(ctx); err != nil {
		return err
	}
	c.tie(ctx)
	defer c.untie()
	return c.pqConn.Ping(ctx)
}

// grace is how long a server has to answer that it cancelled.
const grace = time.Second

// leash ties a connection to a context for as long as somebody has it.
type leash struct {
	mu    sync.Mutex
	turn  int
	loose func() bool
	watch *time.Timer // of an attended pool; nil before its first turn
}

// tie cuts the wire when ctx has ended and untie does not come soon: lib/pq asks the
// server to cancel and waits for its answer, and of a silent one it waits for ever.
func (c *conn) tie(ctx context.Context) {
	turn := c.leash.turn
	c.leash.loose = context.AfterFunc(ctx, func() {
		time.AfterFunc(grace, func() {
			c.leash.mu.Lock()
			defer c.leash.mu.Unlock()
			if c.leash.turn == turn {
				cut(c.wire)
			}
		})
	})
	if c.of.answers != nil {
		c.leash.mu.Lock()
		c.leash.watch = time.AfterFunc(silence, func() { c.attend(turn) })
		c.leash.mu.Unlock()
	}
}

// attend cuts the wire when the server does not answer others either, and otherwise asks
// again after a while, for as long as the same statement or transaction has it.
func (c *conn) attend(turn int) {
	err := c.of.answers(answering)
	c.leash.mu.Lock()
	defer c.leash.mu.Unlock()
	switch {
	case c.leash.turn != turn:
	case errors.Is(err, ErrSilent):
		c.of.silent.Store(true)
		cut(c.wire)
	default:
		c.leash.watch.Reset(silence)
	}
}

func (c *conn) untie() {
	c.mark, c.inside = nil, false
	c.leash.loose()
	c.leash.mu.Lock()
	c.leash.turn++
	if c.leash.watch != nil {
		c.leash.watch.Stop()
	}
	c.leash.mu.Unlock()
}

// longest is how long a statement outside of a transaction may take whose context has no
// end: far longer than the vacuum of a large table, and no wait for ever of a server that
// says nothing any more.
const longest = 15 * time.Minute

// alone ties a statement outside of a transaction to its context, or to the longest time,
// until done.
func (c *conn) alone(ctx context.Context) (done func()) {
	if c.inside {
		return func() {}
	}
	ctx, cancel := context.WithTimeout(ctx, longest)
	c.tie(ctx)
	return func() {
		c.untie()
		cancel()
	}
}

// tied is a transaction that ends within its context.
type tied struct {
	driver.Tx
	conn *conn
}

func (t tied) Commit() error   { defer t.conn.untie(); return t.Tx.Commit() }
func (t tied) Rollback() error { defer t.conn.untie(); return t.Tx.Rollback() }

// oneRead ends without a word to the server.
type oneRead struct{ conn *conn }

func (r oneRead) Commit() error   { return r.Rollback() }
func (r oneRead) Rollback() error { r.conn.untie(); r.conn.readOne = 0; return nil }

// spend counts a statement of a ReadOne; outside of one it does nothing.
func (c *conn) spend() error {
	switch c.readOne {
	case 0:
		return nil
	case 1:
		return errOne
	}
	c.readOne--
	return nil
}

// errReading is lib/pq's own answer to overlapping queries, given here for
// prepared statements too, where it would otherwise lose its place.
var errReading = errors.New("postgres: the rows of an earlier query are still being read on this connection")

// QueryContext prepares what has parameters; what has none may hold several
// statements, which cannot be prepared, unless it is a ReadOne's.
func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if c.reading {
		return nil, errReading
	}
	if err := c.strange(ctx); err != nil {
		return nil, err
	}
	if err := c.spend(); err != nil {
		return nil, err
	}
	done := c.alone(ctx)
	if len(args) == 0 && c.readOne == 0 {
		defer done()
		return c.pqConn.QueryContext(ctx, query, args)
	}
	st, err := c.statement(ctx, query)
	if err != nil {
		done()
		return nil, err
	}
	rows, err := st.QueryContext(ctx, args)
	if err != nil {
		done()
		return nil, c.checked(query, err)
	}
	c.reading = true
	return &reading{Rows: rows, conn: c, query: query, done: done}, nil
}

// ExecContext is QueryContext for statements without rows.
func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if c.reading {
		return nil, errReading
	}
	if err := c.strange(ctx); err != nil {
		return nil, err
	}
	if c.readOne != 0 {
		return nil, errOne
	}
	defer c.alone(ctx)()
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
	done  func()
}

func (r *reading) Next(dest []driver.Value) error {
	return r.conn.checked(r.query, r.Rows.Next(dest))
}

func (r *reading) Close() error {
	r.conn.reading = false
	defer r.done()
	return r.Rows.Close()
}
