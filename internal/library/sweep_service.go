package library

import (
	"context"
	"time"

	"delfi/internal/platform/blob"
	"delfi/internal/platform/postgres"
)

const (
	// sweepEvery is how often files are swept.
	sweepEvery = time.Hour
	// sweptAfter is how long a file may lie before a row refers to it, by the clock of
	// the machine, as files are dated.
	sweptAfter = time.Hour
)

// Sweep asks for the files that no document has to be removed.
type Sweep struct{}

// Kind names the job.
func (Sweep) Kind() string { return "library_sweep" }

// Sweep removes them. No document is written meanwhile.
func (s *Service) Sweep(ctx context.Context, _ Sweep) error {
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		if err := blob.Alone(ctx, tx); err != nil {
			return err
		}
		used, err := digests(ctx, tx)
		if err != nil {
			return err
		}
		_, err = s.files.Sweep(ctx, time.Now().Add(-sweptAfter), func(d blob.Digest) bool { return used[d] })
		return err
	})
}
