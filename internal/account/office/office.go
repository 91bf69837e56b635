// Package office has who acts and in which roles. It is pure, apart from the services of
// package account, so that rules about roles link no database.
package office

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
