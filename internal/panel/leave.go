package panel

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/civiltime"
	"delfi/internal/fault"
	"delfi/internal/notify"
	"delfi/internal/platform/postgres"
	"delfi/internal/pseudonym"
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

// nightHour is when the night's work begins, in Rome. It exists once in every night.
const nightHour = 3

// lastNight is the latest beginning of a night's work that is not after now.
func (s *Service) lastNight(now time.Time) time.Time {
	now = now.In(civiltime.Rome)
	night := time.Date(now.Year(), now.Month(), now.Day(), nightHour, 0, 0, 0, civiltime.Rome)
	if night.After(now) {
		night = night.AddDate(0, 0, -1)
	}
	return night
}

// departure is somebody who leaves, with the mark for each panel that they are on.
type departure struct {
	account.Leaver
	marks map[uuid.UUID][]byte // by consultation; nil where the key is gone
}

// depart takes off every panel those who asked to leave before the night began, and
// deletes their accounts: all in one transaction, in the order of their ids, so that
// nothing says who left at the moment of an act. The panels stay as large as they were:
// how many left is counted by group. What was handed in stays where it is: nothing here
// could find it. While a panel's key lives a keyed mark keeps the same person from
// enrolling again and answering twice; it goes with the key. Unavailable when this
// process lacks a key.
func (s *Service) depart(ctx context.Context) error {
	list, err := s.people.Leavers(ctx, s.lastNight(s.db.Now()))
	if err != nil || len(list) == 0 {
		return err
	}
	ready := map[uuid.UUID]departure{}
	for _, l := range list {
		if ready[l.Account], err = s.prepare(ctx, l); err != nil {
			return err
		}
	}
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		if err := account.Heap.Share(ctx, tx); err != nil {
			return err
		}
		if err := Heap.Share(ctx, tx); err != nil {
			return err
		}
		still, err := account.Take(ctx, tx, list)
		if err != nil {
			return err
		}
		for _, l := range still {
			if err := s.remove(ctx, tx, ready[l.Account]); err != nil {
				return err
			}
		}
		return nil
	})
}

// prepare makes the marks of a leaver, before the transaction that stores them: a key is
// read in a moment of its own.
func (s *Service) prepare(ctx context.Context, l account.Leaver) (departure, error) {
	d := departure{Leaver: l, marks: map[uuid.UUID][]byte{}}
	places, err := s.Enrolments(ctx, account.Actor{Account: l.Account})
	if err != nil {
		return d, err
	}
	for _, e := range places {
		mark, err := s.seat.Mark(ctx, e.Consultation, l.Issuer, l.Subject)
		if err != nil && fault.KindOf(err) != fault.Conflict { // where its key is gone nobody enrols any more
			return d, err
		}
		d.marks[e.Consultation] = mark
	}
	return d, nil
}

// errEnrolled is for who enrolled after the marks were made: the next hour makes them all.
var errEnrolled = errors.New("panel: somebody who leaves has enrolled meanwhile")

func (s *Service) remove(ctx context.Context, tx *postgres.Tx, d departure) error {
	gone, err := deleteEnrolments(ctx, tx, d.Account)
	if err != nil {
		return err
	}
	for _, e := range gone {
		mark, made := d.marks[e.Consultation]
		if !made {
			return errEnrolled
		}
		if err := addDeparted(ctx, tx, e.Consultation, e.Group); err != nil {
			return err
		}
		if mark == nil {
			continue
		}
		if err := pseudonym.AddDeparted(ctx, tx, e.Consultation, mark); err != nil {
			return err
		}
	}
	if err := notify.Forget(ctx, tx, d.Account); err != nil {
		return err
	}
	if err := s.rolls.Forget(ctx, tx, d.Account); err != nil {
		return err
	}
	if err := s.applications.Forget(ctx, tx, d.Account); err != nil {
		return err
	}
	return s.people.Delete(ctx, tx, d.Account)
}

// mark gives the mark by which a panel knows the actor's person again; nil where nobody
// is known, since the key is not asked for while nobody has left.
func (s *Service) mark(ctx context.Context, actor account.Actor, consultation uuid.UUID) ([]byte, error) {
	if !actor.SignedIn() {
		return nil, nil
	}
	var issuer, subject string
	var some bool
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		if some, err = pseudonym.AnyDeparted(ctx, tx, consultation); err != nil || !some {
			return err
		}
		issuer, subject, err = s.people.Identity(ctx, tx, actor.Account)
		return err
	})
	if err != nil || !some {
		return nil, err
	}
	return s.seat.Mark(ctx, consultation, issuer, subject)
}
