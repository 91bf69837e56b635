package account

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/account/administration"
	"delfi/internal/account/claim"
	"delfi/internal/account/office"
	"delfi/internal/platform/postgres"
)

// The words of packages office, claim and administration, under the name of this one.
type (
	Role           = office.Role
	Grant          = office.Grant
	Scope          = office.Scope
	Actor          = office.Actor
	OfficeID       = office.ID
	Claims         = claim.Claims
	Attested       = office.Attested
	Administration = administration.Administration
)

// The roles. Administration of one body says nothing about another.
const (
	Administrator = office.Administrator
	Moderator     = office.Moderator
	Facilitator   = office.Facilitator
	Participant   = office.Participant
	Council       = office.Council
)

// CanSeePeople tells whether the actor may see who holds which role in an
// administration, with their e-mail: only those who choose its staff.
func CanSeePeople(a Actor, administration uuid.UUID) bool {
	return a.Has(administration, Scope{}, Administrator)
}

// CanAdminister tells whether the actor may change an administration's data and say who
// holds which role in it.
func CanAdminister(a Actor, of uuid.UUID) bool { return administration.Can(a, of) }

// FoundFirst makes the first administration, with the actor as its administrator; faults
// as administration.Service's.
func (s *Service) FoundFirst(ctx context.Context, actor Actor, code string, a Administration) (Administration, error) {
	return s.Service.FoundFirst(ctx, actor, code, a, func(ctx context.Context, tx *postgres.Tx, a Administration) error {
		_, err := s.grant(ctx, tx, actor.Account, Grant{Administration: a.ID, Role: Administrator})
		return err
	})
}
