package report

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/synthesis"
	"delfi/internal/ledger"
	"delfi/internal/postgres"
)

// Service stores and reads opinions.
type Service struct {
	db        *postgres.DB
	cons      *consultation.Service
	ballots   *ballot.Service
	synthesis *synthesis.Service
	record    *ledger.Service
}

// New makes the service. The wiring gives Store to consultation.OnPublish.
func New(db *postgres.DB, c *consultation.Service, b *ballot.Service, s *synthesis.Service, l *ledger.Service) *Service {
	return &Service{db: db, cons: c, ballots: b, synthesis: s, record: l}
}

// Of gives the stored opinion of a consultation and the exact bytes that
// opinion.json serves; NotFound before publication.
func (s *Service) Of(ctx context.Context, consultation uuid.UUID) (Opinion, []byte, error) {
	panic("unwritten")
}

// Preview gives the opinion as it would be published now, for the desk of a
// concluded consultation; Conflict before.
func (s *Service) Preview(ctx context.Context, slug string, texts consultation.OpinionTexts) (Opinion, error) {
	panic("unwritten")
}
