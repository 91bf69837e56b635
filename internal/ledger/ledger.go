// Package ledger keeps the public append-only record of who did what, why and when.
package ledger

import (
	"context"
	"time"

	"github.com/google/uuid"

	"delfi/internal/postgres"
)

// Entry is one line of the public record. It never names a participant.
type Entry struct {
	Sequence     int64
	Consultation uuid.UUID
	Type         string // commitment, protocol, round_opened, round_closed, feedback, act, decision, opinion, key_destroyed …
	Role         string // who, by office: administrator, moderator, facilitator, system
	Name         string // the staff member's name, public by their office; "" for the system
	Kind         string // for an act: announce, extend, close, merge, reject, undo, …
	Target       string // what it was done to, in words that stay true: "round 2", "statement 3", "Tiglio 27"
	Reason       string // public reason; "" where none is asked
	Body         string // canonical JSON with the figures and hashes of the act
	Minute       time.Time
}

// Service appends and reads.
type Service struct{ db *postgres.DB }

// New makes the service.
func New(db *postgres.DB) *Service { return &Service{db: db} }

// Append writes e in the act's own transaction; its minute is tx.Now's.
func (s *Service) Append(ctx context.Context, tx *postgres.Tx, e Entry) error { panic("unwritten") }

// Of lists a consultation's entries, oldest first.
func (s *Service) Of(ctx context.Context, consultation uuid.UUID) ([]Entry, error) {
	panic("unwritten")
}
