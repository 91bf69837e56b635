package middleware

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// ErrLate is why an answer that has not begun by its deadline is given up; ErrSilent is
// ErrLate of a database that does not answer.
var (
	ErrLate   = errors.New("the answer took too long")
	ErrSilent = fmt.Errorf("the database is silent: %w", ErrLate)
)

// databaseSilence is how long a database has to say that it is there.
const databaseSilence = 2 * time.Second

// Asked is a database that can be asked whether it answers.
type Asked interface {
	Answers(limit time.Duration) error
}

// Deadline is the instant by which an answer must begin. A reader's comes sooner when the
// database has gone silent, which keeps every statement for as long as somebody waits for
// it; one that is slow is given all of the patience. Who sends something is not cut off:
// what they sent may be stored.
//
//	4 s silence + 2 s databaseSilence + 1 s for the driver to let go + 2 s for the error's page < 10 s
type Deadline struct {
	patience *time.Timer
	cancel   context.CancelCauseFunc

	mu      sync.Mutex
	watch   *time.Timer // nil: nobody asks the database
	stopped bool
}

// NewDeadline makes one that cancels with ErrLate after patience.
func NewDeadline(patience time.Duration, cancel context.CancelCauseFunc) *Deadline {
	return &Deadline{patience: time.AfterFunc(patience, func() { cancel(ErrLate) }), cancel: cancel}
}

// Attend asks the database, each time silence has passed without an answer, whether it is
// there, and cancels with ErrSilent when it is not.
func (d *Deadline) Attend(db Asked, silence time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.watch = time.AfterFunc(silence, func() {
		err := db.Answers(databaseSilence)
		d.mu.Lock()
		defer d.mu.Unlock()
		switch {
		case d.stopped:
		case err != nil:
			d.cancel(ErrSilent)
		default:
			d.watch.Reset(silence)
		}
	})
}

// Stop ends it: the answer has begun.
func (d *Deadline) Stop() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stopped = true
	if d.watch != nil {
		d.watch.Stop()
	}
	d.patience.Stop()
}

// Extend moves it: the answer is given so long from now to begin.
func (d *Deadline) Extend(by time.Duration) { d.patience.Reset(by) }
