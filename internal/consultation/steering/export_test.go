package steering

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/platform/postgres"
)

// MaxMinority is how long the report of the dissent may be.
const MaxMinority = maxMinority

// TakeBackImports is the job by which a server takes unfinished imports back.
type TakeBackImports = takeBack

// CloseDue is the job that closes a round at its deadline.
func (s *Service) CloseDue(ctx context.Context, round uuid.UUID) error {
	return s.onRound(ctx, round, s.closeDue)
}

// Remind is the job that tells of a round's last day.
func (s *Service) Remind(ctx context.Context, round uuid.UUID) error {
	return s.onRound(ctx, round, s.remind)
}

// EndKey is the job that ends a consultation at its latest key date.
func (s *Service) EndKey(ctx context.Context, id uuid.UUID) error { return s.on(ctx, id, s.endKey) }

// Await enqueues the jobs of an open round's end.
func (s *Service) Await(ctx context.Context, tx *postgres.Tx, r consultation.Round) error {
	return s.await(ctx, tx, r)
}
