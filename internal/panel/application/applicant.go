package application

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account/office"
	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
	"delfi/internal/prose"
)

// Applicant is who applies, as they say it: a name, and the number or the words that the group
// asks for, "" where it asks for the name alone.
type Applicant struct{ Name, Detail string }

// How long what is typed may be, in characters, and what is encrypted of it, in bytes: four of
// them hold any character.
const (
	NameMost, NumberMost, WordsMost, ReasonMost = 120, 40, 300, 500

	applicantSize = 2 + 4*NameMost + 2 + 4*WordsMost + 16
	reasonSize    = 2 + 4*ReasonMost + 46
)

// Typed reads what an applicant typed, as the group asks it; Invalid with the fields "name" and
// "detail".
func (a Applicant) Typed(asks string) (Applicant, error) {
	var bad []fault.Field
	out := Applicant{Name: prose.Field{Name: "name", Max: NameMost, Needed: true, Line: true}.Read(a.Name, &bad)}
	switch asks {
	case protocol.AsksNumber:
		out.Detail = prose.Field{Name: "detail", Max: NumberMost, Needed: true, Line: true}.Read(a.Detail, &bad)
	case protocol.AsksWords:
		out.Detail = prose.Field{Name: "detail", Max: WordsMost, Needed: true}.Read(a.Detail, &bad)
	}
	if len(bad) > 0 {
		return Applicant{}, fault.Bad(bad...)
	}
	return out, nil
}

// folded writes a text as it is compared: case, blanks and points tell no two apart.
func folded(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return r == ' ' || r == '\n' || r == '.' || r == '/' || r == '-' }), " ")
}

// State is where an application stands.
type State string

// The states.
const (
	Waiting  State = "waiting"
	Admitted State = "admitted"
	Refused  State = "refused"
	Revoked  State = "revoked" // was admitted
)

// States lists them in the order in which they are shown.
var States = []State{Waiting, Admitted, Refused, Revoked}

// Application is one person's request to be let into a group.
type Application struct {
	ID    uuid.UUID
	Group string
	Applicant
	Nth     int // of the same person's for the group, from 1
	State   State
	Since   time.Time // day
	Decided time.Time // day of the admission or the refusal; zero while it waits
	Decider office.ID
	Revoked time.Time // day; zero unless it was revoked
	Revoker office.ID
	Reason  string // of a refusal or a revocation
	Alike   int    // other people's applications for the group with the same number that wait or are admitted
}

// Act is what a secretary does about applications.
type Act string

// The acts.
const (
	Admit  Act = "admit"
	Refuse Act = "refuse"
	Revoke Act = "revoke"
)

// step says where an act leads from and to; false for what is no act.
func (a Act) step() (from, to State, known bool) {
	switch a {
	case Admit:
		return Waiting, Admitted, true
	case Refuse:
		return Waiting, Refused, true
	case Revoke:
		return Admitted, Revoked, true
	}
	return "", "", false
}

// Known tells whether it is one of the acts.
func (a Act) Known() bool {
	_, _, known := a.step()
	return known
}

// Reasoned tells whether it needs words, which the applicant reads.
func (a Act) Reasoned() bool { return a == Refuse || a == Revoke }

// Applies tells whether it can be done to an application in a state.
func (a Act) Applies(s State) bool {
	from, _, known := a.step()
	return known && from == s
}

// Standing is where a person stands towards a group.
type Standing struct {
	Own []Application // for the group, the newest first
}

// Fits tells whether the person may enrol: nil, or Forbidden with what is lacking.
func (s Standing) Fits() error {
	if slices.ContainsFunc(s.Own, func(a Application) bool { return a.State == Admitted }) {
		return nil
	}
	if len(s.Own) == 0 {
		return fault.New(fault.Forbidden, "declared_needed", "the secretary of this group admits its members: apply first")
	}
	switch s.Own[0].State {
	case Waiting:
		return fault.New(fault.Forbidden, "declared_waiting", "your application waits for the secretary of the group")
	case Revoked:
		return fault.New(fault.Forbidden, "declared_revoked", "the secretary of the group took your admission back")
	}
	return fault.New(fault.Forbidden, "declared_refused", "the secretary of the group refused your application")
}
