// Package panel says who may take part: groups, eligibility, enrolment.
package panel

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/postgres"
	"delfi/internal/pseudonym"
)

// Service has the use cases of enrolment.
type Service struct {
	db   *postgres.DB
	seat *pseudonym.Service
}

// New makes the service.
func New(db *postgres.DB, p *pseudonym.Service) *Service { return &Service{db: db, seat: p} }

// Enrol puts the actor on a consultation's panel, in a group of its protocol.
// Staff of the consultation cannot (Forbidden); twice is Conflict; enrolment is
// open from announcement until the last round closes. The account's row keeps
// the day and the group alone.
func (s *Service) Enrol(ctx context.Context, actor account.Actor, consultation uuid.UUID, group string) error {
	panic("unwritten")
}

// Group tells the actor's group, or "" when not enrolled. It only reads.
func (s *Service) Group(ctx context.Context, actor account.Actor, consultation uuid.UUID) (string, error) {
	panic("unwritten")
}

// Seat gives the seat of an enrolled actor (Forbidden "not_enrolled" otherwise). It only reads.
func (s *Service) Seat(ctx context.Context, actor account.Actor, consultation uuid.UUID) (pseudonym.Seat, error) {
	panic("unwritten")
}

// Alias gives the alias of an enrolled actor (Forbidden "not_enrolled" otherwise). It only reads.
func (s *Service) Alias(ctx context.Context, actor account.Actor, consultation uuid.UUID) (pseudonym.Alias, error) {
	panic("unwritten")
}

// Enrolled counts the panel by group.
func (s *Service) Enrolled(ctx context.Context, consultation uuid.UUID) (map[string]int, error) {
	panic("unwritten")
}

// EnrolForeign counts n people of an imported conversation into a group, without accounts.
func (s *Service) EnrolForeign(ctx context.Context, consultation uuid.UUID, group string, n int) error {
	panic("unwritten")
}

// Members lists the accounts enrolled, for notices to everyone enrolled.
func (s *Service) Members(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) ([]uuid.UUID, error) {
	panic("unwritten")
}
