package job

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"delfi/internal/platform/postgres"
)

const (
	dueEvery       = 500 * time.Millisecond // how late a deadline may be noticed
	abandonedEvery = 5 * time.Second        // how long a killed server's jobs lie
)

// beacon shows that a worker lives: a lock that ends with its connection,
// however that ends.
type beacon struct {
	conn *postgres.Session
	id   string
}

// light burns a beacon for the worker id.
func light(ctx context.Context, db *postgres.DB, id string) (*beacon, error) {
	conn, err := db.Session(ctx)
	if err != nil {
		return nil, fmt.Errorf("job: beacon: %w", err)
	}
	if err := lock(ctx, conn.Conn, id); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return &beacon{conn: conn, id: id}, nil
}

// out puts the beacon out and closes its connection.
func (b *beacon) out() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	err := unlock(ctx, b.conn.Conn, b.id)
	shut := b.conn.Close()
	if errors.Is(err, sql.ErrConnDone) || errors.Is(err, driver.ErrBadConn) {
		return nil // its connection is gone, and the lock with it
	}
	return errors.Join(err, shut)
}

// watch does on every server what River leaves to one leader and to long
// timeouts: it lets due jobs be taken (River's leader looks every five seconds,
// and a killed leader is mourned for fifteen), and abandoned ones (River's waits
// for the longest job's time and more).
type watch struct {
	db   *postgres.DB
	log  *slog.Logger
	end  context.CancelFunc
	done chan struct{}

	mu   sync.Mutex
	lit  *beacon
	last error // of the last look; nil when all was well
}

// newWatch begins to watch for the worker id.
func newWatch(ctx context.Context, db *postgres.DB, id string, log *slog.Logger) (*watch, error) {
	lit, err := light(ctx, db, id)
	if err != nil {
		return nil, err
	}
	ctx, end := context.WithCancel(ctx)
	w := &watch{db: db, log: log, end: end, done: make(chan struct{}), lit: lit}
	go w.run(ctx)
	return w, nil
}

// run looks until ctx ends.
func (w *watch) run(ctx context.Context) {
	defer close(w.done)
	tick := time.NewTicker(dueEvery)
	defer tick.Stop()
	var looked time.Time
	for {
		all := time.Since(looked) >= abandonedEvery
		if all {
			looked = time.Now()
		}
		err := w.look(ctx, all)
		if ctx.Err() != nil {
			return
		}
		if w.note(err) {
			w.log.ErrorContext(ctx, "jobs are not being watched", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// look makes jobs available that are due, and if all is asked for, those that
// were abandoned.
func (w *watch) look(ctx context.Context, all bool) error {
	if all {
		if err := w.relight(ctx); err != nil {
			return err
		}
	}
	return w.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		if err := due(ctx, tx); err != nil || !all {
			return err
		}
		return abandoned(ctx, tx)
	})
}

// relight makes sure that our own beacon burns before others' are judged: a
// restart of Postgres puts them all out.
func (w *watch) relight(ctx context.Context) error {
	if w.lit.conn.PingContext(ctx) == nil {
		return nil
	}
	lit, err := light(ctx, w.db, w.lit.id)
	if err != nil {
		return err
	}
	// The old connection is broken; what closing it says is no news.
	_ = w.lit.conn.Close()
	w.lit = lit
	return nil
}

// note keeps err for ready, and tells whether it is the first of a row.
func (w *watch) note(err error) (first bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	first = err != nil && w.last == nil
	w.last = err
	return first
}

// ready tells how the last look went.
func (w *watch) ready() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.last
}

// stop ends the watch and puts the beacon out.
func (w *watch) stop() error {
	w.end()
	<-w.done
	return w.lit.out()
}
