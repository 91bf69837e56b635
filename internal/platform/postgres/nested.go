package postgres

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"delfi/internal/platform/batch"
)

// pool identifies one pool of connections, whatever clocks look at it.
type pool struct {
	asking  sync.Mutex
	look    *look                           // under way; nil without one
	answers func(limit time.Duration) error // asks the server of an attended pool; nil of any other
	silent  atomic.Bool                     // a connection was cut for its silence
}

// mark is carried by the context of a transaction's callback. It makes a transaction
// inside a transaction fail at once: as many such callers as the pool has connections
// would block each other until their deadlines.
type mark struct {
	of    *pool
	at    uintptr // where the transaction was begun
	outer *mark   // of another pool's transaction around it
}

type markKey struct{}

// within gives the context of a transaction's callback.
func within(ctx context.Context, of *pool, at uintptr) context.Context {
	outer, _ := ctx.Value(markKey{}).(*mark)
	ctx = context.WithValue(ctx, markKey{}, &mark{of: of, at: at, outer: outer})
	return batch.Forbid(ctx, func() error {
		return fmt.Errorf("postgres: a batch joined inside the transaction begun at %s: join before it", place(at))
	})
}

// mark gives the pool's transaction in which ctx runs; nil when there is none.
func (p *pool) mark(ctx context.Context) *mark {
	m, _ := ctx.Value(markKey{}).(*mark)
	for m != nil && m.of != p {
		m = m.outer
	}
	return m
}

// free refuses to begin a transaction at a place inside another of the same pool.
func (p *pool) free(ctx context.Context, at uintptr) error {
	if m := p.mark(ctx); m != nil {
		return fmt.Errorf("postgres: a transaction begun at %s inside the one begun at %s: pass its tx on", place(at), place(m.at))
	}
	return nil
}

// strange refuses a statement on this connection from inside a transaction that runs on
// another one.
func (c *conn) strange(ctx context.Context) error {
	if m := c.of.mark(ctx); m != nil && m != c.mark {
		return fmt.Errorf("postgres: a statement beside the transaction begun at %s, with its context: run it in the transaction", place(m.at))
	}
	return nil
}

// caller is where the exported method was called that calls retry.
func caller() uintptr {
	var at [1]uintptr
	runtime.Callers(4, at[:])
	return at[0]
}

// place names a place in the source: file's folder, file and line.
func place(at uintptr) string {
	frame, _ := runtime.CallersFrames([]uintptr{at}).Next()
	return filepath.Join(filepath.Base(filepath.Dir(frame.File)), filepath.Base(frame.File)) + ":" + strconv.Itoa(frame.Line)
}
