package panel

import (
	"context"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/fault"
	"delfi/internal/postgres"
)

// Enrolment is one place on a panel, as its holder may see it.
type Enrolment struct {
	Consultation uuid.UUID
	Group        string
	Day          time.Time
	CodeIssued   bool
}

// Enrolments lists the actor's places.
func (s *Service) Enrolments(ctx context.Context, actor account.Actor) ([]Enrolment, error) {
	var all []Enrolment
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		all, err = findEnrolments(ctx, tx, actor.Account)
		return err
	})
	return all, err
}

// Leave takes the actor off every panel and deletes the account, in one
// transaction. The panels stay as large as they were: how many left is counted by
// group. What was handed in stays where it is: nothing here could find it. While a
// panel's key lives a keyed mark keeps the same person from enrolling again and
// answering twice; it goes with the key. Unavailable when this process lacks a key.
func (s *Service) Leave(ctx context.Context, actor account.Actor) error {
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		issuer, subject, err := account.Identity(ctx, tx, actor.Account)
		if err != nil {
			return err
		}
		gone, err := deleteEnrolments(ctx, tx, actor.Account)
		if err != nil {
			return err
		}
		for _, e := range gone {
			if err := addDeparted(ctx, tx, e.Consultation, e.Group); err != nil {
				return err
			}
			mark, err := s.seat.Mark(ctx, tx, e.Consultation, issuer, subject)
			if fault.KindOf(err) == fault.Conflict {
				continue // its key is gone: nobody enrols there any more
			}
			if err != nil {
				return err
			}
			if err := addMark(ctx, tx, e.Consultation, mark); err != nil {
				return err
			}
		}
		return account.Delete(ctx, tx, actor.Account)
	})
}

// left tells whether the actor's person was on a panel before and left it. The key
// is not asked for while nobody has left.
func (s *Service) left(ctx context.Context, tx *postgres.Tx, actor account.Actor, consultation uuid.UUID) (bool, error) {
	some, err := anyDeparted(ctx, tx, consultation)
	if err != nil || !some {
		return false, err
	}
	issuer, subject, err := account.Identity(ctx, tx, actor.Account)
	if err != nil {
		return false, err
	}
	mark, err := s.seat.Mark(ctx, tx, consultation, issuer, subject)
	if err != nil {
		return false, err
	}
	return marked(ctx, tx, consultation, mark)
}
