// Package job runs durable background work, enqueued inside the caller's
// transaction. It is the one home of River.
package job

import (
	"context"
	"time"

	"delfi/internal/postgres"
)

// Args is what a job is about; it must marshal to JSON and hold no panelist,
// code or answer. Kind names it.
type Args interface{ Kind() string }

// Queue enqueues jobs and works them.
type Queue struct{ inner queue }

type queue struct{}

// New prepares a queue on db; nothing runs before Start.
func New(db *postgres.DB) (*Queue, error) { panic("unwritten") }

// Enqueue stores a job in the caller's transaction, to run at the instant at
// (zero: at once). An equal job (kind and arguments) that waits is not doubled
// unless its instant differs.
func (q *Queue) Enqueue(ctx context.Context, tx *postgres.Tx, args Args, at time.Time) error {
	panic("unwritten")
}

// On registers the work for jobs of A's kind; before Start. A failed job is
// tried again with growing delays.
func On[A Args](q *Queue, work func(ctx context.Context, args A) error) { panic("unwritten") }

// Every registers a job that runs at each interval on one server of all.
func Every(q *Queue, interval time.Duration, args Args) { panic("unwritten") }

// Start works jobs until ctx ends or Stop.
func (q *Queue) Start(ctx context.Context) error { panic("unwritten") }

// Stop lets running jobs finish until ctx ends.
func (q *Queue) Stop(ctx context.Context) error { panic("unwritten") }

// Drain works every job that is due by now, in this goroutine's time, until
// none is left; the demonstration, imports and tests use it instead of Start.
func (q *Queue) Drain(ctx context.Context) error { panic("unwritten") }
