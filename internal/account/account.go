package account

import (
	"github.com/google/uuid"

	"delfi/internal/account/office"
)

// The words of package office, under the name of this one.
type (
	Role  = office.Role
	Grant = office.Grant
	Actor = office.Actor
)

// The roles. Administration of one body says nothing about another.
const (
	Administrator = office.Administrator
	Moderator     = office.Moderator
	Facilitator   = office.Facilitator
	Participant   = office.Participant
	Council       = office.Council
)

// grantable are the roles that a provider's groups can claim and that can be granted
// here; anyone signed in participates.
var grantable = []Role{Administrator, Moderator, Facilitator, Council}

// CanSeePeople tells whether the actor may see who holds which role in an
// administration, with their e-mail: only those who choose its staff.
func CanSeePeople(a Actor, administration uuid.UUID) bool {
	return a.Has(administration, Administrator)
}
