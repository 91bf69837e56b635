// Package notice tells people what happens, through an outbox.
package notice

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/postgres"
)

// Kind is what a notice is about.
type Kind string

// The kinds.
const (
	Invitation  Kind = "invitation"   // a consultation was announced / you are invited
	RoundOpened Kind = "round_opened" // to everyone enrolled
	LastDay     Kind = "last_day"     // to everyone enrolled, a day before the deadline
)

// Message is what is told to every addressee; nothing in it tells how or whether anyone answered.
type Message struct {
	Kind         Kind
	Consultation uuid.UUID
	Slug, Title  string
	Round        int
	Deadline     string // RFC 3339, "" where none
}

// Service puts messages in the outbox; its job sends them.
type Service struct{ db *postgres.DB }

// Tell stores one message per account in the caller's transaction.
func (s *Service) Tell(ctx context.Context, tx *postgres.Tx, m Message, accounts []uuid.UUID) error {
	panic("unwritten")
}
