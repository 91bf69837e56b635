package account

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"delfi/internal/fault"
	"delfi/internal/postgres"
)

// Profile is everything that is kept of an account.
type Profile struct {
	Name, Email, Municipality, Language string
	Offices                             []Office
	Letters                             int // notices told or waiting
}

// Office is a role with the body in which it is held.
type Office struct {
	Administration string
	Role           Role
}

// Profile gives what is kept of the actor's own account.
func (s *Service) Profile(ctx context.Context, actor Actor) (Profile, error) {
	var p Profile
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		p, err = profile(ctx, tx, actor.Account)
		return err
	})
	return p, err
}

// Identity gives the provider and the subject behind an account; NotFound when it is gone.
func Identity(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (issuer, subject string, err error) {
	issuer, subject, err = identity(ctx, tx, id)
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.New(fault.NotFound, "no_account", "there is no such account")
	} else if err != nil {
		err = fmt.Errorf("identity: %w", err)
	}
	return issuer, subject, err
}

// Delete removes an account with its roles and its notices, in the caller's
// transaction. Its sessions hold no name of it: each ends when it is next used.
func Delete(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error { return remove(ctx, tx, id) }
