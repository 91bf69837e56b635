package account

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/platform/postgres"
)

// Profile is everything that is kept of an account.
type Profile struct {
	Name, Email, Municipality, Language string
	Offices                             []Office
	Letters                             int  // notices told or waiting
	Leaves                              bool // in the coming night
}

// Office is a role with the body in which it is held.
type Office struct {
	Administration string // its name
	Role           Role
	Scope          Scope
}

// Profile gives what is kept of the actor's own account: what was last told of the
// person, though some of it may wait for its hour.
func (s *Service) Profile(ctx context.Context, actor Actor) (Profile, error) {
	var p Profile
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		row, letters, err := profile(ctx, tx, actor.Account)
		if err != nil {
			return err
		}
		r, err := s.within(ctx, tx)
		if err != nil {
			return err
		}
		who, err := r.person(row)
		if err != nil {
			return err
		}
		found, err := seek(ctx, tx, r, subject{who.Issuer, who.Subject})
		if err != nil {
			return err
		}
		if who, err = found[0].latest(r); err != nil {
			return err
		}
		gone, err := leaving(ctx, tx, r, []uuid.UUID{actor.Account})
		if err != nil {
			return err
		}
		p = Profile{Name: who.Name, Email: who.Email, Municipality: who.Municipality, Language: who.Language, Letters: letters, Leaves: gone[actor.Account]}
		p.Offices, err = officesOf(ctx, tx, r.offices(actor.Account))
		return err
	})
	return p, err
}

// Identity gives the provider and the subject behind an account; NotFound when it is gone.
func (s *Service) Identity(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (issuer, subject string, err error) {
	_, rows, err := rowsOf(ctx, tx, []uuid.UUID{id})
	if err != nil {
		return "", "", err
	}
	if len(rows) == 0 {
		return "", "", noAccount()
	}
	who, err := s.reveal(ctx, tx, rows...)
	if err != nil {
		return "", "", err
	}
	return who[0].Issuer, who[0].Subject, nil
}

// Delete removes an account with its offices, in the caller's transaction. Its sessions
// hold no name of it: each ends when it is next used.
func (s *Service) Delete(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	r, err := s.writing(ctx, tx)
	if err != nil {
		return err
	}
	if err := remove(ctx, tx, id); err != nil {
		return err
	}
	return removeOfficer(ctx, tx, r.offices(id))
}
