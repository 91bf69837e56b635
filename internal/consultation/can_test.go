package consultation

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account/office"
	"delfi/internal/delphi"
)

// Enrolment over all stages, with and without late joiners, before and after each kind
// of round that takes ballots has opened.
func TestWhenPeopleMayEnrol(t *testing.T) {
	opened := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for _, stage := range []Stage{Draft, Announced, Running, Concluded, Published, Answered, Withdrawn} {
		for _, kind := range []delphi.RoundKind{delphi.Gather, delphi.AnswerRound, delphi.Select, delphi.StandingKind} {
			for _, late := range []bool{false, true} {
				for _, state := range []RoundState{RoundPlanned, RoundOpen, RoundClosed} {
					c := Consultation{Stage: stage, Rounds: []Round{{Number: 1, Kind: kind, State: state}}}
					c.Protocol.Panel.LateJoiners = late
					if state != RoundPlanned {
						c.Rounds[0].OpenedAt = opened
					}
					begun := state != RoundPlanned && kind != delphi.Gather
					want := stage == Announced || stage == Running && state != RoundClosed && (late || !begun)
					if got := c.Enrolling(); got != want {
						t.Errorf("%s, %s round %s, late joiners %v: %v", stage, kind, state, late, got)
					}
					c.Suspended = &Suspension{}
					if c.Enrolling() {
						t.Errorf("%s: people enrol while it is suspended", stage)
					}
				}
			}
		}
	}
}

// A role counts while it is held, and one that is named and not held is lost.
func TestOfficesAreHeldAndLost(t *testing.T) {
	of, who := uuid.New(), office.ID(uuid.New())
	c := Consultation{Administration: of, Space: uuid.New(), Staff: []Member{{ID: who, Role: office.Moderator}}}
	elsewhere := office.Scope(uuid.New())
	for name, x := range map[string]struct {
		grants []office.Grant
		held   int
		lost   int
	}{
		"named and held":       {[]office.Grant{{Administration: of, Role: office.Moderator}}, 1, 0},
		"held for it alone":    {[]office.Grant{{Administration: of, Role: office.Moderator, Scope: c.Scope()}}, 1, 0},
		"held for another":     {[]office.Grant{{Administration: of, Role: office.Moderator, Scope: elsewhere}}, 0, 1},
		"another role of it":   {[]office.Grant{{Administration: of, Role: office.Facilitator, Scope: c.Scope()}}, 0, 1},
		"its scope, another's": {[]office.Grant{{Administration: uuid.New(), Role: office.Moderator, Scope: c.Scope()}}, 0, 1},
		"named and not held":   {nil, 0, 1},
		"held elsewhere":       {[]office.Grant{{Administration: uuid.New(), Role: office.Moderator}}, 0, 1},
		"another role instead": {[]office.Grant{{Administration: of, Role: office.Administrator}}, 1, 1},
	} {
		a := office.Actor{Account: uuid.New(), Office: who, Grants: x.grants}
		if held, lost := len(Offices(a, c)), len(Lost(a, c)); held != x.held || lost != x.lost || (CanSit(a, c) == nil) != (held > 0) {
			t.Errorf("%s: %d held, %d lost, %v", name, held, lost, CanSit(a, c))
		}
	}
	if len(Lost(office.Actor{}, Consultation{Staff: []Member{{Role: office.Moderator}}})) != 0 {
		t.Error("nobody lost a role")
	}
}

// A draft is seen by staff of the whole administration, and by its own.
func TestWhoSeesADraft(t *testing.T) {
	of := uuid.New()
	c := Consultation{Administration: of, Space: uuid.New(), Stage: Draft}
	for name, x := range map[string]struct {
		grant office.Grant
		sees  bool
	}{
		"a moderator of the whole":   {office.Grant{Administration: of, Role: office.Moderator}, true},
		"its moderator":              {office.Grant{Administration: of, Role: office.Moderator, Scope: c.Scope()}, true},
		"another's moderator":        {office.Grant{Administration: of, Role: office.Moderator, Scope: office.Scope(uuid.New())}, false},
		"the council":                {office.Grant{Administration: of, Role: office.Council}, false},
		"another body's facilitator": {office.Grant{Administration: uuid.New(), Role: office.Facilitator}, false},
	} {
		a := office.Actor{Account: uuid.New(), Grants: []office.Grant{x.grant}}
		if CanSee(a, c) != x.sees {
			t.Errorf("%s: %v", name, !x.sees)
		}
		if CanDraft(a, of) {
			t.Errorf("%s drafts", name)
		}
	}
}
