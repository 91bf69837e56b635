package account

import "github.com/google/uuid"

// Role is what a person may do in one administration.
type Role string

// The roles. Administration of one body says nothing about another.
const (
	Administrator Role = "administrator"
	Moderator     Role = "moderator"
	Facilitator   Role = "facilitator"
	Participant   Role = "participant" // anyone signed in
	Council       Role = "council"
)

// Grant is a role in one administration.
type Grant struct {
	Administration uuid.UUID
	Role           Role
}

// Actor is who makes a request: the zero Actor has not signed in.
type Actor struct {
	Account      uuid.UUID
	Name         string
	Municipality string
	Grants       []Grant
}

// SignedIn tells whether somebody signed in.
func (a Actor) SignedIn() bool { return a.Account != uuid.Nil }

// Has tells whether the actor holds role in the administration.
func (a Actor) Has(administration uuid.UUID, role Role) bool {
	if role == Participant {
		return a.SignedIn()
	}
	for _, g := range a.Grants {
		if g.Administration == administration && g.Role == role {
			return true
		}
	}
	return false
}

// Staff tells whether the actor holds any staff role in the administration.
func (a Actor) Staff(administration uuid.UUID) bool {
	for _, r := range []Role{Administrator, Moderator, Facilitator} {
		if a.Has(administration, r) {
			return true
		}
	}
	return false
}

// grantable are the roles that a provider's groups can claim and that can be granted
// here; anyone signed in participates.
var grantable = []Role{Administrator, Moderator, Facilitator, Council}

// CanSeePeople tells whether the actor may see who holds which role in an
// administration, with their e-mail: only those who choose its staff.
func CanSeePeople(a Actor, administration uuid.UUID) bool {
	return a.Has(administration, Administrator)
}
