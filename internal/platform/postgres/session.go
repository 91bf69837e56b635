package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/lib/pq"
)

// ErrSilent is in the errors of a server that accepts connections and says nothing.
var ErrSilent = errors.New("the database does not answer")

const (
	// silence is after how long without an answer an attended server is asked whether it is
	// there, and answering how long it then has to say so: together longer than any stall
	// of a loaded machine that was seen.
	silence   = 5 * time.Second
	answering = 10 * time.Second
)

// Attended has statements and transactions end with ErrSilent when the server says nothing
// any more, although their contexts have no end: for commands, which nobody else ends. One
// that takes long on a server that answers others goes on. The end comes within silence,
// answering and the time to connect once more.
func Attended() Option { return func(db *DB) { db.conns.of.answers = db.conns.answers } }

// Silenced adds to an error of an attended server that it is silent, when that is why.
func (db *DB) Silenced(err error) error {
	if err == nil || !db.conns.of.silent.Load() || errors.Is(err, ErrSilent) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrSilent, err)
}

// Session is a connection beside the pool, for a lock that lives as long as its
// connection: a pool that lends connections for good has none for its transactions.
type Session struct {
	*sql.Conn
	alone *sql.DB
}

// Session opens one; Close closes it.
func (db *DB) Session(ctx context.Context) (*Session, error) { return db.conns.session(ctx) }

func (c connector) session(ctx context.Context) (*Session, error) {
	alone := sql.OpenDB(c)
	conn, err := alone.Conn(ctx)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("postgres: session: %w", err), alone.Close())
	}
	return &Session{Conn: conn, alone: alone}, nil
}

// look is one look at a server, shared by those who ask meanwhile.
type look struct {
	done chan struct{}
	err  error
}

// Answers asks the server over a connection of its own whether it answers, for at most
// limit: a pool that silent connections have filled has none to ask by. Those who ask at
// once share one look. A server that refuses more connections answers; ErrSilent is in the
// error of one that says nothing for so long.
func (db *DB) Answers(limit time.Duration) error { return db.conns.answers(limit) }

func (c connector) answers(limit time.Duration) error {
	p := c.of
	p.asking.Lock()
	l := p.look
	if l == nil {
		l = &look{done: make(chan struct{})}
		p.look = l
		go func() {
			l.err = c.ask(limit)
			p.asking.Lock()
			p.look = nil
			p.asking.Unlock()
			close(l.done)
		}()
	}
	p.asking.Unlock()
	<-l.done
	return l.err
}

func (c connector) ask(limit time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	s, err := c.session(ctx)
	if err == nil {
		err = errors.Join(s.PingContext(ctx), s.Close())
	}
	if err != nil && ctx.Err() != nil {
		err = fmt.Errorf("%w: %w", ErrSilent, err)
	}
	var e *pq.Error
	if errors.As(err, &e) && e.Code.Class() == "53" { // insufficient_resources, said by a server that is there
		return nil
	}
	return err
}

// Close closes the connection, and with it what it held.
func (s *Session) Close() error { return errors.Join(s.Conn.Close(), s.alone.Close()) }
