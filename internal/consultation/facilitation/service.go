package facilitation

import (
	"context"

	"delfi/internal/consultation"
	"delfi/internal/consultation/draft"
	"delfi/internal/consultation/steering"
	"delfi/internal/ledger"
	"delfi/internal/notify"
	"delfi/internal/panel"
	"delfi/internal/platform/postgres"
)

// Service has the use cases.
type Service struct {
	db            *postgres.DB
	consultations *steering.Service
	drafts        *draft.Service
	panel         *panel.Service
	record        *ledger.Service
	notices       *notify.Service
}

// New makes the service.
func New(db *postgres.DB, s *steering.Service, d *draft.Service, p *panel.Service, l *ledger.Service, n *notify.Service) *Service {
	return &Service{db: db, consultations: s, drafts: d, panel: p, record: l, notices: n}
}

// note writes an act into the record.
func (s *Service) note(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, by consultation.Author, e ledger.Entry) error {
	e.Consultation, e.Role, e.Name = c.ID, string(by.Role), by.Name
	return s.record.Append(ctx, tx, e)
}
