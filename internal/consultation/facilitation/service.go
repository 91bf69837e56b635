package facilitation

import (
	"context"

	"delfi/internal/consultation"
	"delfi/internal/consultation/steering"
	"delfi/internal/ledger"
	"delfi/internal/platform/postgres"
)

// Service has the use cases.
type Service struct {
	db            *postgres.DB
	consultations *steering.Service
	record        *ledger.Service
}

// New makes the service.
func New(db *postgres.DB, s *steering.Service, l *ledger.Service) *Service {
	return &Service{db: db, consultations: s, record: l}
}

// note writes an act into the record.
func (s *Service) note(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, by consultation.Author, e ledger.Entry) error {
	e.Consultation, e.Role, e.Name = c.ID, string(by.Role), by.Name
	return s.record.Append(ctx, tx, e)
}
