package steering

import (
	"context"
	"time"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/platform/postgres"
)

// Tabulate asks the ballot room to tabulate a round in state closing. It is
// enqueued by the closing of a round that has ballots; its worker ends by calling
// Tabulated.
type Tabulate struct {
	Round uuid.UUID `json:"round"`
}

// Kind names the job.
func (Tabulate) Kind() string { return "tabulate_round" }

// Destroy asks the ballot room to destroy the key and the ballots of a
// consultation that ended; its worker ends by calling Destroyed.
type Destroy struct {
	Consultation uuid.UUID `json:"consultation"`
}

// confirmEvery is how often it is looked whether every process has destroyed its
// copy of a key.
const confirmEvery = 3 * time.Second

// Kind names the job.
func (Destroy) Kind() string { return "destroy_ballots" }

// Renew asks report for a new version of a published opinion, after a text in it was
// removed by law.
type Renew struct {
	Consultation uuid.UUID `json:"consultation"`
}

// Kind names the job.
func (Renew) Kind() string { return "renew_opinion" }

// Removed has the opinion of a consultation drawn up again without a text that was
// removed in the caller's transaction; before publication there is nothing to do.
func (s *Service) Removed(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) error {
	if c.PublishedAt.IsZero() {
		return nil
	}
	return s.jobs.Enqueue(ctx, tx, Renew{Consultation: c.ID}, time.Time{})
}
