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

// Ear is what is told to whoever listens. Between Lost and Up notifications may
// have passed unheard; none is between Up and the next Lost. The calls come one
// at a time, and must not block.
type Ear struct {
	Up, Lost func()
	Heard    func(payload string)
}

// Listen hears a channel, on a connection of its own beside the pool, until ctx
// ends, and connects anew whenever it is lost. It gives an error only when the
// channel cannot be listened to at all.
func (db *DB) Listen(ctx context.Context, channel string, ear Ear) error {
	h := hearing{ear: ear}
	l := pq.NewListener(db.url, relistenSoon, relistenLate, func(e pq.ListenerEventType, _ error) {
		switch e {
		case pq.ListenerEventConnected, pq.ListenerEventReconnected:
			h.set(&h.connected, true)
		case pq.ListenerEventDisconnected:
			h.set(&h.connected, false)
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
	h.set(&h.listening, true)
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
				h.heard(n.Extra)
			}
		case <-tick.C:
			// Asked so that a dead connection is found out; the events tell what comes
			// of it. On a line that swallows everything it may ask for long.
			select {
			case asking <- struct{}{}:
				go func() { _ = l.Ping(); <-asking }()
			default:
			}
		}
	}
}

// hearing folds what the library tells into Up and Lost: the first connection may
// stand before the channel is listened to, a later one listens by itself.
type hearing struct {
	mu                   sync.Mutex
	ear                  Ear
	connected, listening bool
}

func (h *hearing) set(what *bool, to bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	was := h.connected && h.listening
	*what = to
	switch is := h.connected && h.listening; {
	case is && !was:
		h.ear.Up()
	case was && !is:
		h.ear.Lost()
	}
}

func (h *hearing) heard(payload string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ear.Heard(payload)
}
