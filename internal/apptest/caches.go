package apptest

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/google/uuid"

	"delfi/internal/app"
	"delfi/internal/platform/changes"
)

// mark is the kind of the notifications by which Settle finds out that those before it
// were handled.
const mark = changes.Kind("apptest")

// caches follow the notifications that invalidate a world's caches.
type caches struct {
	mu        sync.Mutex
	connected bool
	blocked   map[string]chan struct{} // by mark, closed when it is received
}

// listen receives the notifications of a world for as long as t runs, and returns when
// the first can arrive: from then on its services cache as the server's do.
func (c *caches) listen(t testing.TB, a *app.App) {
	t.Helper()
	first, ended := make(chan struct{}), make(chan error, 1)
	var once sync.Once
	a.Changes.Subscribe(changes.Handler{
		Connected: func(connected bool) {
			c.set(connected)
			if connected {
				once.Do(func() { close(first) })
			}
		},
		Changed: c.received,
	}, mark)
	go func() { ended <- a.Changes.Run(t.Context()) }()
	select {
	case <-first:
		t.Cleanup(func() { // the context of a test is over before it cleans up
			if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
				t.Errorf("notifications: %v", err)
			}
		})
	case err := <-ended:
		t.Fatalf("notifications: %v", err)
	}
}

func (c *caches) set(connected bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.connected = connected
	if !connected { // nothing is cached, and a mark may be lost
		for name := range c.blocked {
			c.release(name)
		}
	}
}

func (c *caches) received(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.release(name)
}

func (c *caches) release(name string) {
	if passed, found := c.blocked[name]; found {
		close(passed)
		delete(c.blocked, name)
	}
}

// await gives a mark and the channel that is closed when it was received; nil while
// nothing is cached.
func (c *caches) await() (string, <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.connected {
		return "", nil
	}
	name, passed := uuid.NewString(), make(chan struct{})
	c.blocked[name] = passed
	return name, passed
}

// Settle blocks until the caches hold nothing older than what was committed before.
// Without a database, which some tests take away, nothing is cached.
func (w *World) Settle(t testing.TB) {
	t.Helper()
	name, passed := w.caches.await()
	if passed == nil {
		return
	}
	if _, err := w.DB.Pool().ExecContext(t.Context(), `SELECT pg_notify('delfi_changes', $1)`, string(mark)+" "+name); err != nil {
		w.caches.received(name)
		return
	}
	<-passed
}
