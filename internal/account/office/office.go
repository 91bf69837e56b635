// Package office has who acts and in which roles. It is pure, apart from the services of
// package account, so that rules about roles link no database.
package office

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// Role is what a person may do in one administration.
type Role string

// The roles. Administration of one body says nothing about another.
const (
	Administrator Role = "administrator"
	Moderator     Role = "moderator"
	Facilitator   Role = "facilitator"
	Secretary     Role = "secretary"   // of a group: admits those who declare that they belong to it
	Participant   Role = "participant" // anyone signed in
	Council       Role = "council"
)

// Scope is the part of an administration in which a role holds: the zero Scope is all of
// it, any other the id of something that a room above has, and that is opaque here.
type Scope uuid.UUID

// Whole tells whether s is all of an administration.
func (s Scope) Whole() bool { return s == Scope{} }

func (s Scope) String() string { return uuid.UUID(s).String() }

// Grantable lists the roles that a provider's groups can claim and that can be granted here,
// from the one that gives the others; anyone signed in participates.
func Grantable() []Role { return []Role{Administrator, Moderator, Facilitator, Secretary, Council} }

// Scopable lists the roles that can be held in a part of an administration. The others are
// about all of it: administrators choose the staff of every part.
func Scopable() []Role { return []Role{Moderator, Facilitator, Secretary} }

// ID names somebody who holds or held an office, in everything that has to do with offices:
// roles, the staff of spaces, acts. It is random, and nobody's account: what joins the two is
// encrypted. The zero ID is nobody's.
type ID uuid.UUID

func (id ID) String() string { return uuid.UUID(id).String() }

// Grant is a role in one administration, or in one part of it.
type Grant struct {
	Administration uuid.UUID
	Role           Role
	Scope          Scope
}

// Actor is who makes a request: the zero Actor has not signed in.
type Actor struct {
	Account      uuid.UUID
	Office       ID // zero for who never held a role
	Name         string
	Municipality string
	Grants       []Grant
	Attested     Attested // at the sign-in of this session; zero outside of one
}

// SignedIn tells whether somebody signed in.
func (a Actor) SignedIn() bool { return a.Account != uuid.Nil }

// Has tells whether the actor holds role in a part of the administration: by a grant for
// that part, or for the whole. With the zero scope it asks for the whole.
func (a Actor) Has(administration uuid.UUID, scope Scope, role Role) bool {
	if role == Participant {
		return a.SignedIn()
	}
	for _, g := range a.Grants {
		if g.Administration == administration && g.Role == role && (g.Scope.Whole() || g.Scope == scope) {
			return true
		}
	}
	return false
}

// Staff tells whether the actor holds any staff role in a part of the administration.
func (a Actor) Staff(administration uuid.UUID, scope Scope) bool {
	for _, r := range []Role{Administrator, Moderator, Facilitator} {
		if a.Has(administration, scope, r) {
			return true
		}
	}
	return false
}

// Serves tells whether the actor holds any role in the administration, or in any part of it.
func (a Actor) Serves(administration uuid.UUID) bool {
	return slices.ContainsFunc(a.Grants, func(g Grant) bool { return g.Administration == administration })
}

// Member is one of the staff of a space, or a secretary of one of its groups: who, in which
// role, from which day to which.
type Member struct {
	ID     ID
	Name   string    // as it was on the day of the appointment
	Role   Role      // Moderator, Facilitator or Secretary
	Group  string    // id of the group of a secretary; "" of all others
	Office string    // "Ufficio relazioni con il pubblico"; "" when none was said
	Place  int       // number of the appointment in its space, from 0
	Since  time.Time // day (UTC midnight)
	Until  time.Time // first day on which they serve no more (UTC midnight); zero while no end is set
}

// Is tells whether m is the actor.
func (m Member) Is(a Actor) bool { return a.Office != ID{} && m.ID == a.Office }

// Serves tells whether m serves on a day (UTC midnight).
func (m Member) Serves(day time.Time) bool {
	return !day.Before(m.Since) && (m.Until.IsZero() || day.Before(m.Until))
}
