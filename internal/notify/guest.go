package notify

import (
	"context"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/platform/postgres"
)

// Guest is who an invitation is for, with what the letter says to them alone.
type Guest struct {
	account.Addressee
	Code string // that opens their enrolment
	From string // the administration that invites
	Help string // how it is reached
	// The last day on which the code works, e.g. "2026-05-31"; "" for as long as enrolment is open.
	Until string
}

// Guests gives the guest of an invitation in the caller's transaction; false when nobody can
// use it any more. Addresses and codes lie where invitations are kept: the outbox has neither.
type Guests func(ctx context.Context, tx *postgres.Tx, consultation, invitation uuid.UUID) (Guest, bool, error)

// Host sets who gives guests: those who keep invitations, at start. Until then letters to
// guests are too late.
func (s *Service) Host(guests Guests) { s.guests = guests }

// nobody is Guests where nobody is invited.
func nobody(context.Context, *postgres.Tx, uuid.UUID, uuid.UUID) (Guest, bool, error) {
	return Guest{}, false, nil
}

// Invite stores one letter per invitation in the caller's transaction.
func (s *Service) Invite(ctx context.Context, tx *postgres.Tx, m Message, invitations []uuid.UUID) error {
	if len(invitations) == 0 {
		return nil
	}
	m.Kind = Invited
	if err := addInvited(ctx, tx, m, invitations); err != nil {
		return err
	}
	return s.jobs.Enqueue(ctx, tx, Post{}, time.Time{})
}

// Withdraw deletes the letter of an invitation, sent or not: a new one may follow.
func (s *Service) Withdraw(ctx context.Context, tx *postgres.Tx, invitation uuid.UUID) error {
	return withdraw(ctx, tx, invitation)
}

// Fates gives how the letters of a consultation's invitations stand: Sent is that a mail
// server took it, Refused that one said no for good; what became of it afterwards nobody tells
// the outbox.
func (s *Service) Fates(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) (map[uuid.UUID]State, error) {
	return fates(ctx, tx, consultation)
}

// Close deletes the letters of a consultation's invitations, at the end of its panel.
func Close(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) error {
	return closeInvited(ctx, tx, consultation)
}
