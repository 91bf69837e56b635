package apptest

import (
	"sync"
	"time"

	"delfi/internal/civiltime"
)

// Clock is the clock of a world: the real one until it is set. It is safe for concurrent use.
type Clock struct {
	mu    sync.Mutex
	at    time.Time // zero for the real one
	ahead time.Duration
}

// Now returns the instant of the clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.at.IsZero() {
		return time.Now().Add(c.ahead)
	}
	return c.at
}

// Set stops the clock at an instant; the zero time makes it the real one.
func (c *Clock) Set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at, c.ahead = at, 0
}

// Add moves the clock; the real one goes on from there.
func (c *Clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.at.IsZero() {
		c.ahead += d
		return
	}
	c.at = c.at.Add(d)
}

// Rome reads an instant in Rome's time, e.g. "2026-03-02 10:00".
func Rome(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, civiltime.Rome)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}
