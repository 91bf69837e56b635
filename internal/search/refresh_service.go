package search

import (
	"context"
	"time"

	"github.com/google/uuid"

	"delfi/internal/platform/postgres"
	"delfi/internal/space"
)

const (
	// refreshEvery is how often the job looks for what is left to do.
	refreshEvery = time.Hour
	// These bound one transaction of the job.
	revisedAtOnce   = 200
	acquittedAtOnce = 500
	spacesAtOnce    = 100
)

// Refresh asks for what acts leave to be done later.
type Refresh struct{}

// Kind names the job.
func (Refresh) Kind() string { return "search_refresh" }

// Refresh fills in spaces without rows, computes vectors of an older version anew, and
// drops suggested words that no public row has any more. Each transaction is short, and
// what a broken one leaves the next call does.
func (s *Service) Refresh(ctx context.Context, _ Refresh) error {
	if err := s.fillAll(ctx); err != nil {
		return err
	}
	for _, step := range []struct {
		do func(context.Context, *postgres.Tx, int) (int64, error)
		n  int
	}{{revise, revisedAtOnce}, {acquit, acquittedAtOnce}} {
		for done := int64(step.n); done == int64(step.n); {
			err := s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
				done, err = step.do(ctx, tx, step.n)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// fillAll writes the documents of spaces that have none, each space in its transaction.
func (s *Service) fillAll(ctx context.Context) error {
	for after := uuid.Nil; ; {
		var list []uuid.UUID
		var filled map[uuid.UUID]bool
		err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
			if list, err = space.After(ctx, tx, after, spacesAtOnce); err != nil {
				return err
			}
			filled, err = present(ctx, tx, list)
			return err
		})
		if err != nil || len(list) == 0 {
			return err
		}
		for _, id := range list {
			after = id
			if filled[id] {
				continue
			}
			err := s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error { return s.fill(ctx, tx, id) })
			if err != nil {
				return err
			}
		}
	}
}
