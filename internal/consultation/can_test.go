package consultation

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account/office"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
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

// TestASecretaryAloneSeesApplicants, of their own group, on the days on which they serve, as long
// as they hold the role and steer nothing.
func TestASecretaryAloneSeesApplicants(t *testing.T) {
	now := time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC)
	day := time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC)
	lucia, sergio := office.ID(uuid.New()), office.ID(uuid.New())
	c := Consultation{Administration: uuid.New(), Space: uuid.New(), Stage: Announced}
	c.Protocol.Panel.Groups = []protocol.GroupPlan{
		{ID: "architects", Access: protocol.AccessDeclared}, {ID: "engineers", Access: protocol.AccessDeclared}, {ID: "residents", Access: protocol.AccessOpen},
	}
	c.Secretaries = []Member{
		{ID: sergio, Role: office.Secretary, Group: "architects", Since: day.AddDate(0, 0, -9), Until: day},
		{ID: lucia, Role: office.Secretary, Group: "architects", Since: day},
		{ID: sergio, Role: office.Secretary, Group: "engineers", Since: day},
		{ID: lucia, Role: office.Secretary, Group: "residents", Since: day},
	}
	holds := func(id office.ID, roles ...office.Role) office.Actor {
		a := office.Actor{Account: uuid.New(), Office: id}
		for _, r := range roles {
			a.Grants = append(a.Grants, office.Grant{Administration: c.Administration, Role: r})
		}
		return a
	}
	for name, one := range map[string]struct {
		who   office.Actor
		group string
		kind  fault.Kind
	}{
		"the secretary":             {holds(lucia, office.Secretary), "architects", 0},
		"of another group":          {holds(lucia, office.Secretary), "engineers", fault.NotFound},
		"who served before":         {holds(sergio, office.Secretary), "architects", fault.NotFound},
		"whose role was taken away": {holds(lucia), "architects", fault.Forbidden},
		"who administers too":       {holds(lucia, office.Secretary, office.Administrator), "architects", fault.Forbidden},
		"an administrator":          {holds(office.ID(uuid.New()), office.Administrator), "architects", fault.NotFound},
		"of a group that is open":   {holds(lucia, office.Secretary), "residents", fault.NotFound},
		"of no group":               {holds(lucia, office.Secretary), "nobody", fault.NotFound},
		"somebody":                  {office.Actor{Account: uuid.New()}, "architects", fault.NotFound},
		"nobody":                    {office.Actor{}, "architects", fault.Unauthenticated},
	} {
		err := CanSeeApplicants(one.who, c, one.group, now)
		if (err == nil) != (one.kind == 0) || err != nil && fault.KindOf(err) != one.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
	var f *fault.Fault
	if err := CanSeeApplicants(holds(lucia), c, "architects", now); !errors.As(err, &f) || f.Code != "secretary_role_lost" {
		t.Errorf("whose role was taken away reads %v", err)
	}
	draft := c
	draft.Stage = Draft
	if err := CanSeeApplicants(holds(lucia, office.Secretary), draft, "architects", now); fault.KindOf(err) != fault.NotFound {
		t.Errorf("of a draft: %v", err)
	}
	over := c
	over.Stage = Concluded
	if err := CanAdmit(holds(lucia, office.Secretary), over, "architects", now); fault.KindOf(err) != fault.Conflict {
		t.Errorf("after the end: %v", err)
	}
	if !c.Appoints(holds(sergio)) || CanAnswer(holds(lucia), c) == nil {
		t.Error("a secretary answers")
	}
}
