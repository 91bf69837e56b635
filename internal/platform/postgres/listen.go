package postgres

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/lib/pq"
)

const (
	// A lost listener tries again at once, then less and less often.
	relistenSoon, relistenLate = 50 * time.Millisecond, 5 * time.Second
	// pulse is how often a silent connection is asked whether it still stands.
	pulse = 10 * time.Second
)

// Listener receives the notifications of a channel. Between Disconnected and Connected
// notifications may be lost; none is between Connected and the next Disconnected. The
// calls come one at a time, and must not block.
type Listener struct {
	Connected, Disconnected func()
	Notified                func(payload string)
}

// Listen receives a channel's notifications, on a connection of its own beside the pool,
// until ctx ends, and connects anew whenever it is lost. It returns an error only when
// the channel cannot be listened to at all.
func (db *DB) Listen(ctx context.Context, channel string, listener Listener) error {
	c := connection{listener: listener}
	l := pq.NewListener(db.url, relistenSoon, relistenLate, func(e pq.ListenerEventType, _ error) {
		switch e {
		case pq.ListenerEventConnected, pq.ListenerEventReconnected:
			c.set(&c.connected, true)
		case pq.ListenerEventDisconnected:
			c.set(&c.connected, false)
		}
	})
	// Closing waits for an answer that is under way; nobody shall wait for that. Its
	// only error is having been closed.
	shut := func() { _ = l.Close() }
	defer context.AfterFunc(ctx, shut)()
	if err := l.Listen(channel); err != nil && ctx.Err() == nil {
		shut()
		return fmt.Errorf("postgres: listen to %s: %w", channel, err)
	}
	c.set(&c.listening, true)
	tick := time.NewTicker(pulse)
	defer tick.Stop()
	asking := make(chan struct{}, 1)
	for {
		select {
		case <-ctx.Done():
			return nil
		case n, open := <-l.Notify:
			if !open {
				return nil
			}
			if n != nil { // nil says that the connection was renewed; the events said so before
				c.notified(n.Extra)
			}
		case <-tick.C:
			// A ping finds out a dead connection; the events report it. On a line that
			// swallows everything it may take long.
			select {
			case asking <- struct{}{}:
				go func() { _ = l.Ping(); <-asking }()
			default:
			}
		}
	}
}

// connection folds the library's events into Connected and Disconnected: the first
// connection may stand before the channel is listened to, a later one listens by itself.
type connection struct {
	mu                   sync.Mutex
	listener             Listener
	connected, listening bool
}

func (c *connection) set(part *bool, to bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	was := c.connected && c.listening
	*part = to
	switch is := c.connected && c.listening; {
	case is && !was:
		c.listener.Connected()
	case was && !is:
		c.listener.Disconnected()
	}
}

func (c *connection) notified(payload string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.listener.Notified(payload)
}
