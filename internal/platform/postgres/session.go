package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Session is a connection beside the pool, for a lock that lives as long as its
// connection: a pool that lends connections for good has none for its transactions.
type Session struct {
	*sql.Conn
	alone *sql.DB
}

// Session opens one; Close closes it.
func (db *DB) Session(ctx context.Context) (*Session, error) {
	alone := sql.OpenDB(db.conns)
	conn, err := alone.Conn(ctx)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("postgres: session: %w", err), alone.Close())
	}
	return &Session{Conn: conn, alone: alone}, nil
}

// Close closes the connection, and with it what it held.
func (s *Session) Close() error { return errors.Join(s.Conn.Close(), s.alone.Close()) }
