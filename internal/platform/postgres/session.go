package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/lib/pq"
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

// answering is one look at a server, shared by those who ask meanwhile.
type answering struct {
	done chan struct{}
	err  error
}

// Answers asks the server over a connection of its own whether it answers, for at most
// limit: a pool that silent connections have filled has none to ask by. Those who ask at
// once share one look. A server that refuses more connections answers.
func (db *DB) Answers(limit time.Duration) error {
	p := db.conns.of
	p.asking.Lock()
	look := p.look
	if look == nil {
		look = &answering{done: make(chan struct{})}
		p.look = look
		go func() {
			look.err = db.ask(limit)
			p.asking.Lock()
			p.look = nil
			p.asking.Unlock()
			close(look.done)
		}()
	}
	p.asking.Unlock()
	<-look.done
	return look.err
}

func (db *DB) ask(limit time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	s, err := db.Session(ctx)
	if err == nil {
		err = errors.Join(s.PingContext(ctx), s.Close())
	}
	var e *pq.Error
	if errors.As(err, &e) && e.Code.Class() == "53" { // insufficient_resources, said by a server that is there
		return nil
	}
	return err
}

// Close closes the connection, and with it what it held.
func (s *Session) Close() error { return errors.Join(s.Conn.Close(), s.alone.Close()) }
